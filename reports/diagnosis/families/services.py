"""Faults of a replica as a whole: what it answers to its health check, and what it reports of its health."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from reports.diagnosis.case import Case, fails, name_of, replicas_in, things_of, unknown
from reports.diagnosis.effects import Follows
from reports.diagnosis.families.notary import at_feeds, failing_notary
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import harms_of
from reports.diagnosis.reach import blind_notary, gone_without, reported_well, silent_replicas, well_otherwise
from reports.records import Result, VerdictWord

family = Family()

_OK = 200
_MENDING = ("save-first", "restart-container")
_REPLICA = ("save-first", "restart-replica", "remove-join")
_OWN_WORD = ("ping.unhealthy", "ping.server-error", "ping.contradiction")
_ALL = (Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.WEB)


def _said_of(case: Case, names: set[str], *conditions: str) -> Follows:
    """What these conditions say of these replicas alone, the balancer and containers apart.

    Nothing that is down explains that anybody is let in.
    """

    def follows(result: Result) -> bool:
        at_fault = replicas_in(case, result)
        is_open = result.reason == "reg.open"
        return result.condition in conditions and bool(at_fault) and at_fault <= names and not is_open

    return follows


@family.cause("port-not-tls", "The port of {things} does not use TLS", remedy="not-tls", harms=_ALL)
def port_not_tls(case: Case) -> Iterator[Finding]:
    """Something accepts connections on the port of a replica and does not speak TLS; nothing was sent to it.

    Needs: PING-1 fails for that.
    Predicts: all that was to be asked there.
    Contradicted by: a TLS handshake.
    """
    own = case.found("ping.not-tls")
    if own:
        yield _gone(case, own)


def _gone(case: Case, own: Sequence[Result], ladder: tuple[str, ...] | None = None) -> Finding:
    """Replicas of which nothing can be asked, and what speaks for them all the same."""
    names = [each.subject for each in own if each.subject in case.replicas]
    well = [each for name in names for each in reported_well(case, name)]
    things = tuple(f"replica:{name}" for name in names)
    return Finding(things, tuple(own), tuple(well[:12]), predicts=gone_without(case, names), ladder=ladder)


def _speaks_tls(case: Case, name: str) -> bool:
    """Whether its port completed a TLS handshake, whatever the certificate is worth."""
    found = case.verdict("TLS-1", name)
    return found is not None and not unknown(found) and found.verdict is not VerdictWord.SKIPPED


@family.cause("replica-silent", "{things} {does} not respond", remedy="recover-replica", harms=_ALL, ladder=_REPLICA)
def replica_silent(case: Case) -> Iterator[Finding]:
    """A replica does not respond over HTTPS, and what its other parts show does not say why.

    Needs: PING-1 fails without a response, and without a TLS handshake.
    Predicts: all that was to be asked there.
    Contradicted by: others that see it well (then only this machine does not reach it).
    """
    silent = [name for name in silent_replicas(case) if not _speaks_tls(case, name)]
    own = [each for each in case.left if each.condition == "PING-1" and fails(each) and each.subject in silent]
    if own:
        # nginx ends TLS: it accepts connections, and hangs.
        hung = all(each.reason == "ping.no-handshake" for each in own)
        yield _gone(case, own, _MENDING if hung else None)


@family.cause(
    "container-unreachable",
    "{things} cannot be reached by the health check of its replica",
    remedy="read-the-logs",
    harms=(Harm.PULL, Harm.PUSH),
    ladder=_MENDING,
)
def container_unreachable(case: Case) -> Iterator[Finding]:
    """A replica's `/_ping` cannot connect to one of its containers, and Docker does not show it down.

    Needs: `/_ping` names the container.
    Predicts: what that container serves at its replica.
    Contradicted by: a container that does not run (then that is the cause).
    """
    own = [each for each in case.found("ping.container-unreachable") if each.condition == "PING-1"]
    if own:
        names, containers = {each.subject for each in own}, things_of(own, "container")
        yield Finding(
            containers, tuple(own), harms=harms_of(containers),
            predicts=_said_of(case, names, "STATUS-4", "REG-1", "TOKEN-1", "FEED-1", "STATUS-1", "PING-2"),
        )  # fmt: skip


@family.cause(
    "notary-database",
    "{things} cannot read its database",
    remedy="notary-server",
    harms=(Harm.PULL_SIGNED, Harm.SIGN, Harm.AUDIT_LOG),
)
def notary_database(case: Case) -> Iterator[Finding]:
    """A notary-server responds with 500 and no fault of the database is known that explains it.

    Needs: 500 for its audit logs, and nothing deeper.
    Predicts: its audit logs cannot be read; a replica that calls itself unhealthy, as its `/_ping` asks it last.
    Contradicted by: a database that is down, or a lost majority: then that is the cause.
    """
    for found in failing_notary(case, at_feeds(case, "feed.database-unreadable"), ladder=("repair-first",)):
        names = {name_of(each) for each in found.things}
        ill = {each.subject for each in case.of("PING-1") if each.subject in names and blind_notary(case, each)}
        yield replace(found, predicts=partial(_says_ill, case, ill, found.predicts))


def _says_ill(case: Case, ill: set[str], predicts: Follows, result: Result) -> bool:
    """Whether it follows, or these replicas are reported as unhealthy."""
    said = result.condition in ("PING-1", "PING-2", "STATUS-4") and (result.reason or "").endswith(".unhealthy")
    named = replicas_in(case, result)
    return predicts(result) or (said and bool(named) and named <= ill)


@family.cause(
    "replica-unhealthy",
    "{things} {is} unhealthy",
    remedy="recover-replica",
    others=("health-alone",),
    harms=(Harm.PULL, Harm.PUSH),
    ladder=_REPLICA,
)
def replica_unhealthy(case: Case) -> Iterator[Finding]:
    """A replica reports itself unhealthy, and nothing deeper is known.

    Needs: its own `/_ping` says so, with the status that belongs to it.
    Predicts: its health as it and the others report it, and the balancer that reaches it.
    Contradicted by: an issue of RethinkDB, or a container, that it names.
    """
    own = [
        each
        for each in case.found("ping.unhealthy", "ping.database-issues", "ping.other-database")
        if each.condition == "PING-1" and each.seen != _OK
    ]
    if own:
        names = {each.subject for each in own}
        follows = _said_of(case, names, "STATUS-4", "PING-2")
        yield _by_its_word(case, Finding(tuple(f"replica:{name}" for name in names), tuple(own), predicts=follows))


def _by_its_word(case: Case, found: Finding) -> Finding:
    """Where these replicas' own word stands against all else that was measured of them, nothing is restarted for it."""
    if all(well_otherwise(case, name_of(thing)) for thing in found.things):
        return replace(found, ladder=("repair-first",), remedy="health-alone")
    return found


