"""RDB: RethinkDB asked itself, at each replica's own server."""

from __future__ import annotations

from typing import Any

from checks.rules.cluster_views import things
from checks.rules.rethinkdb_issues import MEANS
from fixtures.access.http.client import Untrusted
from fixtures.access.rethinkdb.reql import DOCUMENTED_FIELDS
from fixtures.core.store import NoResponse, Unavailable
from tests.checks.case import Cases, Facts, Inherited, Seen, fails, passes, skipped, unknown, views, warns
from tests.checks.database import WITH_DRIVER, WITH_RETHINKCLI, database, listed
from tests.checks.documents import Edit, append, drop, issue, link, put, renamed, server, server_uuid, view
from tests.checks.facts import THREE, A, B, C, inventory

REFUSED = NoResponse("rethinkdb.refused", f"{C} (10.0.0.13:28015): connection refused")
WRONG_PASSWORD = Unavailable(
    "rethinkdb.login-refused", f"{C} (10.0.0.13:28015) refuses the log-in of auditor (wrong password)"
)
MISTRUSTED = Untrusted("rethinkdb.untrusted", f"{C} (10.0.0.13:28015) was not asked: its certificate is not trusted")


def seen(*edits: Edit, **own: Seen) -> Facts:
    """What all three servers tell alike; by replica id what one tells instead."""
    return {("database_view", name): own.get(name) or database(name, *edits) for name in THREE}


rdb_1 = Cases("RDB-1")


def own(*edits: Edit) -> Facts:
    return {("database_view", A): database(A, *edits)}


def only(*rows: dict[str, Any]) -> Facts:
    return own(put(("current_issues",), list(rows)))


GONE = [issue(f"dtr2.table_{number:02}") for number in range(19)]
rdb_1("no issues", own(), passes(A, "no issues", seen=[], expected=[]), inventory=WITH_DRIVER)
rdb_1("asked by rethinkcli", own(), passes(A), inventory=WITH_RETHINKCLI)
rdb_1(
    "one server away",
    only(*GONE),
    fails(
        f"{A}:table_availability",
        "19 tables: ",
        "not critical",
        "not reachable",
        seen={"critical": False, "tables": [f"dtr2.table_{n:02}" for n in range(19)], "servers": [server(C)]},
        expected=[],
        reason="rdb.table-availability",
        about=(f"database:{C}",),
        witnesses=(f"database:{A}",),
        measured="reported",
    ),
    inventory=WITH_DRIVER,
)
rdb_1(
    "one of many is critical",
    only(
        *GONE, issue("dtr2.tags", critical=True, description="Table `dtr2.tags` is not available for any operations.")
    ),
    fails(f"{A}:table_availability", "20 tables: Table `dtr2.tags` is not available", "(critical)"),
    inventory=WITH_DRIVER,
)
rdb_1(
    "two types are two verdicts",
    only(issue(), issue(kind="non_transitive_error", info={"message": "x", "servers": [server(B), server(C)]})),
    fails(f"{A}:table_availability"),
    fails(
        f"{A}:non_transitive_error",
        "not connected to each other, only to a third one",
        seen={"critical": False, "tables": [], "servers": [server(B), server(C)]},
        reason="rdb.non-transitive-error",
        about=(f"database:{B}", f"database:{C}"),
    ),
    inventory=WITH_DRIVER,
)
for kind, means in MEANS.items():
    reason = f"rdb.{kind.replace('_', '-')}"
    rdb_1(
        f"{kind} is explained",
        only(issue(kind=kind)),
        fails(f"{A}:{kind}", means, reason=reason),
        inventory=WITH_DRIVER,
    )
