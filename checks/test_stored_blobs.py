"""Whether the files of blobs that the database lists are in the storage. Beyond the guide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.wording import many
from checks.verdict import Evidence, Verdict, failed, not_applicable, passed, skipped
from fixtures.core.evidence import thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import container_name
from fixtures.probes.administration import Settings, Storage
from fixtures.probes.blob_rows import NO_SAMPLE, BlobSample, SampledBlob
from fixtures.probes.containers import Containers
from fixtures.probes.listed_blobs import ListedBlobs
from fixtures.probes.stored_blobs import EACH, StoredBlobs

OF_STORAGE, OF_ONE, OF_IMAGE, EMPTY = "registry-storage", "replica-storage", "image-incomplete", "storage-empty"
# Of many that a message would hold.
FEW = 2


@condition(
    "STORE-2",
    severity=CRITICAL,
    documented="Beyond the guide: stored blobs",
    remedy=OF_IMAGE,
    reasons={
        "store.no-response": Reason("the file system of the storage does not respond", remedy=OF_STORAGE),
        "store.read-error": Reason("the file system of the storage returns errors", remedy=OF_STORAGE),
        "store.empty": Reason("no replica's storage has a directory for blobs", remedy=EMPTY),
        "store.empty-here": Reason("the replica's storage has no directory for blobs", remedy=OF_ONE),
        "store.blob-missing-here": Reason("the replica's storage lacks blobs that another one has", remedy=OF_ONE),
        "store.blob-missing": "blobs that the database lists are not in the storage",
        "store.blob-empty": "files of blobs that the database lists are empty",
        "store.none-found": "no sampled blob was found, so that the storage may be laid out in another way",
    },
)
def test_sampled_blobs_are_stored(
    replica_with_docker: Replica,
    every_settings: PerSubject[Settings],
    every_storage: PerSubject[Storage],
    every_blob_sample: PerSubject[BlobSample],
    every_containers: PerSubject[Containers],  # noqa: ARG001 - looked at again with the files
    every_stored_blobs: PerSubject[StoredBlobs],
    every_listed_blobs: PerSubject[ListedBlobs],
    inventory: Inventory,
) -> Verdict:
    """A sample of the blobs that the database lists is in the replica's storage, and no file of it is empty."""
    if not inventory.storage.sample:
        return skipped(NO_SAMPLE)
    if every_storage[CLUSTER].is_object_storage(every_settings[CLUSTER]):
        return not_applicable("images are in object storage, and not in files")
    sample = every_blob_sample[CLUSTER].blobs
    if not sample:
        return not_applicable("the database lists no blobs")
    stored = every_stored_blobs[replica_with_docker.id]
    if stored.held:
        message = f"{_where(stored)} does not respond within {EACH} s"
        return failed("store.no-response", message, expected=f"a response within {EACH} s")
    if stored.trouble:
        return failed("store.read-error", f"{_where(stored)} cannot be read: {stored.trouble}", seen=stored.trouble)
    listed = every_listed_blobs[CLUSTER]
    lacking = [blob for blob in sample if stored.lacks(blob.key) and blob.key in listed.keys]
    if not lacking:
        return passed(_found(sample, stored), seen=0, expected=0)
    others = [each for each in every_stored_blobs.values() if each.replica != stored.replica]
    unseen = len(inventory.replicas) - 1 - len(others)
    return _judged(sample, lacking, stored, others, listed, unseen)


def _judged(
    sample: Sequence[SampledBlob],
    lacking: Sequence[SampledBlob],
    stored: StoredBlobs,
    others: Sequence[StoredBlobs],
    listed: ListedBlobs,
    unseen: int,
) -> Verdict:
    """What is wrong, that which concerns most images first. unseen: how many other replicas were not looked at."""
    count: Evidence = {"seen": len(lacking), "expected": 0}
    if not stored.laid_out:
        laid_out = [each for each in others if each.laid_out]
        message = f"{_where(stored)} has no docker/registry/v2/blobs, though the database lists blobs"
        if laid_out:
            return failed("store.empty-here", f"{message} and {_replicas(laid_out)} has them", **count)
        return failed("store.empty", message, **count)
    if not any(each.sizes for each in (stored, *others)):
        message = f"none of {many(len(sample), 'sampled blob')} found in {_where(stored)}, under paths of id or digest"
        raise Unavailable("store.none-found", message, about=[thing("replica", stored.replica)])
    elsewhere = {blob.key: [each for each in others if each.sizes.get(blob.key)] for blob in lacking}
    if here := [blob for blob in lacking if elsewhere[blob.key]]:
        message = f"{_blobs(here, sample)} missing or empty in {_where(stored)}, and whole at"
        return failed("store.blob-missing-here", f"{message} {_replicas(elsewhere[here[0].key])}", **count)
    empty = [blob for blob in lacking if blob.key in stored.sizes]
    missing = [blob for blob in lacking if blob.key not in stored.sizes]
    images = list(dict.fromkeys(name for blob in lacking for name in listed.images.get(blob.key, ())))
    repositories = dict.fromkeys(name.partition(":")[0] for name in images)
    about = [thing("repository", name) for name in repositories] or [thing("cluster")]
    told = f", needed by {', '.join(images[:FEW])}{', …' if len(images) > FEW else ''}" if images else ""
    told += f"; {many(unseen, 'other replica')} not looked at" if unseen else ""
    reason, found, what = (
        ("store.blob-missing", missing, "missing") if missing else ("store.blob-empty", empty, "empty")
    )
    return failed(
        reason, f"{_blobs(found, sample)} {what} in {_where(stored)}{told}", seen=len(lacking), expected=0, about=about
    )


def _where(stored: StoredBlobs) -> str:
    return f"{stored.root} of {container_name('registry', stored.replica)}"


def _found(sample: Sequence[SampledBlob], stored: StoredBlobs) -> str:
    """How many were found, and of how many the rows are gone meanwhile."""
    whole = sum(1 for blob in sample if stored.sizes.get(blob.key))
    gone = len(sample) - whole
    text = f"{many(whole, 'sampled blob')} found in {_where(stored)}"
    return text + (f"; {many(gone, 'blob')} deleted meanwhile" if gone else "")


def _blobs(blobs: Sequence[SampledBlob], sample: Sequence[SampledBlob]) -> str:
    """How many of the sampled blobs, and the digests of the first."""
    named = ", ".join(blob.digest[:19] for blob in blobs[:FEW])
    more = ", …" if len(blobs) > FEW else ""
    return f"{len(blobs)} of {many(len(sample), 'sampled blob')} ({named}{more})"


def _replicas(stored: Iterable[StoredBlobs]) -> str:
    return ", ".join(each.replica for each in stored)
