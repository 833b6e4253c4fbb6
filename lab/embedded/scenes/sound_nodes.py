"""Nodes that are sound, however unusual: nothing may be tripped."""

from datetime import timedelta

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import DAY, Container, LogLine, Mount, Volume
from lab.embedded.nodes.healthy import bare_node
from lab.embedded.nodes.state import GIB, Disk, Node
from lab.embedded.nodes.swarm import OVERLAY, Network
from lab.embedded.product import bootstrapper
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene


@scene("replicas-on-workers", "The replicas run on workers; three drained swarm managers carry none.", sound=True)
def replicas_on_workers(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.manages = False
        node.listening -= {("tcp", 2377)}
    for number in (7, 8, 9):
        node = bare_node(number, f"manager-{number}", manages=True)
        node.availability = "drain"
        cluster.swarm.nodes.append(node)
    cluster.swarm.leader = "manager-8"


def _others(node: Node, count: int) -> None:
    for number in range(count):
        name = f"shop_web.{number}.{node.id[:8]}{number}"
        node.containers.append(
            Container(name, "example/shop:7", labels={"com.docker.stack.namespace": "shop"}, networks={"bridge": ""})
        )


@scene("two-hundred-other-containers", "Another stack has 200 containers on a node, some of them dead.", sound=True)
def two_hundred_other_containers(cluster: Cluster, _expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    _others(node, 200)
    for container in node.containers[-20:]:
        container.stop(3 * DAY, code=1)


@scene("other-stacks", "Other stacks have containers, networks and volumes on the nodes, broken ones too.", sound=True)
def other_stacks(cluster: Cluster, _expect: Expectations) -> None:
    cluster.swarm.networks["shop"] = Network("shop", attachable=False, subnet="10.7.0")
    for node in cluster.swarm.nodes:
        _others(node, 3)
        node.volumes["shop-data"] = Volume("shop-data", driver="rexray")
        database = Container("shop-rethinkdb-1", "rethinkdb:2.4", networks={"shop": ""}, state="restarting", restarts=9)
        database.mounts = [Mount("/srv/shop", "/data")]
        node.containers.append(database)


@scene("odd-disks", "LVM, NFS that hangs, a full read-only image, a mount with a space, Docker's data elsewhere.",
       sound=True)  # fmt: skip
def odd_disks(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.data_root = "/data/docker"
        node.disks = [
            Disk("/dev/mapper/vg00-root--fs", "/", 30 * GIB, 29 * GIB),
            Disk("/dev/loop3", "/snap/core20/1974", 65_000, 65_000, "squashfs", 11_000, 11_000),
            Disk("/dev/mapper/vg00-data", "/data", 500 * GIB, 90 * GIB, "btrfs", inodes=0, inodes_used=0),
            Disk("/dev/sdc1", "/media/USB DISK", 8 * GIB, 8 * GIB, "vfat", 0, 0),
            Disk("nas.example.org:/exports/home", "/home", 900 * GIB, 899 * GIB, "nfs4", hangs=True),
            Disk("/dev/mapper/vg00-data", "/srv/bind", 500 * GIB, 90 * GIB, "btrfs", 0, 0),
        ]


def _keep_images_in(cluster: Cluster, node: Node, source: str) -> None:
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    cluster.settings = {"storageVolume": source}
    for mount in (m for c in node.containers if c.component == "registry" for m in c.mounts):
        if mount.target == "/storage":
            mount.source = source


@scene("users-mapped", "Docker maps its users, and the user who logs in may not use it.", sound=True)
def users_mapped(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.data_root = "/var/lib/docker/231072.231072"
        node.docker_refuses = "permission denied while trying to connect to the Docker daemon socket"


@scene("images-in-containerd", "Images lie in containerd's store, as on new installations of Docker 29.", sound=True)
def images_in_containerd(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.containerd_images = True


@scene("images-on-a-share-of-the-nodes", "Images are in a directory of the nodes, on which each mounts one NFS share.",
       sound=True)  # fmt: skip
def images_on_a_share_of_the_nodes(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        share = Disk("nas.example.org:/exports/msr", "/mnt/msr-images", 900 * GIB, 100 * GIB, "nfs4")
        node.disks.append(share)
        _keep_images_in(cluster, node, share.target)


@scene("images-in-a-volume-of-any-name", "Images are in a volume of any name, and Docker is asked by command line.",
       sound=True)  # fmt: skip
def images_in_a_volume_of_any_name(cluster: Cluster, _expect: Expectations) -> None:
    options = {"type": "nfs", "o": "addr=nas.example.org,rw", "device": ":/exports/msr"}
    for node in cluster.swarm.nodes:
        node.listed_ways = ("shell",)
        node.volumes["msr-images"] = Volume("msr-images", options=options)
        _keep_images_in(cluster, node, "msr-images")


@scene("other-time-zones", "Every node is in a time zone of its own.", sound=True)
def other_time_zones(cluster: Cluster, _expect: Expectations) -> None:
    for node, zone in zip(cluster.swarm.nodes, ("Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland"), strict=True):
        node.time_zone = zone


@scene("join-running", "Somebody joins a replica at this moment: its second phase runs on one node.", sound=True)
def join_running(cluster: Cluster, _expect: Expectations) -> None:
    ago = timedelta(minutes=2)
    running = Container("dtr-phase2", bootstrapper(), created=ago, started=ago, restart_policy="no")
    cluster.node(cluster.bad).containers.append(running)


@scene(
    "old-memory-kill", "A container was killed for its memory three days ago; Docker keeps that for ever.", sound=True
)
def old_memory_kill(cluster: Cluster, _expect: Expectations) -> None:
    store = cluster.node(cluster.bad).of(cluster.bad.id, "scanningstore")
    store.oom_killed, store.restarts = True, 2
    store.started, store.finished = 3 * DAY, 3 * DAY + timedelta(seconds=1)


@scene("first-attachment-lost", "One engine loses its first attachments to the overlay network, then it works.",
       sound=True)  # fmt: skip
def first_attachment_lost(cluster: Cluster, _expect: Expectations) -> None:
    cluster.node(cluster.bad).lost_attachments = 3


@scene("first-start-fails", "One engine cannot start a container at first, and a moment later it can.", sound=True)
def first_start_fails(cluster: Cluster, _expect: Expectations) -> None:
    cluster.node(cluster.bad).failed_starts = 1


@scene("noisy-log-in", "A log-in to a node prints a banner before anything else.", sound=True)
def noisy_log_in(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.shell.banner = 'Authorised use only.\n{"this": "is no answer"}\nYou have new mail.'


@scene(
    "restarted-database-links", "A database was connected to anew once, as after a restart of another one.", sound=True
)
def restarted_database_links(cluster: Cluster, _expect: Expectations) -> None:
    other = cluster.replicas[0]
    database = cluster.node(cluster.bad).of(cluster.bad.id, "rethinkdb")
    for minutes, word in ((35, "Disconnected from"), (34, "Connected to")):
        text = f'{word} server "{other.server}" {other.uuid}'
        database.log.append(LogLine(timedelta(minutes=minutes), text, "stderr"))


@scene("two-overlay-networks", "The replicas' overlay network is tested beside another one.", sound=True)
def two_overlay_networks(cluster: Cluster, _expect: Expectations) -> None:
    cluster.swarm.networks["backup"] = Network("backup", subnet="10.9.0")
    cluster.inventory["overlay"] = {"networks": [OVERLAY, "backup"]}


@scene("engines-without-shells", "The nodes' Docker engines can be asked, and nobody may log in.", sound=True)
def engines_without_shells(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.listed_ways = ("docker",)


@scene(
    "shells-without-engines", "The nodes can be logged in to; Docker is asked by its command line there.", sound=True
)
def shells_without_engines(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.listed_ways = ("shell",)


@scene("docker-host-in-the-profile", "The profile of the user on the nodes points the docker command at another node.",
       sound=True)  # fmt: skip
def docker_host_in_the_profile(cluster: Cluster, _expect: Expectations) -> None:
    """As the env.sh of an MKE client bundle does, sourced in a .bashrc."""
    for node in cluster.swarm.nodes:
        node.listed_ways = ("shell",)
        node.profile = {
            "DOCKER_HOST": f"tcp://{cluster.swarm.nodes[0].name}:2376",
            "DOCKER_TLS_VERIFY": "1",
            "DOCKER_CERT_PATH": "/home/ops/ucp-bundle",
        }


@scene("docker-warns", "The docker command warns on its error output, whatever it is asked.", sound=True)
def docker_warns(cluster: Cluster, _expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.listed_ways = ("shell",)
        node.docker_prints = ("", "WARNING: Error loading config file: /home/ops/.docker/config.json")


@scene("no-image-with-ping", "No image on one node has ping: the overlay network is not tested from there.", sound=True)
def no_image_with_ping(cluster: Cluster, _expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.images.remove(bootstrapper())
    cluster.swarm.without_ping = set(node.images)


@scene("through-a-client-bundle", "Docker is asked through MKE's client bundle, which shows all nodes as one engine.",
       sound=True)  # fmt: skip
def through_a_client_bundle(cluster: Cluster, _expect: Expectations) -> None:
    cluster.mke.has_bundle = True
    cluster.inventory["mke"] = {"url": f"https://localhost:{cluster.mke.port}", "bundle": "ucp-bundle/"}
    for node in cluster.swarm.nodes:
        node.listed_ways = ("bundle", "shell")
