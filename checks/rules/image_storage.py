"""Where images are stored, and whether all replicas store them on the same shared storage."""

from __future__ import annotations

from checks.rules.cluster_views import things
from checks.verdict import Outcome, Verdict, failed, not_applicable, passed, skipped
from fixtures.core.evidence import thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.administration import Settings, Storage
from fixtures.probes.containers import Containers
from fixtures.probes.image_storage import ImageStorage, image_storage
from fixtures.probes.replica_storage import ReplicaVolumes
from fixtures.probes.system import System

SHARED = "NFS or object storage"


def shared_storage(
    settings: Settings,
    storage: Storage,
    every_containers: PerSubject[Containers],
    every_replica_volumes: PerSubject[ReplicaVolumes],
    every_system: PerSubject[System],
    inventory: Inventory,
) -> Verdict:
    """Whether all replicas store their images on the same shared storage, as STORE-1 says it."""
    if len(inventory.replicas) == 1:
        return not_applicable("a single replica needs no shared storage")
    if storage.is_object_storage(settings):
        return passed(f"images are in object storage: {storage.driver}", seen=storage.driver)
    if _nodes_are_known(inventory, every_containers):
        seen = (every_containers, every_replica_volumes, every_system)
        try:
            verdict = _compared({replica.id: image_storage(replica, *seen) for replica in inventory.replicas})
            # Where object storage is used a registry mounts a volume all the same, and leaves it empty.
            if verdict.outcome is Outcome.PASS or storage.driver is not None or settings.nfs_host:
                return verdict
        except Unavailable:
            if not settings.nfs_host:
                raise
    if settings.nfs_host:
        return passed("images are on NFS", seen=f"{settings.nfs_host}:{settings.nfs_path}")
    if settings.storage_volume:
        volume = settings.storage_volume
        return skipped(
            f"only the nodes show whether the volume {volume} is the same for all replicas: add them under nodes:"
        )
    if storage.driver is None:
        return skipped(
            f"the settings name no NFS, and the registry's own settings are not available ({storage.detail})"
        )
    message = "each replica stores its images on its own disk, where the other replicas cannot read them"
    return failed(
        "store.own-disk",
        message,
        seen=storage.driver,
        expected=SHARED,
        about=[thing("cluster")],
        measured="reported",
    )


def _nodes_are_known(inventory: Inventory, containers: PerSubject[Containers]) -> bool:
    """Whether the inventory gives a way in to the node of every replica."""
    looked_at = {*containers, *containers.causes}
    return bool(looked_at) and all(each.node is None or each.node in looked_at for each in inventory.replicas)


def _compared(kept: dict[str, ImageStorage]) -> Verdict:
    seen = {replica: place.where for replica, place in kept.items()}
    own = {replica: f"{replica} on {place.where}" for replica, place in kept.items() if not place.shared}
    if own:
        message = (
            f"replicas store images on their own disks, where the others cannot read them: {', '.join(own.values())}"
        )
        return failed("store.own-disk", message, seen=seen, expected=SHARED, about=things("replica", own))
    if len(set(seen.values())) > 1:
        places = ", ".join(f"{replica} on {where}" for replica, where in seen.items())
        return failed(
            "store.different-storage",
            f"replicas store images on different storage: {places}",
            seen=seen,
            expected="the same for all",
            about=things("replica", seen),
        )
    return passed(f"all replicas store images on {next(iter(seen.values()))}", seen=seen)
