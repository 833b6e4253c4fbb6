"""Faults of the overlay network between the nodes, and of the names on it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from reports.diagnosis.apart import all_apart, apart, cut_off, ends_of, harms_of_tables
from reports.diagnosis.case import Case, nodes_in, things_of, type_of, unknown
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import DATABASE, component_of, replica_of
from reports.diagnosis.logged import OF_LOST_DATABASES, OF_LOST_NODES, OF_USED_UP_ADDRESSES
from reports.diagnosis.nodes import Predicate, unseen_at
from reports.records import Result

family = Family()

_NO_REPLY = (
    "net.no-reply", "net.no-reply-from-node", "net.no-reply-to-node", "net.nothing-from-node", "net.nothing-to-node",
    "net.nothing-one-way",
)  # fmt: skip
_NAMES = tuple(f"net.name-{how}{way}" for how in ("unresolved", "elsewhere") for way in ("", "-from-node", "-to-node"))
_CRITICAL = (Harm.NEXT_FAILURE,)


def _nodes_of(results: Sequence[Result]) -> set[str]:
    return {name for each in results for name in nodes_in(each)}


def _pairs_of(own: Sequence[Result]) -> Predicate:
    """What was not seen between the pairs of nodes of these verdicts."""
    pairs = {each.subject for each in own}
    return lambda result: result.condition.startswith("NET-") and unknown(result) and result.subject in pairs


def _about(results: Sequence[Result], kind: str) -> list[Result]:
    return [each for each in results if {type_of(thing) for thing in each.about} == {kind}]


def _remedy_of(results: Sequence[Result]) -> str | None:
    """Packets of an encrypted network cross as ESP, whatever becomes of 4789/udp."""
    encrypted = any(isinstance(each.seen, Mapping) and "encrypted" in each.seen for each in results)
    return "encrypted-overlay" if encrypted else None


def _replicas_on(case: Case, nodes: Collection[str]) -> list[str]:
    return [name for node in nodes for name in case.replicas_on(node)]


# -- the network itself


@family.cause(
    "network-missing",
    "The swarm does not have {things} as one overlay network",
    remedy="network-itself",
    harms=_CRITICAL,
)
def network_missing(case: Case) -> Iterator[Finding]:
    """The network of the replicas does not exist, is no overlay network, or was made anew as another one.

    Needs: no manager knows it, or it is another network on every node.
    Predicts: no container can be attached to it.
    Contradicted by: a manager that knows it: then it is that node.
    """
    yield from _network(case, "net.no-network", "net.not-overlay", "net.no-common-network")


@family.cause(
    "network-not-attachable",
    "{things} {is} not attachable: no container of MSR can join it",
    remedy="network-itself",
    harms=_CRITICAL,
)
def network_not_attachable(case: Case) -> Iterator[Finding]:
    """The network was made without `--attachable`: what is on it goes on, and nothing new can join it.

    Needs: the engines report it so.
    Predicts: no container can be attached to it.
    Contradicted by: nothing that a run sees.
    """
    yield from _network(case, "net.not-attachable")


def _network(case: Case, *reasons: str) -> Iterator[Finding]:
    if own := case.found(*reasons):
        nodes = [each.subject.partition(":")[0] for each in own]
        blind = unseen_at(nodes)
        yield Finding(
            things_of(own, "network"),
            tuple(own),
            predicts=lambda each: each.condition.startswith("NET-") and blind(each),
        )


@family.cause(
    "network-unknown-to-node", "{things} {does} not know the overlay network", remedy="network-unknown", harms=_CRITICAL
)
def network_unknown_to_node(case: Case) -> Iterator[Finding]:
    """A manager does not know the network, or a node has another one of its name, while the others have it.

    Needs: NET-1 says so of some nodes, and not of all.
    Predicts: no container can be attached to it there.
    Contradicted by: a swarm without a leader, or a node that is out of it: then that is the cause.
    """
    yield from _refusing(case, "net.not-known-to-manager", "net.other-network")


@family.cause(
    "attach-refused",
    "{things} {does} not attach a container to the overlay network",
    logs=OF_USED_UP_ADDRESSES,
    remedy="not-attached",
    harms=_CRITICAL,
)
def attach_refused(case: Case) -> Iterator[Finding]:
    """The engine of a node refuses to attach a container to the network; what is attached goes on.

    Needs: NET-1 fails so, and nothing about the swarm or the network says why.
    Predicts: nothing is seen of this node's pairs.
    Contradicted by: a node that is drained, paused or out of the swarm: then that is the cause.
    """
    yield from _refusing(case, "net.not-attached", "net.not-in-swarm")


def _refusing(case: Case, *reasons: str) -> Iterator[Finding]:
    if own := case.found(*reasons):
        blind = unseen_at(_nodes_of(own))
        yield Finding(
            things_of(own, "node"),
            tuple(own),
            predicts=lambda each: each.condition.startswith("NET-") and blind(each),
        )


# -- between the nodes


def _unresolved(case: Case, nodes: Collection[str]) -> list[Result]:
    """Names of databases that do not resolve between these nodes and the others."""
    carried = {f"database:{name}" for name in _replicas_on(case, nodes)}
    return [
        each
        for each in case.found("net.database-unresolved")
        if each.subject.partition(":")[0] in nodes or carried & set(each.about)
    ]


def _gossip_is_cut(case: Case, node: str) -> bool:
    """Whether names resolve neither at a node nor, of its replica, elsewhere; where traffic alone is cut, they do."""
    found = _unresolved(case, [node])
    at_node = [each for each in found if each.subject.partition(":")[0] == node]
    of_node = [each for each in found if each not in at_node]
    return bool(at_node) and (bool(of_node) or not case.replicas_on(node))


@family.cause(
    "gossip-cut",
    "The names of containers do not resolve on {things}",
    logs=(*OF_LOST_DATABASES, *OF_LOST_NODES, "log.overlay-keys"),
    remedy="gossip",
    harms=_CRITICAL,
)
def gossip_cut(case: Case) -> Iterator[Finding]:
    """The engines of some nodes do not tell each other the names and addresses of containers (7946, TCP and UDP).

    Needs: names that do not resolve between nodes, while the addresses answer or were never told.
    Predicts: names of databases that do not resolve there, and databases that do not find each other.
    Contradicted by: names that resolve: then it is the traffic itself.
    """
    named = case.found(*_NAMES)
    silent = _about(case.found(*_NO_REPLY), "node")
    untold = [each for each in silent if all(_gossip_is_cut(case, node) for node in nodes_in(each))]
    everywhere = _about(case.found(*_NO_REPLY), "network")
    if everywhere and case.header.nodes and all(_gossip_is_cut(case, node) for node in case.header.nodes):
        untold += everywhere
    own = [*named, *untold]
    if not own:
        return
    whole = _about(own, "network")
    of_nodes = [each for each in own if each not in whole]
    for part in (whole, of_nodes):
        if part:
            yield Finding(things_of(part), tuple(part), predicts=_without_names(case, part))


def _without_names(case: Case, own: Sequence[Result]) -> Predicate:
    pairs, whole = _pairs_of(own), bool(_about(own, "network"))
    nodes = set(case.header.nodes) if whole else _nodes_of(own) | _link_nodes(own)
    names = _unresolved(case, nodes)
    lost = all_apart(case) if whole else cut_off(case, _replicas_on(case, _nodes_of(own)))
    return lambda each: each in names or pairs(each) or lost(each)


def _link_nodes(own: Sequence[Result]) -> set[str]:
    return {end for link in things_of(own, "link") for end in ends_of(link)}


@family.cause(
    "overlay-down",
    "Nothing crosses {things} between any two nodes",
    logs=(*OF_LOST_DATABASES, *OF_LOST_NODES),
    remedy="overlay-network",
    others=("encrypted-overlay",),
    harms=(Harm.NEW_CONNECTIONS, Harm.NEXT_FAILURE),
)
def overlay_down(case: Case) -> Iterator[Finding]:
    """No container reaches one on another node, by name or by address.

    Needs: no pair of nodes has a reply.
    Predicts: databases that are apart, and tables without a majority.
    Contradicted by: any pair with a reply.
    """
    if own := _about(case.found(*_NO_REPLY), "network"):
        pairs, lost = _pairs_of(own), all_apart(case)

        def follows(result: Result) -> bool:
            return pairs(result) or lost(result)

        yield Finding(
            things_of(own, "network"), tuple(own), predicts=follows, harms=harms_of_tables(case, follows),
            remedy=_remedy_of(own),
        )  # fmt: skip


@family.cause(
    "node-cut-off",
    "{things} {is} cut off from the other nodes on the overlay network",
    logs=(*OF_LOST_DATABASES, *OF_LOST_NODES),
    remedy="overlay-network",
    others=("encrypted-overlay",),
    harms=_CRITICAL,
)
def node_cut_off(case: Case) -> Iterator[Finding]:
    """Nothing crosses the overlay network to, or from, one node.

    Needs: no reply in any pair with this node, while names resolve.
    Predicts: a replica there that is alone, as it and the others report.
    Contradicted by: a pair with a reply.
    """
    if own := _about(case.found(*_NO_REPLY), "node"):
        pairs, lost = _pairs_of(own), cut_off(case, _replicas_on(case, _nodes_of(own)))

        def follows(result: Result) -> bool:
            return pairs(result) or lost(result)

        yield Finding(
            things_of(own, "node"), tuple(own), predicts=follows, harms=harms_of_tables(case, follows),
            remedy=_remedy_of(own),
        )  # fmt: skip


@family.cause("link-cut", "The overlay network is cut: {things}", logs=OF_LOST_DATABASES, remedy="overlay-network",
              others=("encrypted-overlay",), harms=_CRITICAL)  # fmt: skip
def link_cut(case: Case) -> Iterator[Finding]:
    """Two nodes do not reach each other on the overlay network, both ways or one way, and both reach others.

    Needs: no reply between the two.
    Predicts: databases of the two that are apart, and what these two alone report.
    Contradicted by: nothing that a run sees.
    """
    if own := _about(case.found(*_NO_REPLY), "link"):
        links = things_of(own, "link")
        sides = [(_replicas_on(case, [first]), _replicas_on(case, [second])) for first, second in map(ends_of, links)]
        between = [apart(first, second) for first, second in sides]
        pairs = _pairs_of(own)

        def follows(result: Result) -> bool:
            return pairs(result) or any(each(result) for each in between)

        yield Finding(
            links, tuple(own), predicts=follows, harms=harms_of_tables(case, follows), remedy=_remedy_of(own)
        )  # fmt: skip


@family.cause(
    "tcp-lost",
    "Ping crosses the overlay network and TCP does not: {things}",
    logs=OF_LOST_DATABASES,
    remedy="tcp-lost",
    harms=_CRITICAL,
)
def tcp_lost(case: Case) -> Iterator[Finding]:
    """Packets of ping arrive and those of TCP do not, as with a network card that writes wrong checksums within VXLAN
    (checksum offload), or a firewall that looks into it.

    Needs: NET-6 has no answer of nginx over TCP, which answers on its own node, while its address replies to ping.
    Predicts: databases that are apart, as where the network is cut.
    Contradicted by: packets that are lost too: then it is the network itself.
    """
    own = case.found("net.tcp-no-answer")
    for kind in ("network", "node", "link"):
        if part := _about(own, kind):
            yield _without_tcp(case, kind, part)


def _without_tcp(case: Case, kind: str, own: Sequence[Result]) -> Finding:
    things = things_of(own, kind)
    if kind == "network":
        lost = [all_apart(case)]
    elif kind == "node":
        lost = [cut_off(case, _replicas_on(case, _nodes_of(own)))]
    else:
        ends = [ends_of(each) for each in things]
        lost = [apart(_replicas_on(case, [first]), _replicas_on(case, [second])) for first, second in ends]

    def follows(result: Result) -> bool:
        return any(each(result) for each in lost)

    return Finding(things, tuple(own), predicts=follows, harms=harms_of_tables(case, follows))


@family.cause(
    "stale-forwarding",
    "A node does not reach a container at its address on the overlay network: {things}",
    logs=OF_LOST_DATABASES,
    remedy="stale-forwarding",
    harms=(Harm.OTHER_NODES, Harm.NEXT_FAILURE),
)
def stale_forwarding(case: Case) -> Iterator[Finding]:
    """The engine of a node sends the packets for a container elsewhere: its forwarding entry for that address is out of
    date. All else on the network is well.

    Needs: NET-6 has no reply of a container on a node, which replies on its own, and the two nodes reach each other.
    Predicts: databases that are apart, where it is one of them.
    Contradicted by: packets between the nodes that are lost; an address that two containers have.
    """
    yield from _without_way(case, case.found("net.address-unreached"))


@family.cause(
    "database-port-unreached",
    "TCP from a node does not reach a port of a database: {things}",
    logs=OF_LOST_DATABASES,
    remedy="database-port-unreached",
    harms=(Harm.OTHER_NODES, Harm.NEXT_FAILURE),
)
def database_port_unreached(case: Case) -> Iterator[Finding]:
    """Something between two nodes drops the connections to ports 28015 or 29015 of a database, and lets others pass.

    Needs: NET-6, where the inventory has it connect to these ports, has no answer of one that answers on its own node,
        while nginx there answers.
    Predicts: databases that are apart.
    Contradicted by: packets between the nodes that are lost.
    """
    yield from _without_way(case, case.found("net.database-port-unreached"))


def _without_way(case: Case, own: Sequence[Result]) -> Iterator[Finding]:
    """Nodes that do not reach containers, or one of their ports: databases among them are apart from those there."""
    if not own:
        return
    lost = []
    for each in own:
        databases = [replica_of(thing) for thing in things_of([each], "container") if component_of(thing) == DATABASE]
        lost.append(apart(_replicas_on(case, nodes_in(each)), databases))
    yield Finding(things_of(own), tuple(own), predicts=lambda result: any(each(result) for each in lost))
