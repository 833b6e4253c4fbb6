"""Faults of the overlay network between the nodes: by pair, direction and protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.diagnosis.case import Case, nodes_in, things_of, type_of, unknown, wrong
from reports.diagnosis.effects import Follows, either, names_of_databases, of_cut_replicas
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()

_LOST = (
    "net.no-reply",
    "net.no-reply-from-node",
    "net.no-reply-to-node",
    "net.nothing-from-node",
    "net.nothing-to-node",
    "net.nothing-one-way",
)
_NAMES = tuple(
    f"net.name-{what}{where}" for what in ("unresolved", "elsewhere") for where in ("", "-from-node", "-to-node")
)
_OF_PAIRS = frozenset({"NET-2", "NET-3", "NET-5"})
_VIEWS = frozenset(f"STATUS-{number}" for number in (3, 4, 6, 7, 8, 11, 12, 14)) | {"RDB-1", "RDB-4"}


def _ends(result: Result) -> frozenset[str]:
    """The two nodes of a pair."""
    return frozenset(result.subject.split(":"))


def _of_views(result: Result) -> bool:
    """Whether it is what the one that is cut off, and those on the other side, report of their databases."""
    return result.condition in _VIEWS


def _replicas_of(case: Case, nodes: set[str] | frozenset[str]) -> set[str]:
    return {name for node in nodes for name in case.replicas_on(node)}


def _of_the_pairs(own: Sequence[Result]) -> Follows:
    """What is not known, or less of the same, between the nodes of these pairs."""
    pairs = {_ends(each) for each in own}
    return lambda each: (
        each.condition in _OF_PAIRS and _ends(each) in pairs and (unknown(each) or each.condition != "NET-2")
    )


family.by_reason(
    "network-not-attachable",
    "{things} cannot take containers",
    "The overlay network was made anew in another way: no container can be attached to it.",
    "net.not-attachable",
    "net.not-overlay",
    "net.no-network",
    "net.no-common-network",
    predicts=lambda _case, _things: lambda each: each.area == "NET",
    explains="all that is asked over the network",
    remedy="network-itself",
    harms=(Harm.NEXT_FAILURE,),
)


@family.cause(
    "network-unknown-to-node", "{things} does not know the overlay network as the others do", remedy="network-itself",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def network_unknown_to_node(case: Case) -> Iterator[Finding]:
    """One node does not list the overlay network, or has another one of its name.

    Needs: NET-1 at that node.
    Predicts: what was not asked from there, and what the others miss of its replica.
    Contradicted by: a node that is itself at fault.
    """
    own = case.found("net.not-known-to-manager", "net.other-network", "net.not-listed")
    if own:
        nodes = {node for each in own for node in nodes_in(each)}
        yield Finding(
            things_of(own, "node"), tuple(own),
            predicts=lambda each: each.area == "NET" and bool(nodes & set(each.subject.split(":"))),
        )  # fmt: skip


@family.cause(
    "attach-refused", "No container can be attached to the overlay network on {things}", remedy="not-attached",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def attach_refused(case: Case) -> Iterator[Finding]:
    """An engine attaches no new container to the overlay network, and nothing deeper is known.

    Needs: NET-1 fails at that node.
    Predicts: what was not asked from there.
    Contradicted by: a swarm without a leader, a node that is drained, paused or out of the swarm.
    """
    own = [each for each in case.found("net.not-attached", "net.not-in-swarm") if each.condition == "NET-1"]
    if own:
        nodes = {node for each in own for node in nodes_in(each)}
        yield Finding(
            things_of(own, "node"), tuple(own),
            predicts=lambda each: each.area == "NET" and bool(nodes & set(each.subject.split(":"))),
        )  # fmt: skip


@family.cause(
    "overlay-down", "Nothing crosses {things} between any two nodes", remedy="overlay-network",
    harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.NEXT_FAILURE),
)  # fmt: skip
def overlay_down(case: Case) -> Iterator[Finding]:
    """No packet crosses the overlay network between any two nodes.

    Needs: NET-2 fails for every pair, for one reason, about the network.
    Predicts: all that the replicas report of one another.
    Contradicted by: any pair that replies.
    """
    own = [each for each in case.found(*_LOST) if "network" in map(type_of, each.about)]
    if own:
        nodes = {node for each in own for node in _ends(each)}
        cut = of_cut_replicas(case, _replicas_of(case, nodes))
        yield Finding(things_of(own, "network"), tuple(own), predicts=either(_of_the_pairs(own), cut, _names_of(nodes)))


def _names_of(nodes: set[str]) -> Follows:
    """What names do not resolve from or to these nodes."""
    return lambda each: each.condition == "NET-4" and bool(nodes & nodes_in(each))


def _nameless(case: Case, nodes: frozenset[str]) -> bool:
    """Whether no name of this one node's database resolves elsewhere, and none of the others there."""
    at = _replicas_of(case, nodes)
    lost = [each for each in case.of("NET-4") if each.reason == "net.database-unresolved"]
    elsewhere = [each for each in lost if names_of_databases(each) <= at and not nodes_in(each) & nodes]
    there = [each for each in lost if nodes_in(each) <= nodes and not names_of_databases(each) & at]
    return len(nodes) == 1 and bool(elsewhere and there)


