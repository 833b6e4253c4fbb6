"""The share behind /storage, on which all replicas keep their images: it is judged once."""

from collections.abc import Callable

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.state import GIB, Disk
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster

NAS, EXPORT = "nas.example.org", "/exports/msr"
SHARE = f"{NAS}_exports_msr"
THING = f"volume:{NAS}:{EXPORT}"

collection = Collection()
scene = collection.scene


def _on_a_share(cluster: Cluster) -> list[Disk]:
    """Images are on NFS: as each node has mounted it."""
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    cluster.settings = {"nfsHost": NAS, "nfsPath": EXPORT}
    mounted = []
    for replica in cluster.replicas:
        target = f"/var/lib/docker/volumes/dtr-nfs-registry-{replica.id}/_data"
        disk = Disk(f"{NAS}:{EXPORT}", target, 900 * GIB, 300 * GIB, "nfs4", 60_000_000, 3_000_000)
        cluster.node(replica).disks.append(disk)
        mounted.append(disk)
    return mounted


def _wrong(cause: str, change: Callable[[Disk], None], *, warns: bool = False) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        for disk in _on_a_share(cluster):
            change(disk)
        (expect.warn if warns else expect.fail)("STORE-3", SHARE)
        expect.cause(cause, THING)

    return play


def _hang(disk: Disk) -> None:
    disk.hangs = True


def _go_stale(disk: Disk) -> None:
    disk.stale = True


def _fill(disk: Disk) -> None:
    disk.used = disk.size - GIB


def _fill_largely(disk: Disk) -> None:
    disk.used = disk.size - 20 * GIB


def _use_up_inodes(disk: Disk) -> None:
    disk.inodes_used = disk.inodes - 100


scene("image-share-hangs", "The NFS server of the images does not respond to the nodes; all else works for now.")(
    _wrong("share-unreachable", _hang)
)


@scene("image-share-hangs-with-sampled-blobs", "The NFS server of the images does not respond; blobs are sampled.")
def image_share_hangs_with_sampled_blobs(cluster: Cluster, expect: Expectations) -> None:
    """Whoever looks for a file there hangs as well, so none is looked for."""
    for disk in _on_a_share(cluster):
        disk.hangs = True
    cluster.sample = 20
    for replica in cluster.replicas:
        replica.storage_hangs = True
    expect.fail("STORE-3", SHARE)
    expect.unknown("STORE-2", *expect.everywhere)
    expect.fail("REG-2", *expect.pulls())
    expect.cause("share-unreachable", THING)


scene("image-share-stale", "The NFS server exports another file system by now: the nodes have a stale handle.")(
    _wrong("share-unreachable", _go_stale)
)
scene("image-share-full", "The NFS share of the images has 1 of 900 GiB left.")(_wrong("share-full", _fill))
scene("image-share-nearly-full", "The NFS share of the images has 20 of 900 GiB left.")(
    _wrong("share-full", _fill_largely, warns=True)
)
scene("image-share-without-inodes", "The NFS share of the images has room, and no inodes.")(
    _wrong("share-full", _use_up_inodes)
)


@scene("image-share-read-only-on-one-node", "One node has mounted the share of the images read-only.")
def image_share_read_only_on_one_node(cluster: Cluster, expect: Expectations) -> None:
    """A pull works there; nothing that a run tries writes."""
    _on_a_share(cluster)[-1].read_only = True
    expect.fail("STORE-3", SHARE)
    expect.cause("share-read-only", THING)


@scene("image-share-not-mounted-on-one-node", "Somebody unmounted the share of the images on one node.")
def image_share_not_mounted_on_one_node(cluster: Cluster, expect: Expectations) -> None:
    """The registry's container has it until it is restarted."""
    gone = _on_a_share(cluster)[-1]
    node = cluster.node(cluster.bad)
    node.disks.remove(gone)
    node.unmounted = True
    expect.warn("STORE-3", SHARE)
    expect.cause("share-not-mounted", THING)


@scene("image-share-stale-on-one-node", "One node has a stale handle of the share of images; the others read it.")
def image_share_stale_on_one_node(cluster: Cluster, expect: Expectations) -> None:
    _go_stale(_on_a_share(cluster)[-1])
    expect.fail("STORE-3", SHARE)
    expect.cause("share-unreachable", THING)


@scene("image-share-hangs-on-one-node", "The share of images does not respond on one node, and does on the others.")
def image_share_hangs_on_one_node(cluster: Cluster, expect: Expectations) -> None:
    _hang(_on_a_share(cluster)[-1])
    expect.fail("STORE-3", SHARE)
    expect.cause("share-unreachable", THING)


@scene(
    "image-share-hangs-with-blobs-on-one-node", "The share of images does not respond on one node; blobs are sampled."
)
def image_share_hangs_with_blobs_on_one_node(cluster: Cluster, expect: Expectations) -> None:
    """It responds on the others, where the files are found."""
    _hang(_on_a_share(cluster)[-1])
    cluster.sample = 20
    cluster.bad.storage_hangs = True
    expect.fail("STORE-3", SHARE)
    expect.unknown("STORE-2", cluster.bad.id)
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("share-unreachable", THING)


@scene("image-share-without-a-shell", "Images are on NFS, and nobody may log in to the nodes.", sound=True)
def image_share_without_a_shell(cluster: Cluster, _expect: Expectations) -> None:
    for disk in _on_a_share(cluster):
        disk.hangs = True
    for node in cluster.swarm.nodes:
        node.listed_ways = ("docker",)


@scene("image-share-of-no-inodes", "The NFS server of the images tells no inodes, and has room.", sound=True)
def image_share_of_no_inodes(cluster: Cluster, _expect: Expectations) -> None:
    for disk in _on_a_share(cluster):
        disk.inodes = disk.inodes_used = 0
