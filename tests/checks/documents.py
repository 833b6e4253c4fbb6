"""cluster_status of a made-up cluster: a document of a healthy one, edits of it, and the fact that its parser makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from fixtures.probes.cluster_status import ClusterStatus, documented
from tests.checks.facts import NOW, THREE, A, C, Document, ago, answer, text, times

VERSION = "rethinkdb 2.4.4 (x86_64-linux-gnu)"
TABLES = (
    *(f"dtr2.table_{number:02}" for number in range(21)),
    *(f"jobrunner.{name}" for name in ("action_configs", "crons", "joblogs", "jobs", "workers")),
    *("notaryserver.changefeed", "notaryserver.tuf_files", "notarysigner.private_keys"),
)
DATABASES = ("dtr2", "jobrunner", "notaryserver", "notarysigner")


Edit = Callable[[Document], None]
Path = tuple[str | int, ...]

ISSUES: Path = ("rethink_system_tables", "current_issues")
SERVERS: Path = ("rethink_system_tables", "server_status")
TABLE_STATUS: Path = ("rethink_system_tables", "table_status")


def server(name: str) -> str:
    """The name of a replica's database server."""
    return f"dtr_rethinkdb_{name}"


def server_uuid(name: str) -> str:
    return f"{name[:8]}-0000-4000-8000-{name}"


def server_row(name: str, ids: Sequence[str]) -> Document:
    return {
        "id": server_uuid(name),
        "name": server(name),
        "network": {
            "canonical_addresses": [{"host": f"dtr-rethinkdb-{name}.dtr-ol", "port": 29015}],
            "cluster_port": 29015,
            "connected_to": {server(other): True for other in ids if other != name},
            "hostname": name,
            "http_admin_port": "<no http admin>",
            "reql_port": 28015,
            "time_connected": text(ago(days=6)),
        },
        "process": {"argv": ["rethinkdb"], "cache_size_mb": 64, "pid": 7, "version": VERSION},
    }


def _table_row(full_name: str, ids: Sequence[str]) -> Document:
    db, _, name = full_name.partition(".")
    copies = [{"server": server(each), "state": "ready"} for each in ids]
    flags = ("all_replicas_ready", "ready_for_outdated_reads", "ready_for_reads", "ready_for_writes")
    return {
        "db": db,
        "id": full_name,
        "name": name,
        "raft_leader": server(ids[0]),
        "shards": [{"primary_replicas": [server(ids[0])], "replicas": copies}],
        "status": dict.fromkeys(flags, True),
    }


def document(ids: Sequence[str] = THREE, tables: Sequence[str] = TABLES) -> Document:
    """The documented object of a healthy cluster."""
    return {
        "gc_lock_holder": "",
        "replica_health": dict.fromkeys(ids, "OK"),
        "replica_readonly": dict.fromkeys(ids, False),
        "replica_timestamp": {name: text(ago(seconds=40)) for name in ids},
        "rethink_system_tables": {
            "cluster_config": [{"heartbeat_timeout_secs": 10, "id": "heartbeat"}],
            "current_issues": [],
            "db_config": [{"id": name, "name": name} for name in DATABASES],
            "server_status": [server_row(name, ids) for name in ids],
            "stats": [{"id": ["cluster"]}],
            "table_config": [],
            "table_status": [_table_row(name, ids) for name in tables],
        },
    }


def put(path: Path, value: Any) -> Edit:
    """Replace what stands at a path of the document, or add it."""

    def edit(place: Document) -> None:
        for step in path[:-1]:
            place = place[step]  # type: ignore[index]  # a list's step is its index
        place[path[-1]] = value  # type: ignore[index]

    return edit


def drop(path: Path) -> Edit:
    """Remove what stands at a path of the document."""

    def edit(place: Document) -> None:
        for step in path[:-1]:
            place = place[step]  # type: ignore[index]
        del place[path[-1]]  # type: ignore[arg-type]

    return edit


def append(path: Path, value: object) -> Edit:
    """Add to a list of the document."""

    def edit(place: Document) -> None:
        for step in path:
            place = place[step]  # type: ignore[index]
        place.append(value)  # type: ignore[attr-defined]

    return edit


def link(first: str, second: str, value: object = False, ids: Sequence[str] = THREE) -> Edit:
    """What both rows tell of the connection between two database servers."""

    def edit(place: Document) -> None:
        for here, there in ((first, second), (second, first)):
            put((*SERVERS, ids.index(here), "network", "connected_to", server(there)), value)(place)

    return edit


def renamed(name: str, to: str = "old_server") -> Edit:
    """A replica's database server has another name everywhere, as measured; its address and UUID are its own."""

    def edit(place: Document) -> None:
        body = json.loads(json.dumps(place).replace(f'"{server(name)}"', f'"{to}"'))
        place.clear()
        place.update(body)

    return edit


def parsed(viewer: str, body: Document, server_date: datetime | None = NOW) -> ClusterStatus:
    """The fact that a replica's answer makes."""
    return ClusterStatus(
        **times(server_date), replica=viewer, status=documented(answer(json.dumps(body), path="/cluster_status"))
    )


def view(viewer: str, *edits: Edit, ids: Sequence[str] = THREE, server_date: datetime | None = NOW) -> ClusterStatus:
    """The cluster as a replica sees it: healthy but for the edits."""
    body = document(ids)
    for edit in edits:
        edit(body)
    return parsed(viewer, body, server_date)


def issue(table: str = "dtr2.tags", kind: str = "table_availability", **fields: Any) -> Document:
    """A row of current_issues: the server of replica C is not reachable."""
    db, _, name = table.partition(".")
    copies = [{"server": server(A), "state": "ready"}, {"server": server(C), "state": "disconnected"}]
    return {
        "critical": False,
        "description": f"Table `{table}` is available for all operations, but some replicas are not ready. "
        f"The following servers are not reachable: {server(C)}",
        "id": f"issue-{kind}-{table}",
        "info": {"db": db, "table": name, "shards": [{"primary_replicas": [server(A)], "replicas": copies}]},
        "type": kind,
        **fields,
    }
