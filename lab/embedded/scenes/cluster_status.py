"""What a readable cluster status and the alerts tell: one fault each, and what it really breaks."""

import copy
from datetime import timedelta
from typing import Any

from lab.embedded import expected_trust
from lab.embedded.expectations import Expectations
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

NOBODY = "6c1f0e55b7a2"
"""An id that no replica has."""

collection = Collection()
scene = collection.scene

Document = dict[str, Any]


def _servers(document: Document) -> dict[str, Any]:
    rows = document["rethink_system_tables"]["server_status"]
    return {row["name"]: row["network"]["connected_to"] for row in rows}


def _last_two_apart(cluster: Cluster, expect: Expectations) -> None:
    one, other = cluster.replicas[-2:]
    expect.cause("servers-apart", f"link:{one.id}>{other.id}")


@scene("waiting-for-primary", "One replica's last health report says that its database waits for a primary.")
def waiting_for_primary(cluster: Cluster, expect: Expectations) -> None:
    state = "Rethink replica is currently in state: "
    cluster.bad.health = f"{state}waiting_for_primary, {state}waiting_for_quorum"
    expect.fail("STATUS-4", *(f"{asked}:{cluster.bad.id}" for asked in expect.everywhere))
    expect.cause("health-report-bad", f"replica:{cluster.bad.id}")


