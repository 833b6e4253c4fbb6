"""The network between the nodes: packets and names that get lost there."""

import itertools

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import Container
from lab.embedded.nodes.expected import both_ways, names, no_probe, not_reached, pairs, towards
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import OVERLAY
from lab.embedded.product import image
from lab.embedded.scenes import cluster_status
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

STALE = "10.1.0.214"
"""An address that nothing has."""

collection = Collection()
scene = collection.scene


def _last_two(cluster: Cluster) -> tuple[Node, Node]:
    one, other = cluster.replicas[-2:]
    return cluster.node(one), cluster.node(other)


def _links(one: Node, other: Node) -> list[str]:
    """Both directions between two nodes, as a cause is about them."""
    return [f"link:{one.name}>{other.name}", f"link:{other.name}>{one.name}"]


@scene("vxlan-cut-one-way", "VXLAN packets of one node to another are dropped: the way back works, and is of no use.")
def vxlan_cut_one_way(cluster: Cluster, expect: Expectations) -> None:
    """Their databases cannot see each other, a third sees both."""
    one, other = _last_two(cluster)
    cluster.swarm.cut = {(one.name, other.name)}
    not_reached(cluster, expect, both_ways(one, other))
    cluster_status.lose_one_link(cluster, expect)
    expect.cause("link-cut", f"link:{one.name}>{other.name}")


@scene("vxlan-cut-both-ways", "VXLAN packets between two nodes are dropped both ways.")
def vxlan_cut_both_ways(cluster: Cluster, expect: Expectations) -> None:
    one, other = _last_two(cluster)
    cluster.swarm.cut = {(one.name, other.name), (other.name, one.name)}
    not_reached(cluster, expect, both_ways(one, other))
    cluster_status.lose_one_link(cluster, expect)
    expect.cause("link-cut", *_links(one, other))


@scene("node-cut-off-the-overlay", "No VXLAN packet reaches one node or leaves it: its replica is alone with itself.")
def node_cut_off_the_overlay(cluster: Cluster, expect: Expectations) -> None:
    lost = cluster.node(cluster.bad)
    others = [node.name for node in cluster.swarm.nodes if node is not lost]
    cluster.swarm.cut = {way for name in others for way in ((name, lost.name), (lost.name, name))}
    not_reached(cluster, expect, pairs(cluster, lost))
    cluster_status.fall_in_two(cluster, expect)
    expect.cause("node-cut-off", f"node:{lost.name}")


@scene("overlay-down", "No VXLAN packet crosses between any two nodes: a firewall drops 4789/udp everywhere.")
def overlay_down(cluster: Cluster, expect: Expectations) -> None:
    """It began this minute: RethinkDB notices after ten seconds only."""
    every = [node.name for node in cluster.swarm.nodes]
    cluster.swarm.cut = {(a, b) for a in every for b in every if a != b}
    not_reached(cluster, expect, pairs(cluster))
    expect.cause("overlay-down", f"network:{OVERLAY}")


@scene("encrypted-overlay-down", "The overlay network is encrypted, and a firewall drops ESP between all nodes.")
def encrypted_overlay_down(cluster: Cluster, expect: Expectations) -> None:
    """Nothing crosses, though 4789/udp is open; what the swarm's gossip says of names arrives."""
    cluster.swarm.networks[OVERLAY].encrypted = True
    overlay_down(cluster, expect)


@scene("every-second-packet-lost", "Every second packet from one node to another is lost on the overlay network.")
def every_second_packet_lost(cluster: Cluster, expect: Expectations) -> None:
    """The documented test passes: one reply is enough for it."""
    one, other = _last_two(cluster)
    cluster.swarm.drops_every = {(one.name, other.name): 2}
    expect.warn("NET-3", *both_ways(one, other))
    expect.cause("packet-loss", *_links(one, other))


@scene("overlay-slow", "Packets between two nodes take 80 ms each way.")
def overlay_slow(cluster: Cluster, expect: Expectations) -> None:
    one, other = _last_two(cluster)
    cluster.swarm.delay_ms = {(one.name, other.name): 80.0, (other.name, one.name): 80.0}
    expect.warn("NET-3", *both_ways(one, other))
    expect.cause("slow-network", *_links(one, other))