rdb_1(
    "a collision names the ids",
    only({"type": "server_name_collision", "critical": True, "info": {"name": server(A), "ids": ["x", "y"]}}),
    fails(
        f"{A}:server_name_collision",
        "server_name_collision (critical)",
        seen={"critical": True, "tables": [], "servers": [], "ids": ["x", "y"]},
        about=("cluster",),
    ),
    inventory=WITH_DRIVER,
)
rdb_1(
    "a database that collides is no table",
    only({"type": "db_name_collision", "critical": True, "info": {"name": "dtr2", "ids": ["x"]}}),
    fails(f"{A}:db_name_collision", seen={"critical": True, "tables": [], "servers": [], "ids": ["x"]}),
    inventory=WITH_DRIVER,
)
rdb_1(
    "outdated indexes name their tables",
    only(
        {"type": "outdated_index", "info": {"tables": [{"db": "dtr2", "table": "tags", "indexes": ["i"]}, {"db": 1}]}}
    ),
    fails(
        f"{A}:outdated_index",
        seen={"critical": False, "tables": ["dtr2.tags"], "servers": []},
        about=("table:dtr2.tags",),
    ),
    inventory=WITH_DRIVER,
)
rdb_1(
    "a type that nobody knows",
    only({"type": "of_a_later_release", "description": "Something."}),
    fails(f"{A}:of_a_later_release", "Something. (not critical)", "does not know", reason="rdb.unknown-issue"),
    inventory=WITH_DRIVER,
)
rdb_1(
    "no answer",
    {("database_view", C): REFUSED},
    fails(C, "connection refused", reason="rdb.refused", about=(f"database:{C}",), measured="directly"),
    inventory=WITH_DRIVER,
)
rdb_1(
    "no log-in",
    {("database_view", C): WRONG_PASSWORD},
    unknown(C, "wrong password", reason="rethinkdb.login-refused"),
    inventory=WITH_DRIVER,
)
rdb_1("no trust", {("database_view", C): MISTRUSTED}, unknown(C, "not trusted"), inventory=WITH_DRIVER)
rdb_1("not asked at all", {}, skipped("rethinkdb", "add rethinkdb: {via:"))
rdb_1("no address", {}, skipped(B, "rethinkdb: {address: …}"), inventory=inventory(**listed(A)))
rdb_1(
    "no way to Docker",
    {},
    skipped(B, "ssh: or docker:"),
    inventory=inventory(rethinkdb={"via": "rethinkcli"}, nodes=[{"name": "n"}]),
)
rdb_1(
    "gone when it is asked again",
    {("database_view", A): [database(A, append(("current_issues",), issue(critical=True))), database(A)]},
    passes(A),
    warns(f"{A}:table_availability", "flapped"),
    inventory=WITH_DRIVER,
)

rdb_2 = Cases("RDB-2")
FOUR = ["dtr2", "jobrunner", "notaryserver", "notarysigner"]


def without(name: str) -> Edit:
    def edit(answers: Any) -> None:
        answers["databases"] = [row for row in answers["databases"] if row["name"] != name]

    return edit


def emptied(name: str) -> Edit:
    def edit(answers: Any) -> None:
        next(row for row in answers["databases"] if row["name"] == name)["tables"] = []

    return edit


rdb_2("all there", {**own(), **views()}, passes(A, "4 databases with tables", expected=FOUR), inventory=WITH_DRIVER)
rdb_2("the API is silent", {**own(), **views(**dict.fromkeys(THREE, REFUSED))}, passes(A), inventory=WITH_DRIVER)
rdb_2(
    "one dropped",
    {**own(without("notarysigner")), **views()},
    fails(
        A, "dbList does not list notarysigner", expected=FOUR, reason="rdb.database-missing", about=(f"database:{A}",)
    ),
    inventory=WITH_DRIVER,
)
rdb_2(
    "one without tables",
    {**own(emptied("dtr2")), **views()},
    fails(A, "no tables in 1 database: dtr2", reason="rdb.database-empty"),
    inventory=WITH_DRIVER,
)
rdb_2(
    "the API names one more",
    {**own(), **views(append(("rethink_system_tables", "db_config"), {"id": "x", "name": "enzi"}))},
    fails(A, "dbList does not list enzi", expected=["dtr2", "enzi", *FOUR[1:]]),
    inventory=WITH_DRIVER,
)
rdb_2(
    "one more than the API names",
    {**own(append(("databases",), {"name": "test", "tables": []})), **views()},
    passes(A),
    inventory=WITH_DRIVER,
)
rdb_2("no answer", {("database_view", C): REFUSED, **views()}, unknown(C, "refused"), inventory=WITH_DRIVER)

