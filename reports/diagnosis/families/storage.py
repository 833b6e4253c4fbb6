"""Where images are kept: storage that replicas do not share or do not read, and images that are not whole in it."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, name_of, replicas_in, things_of
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()

_HERE = frozenset(
    {"reg.unknown-here", "reg.blob-unknown-here", "reg.blob-size-here", "store.blob-missing-here", "store.empty-here"}
)
_NOWHERE = frozenset({"reg.manifest-unknown", "reg.blob-unknown", "store.blob-missing"})


def _missed_everywhere(result: Result) -> bool:
    """Whether a replica does not find what no other one returns."""
    return result.reason in _NOWHERE


def _missed_here(result: Result) -> bool:
    """Whether a replica does not find what another one returns."""
    return result.reason in _HERE


@family.cause(
    "storage-not-shared",
    "The replicas do not share their image storage",
    remedy="shared-storage",
    harms=(Harm.MISSING_IMAGES, Harm.LOSE_PUSHES),
)
def storage_not_shared(case: Case) -> Iterator[Finding]:
    """Each replica keeps images on its own disk: an image is only where it was pushed.

    Needs: STORE-1 finds storage of their own.
    Predicts: pulls that fail at a replica, and blobs that it lacks, where another one has them.
    Contradicted by: a shared volume.
    """
    if own := case.found("store.own-disk"):
        yield Finding(("cluster",), tuple(own), predicts=_missed_here)


@family.cause(
    "storage-differs",
    "The replicas keep images on different storage",
    remedy="shared-storage",
    harms=(Harm.MISSING_IMAGES, Harm.LOSE_PUSHES),
)
def storage_differs(case: Case) -> Iterator[Finding]:
    """Replicas keep images on shared storage, and not on the same.

    Needs: STORE-1 compares what their registries mount.
    Predicts: pulls that fail at a replica, and blobs that it lacks, where another one has them.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("store.different-storage"):
        yield Finding(("cluster",), tuple(own), predicts=_missed_here)


def _unreadable(result: Result) -> bool:
    """Whether a pull shows that a registry does not read its storage."""
    return _missed_here(result) or result.reason in ("reg.blob-error", "reg.manifest-error", "reg.pull-timeout")


@family.cause(
    "share-unreachable",
    "The share of images does not respond, or its handle is stale",
    remedy="image-share",
    harms=(Harm.PULL, Harm.PUSH),
    logs=("log.storage-stale",),
)
def share_unreachable(case: Case) -> Iterator[Finding]:
    """The share behind /storage does not respond on a node within some seconds, or is another file system by now.

    Needs: STORE-3 looks at it on each node.
    Predicts: pulls that fail or do not respond, and stale handles in the registries' logs; of a handle that is stale,
    at the replicas of these nodes.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("store.share-hangs", "store.share-stale"):
        stale = [each for each in own if each.reason == "store.share-stale" and each.witnesses]
        nodes = {name_of(node) for each in stale for node in each.witnesses}
        there = {replica for node in nodes for replica in case.replicas_on(node)} if len(stale) == len(own) else set()

        def follows(result: Result) -> bool:
            return _unreadable(result) and (not there or replicas_in(case, result) <= there)

        kinds = {each.reason for each in own}
        title = "The share of images does not respond" if kinds == {"store.share-hangs"} else None
        title = "A handle of the share of images is stale" if kinds == {"store.share-stale"} else title
        yield Finding(things_of(own, "volume"), tuple(own), predicts=follows, title=title)


family.by_reason(
    "share-full",
    "The share of images is full, or nearly so",
    "The share behind /storage has little free space, or few free inodes. Pushes fail when nothing is left.",
    "store.disk-short",
    "store.inodes-short",
    remedy="share-full",
    harms=(Harm.PUSH,),
)
family.by_reason(
    "share-read-only",
    "The share of images is mounted read-only",
    "A node has mounted the share behind /storage read-only. Its registry takes no push.",
    "store.share-read-only",
    remedy="image-share",
    harms=(Harm.PUSH,),
)
family.by_reason(
    "share-not-mounted",
    "The share of images is not mounted on a node",
    "A node's table of mounts lacks the share that its registry uses. The registry loses it when it is restarted.",
    "store.share-not-mounted",
    remedy="image-share",
    harms=(Harm.LOSE_PUSHES,),
)


@family.cause(
    "storage-of-one",
    "{things} {does} not find images that other replicas return",
    remedy="replica-storage",
    harms=(Harm.PULL, Harm.LOSE_PUSHES),
)
def storage_of_one(case: Case) -> Iterator[Finding]:
    """A replica reads other storage than the others, or a stale or an unmounted share: what it lacks they return.

    Needs: REG-2 fails there for a manifest or a blob that another replica returns whole, or STORE-2 for a blob's file.
    Predicts: nothing else.
    Contradicted by: STORE-1 that finds storage of their own: then that is the cause.
    """
    if own := case.found(*_HERE):
        yield Finding(things_of(own, "replica"), tuple(own))


@family.cause(
    "storage-empty",
    "The image storage of {things} is empty",
    remedy="storage-empty",
    harms=(Harm.PULL, Harm.LOSE_PUSHES),
)
def storage_empty(case: Case) -> Iterator[Finding]:
    """The database lists blobs, and the storage has not even the directory that they are in: it is another one.

    Needs: STORE-2 finds no directory for blobs at any replica that was looked at.
    Predicts: pulls that fail for blobs that no replica finds.
    Contradicted by: a replica that has the directory: then only the others read other storage.
    """
    if own := case.found("store.empty"):
        yield Finding(things_of(own, "replica"), tuple(own), predicts=_missed_everywhere)


@family.cause(
    "storage-unreadable",
    "The registry of {things} does not read its storage",
    remedy="registry-storage",
    others=("replica-storage",),
    logs=("log.nfs-silent",),
    harms=(Harm.PULL, Harm.PUSH),
)
def storage_unreadable(case: Case) -> Iterator[Finding]:
    """A registry answers `/v2/`, and gets errors or no response from its storage: no image can be pulled there.

    Needs: REG-2 fails with a server error for a manifest or a blob, or for a response that does not come; or STORE-2
    for files that cannot be read.
    Predicts: nothing else.
    Contradicted by: another replica that returns the image: then the storage works, and not the way to it.
    """
    reasons = ("reg.blob-error", "reg.manifest-error", "reg.pull-timeout", "store.no-response", "store.read-error")
    if own := case.found(*reasons):
        things = things_of(own, "replica")
        everywhere = len(things) == len(case.replicas) > 1
        yield Finding(
            things,
            tuple(own),
            title="The image storage fails at every replica" if everywhere else None,
            remedy=None if everywhere or len(case.replicas) == 1 else "replica-storage",
        )


family.by_reason(
    "object-storage-refuses",
    "Object storage refuses the addresses that the registry of {things} signs",
    "Object storage refuses every client that the registry sends there: its key, or its clock, is wrong.",
    "reg.storage-refuses",
    remedy="object-storage",
    harms=(Harm.PULL, Harm.PUSH),
)
family.by_reason(
    "image-incomplete",
    "Images of {things} are incomplete in the storage",
    "Manifests or blobs of an image are missing or damaged at all replicas that returned the rest of it.",
    "reg.manifest-unknown",
    "reg.blob-unknown",
    "reg.blob-size",
    "reg.storage-lacks",
    "store.blob-missing",
    "store.blob-empty",
    things=("repository",),
    remedy="image-incomplete",
    harms=(Harm.PULL,),
)
