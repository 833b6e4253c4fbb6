"""A made-up run in which all was judged that a rung of recovery asks for, and causes to ask about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.diagnosis.finding import Kind
from reports.diagnosis.targets import COMPONENTS
from reports.records import Declared, Result, VerdictWord
from tests.reports.samples import IDS, TABLES, header

A, B, C = IDS[:3]
NODES = ("node-1", "node-2", "node-3")
EVERY_RUNG = (
    "start",
    "restart-container",
    "restart-replica",
    "restart-engine",
    "reconfigure",
    "remove-join",
    "emergency-repair",
    "restore",
)


def judged(condition: str, subject: str, word: str = "PASS", *about: str, **fields: Any) -> Result:
    """One verdict, on `about` or on nothing named."""
    return replace(
        Result("prod-eu", condition, subject, VerdictWord(word), "critical", about=about, measured="directly"), **fields
    )


def _healthy() -> Iterator[Result]:
    for node in NODES:
        for condition in ("NODE-1", "NET-1"):
            yield judged(condition, node, "PASS", f"node:{node}")
        yield judged("CTR-7", node, "PASS", f"node:{node}", seen=[])
        yield judged("NODE-2", f"{node}:_var_lib_docker", "PASS", f"node:{node}")
    for replica in (A, B, C):
        for condition in ("PING-1", "IDENT-1", "STATUS-5", "STATUS-6", "CTR-3", "CTR-5", "VERSION-1", "JOB-1", "REG-1"):
            yield judged(condition, replica, "PASS", f"replica:{replica}")
        yield judged("RDB-1", replica, "PASS", f"database:{replica}")
        yield judged("TOKEN-1", f"admin:global:{replica}", "PASS", f"token-service:{replica}")
        for component in COMPONENTS:
            for condition in ("CTR-1", "CTR-2"):
                yield judged(condition, f"{replica}:{component}", "PASS", f"container:{component}-{replica}")
    for a, b in ((A, B), (A, C), (B, C)):
        yield judged("STATUS-8", f"{a}:{b}", "PASS", f"link:{a}>{b}", measured="reported")
    for table in TABLES:
        for condition in ("STATUS-11", "STATUS-12"):
            yield judged(condition, table, "PASS", measured="reported")
    yield judged("NODE-6", "cluster", "PASS", seen={"managers": 3, "reachable": 3, "quorum": 2})
    yield judged("MKE-1", "mke.example.org", "PASS", "mke")


HEALTHY = tuple(_healthy())


def but(*changed: Result, of: Sequence[Result] = HEALTHY) -> tuple[Result, ...]:
    """The run with these verdicts in place of those on the same subjects."""
    new = {(each.condition, each.subject): each for each in changed}
    kept = [new.pop((each.condition, each.subject), each) for each in of]
    return (*kept, *new.values())


def case_of(results: Sequence[Result], *lost: str, **fields: Any) -> Case:
    """The evidence, with these nodes declared lost."""
    stated = tuple(Declared("lost", node, "ops", "2026-11-23T02:50:00Z") for node in lost)
    return Case(header(declared=stated, **fields), results)


def cause_of(
    case: Case, *things: str, kind: str = "made-up", ladder: tuple[str, ...] = EVERY_RUNG, shown_by: str = "FAIL"
) -> Cause:
    """A cause about these things, shown by all that fails."""
    wrong = tuple(each for each in case.results if each.verdict == shown_by)
    made = Kind(kind, "{things} {is} at fault", "recover-replica", (), ladder, lambda _: ())
    return Cause(made, things, wrong, ladder=ladder)


# -- faults


def stopped(replica: str, *components: str) -> tuple[Result, ...]:
    """These containers of a replica exited."""
    return tuple(
        judged("CTR-1", f"{replica}:{each}", "FAIL", f"container:{each}-{replica}", reason="ctr.exited")
        for each in components
    )


def missed(*replicas: str) -> tuple[Result, ...]:
    """The others miss the databases of these: their links, and their copies of all tables."""
    waits = tuple(f"database:{each}" for each in replicas)
    links = tuple(
        judged("STATUS-8", f"{a}:{b}", "FAIL", f"link:{a}>{b}", reason="status.servers-apart", measured="reported")
        for a, b in ((A, B), (A, C), (B, C))
        if {a, b} & set(replicas)
    )
    reason = "status.table-copy-not-ready" if len(replicas) < 2 else "status.table-no-writes"
    tables = tuple(
        judged("STATUS-11", table, "FAIL", f"table:{table}", *waits, reason=reason, measured="reported")
        for table in TABLES
    )
    return (*links, *tables)


def gone(number: int) -> tuple[Result, ...]:
    """The node of a replica does not respond, nor anything on it."""
    replica, node = IDS[number], NODES[number]
    unreached: dict[str, Any] = {"reason": "docker.no-connection", "measured": None}
    silent: dict[str, Any] = {"reason": "http.refused", "measured": None}
    unseen = tuple(
        replace(each, verdict=VerdictWord.UNKNOWN, about=(f"node:{node}",), **unreached)
        for each in HEALTHY
        if (replica in each.subject.split(":") and each.condition.startswith("CTR-"))
        or (node in each.subject.split(":") and each.condition != "NODE-1")
    )
    return (
        *unseen,
        judged("NODE-1", node, "FAIL", f"node:{node}", reason="node.no-connection"),
        judged("PING-1", replica, "FAIL", f"replica:{replica}", reason="ping.no-connection"),
        judged("IDENT-1", replica, "UNKNOWN", f"replica:{replica}", **silent),
        judged("STATUS-5", replica, "FAIL", f"replica:{replica}", reason="status.stale-health", measured="reported"),
        judged("VERSION-1", replica, "UNKNOWN", f"replica:{replica}", **silent),
        judged("RDB-1", replica, "FAIL", f"database:{replica}", reason="rdb.no-connection"),
        *missed(replica),
    )
