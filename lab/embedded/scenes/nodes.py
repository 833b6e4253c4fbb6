"""What happens to machines, to their Docker engines and to the swarm."""

from datetime import timedelta

from lab.embedded import expected_trust
from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.expected import OF_CONTAINERS, OF_THE_MACHINE, SWARM, engine_gone, mount, names, no_probe
from lab.embedded.nodes.healthy import bare_node
from lab.embedded.nodes.state import GIB, Disk, Node, Program, swarm_id
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster

DOCKER = "/var/lib/docker"
CONTAINERD = "/var/lib/containerd"
PODMAN = "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg."
NO_LEADER = (
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are "
    "online. Make sure more than half of the managers are online."
)

collection = Collection()
scene = collection.scene


def _engine(door: Door, cause: str) -> Play:
    """Its containers go on serving. The others know its names no more, and the swarm counts it as down."""

    def play(cluster: Cluster, expect: Expectations) -> None:
        node = cluster.node(cluster.bad)
        node.door, node.down, node.reachable, node.on_overlay = door, True, False, False
        node.deaf = {("tcp", 7946), ("udp", 7946), ("tcp", 2377)}
        engine_gone(cluster, expect, node)
        # Whether its database runs, and should have an address, only its engine could tell.
        expect.unknown("NET-4", *names(cluster, [cluster.bad], without=node))
        expect.fail("NODE-6", SWARM)
        expect.cause(cause, f"node:{node.name}")

    return play


scene("engine-killed", "One node's Docker engine was killed: its containers go on serving.")(
    _engine(Door.CLOSED, "engine-down")
)
scene("engine-hung", "One node's Docker engine accepts connections and never answers; its containers go on serving.")(
    _engine(Door.SILENT, "engine-hung")
)