@scene("mtu-hole", "Between two nodes no full-size packet crosses: small pings pass, transfers hang.")
def mtu_hole(cluster: Cluster, expect: Expectations) -> None:
    """A link of 1400 bytes carries 1350 within VXLAN."""
    one, other = _last_two(cluster)
    cluster.swarm.narrow = {(one.name, other.name): 1350, (other.name, one.name): 1350}
    expect.warn("NET-5", *both_ways(one, other))
    expect.cause("mtu-hole", *_links(one, other))


@scene("stale-forwarding", "One node sends the packets for a database on another node elsewhere; all others arrive.")
def stale_forwarding(cluster: Cluster, expect: Expectations) -> None:
    """Its entry for that address is out of date: names resolve, and the probe containers reach each other."""
    one, other = _last_two(cluster)
    carried = next(each for each in cluster.replicas if each.node == other.name)
    cluster.swarm.misled = {(one.name, f"dtr-rethinkdb-{carried.id}")}
    expect.fail("NET-6", f"{one.name}:{carried.id}")
    cluster_status.lose_one_link(cluster, expect)
    expect.cause("stale-forwarding", f"node:{one.name}", f"container:rethinkdb-{carried.id}")


@scene(
    "stale-forwarding-of-a-registry", "Every other node sends the packets for the registry of one replica elsewhere."
)
def stale_forwarding_of_a_registry(cluster: Cluster, expect: Expectations) -> None:
    """Nobody but its own nginx asks it, so that users notice nothing yet."""
    home = cluster.node(cluster.bad)
    others = [node for node in cluster.swarm.nodes if node is not home]
    cluster.swarm.misled = {(node.name, f"dtr-registry-{cluster.bad.id}") for node in others}
    expect.fail("NET-6", *names(cluster, [cluster.bad], without=home))
    expect.cause("stale-forwarding", *(f"node:{node.name}" for node in others), f"container:registry-{cluster.bad.id}")


@scene(
    "tcp-lost-at-a-node",
    "A network card writes wrong checksums within VXLAN: ping crosses from and to a node, TCP not.",
)
def tcp_lost_at_a_node(cluster: Cluster, expect: Expectations) -> None:
    lost = cluster.node(cluster.bad)
    others = [node.name for node in cluster.swarm.nodes if node is not lost]
    cluster.swarm.without_tcp = {(lost.name, name) for name in others}
    expect.fail("NET-6", *towards(cluster, pairs(cluster, lost)))
    cluster_status.fall_in_two(cluster, expect)
    expect.cause("tcp-lost", f"node:{lost.name}")


@scene("tcp-lost-between-two-nodes", "A firewall drops TCP within VXLAN between two nodes, and lets ping pass.")
def tcp_lost_between_two_nodes(cluster: Cluster, expect: Expectations) -> None:
    one, other = _last_two(cluster)
    cluster.swarm.without_tcp = {(one.name, other.name)}
    expect.fail("NET-6", *towards(cluster, both_ways(one, other)))
    cluster_status.lose_one_link(cluster, expect)
    expect.cause("tcp-lost", *_links(one, other))


@scene("database-port-filtered", "A firewall drops what one node sends to port 29015 of a database; all else passes.")
def database_port_filtered(cluster: Cluster, expect: Expectations) -> None:
    """The databases connected before it was there, and would not again."""
    one, other = _last_two(cluster)
    carried = next(each for each in cluster.replicas if each.node == other.name)
    cluster.inventory["overlay"] = {"database_ports": True}
    cluster.swarm.without_port = {(one.name, f"dtr-rethinkdb-{carried.id}", 29015)}
    expect.fail("NET-6", f"{one.name}:{carried.id}")
    expect.cause("database-port-unreached", f"node:{one.name}", f"container:rethinkdb-{carried.id}")


