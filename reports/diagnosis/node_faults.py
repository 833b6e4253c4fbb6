"""Which of a run's verdicts are about a node itself or its part in the swarm, and what else follows from it.

Pure: it reads nothing but the fields of results.jsonl. Whoever repairs the node need not check its containers, and a
network to which nothing can be attached for that reason has no fault of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.blame import fails, unknown
from reports.diagnosis.partitions import ABOUT_THE_DATABASE, Partition, follows
from reports.records import PROBLEMS, Header, Result

_LEADERLESS = frozenset({"node.no-leader", "node.quorum-lost"})
# What is missing at a node that left the swarm: its containers' network, and its gossip.
_NEEDS_THE_SWARM = frozenset({"CTR-4", "NODE-5"})


@dataclass(frozen=True)
class NodeFault:
    """own: what the node, or the swarm, is said to be. refused: where no container can be attached for it.

    replicas: those that are out of the others' reach for it.
    """

    own: Result
    nodes: frozenset[str]
    refused: tuple[Result, ...]
    replicas: tuple[str, ...]

    @property
    def down(self) -> bool:
        """Whether the node could not be reached, or its engine does not respond."""
        return self.own.condition == "NODE-1" and self.own.remedy == "node-down"

    def explains(self, header: Header, result: Result) -> bool:
        """Whether another problem follows from it."""
        if result in self.refused:
            return True
        if result.reason == "node.manager-unreachable" and fails(result):
            return nodes_of(result) <= self.nodes
        parts = set(result.subject.split(":"))
        blind = unknown(result) and self.own.condition == "NODE-1" and fails(self.own)
        if blind and (self.nodes & parts or self.nodes & nodes_of(result)):
            return True
        of_the_swarm = result.area in ABOUT_THE_DATABASE or result.condition in _NEEDS_THE_SWARM
        if self.replicas and parts & {*self.replicas, *self.nodes} and (unknown(result) or of_the_swarm):
            return True
        return bool(self.refused) and follows(header, Partition(self.refused, self.nodes, self.replicas), result)


def node_faults(header: Header, results: Sequence[Result]) -> list[NodeFault]:
    """The faults of the swarm, then those of nodes; one that is drained or paused where it had a container refused."""
    refused = [r for r in results if r.condition == "NET-1" and fails(r)]
    found: list[NodeFault] = []
    for result in results:
        if fails(result) and result.reason in _LEADERLESS:
            hit = frozenset(_node(r) for r in refused)
            found.insert(0, NodeFault(result, hit, tuple(refused), ()))
        elif result.condition == "NODE-1" and result.verdict in PROBLEMS and not unknown(result):
            there = tuple(r for r in refused if _node(r) == result.subject)
            carried = tuple(name for name, place in header.replicas.items() if place.node == result.subject)
            if fails(result) or there:
                cut_off = carried if fails(result) and there else ()
                found.append(NodeFault(result, frozenset({result.subject}), there, cut_off))
    return found


def nodes_of(result: Result) -> frozenset[str]:
    """The nodes among the things that a verdict is about."""
    return frozenset(name for kind, _, name in (each.partition(":") for each in result.about) if kind == "node")


def _node(result: Result) -> str:
    return result.subject.partition(":")[0]