@scene("health-report-frozen", 'One replica wrote its last health report two days ago: it still reads "OK".')
def health_report_frozen(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.last_report = timedelta(days=2)
    expect.fail("STATUS-5", cluster.bad.id)
    expect.cause("health-report-stale", f"replica:{cluster.bad.id}", offers="restart-container")


@scene("health-report-late", "One replica wrote its last health report three and a half minutes ago.")
def health_report_late(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.last_report = timedelta(minutes=3, seconds=30)
    expect.warn("STATUS-5", cluster.bad.id)
    expect.cause("health-report-stale", f"replica:{cluster.bad.id}")


@scene("ghost-replica", "A replica was destroyed without being removed: its id still stands in the configuration.")
def ghost_replica(cluster: Cluster, expect: Expectations) -> None:
    """Its table copies were taken away since, so that the id is all that is left."""
    cluster.ghosts.append(NOBODY)
    expect.fail("STATUS-6", NOBODY)
    expect.cause("ghost-replica", f"replica:{NOBODY}")


def fall_in_two(cluster: Cluster, expect: Expectations) -> None:
    """Each half is a sound cluster to itself. The workers stay known to both: whose they are is not the point here."""
    lost = cluster.bad
    lost.island = 1
    expect.fail("STATUS-6", *expect.everywhere)
    expect.fail("STATUS-7", *expect.pairs(lost))
    expect.fail("STATUS-8", *expect.pairs(lost))
    for other in expect.others(lost):
        expect.unknown("STATUS-4", f"{lost.id}:{other}", f"{other}:{lost.id}")
    expect.fail("STATUS-12", *(table.full_name for table in expect.tables()))
    expect.warn("STATUS-14", "cluster")


@scene("split-view", "The cluster fell in two: one replica knows only itself, the others only one another.")
def split_view(cluster: Cluster, expect: Expectations) -> None:
    """Both sides take writes, and nothing between them is seen to be broken."""
    fall_in_two(cluster, expect)
    expect.cause("split-view", f"replica:{cluster.bad.id}", offers="call-support")


@scene("one-link-down", "Two database servers lost each other a moment ago; no problem is reported yet.")
def one_link_down(cluster: Cluster, expect: Expectations) -> None:
    one, other = cluster.replicas[-2:]

    def edit(document: Document) -> None:
        connected = _servers(document)
        connected[one.server][other.server] = connected[other.server][one.server] = False

    cluster.edits.append(edit)
    expect.fail("STATUS-8", f"{one.id}:{other.id}")
    # Should a replica that sees both be lost, these two could not make a majority with each other.
    expect.warn("STATUS-14", "cluster")
    _last_two_apart(cluster, expect)


def lose_one_link(cluster: Cluster, expect: Expectations) -> None:
    """As measured: the third reports the link alone, each end of it also the tables led at either end."""
    one, other = cluster.replicas[-2:]
    cluster.broken_links.add(frozenset((one.id, other.id)))
    cluster.pings_tell_issues = False
    torn = [table.full_name for table in expect.tables() if table.primary in (one.id, other.id)]
    expect.fail("STATUS-3", *(f"{asked}:non_transitive_error" for asked in expect.everywhere))
    expect.fail("STATUS-3", f"{one.id}:table_availability", f"{other.id}:table_availability")
    expect.fail("RDB-1", *(f"{asked}:non_transitive_error" for asked in expect.everywhere))
    expect.fail("RDB-1", f"{one.id}:table_availability", f"{other.id}:table_availability")
    expect.fail("STATUS-7", *(f"{third}:{end.id}" for third in expect.others(one, other) for end in (one, other)))
    expect.fail("STATUS-8", f"{one.id}:{other.id}")
    # The audit log is a table as well: it cannot be read at the end that it is not led at.
    log = cluster.table("notaryserver.changefeed")
    blind = [end for end in (one, other) if log.full_name in torn and log.primary != end.id]
    expected_trust.feeds_fail_at(expect, blind)
    expect.fail("STATUS-11", *torn)
    expect.fail("STATUS-12", *torn)
    expect.warn("STATUS-14", "cluster")


@scene("partial-partition", "Two database servers cannot see each other, and a third sees both.")
def partial_partition(cluster: Cluster, expect: Expectations) -> None:
    """The network between their nodes is well."""
    lose_one_link(cluster, expect)
    _last_two_apart(cluster, expect)


@scene("database-server-row-gone", "No replica's database knows the server of one of them.")
def database_server_row_gone(cluster: Cluster, expect: Expectations) -> None:
    lost = cluster.bad

    def edit(document: Document) -> None:
        tables = document["rethink_system_tables"]
        tables["server_status"] = [row for row in tables["server_status"] if row["name"] != lost.server]
        for connected in _servers(document).values():
            del connected[lost.server]

    cluster.edits.append(edit)
    expect.fail("STATUS-8", *expect.pairs(lost))
    expect.unknown("STATUS-9", lost.id)
    expect.unknown("STATUS-15", lost.id)
    expect.warn("STATUS-14", "cluster")
    expect.cause("server-row-missing", f"database:{lost.id}")


@scene("canonical-address-wrong", "One database server gives a name that is not its own to the others.")
def canonical_address_wrong(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.network["canonical_addresses"] = [{"host": f"dtr-rethinkdb-{NOBODY}.dtr-ol", "port": 29015}]
    expect.warn("STATUS-9", cluster.bad.id)
    expect.cause("address-differs", f"database:{cluster.bad.id}")


@scene("rethinkdb-console-open", "One database server has its web console open: anyone on its network can write.")
def rethinkdb_console_open(cluster: Cluster, expect: Expectations) -> None:
    """Of the address that STATUS-9 looks at, this alone is critical."""
    cluster.bad.network["http_admin_port"] = 8080
    expect.fail("STATUS-9", cluster.bad.id)
    expect.cause("console-open", f"database:{cluster.bad.id}")


@scene("database-missing", "The database of the notary signer is gone, with its table.")
def database_missing(cluster: Cluster, expect: Expectations) -> None:
    """The signer keeps its keys in memory for now, so that /_ping does not tell."""
    cluster.databases = [row for row in cluster.databases if row["name"] != "notarysigner"]
    cluster.tables = [table for table in cluster.tables if table.db != "notarysigner"]
    expect.fail("STATUS-10", "notarysigner")
    expect.fail("RDB-2", *expect.everywhere)
    expect.cause("database-missing", "cluster", offers="call-support")


@scene(
    "table-not-writable", "One table takes no writes though all its servers are there: RethinkDB reports no problem."
)
def table_not_writable(cluster: Cluster, expect: Expectations) -> None:
    table = cluster.table("dtr2.tags")
    table.flags = {"all_replicas_ready": False, "ready_for_writes": False}
    table.states = dict.fromkeys(expect.everywhere, "waiting_for_quorum")
    expect.fail("STATUS-11", "dtr2.tags")
    expect.cause("tables-take-no-writes", "table:dtr2.tags", offers="call-support")


@scene("table-backfilling", "One copy of a table is still being filled; no problem is reported for that.")
def table_backfilling(cluster: Cluster, expect: Expectations) -> None:
    table = cluster.table("dtr2.blobs")
    table.flags = {"all_replicas_ready": False}
    table.states = {cluster.replicas[0].id: "backfilling"}
    expect.fail("STATUS-11", "dtr2.blobs")
    expect.cause("table-backfilling", "table:dtr2.blobs")


@scene("table-without-primary", "One table has no primary though all its servers are there.")
def table_without_primary(cluster: Cluster, expect: Expectations) -> None:
    cluster.table("dtr2.events").primary = None
    expect.fail("STATUS-11", "dtr2.events")
    expect.fail("STATUS-12", "dtr2.events")
    expect.cause("tables-take-no-reads", "table:dtr2.events", offers="call-support")


@scene("interrupted-join", "A join was interrupted: two tables lack a copy on one replica, with every flag green.")
def interrupted_join(cluster: Cluster, expect: Expectations) -> None:
    for name in ("jobrunner.jobs", "dtr2.scanned_images"):
        cluster.table(name).lacks.add(cluster.bad.id)
        expect.fail("STATUS-12", name)
    expect.cause("table-copies-missing", "table:jobrunner.jobs", "table:dtr2.scanned_images")


@scene("ghost-server", "An interrupted join left a database server, of no replica, with a copy of every table.")
def ghost_server(cluster: Cluster, expect: Expectations) -> None:
    """It is sound in itself: every flag is green, in the API and in RethinkDB alike."""
    ghost = f"dtr_rethinkdb_{NOBODY}"

    def edit(document: Document) -> None:
        tables = document["rethink_system_tables"]
        rows = tables["server_status"]
        own = copy.deepcopy(rows[0]) | {"id": "6c1f0e55-2f4f-4f0e-9a42-7b6f5b0f3f10", "name": ghost}
        own["network"]["connected_to"] = {row["name"]: True for row in rows}
        for row in rows:
            row["network"]["connected_to"][ghost] = True
        rows.append(own)
        for shard in (shard for table in tables["table_status"] for shard in table["shards"]):
            shard["replicas"].append({"server": ghost, "state": "ready"})

    cluster.edits.append(edit)
    expect.fail("STATUS-6", NOBODY)
    expect.cause("ghost-server", f"database:{NOBODY}")


@scene("one-replica-read-only", "One replica's registry was left read-only, so that pushes through it fail.")
def one_replica_read_only(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.read_only = True
    expect.warn("STATUS-13", cluster.bad.id)
    expect.cause("read-only", f"replica:{cluster.bad.id}")


@scene("two-replicas", "The cluster has two replicas, which tolerate no failure at all.", replicas=2)
def two_replicas(_cluster: Cluster, expect: Expectations) -> None:
    """What every even number trips is declared where scenes are started."""
    expect.cause("few-replicas", "cluster")


@scene("database-reconnected", "One database server joined the others two minutes ago.")
def database_reconnected(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.database_uptime = timedelta(minutes=2)
    expect.warn("STATUS-15", cluster.bad.id)
    expect.cause("database-reconnected", f"database:{cluster.bad.id}")


@scene("database-version-differs", "One database server runs another version of RethinkDB.")
def database_version_differs(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.process["version"] = "rethinkdb 2.3.6 (x86_64-linux-gnu) (GCC 6.4.0)"
    expect.warn("STATUS-15", cluster.bad.id)
    expect.cause("rethinkdb-version", f"database:{cluster.bad.id}")


@scene("gc-lock-unknown-holder", "The lock of garbage collection is held by a replica that is not there.")
def gc_lock_unknown_holder(cluster: Cluster, expect: Expectations) -> None:
    cluster.gc_lock_holder = NOBODY
    expect.warn("STATUS-16", "cluster")
    expect.cause("gc-lock", "cluster")


@scene("alert-of-another-kind", "The web interface shows an alert that has nothing to do with the licence.")
def alert_of_another_kind(cluster: Cluster, expect: Expectations) -> None:
    message = "Cannot perform security scans because no vulnerability database was found."
    cluster.alerts.append({"id": "NO_VULNERABILITY_DB", "class": "warning", "message": message})
    expect.warn("ALERT-1", "NO_VULNERABILITY_DB")
    expect.cause("alert", "alert:NO_VULNERABILITY_DB")


@scene("database-server-renamed", "Somebody gave one database server another name; its address is still its own.")
def database_server_renamed(cluster: Cluster, expect: Expectations) -> None:
    """As measured: the new name is everywhere at once, and there is no issue."""
    cluster.bad.renamed = "old_server"
    expect.warn("STATUS-6", cluster.bad.id)
    expect.cause("server-renamed", f"database:{cluster.bad.id}")


@scene("database-server-renamed-asked-by-rethinkcli", "One database server has another name, and rethinkcli asks it.")
def database_server_renamed_asked_by_rethinkcli(cluster: Cluster, expect: Expectations) -> None:
    cluster.rethink.via = "rethinkcli"
    database_server_renamed(cluster, expect)


@scene("other-servers-miss-the-renamed-one", "One of two servers that lost their link was renamed before.")
def other_servers_miss_the_renamed_one(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.renamed = "old_server"
    lose_one_link(cluster, expect)
    _last_two_apart(cluster, expect)
    expect.warn("STATUS-6", cluster.bad.id)
    expect.cause("server-renamed", f"database:{cluster.bad.id}")