@scene("containerd-hung", "On one node nothing can be started or entered any more; all that Docker lists looks well.")
def containerd_hung(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.hung = frozenset({"start", "exec"})
    no_probe(cluster, expect, node)
    expect.cause("containerd-hung", f"node:{node.name}")


@scene("log-in-refused", "One node lets nobody log in; its Docker engine answers.")
def log_in_refused(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.shell.refusal = "ops@10.0.0.13: Permission denied (publickey)."
    expect.unknown("NODE-1", node.name)
    expect.unknown("NODE-2", node.name)
    expect.unknown("NODE-3", node.name)
    expect.unknown("NODE-4", node.name)
    expect.unknown("TLS-3", node.name)
    expect.unknown("LOG-2", node.name)
    expect.unknown("NODE-5", node.name)
    expect.cause("log-in-refused", f"node:{node.name}")


@scene("disk-full", "One node's disk for Docker is full: nothing more can be started there.")
def disk_full(cluster: Cluster, expect: Expectations) -> None:
    """`docker ps` and the swarm go on as if nothing were."""
    node = cluster.node(cluster.bad)
    node.disk_full = True
    disk = node.disk(DOCKER)
    disk.used = disk.size - GIB // 10
    expect.fail("NODE-2", mount(node, DOCKER))
    no_probe(cluster, expect, node)
    expect.cause("disk-full", f"node:{node.name}")


@scene("disk-filling", "One node's disk for Docker has 18 GB left, a fifth of a small disk.")
def disk_filling(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    disk = node.disk(DOCKER)
    disk.size, disk.used = 90 * GIB, 73 * GIB
    expect.warn("NODE-2", mount(node, DOCKER))
    expect.cause("disk-filling", f"node:{node.name}")


@scene("inodes-gone", "One node's disk for Docker has room, and no inodes left.")
def inodes_gone(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    disk = node.disk(DOCKER)
    disk.kind, disk.inodes, disk.inodes_used = "ext4", 26_214_400, 26_214_000
    expect.fail("NODE-2", mount(node, DOCKER))
    expect.cause("disk-full", f"node:{node.name}")


@scene("clock-90-seconds-ahead", "One node's clock is 90 seconds ahead of the others'.")
def clock_90_seconds_ahead(cluster: Cluster, expect: Expectations) -> None:
    """What runs in its containers has the same clock."""
    cluster.bad.clock_ahead = timedelta(seconds=90)
    expect.fail("NODE-3", cluster.bad.node)
    expect.warn("TOKEN-4", cluster.bad.id)
    expect.cause("clock-off", f"node:{cluster.bad.node}")


@scene("clock-90-seconds-behind", "One node's clock is 90 seconds behind the others'.")
def clock_90_seconds_behind(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.clock_ahead = -timedelta(seconds=90)
    expect.fail("NODE-3", cluster.bad.node)
    expect.warn("TOKEN-4", cluster.bad.id)
    expect.cause("clock-off", f"node:{cluster.bad.node}")


@scene("clock-5-seconds-behind", "One node's clock is five seconds behind the others'.")
def clock_5_seconds_behind(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.clock_ahead = -timedelta(seconds=5)
    expect.warn("NODE-3", cluster.bad.node)
    expect.cause("clock-off", f"node:{cluster.bad.node}")


@scene("database-swapped", "Some of one replica's database is swapped out.")
def database_swapped(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.swap_free = node.swap - GIB
    next(program for program in node.programs if program.name == "rethinkdb").swapped = 88_204
    expect.warn("NODE-4", node.name)
    expect.cause("memory-pressure", f"node:{node.name}")


@scene("processes-hidden", "One node shows the user who logs in there no process of others (/proc with hidepid=2).")
def processes_hidden(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.programs = [program for program in node.programs if program.name != "rethinkdb"]
    expect.unknown("NODE-4", node.name)
    expect.cause("processes-hidden", f"node:{node.name}")


def _short_of_memory(cluster: Cluster, expect: Expectations) -> Node:
    node = cluster.node(cluster.bad)
    node.memory_available = 300 << 10
    expect.warn("NODE-4", node.name)
    expect.cause("memory-pressure", f"node:{node.name}")
    return node


@scene("memory-short", "One node has 300 MB of memory left, and no process that is seen holds much of it.")
def memory_short(cluster: Cluster, expect: Expectations) -> None:
    _short_of_memory(cluster, expect)


@scene("memory-of-the-database", "One node has 300 MB of memory left; the cache of its database holds 11 of 16 GiB.")
def memory_of_the_database(cluster: Cluster, expect: Expectations) -> None:
    node = _short_of_memory(cluster, expect)
    next(program for program in node.programs if program.name == "rethinkdb").resident = 11 * GIB


@scene("memory-of-the-api", "One node has 300 MB of memory left; the api of its replica holds 12 of 16 GiB.")
def memory_of_the_api(cluster: Cluster, expect: Expectations) -> None:
    node = _short_of_memory(cluster, expect)
    pid = node.of(cluster.bad.id, "api").pid
    node.programs.append(Program(pid, "api", "/bin/api --replica", resident=12 * GIB))


@scene("memory-of-another-stack", "One node has 300 MB of memory left; three processes of another stack hold 12 of 16.")
def memory_of_another_stack(cluster: Cluster, expect: Expectations) -> None:
    """Each of them holds about as much as the database; together they are one container."""
    node = _short_of_memory(cluster, expect)
    next(program for program in node.programs if program.name == "rethinkdb").resident = 4 * GIB
    for pid in (70_001, 70_002, 70_003):
        node.programs.append(Program(pid, "java", "java -jar report.jar", resident=4 * GIB - pid, within="5e" * 32))


@scene("memory-of-the-host", "One node has 300 MB of memory left; a backup on the host holds 9 of 16 GiB.")
def memory_of_the_host(cluster: Cluster, expect: Expectations) -> None:
    node = _short_of_memory(cluster, expect)
    node.programs.append(Program(70_001, "backup-agent", "/opt/backup/agent", resident=9 * GIB))


@scene("memory-holder-unseen", "One node has 300 MB of memory left, and a ps that does not show who holds it.")
def memory_holder_unseen(cluster: Cluster, expect: Expectations) -> None:
    _short_of_memory(cluster, expect).poor_ps = True


def _deaf(kind: str, port: int) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        node = cluster.node(cluster.bad)
        node.deaf = {(kind, port)}
        expect.fail("NODE-5", node.name)
        expect.cause("swarm-port-closed", f"node:{node.name}")

    return play


scene("gossip-port-closed", "On one node nothing listens on 7946/udp, by which the nodes tell each other names.")(
    _deaf("udp", 7946)
)
scene("swarm-port-closed", "On one swarm manager nothing listens on 2377/tcp.")(_deaf("tcp", 2377))


@scene(
    "node-drained",
    "A node with a replica was drained: its containers stay, and none can be attached to the overlay network.",
)
def node_drained(cluster: Cluster, expect: Expectations) -> None:
    _not_available(cluster, expect, "drain")
    expect.cause("node-drained", f"node:{cluster.bad.node}")


@scene("node-paused", "A node with a replica is paused: its containers stay, and none can be attached to the network.")
def node_paused(cluster: Cluster, expect: Expectations) -> None:
    _not_available(cluster, expect, "pause")
    expect.cause("node-paused", f"node:{cluster.bad.node}")


def _not_available(cluster: Cluster, expect: Expectations, availability: str) -> None:
    node = cluster.node(cluster.bad)
    node.availability = availability
    expect.warn("NODE-1", node.name)
    expect.fail("NET-1", node.name)
    no_probe(cluster, expect, node)


def _waits_for_a_leader(node: Node) -> None:
    """As measured: `docker info` and `docker node ls` answer after more than 20 seconds, `docker ps` at once."""
    node.swarm_error = NO_LEADER
    node.waits = {"info": 22.0, "nodes": 22.0}


@scene(
    "manager-cut-off", "One swarm manager is cut off from the others on 2377/tcp: nothing new can be attached there."
)
def manager_cut_off(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.down, node.reachable = True, False
    _waits_for_a_leader(node)
    expect.fail("NODE-1", node.name)
    expect.fail("NODE-6", SWARM)
    expect.fail("NET-1", node.name)
    no_probe(cluster, expect, node)
    expect.cause("manager-unreachable", f"node:{node.name}")


@scene("swarm-without-quorum", "Two of three swarm managers are gone from it for good: nobody leads.")
def swarm_without_quorum(cluster: Cluster, expect: Expectations) -> None:
    """Followers tell why instead of the nodes; what is attached to the overlay network stays so."""
    cluster.swarm.leader = None
    for node in cluster.swarm.nodes:
        _waits_for_a_leader(node)
        expect.fail("NET-1", node.name)
        no_probe(cluster, expect, node)
    expect.fail("NODE-6", SWARM)
    expect.unknown("TLS-3", "swarm-ca")
    expect.unknown("NET-7", "dtr-ol:free", "dtr-ol:nodes")
    expect.cause("swarm-leaderless", "swarm", offers="call-support")


@scene("node-left-the-swarm", "A node left the swarm: its containers run on, and nobody reaches them.")
def node_left_the_swarm(cluster: Cluster, expect: Expectations) -> None:
    """Its database is gone to the others, as after a partition: here it is told as gone."""
    node = cluster.node(cluster.bad)
    cluster.pings_tell_issues = False
    cluster.bad.lose_database(timedelta(hours=1), container_runs=True)
    node.in_swarm = node.manages = False
    node.listening -= {("tcp", 2377), ("tcp", 7946), ("udp", 7946)}
    expect.fail("PING-1", cluster.bad.id)
    expect.no_status(cluster.bad)
    expect.database_gone(cluster.bad)
    expected_trust.feeds_fail_at(expect, [cluster.bad])
    expect.fail("NODE-1", node.name)
    expect.fail("NET-1", node.name)
    expect.fail("NET-4", *names(cluster, [cluster.bad], without=node))
    no_probe(cluster, expect, node)
    expect.cause("node-out-of-the-swarm", f"node:{node.name}")


def _leads_elsewhere(cluster: Cluster, expect: Expectations, other: Node) -> None:
    """What answers there is another machine's: nothing of it says anything of this node."""
    node = cluster.node(cluster.bad)
    node.leads_to = other.name
    engine_gone(cluster, expect, node)
    for condition in OF_THE_MACHINE:
        expect.unknown(condition, node.name)
    expect.unknown("NET-4", *names(cluster, [cluster.bad], without=node))


@scene("node-address-is-another-nodes", "The inventory's address of one node is that of another one of the inventory.")
def node_address_is_another_nodes(cluster: Cluster, expect: Expectations) -> None:
    _leads_elsewhere(cluster, expect, cluster.node(cluster.replicas[0]))
    expect.cause("wrong-host-behind-ssh", f"node:{cluster.bad.node}")


@scene("node-address-is-an-outsiders", "The inventory's address of one node is that of a node that it does not name.")
def node_address_is_an_outsiders(cluster: Cluster, expect: Expectations) -> None:
    """The outsider has the image with ping, so that a container could be started there."""
    outsider = bare_node(9, "node-9")
    outsider.listed, outsider.images = False, list(cluster.node(cluster.bad).images)
    cluster.swarm.nodes.append(outsider)
    _leads_elsewhere(cluster, expect, outsider)
    expect.cause("wrong-host-behind-ssh", f"node:{cluster.bad.node}")


@scene(
    "node-address-is-a-clones", "In place of one node its clone answers: the same name, the same images, another swarm."
)
def node_address_is_a_clones(cluster: Cluster, expect: Expectations) -> None:
    """Nothing that the clone says is of the node; its replica and its database are reached as ever."""
    node = cluster.node(cluster.bad)
    node.clone = swarm_id()
    engine_gone(cluster, expect, node)
    for condition in OF_THE_MACHINE:
        expect.unknown(condition, node.name)
    expect.unknown("NET-4", *names(cluster, [cluster.bad], without=node))
    expect.cause("wrong-host-behind-ssh", f"node:{node.name}")


@scene("docker-wrapper-prints", "On one node a wrapper around the docker command prints a line of its own first.")
def docker_wrapper_prints(cluster: Cluster, expect: Expectations) -> None:
    """The engine is well; what its command line answers cannot be read."""
    for node in cluster.swarm.nodes:
        node.listed_ways = ("shell",)
    node = cluster.node(cluster.bad)
    node.docker_prints = (PODMAN, "")
    for condition in ("NODE-1", "NODE-5", "CTR-7"):
        expect.unknown(condition, node.name)
    for condition in OF_CONTAINERS:
        expect.unknown(condition, cluster.bad.id)
    expect.cause("account-restricted", f"node:{node.name}")


@scene("image-store-full", "One node keeps its images in containerd's store, whose disk is full; Docker's has room.")
def image_store_full(cluster: Cluster, expect: Expectations) -> None:
    """As of Docker 29; on the others that disk is somebody else's."""
    for node in cluster.swarm.nodes:
        node.disks.append(Disk("/dev/sdc1", CONTAINERD, 100 * GIB, 100 * GIB))
    node = cluster.node(cluster.bad)
    node.containerd_images = True
    expect.fail("NODE-2", mount(node, CONTAINERD))
    expect.cause("disk-full", f"node:{node.name}")


@scene("container-logs-full", "The containers' logs of one node have a disk of their own, which is full.")
def container_logs_full(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.disks.append(Disk("/dev/sdd1", f"{DOCKER}/containers", 100 * GIB, 100 * GIB))
    expect.fail("NODE-2", mount(node, f"{DOCKER}/containers"))
    expect.cause("disk-full", f"node:{node.name}")


@scene("remapped-disk-full", "Docker maps its users on one node, and the disk of that data is full.")
def remapped_disk_full(cluster: Cluster, expect: Expectations) -> None:
    """The user who logs in may not use Docker there, so that only the engine tells where the data lies."""
    node = cluster.node(cluster.bad)
    node.data_root = f"{DOCKER}/231072.231072"
    node.docker_refuses = "permission denied while trying to connect to the Docker daemon socket"
    node.disks.append(Disk("/dev/sdd1", node.data_root, 100 * GIB, 100 * GIB))
    expect.fail("NODE-2", mount(node, node.data_root))
    expect.cause("disk-full", f"node:{node.name}")