rdb_3 = Cases("RDB-3")
ROW = dict.fromkeys(DOCUMENTED_FIELDS, 0)


def rows(value: Any) -> Edit:
    return put(("repositories",), value)


def untabled(answers: Any) -> None:
    next(row for row in answers["databases"] if row["name"] == "dtr2")["tables"].remove("repositories")


rdb_3("as documented", seen(), passes("cluster", expected=sorted(DOCUMENTED_FIELDS)), inventory=WITH_DRIVER)
rdb_3("no repository yet", seen(rows([])), passes("cluster", "no repository yet"), inventory=WITH_DRIVER)
rdb_3(
    "one answers",
    seen(**{B: REFUSED, C: WRONG_PASSWORD}),
    passes("cluster"),
    inventory=WITH_DRIVER,
)
rdb_3(
    "a field is missing",
    seen(rows([{key: value for key, value in ROW.items() if key not in ("pk", "visibility")}])),
    warns(
        "cluster",
        "a row of dtr2.repositories has no pk, visibility",
        reason="rdb.fields-missing",
        about=("table:dtr2.repositories",),
    ),
    inventory=WITH_DRIVER,
)
rdb_3(
    "a field is missing at one server",
    seen(**{C: database(C, rows([ROW])), B: database(B, rows([{"id": 1}]))}),
    warns("cluster", "a row of dtr2.repositories has no enableManifestLists"),
    inventory=WITH_DRIVER,
)
rdb_3(
    "no table",
    seen(untabled),
    warns(
        "cluster",
        "no table repositories",
        seen=list(THREE),
        reason="rdb.no-repositories",
        about=("table:dtr2.repositories",),
        witnesses=things("database", THREE),
    ),
    inventory=WITH_DRIVER,
)
rdb_3("no database", seen(without("dtr2")), warns("cluster", "no table repositories"), inventory=WITH_DRIVER)
rdb_3(
    "not readable",
    seen(rows("repositories: lost contact")),
    unknown("cluster", "lost contact", reason="rdb.no-row-read", about=("table:dtr2.repositories",)),
    inventory=WITH_DRIVER,
)
rdb_3("not available", seen(rows(None)), unknown("cluster", "no server has the table ready"), inventory=WITH_DRIVER)
rdb_3("nobody answers", seen(**dict.fromkeys(THREE, REFUSED)), unknown("cluster", "refused"), inventory=WITH_DRIVER)
rdb_3("not asked at all", {}, skipped("cluster", "add rethinkdb: {via:"))

rdb_4 = Cases("RDB-4")


def compared(*edits: Edit, api: Seen | None = None) -> Facts:
    return {**own(*edits), **views(**({A: api} if api else {}))}


def by_uuid(answers: Any) -> None:
    for row in answers["server_status"]:
        names = row["network"]["connected_to"]
        row["network"]["connected_to"] = {server_uuid(name.rpartition("_")[2]): up for name, up in names.items()}


def difference(what: str, database_alone: list[str], api_alone: list[str]) -> dict[str, Any]:
    return {"what": what, "only RethinkDB": database_alone, "only the API": api_alone}


