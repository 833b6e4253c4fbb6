"""Database servers: down, hung, misbehaving, or not as MSR sets them up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from reports.diagnosis.case import Case, has_reason, name_of, things_of, unknown, wrong
from reports.diagnosis.families.changes import said_before_an_upgrade
from reports.diagnosis.families.majority import answers, database_stopped, does_not_answer
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import without_databases
from reports.diagnosis.logged import OF_LOST_DATABASES
from reports.diagnosis.reach import gone_without, silent_replicas
from reports.records import Result, VerdictWord

family = Family()

_HUNG = ("rdb.no-handshake", "rdb.timeout")


def _databases(replicas: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"database:{each}" for each in replicas)


def links_of(case: Case, replica: str) -> list[Result]:
    """What was judged of the links between a replica's database and the others."""
    return [each for each in case.of("STATUS-8") if replica in each.subject.split(":") and not unknown(each)]


def missed(case: Case, replica: str) -> bool:
    """Whether everybody whose view was had misses a replica's database server."""
    judged = [each for each in links_of(case, replica) if each.verdict is not VerdictWord.SKIPPED]
    return bool(judged) and all(wrong(each) for each in judged)


def _ill(case: Case, replica: str) -> bool:
    """Whether a replica that the others miss is itself the one: its database does not answer, or its API or `/_ping`
    fail. An API that reports the cluster has its own database.
    """
    if case.passes("STATUS-1", replica):
        return False
    if does_not_answer(case, replica):
        return True
    own = [case.verdict("PING-1", replica), case.verdict("STATUS-1", replica)]
    return any(each is not None and wrong(each) and each.reason != "ping.other-database" for each in own)


@family.cause(
    "replica-down",
    "{things} {is} down",
    logs=OF_LOST_DATABASES,
    remedy="recover-replica",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "repair-first", "remove-join"),
)
def replica_down(case: Case) -> Iterator[Finding]:
    """A replica is gone with all that it has, and nothing of its node could be asked.

    Needs: it does not respond, every other database server misses its own, and neither its containers nor its database
    were judged by another way in.
    Predicts: all that was to be asked there, and the copies that the others miss.
    Contradicted by: a container of it that runs, or a database that answers: then the way in or a part is at fault.
    """
    down = [each for each in silent_replicas(case) if missed(case, each) and not _looked_at(case, each)]
    own = [each for each in case.left if each.condition == "PING-1" and each.subject in down]
    if own:
        silent, lost = gone_without(case, down), without_databases(case, down)
        yield Finding(
            tuple(f"replica:{each}" for each in down),
            tuple(own),
            predicts=lambda each: silent(each) or lost(each),
        )


def _looked_at(case: Case, replica: str) -> bool:
    """Whether its containers, or its database, were judged."""
    judged = (VerdictWord.PASS, VerdictWord.WARN, VerdictWord.FAIL)
    return any(each.verdict in judged and replica in each.subject.split(":")[:1] for each in case.of("CTR-1", "RDB-1"))


@family.cause(
    "database-hung",
    "{things} {is} hung",
    logs=OF_LOST_DATABASES,
    remedy="database-silent",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "restart-replica", "remove-join"),
)
def database_hung(case: Case) -> Iterator[Finding]:
    """A database server accepts connections and does not answer, and the others have lost it.

    Needs: its port accepts and nothing answers there; the other servers miss it; its container is not seen down.
    Predicts: what its replica lacks without it, and the copies that the others miss.
    Contradicted by: a link to it that is up, or a container that is down.
    """
    hung = [
        each.subject
        for each in case.found(*_HUNG)
        if missed(case, each.subject) and _ill(case, each.subject) and not database_stopped(case, each.subject)
    ]
    if hung:
        own = [each for each in case.found(*_HUNG) if each.subject in hung]
        yield Finding(_databases(hung), tuple(own), predicts=without_databases(case, hung))


@family.cause(
    "database-down",
    "{things} {is} down",
    logs=OF_LOST_DATABASES,
    remedy="database-silent",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "start", "remove-join"),
)
def database_down(case: Case) -> Iterator[Finding]:
    """A database server is lost, and a majority is left.

    Needs: its container does not run; or every other server misses it, and its own replica is ill or it does not
    answer.
    Predicts: what its replica lacks without it, and the copies that the others miss.
    Contradicted by: an answer of its own, an API of its replica that reports the cluster, or a link that is up.
    """
    stopped = {each: found for each in case.replicas if (found := database_stopped(case, each))}
    lost = [
        each
        for each in case.replicas
        if each in stopped or (missed(case, each) and _ill(case, each) and not answers(case, each))
    ]
    left = {id(each) for each in case.left}
    shown = {
        each: [stopped[each]] if each in stopped else [r for r in links_of(case, each) if wrong(r)] for each in lost
    }
    lost = [each for each in lost if any(id(r) in left for r in shown[each])]
    if lost:
        runs = ("save-first", "restart-replica", "remove-join")
        yield Finding(
            _databases(lost),
            tuple(r for each in lost for r in shown[each]),
            predicts=without_databases(case, lost),
            ladder=None if any(each in stopped for each in lost) else runs,
        )


@family.cause("database-misbehaves", "{things} {does} not answer as documented", remedy="database-silent")
def database_misbehaves(case: Case) -> Iterator[Finding]:
    """A database server hangs up, or answers in a form that is not documented.

    Needs: RDB-1 or what rests on it ends so.
    Predicts: what was not seen of this server.
    Contradicted by: a server that the others miss: then it is down.
    """
    own = [
        *case.found("rdb.connection-lost", "rdb.unexpected", "rdb.query-failed"),
        *case.found("rethinkdb.unexpected", "rethinkdb.query-failed", unknown=True),
    ]
    if _collides(case):
        own = [each for each in own if each.reason not in ("rdb.query-failed", "rethinkdb.query-failed")]
    if own:
        things = things_of(own, "database")
        yield Finding(things, tuple(own), predicts=partial(_unasked, things))


