"""STATUS-10, STATUS-11 and STATUS-12: databases and tables."""

from __future__ import annotations

from checks.rules.cluster_views import things
from checks.verdict import Outcome
from fixtures.core.evidence import Because
from tests.checks.case import NOBODY, Cases, fails, passes, unknown, views
from tests.checks.documents import DATABASES, TABLE_STATUS, TABLES, Edit, append, put, renamed, server, view
from tests.checks.facts import THREE, A, B, C, Document

CLUSTER = "cluster"

status_10 = Cases("STATUS-10")
CONFIG = ("rethink_system_tables", "db_config")
WITHOUT_JOBRUNNER = [{"id": name, "name": name} for name in DATABASES if name != "jobrunner"]
status_10("all there", views(), *(passes(name, "the database exists", seen=sorted(DATABASES)) for name in DATABASES))
status_10("a further one", views(append(CONFIG, {"id": "x", "name": "test"})), *(passes(name) for name in DATABASES))
status_10(
    "one missing",
    views(put(CONFIG, WITHOUT_JOBRUNNER)),
    fails(
        "jobrunner",
        f"does not list jobrunner (reported by replicas {', '.join(sorted(THREE))})",
        seen=sorted({*DATABASES} - {"jobrunner"}),
        reason="status.database-missing",
        about=("cluster",),
        witnesses=things("replica", THREE),
    ),
    others=Outcome.PASS,
)
status_10(
    "one missing for one",
    views(**{B: view(B, put(CONFIG, WITHOUT_JOBRUNNER))}),
    fails("jobrunner", f"does not list jobrunner (reported by replica {B})"),
    others=Outcome.PASS,
)
status_10(
    "none at all", views(put(CONFIG, [])), *(fails(name, f"db_config does not list {name}") for name in DATABASES)
)
status_10("nobody tells", NOBODY, unknown(CLUSTER, "503"))

FIRST = TABLES[0]
AT_FIRST = (*TABLE_STATUS, 0)


def table(key: str, value: object) -> Edit:
    return put((*AT_FIRST, key), value)


def shard(key: str, value: object) -> Edit:
    return put((*AT_FIRST, "shards", 0, key), value)


def copies(*names: str, state: str = "ready") -> list[Document]:
    return [{"server": server(name), "state": "ready" if name == A else state} for name in names]


LAST_COPY = ("shards", 0, "replicas", 2, "state")
status_11 = Cases("STATUS-11")
status_11("all ready", views(), passes(FIRST, "ready"), others=Outcome.PASS)
for flag, reason in (
    ("all_replicas_ready", "status.table-unsettled"),
    ("ready_for_outdated_reads", "status.table-unsettled"),
    ("ready_for_reads", "status.table-no-reads"),
    ("ready_for_writes", "status.table-no-writes"),
):
    status_11(
        f"not {flag}",
        views(put((*AT_FIRST, "status", flag), False)),
        fails(
            FIRST, f"the table is not {flag}", f"(reported by replica {A})", reason=reason, about=(f"table:{FIRST}",)
        ),
        others=Outcome.PASS,
    )
NOT_ALL = put((*AT_FIRST, "status", "all_replicas_ready"), False)


def config(*servers: str) -> Edit:
    """table_config names these servers for the first table."""
    db, name = FIRST.split(".")
    row = {"db": db, "name": name, "shards": [{"primary_replica": servers[0], "replicas": list(servers)}]}
    return put(("rethink_system_tables", "table_config"), [row, {"error": "another row"}])