@family.cause(
    "ping-misbehaves",
    "{things} {does} not answer /_ping as documented",
    remedy="recover-replica",
    others=(
        "undocumented-ping",
        "health-alone",
    ),
    ladder=_REPLICA,
)
def ping_misbehaves(case: Case) -> Iterator[Finding]:
    """A replica's `/_ping` does not come over a port that speaks TLS, is not the documented one, or contradicts its
    status: its health is not known.

    Needs: PING-1 fails for the form of the response, or without one although the port completes a TLS handshake.
    Predicts: the balancer that receives the same response; all that was to be asked there where none comes.
    Contradicted by: nothing that a run sees.
    """
    own = [each for each in case.left if each.condition == "PING-1" and fails(each)]
    if own:
        names = {each.subject for each in own}
        silent = names & set(silent_replicas(case))
        gone = gone_without(case, silent)

        def follows(result: Result) -> bool:
            # A response that comes late is slow for itself, whatever it says.
            asked = result.condition == "PING-2" or (result.condition == "PING-3" and unknown(result))
            return (asked and bool(replicas_in(case, result) & names)) or gone(result)

        # A page or an empty response may come from anything in between: nothing says that the replica is at fault.
        its_own = any(each.reason in _OWN_WORD for each in own)
        things = tuple(f"replica:{name}" for name in names)
        found = Finding(things, tuple(own), predicts=follows, ladder=_REPLICA if its_own else ("repair-first",),
                        remedy=None if its_own or silent else "undocumented-ping")  # fmt: skip
        yield _by_its_word(case, found)


family.by_reason(
    "ping-slow",
    "{things} respond{s} late",
    "A replica responds to `/_ping` later than load balancers usually wait.",
    "ping.slow",
    remedy="slow-replica",
)


family.by_reason(
    "health-report-stale",
    "The health report of {things} is old",
    "A replica's health report stands still while all else of it is well: a dead replica keeps its last OK.",
    "status.stale-health",
    things=("replica",),
    remedy="stale-health",
    ladder=("save-first", "restart-container"),
)


@family.cause("health-report-bad", "The last health report of {things} is not OK", remedy="recover-replica",
              others=("health-alone",), ladder=_REPLICA)  # fmt: skip
def health_report_bad(case: Case) -> Iterator[Finding]:
    """A replica's last health report names a fault, and nothing deeper is known.

    Needs: STATUS-4 fails.
    Predicts: nothing else.
    Contradicted by: all else that was measured of it: then nothing is restarted for a report.
    """
    if own := case.found("status.unhealthy", "status.unhealthy-for-others", "status.health-not-reported"):
        yield _by_its_word(case, Finding(things_of(own), tuple(own)))


family.by_reason(
    "read-only",
    "The registry of {things} is read-only",
    "A replica's registry refuses pushes since it is read-only.",
    "status.read-only",
    things=("replica",),
    remedy="read-only",
    harms=(Harm.PUSH, Harm.DELETE),
)
