"""Where images are stored: several replicas must share it. Beyond the guide."""

from checks.condition import CRITICAL, condition
from checks.rules.image_storage import shared_storage
from checks.verdict import Verdict
from fixtures.core.store import PerSubject
from fixtures.inventory import Inventory
from fixtures.probes.administration import Settings, Storage
from fixtures.probes.containers import Containers
from fixtures.probes.replica_storage import ReplicaVolumes
from fixtures.probes.system import System


@condition(
    "STORE-1",
    severity=CRITICAL,
    documented="Beyond the guide: shared storage",
    remedy="shared-storage",
    reasons={
        "store.own-disk": "replicas store images on their own disks",
        "store.different-storage": "replicas store images on different shared storage",
    },
    measured="derived",
)
def test_images_are_on_shared_storage(
    settings: Settings,
    storage: Storage,
    every_containers: PerSubject[Containers],
    every_replica_volumes: PerSubject[ReplicaVolumes],
    every_system: PerSubject[System],
    inventory: Inventory,
) -> Verdict:
    """All replicas store their images on the same shared storage."""
    return shared_storage(settings, storage, every_containers, every_replica_volumes, every_system, inventory)