status_11(
    "a copy is wanted where none is",
    views(NOT_ALL, config(*map(server, THREE), "dtr_rethinkdb_999999999999")),
    fails(
        FIRST,
        "not all_replicas_ready: table_config names dtr_rethinkdb_999999999999, which has no copy",
        reason="status.table-config-differs",
        about=(f"table:{FIRST}", "database:999999999999"),
        witnesses=(f"replica:{A}",),
    ),
    others=Outcome.PASS,
)
status_11(
    "a copy is where none is wanted",
    views(NOT_ALL, config(server(A), server(B))),
    fails(
        FIRST,
        f"{server(C)} has a copy, and table_config does not name it",
        reason="status.table-config-differs",
        about=(f"table:{FIRST}", f"database:{C}"),
    ),
    others=Outcome.PASS,
)
status_11(
    "the copies are those that are wanted",
    views(NOT_ALL, config(*map(server, THREE))),
    fails(FIRST, "every copy is ready", reason="status.table-unsettled", about=(f"table:{FIRST}",)),
    others=Outcome.PASS,
)
status_11(
    "another copy is wanted, and the table is ready", views(config(server(A))), passes(FIRST), others=Outcome.PASS
)
status_11(
    "which copy is not ready",
    views(
        put((*AT_FIRST, "status", "all_replicas_ready"), False), shard("replicas", copies(*THREE, state="backfilling"))
    ),
    fails(
        FIRST,
        "not all_replicas_ready",
        f"{server(B)} is backfilling, {server(C)} is backfilling",
        reason="status.table-copy-not-ready",
        about=(f"table:{FIRST}", f"database:{B}", f"database:{C}"),
        witnesses=(f"replica:{A}",),
        measured="reported",
    ),
    others=Outcome.PASS,
)
status_11(
    "copies that wait are not what they wait for",
    views(
        put((*AT_FIRST, "status", "ready_for_writes"), False),
        shard("replicas", [*copies(A, B, state="waiting_for_quorum"), *copies(C, state="disconnected")]),
    ),
    fails(
        FIRST,
        f"{server(B)} is waiting_for_quorum, {server(C)} is disconnected",
        reason="status.table-no-writes",
        about=(f"table:{FIRST}", f"database:{C}"),
    ),
    others=Outcome.PASS,
)
status_11(
    "one replica sees it so",
    views(**{C: view(C, put((*AT_FIRST, "status", "ready_for_writes"), False))}),
    fails(FIRST, "not ready_for_writes", f"(reported by replica {C})", witnesses=(f"replica:{C}",)),
    others=Outcome.PASS,
)
status_11(
    "no tables at all",
    views(put(TABLE_STATUS, [])),
    fails(CLUSTER, "no table", reason="status.no-tables", about=("cluster",)),
)
status_11("nobody tells", NOBODY, unknown(CLUSTER, "503"))

status_11(
    "a copy on a server renamed",
    views(
        put((*AT_FIRST, "status", "all_replicas_ready"), False), put((*AT_FIRST, *LAST_COPY), "backfilling"), renamed(C)
    ),
    fails(FIRST, "old_server is backfilling", about=(f"table:{FIRST}", f"database:{C}")),
    others=Outcome.PASS,
)

status_12 = Cases("STATUS-12")
status_12("a server renamed", views(renamed(C)), passes(FIRST, "3 copies"), others=Outcome.PASS)
status_12("a copy on each", views(), passes(FIRST, "3 copies and a primary"), others=Outcome.PASS)
status_12(
    "two of three copies with every flag green",
    views(shard("replicas", copies(A, B))),
    fails(
        FIRST,
        f"no copy on {server(C)} (reported by replica {A})",
        seen=[server(A), server(B)],
        expected=sorted(server(name) for name in THREE),
        reason="status.table-copy-missing",
        about=(f"table:{FIRST}", f"database:{C}"),
        witnesses=(f"replica:{A}",),
    ),
    others=Outcome.PASS,
)
status_12(
    "no primary",
    views(shard("primary_replicas", [])),
    fails(FIRST, "no primary", reason="status.table-no-primary", about=(f"table:{FIRST}",)),
    others=Outcome.PASS,
)
status_12(
    "no primary, as null", views(shard("primary_replicas", None)), fails(FIRST, "no primary"), others=Outcome.PASS
)
status_12(
    "no shard, as null",
    views(table("shards", None)),
    fails(FIRST, "no shard", seen=[], reason="status.table-no-shard", about=(f"table:{FIRST}",)),
    others=Outcome.PASS,
)
status_12(
    "the second shard lacks a copy",
    views(append((*AT_FIRST, "shards"), {"primary_replicas": [server(A)], "replicas": copies(A)})),
    fails(FIRST, f"no copy on {server(B)}, {server(C)}"),
    others=Outcome.PASS,
)
status_12(
    "a copy on a ghost, too",
    views(shard("replicas", copies(*THREE, "563f02aba617"))),
    passes(FIRST),
    others=Outcome.PASS,
)
status_12(
    "a copy that is away stays one",
    views(shard("replicas", copies(*THREE, state="disconnected"))),
    passes(FIRST),
    others=Outcome.PASS,
)
status_12(
    "no tables at all",
    views(put(TABLE_STATUS, [])),
    unknown(
        CLUSTER,
        "see STATUS-11",
        reason="status.no-tables",
        about=("cluster",),
        because=Because(CLUSTER, condition="STATUS-11"),
    ),
)

CASES = [status_10, status_11, status_12]
