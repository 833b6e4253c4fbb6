"""What a made-up database server answers to all questions, edits of it, and the fact that its parser makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fixtures.access.rethinkdb.client import DatabaseAnswers
from fixtures.access.rethinkdb.reql import DOCUMENTED_FIELDS
from fixtures.probes.database_view import DatabaseView, view_of
from tests.checks.documents import DATABASES, TABLES, Edit, document
from tests.checks.facts import IDS, NOW, THREE, inventory


def answers(ids: Sequence[str] = THREE) -> dict[str, Any]:
    """The answers of a server of a healthy cluster: the same rows as cluster_status tells."""
    tables = document(ids)["rethink_system_tables"]
    names: dict[str, list[str]] = {name: [] for name in DATABASES}
    for table in TABLES:
        database_name, _, name = table.partition(".")
        names[database_name].append(name)
    names["dtr2"].append("repositories")
    return {
        "databases": [
            *({"name": name, "tables": each} for name, each in names.items()),
            {"name": "rethinkdb", "tables": ["logs"]},
        ],
        "server_status": tables["server_status"],
        "current_issues": tables["current_issues"],
        "table_status": tables["table_status"],
        "repositories": [dict.fromkeys(DOCUMENTED_FIELDS, 0)],
    }


def database(viewer: str, *edits: Edit, ids: Sequence[str] = THREE) -> DatabaseView:
    """The database as the server of a replica sees it: healthy but for the edits."""
    told = answers(ids)
    for edit in edits:
        edit(told)
    return view_of(viewer, DatabaseAnswers(told, NOW, NOW))


def listed(*with_address: str) -> dict[str, Any]:
    """Keys of an inventory in which the database servers of these replicas are asked by the driver."""
    replicas = [
        {"id": name, "address": f"10.0.0.{number}"}
        | ({"rethinkdb": {"address": f"10.0.0.{number}"}} if name in with_address else {})
        for number, name in enumerate(IDS[:3], 11)
    ]
    return {"replicas": replicas, "rethinkdb": {"via": "driver", "ca": ["system"]}}


WITH_DRIVER = inventory(**listed(*THREE))
WITH_RETHINKCLI = inventory(
    rethinkdb={"via": "rethinkcli"},
    nodes=[{"name": f"node-{name}", "docker": f"tcp://127.0.0.1:{number}"} for number, name in enumerate(THREE, 2376)],
    replicas=[
        {"id": name, "node": f"node-{name}", "address": f"10.0.0.{number}"} for number, name in enumerate(THREE, 11)
    ],
)
