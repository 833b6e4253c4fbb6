"""The database behind the cluster as cluster_status shows it (documented: "Access RethinkDB directly", "via API")."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.cluster_views import Views, answered, apart, replica_by_name, server_of, things
from checks.rules.wording import many, reported_by
from checks.verdict import Verdict, failed, passed
from fixtures.core.evidence import Because, thing
from fixtures.core.look_back import begin
from fixtures.core.store import Unavailable
from fixtures.core.subjects import CLUSTER, Pair
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import DATABASES, database_host, replica_of_server, server_name
from fixtures.options import Options
from fixtures.probes.cluster_status import ClusterStatus, Readiness, Table

GUIDE = "Access RethinkDB directly, via API"
NO_SERVER_ROW = {"status.no-server-row": "the database server is listed in no replica's server_status"}
NO_TABLES = {"status.no-tables": "table_status lists no table"}


@condition(
    "STATUS-8",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="database-links",
    reasons={
        "status.server-missing": "a database server is not listed in server_status",
        "status.servers-apart": "two database servers are not connected to each other",
    },
    measured="reported",
)
def test_database_servers_are_connected(pair: Pair, every_cluster_status: Views) -> Verdict:
    """The two replicas' database servers are listed in server_status and connected to each other."""
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
        "status.address-differs": "the database server announces another address or port than its own",
        **NO_SERVER_ROW,
    },
    measured="reported",
)
def test_database_server_has_its_address(replica: Replica, every_cluster_status: Views) -> Verdict:
    """The database server announces its canonical address and ports, and its web console is off."""
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
    message = "the database server announces another address or port than its own"
    return failed("status.address-differs", message, seen=seen, expected=expected, about=about)


@condition(
    "STATUS-10",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="missing-database",
    reasons={"status.database-missing": "db_config does not list a database of the registry"},
    measured="reported",
)
def test_databases_are_there(every_cluster_status: Views) -> Sequence[Verdict]:
    """`db_config` lists the four databases of the registry."""
    names_by = {
        view.replica: {database.name for database in view.tables.db_config} for view in answered(every_cluster_status)
    }
    seen = sorted(set.union(*names_by.values()))
    verdicts = []
    for database in DATABASES:
        lacking = sorted(replica for replica, names in names_by.items() if database not in names)
        verdicts.append(
            failed(
                "status.database-missing",
                f"db_config does not list {database} {reported_by(lacking)}",
                seen=seen,
                subject=database,
                about=[thing("cluster")],
                witnesses=things("replica", lacking),
            )
            if lacking
            else passed("the database exists", seen=seen, subject=database)
        )
    return verdicts


@condition(
    "STATUS-11",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="table-not-ready",
    reasons={
        "status.table-no-reads": "a table accepts no up-to-date reads",
        "status.table-no-writes": "a table accepts reads, and no writes",
        "status.table-copy-not-ready": "a table accepts reads and writes, and not all its copies are ready",
        "status.table-config-differs": Reason(
            "every copy of a table is ready, and table_config names other servers", remedy="table-config"
        ),
        "status.table-unsettled": Reason(
            "every copy of a table is ready, and the table is not reported as such", remedy="table-config"
        ),
        **NO_TABLES,
    },
    measured="reported",
)
def test_tables_are_ready(every_cluster_status: Views) -> Sequence[Verdict]:
    """Every table is ready for reads and writes, and all its replicas are ready."""
    views = answered(every_cluster_status)
    tables = _tables(views)
    if not tables:
        message = "table_status lists no table"
        about, witnesses = [thing("cluster")], things("replica", [view.replica for view in views])
        expected = "the tables of the registry"
        return [failed("status.no-tables", message, seen=[], expected=expected, about=about, witnesses=witnesses)]
    return [_ready(name, rows, views) for name, rows in tables]


@condition(
    "STATUS-12",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="table-copies",
    reasons={
        "status.table-no-shard": "no shard of a table is available",
        "status.table-no-primary": "a shard of a table has no primary",
        "status.table-copy-missing": "a table has no copy on a replica's database server",
        **NO_TABLES,
    },
    measured="reported",
)
def test_tables_have_all_copies(every_cluster_status: Views, inventory: Inventory) -> Sequence[Verdict]:
    """Every shard of every table has a primary, and a copy on every replica."""
    views = answered(every_cluster_status)
    tables = _tables(views)
    if not tables:
        because = Because(CLUSTER, condition="STATUS-11")
        message = "table_status lists no table, see STATUS-11"
        raise Unavailable("status.no-tables", message, about=[thing("cluster")], because=because)
    replicas = {replica.id for replica in inventory.replicas}
    return [_copied(name, rows, replicas, views) for name, rows in tables]


