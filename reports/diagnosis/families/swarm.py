"""Faults of the swarm: its managers, and the membership of nodes in it."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, nodes_in, wrong
from reports.diagnosis.effects import either, of_cut_replicas, unseen_at
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()

_REFUSED = "net.not-attached"
# What is missing at a node that left the swarm: its containers' network, and its gossip.
_MEMBERSHIP = frozenset({"net.not-in-swarm", "node.manager-unreachable"})
_NEEDS_THE_SWARM = frozenset({"CTR-4", "NODE-5"})


def _of_nodes(case: Case, *reasons: str) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for each in case.found(*reasons):
        for node in nodes_in(each):
            found.setdefault(node, []).append(each)
    return found


def _refused_at(case: Case, nodes: set[str]) -> list[Result]:
    """The verdicts that no container can be attached on these nodes, and what is not seen of pairs for it."""
    return [
        each
        for each in case.left
        if each.area == "NET" and nodes & set(each.subject.split(":")) and (each.reason == _REFUSED or not wrong(each))
    ]


def _blocked(case: Case, found: dict[str, list[Result]]) -> Finding:
    nodes = set(found)
    refused = {id(each) for each in _refused_at(case, nodes)}
    carried = {name for node in nodes for name in case.replicas_on(node)}
    return Finding(
        tuple(f"node:{node}" for node in found),
        tuple(each for own in found.values() for each in own),
        predicts=lambda each: (
            id(each) in refused
            or (each.area == "NET" and each.condition == "NET-4" and carried & set(each.subject.split(":")) != set())
        ),
    )


@family.cause(
    "swarm-leaderless", "The swarm has no leader", remedy="swarm-quorum", harms=(Harm.NEXT_FAILURE,),
    ladder=("repair-first", "call-support"),
)  # fmt: skip
def swarm_leaderless(case: Case) -> Iterator[Finding]:
    """No majority of the managers is left: nothing in the swarm can be changed, and no container be attached.

    Needs: a manager's own word that the swarm has no leader.
    Predicts: containers that cannot be attached on any node, and the managers that are unreachable.
    Contradicted by: a manager that lists a leader.
    """
    own = [each for each in case.found("node.no-leader", "node.quorum-lost") if each.condition == "NODE-6"]
    if own:
        yield Finding(
            ("swarm",),
            tuple(own),
            predicts=lambda each: (
                each.area == "NET"
                or each.reason in ("node.manager-unreachable", "node.no-leader", "node.quorum-lost", "node.not-ready")
                or each.condition == "NODE-1"
            ),
        )


@family.cause(
    "node-out-of-the-swarm", "{things} {is} not part of the swarm", remedy="not-in-the-swarm",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def node_out_of_the_swarm(case: Case) -> Iterator[Finding]:
    """A node left the swarm, was removed from it, or is locked: its containers run on, and nobody reaches them.

    Needs: NODE-1 reports the engine's own state in the swarm, or that the managers do not list it.
    Predicts: no container can be attached there, and its replica is missed by the others.
    Contradicted by: a manager that lists the node as ready.
    """
    found = _of_nodes(case, "node.not-in-swarm", "node.swarm-locked", "node.swarm-error")
    if found:
        blocked, nodes = _blocked(case, found), set(found)
        carried = {name for node in nodes for name in case.replicas_on(node)}
        cut = of_cut_replicas(case, carried)
        lone = {f"container:rethinkdb-{name}" for name in carried}
        yield Finding(
            blocked.things,
            blocked.shown_by,
            predicts=either(
                blocked.predicts,
                cut,
                unseen_at(case, nodes),
                lambda each: (
                    each.condition in _NEEDS_THE_SWARM and bool({*nodes, *carried} & set(each.subject.split(":")))
                ),
                lambda each: (
                    each.reason in ("net.not-in-swarm", "node.manager-unreachable") and nodes_in(each) <= nodes
                ),
                lambda each: bool(set(each.about) & lone),
            ),
        )


family.by_reason(
    "cloned-node",
    "{things} have one identity in the swarm",
    "Two machines have one identity in the swarm, since one was cloned from the other.",
    "node.cloned",
    remedy="cloned-node",
    harms=(Harm.NEXT_FAILURE,),
)


def _availability(name: str, title: str, meaning: str, reason: str) -> None:
    @family.cause(name, title, remedy="drained-node", harms=(Harm.NEXT_FAILURE,))
    def rule(case: Case) -> Iterator[Finding]:
        found = _of_nodes(case, reason)
        if found:
            yield _blocked(case, found)

    rule.__doc__ = (
        f"{meaning}\n\nNeeds: the managers list it so (NODE-1).\nPredicts: no container can be attached there.\n"
        "Contradicted by: a manager that lists the node as active.\n"
    )


_availability(
    "node-drained",
    "{things} {is} drained",
    "A node with a replica is drained: its containers stay, and one that is restarted there does not come back.",
    "node.drained",
)
_availability(
    "node-paused",
    "{things} {is} paused",
    "A node with a replica is paused: its containers stay, and no new one can be attached to the network there.",
    "node.paused",
)


@family.cause(
    "manager-unreachable", "Manager {things} {is} unreachable for the others", remedy="swarm-quorum",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def manager_unreachable(case: Case) -> Iterator[Finding]:
    """One manager is cut off from the others on 2377/tcp, and a majority of them is left.

    Needs: another manager reports it (NODE-6), or lists the node as not ready (NODE-1).
    Predicts: no new container can be attached there.
    Contradicted by: an engine or a machine that is itself at fault.
    """
    found = _of_nodes(case, "node.manager-unreachable", "node.not-ready", "node.manager-cannot-list")
    if found:
        yield _blocked(case, found)


family.by_reason(
    "swarm-port-closed",
    "Nothing listens on a port of the swarm on {things}",
    "A port of the swarm is closed on a node: names or managers do not reach it.",
    "node.swarm-port-closed",
    remedy="port-closed",
    harms=(Harm.NEXT_FAILURE,),
)
family.by_reason(
    "web-port-closed",
    "Nothing listens on a web port of {things}",
    "The ports on which a replica's nginx should listen are closed on its node.",
    "node.web-port-closed",
    remedy="port-closed",
    harms=(Harm.WEB, Harm.PULL, Harm.PUSH),
)
