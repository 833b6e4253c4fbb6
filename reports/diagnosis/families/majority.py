"""Whether the tables still have their majority: as RethinkDB itself reports, never by counting what failed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from reports.diagnosis.case import Case, name_of, things_of, type_of, unknown, wrong
from reports.diagnosis.families.containers import down_at_once
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import DATABASE, NO_JOBS, without_databases
from reports.diagnosis.logged import OF_LOST_DATABASES
from reports.records import Result, VerdictWord

family = Family()

_ISSUES = ("status.table-availability", "rdb.table-availability")
_NOT_AVAILABLE = (
    "status.table-no-reads",
    "status.table-no-writes",
    "status.table-no-primary",
    "status.table-no-shard",
    "status.majority-lost",
)
# What a replica does, says and lacks while its tables take no writes, beside UNKNOWN.
_EFFECTS = (
    "status.error-status",
    "status.servers-apart",
    "status.server-missing",
    "status.tolerates-too-few",
    "status.different-",
    "status.table-availability",
    "status.table-copy-not-ready",
    "status.table-no-",
    "status.stale-health",
    "status.unhealthy",
    "rdb.table-availability",
    "ping.server-error",
    "ping.database-issues",
    "ping.other-database",
    "ping.timeout",
    "ping.unhealthy",
    "token.server-error",
    "token.no-log-in",
    "feed.database-unreadable",
    "job.worker-dead",
    "job.heartbeat-expired",
    *NO_JOBS,
)
_UNSEEN = ("http.error-status", "http.timeout", "http.unexpected", "token.", "feed.", "rethinkdb.", "status.")
_ALL = (Harm.START_WORKLOADS, Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.DELETE, Harm.JOBS, Harm.WEB)


def database_stopped(case: Case, replica: str) -> Result | None:
    """The verdict that the container of a replica's database does not run; None where it runs, or was not seen."""
    for condition in ("CTR-1", "CTR-2"):
        found = case.verdict(condition, f"{replica}:{DATABASE}")
        if found is not None and wrong(found) and found.reason not in ("ctr.restarted", "ctr.unhealthy"):
            return None if found.reason == "ctr.oom-killed" and found.verdict is VerdictWord.WARN else found
    return None


def answers(case: Case, replica: str) -> bool:
    """Whether a replica's database answered this run's own questions."""
    said = [each for each in case.of("RDB-1") if each.subject.partition(":")[0] == replica]
    return any((not unknown(each) and each.verdict is not VerdictWord.SKIPPED and each.subject != replica) or
               each.verdict is VerdictWord.PASS for each in said)  # fmt: skip


def does_not_answer(case: Case, replica: str) -> bool:
    """Whether a replica's database was asked, and did not answer."""
    found = case.verdict("RDB-1", replica)
    return found is not None and wrong(found)


def _critical(result: Result) -> bool:
    """An issue of RethinkDB's that says that a table is not available."""
    return result.reason in _ISSUES and isinstance(result.seen, Mapping) and result.seen.get("critical") is True


def not_available(result: Result) -> bool:
    """Whether RethinkDB itself reports a table without reads or writes, or too few servers that are connected."""
    return wrong(result) and (result.reason in _NOT_AVAILABLE or _critical(result))


def view_with_writes(case: Case) -> tuple[Result, ...]:
    """What shows a view in which every table takes writes: RethinkDB's issues there name none that does not."""
    well: list[Result] = []
    for condition in ("STATUS-3", "RDB-1"):
        for replica in case.replicas:
            seen = [
                each
                for each in case.of(condition)
                if each.subject.partition(":")[0] == replica
                and (each.verdict is VerdictWord.PASS or (wrong(each) and each.subject != replica))
            ]
            if seen and not any(map(_critical, seen)):
                well += seen
    tables = [each for each in case.of("STATUS-11") if not unknown(each)]
    if tables and all(each.verdict is VerdictWord.PASS for each in tables):
        well += tables[:1]
    return tuple(well)


def _majority(case: Case) -> int:
    return len(case.replicas) // 2 + 1


