"""Pulls: storage that a registry does not read, or not wholly, images that are not whole, and object storage."""

from __future__ import annotations

from typing import Any

from lab.embedded import faults
from lab.embedded.expectations import Expectations
from lab.embedded.images import built
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster, Replica

collection = Collection()
scene = collection.scene

IMAGE = "repository:library/alpine"


def _replicas(replicas: list[Replica]) -> list[str]:
    return [f"replica:{replica.id}" for replica in replicas]


@scene("storage-errors-at-one-replica", "One replica's registry gets errors from its storage: each blob is a 500.")
def storage_errors_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    """/v2/ and manifests need no storage, nor does any health check."""
    cluster.bad.storage_error = True
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-unreadable", f"replica:{cluster.bad.id}")


@scene("storage-errors-everywhere", "The storage that all replicas share fails: each blob is a 500, /_ping is healthy.")
def storage_errors_everywhere(cluster: Cluster, expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.storage_error = True
    expect.fail("REG-2", *expect.pulls())
    expect.cause("storage-unreadable", *_replicas(cluster.replicas))


@scene("storage-hangs-at-one-replica", "One replica's NFS server is gone: its registry waits for blobs for ever.")
def storage_hangs_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.storage_hangs = True
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-unreadable", f"replica:{cluster.bad.id}")


@scene("blobs-unknown-at-one-replica", "One replica's share is stale: it lacks two blobs that the others return.")
def blobs_unknown_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.lost_blobs = set(cluster.images[0].layers[-2:])
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-of-one", f"replica:{cluster.bad.id}")


@scene("blob-cut-at-one-replica", "One replica reads a blob that is empty; the others read it whole.")
def blob_cut_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.cut_blobs = {cluster.images[0].layers[1]: 0}
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-of-one", f"replica:{cluster.bad.id}")


@scene("tag-unknown-at-one-replica", "One replica does not know a tag that the others return.")
def tag_unknown_at_one_replica(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.lost_manifests = {cluster.images[0].tag}
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-of-one", f"replica:{cluster.bad.id}")


@scene(
    "storage-not-shared-and-seen", "Each replica keeps images on its own disk, and one lacks blobs that others have."
)
def storage_not_shared_and_seen(cluster: Cluster, expect: Expectations) -> None:
    """That explains the pull that fails there."""
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    cluster.bad.lost_blobs = set(cluster.images[0].layers)
    expect.fail("STORE-1", "cluster")
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("storage-not-shared", "cluster")


@scene("image-lost-a-blob", "A blob of an image was deleted from the storage that all replicas share.")
def image_lost_a_blob(cluster: Cluster, expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.lost_blobs = {cluster.images[0].layers[-1]}
    expect.fail("REG-2", *expect.pulls())
    expect.cause("image-incomplete", IMAGE)


@scene("image-emptied", "A blob of an image is empty in the storage that all replicas share.")
def image_emptied(cluster: Cluster, expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.cut_blobs = {cluster.images[0].layers[2]: 0}
    expect.fail("REG-2", *expect.pulls())
    expect.cause("image-incomplete", IMAGE)


@scene("pulled-tag-deleted", "The inventory names a tag that was deleted.")
def pulled_tag_deleted(cluster: Cluster, expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.lost_manifests = {cluster.images[0].tag}
    expect.fail("REG-2", *expect.pulls())
    expect.cause("pull-list", IMAGE)


@scene("pull-without-the-right", "The inventory names an image that its account may not pull.")
def pull_without_the_right(cluster: Cluster, expect: Expectations) -> None:
    cluster.images = [built("tools/ci", "1.0")]
    expect.fail("REG-2", *expect.pulls())
    expect.cause("pull-list", "account:reader:ci")


@scene("webhooks-unreadable", "No replica can tell its webhooks, of which one might be sent by a pull.")
def webhooks_unreadable(cluster: Cluster, expect: Expectations) -> None:
    cluster.faults["/api/v0/webhooks"] = faults.json_text('{"errors":[{"code":"INTERNAL_ERROR"}]}', status=500)
    expect.unknown("REG-2", *expect.pulls())
    expect.cause("api-lists-unreadable", *_replicas(cluster.replicas))


def _names(cluster: Cluster, **keys: Any) -> None:
    image = cluster.images[0]
    cluster.inventory["pull"] = [{"image": f"{image.repository}:{image.tag}", **keys}]


@scene("webhook-of-pulls", "A pull of the image would send a webhook: it is left out.", sound=True)
def webhook_of_pulls(cluster: Cluster, _expect: Expectations) -> None:
    cluster.webhooks[0] |= {"type": "TAG_PULL", "key": "library/alpine"}


@scene("webhook-of-pulls-accepted", "A pull sends a webhook, and the inventory says that it may.", sound=True)
def webhook_of_pulls_accepted(cluster: Cluster, _expect: Expectations) -> None:
    cluster.webhooks[0] |= {"type": "TAG_PULL", "key": "library"}
    _names(cluster, webhooks="ok")


@scene("administrator-pulls", "Two images are pulled, one of them by the administrator.", sound=True)
def administrator_pulls(cluster: Cluster, _expect: Expectations) -> None:
    cluster.images.append(built("finance/ledger", "2026.11"))
    cluster.inventory["pull"] = [
        {"image": "library/alpine:3.20"},
        {"image": "finance/ledger:2026.11", "account": "admin"},
    ]


@scene("blobs-in-object-storage", "Blobs are read from object storage that the inventory names.", sound=True)
def blobs_in_object_storage(cluster: Cluster, _expect: Expectations) -> None:
    cluster.object_storage.in_use = True


@scene("object-storage-not-named", "Blobs are read from object storage that the inventory does not name.", sound=True)
def object_storage_not_named(cluster: Cluster, _expect: Expectations) -> None:
    cluster.object_storage.in_use, cluster.object_storage.listed = True, False


@scene("object-storage-without-tls", "Blobs are read from object storage without TLS, as is told.", sound=True)
def object_storage_without_tls(cluster: Cluster, _expect: Expectations) -> None:
    cluster.object_storage.in_use, cluster.object_storage.scheme = True, "http"


@scene("object-storage-out-of-reach", "This machine does not reach the object storage, as is told.", sound=True)
def object_storage_out_of_reach(cluster: Cluster, _expect: Expectations) -> None:
    """Users may: what is behind the registry need not be open to whoever looks after it."""
    cluster.object_storage.in_use = cluster.object_storage.unreachable = True


@scene("object-storage-refuses-here", "The object storage has no access for this machine, as is told.", sound=True)
def object_storage_refuses_here(cluster: Cluster, _expect: Expectations) -> None:
    """A policy by address says nothing of users."""
    cluster.object_storage.in_use, cluster.object_storage.error = True, (403, "AccessDenied")


def _signature_refused(code: str) -> Play:
    """Whoever pulls is refused: the address is signed by the registry."""

    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.object_storage.in_use, cluster.object_storage.error = True, (403, code)
        expect.fail("REG-2", *expect.pulls())
        expect.cause("object-storage-refuses", *_replicas(cluster.replicas))

    return play


scene("object-storage-key-revoked", "The registry's key for the object storage was revoked.")(
    _signature_refused("InvalidAccessKeyId")
)
scene("object-storage-clock", "The object storage takes the registry's signatures for too old.")(
    _signature_refused("RequestTimeTooSkewed")
)


@scene("object-storage-lost-a-blob", "A blob is no longer in the object storage, where the registry believes it.")
def object_storage_lost_a_blob(cluster: Cluster, expect: Expectations) -> None:
    cluster.object_storage.in_use = True
    cluster.object_storage.lost = {cluster.images[0].layers[-1]}
    expect.fail("REG-2", *expect.pulls())
    expect.cause("image-incomplete", IMAGE)
