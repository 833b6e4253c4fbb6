"""Machines that nobody reaches or that came back empty, a clone, and a swarm that does not serve its nodes."""

from datetime import timedelta

from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.expected import SWARM, addresses, components, no_probe
from lab.embedded.nodes.healthy import bare_node
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import OVERLAY
from lab.embedded.scenes.nodes import DOCKER, NO_LEADER
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

OF_A_BARE_NODE = ("NODE-2", "NODE-3", "NODE-4", "TLS-3", "LOG-2")

collection = Collection()
scene = collection.scene


@scene("data-disk-not-mounted", "A node was started again without the disk of Docker's data: its engine has nothing.")
def data_disk_not_mounted(cluster: Cluster, expect: Expectations) -> None:
    """What the engine knows of the swarm lies there too: it is in none, and the others miss a manager. So do its
    images, without which nothing of its pairs can be tested.
    """
    node = cluster.node(cluster.bad)
    cluster.pings_tell_issues = False
    cluster.bad.door = Door.CLOSED
    cluster.bad.lose_database(timedelta(minutes=20))
    node.containers.clear()
    node.volumes.clear()
    node.images.clear()
    node.disks = [disk for disk in node.disks if not disk.target.startswith(DOCKER)]
    node.in_swarm = node.reachable = False
    node.down = True
    node.listening -= {("tcp", 2377), ("tcp", 7946), ("udp", 7946)}
    expect.silent(cluster.bad, handshake=False)
    expect.database_gone(cluster.bad)
    # No container of it is left that would tell its version.
    expect.unknown("VERSION-1", cluster.bad.id)
    expect.fail("CTR-1", *components(cluster.bad))
    expect.fail("CTR-5", cluster.bad.id)
    expect.unknown("CTR-6", cluster.bad.id)
    expect.fail("NODE-1", node.name)
    expect.fail("NODE-6", SWARM)
    expect.fail("NET-1", node.name)
    expect.cause("engine-lost-its-store", f"node:{node.name}")


def _bare(cluster: Cluster) -> Node:
    """A worker of the inventory on which no replica runs."""
    node = bare_node(4, "node-4")
    cluster.swarm.nodes.append(node)
    return node


@scene(
    "worker-without-replica-gone", "A worker that carries no replica does not respond any more, by Docker or by ssh."
)
def worker_without_replica_gone(cluster: Cluster, expect: Expectations) -> None:
    """No replica and no manager misses it."""
    node = _bare(cluster)
    node.go_down()
    expect.fail("NODE-1", node.name)
    expect.unknown("NODE-5", node.name)
    expect.unknown("CTR-7", node.name)
    for condition in OF_A_BARE_NODE:
        expect.unknown(condition, node.name)
    expect.cause("host-silent", f"node:{node.name}")


@scene("node-cloned", "A worker is a clone of another node: the swarm takes both for one.")
def node_cloned(cluster: Cluster, expect: Expectations) -> None:
    """Its managers list that one node, by the name of whichever told last."""
    node, clone = cluster.node(cluster.bad), _bare(cluster)
    clone.id = node.id
    expect.fail("NODE-1", node.name, clone.name)
    expect.cause("cloned-node", f"node:{node.name}", f"node:{clone.name}")


def _on_workers(cluster: Cluster) -> None:
    """The replicas run on workers, and three managers carry none."""
    for node in cluster.swarm.nodes:
        node.manages = False
        node.listening -= {("tcp", 2377)}
    for number in (7, 8, 9):
        cluster.swarm.nodes.append(bare_node(number, f"manager-{number}", manages=True))
    cluster.swarm.leader = "manager-8"


@scene("worker-cut-off", "A worker with a replica is cut off from the swarm's managers: what runs there goes on.")
def worker_cut_off(cluster: Cluster, expect: Expectations) -> None:
    """The nodes go on telling each other names; no manager can attach a container there."""
    worker_cut_off_as(cluster, expect, "node-not-ready")


def worker_cut_off_as(cluster: Cluster, expect: Expectations, cause: str) -> Node:
    """For that cause; the worker."""
    _on_workers(cluster)
    node = cluster.node(cluster.bad)
    node.down, node.swarm_error = True, NO_LEADER
    expect.fail("NODE-1", node.name)
    expect.fail("NET-1", node.name)
    no_probe(cluster, expect, node)
    expect.cause(cause, f"node:{node.name}")
    return node


@scene("network-missing", "The swarm was restored from a backup of before the overlay network: no manager knows it.")
def network_missing(cluster: Cluster, expect: Expectations) -> None:
    """The containers stay attached as they are."""
    for node in cluster.swarm.nodes:
        node.lost_networks = {OVERLAY}
        expect.fail("NET-1", node.name)
        no_probe(cluster, expect, node)
    expect.unknown("NET-7", *addresses())
    expect.cause("network-missing", f"network:{OVERLAY}")


@scene("attach-refused", "One node attaches no container to the overlay network any more; its engine does not say why.")
def attach_refused(cluster: Cluster, expect: Expectations) -> None:
    """As known of Docker 20.10, where it passes by itself as a rule."""
    node = cluster.node(cluster.bad)
    node.lost_attachments = 1000
    expect.fail("NET-1", node.name)
    no_probe(cluster, expect, node)
    expect.cause("attach-refused", f"node:{node.name}")
