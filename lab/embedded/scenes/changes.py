"""What upgrades, joins and other changes leave of a cluster while they run, or where they stopped."""

from datetime import timedelta
from typing import Any

from lab.embedded import faults
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import DAY, Container, Mount, Volume
from lab.embedded.product import NEWER, OLDER, bootstrapper
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

WORKERS = "/api/v0/workers"

collection = Collection()
scene = collection.scene


@scene("upgrade-running", "An upgrade runs: two replicas have the new version, and it is at work on the third.")
def upgrade_running(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.version = OLDER
    begun = timedelta(minutes=7)
    phase2 = Container("dtr-phase2", bootstrapper(), created=begun, started=begun, restart_policy="no")
    cluster.node(cluster.bad).containers.append(phase2)
    expect.fail("VERSION-1", cluster.bad.id)
    expect.cause("upgrade-running", f"replica:{cluster.bad.id}")


@scene(
    "version-before-the-expected",
    "Every replica runs the version before the one that an upgrade was to bring.",
    options=("--expect-version", NEWER),
)
def version_before_the_expected(_cluster: Cluster, expect: Expectations) -> None:
    expect.fail("VERSION-1", *expect.everywhere)
    expect.cause("version-unexpected", *(f"replica:{each}" for each in expect.everywhere))


@scene("join-stopped-half-way", "A join stopped half way three days ago: two tables have no copy on the new replica.")
def join_stopped_half_way(cluster: Cluster, expect: Expectations) -> None:
    """Every flag is green; its second phase is still there."""
    node = cluster.node(cluster.bad)
    left = Container("dtr-phase2", bootstrapper(), created=3 * DAY, started=3 * DAY, restart_policy="no")
    left.stop(3 * DAY, code=137)
    node.containers.append(left)
    for name in ("jobrunner.jobs", "dtr2.scanned_images"):
        cluster.table(name).lacks.add(cluster.bad.id)
        expect.fail("STATUS-12", name)
    expect.warn("CTR-7", node.name)
    expect.cause("join-interrupted", f"node:{node.name}")


@scene("storage-differs", "One replica was left on the old NFS share when the images moved to another.")
def storage_differs(cluster: Cluster, expect: Expectations) -> None:
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    for replica in cluster.replicas:
        node, name = cluster.node(replica), f"dtr-nfs-registry-{replica.id}"
        share = ":/exports/old" if replica is cluster.bad else ":/exports/msr"
        options = {"type": "nfs", "o": "addr=nas.example.org,rw", "device": share}
        node.volumes[name] = Volume(name, options=options)
        registry = node.of(replica.id, "registry")
        registry.mounts = [mount for mount in registry.mounts if mount.target != "/storage"]
        registry.mounts.append(Mount(name, "/storage"))
    expect.fail("STORE-1", "cluster")
    expect.cause("storage-differs", "cluster")


@scene("two-job-workers", "Two job workers of one replica are listed as running.")
def two_job_workers(cluster: Cluster, expect: Expectations) -> None:
    def edit(document: dict[str, Any]) -> None:
        rows = document["workers"]
        rows += [dict(row) for row in rows if row["id"] == cluster.bad.id]

    cluster.faults[WORKERS] = faults.edited(edit)
    expect.fail("JOB-1", cluster.bad.id)
    expect.cause("job-worker-several", f"replica:{cluster.bad.id}")


@scene("table-being-changed", "The copies of a table are all ready, and RethinkDB does not call the table so.")
def table_being_changed(cluster: Cluster, expect: Expectations) -> None:
    """As while its configuration changes; no server is missing, so that no problem is reported."""
    cluster.table("dtr2.tags").flags = {"all_replicas_ready": False}
    expect.fail("STATUS-11", "dtr2.tags")
    expect.cause("table-unsettled", "table:dtr2.tags")


@scene("table-config-differs", "A table is to have a copy on a database server that does not exist any more.")
def table_config_differs(cluster: Cluster, expect: Expectations) -> None:
    """Where it was lost while the table's configuration changed. A server of no replica is a ghost, too."""
    ghost = "0f1e2d3c4b5a"

    def edit(document: dict[str, Any]) -> None:
        for row in document["rethink_system_tables"]["table_config"]:
            if (row["db"], row["name"]) == ("dtr2", "tags"):
                row["shards"][0]["replicas"].append(f"dtr_rethinkdb_{ghost}")

    cluster.edits.append(edit)
    cluster.table("dtr2.tags").flags = {"all_replicas_ready": False}
    expect.fail("STATUS-11", "dtr2.tags")
    expect.cause("table-unsettled", "table:dtr2.tags")


@scene("issue-of-a-newer-rethinkdb", "RethinkDB reports a problem of a type that only a newer version knows.")
def issue_of_a_newer_rethinkdb(cluster: Cluster, expect: Expectations) -> None:
    cluster.pings_tell_issues = False
    issue = {
        "id": "1", "type": "clock_skew", "critical": False, "description": "The clock of a server is off.",
        "info": {"servers": [cluster.bad.server]},
    }  # fmt: skip

    def edit(document: dict[str, Any]) -> None:
        document["rethink_system_tables"]["current_issues"].append(issue)

    cluster.edits.append(edit)
    for condition in ("STATUS-3", "RDB-1"):
        expect.fail(condition, *(f"{asked}:clock_skew" for asked in expect.everywhere))
    expect.cause("unknown-issue", f"database:{cluster.bad.id}")
