"""The swarm as its managers see it: whether a node is ready, and whether the managers have a leader and a majority."""

from __future__ import annotations

from collections.abc import Sequence

from checks.rules.cluster_views import quorum
from checks.rules.wording import many, one_line
from checks.verdict import Outcome, Verdict, failed, passed, warned
from fixtures.core.evidence import thing
from fixtures.core.store import PerSubject
from fixtures.inventory import Inventory, Node
from fixtures.probes.membership import missing_at, must_be_in_the_swarm
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmView

OUT_OF_SWARM = {"locked": "node.swarm-locked", "error": "node.swarm-error"}
"""The reason by what an engine calls its part in a swarm that it is not active in; any other is `not-in-swarm`."""


NOT_AVAILABLE = {"drain": ("node.drained", "drained"), "pause": ("node.paused", "paused")}
"""The reason, and the word for it, by what keeps the swarm from attaching a container to a network on a node."""


def as_the_swarm_sees_it(
    node: Node, engine: EngineFacts, rows: Sequence[tuple[str, SwarmNode]], inventory: Inventory
) -> Verdict:
    """Whether the swarm lists a node as ready. rows: the node, each time with the manager that lists it so."""
    way = f"Docker {engine.version}, {engine.way}"
    if not rows:
        return passed(f"{way}; no manager reports whether the node is ready", seen=engine.swarm.state)
    bad = next((row for _, row in rows if row.state != "ready"), None)
    if bad is not None:
        why = f": {one_line(bad.message)}" if bad.message else ""
        return failed(
            "node.not-ready",
            f"the swarm lists the node as {bad.state or 'without a state'}{why}",
            seen=bad.state,
            expected="ready",
            witnesses=[thing("node", name) for name, row in rows if name != node.name and row.state != "ready"],
            measured="reported",
        )
    availability = rows[0][1].availability
    if availability in NOT_AVAILABLE and any(replica.node == node.name for replica in inventory.replicas):
        reason, word = NOT_AVAILABLE[availability]
        return warned(
            reason,
            f"the node is {word} and runs a replica: no container can be attached to a network on it",
            seen=availability,
            expected="active",
            witnesses=[
                thing("node", name) for name, row in rows if name != node.name and row.availability == availability
            ],
            measured="reported",
        )
    return passed(f"{way}; {availability}", seen=availability)


def views_of_managers(engines: PerSubject[EngineFacts], views: PerSubject[SwarmView]) -> list[SwarmView]:
    """What the managers of the inventory's swarm see; none where none of its nodes is one.

    Raises the cause where none could be asked, and where those that answer are of another swarm.
    """
    managing = [view for view in views.values() if view.manager]
    own = [view for view in managing if not missing_at(view.node, engines, views)]
    if managing and not own:
        must_be_in_the_swarm(managing[0].node, engines, views)
    if not own:
        for cause in views.causes.values():
            raise cause
    return own


def judge_managers(views: Sequence[SwarmView]) -> Verdict:
    """Whether the swarm has a leader and all its managers are reachable, by the first manager that sees a fault."""
    if all(view.no_leader for view in views):
        errors = "; ".join(f"{view.node}: {one_line(view.error)}" for view in views)
        message = "no manager can list the nodes of the swarm: it has no leader, for lack of a majority"
        return failed(
            "node.no-leader",
            f"{message} ({errors})",
            seen=[view.node for view in views],
            expected="a leader",
            about=[thing("swarm")],
            witnesses=[thing("node", view.node) for view in views],
        )
    verdicts = [_as_seen_by(view) for view in views]
    return next((each for each in verdicts if each.outcome is not Outcome.PASS), verdicts[0])


def _as_seen_by(view: SwarmView) -> Verdict:
    seen_by, witness = f"(reported by {view.node})", [thing("node", view.node)]
    if view.error:
        message = f"manager {view.node} cannot list the nodes of the swarm: {one_line(view.error)}"
        return failed("node.manager-cannot-list", message, expected="a leader", about=witness, measured="directly")
    managers = [row for row in view.nodes if row.manager]
    up = [row for row in managers if row.reachability == "reachable"]
    need = quorum(len(managers))
    seen = {"managers": len(managers), "reachable": len(up), "quorum": need}
    leader = next((row.name for row in managers if row.leader), None)
    left = f"tolerates {many(len(up) - need, 'more failure')}" if len(up) >= need else "has lost its quorum"
    lost = [row.name for row in managers if row not in up]
    if lost:
        who = f"manager {lost[0]} is" if len(lost) == 1 else f"managers {', '.join(lost)} are"
        reachable = f"{len(up)} of {len(managers)} reachable"
        message = f"{who} unreachable ({reachable}); the swarm {left} {seen_by}"
        return failed(
            "node.manager-unreachable" if len(up) >= need else "node.quorum-lost",
            message,
            seen=seen,
            expected=len(managers),
            about=[thing("node", name) for name in lost],
            witnesses=witness,
        )
    if leader is None:
        message = f"the swarm has no leader {seen_by}"
        return failed(
            "node.no-leader", message, seen=seen, expected="a leader", about=[thing("swarm")], witnesses=witness
        )
    return passed(f"{many(len(managers), 'manager')}, leader {leader}; the swarm {left}", seen=seen)
