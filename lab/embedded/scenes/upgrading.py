"""May MSR be upgraded? What is asked about, and what stands in the way."""

from datetime import timedelta

from lab.embedded.expectations import Expectations
from lab.embedded.scenes.scene import Collection
from lab.embedded.scenes.sound_products import OF_2_9
from lab.embedded.state import Cluster, Job

collection = Collection()
scene = collection.scene

TO_2_10, TO_2_11 = ("--before-upgrade=2.10.4",), ("--before-upgrade=2.11.0",)
BLOCKS = "not-ready-to-upgrade"


def _runs(cluster: Cluster, version: str, engine: str = "25", mke: str = "3.7.5") -> None:
    """Installed in this version, on such engines and with that MKE; the backups are there."""
    cluster.backups = {"msr", "mke", "swarm"}
    cluster.inventory["product"] = {"name": "MSR", "version": version}
    cluster.mke.listed_version = mke
    for replica in cluster.replicas:
        replica.version = version
    for node in cluster.swarm.nodes:
        node.install(engine)


@scene("upgrade-to-the-next-line", f"{OF_2_9} runs, on what 2.10 runs on, too.", options=TO_2_10, sound=True)
def upgrade_to_the_next_line(cluster: Cluster, _expect: Expectations) -> None:
    _runs(cluster, OF_2_9)


@scene(
    "upgrade-skips-a-line", "2.8.2 is to be upgraded to 2.10, on engines that 2.10 does not run on.", options=TO_2_10
)
def upgrade_skips_a_line(cluster: Cluster, expect: Expectations) -> None:
    _runs(cluster, "2.8.2", engine="20.10", mke="3.5.9")
    expect.fail("PRE-1", *expect.everywhere)
    nodes = [node.name for node in cluster.swarm.nodes]
    expect.fail("PRE-2", *nodes, "mke")
    expect.cause(BLOCKS, *(f"replica:{name}" for name in expect.everywhere))
    expect.cause(BLOCKS, *(f"node:{name}" for name in nodes))
    expect.cause(BLOCKS, "mke")


@scene("upgrade-to-an-unknown-line", "The matrix of versions does not know the target.", options=TO_2_11)
def upgrade_to_an_unknown_line(cluster: Cluster, expect: Expectations) -> None:
    _runs(cluster, "2.10.4")
    expect.unknown("PRE-2", "cluster")
    expect.cause("not-seen", "cluster")


@scene("upgrade-while-collecting", "Garbage is collected while an upgrade is planned.", options=TO_2_10)
def upgrade_while_collecting(cluster: Cluster, expect: Expectations) -> None:
    _runs(cluster, OF_2_9)
    cluster.gc_lock_holder = cluster.replicas[0].id
    cluster.jobs.append(Job("onlinegc", status="running", age=timedelta(minutes=4)))
    expect.fail("PRE-6", "onlinegc", f"gc:{cluster.replicas[0].id}")
    expect.cause(BLOCKS, "job:onlinegc")
    expect.cause(BLOCKS, f"replica:{cluster.replicas[0].id}")


@scene(
    "upgrade-without-all-copies", "A table has no copy on one replica, as after a join that broke off.", options=TO_2_10
)
def upgrade_without_all_copies(cluster: Cluster, expect: Expectations) -> None:
    _runs(cluster, OF_2_9)
    cluster.table("jobrunner.jobs").lacks.add(cluster.bad.id)
    expect.fail("STATUS-12", "jobrunner.jobs")
    expect.fail("PRE-10", "jobrunner.jobs")
    expect.cause("table-copies-missing", "table:jobrunner.jobs")


@scene("upgrade-without-a-backup", "The inventory names no backup, and no way back.", options=TO_2_10)
def upgrade_without_a_backup(cluster: Cluster, expect: Expectations) -> None:
    _runs(cluster, OF_2_9)
    cluster.backups = set()
    expect.unknown("PRE-3", "msr", "mke", "swarm")
    expect.fail("PRE-12", "cluster")
    expect.cause(BLOCKS, "inventory:backup.way_back")
    for key in ("msr", "mke", "swarm"):
        expect.cause("not-seen", f"inventory:backup.{key}")


@scene("upgrade-with-half-a-backup", "MSR's backup ends early, as where the disk was full.", options=TO_2_10)
def upgrade_with_half_a_backup(cluster: Cluster, expect: Expectations) -> None:
    _runs(cluster, OF_2_9)
    cluster.backup_cut = True
    expect.fail("PRE-3", "msr")
    expect.cause(BLOCKS, "inventory:backup.msr")
