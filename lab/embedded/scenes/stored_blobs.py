"""Blobs that the database lists and the storage does not have, or that a replica does not see there."""

from __future__ import annotations

from lab.embedded.expectations import Expectations
from lab.embedded.images import built
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster, Replica

collection = Collection()
scene = collection.scene

SAMPLE = 20
IMAGE = "repository:library/alpine"


def _on_nfs(cluster: Cluster) -> None:
    """All replicas read the same share, and the inventory has blobs looked for."""
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    cluster.settings = {"nfsHost": "nfs.example.org", "nfsPath": "/exports/msr"}
    cluster.sample = SAMPLE


def _things(*replicas: Replica) -> list[str]:
    return [f"replica:{replica.id}" for replica in replicas]


@scene("blobs-stored-on-nfs", "All sampled blobs are on the share that the replicas mount.", sound=True)
def blobs_stored_on_nfs(cluster: Cluster, _expect: Expectations) -> None:
    _on_nfs(cluster)


@scene("blobs-stored-by-one-replica", "One replica alone has all sampled blobs on its disk.", sound=True, replicas=1)
def blobs_stored_by_one_replica(cluster: Cluster, _expect: Expectations) -> None:
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    cluster.sample = SAMPLE


@scene("blobs-sampled-in-object-storage", "Blobs are in object storage, where no files are looked for.", sound=True)
def blobs_sampled_in_object_storage(cluster: Cluster, _expect: Expectations) -> None:
    cluster.sample = SAMPLE


@scene("blobs-sampled-of-an-empty-registry", "A registry that nobody has used yet lists no blobs.", sound=True)
def blobs_sampled_of_an_empty_registry(cluster: Cluster, _expect: Expectations) -> None:
    _on_nfs(cluster)
    cluster.images.clear()


@scene("blob-just-collected", "Garbage collection takes a file, and a moment later its row.", sound=True)
def blob_just_collected(cluster: Cluster, _expect: Expectations) -> None:
    _on_nfs(cluster)
    old = built("library/old", "1.0")
    cluster.images.append(old)
    cluster.collected = {old.layers[-1]}
    image = cluster.images[0]
    cluster.inventory["pull"] = [{"image": f"{image.repository}:{image.tag}"}]


@scene("stored-blobs-lost", "Two blobs were deleted from the share that all replicas use.")
def stored_blobs_lost(cluster: Cluster, expect: Expectations) -> None:
    """One cause with the pull that fails: both are about the image."""
    _on_nfs(cluster)
    for replica in cluster.replicas:
        replica.lost_blobs = set(cluster.images[0].layers[-2:])
    expect.fail("STORE-2", *expect.everywhere)
    expect.fail("REG-2", *expect.pulls())
    expect.cause("image-incomplete", IMAGE)


@scene("stored-blob-lost-unnoticed", "A blob of an image that the inventory does not name was deleted.")
def stored_blob_lost_unnoticed(cluster: Cluster, expect: Expectations) -> None:
    _on_nfs(cluster)
    named, other = cluster.images[0], built("finance/ledger", "2026.11")
    cluster.images.append(other)
    cluster.inventory["pull"] = [{"image": f"{named.repository}:{named.tag}"}]
    for replica in cluster.replicas:
        replica.lost_blobs = {other.layers[2]}
    expect.fail("STORE-2", *expect.everywhere)
    expect.cause("image-incomplete", "repository:finance/ledger")


@scene("stored-blob-emptied", "The file of a blob is empty on the share that all replicas use.")
def stored_blob_emptied(cluster: Cluster, expect: Expectations) -> None:
    _on_nfs(cluster)
    for replica in cluster.replicas:
        replica.cut_blobs = {cluster.images[0].layers[1]: 0}
    expect.fail("STORE-2", *expect.everywhere)
    expect.fail("REG-2", *expect.pulls())
    expect.cause("image-incomplete", IMAGE)


def _unmounted(cluster: Cluster, *replicas: Replica) -> None:
    for replica in replicas:
        replica.storage_mounted = False
        replica.lost_blobs = {digest for image in cluster.images for digest in image.everything}


@scene("storage-unmounted-at-one-replica", "The share is not mounted at one replica: its directory is empty.")
def storage_unmounted_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    _on_nfs(cluster)
    _unmounted(cluster, cluster.bad)
    expect.fail("STORE-2", cluster.bad.id)
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-of-one", *_things(cluster.bad))


@scene("storage-unmounted-everywhere", "The share is mounted nowhere: the directory is empty at every replica.")
def storage_unmounted_everywhere(cluster: Cluster, expect: Expectations) -> None:
    _on_nfs(cluster)
    _unmounted(cluster, *cluster.replicas)
    expect.fail("STORE-2", *expect.everywhere)
    expect.fail("REG-2", *expect.pulls())
    expect.cause("storage-empty", *_things(*cluster.replicas))


@scene("one-replica-on-another-directory", "One of three registries keeps images in another directory of the share.")
def one_replica_on_another_directory(cluster: Cluster, expect: Expectations) -> None:
    """It was laid out there, and has what was pushed through it; the volume looks the same."""
    _on_nfs(cluster)
    cluster.bad.lost_blobs = set(cluster.images[0].layers[1:])
    expect.fail("STORE-2", cluster.bad.id)
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-of-one", *_things(cluster.bad))


@scene("one-replica-on-its-own-disk", "One of three registries keeps images on its own disk, and lacks others' blobs.")
def one_replica_on_its_own_disk(cluster: Cluster, expect: Expectations) -> None:
    """The others' volumes are the share."""
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    cluster.sample = SAMPLE
    for replica in cluster.replicas:
        if replica is not cluster.bad:
            options = {"type": "nfs", "o": "addr=nfs.example.org,rw", "device": ":/exports/msr"}
            cluster.node(replica).volumes[f"dtr-registry-{replica.id}"].options = options
    cluster.bad.lost_blobs = set(cluster.images[0].layers[1:])
    expect.fail("STORE-1", "cluster")
    expect.fail("STORE-2", cluster.bad.id)
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-not-shared", "cluster")


@scene("share-hangs-at-one-replica", "One replica's share does not respond: whoever reads a file there waits.")
def share_hangs_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    _on_nfs(cluster)
    cluster.bad.storage_hangs = True
    expect.fail("STORE-2", cluster.bad.id)
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-unreadable", *_things(cluster.bad))


@scene("share-stale-at-one-replica", "One replica's file handle of the share is stale.")
def share_stale_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    _on_nfs(cluster)
    cluster.bad.storage_error = True
    expect.fail("STORE-2", cluster.bad.id)
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-unreadable", *_things(cluster.bad))


@scene("blobs-unread-in-the-database", "The rows of blobs cannot be read, so that no sample can be taken.")
def blobs_unread_in_the_database(cluster: Cluster, expect: Expectations) -> None:
    _on_nfs(cluster)
    for replica in cluster.replicas:
        replica.reql.fails_at = "blobs"
    expect.unknown("STORE-2", *expect.everywhere)
    expect.cause("database-misbehaves", f"database:{cluster.replicas[0].id}")