@family.cause(
    "majority-lost",
    "The tables take no writes: {things} {is} down, and with them the majority",
    logs=OF_LOST_DATABASES,
    remedy="restore-redundancy",
    harms=_ALL,
    ladder=("save-first", "start", "restart-replica", "emergency-repair", "restore", "call-support"),
)
def majority_lost(case: Case) -> Iterator[Finding]:
    """Tables of the registry have lost the majority of their copies, as RethinkDB itself reports.

    Needs: a view in which tables take no reads or no writes, and too few database servers that could vote: the others
    are stopped, do not answer, or are named as missing by RethinkDB.
    Predicts: what every replica lacks without its tables: log-ins, its API, its audit log, its health.
    Contradicted by: any view in which every table takes writes.
    """
    flags = [each for each in case.left if not_available(each)]
    against = view_with_writes(case)
    if not flags or against:
        return
    named = {name_of(each) for each in things_of(filter(_critical, flags), "database")}
    missed = {name for each in case.of("STATUS-8") if each.reason == "status.server-missing"
              for name in map(name_of, each.about)}  # fmt: skip
    lost = [each for each in case.replicas if not answers(case, each) and _lost(case, each, named | missed)]
    if len(case.replicas) - len(lost) >= _majority(case):
        return
    stopped = [found for each in lost if (found := database_stopped(case, each))]
    together = {id(r) for each in lost for r in down_at_once(case, each)}
    follows = without_databases(case, lost)
    yield Finding(
        tuple(f"database:{each}" for each in lost),
        (*stopped, *sorted(flags, key=lambda each: not _critical(each))),
        predicts=lambda each: follows(each) or id(each) in together or majority_effect(each),
    )


def _lost(case: Case, replica: str, reported: Collection[str]) -> bool:
    """Whether a replica's database was found lost: by itself, or by others while its own replica is ill too. What
    was not looked at is not lost.
    """
    if database_stopped(case, replica) or does_not_answer(case, replica):
        return True
    own = (case.verdict("PING-1", replica), case.verdict("STATUS-1", replica))
    return replica in reported and any(each is not None and wrong(each) for each in own)


def majority_effect(result: Result) -> bool:
    """Whether it follows where the tables take no writes: log-ins, APIs, audit logs, health."""
    reason = result.reason or ""
    if result.condition.partition("-")[0] in ("CTR", "NODE", "NET") or result.about == ("balancer",):
        return False
    return reason.startswith(_UNSEEN) if unknown(result) else reason.startswith(_EFFECTS)


@family.cause(
    "majority-unknown",
    "{things} {does} not answer, and this run cannot tell whether a majority is left",
    logs=OF_LOST_DATABASES,
    remedy="restore-redundancy",
    harms=_ALL,
    ladder=("save-first", "start", "call-support"),
)
def majority_unknown(case: Case) -> Iterator[Finding]:
    """Too many databases are stopped or silent for a majority, and nobody reports the state of the tables.

    Needs: no view of the tables, and the databases of a majority, or of all but less than one, stopped, without an
    answer, or unreadable for their own replica.
    Predicts: what every replica lacks without its tables.
    Contradicted by: any database or API that reports its tables, and any replica that is healthy by its own word.
    """
    viewed = any(each.verdict in (VerdictWord.PASS, VerdictWord.FAIL) for each in case.of("STATUS-11", "STATUS-12"))
    healthy = case.of("PING-1", word=VerdictWord.PASS) or case.of("PING-2", word=VerdictWord.PASS)
    if viewed or healthy or any(answers(case, each) for each in case.replicas):
        return
    left = {id(each) for each in case.left}
    silent: dict[str, list[Result]] = {}
    for replica in case.replicas:
        stopped = database_stopped(case, replica)
        signs = [*([stopped] if stopped else []), *(each for each in case.left if _fails_at(each, replica))]
        if signs := [each for each in signs if id(each) in left]:
            silent[replica] = signs
    # Where these alone leave no majority, the API of another one fails because of them.
    themselves = {each: silent[each] for each in silent if database_stopped(case, each) or does_not_answer(case, each)}
    if themselves and len(case.replicas) - len(themselves) < _majority(case):
        silent = themselves
    if silent and len(case.replicas) - len(silent) < _majority(case):
        together = {id(r) for each in silent for r in down_at_once(case, each)}
        follows = without_databases(case, silent)
        shown = [each for signs in silent.values() for each in signs]
        yield Finding(
            tuple(f"database:{each}" for each in silent),
            tuple(sorted(shown, key=lambda each: each.condition not in ("CTR-1", "CTR-2"))),
            predicts=lambda each: follows(each) or id(each) in together or majority_effect(each),
        )


def _fails_at(result: Result, replica: str) -> bool:
    """Whether a replica's database does not answer, or a part of the replica says so of its own."""
    if not wrong(result):
        return False
    if result.condition == "RDB-1":
        return result.subject == replica
    own = {name_of(thing) for thing in result.about if type_of(thing) in ("replica", "notary", "database")}
    return own == {replica} and result.reason in (
        "status.error-status",
        "feed.database-unreadable",
        "ping.database-issues",
    )
