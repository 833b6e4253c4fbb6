"""A replica that is gone, removed or ill in one part, and a database, where little else tells what is wrong with it."""

from datetime import timedelta

from lab.embedded import expected_trust
from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.expected import components, database_container_dead
from lab.embedded.scenes.outages import without_majority
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

OF_NODES = ("NODE", "CTR", "NET")

collection = Collection()
scene = collection.scene


def _by_https_alone(cluster: Cluster) -> None:
    """The inventory gives no way into a node, nor to RethinkDB."""
    cluster.rethink.in_inventory = False
    for node in cluster.swarm.nodes:
        node.listed_ways = ()


@scene("one-replica-gone-seen-by-https", "One replica's host went down an hour ago; the inventory has no way to it.")
def one_replica_gone_seen_by_https(cluster: Cluster, expect: Expectations) -> None:
    _by_https_alone(cluster)
    cluster.pings_tell_issues = False
    cluster.bad.door = Door.CLOSED
    cluster.bad.lose_database(timedelta(hours=1))
    expect.silent(cluster.bad, handshake=False)
    expect.unknown("VERSION-1", cluster.bad.id)
    expect.database_gone(cluster.bad)
    expect.skipped("RDB", *OF_NODES)
    expect.cause("replica-down", f"replica:{cluster.bad.id}")


@scene("majority-lost-seen-by-https", "Every answer is an internal server error; the inventory has no way to nodes.")
def majority_lost_seen_by_https(cluster: Cluster, expect: Expectations) -> None:
    _by_https_alone(cluster)
    without_majority(cluster, expect)
    # No container tells the version either.
    expect.unknown("VERSION-1", *expect.everywhere)
    expect.skipped("RDB", *OF_NODES)
    expect.cause("majority-unknown", *(f"database:{each}" for each in expect.everywhere), offers="call-support")


@scene("majority-lost-rethinkdb-not-asked", "Two of three databases do not run; no way to ask the third is known.")
def majority_lost_rethinkdb_not_asked(cluster: Cluster, expect: Expectations) -> None:
    """Docker shows which two: the third is well as far as it goes."""
    cluster.rethink.in_inventory = False
    without_majority(cluster, expect)
    expect.skipped("RDB")
    dead = cluster.replicas[1:]
    database_container_dead(expect, *dead)
    expect.cause("majority-unknown", *(f"database:{replica.id}" for replica in dead), offers="start")


@scene("replica-removed", "A replica was removed from the cluster last week; the inventory still lists it.")
def replica_removed(cluster: Cluster, expect: Expectations) -> None:
    """With all that it had on its node; the tables keep two copies, which know nothing of a third."""
    removed, node = cluster.bad, cluster.node(cluster.bad)
    removed.island, removed.door, removed.database_up, removed.worker = 1, Door.CLOSED, False, None
    node.containers.clear()
    node.volumes.clear()
    expect.silent(removed, handshake=False)
    expect.unknown("VERSION-1", removed.id)
    expect.database_silent(removed)
    expect.fail("STATUS-6", removed.id)
    expect.unknown("STATUS-5", removed.id)
    expect.unknown("STATUS-9", removed.id)
    expect.unknown("STATUS-13", removed.id)
    expect.unknown("STATUS-15", removed.id)
    expect.unknown("STATUS-4", *(f"{asked}:{removed.id}" for asked in expect.others(removed)))
    expect.fail("STATUS-8", *expect.pairs(removed))
    expect.fail("STATUS-12", *(table.full_name for table in expect.tables()))
    expect.warn("STATUS-14", "cluster")
    expect.fail("JOB-1", removed.id)
    expect.fail("CTR-1", *components(removed))
    expect.fail("CTR-5", removed.id)
    expect.unknown("CTR-6", removed.id)
    expect.cause("replica-missing", f"replica:{removed.id}")


@scene("notary-signer-deaf", "One replica's notary-signer runs and takes no connection: /_ping names it.")
def notary_signer_deaf(cluster: Cluster, expect: Expectations) -> None:
    """To Docker it is well; nothing but /_ping connects to it."""
    bad = cluster.bad
    where = f"dtr-notary-signer-{bad.id}:7899"
    bad.ping_error = f"Failed to connect to container at {where}: dial tcp 10.1.0.9:7899: connect: connection refused"
    expect.fail("PING-1", bad.id)
    expect.fail("STATUS-4", *(f"{asked}:{bad.id}" for asked in expect.everywhere))
    expect.cause("container-unreachable", f"container:notary-signer-{bad.id}", offers="restart-container")


@scene("notary-lost-its-database", "One replica's notary-server alone lost its database: 500, and /_ping says so.")
def notary_lost_its_database(cluster: Cluster, expect: Expectations) -> None:
    bad = cluster.bad
    bad.notary_reads = False
    bad.ping_error = "Notary unhealthy: DB operational: notaryserver is unavailable, rethinkdb: connection closed"
    expect.fail("PING-1", bad.id)
    expect.fail("STATUS-4", *(f"{asked}:{bad.id}" for asked in expect.everywhere))
    expected_trust.feeds_fail_at(expect, [bad])
    expect.cause("notary-database", f"notary:{bad.id}")


@scene(
    "database-port-closed-of-a-single-replica",
    "The only database server cannot be asked from here; the registry is well.",
    replicas=1,
)
def database_port_closed_of_a_single_replica(cluster: Cluster, expect: Expectations) -> None:
    """No other server is connected to it, and its own replica reads it."""
    cluster.bad.reql.door = Door.CLOSED
    expect.database_silent(cluster.bad)
    expect.unknown("RDB-3", "cluster")
    expect.cause("not-reachable-from-here", f"database:{cluster.bad.id}")