@family.cause(
    "gossip-cut", "Container names do not resolve between {things} and the other nodes", remedy="overlay-network",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def gossip_cut(case: Case) -> Iterator[Finding]:
    """Nodes do not tell each other names any more (7946), while addresses still work.

    Needs: NET-2 fails since names do not resolve, or resolve to other addresses; or nothing crosses to a node whose
    names do not resolve elsewhere either, since its gossip brings the addresses too.
    Predicts: names of databases that do not resolve there (NET-4), and pings that were not sent.
    Contradicted by: a name that resolves between the same nodes.
    """
    own = [each for each in case.found(*_NAMES) if each.condition == "NET-2"]
    own += [each for each in case.found(*_LOST) if _nameless(case, nodes_in(each))]
    if own:
        nodes = {node for each in own for node in (nodes_in(each) or _ends(each))}
        at = _replicas_of(case, nodes)
        names = _database_names(at, nodes)
        yield Finding(
            things_of(own, "node", "network") or things_of(own), tuple(own),
            predicts=lambda each: (names(each) and each.reason == "net.database-unresolved")
            or (unknown(each) and each.condition in _OF_PAIRS and bool(nodes & _ends(each))),
        )  # fmt: skip


@family.cause(
    "node-cut-off", "{things} {is} cut off from the overlay network", remedy="overlay-network",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def node_cut_off(case: Case) -> Iterator[Finding]:
    """No packet of the overlay network reaches one node or leaves it: its replica is alone with itself.

    Needs: NET-2 fails for every pair of that node, and for no other pair.
    Predicts: all that its replica and the others report of one another.
    Contradicted by: a pair of it that replies.
    """
    own = [each for each in case.found(*_LOST) if "node" in map(type_of, each.about)]
    nodes = {node for each in own for node in nodes_in(each)}
    if own:
        at = _replicas_of(case, nodes)
        cut = of_cut_replicas(case, at)
        yield Finding(
            tuple(f"node:{node}" for node in nodes), tuple(own),
            predicts=either(_of_the_pairs(own), cut, _of_views, _database_names(at, nodes)),
        )  # fmt: skip


def _database_names(replicas: set[str], nodes: set[str]) -> Follows:
    return lambda each: each.condition == "NET-4" and bool((replicas | nodes) & set(each.subject.split(":")))


@family.cause(
    "link-cut", "{things}: no packet of the overlay network crosses", remedy="overlay-network",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def link_cut(case: Case) -> Iterator[Finding]:
    """Between two nodes no packet of the overlay network crosses, in one direction or in both.

    Needs: NET-2 fails for that pair, and other pairs of the same nodes reply.
    Predicts: what the two replicas report of one another, and of their tables.
    Contradicted by: a reply between the two.
    """
    own = [each for each in case.found(*_LOST) if "link" in map(type_of, each.about)]
    if own:
        nodes = frozenset(node for each in own for node in _ends(each))
        cut = of_cut_replicas(case, _replicas_of(case, nodes))
        yield Finding(things_of(own, "link"), tuple(own), predicts=either(_of_the_pairs(own), cut, _of_links(own)))


def _of_links(own: Sequence[Result]) -> Follows:
    """The same pair in another direction, or in other conditions."""
    pairs = {_ends(each) for each in own}
    return lambda each: each.area == "NET" and _ends(each) in pairs and each.reason in _LOST


family.by_reason(
    "mtu-hole",
    "{things}: packets of full size do not cross",
    "Small packets cross between two nodes, and those of the overlay network's full size do not.",
    "net.full-size-lost",
    "net.full-size-lost-from-node",
    "net.full-size-lost-to-node",
    "net.small-lost-too",
    remedy="overlay-mtu",
    harms=(Harm.PUSH, Harm.NEXT_FAILURE),
)
family.by_reason(
    "packet-loss",
    "{things}: packets of the overlay network are lost",
    "A part of the packets between two nodes is lost.",
    "net.packets-lost",
    "net.packets-lost-from-node",
    "net.packets-lost-to-node",
    "net.lost-under-load",
    remedy="overlay-loss",
)


@family.cause("slow-network", "{things}: the overlay network is slow", remedy="overlay-loss")
def slow_network(case: Case) -> Iterator[Finding]:
    """A round trip between two nodes, or between any two, takes longer than the limit.

    Needs: NET-3 finds it.
    Predicts: nothing.
    Contradicted by: packets that are lost (then that is the cause).
    """
    own = case.found("net.slow")
    pairs = {each.subject for each in case.of("NET-3")}
    if own:
        network = things_of(case.results, "network")
        everywhere = len(pairs) > 2 and len({each.subject for each in own}) == len(pairs)
        yield Finding(network if everywhere and network else things_of(own), tuple(own))


@family.cause(
    "stale-name", "The name of {things} resolves to a wrong or a second address", remedy="overlay-names",
    harms=(Harm.NEXT_FAILURE,),
)  # fmt: skip
def stale_name(case: Case) -> Iterator[Finding]:
    """The name of a database resolves to an address that is not its own, or to several.

    Needs: NET-4 fails at a node that otherwise reaches the other nodes.
    Predicts: nothing else.
    Contradicted by: the same name with one address at that node.
    """
    own = case.found("net.several-addresses", "net.stale-address")
    own += [each for each in case.found("net.database-unresolved") if not _at_fault_itself(case, each)]
    if own:
        yield Finding(things_of(own, "database"), tuple(own))


def _at_fault_itself(case: Case, result: Result) -> bool:
    """Whether the container of that database is down or detached: then its name cannot resolve."""
    containers = {f"container:rethinkdb-{name}" for name in names_of_databases(result)}
    return any(wrong(each) and containers & set(each.about) for each in case.of("CTR-1", "CTR-2", "CTR-4"))
