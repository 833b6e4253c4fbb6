"""Which replicas do not respond over HTTPS, and what speaks for or against that they are down."""

from __future__ import annotations

from collections.abc import Mapping

from reports.diagnosis.case import Case, fails, replicas_in, unknown
from reports.records import Result, VerdictWord

# Asked at each replica without credentials: judged there, something did respond.
_ASKED_AT = ("NGINX-1", "REG-1", "IDENT-1", "PING-3")


def responded(result: Result) -> bool:
    """Whether a failure came with an HTTP status: then something did respond."""
    seen = result.seen.get("status") if isinstance(result.seen, Mapping) else result.seen
    return isinstance(seen, int) and not isinstance(seen, bool)


def silent_replicas(case: Case) -> tuple[str, ...]:
    """The replicas that do not respond over HTTPS at all, in the inventory's order."""
    down = {each.subject for each in case.of("PING-1") if fails(each) and not responded(each)}
    judged = {
        each.subject for each in case.of(*_ASKED_AT) if not unknown(each) and each.verdict is not VerdictWord.SKIPPED
    }
    return tuple(name for name in case.replicas if name in down - judged)


def reported_well(case: Case, replica: str) -> tuple[Result, ...]:
    """What others, or other ways in, show of a replica that is well: the balancer reaches it, its health report is
    fresh, its database is connected and answers, its containers run.
    """
    through_balancer = [
        each
        for each in case.of("PING-2", word=VerdictWord.PASS)
        if isinstance(each.seen, Mapping) and replica in each.seen
    ]
    others = case.passing("STATUS-5", replica) + case.passing("STATUS-8", replica) + case.passing("RDB-1", replica)
    nginx = case.passing("CTR-1", f"{replica}") if not case.fails("CTR-1", replica) else []
    return (*through_balancer, *others, *nginx)


def reported_missing(case: Case, replica: str) -> tuple[Result, ...]:
    """What others, or other ways in, show of a replica that is down, or ill."""
    return tuple(
        each
        for each in case.results
        if fails(each) and each.condition not in ("PING-1", "PING-2") and replica in replicas_in(case, each)
    )
