"""May MSR be upgraded? What is asked about, and what stands in the way."""

from datetime import timedelta

from lab.embedded.certificates import Certificate
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import DAY
from lab.embedded.nodes.expected import mount
from lab.embedded.nodes.state import GIB
from lab.embedded.product import NEWER, images
from lab.embedded.scenes.scene import Collection
from lab.embedded.scenes.sound_products import MIRROR, OF_2_9
from lab.embedded.state import Cluster, Job

collection = Collection()
scene = collection.scene

TARGET = "2.10.4"
TO_2_10, TO_2_11 = (f"--before-upgrade={TARGET}",), ("--before-upgrade=2.11.0",)
BLOCKS = "not-ready-to-upgrade"
RETHINKDB = "rethinkdb 2.3.7~0xenial (CLANG 3.8.0 (tags/RELEASE_380/final))"
"""As MSR's database servers say it; the recordings are of 2.4.4."""


def _in(cluster: Cluster, days: int) -> str:
    """The day so many days from now, as people write it."""
    return f"{cluster.started + days * DAY:%Y-%m-%d}"


def runs(cluster: Cluster, version: str, engine: str = "25", mke: str = "3.7.5") -> None:
    """Installed in this version, on such engines and with that MKE; the backups are there, and the licence is young."""
    cluster.backups = {"msr", "mke", "swarm"}
    cluster.inventory["product"] = {"name": "MSR", "version": version, "licence_until": _in(cluster, 300)}
    cluster.mke.listed_version, cluster.mke.has_bundle = mke, True
    # MKE's address in the inventory is that of a node.
    cluster.replicas[0].listed_address = "localhost"
    for replica in cluster.replicas:
        replica.version = version
        replica.process["version"] = RETHINKDB
    for node in cluster.swarm.nodes:
        node.install(engine)
        node.labels["com.docker.ucp.orchestrator.swarm"] = "true"


@scene("upgrade-to-the-next-line", f"{OF_2_9} runs, on what 2.10 runs on, too.", options=TO_2_10, sound=True)
def upgrade_to_the_next_line(cluster: Cluster, _expect: Expectations) -> None:
    runs(cluster, OF_2_9)


@scene(
    "upgrade-skips-a-line", "2.8.2 is to be upgraded to 2.10, on engines that 2.10 does not run on.", options=TO_2_10
)
def upgrade_skips_a_line(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, "2.8.2", engine="20.10", mke="3.5.9")
    expect.fail("PRE-1", *expect.everywhere)
    nodes = [node.name for node in cluster.swarm.nodes]
    expect.fail("PRE-2", *nodes, "mke")
    expect.cause(BLOCKS, *(f"replica:{name}" for name in expect.everywhere))
    expect.cause(BLOCKS, *(f"node:{name}" for name in nodes))
    expect.cause(BLOCKS, "mke")


@scene("upgrade-to-an-unknown-line", "The matrix of versions does not know the target.", options=TO_2_11)
def upgrade_to_an_unknown_line(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, "2.10.4")
    expect.unknown("PRE-2", "cluster")
    expect.cause("not-seen", "cluster")


