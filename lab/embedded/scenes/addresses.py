"""The addresses of the overlay network: taken twice, used up, used elsewhere, changed, and what is odd but sound."""

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import Container
from lab.embedded.nodes.expected import addresses, no_probe
from lab.embedded.nodes.healthy import bare_node
from lab.embedded.nodes.swarm import OVERLAY
from lab.embedded.scenes import cluster_status, overlay
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene


@scene("address-on-two-containers", "A container of another stack was given the address of one replica's registry.")
def address_on_two_containers(cluster: Cluster, expect: Expectations) -> None:
    """As after the swarm was restored: what it had given out since is not in it."""
    address = cluster.node(cluster.bad).of(cluster.bad.id, "registry").networks[OVERLAY]
    cluster.swarm.nodes[0].containers.append(Container("shop_worker", "example/shop:7", networks={OVERLAY: address}))
    expect.fail("NET-7", *addresses("addresses"))
    expect.cause("address-twice", f"container:registry-{cluster.bad.id}", "container:shop_worker")


@scene("address-of-a-database-twice", "A container on another node has the address of a replica's database.")
def address_of_a_database_twice(cluster: Cluster, expect: Expectations) -> None:
    """What the others send to the database arrives at the other container."""
    address = cluster.node(cluster.bad).of(cluster.bad.id, "rethinkdb").networks[OVERLAY]
    cluster.swarm.nodes[0].containers.append(Container("shop_worker", "example/shop:7", networks={OVERLAY: address}))
    expect.fail("NET-7", *addresses("addresses"))
    cluster_status.fall_in_two(cluster, expect)
    expect.cause("address-twice", f"container:rethinkdb-{cluster.bad.id}", "container:shop_worker")


def _other_containers(cluster: Cluster, count: int) -> None:
    """Those of another stack on the first node, each with an address of the replicas' network."""
    for number in range(count):
        container = Container(f"shop_web_{number}", "example/shop:7")
        container.networks = {OVERLAY: cluster.swarm.free_address(OVERLAY)}
        cluster.swarm.nodes[0].containers.append(container)


def _fill(cluster: Cluster, *, left: int) -> None:
    """Make the subnet a /26, of whose 61 addresses so many are left; each node's load balancer has one."""
    cluster.swarm.networks[OVERLAY].length = 26
    _other_containers(cluster, 61 - 10 * len(cluster.replicas) - left)


@scene("subnet-used-up", "Containers of another stack have taken all addresses of the overlay network.")
def subnet_used_up(cluster: Cluster, expect: Expectations) -> None:
    """What is attached goes on; nothing more can be, and nothing that stopped."""
    _fill(cluster, left=0)
    expect.fail("NET-7", *addresses("free"))
    for node in cluster.swarm.nodes:
        expect.fail("NET-1", node.name)
        no_probe(cluster, expect, node)
    expect.cause("addresses-used-up", f"network:{OVERLAY}")


@scene("few-addresses-left", "Containers of another stack have taken most addresses of the overlay network.")
def few_addresses_left(cluster: Cluster, expect: Expectations) -> None:
    _fill(cluster, left=5)
    expect.warn("NET-7", *addresses("free"))
    expect.cause("addresses-scarce", f"network:{OVERLAY}")


@scene("overlapping-bridge", "Another stack's bridge network on one node has half of the overlay network's addresses.")
def overlapping_bridge(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.nodes[1].bridges["shop_default"] = "10.1.0.128/25"
    expect.fail("NET-7", *addresses("subnet"))
    expect.cause("subnet-overlap", f"network:{OVERLAY}")


@scene("overlapping-route", "A node has a route to the very prefix of the overlay network.")
def overlapping_route(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.nodes[1].routes.append("10.1.0.0/24")
    expect.fail("NET-7", *addresses("subnet"))
    expect.cause("subnet-overlap", f"network:{OVERLAY}")


@scene("name-server-in-the-subnet", "The name server of all nodes has an address of the overlay network's subnet.")
def name_server_in_the_subnet(cluster: Cluster, expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.resolvers = ["10.1.0.53"]
    expect.fail("NET-7", *addresses("subnet"))
    expect.cause("subnet-overlap", f"network:{OVERLAY}")


@scene("node-address-changed", "A node got another address from DHCP; the swarm and the other nodes have the old one.")
def node_address_changed(cluster: Cluster, expect: Expectations) -> None:
    lost = cluster.node(cluster.bad)
    lost.old_address = lost.address
    lost.address = "10.0.0.77"
    overlay.node_cut_off_the_overlay(cluster, expect)
    expect.causes.clear()
    expect.fail("NET-7", *addresses("nodes"))
    expect.cause("node-address-changed", f"node:{lost.name}")


@scene("wide-routes", "The nodes have routes and a bridge network that are wide, or nearby.", sound=True)
def wide_routes(cluster: Cluster, _expect: Expectations) -> None:
    """A longer prefix decides where packets go: the network's own is longer than that of the company."""
    for node in cluster.swarm.nodes:
        node.routes += ["10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "169.254.169.254/32"]
        node.bridges["shop_default"] = "10.1.1.0/24"


@scene("translated-addresses", "The swarm has public addresses of the nodes, which no node has itself.", sound=True)
def translated_addresses(cluster: Cluster, _expect: Expectations) -> None:
    """As with `--advertise-addr` behind one-to-one translation: the pings show that they lead there."""
    for node in cluster.swarm.nodes:
        node.old_address = f"198.51.100.{10 + node.number}"


@scene("foreign-peer", "A node that the inventory does not name has a container on the overlay network.")
def foreign_peer(cluster: Cluster, expect: Expectations) -> None:
    """How many addresses are taken there is not seen."""
    node = bare_node(9, "node-9")
    node.listed = False
    container = Container("shop_web", "example/shop:7", networks={OVERLAY: cluster.swarm.free_address(OVERLAY)})
    node.containers.append(container)
    cluster.swarm.nodes.append(node)
    expect.unknown("NET-7", *addresses("free"))
    expect.cause("foreign-peer", f"network:{OVERLAY}")
