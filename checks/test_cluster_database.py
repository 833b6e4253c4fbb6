"""The database behind the cluster as cluster_status shows it (documented: "Access RethinkDB directly", "via API")."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.cluster_views import Views, answered, apart, begin, server_of, things
from checks.verdict import Verdict, failed, passed
from fixtures.core.evidence import Because, thing
from fixtures.core.store import Unavailable
from fixtures.core.subjects import CLUSTER, Pair
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import DATABASES, database_host, server_name
from fixtures.options import Options
from fixtures.probes.cluster_status import ClusterStatus, Readiness, Table

GUIDE = "Access RethinkDB directly, via API"
NO_SERVER_ROW = {"status.no-server-row": "its database server is in no replica's server_status"}
NO_TABLES = {"status.no-tables": "table_status names no table"}


@condition(
    "STATUS-8",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="database-links",
    reasons={
        "status.server-missing": "a database server is missing in server_status",
        "status.servers-apart": "two database servers are not connected to each other",
    },
    measured="reported",
)
def test_database_servers_are_connected(pair: Pair, every_cluster_status: Views) -> Verdict:
    """The two replicas' database servers stand in server_status and are connected to each other."""
    cut = apart(every_cluster_status, pair.first.id, pair.second.id)
    if cut:
        witnesses = things("replica", [cut.witness])
        return failed(cut.reason, cut.message, seen=False, expected=True, about=cut.about, witnesses=witnesses)
    return passed("connected to each other", seen=True, expected=True)


@condition(
    "STATUS-9",
    severity=WARNING,
    documented=GUIDE,
    remedy="database-console",
    reasons={
        "status.console-open": "RethinkDB's web console is open",
        "status.address-differs": "it announces another address or port than its own",
        **NO_SERVER_ROW,
    },
    measured="reported",
)
def test_database_server_has_its_address(replica: Replica, every_cluster_status: Views) -> Verdict:
    """The database server has its canonical address and ports, and no open console."""
    network, about = server_of(every_cluster_status, replica.id).network, things("database", [replica.id])
    if isinstance(network.http_admin_port, int):
        message = f"RethinkDB's web console is open on port {network.http_admin_port}"
        return failed(
            "status.console-open",
            message,
            seen=network.http_admin_port,
            expected="<no http admin>",
            about=about,
            severity=CRITICAL,
        )
    host = database_host(replica.id)
    seen = {
        "addresses": [f"{address.host}:{address.port}" for address in network.canonical_addresses],
        "cluster_port": network.cluster_port,
        "reql_port": network.reql_port,
    }
    expected = {"addresses": [f"{host}:29015"], "cluster_port": 29015, "reql_port": 28015}
    if seen == expected:
        return passed(f"{host}:29015", seen=seen, expected=expected)
    message = "its database server announces another address or port"
    return failed("status.address-differs", message, seen=seen, expected=expected, about=about)


@condition(
    "STATUS-10",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="missing-database",
    reasons={"status.database-missing": "db_config lacks a database of the registry"},
    measured="reported",
)
def test_databases_are_there(every_cluster_status: Views) -> Sequence[Verdict]:
    """`db_config` has the four databases of the registry."""
    told = {
        view.replica: {database.name for database in view.tables.db_config} for view in answered(every_cluster_status)
    }
    seen = sorted(set.union(*told.values()))
    verdicts = []
    for database in DATABASES:
        lacking = sorted(replica for replica, names in told.items() if database not in names)
        verdicts.append(
            failed(
                "status.database-missing",
                f"missing, as {', '.join(lacking)} see it",
                seen=seen,
                subject=database,
                about=[thing("cluster")],
                witnesses=things("replica", lacking),
            )
            if lacking
            else passed("there", seen=seen, subject=database)
        )
    return verdicts


@condition(
    "STATUS-11",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="table-not-ready",
    reasons={
        "status.table-no-reads": "a table takes no up-to-date reads",
        "status.table-no-writes": "a table takes reads, and no writes",
        "status.table-copy-not-ready": "a table takes reads and writes, and not all its copies are ready",
        **NO_TABLES,
    },
    measured="reported",
)
def test_tables_are_ready(every_cluster_status: Views) -> Sequence[Verdict]:
    """Every table is ready for reads and writes, and all its replicas are ready."""
    tables = _tables(answered(every_cluster_status))
    if not tables:
        message = "table_status names no table at all"
        about = [thing("cluster")]
        return [failed("status.no-tables", message, seen=[], expected="the tables of the registry", about=about)]
    return [_ready(name, rows) for name, rows in tables]


