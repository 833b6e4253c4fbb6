"""Which of a run's verdicts are about the network between the nodes, and what else follows from it.

Pure: it reads nothing but the fields of results.jsonl. What the replicas report when they cannot reach each other
is not their own fault: nobody is to remove a replica whose network is at fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.blame import blamed, fails, unknown
from reports.records import Header, Result

_NOTHING_NEW = frozenset({"network-itself", "not-attached"})
_CUTS = frozenset({"NET-1", "NET-2"})
_BETWEEN_NODES = frozenset({"NET-2", "NET-3", "NET-5"})
# What replicas that do not reach each other report.
ABOUT_THE_DATABASE = frozenset({"PING", "STATUS", "RDB", "JOB", "ALERT", "VERSION", "STORE", "FEED"})
# What others see of a replica that is lost to some of them, and what goes wrong for the whole cluster then.
_SEEN_BY_OTHERS = frozenset({"STATUS-3", "STATUS-7", "STATUS-11", "STATUS-12", "STATUS-14", "RDB-1"})


@dataclass(frozen=True)
class Partition:
    """Verdicts that say the same of the network; `nodes` are those at fault, all of them where no single one is.

    replicas: those that it takes from the others.
    """

    own: tuple[Result, ...]
    nodes: frozenset[str]
    replicas: tuple[str, ...]


def partitions(header: Header, results: Sequence[Result]) -> list[Partition]:
    """The faults of the network between the nodes, each once, those of most pairs first."""
    found: dict[object, list[Result]] = {}
    for result in results:
        if result.condition in _CUTS and fails(result):
            found.setdefault((result.reason, result.about), []).append(result)
    ordered = sorted(found.values(), key=len, reverse=True)
    return [_partition(header, own) for own in ordered]


def follows(header: Header, partition: Partition, result: Result) -> bool:
    """Whether a problem is explained by a partition."""
    parts = set(result.subject.split(":"))
    if result.condition in _BETWEEN_NODES:
        return unknown(result) and _not_known(partition, result, parts)
    if result.condition == "NET-4":
        carriers = {place.node for name, place in header.replicas.items() if name in parts}
        return bool(partition.nodes & (parts | carriers))
    if result.area not in ABOUT_THE_DATABASE or not partition.replicas:
        return False
    at_fault, cut_off = blamed(header, result), set(partition.replicas)
    if result.condition in _SEEN_BY_OTHERS:
        return not at_fault or bool(at_fault & cut_off)
    # Between two nodes only what is said of the link: one of the two replicas may be unhealthy for itself.
    of_the_link = len(partition.nodes) != 2 or len(at_fault) == 2
    return bool(at_fault) and at_fault <= cut_off and of_the_link


def _not_known(partition: Partition, result: Result, parts: set[str]) -> bool:
    """Where no container can be attached nothing is known of a node's pairs; else only of the pairs themselves."""
    if partition.own[0].condition == "NET-1":
        return bool(partition.nodes & parts)
    return any(own.subject == result.subject for own in partition.own)


def _partition(header: Header, own: Sequence[Result]) -> Partition:
    pairs = [frozenset(name for name in result.subject.split(":") if name in header.nodes) for result in own]
    common = frozenset.intersection(*pairs) if pairs else frozenset()
    # Of a pair both; of many pairs the one that is in all of them, and else all.
    nodes = common or frozenset.union(*pairs)
    # Where only nothing new can be attached, what is attached goes on working.
    cut_off = frozenset() if own[0].remedy in _NOTHING_NEW else nodes
    replicas = tuple(name for name, place in header.replicas.items() if place.node in cut_off)
    return Partition(tuple(own), nodes, replicas)