@condition(
    "STATUS-15",
    severity=WARNING,
    documented=GUIDE,
    remedy="rethinkdb-versions",
    reasons={
        "status.other-rethinkdb": "the database server runs another version of RethinkDB than the others",
        "status.reconnected": "the database server reconnected recently",
        **NO_SERVER_ROW,
    },
    measured="reported",
)
def test_database_server_is_settled(replica: Replica, every_cluster_status: Views, options: Options) -> Verdict:
    """The database server runs the same version as the others, and did not reconnect recently."""
    row, about = server_of(every_cluster_status, replica.id), things("database", [replica.id])
    versions = Counter(s.process.version for v in answered(every_cluster_status) for s in v.tables.server_status)
    usual = max(versions, key=lambda version: versions[version])
    if row.process.version != usual:
        own = row.process.version or "an unknown version"
        message = f"the database server runs {own}, the others run {usual or 'an unknown version'}"
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
        message = f"the database server reconnected at {connected:%Y-%m-%d %H:%M:%S} UTC"
        return failed("status.reconnected", message, seen=str(connected), about=about, since=connected)
    return passed(usual or "no version reported", seen=row.process.version, expected=usual)


def _tables(views: Iterable[ClusterStatus]) -> list[tuple[str, list[tuple[ClusterStatus, Table]]]]:
    """Each table's name, and its row in each view."""
    rows: dict[str, list[tuple[ClusterStatus, Table]]] = {}
    for view in views:
        for table in view.tables.table_status:
            rows.setdefault(table.full_name, []).append((view, table))
    return sorted(rows.items())


def _ready(name: str, rows: list[tuple[ClusterStatus, Table]], views: Iterable[ClusterStatus]) -> Verdict:
    for view, table in rows:
        lacking = [flag for flag, ready in table.status.model_dump().items() if not ready]
        if lacking:
            away = [copy for shard in table.shards for copy in shard.replicas if copy.state != "ready"]
            states = ", ".join(f"{copy.server} is {copy.state}" for copy in away)
            message = f"the table is not {', '.join(lacking)}" + (f": {states}" if away else "")
            # A copy that waits for a primary or for others is not what they wait for.
            at_fault = [copy.server for copy in away if not copy.state.startswith("waiting_for_")]
            reason = _unready(table.status)
            if reason == "status.table-copy-not-ready" and not away:
                return _unsettled(name, table, view, message, replica_by_name(views, view))
            return failed(
                reason,
                f"{message} {reported_by([view.replica])}",
                seen=table.status.model_dump(),
                subject=name,
                about=[
                    thing("table", name),
                    *things("database", at_fault, replica_by_name(views, view)),
                ],
                witnesses=things("replica", [view.replica]),
            )
    return passed("the table is ready", subject=name)


def _unsettled(name: str, table: Table, view: ClusterStatus, message: str, known: Mapping[str, str]) -> Verdict:
    """Why a table is not ready whose copies all are: the copy that table_config and table_status do not both have."""
    has = frozenset(copy.server for shard in table.shards for copy in shard.replicas)
    wanted = view.tables.wanted(table) or has
    absent, surplus = sorted(wanted - has), sorted(has - wanted)
    parts = [f"table_config names {each}, which has no copy" for each in absent]
    parts += [f"{each} has a copy, and table_config does not name it" for each in surplus]
    why = "; ".join(parts) or "every copy is ready, so its copies are likely being changed"
    return failed(
        "status.table-config-differs" if parts else "status.table-unsettled",
        f"{message}: {why} {reported_by([view.replica])}",
        seen=sorted(has),
        expected=sorted(wanted),
        subject=name,
        about=[thing("table", name), *things("database", [*absent, *surplus], known)],
        witnesses=things("replica", [view.replica]),
    )


def _unready(status: Readiness) -> str:
    if not status.ready_for_reads:
        return "status.table-no-reads"
    return "status.table-copy-not-ready" if status.ready_for_writes else "status.table-no-writes"


def _copied(
    name: str, rows: list[tuple[ClusterStatus, Table]], replicas: set[str], views: Iterable[ClusterStatus]
) -> Verdict:
    for view, table in rows:
        of, reported = replica_by_name(views, view), reported_by([view.replica])
        itself, witnesses = thing("table", name), things("replica", [view.replica])
        if not table.shards:
            return failed(
                "status.table-no-shard",
                f"no shard of the table is available {reported}",
                seen=[],
                subject=name,
                about=[itself],
                witnesses=witnesses,
            )
        for shard in table.shards:
            holders = {of.get(copy.server) or replica_of_server(copy.server) for copy in shard.replicas}
            lacking = sorted(replicas - holders)
            if lacking:
                return failed(
                    "status.table-copy-missing",
                    f"the table has no copy on {', '.join(map(server_name, lacking))} {reported}",
                    seen=[copy.server for copy in shard.replicas],
                    expected=sorted(map(server_name, replicas)),
                    subject=name,
                    about=[itself, *things("database", lacking)],
                    witnesses=witnesses,
                )
            if not shard.primary_replicas:
                return failed(
                    "status.table-no-primary",
                    f"a shard of the table has no primary {reported}",
                    seen=[],
                    expected="one primary",
                    subject=name,
                    about=[itself],
                    witnesses=witnesses,
                )
    return passed(f"{many(len(replicas), 'copy', 'copies')} and a primary", subject=name)
