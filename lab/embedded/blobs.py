"""The blobs of the images as MSR keeps them: rows of the database, and files in what the registries mount.

The fields of the rows, and the path of a file, are those that the public check of missing blobs reads.
"""

import time
import uuid
from pathlib import Path
from typing import Any

from lab.embedded.images import StoredImage
from lab.embedded.state import Cluster, Replica

COLLECTED_AFTER = 1.5
"""Seconds after which garbage collection takes the row of a blob, too."""


def _id(digest: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, digest))


def _manifests(image: StoredImage) -> list[dict[str, Any]]:
    """Of the image itself; each of its blobs is said to be a layer."""
    row = {"pk": uuid.uuid5(uuid.NAMESPACE_OID, image.index).hex, "digest": image.index, "repository": image.repository}
    return [row | {"layers": [{"digest": each, "size": len(image.blobs[each])} for each in image.blobs]}]


def _blobs(cluster: Cluster) -> list[dict[str, Any]]:
    """Those that garbage collection takes are listed for a while."""
    cluster.blobs_listed_at = cluster.blobs_listed_at or time.monotonic()
    gone = cluster.collected if time.monotonic() > cluster.blobs_listed_at + COLLECTED_AFTER else set()
    everything = {digest for image in cluster.images for digest in image.blobs} - gone
    return [{"id": _id(digest), "sha256sum": digest, "lastReferenced": 0} for digest in sorted(everything)]


def own_rows(cluster: Cluster, table: str) -> list[dict[str, Any]]:
    """The rows of one of MSR's tables; most are empty here."""
    if table == "repositories":
        return cluster.rethink.repositories
    if table == "blobs":
        return _blobs(cluster)
    if table == "manifests":
        return [row for image in cluster.images for row in _manifests(image)]
    if table == "tags":
        return [
            {"repository": image.repository, "name": image.tag, "digestPK": row["pk"]}
            for image in cluster.images
            for row in _manifests(image)
        ]
    return []


def write_storage(cluster: Cluster, directory: Path) -> None:
    """What each registry's process finds under its root, for the commands of the log-ins."""
    root = str(cluster.storage.get("filesystem", {}).get("rootdirectory", ""))
    if not root:
        return
    for replica in cluster.replicas:
        node = cluster.node(replica)
        registry = next((each for each in node.containers if each.component == "registry"), None)
        if registry is None or not registry.runs:
            continue
        process = directory / "nodes" / node.name / "proc" / str(registry.pid)
        storage = process / "root" / root.strip("/")
        storage.mkdir(parents=True)
        _write(cluster, replica, storage)
        if replica.storage_hangs:
            (process / "hangs").touch()
        if replica.storage_error:
            (process / "fails").write_text("Stale file handle\n", encoding="utf-8")


def _write(cluster: Cluster, replica: Replica, storage: Path) -> None:
    if not replica.storage_mounted:
        return
    blobs = storage / "docker" / "registry" / "v2" / "blobs"
    blobs.mkdir(parents=True)
    for image in cluster.images:
        for digest, content in image.blobs.items():
            if digest in replica.lost_blobs | cluster.collected:
                continue
            named = _id(digest)
            place = blobs / "id" / named[:2] / named
            place.mkdir(parents=True)
            (place / "data").write_bytes(content[: replica.cut_blobs.get(digest, len(content))])
