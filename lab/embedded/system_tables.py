"""The system tables of RethinkDB as one replica's database server sees them.

The rules say what the recordings show: a server that is gone loses its row and stays listed in the tables as
`disconnected`; a table needs a majority of its copies; a primary that is gone is taken over by the last server that
is still there; a server that is alive but out of reach is `false` in `connected_to`.
"""

import copy
from datetime import timedelta
from typing import Any

from lab.embedded import recorded
from lab.embedded.recorded import Rows
from lab.embedded.state import Cluster, Replica, Table

FLAGS = ("all_replicas_ready", "ready_for_outdated_reads", "ready_for_reads", "ready_for_writes")
SOME_NOT_READY = "available for all operations, but some replicas are not ready"
OUTDATED_READS_ONLY = "available for outdated reads, but not up-to-date reads or writes"


def members(cluster: Cluster, viewer: Replica) -> list[Replica]:
    """The replicas that the viewer's database knows of, dead or alive."""
    return [replica for replica in cluster.replicas if replica.island == viewer.island]


def reach(cluster: Cluster, viewer: Replica) -> list[Replica]:
    """The replicas whose database servers the viewer's own is connected to, itself included."""
    return [
        replica
        for replica in members(cluster, viewer)
        if replica.database_up and frozenset((viewer.id, replica.id)) not in cluster.broken_links
    ]


def _server_status(cluster: Cluster, viewer: Replica, recorded_rows: list[Any]) -> list[dict[str, Any]]:
    templates = {row["name"]: row for row in recorded_rows}
    rows = []
    for replica in reach(cluster, viewer):
        row = templates.get(replica.server) or copy.deepcopy(next(iter(templates.values())))
        connected = row["network"]["time_connected"]["epoch_time"]
        shift = timedelta(seconds=cluster.started.timestamp() - connected) - replica.database_uptime
        row = recorded.with_times(row, shift)
        if replica.server not in templates:
            row |= {"id": replica.uuid, "name": replica.server}
            row["network"]["hostname"] = replica.uuid.replace("-", "")[-12:]
            row["network"]["canonical_addresses"][0]["host"] = f"dtr-rethinkdb-{replica.id}.dtr-ol"
            argv = row["process"]["argv"]
            argv[argv.index("--server-name") + 1] = replica.server
        row["network"]["connected_to"] = {
            other.server: frozenset((replica.id, other.id)) not in cluster.broken_links
            for other in members(cluster, viewer)
            if other.database_up and other is not replica
        }
        row["network"] |= replica.network
        row["process"] |= replica.process
        rows.append(row)
    return rows


def _copies(cluster: Cluster, viewer: Replica, table: Table) -> list[Replica]:
    return [replica for replica in members(cluster, viewer) if replica.id not in table.lacks]


def _there(copies: list[Replica], reached: list[Replica], viewer: Replica, table: Table) -> list[Replica]:
    """The copies that count as present. One that lives but is out of reach of the viewer alone is missed only for
    tables whose primary is at either end of the broken link, as measured."""
    return [
        replica
        for replica in copies
        if replica in reached or (replica.database_up and table.primary not in (viewer.id, replica.id))
    ]


def _table_status(cluster: Cluster, viewer: Replica, table: Table) -> dict[str, Any]:
    copies = _copies(cluster, viewer, table)
    there = _there(copies, reach(cluster, viewer), viewer, table)
    quorum = len(there) * 2 > len(copies)
    primary = next((replica for replica in there if replica.id == table.primary), None)
    lives_elsewhere = any(replica.id == table.primary and replica.database_up for replica in copies)
    if primary is None and quorum and table.primary is not None and not lives_elsewhere:
        primary = there[-1]
    without_primary = "ready" if quorum and primary else "waiting_for_primary"
    states = {
        replica.id: "disconnected" if replica not in there else "ready" if replica is primary else without_primary
        for replica in copies
    }
    available = quorum and primary is not None
    flags = dict(zip(FLAGS, (len(there) == len(copies), True, available, available), strict=True))
    return {
        "db": table.db,
        "id": table.id,
        "name": table.name,
        "raft_leader": there[0].server if quorum else None,
        "shards": [
            {
                "primary_replicas": [primary.server] if primary else [],
                "replicas": [{"server": r.server, "state": table.states.get(r.id, states[r.id])} for r in copies],
            }
        ],
        "status": flags | table.flags,
    }


