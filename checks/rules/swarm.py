"""The swarm as its managers see it: whether a node is ready, and whether the managers have a leader and a majority."""

from __future__ import annotations

from collections.abc import Sequence

from checks.rules.cluster_views import quorum
from checks.verdict import Verdict, failed, passed, warned
from fixtures.core.evidence import thing
from fixtures.inventory import Inventory, Node
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmView

OUT_OF_SWARM = {"locked": "node.swarm-locked", "error": "node.swarm-error"}
"""The reason by what an engine calls its part in a swarm that it is not active in; any other is `not-in-swarm`."""


def as_the_swarm_sees_it(
    node: Node, engine: EngineFacts, rows: Sequence[tuple[str, SwarmNode]], inventory: Inventory
) -> Verdict:
    """Whether the swarm counts a node as ready. rows: the node, each time with the manager that lists it so."""
    way = f"Docker {engine.version}, {engine.way}"
    if not rows:
        return passed(f"{way}; no manager tells whether the swarm counts it as ready", seen=engine.swarm.state)
    bad = next((row for _, row in rows if row.state != "ready"), None)
    if bad is not None:
        why = f": {bad.message}" if bad.message else ""
        return failed(
            "node.not-ready",
            f"the swarm counts it as {bad.state or 'nothing'}{why}",
            seen=bad.state,
            expected="ready",
            witnesses=[thing("node", name) for name, row in rows if name != node.name and row.state != "ready"],
            measured="reported",
        )
    availability = rows[0][1].availability
    if availability == "drain" and any(replica.node == node.name for replica in inventory.replicas):
        message = "it is drained, and a replica is on it: no container can be attached to a network there"
        return warned(
            "node.drained",
            message,
            seen=availability,
            expected="active",
            witnesses=[thing("node", name) for name, row in rows if name != node.name and row.availability == "drain"],
            measured="reported",
        )
    return passed(f"{way}; {availability}", seen=availability)


def judge_managers(views: Sequence[SwarmView]) -> Verdict:
    """Whether the swarm has a leader and all its managers can be reached, as the worst off of its managers sees it."""
    if all(view.error for view in views):
        told = "; ".join(f"{view.node}: {view.error}" for view in views)
        message = "no manager can list the nodes of the swarm: probably none leads, for lack of a majority"
        return failed(
            "node.no-leader",
            f"{message} ({told})",
            seen=[view.node for view in views],
            expected="a leader",
            about=[thing("swarm")],
            witnesses=[thing("node", view.node) for view in views],
        )
    verdicts = [_as_seen_by(view) for view in views]
    return next((each for each in verdicts if each.outcome != "PASS"), verdicts[0])


def _as_seen_by(view: SwarmView) -> Verdict:
    seen_by, told_by = f", as {view.node} sees it", [thing("node", view.node)]
    if view.error:
        message = f"{view.node} cannot list the swarm: {view.error}"
        return failed("node.manager-cannot-list", message, expected="a leader", about=told_by, measured="directly")
    managers = [row for row in view.nodes if row.manager]
    up = [row for row in managers if row.reachability == "reachable"]
    need = quorum(len(managers))
    seen = {"managers": len(managers), "reachable": len(up), "quorum": need}
    leader = next((row.name for row in managers if row.leader), None)
    stands = f"it still stands {len(up) - need} failures" if len(up) >= need else "the quorum is lost"
    lost = [row.name for row in managers if row not in up]
    if lost:
        message = f"{', '.join(lost)} cannot be reached, {len(up)} of {len(managers)} managers can; {stands}{seen_by}"
        return failed(
            "node.manager-unreachable" if len(up) >= need else "node.quorum-lost",
            message,
            seen=seen,
            expected=len(managers),
            about=[thing("node", name) for name in lost],
            witnesses=told_by,
        )
    if leader is None:
        message = f"no manager leads{seen_by}"
        return failed(
            "node.no-leader", message, seen=seen, expected="a leader", about=[thing("swarm")], witnesses=told_by
        )
    return passed(f"{len(managers)} managers, {leader} leads; {stands}", seen=seen)
