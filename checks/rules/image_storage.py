"""Where images are stored, and whether all replicas store them on the same shared storage."""

from __future__ import annotations

from checks.rules.cluster_views import things
from checks.verdict import Outcome, Verdict, failed, not_applicable, passed, skipped
from fixtures.core.evidence import Because, thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Replica
from fixtures.probes.administration import Settings, Storage
from fixtures.probes.containers import Containers, home_of
from fixtures.probes.replica_storage import STORAGE, ReplicaVolumes
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
        mounted = _Mounted(every_containers, every_replica_volumes, every_system)
        try:
            verdict = _compared({replica.id: mounted.by(replica) for replica in inventory.replicas})
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


def _compared(kept: dict[str, tuple[str, bool]]) -> Verdict:
    seen = {replica: where for replica, (where, _) in kept.items()}
    own = {replica: f"{replica} on {where}" for replica, (where, shared) in kept.items() if not shared}
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


class _Mounted:
    """What registries mount at /storage."""

    def __init__(
        self, containers: PerSubject[Containers], volumes: PerSubject[ReplicaVolumes], systems: PerSubject[System]
    ) -> None:
        self._containers, self._volumes, self._systems = containers, volumes, systems

    def by(self, replica: Replica) -> tuple[str, bool]:
        """Where a replica's registry keeps its images, and whether other nodes reach that, too."""
        home = home_of(replica, self._containers)
        registry = next(
            (
                each
                for each in self._containers[home].msr
                if each.replica == replica.id and each.component == "registry"
            ),
            None,
        )
        if registry is None:
            raise Unavailable(
                "store.no-registry",
                f"replica {replica.id} has no registry container on {home}, see CTR-1",
                about=[thing("container", f"registry-{replica.id}")],
                because=Because(f"{replica.id}:registry", condition="CTR-1"),
            )
        mount = next((each for each in registry.mounts if each.mountpoint == STORAGE), None)
        if mount is None:
            return "the container's own layer", False
        if mount.kind != "volume":
            return self._directory(home, mount.source)
        volume = self._volumes[replica.id].volumes.get(mount.name)
        if volume is None:
            raise Unavailable(
                "store.no-volume",
                f"volume {mount.name} does not exist on {home}, see CTR-5",
                about=[thing("volume", mount.name)],
                because=Because(replica.id, condition="CTR-5"),
            )
        if volume.driver != "local":
            return f"the volume {volume.name} of the driver {volume.driver}", True
        if volume.kind.startswith(("nfs", "cifs")) and volume.device:
            return f"{volume.kind} {volume.device}", True
        return self._directory(home, volume.device or mount.source, mount.name)

    def _directory(self, node: str, path: str, volume: str = "") -> tuple[str, bool]:
        """A directory of the node: its own disk, unless the node itself has mounted a share there."""
        seen = self._systems.seen(node)
        below = [d for d in (seen.disks if seen and seen.disks else []) if f"{path}/".startswith(f"{d.mountpoint}/")]
        disk = max(below, key=lambda each: len(each.mountpoint), default=None)
        if disk is not None and disk.network:
            return f"{disk.kind} {disk.device}", True
        return (f"the volume {volume}" if volume else f"the directory {path}"), False
