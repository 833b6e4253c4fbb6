"""What a run has shown of the other replicas, of the swarm, and of what is lost."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reports.diagnosis.case import Case, fails, replicas_in
from reports.diagnosis.standing import Standing, every, holds, shown
from reports.diagnosis.targets import COMPONENTS
from reports.diagnosis.votes import ready_tables
from reports.records import VerdictWord

_STATES = ("ctr.paused", "ctr.unhealthy", "ctr.oom-killed")
_AVAILABILITY = ("rdb.table-availability",)


def nodes(case: Case) -> list[str]:
    """The nodes of the replicas, without those that are declared lost."""
    found = dict.fromkeys(case.node_of(each) for each in case.replicas)
    return [node for node in found if node and node not in case.lost]


def steady(case: Case, replica: str) -> Standing:
    """Whether none of its containers is restarting, or did lately."""
    return holds(case, "CTR-2", replica, _STATES)


def serves(case: Case, replica: str, despite: Collection[str]) -> Standing:
    """Whether it reports itself healthy, or unhealthy for one of these replicas alone."""
    found = case.verdict("PING-1", replica)
    if found is not None and fails(found):
        named = replicas_in(case, found)
        return shown(bool(named) and named <= set(despite))
    return holds(case, "PING-1", replica)


def whole(case: Case, replica: str, lost: Collection[str]) -> Standing:
    """Whether its nine containers run, its database is connected, its report is fresh, and nothing of its own fails."""
    running = case.passing("CTR-1", replica)
    links = [
        shown({VerdictWord.PASS: True, VerdictWord.FAIL: False}.get(each.verdict))
        for each in case.of("STATUS-8")
        if replica in (ends := each.subject.split(":")) and not set(ends) & set(lost)
    ]
    own = [each for each in case.against[replica] if not replicas_in(case, each) & set(lost)]
    alone = len(set(case.replicas) - set(lost)) == 1
    return every(
        [
            holds(case, "CTR-1", replica),
            shown(len(running) >= len(COMPONENTS) or None),
            holds(case, "STATUS-5", replica),
            every(links) if links or alone else Standing.NOT_SHOWN,
            serves(case, replica, lost),
            *(shown(False if fails(each) else None) for each in own),
        ]
    )


def healthy_other(case: Case, lost: Collection[str]) -> str | None:
    """A replica through which the product's command line can work, for `--existing-replica-id`."""
    rest = (each for each in case.replicas if each not in lost)
    return next((each for each in rest if whole(case, each, lost) is Standing.MET), None)


def swarm_stands(case: Case, without: str = "") -> Standing:
    """Whether the swarm has a majority of its managers, also without one node; it may be a manager."""
    found = case.of("NODE-6")
    if not found or any(each.verdict not in (VerdictWord.PASS, VerdictWord.FAIL) for each in found):
        return Standing.NOT_SHOWN
    return every(
        shown(_quorum(each.seen, _is_counted(case, without) and f"node:{without}" not in each.about))
        if each.reason in (None, "node.manager-unreachable")
        else Standing.UNMET
        for each in found
    )


def _is_counted(case: Case, node: str) -> bool:
    """Whether a node may be one of the managers that are reachable: one whose engine is down is not."""
    engine = case.verdict("NODE-1", node)
    return bool(node) and not (engine is not None and fails(engine))


def _quorum(seen: object, one_less: bool) -> bool | None:
    if not isinstance(seen, Mapping):
        return None
    reachable, needed = seen.get("reachable"), seen.get("quorum")
    if not isinstance(reachable, int) or not isinstance(needed, int):
        return None
    return reachable - one_less >= needed


def declared_lost(case: Case, replica: str) -> Standing:
    """Whether its node is declared lost, and neither node nor replica responds."""
    node = case.node_of(replica)
    if node is None or node not in case.lost:
        return Standing.NOT_SHOWN
    down = (case.verdict("NODE-1", node), case.verdict("PING-1", replica))
    if any(each is None or (not fails(each) and each.verdict is not VerdictWord.PASS) for each in down):
        return Standing.NOT_SHOWN
    return shown(all(each is not None and fails(each) for each in down))


def labelled(case: Case, replica: str) -> Standing:
    """Whether a container on its node has its id."""
    found = [each for each in case.of("CTR-1") if replica in each.subject.split(":") and each.reason != "ctr.missing"]
    return shown(any(each.verdict in (VerdictWord.PASS, VerdictWord.FAIL) for each in found) or None)


def identified(case: Case, replica: str) -> Standing:
    """Whether its response names it; where responses name nobody, whether its containers do."""
    by_name = labelled(case, replica) is Standing.MET
    return holds(case, "IDENT-1", replica, ("ident.not-named",) if by_name else ())


def silent_or_identified(case: Case, replica: str) -> Standing:
    """Whether nobody else answers at its address."""
    found = case.verdict("IDENT-1", replica)
    if found is not None and found.verdict is VerdictWord.UNKNOWN and (found.reason or "").startswith("http."):
        return Standing.MET
    return identified(case, replica)


def survivor(case: Case, lost: Collection[str]) -> str | None:
    """The replica to go on with: its database answers and its volumes are there; of several the one with most tables
    ready, then the one that reported last.
    """
    left = [
        each
        for each in case.replicas
        if each not in lost and _answers(case, each) and holds(case, "CTR-5", each) is Standing.MET
    ]
    return max(left, key=lambda each: (ready_tables(case, each), _reported(case, each)), default=None)


def _answers(case: Case, replica: str) -> bool:
    """Whether its own database server answered: with its issues, or that there are none."""
    found = [each for each in case.of("RDB-1") if replica in each.subject.split(":")]
    return bool(found) and all(
        each.verdict is VerdictWord.PASS or (fails(each) and each.reason in _AVAILABILITY) for each in found
    )


def _reported(case: Case, replica: str) -> str:
    found = case.verdict("STATUS-5", replica)
    if found is None:
        return ""
    return "9" if found.verdict is VerdictWord.PASS else found.since or ""
