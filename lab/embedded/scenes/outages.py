"""What an operator meets: a replica or its database server is gone, and with it much else."""

from datetime import timedelta

from lab.embedded import expected_trust, faults
from lab.embedded.door import Door
from lab.embedded.expectations import BACKGROUND, Expectations
from lab.embedded.nodes.expected import database_container_dead, node_gone
from lab.embedded.scenes.answers import STATUS
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene


@scene("one-replica-gone", 'One replica\'s host went down three days ago: its last health report still reads "OK".')
def one_replica_gone(cluster: Cluster, expect: Expectations) -> None:
    cluster.pings_tell_issues = False
    cluster.bad.door = Door.CLOSED
    cluster.bad.lose_database(timedelta(days=3))
    cluster.node(cluster.bad).go_down()
    node_gone(cluster, expect, cluster.node(cluster.bad))
    expect.silent(cluster.bad, handshake=False)
    expect.database_gone(cluster.bad)
    expect.cause("node-down", f"node:{cluster.bad.node}")


@scene("one-replica-silent", "One replica's web port accepts connections and never answers; all else of it works.")
def one_replica_silent(cluster: Cluster, expect: Expectations) -> None:
    """Neither does the balancer reach it, so that it is not only out of reach from here."""
    cluster.bad.door = Door.SILENT
    expect.silent(cluster.bad, handshake=False)
    expect.cause("replica-silent", f"replica:{cluster.bad.id}", offers="restart-container")


@scene(
    "one-database-killed", "One replica's database server was killed an hour ago, and every replica's /_ping is 503."
)
def one_database_killed(cluster: Cluster, expect: Expectations) -> None:
    """As measured for older versions: any problem that RethinkDB reports makes every live replica unhealthy."""
    cluster.bad.lose_database(timedelta(hours=1))
    alive = expect.others(cluster.bad)
    expect.fail("PING-1", *expect.everywhere)
    expect.fail("PING-2", expect.users)
    expect.fail("STATUS-4", *(f"{asked}:{about}" for asked in alive for about in alive))
    expect.no_status(cluster.bad)
    expect.database_gone(cluster.bad)
    database_container_dead(expect, cluster.bad)
    expected_trust.feeds_fail_at(expect, [cluster.bad])
    expect.cause("database-down", f"database:{cluster.bad.id}", offers="start")


@scene("one-database-killed-one-says-so", "One replica's database server was killed, and its /_ping alone is 503.")
def one_database_killed_one_says_so(cluster: Cluster, expect: Expectations) -> None:
    cluster.pings_tell_issues = False
    cluster.bad.lose_database(timedelta(hours=1))
    expect.fail("PING-1", cluster.bad.id)
    expect.no_status(cluster.bad)
    expect.database_gone(cluster.bad)
    database_container_dead(expect, cluster.bad)
    expected_trust.feeds_fail_at(expect, [cluster.bad])
    expect.cause("database-down", f"database:{cluster.bad.id}", offers="start")


@scene("one-database-hung", "One replica's database server hangs: for 14 seconds nobody can tell the cluster's status.")
def one_database_hung(cluster: Cluster, expect: Expectations) -> None:
    cluster.pings_tell_issues = False
    cluster.hung_for = 14.0
    cluster.bad.lose_database(timedelta(minutes=12))
    cluster.bad.faults |= {"/_ping": faults.held, "/health": faults.held, STATUS: faults.held}
    cluster.bad.reql.door = Door.SILENT
    expect.silent(cluster.bad, handshake=True)
    expect.database_gone(cluster.bad)
    expect.cause("database-hung", f"database:{cluster.bad.id}", offers="restart-replica")


@scene("two-of-three-dead", "All database servers but one are gone: the last cannot decide anything alone.")
def two_of_three_dead(cluster: Cluster, expect: Expectations) -> None:
    """The survivor still tells its system tables; MSR's own tables cannot be read, the old reports apart."""
    survivor, *dead = cluster.replicas
    survivor.last_report = timedelta(minutes=26)
    for replica in dead:
        replica.lose_database(timedelta(minutes=26))
    expect.fail("PING-1", *expect.everywhere)
    expect.fail("PING-2", expect.users)
    expect.no_status(*dead)
    database_container_dead(expect, *dead)
    expect.fail("STATUS-5", survivor.id)
    leaderless = [table.full_name for table in expect.tables() if table.primary != survivor.id]
    expect.fail("STATUS-12", *leaderless)
    expect.database_gone(*dead, workers_told=False)
    expect.unknown("JOB-1", *expect.everywhere)
    expected_trust.feeds_fail_at(expect, cluster.replicas)
    expected_trust.no_feed(expect)
    for condition in ("ALERT-1", "STORE-1", *BACKGROUND):
        expect.unknown(condition, "cluster")
    expect.unknown("REG-2", *expect.pulls())
    expect.cause("majority-lost", *(f"database:{replica.id}" for replica in dead), offers="start")


def without_majority(cluster: Cluster, expect: Expectations) -> None:
    """All databases but the first are gone: whatever needs a table, or a log-in, is an internal server error."""
    cluster.internal_error = True
    for replica in cluster.replicas[1:]:
        replica.database_up = False
    expect.fail("PING-1", *expect.everywhere)
    expect.fail("PING-2", expect.users)
    expect.no_status(*cluster.replicas)
    expect.nothing_told()
    expect.unknown("STATUS-2", "anonymous", "reader:ci")
    expect.fail("TOKEN-0", *expected_trust.ACCOUNTS)
    expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, expect.everywhere))
    expected_trust.no_token(expect, *expected_trust.ACCOUNTS, "anonymous")


@scene("quorum-lost", 'The database has no majority: /_ping, log-ins and the API are "internal server error".')
def quorum_lost(cluster: Cluster, expect: Expectations) -> None:
    """The last database server still answers questions about itself."""
    without_majority(cluster, expect)
    survivor, *dead = cluster.replicas
    expect.database_silent(*dead)
    database_container_dead(expect, *dead)
    expect.fail("RDB-1", f"{survivor.id}:table_availability")
    expect.cause("majority-lost", *(f"database:{replica.id}" for replica in dead), offers="start")
