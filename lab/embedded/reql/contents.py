"""The databases and their rows as one replica's own server tells them: the system tables are those of its own view."""

from datetime import datetime
from functools import cached_property
from typing import Any

from lab.embedded.blobs import own_rows
from lab.embedded.database import READER
from lab.embedded.reql.terms import OP_FAILED, PERMISSION, Failed
from lab.embedded.state import Cluster, Replica
from lab.embedded.system_tables import reach, system_tables

SYSTEM = "rethinkdb"
SLOW_WHILE_A_SERVER_HANGS = ("current_issues", "table_status", "logs", "jobs")
"""The tables that wait for a hung server until its heartbeat fails; all others answer at once, as measured."""


class Contents:
    """What a user reads at one replica's server in one query, all of it at one moment."""

    def __init__(self, cluster: Cluster, viewer: Replica, user: str) -> None:
        self._cluster = cluster
        self._viewer = viewer
        self.user = user

    def databases(self) -> list[str]:
        return sorted([*(row["name"] for row in self._system["db_config"]), SYSTEM])

    def tables(self, database: str) -> list[str]:
        if database == SYSTEM:
            return sorted(self._system)
        if database not in self.databases():
            raise Failed(OP_FAILED, f"Database `{database}` does not exist.")
        if self.databases().count(database) > 1:
            raise Failed(OP_FAILED, f"Database `{database}` is ambiguous; there are multiple databases with that name.")
        return sorted(row["name"] for row in self._system["table_status"] if row["db"] == database)

    def rows(self, database: str, table: str, *, outdated: bool) -> list[Any]:
        if table not in self.tables(database):
            raise Failed(OP_FAILED, f"Table `{database}.{table}` does not exist.")
        rethink = self._cluster.rethink
        allowed = rethink.reads_system if database == SYSTEM else rethink.reads_own
        if self.user == READER and not allowed:
            raise Failed(PERMISSION, f"User `{self.user}` does not have the required `read` permission")
        if database == SYSTEM:
            return self._system[table]
        status = next(row for row in self._system["table_status"] if (row["db"], row["name"]) == (database, table))
        if not status["status"]["ready_for_outdated_reads" if outdated else "ready_for_reads"]:
            raise Failed(OP_FAILED, 'Cannot perform read: primary replica for shard ["", +inf) not available')
        return own_rows(self._cluster, table) if database == "dtr2" else []

    @cached_property
    def _system(self) -> dict[str, list[Any]]:
        """The tables of cluster_status, with what changes them there too, and those that it leaves out."""
        rows = system_tables(self._cluster, self._viewer)
        document: dict[str, Any] = {"rethink_system_tables": rows}
        for edit in self._cluster.edits + self._viewer.edits:
            edit(document)
        tables: dict[str, list[Any]] = document["rethink_system_tables"]
        known = [{"id": replica.uuid, "name": replica.server} for replica in reach(self._cluster, self._viewer)]
        tables |= {
            "server_config": [row | {"tags": ["default"], "cache_size_mb": 64} for row in known],
            "users": [{"id": name, "password": bool(word)} for name, word in self._cluster.rethink.passwords.items()],
            "permissions": [{"id": ["admin"], "user": "admin", "permissions": {"read": True, "write": True}}],
            "jobs": [],
            "logs": [],
        }
        for change in self._viewer.reql.edits:
            change(tables)
        return {name: [_reql_times(row) for row in found] for name, found in tables.items()}

    @property
    def server(self) -> dict[str, Any]:
        """What the server says of itself."""
        return {"id": self._viewer.uuid, "name": self._viewer.server, "proxy": False}


def _reql_times(value: Any) -> Any:
    """The times that cluster_status writes as text, as ReQL has them."""
    if isinstance(value, list):
        return [_reql_times(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: {"$reql_type$": "TIME", "epoch_time": datetime.fromisoformat(item).timestamp(), "timezone": "+00:00"}
        if key.startswith("time_") and isinstance(item, str)
        else _reql_times(item)
        for key, item in value.items()
    }