rdb_4("the same", compared(), passes(A, "3 servers and 29 tables"), inventory=WITH_DRIVER)
rdb_4("servers by UUID", compared(by_uuid), passes(A), inventory=WITH_DRIVER)
rdb_4("a server renamed", compared(renamed(C), api=view(A, renamed(C))), passes(A), inventory=WITH_DRIVER)
rdb_4("a server renamed between the looks", compared(renamed(C)), passes(A), inventory=WITH_DRIVER)
rdb_1(
    "a server renamed that swaps",
    own(renamed(C), put(("current_issues",), [issue(kind="memory_error", info={"servers": ["old_server"]})])),
    fails(f"{A}:memory_error", about=(f"database:{C}",)),
    inventory=WITH_DRIVER,
)
rdb_4(
    "another order of rows",
    compared(lambda answers: answers["table_status"].reverse()),
    passes(A),
    inventory=WITH_DRIVER,
)
rdb_4(
    "the API misses a server",
    compared(api=view(A, lambda body: body["rethink_system_tables"]["server_status"].pop())),
    fails(A, "different servers, connections", f"only RethinkDB: {server(C)}"),
    inventory=WITH_DRIVER,
)
rdb_4(
    "the API shows a link that is lost",
    compared(lambda answers: link(B, C)({"rethink_system_tables": answers})),
    fails(A, "different connections", reason="rdb.api-differs", about=(f"replica:{A}",), measured="derived"),
    inventory=WITH_DRIVER,
)
rdb_4(
    "the API shows a table ready that takes no reads",
    compared(
        put(("table_status", 0, "status", "ready_for_writes"), False),
        put(("table_status", 0, "status", "ready_for_reads"), False),
    ),
    fails(A, "different tables", reason="rdb.table-no-reads", about=("table:dtr2.table_00", f"replica:{A}")),
    inventory=WITH_DRIVER,
)
rdb_4(
    "the API shows a table ready that is not",
    compared(put(("table_status", 0, "status", "ready_for_writes"), False)),
    fails(
        A,
        "different tables",
        reason="rdb.table-no-writes",
        about=("table:dtr2.table_00", f"replica:{A}"),
        seen=[
            difference(
                "tables",
                [f"dtr2.table_00 without ready_for_writes, on {', '.join(map(server, sorted(THREE)))}"],
                [f"dtr2.table_00 ready, on {', '.join(map(server, sorted(THREE)))}"],
            )
        ],
        expected="the same",
    ),
    inventory=WITH_DRIVER,
)
rdb_4(
    "a table has lost all its servers",
    compared(put(("table_status", 0, "shards"), None)),
    fails(A, "dtr2.table_00 ready, on no server"),
    inventory=WITH_DRIVER,
)
rdb_4(
    "the API hides an issue",
    compared(append(("current_issues",), issue())),
    fails(A, seen=[difference("issues", ["table_availability:dtr2.tags"], [])]),
    inventory=WITH_DRIVER,
)
rdb_4(
    "the API names a database that is gone",
    compared(without("jobrunner")),
    fails(A, "only the API: jobrunner", seen=[difference("databases", [], ["jobrunner"])]),
    inventory=WITH_DRIVER,
)
rdb_4(
    "a question without an answer",
    compared(drop(("databases",))),
    unknown(A, "databases: Input should be a valid list", reason="rethinkdb.unexpected", about=(f"database:{A}",)),
    inventory=WITH_DRIVER,
)
rdb_4(
    "what was answered differs",
    compared(drop(("databases",)), append(("current_issues",), issue())),
    fails(A, "different issues"),
    inventory=WITH_DRIVER,
)
rdb_1(
    "another question without an answer",
    own(drop(("table_status",)), append(("current_issues",), issue())),
    fails(f"{A}:table_availability"),
    inventory=WITH_DRIVER,
)
rdb_1(
    "no answer about the issues",
    own(drop(("current_issues",))),
    fails(A, "current_issues: Input should be a valid list", reason="rdb.unexpected", about=(f"database:{A}",)),
    inventory=WITH_DRIVER,
)
rdb_2(
    "no answer about the databases",
    {**own(drop(("databases",))), **views()},
    unknown(A, "databases: Input should be a valid list", reason="rethinkdb.unexpected"),
    inventory=WITH_DRIVER,
)
rdb_2("no answer about the issues", {**own(drop(("current_issues",))), **views()}, passes(A), inventory=WITH_DRIVER)
rdb_3(
    "one lists the databases", seen(**{B: database(B, drop(("databases",)))}), passes("cluster"), inventory=WITH_DRIVER
)
rdb_3("nobody lists the databases", seen(drop(("databases",))), unknown("cluster", "databases"), inventory=WITH_DRIVER)
rdb_4("no API", compared(api=REFUSED), unknown(A, "refused"), inventory=WITH_DRIVER)
rdb_4("no database", {("database_view", A): REFUSED, **views()}, unknown(A, "refused"), inventory=WITH_DRIVER)
rdb_4(
    "no administrator",
    compared(api=Inherited(Unavailable("http.login-refused", "the log-in of admin was refused"))),
    unknown(A, "log-in of admin"),
    inventory=WITH_DRIVER,
)

CASES = [rdb_1, rdb_2, rdb_3, rdb_4]
