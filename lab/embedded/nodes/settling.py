"""After a scene was played: the nodes agree with what it made of the replicas."""

from datetime import timedelta

from lab.embedded.nodes.container import Mount, Volume
from lab.embedded.nodes.healthy import labels
from lab.embedded.nodes.state import GIB, Disk, Node
from lab.embedded.product import VERSION, image, images
from lab.embedded.state import Cluster, Replica


def settle(cluster: Cluster) -> None:
    """A replica's version, ports, clock and storage show in its containers, and a dead database is a dead container.

    A hung database server (`hung_for`) runs on, as far as Docker can see.
    """
    for replica in cluster.replicas:
        node = cluster.node(replica)
        node.clock_ahead = replica.clock_ahead or node.clock_ahead
        _version(node, replica)
        _storage(cluster, node, replica)
        _mount_shares(node)
        for container in node.containers:
            if container.replica == replica.id and container.component == "nginx":
                container.ports = {80: 80, 443: replica.port}
            if container.replica == replica.id and container.runs and _is_dead(cluster, replica, container.component):
                container.stop(-replica.worker_heartbeat if not replica.database_up else timedelta(hours=1))


def age_containers(cluster: Cluster, ago: timedelta) -> None:
    """All of MSR's containers were made that long ago, as by an upgrade."""
    for _, container in cluster.swarm.containers():
        if container.replica:
            container.created = container.started = ago


def _is_dead(cluster: Cluster, replica: Replica, component: str) -> bool:
    if component == "rethinkdb":
        return not (replica.database_up or replica.database_container_runs or cluster.hung_for)
    return component == "registry" and not replica.registry_up


def _version(node: Node, replica: Replica) -> None:
    """All containers of a replica that its scene gave no version of their own, and the images as its node has them."""
    own = [container for container in node.containers if container.replica == replica.id]
    usual = {container.version for container in own}
    as_installed = node.images_from == "" and node.images_by == ("tag",)
    if (replica.version in usual and as_installed) or not own:
        return
    now = dict(zip(images(VERSION), images(replica.version), strict=True))
    node.images = [node.pulled(now[each], held=True) if each in now else each for each in node.images]
    for container in own:
        container.version = replica.version
        container.image = node.pulled(image(container.component, replica.version))
        container.labels |= labels(replica.id, container.component, replica.version)
        container.environment[0] = f"DTR_VERSION={replica.version}"


def _storage(cluster: Cluster, node: Node, replica: Replica) -> None:
    """Images on NFS are mounted through a volume of their own, in place of the local one."""
    if "nfsHost" not in cluster.settings:
        return
    host, path = cluster.settings["nfsHost"], cluster.settings["nfsPath"]
    name = f"dtr-nfs-registry-{replica.id}"
    node.volumes[name] = Volume(name, options={"type": "nfs", "o": f"addr={host},rw", "device": f":{path}"})
    for container in node.containers:
        if container.replica == replica.id and container.component == "registry":
            container.mounts = [mount for mount in container.mounts if mount.target != "/storage"]
            container.mounts.append(Mount(name, "/storage"))


def _mount_shares(node: Node) -> None:
    """Docker mounts the share of a volume while a container that runs has the volume."""
    used = {mount.source for container in node.containers if container.runs for mount in container.mounts}
    for volume in node.volumes.values():
        target = f"{node.data_root}/volumes/{volume.name}/_data"
        is_share = volume.options.get("type", "").startswith("nfs") and volume.name in used
        if is_share and not node.unmounted and all(disk.target != target for disk in node.disks):
            address = volume.options["o"].removeprefix("addr=").partition(",")[0]
            source = f"{address}{volume.options['device']}"
            node.disks.append(Disk(source, target, 900 * GIB, 300 * GIB, "nfs4", 60_000_000, 3_000_000))
