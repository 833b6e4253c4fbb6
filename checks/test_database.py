"""The guide's section "Access RethinkDB directly": what each replica's own database server reports."""

from collections.abc import Sequence

from checks.condition import CATALOGUE, CRITICAL, WARNING, Reason, condition
from checks.rules.cluster_views import Views, things
from checks.rules.rethinkdb_issues import issue_keys, issue_reasons, issues_by_type
from checks.rules.wording import many, one_line, reported_by
from checks.verdict import Verdict, failed, passed, skipped
from fixtures.access.rethinkdb.reql import DOCUMENTED_FIELDS
from fixtures.core.dimensions import why_none
from fixtures.core.evidence import thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import DATABASES
from fixtures.probes.cluster_status import Issue, Server, Table
from fixtures.probes.database_view import DatabaseView

GUIDE = "Access RethinkDB directly, via RethinkCLI"
SYSTEM = "rethinkdb"
COMPARED = ("databases", "server_status", "table_status", "current_issues")


@condition(
    "RDB-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="rethinkdb-issues",
    owns=True,
    reasons=issue_reasons("rdb"),
    no_response_remedy="database-silent",
)
def test_database_server_has_no_issues(database: Replica, database_view: DatabaseView) -> Sequence[Verdict]:
    """The replica's database server responds, and its `current_issues` is empty."""
    unasked = database_view.missing.get("current_issues")
    if unasked and unasked.silent:
        return [failed(CATALOGUE["RDB-1"].no_response(unasked.reason), unasked.message)]
    of = database_view.replica_by_name
    return issues_by_type("rdb", thing("database", database.id), database_view.issues, of)


@condition(
    "RDB-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="missing-database",
    reasons={
        "rdb.database-missing": "dbList does not list a database of the registry",
        "rdb.database-empty": "a database has no tables",
    },
)
def test_databases_are_listed(database_view: DatabaseView, every_cluster_status: Views) -> Verdict:
    """`dbList` lists the registry's databases and all that the API lists, and each has tables."""
    named = {each.name for view in every_cluster_status.values() for each in view.tables.db_config}
    expected = sorted({*DATABASES, *named})
    found = database_view.tables_of
    missing = [name for name in expected if name not in found]
    empty = [name for name in expected if name in found and not found[name]]
    if missing:
        message = f"dbList does not list {', '.join(missing)}"
        return failed("rdb.database-missing", message, seen=sorted(found), expected=expected)
    if empty:
        message = f"no tables in {many(len(empty), 'database')}: {', '.join(empty)}"
        return failed("rdb.database-empty", message, seen=found, expected="tables in each")
    return passed(f"{many(len(expected), 'database')} with tables", seen=sorted(found), expected=expected)


@condition(
    "RDB-3",
    severity=WARNING,
    documented=GUIDE,
    remedy="repositories-table",
    reasons={
        "rdb.no-repositories": "dtr2 has no table repositories",
        "rdb.fields-missing": "a row of the table repositories has not all documented fields",
        "rdb.no-row-read": "no row of the table repositories could be read",
    },
)
def test_repositories_are_kept_as_documented(
    every_database_view: PerSubject[DatabaseView], inventory: Inventory
) -> Verdict:
    """`dtr2` has the table `repositories`, and a row of it has the documented fields."""
    views = list(every_database_view.values())
    nobody = why_none("database", inventory)
    if nobody:
        return skipped(nobody.reason)
    if not views:
        raise next(iter(every_database_view.causes.values()))
    table = [thing("table", "dtr2.repositories")]
    listing = [view for view in views if view.seen_databases is not None] or views
    lacking = [view.replica for view in listing if "repositories" not in view.tables_of.get("dtr2", [])]
    if lacking:
        return failed(
            "rdb.no-repositories",
            f"dtr2 has no table repositories {reported_by(lacking)}",
            seen=lacking,
            expected=[],
            about=table,
            witnesses=things("database", lacking),
        )
    readable = [view for view in views if not view.repositories.trouble]
    if not readable:
        raise Unavailable(
            "rdb.no-row-read",
            f"no row of dtr2.repositories could be read: {one_line(views[0].repositories.trouble)}",
            about=table,
        )
    rows = [view.repositories.fields for view in readable if view.repositories.fields is not None]
    if not rows:
        return passed("the table is empty: there is no repository yet")
    missing = [field for field in DOCUMENTED_FIELDS if any(field not in row for row in rows)]
    if missing:
        message = f"a row of dtr2.repositories has no {', '.join(missing)}"
        return failed("rdb.fields-missing", message, seen=rows[0], expected=sorted(DOCUMENTED_FIELDS), about=table)
    return passed(
        "a row of dtr2.repositories has all documented fields", seen=rows[0], expected=sorted(DOCUMENTED_FIELDS)
    )