def _table_config(cluster: Cluster, viewer: Replica, table: Table, recorded_rows: list[Any]) -> dict[str, Any]:
    row: dict[str, Any] | None = next((row for row in recorded_rows if row["id"] == table.id), None)
    row = row or recorded_rows[0] | {"db": table.db, "id": table.id, "name": table.name, "indexes": []}
    copies = _copies(cluster, viewer, table)
    primary = next((replica for replica in copies if replica.id == table.primary), copies[0])
    shard = {
        "nonvoting_replicas": [],
        "primary_replica": primary.server if table.primary else None,
        "replicas": [replica.server for replica in copies],
    }
    return row | {"shards": [shard]}


def _table_issue(table: Table, status: dict[str, Any]) -> dict[str, Any] | None:
    """No server of the table out of reach, no issue, whatever its flags say (RethinkDB's own rule)."""
    gone = [r["server"] for r in status["shards"][0]["replicas"] if r["state"] == "disconnected"]
    if not gone:
        return None
    blurb = SOME_NOT_READY if status["status"]["ready_for_writes"] else OUTDATED_READS_ONLY
    return {
        "critical": not status["status"]["ready_for_writes"],
        "description": f"Table `{table.full_name}` is {blurb}. "
        f"The following servers are not reachable: {', '.join(gone)}",
        "id": table.issue_id,
        "info": {
            "db": table.db,
            "raft_leader": status["raft_leader"],
            "shards": status["shards"],
            "status": status["status"],
            "table": table.name,
        },
        "type": "table_availability",
    }


def _link_issues(cluster: Cluster) -> list[dict[str, Any]]:
    servers = sorted(cluster.replica(i).server for link in cluster.broken_links for i in link)
    if not servers:
        return []
    message = "Server connectivity is non-transitive."
    description = f"{message} The following servers are affected: {', '.join(servers)}"
    info = {"message": message, "servers": servers}
    issue_id = "6ac3a4ef-5f3c-5b39-8a1c-4fd3a6f2f1f4"
    kind = "non_transitive_error"
    return [{"critical": False, "description": description, "id": issue_id, "info": info, "type": kind}]


def _stats(cluster: Cluster, viewer: Replica, rows: list[Any]) -> list[dict[str, Any]]:
    """The recorded numbers for the servers and tables that there are: nobody judges them."""
    cluster_row, server, table_row, table_server = (
        next(row for row in rows if row["id"][0] == kind) for kind in ("cluster", "server", "table", "table_server")
    )
    reached = reach(cluster, viewer)
    found: list[dict[str, Any]] = [cluster_row]
    found += [server | {"id": ["server", r.uuid], "server": r.server} for r in reached]
    for table in cluster.tables:
        named = {"db": table.db, "table": table.name}
        found.append(table_row | named | {"id": ["table", table.id]})
        holders = [r for r in _copies(cluster, viewer, table) if r in reached]
        for holder in holders:
            identity = {"id": ["table_server", table.id, holder.uuid], "server": holder.server}
            found.append(table_server | named | identity)
    return found


def current_issues(cluster: Cluster, viewer: Replica) -> list[dict[str, Any]]:
    """The problems that the viewer's database server detects; the answer differs from server to server."""
    statuses = [(table, _table_status(cluster, viewer, table)) for table in cluster.tables]
    return _link_issues(cluster) + [issue for table, status in statuses if (issue := _table_issue(table, status))]


def system_tables(cluster: Cluster, viewer: Replica) -> Rows:
    """The seven tables that cluster_status tells (`logs` is left out: too big), as the viewer's server sees them."""
    rows = recorded.tables()
    return {
        "cluster_config": rows["cluster_config"],
        "current_issues": current_issues(cluster, viewer),
        "db_config": copy.deepcopy(cluster.databases),
        "server_status": _server_status(cluster, viewer, rows["server_status"]),
        "stats": _stats(cluster, viewer, rows["stats"]),
        "table_config": [_table_config(cluster, viewer, table, rows["table_config"]) for table in cluster.tables],
        "table_status": [_table_status(cluster, viewer, table) for table in cluster.tables],
    }
