"""What faults of nodes, containers and the overlay network must trip, as the conditions say."""

from collections.abc import Iterable

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import COMPONENTS
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import OVERLAY
from lab.embedded.state import Cluster, Replica

OF_CONTAINERS = ("CTR-1", "CTR-2", "CTR-3", "CTR-4", "CTR-5", "CTR-6", "LOG-1")
OF_THE_MACHINE = ("NODE-2", "NODE-3", "NODE-4", "TLS-3", "LOG-2")
SWARM = "cluster"


def component(replica: Replica, name: str) -> str:
    """A container as a subject."""
    return f"{replica.id}:{name}"


def components(replica: Replica) -> list[str]:
    return [component(replica, name) for name in COMPONENTS]


def mount(node: Node, target: str) -> str:
    """A mounted file system as a subject."""
    return f"{node.name}:{target.replace('/', '_')}"


def carrying(cluster: Cluster) -> list[Node]:
    """The nodes between which the overlay network is tested."""
    return [cluster.node(replica) for replica in cluster.replicas]


def pairs(cluster: Cluster, *with_any_of: Node) -> list[str]:
    """Ordered pairs of these nodes; all of them, or those with one of the given."""
    nodes = [node.name for node in carrying(cluster)]
    wanted = {node.name for node in with_any_of} or set(nodes)
    return [f"{a}:{b}" for a in nodes for b in nodes if a != b and {a, b} & wanted]


def both_ways(one: Node, other: Node) -> list[str]:
    return [f"{one.name}:{other.name}", f"{other.name}:{one.name}"]


def names(cluster: Cluster, replicas: Iterable[Replica], *, without: Node | None = None) -> list[str]:
    """The names of these replicas' databases, as they are asked for on every node, or on all but one."""
    return [f"{node.name}:{r.id}" for r in replicas for node in carrying(cluster) if node is not without]


def towards(cluster: Cluster, ordered: Iterable[str]) -> list[str]:
    """Of ordered pairs of nodes, the first with the replica of the second, as the containers there are judged."""
    carried = {replica.node: replica.id for replica in cluster.replicas}
    ends = (pair.split(":") for pair in ordered)
    return [f"{first}:{carried[second]}" for first, second in ends if second in carried]


def not_reached(cluster: Cluster, expect: Expectations, unreached: list[str]) -> None:
    """Between these no packet comes back, so that nothing more can be said of packets."""
    expect.fail("NET-2", *unreached)
    expect.unknown("NET-3", *unreached)
    expect.unknown("NET-5", *unreached)
    expect.unknown("NET-6", *towards(cluster, unreached))


def no_probe(cluster: Cluster, expect: Expectations, node: Node) -> None:
    """No container can be made there, so that nothing is known of its pairs."""
    for condition in ("NET-2", "NET-3", "NET-5"):
        expect.unknown(condition, *pairs(cluster, node))
    for condition in ("NET-4", "NET-6"):
        expect.unknown(condition, *(f"{node.name}:{replica.id}" for replica in cluster.replicas))


def addresses(*parts: str, network: str = OVERLAY) -> list[str]:
    """The parts of NET-7 as subjects, those that are given or all."""
    return [f"{network}:{part}" for part in parts or ("addresses", "subnet", "free", "nodes")]


def engine_gone(cluster: Cluster, expect: Expectations, node: Node) -> None:
    """Its engine does not answer: nothing of the containers there, nor of its ports, can be told."""
    expect.fail("NODE-1", node.name)
    expect.unknown("NODE-5", node.name)
    expect.unknown("CTR-7", node.name)
    expect.unknown("NET-1", node.name)
    if node in carrying(cluster):
        expect.unknown("NET-7", *addresses())
    for replica in cluster.replicas:
        if replica.node == node.name:
            for condition in OF_CONTAINERS:
                expect.unknown(condition, replica.id)
            # Which addresses its containers have, only its engine could tell.
            expect.unknown("NET-6", *names(cluster, [replica]))
    no_probe(cluster, expect, node)


def node_gone(cluster: Cluster, expect: Expectations, node: Node) -> None:
    """Nothing of the machine answers, and what ran on it has no name any more."""
    engine_gone(cluster, expect, node)
    for condition in OF_THE_MACHINE:
        expect.unknown(condition, node.name)
    on_it = [replica for replica in cluster.replicas if replica.node == node.name]
    expect.unknown("VERSION-1", *(replica.id for replica in on_it))
    expect.unknown("NET-4", *names(cluster, on_it, without=node))
    if node.manages:
        expect.fail("NODE-6", SWARM)


def database_container_dead(expect: Expectations, *replicas: Replica) -> None:
    """The container of a database ended; its name went with it, as it should."""
    expect.fail("CTR-1", *(component(replica, "rethinkdb") for replica in replicas))