@condition(
    "RDB-4",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="stale-api",
    reasons={
        "rdb.table-no-reads": Reason(
            "its database server reports a table without reads, and the API reports it as ready",
            remedy="table-not-ready",
        ),
        "rdb.table-no-writes": Reason(
            "its database server reports a table without writes, and the API reports it as ready",
            remedy="table-not-ready",
        ),
        "rdb.api-differs": "the replica's API and its own database server report differently otherwise",
    },
    measured="derived",
)
def test_api_agrees_with_the_database(
    database: Replica, database_view: DatabaseView, every_cluster_status: Views
) -> Verdict:
    """The replica's API reports the same servers, tables and issues as its own database server."""
    api = every_cluster_status[database.id]
    servers = Servers(api.tables.server_status, database_view.seen_servers or [])
    by_api = _comparable(
        {each.name for each in api.tables.db_config},
        api.tables.server_status,
        api.tables.table_status,
        api.issues,
        servers,
    )
    by_database = _comparable(
        None if database_view.seen_databases is None else set(database_view.tables_of) - {SYSTEM},
        database_view.seen_servers,
        database_view.seen_tables,
        database_view.seen_issues,
        servers,
    )
    differences = [
        {
            "what": what,
            "only RethinkDB": sorted(by_database[what] - by_api[what]),
            "only the API": sorted(by_api[what] - by_database[what]),
        }
        for what in by_database
        if by_database[what] != by_api[what]
    ]
    if not differences:
        if lacking := [each for each in COMPARED if each in database_view.missing]:
            raise database_view.why_not(lacking[0])
        rows, tables = len(by_database["servers"]), len(by_database["tables"])
        return passed(f"{many(rows, 'server')} and {many(tables, 'table')}, the same in the API")
    whats = ", ".join(str(each["what"]) for each in differences)
    first = differences[0]["only RethinkDB"] or differences[0]["only the API"]
    whose = "RethinkDB" if differences[0]["only RethinkDB"] else "the API"
    message = f"RethinkDB and the API report different {whats}; only {whose}: {first[0]}"
    about = things("replica", [database.id])
    reason, hidden = _hidden(api.tables.table_status, database_view.seen_tables or [])
    tables_at_fault = things("table", hidden)
    return failed(reason, message, seen=differences, expected="the same", about=[*tables_at_fault, *about])


def _hidden(api: Sequence[Table], database: Sequence[Table]) -> tuple[str, list[str]]:
    """The tables that take no reads, or else no writes, and that the API reports as ready."""
    ready = {each.full_name for each in api if all(each.status.model_dump().values())}
    unready = [each for each in database if each.full_name in ready]
    if no_reads := sorted(each.full_name for each in unready if not each.status.ready_for_reads):
        return "rdb.table-no-reads", no_reads
    if no_writes := sorted(each.full_name for each in unready if not each.status.ready_for_writes):
        return "rdb.table-no-writes", no_writes
    return "rdb.api-differs", []


class Servers:
    """The database servers that two views list, each by one name in both: a server is its UUID, and may be renamed."""

    def __init__(self, api: Sequence[Server], database: Sequence[Server]) -> None:
        self._uuids = {row.name: row.id for row in (*api, *database)}
        self._names = {row.id: row.name for row in (*api, *database)}

    def name(self, server: str) -> str:
        """The name of a server that is given by its UUID, or by a name that it has or had in either view."""
        return self._names.get(self._uuids.get(server, server), server)


def _comparable(
    databases: set[str] | None,
    rows: Sequence[Server] | None,
    tables: Sequence[Table] | None,
    issues: Sequence[Issue] | None,
    servers: Servers,
) -> dict[str, set[str]]:
    """What a view reports, as sets that can be compared; without what could not be asked."""
    seen: dict[str, set[str]] = {}
    if databases is not None:
        seen["databases"] = databases
    if rows is not None:
        seen["servers"] = {servers.name(row.id) for row in rows}
        seen["connections"] = {
            f"{servers.name(row.id)} {'is' if up else 'is not'} connected to {servers.name(other)}"
            for row in rows
            for other, up in row.network.connected_to.items()
        }
    if tables is not None:
        seen["tables"] = {_state(table, servers) for table in tables}
    if issues is not None:
        seen["issues"] = set(issue_keys(issues))
    return seen


def _state(table: Table, servers: Servers) -> str:
    copies = ", ".join(sorted({servers.name(copy.server) for shard in table.shards for copy in shard.replicas}))
    lacking = ", ".join(flag for flag, ready in table.status.model_dump().items() if not ready)
    return f"{table.full_name} {f'without {lacking}' if lacking else 'ready'}, on {copies or 'no server'}"