@condition(
    "STATUS-12",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="table-copies",
    reasons={
        "status.table-no-shard": "no shard of a table can be reached",
        "status.table-no-primary": "a shard of a table has no primary",
        "status.table-copy-missing": "a table has no copy on a replica's database server",
        **NO_TABLES,
    },
    measured="reported",
)
def test_tables_have_all_copies(every_cluster_status: Views, inventory: Inventory) -> Sequence[Verdict]:
    """Every shard of every table has a primary, and a copy on every replica."""
    tables = _tables(answered(every_cluster_status))
    if not tables:
        because = Because(CLUSTER, condition="STATUS-11")
        message = "there is no table to judge, see STATUS-11"
        raise Unavailable("status.no-tables", message, about=[thing("cluster")], because=because)
    servers = {server_name(replica.id) for replica in inventory.replicas}
    return [_copied(name, rows, servers) for name, rows in tables]


@condition(
    "STATUS-15",
    severity=WARNING,
    documented=GUIDE,
    remedy="rethinkdb-versions",
    reasons={
        "status.other-rethinkdb": "it runs another version of RethinkDB than the others",
        "status.reconnected": "its database server reconnected lately",
        **NO_SERVER_ROW,
    },
    measured="reported",
)
def test_database_server_is_settled(replica: Replica, every_cluster_status: Views, options: Options) -> Verdict:
    """The database server runs the version of the others, and did not reconnect lately."""
    row, about = server_of(every_cluster_status, replica.id), things("database", [replica.id])
    versions = Counter(s.process.version for v in answered(every_cluster_status) for s in v.tables.server_status)
    usual = max(versions, key=lambda version: versions[version])
    if row.process.version != usual:
        message = "it runs another RethinkDB than the others"
        return failed(
            "status.other-rethinkdb",
            message,
            seen=row.process.version,
            expected=usual,
            about=about,
            measured="derived",
        )
    connected, now = row.network.time_connected, max(view.now for view in answered(every_cluster_status))
    if connected and connected > begin(options.since, timedelta(minutes=10), now):
        message = f"its database server reconnected at {connected:%Y-%m-%d %H:%M:%S} UTC"
        return failed("status.reconnected", message, seen=str(connected), about=about, since=connected)
    return passed(f"{usual or 'no version told'}", seen=row.process.version, expected=usual)


def _tables(views: Iterable[ClusterStatus]) -> list[tuple[str, list[tuple[str, Table]]]]:
    """Each table's name, and its row in each view with the replica that told it."""
    rows: dict[str, list[tuple[str, Table]]] = {}
    for view in views:
        for table in view.tables.table_status:
            rows.setdefault(table.full_name, []).append((view.replica, table))
    return sorted(rows.items())


def _ready(name: str, rows: list[tuple[str, Table]]) -> Verdict:
    for replica, table in rows:
        lacking = [flag for flag, ready in table.status.model_dump().items() if not ready]
        if lacking:
            away = [copy for shard in table.shards for copy in shard.replicas if copy.state != "ready"]
            states = ", ".join(f"{copy.server} is {copy.state}" for copy in away)
            message = f"not {', '.join(lacking)}" + (f": {states}" if away else "")
            return failed(
                _unready(table.status),
                f"{message}, as replica {replica} sees it",
                seen=table.status.model_dump(),
                subject=name,
                about=[thing("table", name), *things("database", [copy.server for copy in away])],
                witnesses=things("replica", [replica]),
            )
    return passed("ready", subject=name)


def _unready(status: Readiness) -> str:
    if not status.ready_for_reads:
        return "status.table-no-reads"
    return "status.table-copy-not-ready" if status.ready_for_writes else "status.table-no-writes"


def _copied(name: str, rows: list[tuple[str, Table]], servers: set[str]) -> Verdict:
    for replica, table in rows:
        itself, witnesses = thing("table", name), things("replica", [replica])
        if not table.shards:
            return failed(
                "status.table-no-shard",
                f"no shard of it can be reached, as replica {replica} sees it",
                seen=[],
                subject=name,
                about=[itself],
                witnesses=witnesses,
            )
        for shard in table.shards:
            lacking = sorted(servers - {copy.server for copy in shard.replicas})
            if lacking:
                return failed(
                    "status.table-copy-missing",
                    f"no copy on {', '.join(lacking)}, as replica {replica} sees it",
                    seen=[copy.server for copy in shard.replicas],
                    expected=sorted(servers),
                    subject=name,
                    about=[itself, *things("database", lacking)],
                    witnesses=witnesses,
                )
            if not shard.primary_replicas:
                return failed(
                    "status.table-no-primary",
                    f"a shard has no primary, as replica {replica} sees it",
                    seen=[],
                    expected="one primary",
                    subject=name,
                    about=[itself],
                    witnesses=witnesses,
                )
    return passed(f"{len(servers)} copies and a primary", subject=name)