@scene("upgrade-while-collecting", "Garbage is collected while an upgrade is planned.", options=TO_2_10)
def upgrade_while_collecting(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.gc_lock_holder = cluster.replicas[0].id
    cluster.jobs.append(Job("onlinegc", status="running", age=timedelta(minutes=4)))
    expect.fail("PRE-6", "onlinegc", f"gc:{cluster.replicas[0].id}")
    expect.cause(BLOCKS, "job:onlinegc")
    expect.cause(BLOCKS, f"replica:{cluster.replicas[0].id}")


@scene(
    "upgrade-without-all-copies", "A table has no copy on one replica, as after a join that broke off.", options=TO_2_10
)
def upgrade_without_all_copies(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.table("jobrunner.jobs").lacks.add(cluster.bad.id)
    expect.fail("STATUS-12", "jobrunner.jobs")
    expect.fail("PRE-10", "jobrunner.jobs")
    expect.cause("table-copies-missing", "table:jobrunner.jobs")


@scene("upgrade-without-a-backup", "The inventory names no backup, and no way back.", options=TO_2_10)
def upgrade_without_a_backup(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.backups = set()
    expect.unknown("PRE-3", "msr", "mke", "swarm")
    expect.fail("PRE-12", "cluster")
    expect.cause(BLOCKS, "inventory:backup.way_back")
    for key in ("msr", "mke", "swarm"):
        expect.cause("not-seen", f"inventory:backup.{key}")


@scene("upgrade-with-half-a-backup", "MSR's backup ends early, as where the disk was full.", options=TO_2_10)
def upgrade_with_half_a_backup(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.backup_cut = True
    expect.fail("PRE-3", "msr")
    expect.cause(BLOCKS, "inventory:backup.msr")


@scene(
    "upgrade-onto-a-small-node",
    "A node has half of the documented memory, and its disk is nearly full.",
    options=TO_2_10,
)
def upgrade_onto_a_small_node(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    node = cluster.node(cluster.bad)
    node.memory, node.memory_available = 8 * GIB, 3 * GIB
    disk = node.disk("/var/lib/docker")
    disk.size = disk.used + 9 * GIB
    expect.fail("PRE-5", f"{cluster.bad.id}:memory", f"{cluster.bad.id}:disk")
    expect.fail("NODE-2", mount(node, disk.target))
    expect.cause("disk-full", f"node:{node.name}")
    expect.cause(BLOCKS, f"node:{node.name}")


@scene("upgrade-without-a-shell", "The inventory leads to the engines alone.", options=TO_2_10)
def upgrade_without_a_shell(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    for node in cluster.swarm.nodes:
        node.listed_ways = ("docker",)
        expect.cause("not-seen", f"inventory:nodes.{node.name}")
    expect.unknown("PRE-4", *expect.everywhere)
    expect.unknown("PRE-5", *expect.everywhere)


@scene("upgrade-brings-another-rethinkdb", "The target brings a newer line of RethinkDB than runs.", options=TO_2_10)
def upgrade_brings_another_rethinkdb(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    for replica in cluster.replicas:
        replica.process["version"] = "rethinkdb 2.2.6~0trusty (GCC 4.8.2)"
    expect.warn("PRE-10", "rethinkdb")
    expect.cause(BLOCKS, "cluster")


@scene(
    "upgrade-while-things-expire",
    "The certificate, the licence and that of a node that does not renew its own end within days.",
    options=TO_2_10,
)
def upgrade_while_things_expire(cluster: Cluster, expect: Expectations) -> None:
    """Each has said so before; the licence says nothing, and its file does."""
    runs(cluster, OF_2_9)
    node = cluster.node(cluster.replicas[0])
    shown = (*expect.everywhere, expect.users)
    for replica in cluster.replicas:
        replica.certificate = Certificate.EXPIRES_SOON
    node.boot.certificate_left = 9 * DAY
    cluster.inventory["product"]["licence_until"] = _in(cluster, 12)
    expect.warn("TLS-2", *shown)
    expect.warn("TLS-3", node.name)
    expect.fail("PRE-9", *shown, f"{node.name}:swarm", "licence")
    expect.cause(BLOCKS, "cluster")
    expect.cause("swarm-certificate", f"node:{node.name}")
    expect.cause("certificate-expiring", *(f"certificate:{each}" for each in shown))


@scene("upgrade-with-a-licence-of-unknown-end", "Nobody says when the licence ends.", options=TO_2_10)
def upgrade_with_a_licence_of_unknown_end(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    del cluster.inventory["product"]["licence_until"]
    expect.unknown("PRE-9", "licence")
    expect.cause("not-seen", "inventory:product.licence_until")


@scene(
    "upgrade-just-before-renewal",
    "The swarm's own certificates are about to be renewed, by the nodes themselves.",
    options=TO_2_10,
    sound=True,
)
def upgrade_just_before_renewal(cluster: Cluster, _expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    for node in cluster.swarm.nodes:
        node.boot.certificate_left = 18 * DAY


@scene(
    "upgrade-without-a-way-to-the-images",
    "The images of the target were loaded on all nodes but one, from which no registry answers.",
    options=(f"--before-upgrade={NEWER}",),
)
def upgrade_without_a_way_to_the_images(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    bad = cluster.node(cluster.bad)
    for node in cluster.swarm.nodes:
        node.registries = set()
        node.images += images(NEWER)[: 4 if node is bad else None]
    expect.fail("PRE-4", cluster.bad.id)
    expect.cause(BLOCKS, f"node:{bad.name}")


@scene(
    "upgrade-of-loaded-images",
    "The nodes reach no registry; the images of the target were loaded there, named as the site's mirror does.",
    options=TO_2_10,
    sound=True,
)
def upgrade_of_loaded_images(cluster: Cluster, _expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    for node in cluster.swarm.nodes:
        node.images_from, node.registries = MIRROR, set()
        node.images += [node.pulled(each) for each in images(TARGET)]


@scene(
    "upgrade-through-a-proxy-with-a-log-in",
    "The engines pull through a proxy that needs a log-in, which nobody here knows.",
    options=TO_2_10,
)
def upgrade_through_a_proxy_with_a_log_in(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    for node in cluster.swarm.nodes:
        node.proxy = "http://xxxxx:xxxxx@proxy.example.org:3128"
        expect.cause("not-seen", f"node:{node.name}")
    expect.unknown("PRE-4", *expect.everywhere)