def _unasked(things: Sequence[str], result: Result) -> bool:
    """Whether these servers' own answers were not had: what others report of them is another matter."""
    own = bool(result.about) and set(result.about) <= set(things)
    return unknown(result) and own and has_reason(result, ("rethinkdb.", "rdb."))


def _collides(case: Case) -> bool:
    return bool(case.found("status.db-name-collision", "rdb.db-name-collision", "rdb.table-name-collision"))


@family.cause("database-certificate", "The certificate of {things} cannot be trusted", remedy="database-certificate")
def database_certificate(case: Case) -> Iterator[Finding]:
    """The certificate of a database server has expired, or is of a CA that is not known here.

    Needs: the handshake fails for it.
    Predicts: what was not seen of this server.
    Contradicted by: nothing that a run sees.
    """
    distrusted = case.found("rethinkdb.untrusted", "rethinkdb.certificate-dates", unknown=True)
    if own := [*case.found("tls.database-expired", "rdb.untrusted", "rdb.certificate-dates"), *distrusted]:
        things = things_of(own, "database")
        yield Finding(things, tuple(own), predicts=partial(_unasked, things))


@family.cause(
    "database-certificate-expiring",
    "The certificate of {things} expires soon",
    remedy="database-certificate",
)
def database_certificate_expiring(case: Case) -> Iterator[Finding]:
    """The certificate of a database server expires soon. Then the others and MSR's components no longer connect to it.

    Needs: TLS-3 finds it in the handshake.
    Predicts: what `--before-upgrade` says of it.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("tls.database-expiring"):
        yield Finding(things_of(own, "database"), tuple(own), predicts=said_before_an_upgrade(own))


@family.cause("database-silent", "{things} {does} not respond to this machine", remedy="database-silent")
def database_silent(case: Case) -> Iterator[Finding]:
    """A database server does not respond to this run's own questions, and nothing else tells whether it is well.

    Needs: RDB-1 gets no answer.
    Predicts: what was not seen of this server.
    Contradicted by: others that miss it: then it is down.
    """
    own = [each for each in case.left if each.condition == "RDB-1" and wrong(each) and each.subject in case.replicas]
    if own:
        things = things_of(own, "database")
        yield Finding(things, tuple(own), predicts=partial(_unasked, things))


@family.cause("log-write-failed", "{things} cannot write its log", remedy="database-log", harms=(Harm.NEXT_FAILURE,))
def log_write_failed(case: Case) -> Iterator[Finding]:
    """RethinkDB reports that it cannot write its log.

    Needs: RethinkDB's issue log_write_error.
    Predicts: `/_ping` that repeats it.
    Contradicted by: a full disk of its node: then that is the cause.
    """
    if own := case.found("status.log-write-error", "rdb.log-write-error"):
        things = things_of(own, "database")
        yield Finding(things, tuple(own), predicts=lambda each: repeats_issues(case, each, things))


def repeats_issues(case: Case, result: Result, things: Sequence[str] = ()) -> bool:
    """Whether a replica's own health only repeats RethinkDB's issues: those that name nothing, or these things."""
    if result.condition in ("PING-1", "PING-2"):
        accused = set(result.about) - {"balancer"}
        return result.reason == "ping.database-issues" or (
            result.reason == "ping.other-database" and accused <= set(things)
        )
    if result.condition == "STATUS-4" and wrong(result):
        if result.reason == "status.unhealthy-for-others":
            return {f"database:{name_of(each)}" for each in result.about} <= set(things)
        said = [case.verdict("PING-1", name_of(each)) for each in result.about]
        return bool(said) and all(each is not None and repeats_issues(case, each, things) for each in said)
    return False


@family.cause("console-open", "The web console of {things} is open", remedy="database-console", harms=(Harm.EXPOSED,))
def console_open(case: Case) -> Iterator[Finding]:
    """RethinkDB's web console is open: it needs no password.

    Needs: STATUS-9 sees its port.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.console-open"):
        yield Finding(things_of(own, "database"), tuple(own))


@family.cause("address-differs", "{things} {does} not announce the address that MSR gave it", remedy="database-address")
def address_differs(case: Case) -> Iterator[Finding]:
    """A database server announces another canonical address or port than MSR gives it.

    Needs: STATUS-9 warns.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.address-differs"):
        yield Finding(things_of(own, "database"), tuple(own))


@family.cause(
    "rethinkdb-version",
    "{things} {does} not run the version of RethinkDB that the others run",
    remedy="rethinkdb-versions",
)
def rethinkdb_version(case: Case) -> Iterator[Finding]:
    """A database server runs another version of RethinkDB than the others.

    Needs: STATUS-15 warns of the version.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.other-rethinkdb"):
        yield Finding(things_of(own, "database"), tuple(own))


@family.cause("database-reconnected", "{things} reconnected recently", remedy="rethinkdb-versions")
def database_reconnected(case: Case) -> Iterator[Finding]:
    """A database server was away for a moment, and is back.

    Needs: STATUS-15 warns of the time.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.reconnected"):
        yield Finding(things_of(own, "database"), tuple(own))


@family.cause("server-renamed", "{things} {has} another name than MSR gave it", remedy="server-renamed")
def server_renamed(case: Case) -> Iterator[Finding]:
    """A database server was renamed.

    Needs: STATUS-6 finds it by its address under another name.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.server-renamed"):
        yield Finding(things_of(own, "database"), tuple(own))