@scene("database-ports-asked-for", "The inventory has the ports of the databases connected to as well.", sound=True)
def database_ports_asked_for(cluster: Cluster, expect: Expectations) -> None:
    cluster.inventory["overlay"] = {"database_ports": True}
    del expect


@scene("image-without-tcp-programs", "The image of the probe containers has ping, and nothing that speaks TCP.",
       sound=True)  # fmt: skip
def image_without_tcp_programs(cluster: Cluster, expect: Expectations) -> None:
    """That half is skipped, with what to add; a critical condition that is skipped leaves the run incomplete."""
    cluster.swarm.without_tcp_programs = {image for node in cluster.swarm.nodes for image in node.images}
    del expect


@scene("gossip-cut", "One node and the others do not tell each other names any more; addresses still work.")
def gossip_cut(cluster: Cluster, expect: Expectations) -> None:
    """The databases stay connected: they looked each other up long ago."""
    lost = cluster.node(cluster.bad)
    others = [node for node in cluster.swarm.nodes if node is not lost]
    cluster.swarm.nameless = {way for other in others for way in ((other.name, lost.name), (lost.name, other.name))}
    expect.fail("NET-2", *pairs(cluster, lost))
    expect.fail("NET-4", *names(cluster, [cluster.bad], without=lost))
    expect.fail("NET-4", *(f"{lost.name}:{replica}" for replica in expect.others(cluster.bad)))
    expect.cause("gossip-cut", f"node:{lost.name}")


@scene("names-lost-on-a-slow-network", "No name of a container resolves between the nodes, and a reply takes 120 ms.")
def names_lost_on_a_slow_network(cluster: Cluster, expect: Expectations) -> None:
    """Slow pairs are pinged alone as well, by address: that excuses no name."""
    ways = set(itertools.permutations([node.name for node in cluster.swarm.nodes], 2))
    cluster.swarm.nameless = ways
    cluster.swarm.delay_ms = dict.fromkeys(ways, 60.0)
    expect.fail("NET-2", *pairs(cluster))
    expect.warn("NET-3", *pairs(cluster))
    for replica, node in zip(cluster.replicas, cluster.swarm.nodes, strict=True):
        expect.fail("NET-4", *names(cluster, [replica], without=node))
    expect.cause("gossip-cut", f"network:{OVERLAY}")
    expect.cause("slow-network", f"network:{OVERLAY}")


@scene("stale-address", "The name of one replica's database still leads to an address of before, too.")
def stale_address(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.other_answers = {f"dtr-rethinkdb-{cluster.bad.id}": [STALE]}
    expect.fail("NET-4", *names(cluster, [cluster.bad]))
    expect.cause("stale-name", f"database:{cluster.bad.id}")


@scene("name-on-two-nodes", "A container on another node has the name of one replica's database: it has two addresses.")
def name_on_two_nodes(cluster: Cluster, expect: Expectations) -> None:
    """No engine refuses it: names are unique on a node, not in a swarm."""
    copy = Container(f"dtr-rethinkdb-{cluster.bad.id}", image("rethinkdb"), restart_policy="no")
    copy.networks = {OVERLAY: cluster.swarm.free_address(OVERLAY)}
    cluster.swarm.nodes[0].containers.append(copy)
    expect.fail("NET-4", *names(cluster, [cluster.bad]))
    expect.cause("stale-name", f"database:{cluster.bad.id}")


@scene("network-not-attachable", "The overlay network was made anew without --attachable: no container can join it.")
def network_not_attachable(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.networks[OVERLAY].attachable = False
    for node in cluster.swarm.nodes:
        expect.fail("NET-1", node.name)
        no_probe(cluster, expect, node)
    expect.cause("network-not-attachable", f"network:{OVERLAY}")


@scene("network-unknown-to-a-node", "One swarm manager does not know the overlay network that its replica is on.")
def network_unknown_to_a_node(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.lost_networks = {OVERLAY}
    expect.fail("NET-1", node.name)
    no_probe(cluster, expect, node)
    expect.cause("network-unknown-to-node", f"node:{node.name}")
