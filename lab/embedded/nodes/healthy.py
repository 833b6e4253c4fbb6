"""Sound nodes: one for each replica, with its nine containers, their volumes and images, as documented and seen."""

from collections.abc import Sequence
from datetime import timedelta

from lab.embedded.nodes.container import COMPONENTS, DAY, Container, LogLine, Mount, Volume
from lab.embedded.nodes.state import GIB, Disk, Node, Program
from lab.embedded.nodes.swarm import OVERLAY, Swarm
from lab.embedded.product import RETHINKCLI, image, images
from lab.embedded.state import Replica

PROGRAMS = {"rethinkdb": "/bin/rethinkwrapper", "nginx": "/bin/nginxwrapper", "jobrunner": "/bin/jobrunner worker",
            "scanningstore": "/bin/postgreswrapper", "notary-server": "/bin/notarywrapper server",
            "notary-signer": "/bin/notarywrapper signer"}  # fmt: skip
MOUNTED = {"rethinkdb": ("rethink", "/data"), "scanningstore": ("postgres", "/var/lib/postgresql"),
           "registry": ("registry", "/storage")}  # fmt: skip
VOLUMES = ("ca", "postgres", "registry", "rethink")
FIRST_PID = 2100


def labels(replica: str, component: str, version: str) -> dict[str, str]:
    return {
        "com.docker.compose.container-number": "1",
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.project": f"Docker Trusted Registry {version} - (Replica {replica})",
        "com.docker.compose.service": component,
        "com.docker.dtr.replica": replica,
        "com.docker.dtr.version": version,
    }


def _log(component: str) -> list[LogLine]:
    if component == "rethinkdb":
        return [
            LogLine(6 * DAY, "Listening for intracluster connections on port 29015"),
            LogLine(6 * DAY, "Listening for client driver connections on port 28015"),
            LogLine(6 * DAY, "Server ready"),
        ]
    return [LogLine(timedelta(minutes=5), f'{{"level":"info","msg":"{component} serves"}}', "stderr")]


def container(replica: Replica, component: str, swarm: Swarm, pid: int) -> Container:
    """One of the nine, running for six days; only nginx has a health check and ports on the node."""
    mounts = [Mount(f"dtr-ca-{replica.id}", "/ca")]
    if component in MOUNTED:
        volume, target = MOUNTED[component]
        mounts.append(Mount(f"dtr-{volume}-{replica.id}", target))
    return Container(
        name=f"dtr-{component}-{replica.id}",
        image=image(component, replica.version),
        component=component,
        replica=replica.id,
        version=replica.version,
        health="healthy" if component == "nginx" else None,
        pid=pid,
        command=PROGRAMS.get(component, f"/bin/{component}").split(),
        labels=labels(replica.id, component, replica.version),
        environment=[f"DTR_VERSION={replica.version}", f"DTR_REPLICA_ID={replica.id}", "PATH=/usr/bin:/bin"],
        networks={OVERLAY: swarm.free_address(OVERLAY)},
        mounts=mounts,
        ports={80: 0, 443: replica.port} if component == "nginx" else {},
        log=_log(component),
    )


def disks() -> list[Disk]:
    """A root disk, and one for Docker's data, as on most nodes; and what df shows besides."""
    return [
        Disk("udev", "/dev", 8 * GIB, 0, "devtmpfs", 2_048_000, 420),
        Disk("tmpfs", "/run", GIB, 1_900, "tmpfs", 2_051_000, 900),
        Disk("/dev/sda1", "/", 60 * GIB, 18 * GIB, kept=3 * GIB, inodes=3_932_160, inodes_used=212_000),
        Disk("/dev/sdb1", "/var/lib/docker", 400 * GIB, 140 * GIB, kind="xfs", inodes=209_715_200),
        Disk("overlay", "/var/lib/docker/overlay2/1f3c/merged", 400 * GIB, 140 * GIB, "overlay", 209_715_200),
    ]


def bare_node(number: int, name: str, *, manages: bool = False) -> Node:
    """A node of the swarm that carries nothing."""
    return Node(
        name=name,
        address=f"10.0.0.{10 + number}",
        number=number,
        manages=manages,
        disks=disks(),
        programs=[Program(1, "systemd", "/sbin/init"), Program(812, "dockerd", "/usr/bin/dockerd -H fd://")],
        listening={("tcp", 22), ("tcp", 7946), ("udp", 7946), *({("tcp", 2377)} if manages else ())},
    )


def _carry(node: Node, replica: Replica, swarm: Swarm) -> None:
    node.images += [*images(replica.version), RETHINKCLI]
    for offset, component in enumerate(COMPONENTS):
        node.containers.append(container(replica, component, swarm, FIRST_PID + 100 * node.number + offset))
    for volume in VOLUMES:
        node.volumes[f"dtr-{volume}-{replica.id}"] = Volume(f"dtr-{volume}-{replica.id}")
    database = node.of(replica.id, "rethinkdb")
    line = f"rethinkdb --bind all --server-name {replica.server} --directory /data/rethink"
    node.programs.append(Program(database.pid, "rethinkdb", line, resident=412_000))


def healthy_swarm(replicas: Sequence[Replica]) -> Swarm:
    """One node for each replica. Three are swarm managers, or one where there are fewer than three nodes."""
    swarm = Swarm()
    for number, replica in enumerate(replicas, 1):
        node = bare_node(number, replica.node, manages=number <= (3 if len(replicas) >= 3 else 1))
        swarm.nodes.append(node)
        _carry(node, replica, swarm)
    swarm.leader = swarm.nodes[0].name
    return swarm
