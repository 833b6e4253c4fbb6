"""The database behind the cluster as cluster_status shows it (documented: "Access RethinkDB directly", "via API")."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.cluster_views import DATABASES, SERVER, Views, answered, apart, begin, server_of
from checks.verdict import Verdict, failed, passed, unknown
from fixtures.core.subjects import Pair
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.probes.cluster_status import ClusterStatus, Table

GUIDE = "Access RethinkDB directly, via API"


@condition("STATUS-8", severity=CRITICAL, documented=GUIDE, remedy="database-links")
def test_database_servers_are_connected(pair: Pair, every_cluster_status: Views) -> Verdict:
    """The two replicas' database servers stand in server_status and are connected to each other."""
    complaint = apart(every_cluster_status, pair.first.id, pair.second.id)
    if complaint:
        return failed(complaint, seen=False, expected=True)
    return passed("connected to each other", seen=True, expected=True)


@condition("STATUS-9", severity=WARNING, documented=GUIDE, remedy="database-console")
def test_database_server_has_its_address(replica: Replica, every_cluster_status: Views) -> Verdict:
    """The database server has its canonical address and ports, and no open console."""
    network = server_of(every_cluster_status, replica.id).network
    if isinstance(network.http_admin_port, int):
        message = f"RethinkDB's web console is open on port {network.http_admin_port}"
        return failed(message, seen=network.http_admin_port, expected="<no http admin>", severity=CRITICAL)
    host = f"dtr-rethinkdb-{replica.id}.dtr-ol"
    seen = {
        "addresses": [f"{address.host}:{address.port}" for address in network.canonical_addresses],
        "cluster_port": network.cluster_port,
        "reql_port": network.reql_port,
    }
    expected = {"addresses": [f"{host}:29015"], "cluster_port": 29015, "reql_port": 28015}
    if seen == expected:
        return passed(f"{host}:29015", seen=seen, expected=expected)
    return failed("its database server announces another address or port", seen=seen, expected=expected)


@condition("STATUS-10", severity=CRITICAL, documented=GUIDE, remedy="missing-database")
def test_databases_are_there(every_cluster_status: Views) -> Sequence[Verdict]:
    """`db_config` has the four databases of the registry."""
    told = {
        view.replica: {database.name for database in view.tables.db_config} for view in answered(every_cluster_status)
    }
    verdicts = []
    for database in DATABASES:
        lacking = sorted(replica for replica, names in told.items() if database not in names)
        message = f"missing, as {', '.join(lacking)} see it" if lacking else "there"
        verdict = failed if lacking else passed
        verdicts.append(verdict(message, seen=sorted(set.union(*told.values())), subject=database))
    return verdicts


@condition("STATUS-11", severity=CRITICAL, documented=GUIDE, remedy="table-not-ready")
def test_tables_are_ready(every_cluster_status: Views) -> Sequence[Verdict]:
    """Every table is ready for reads and writes, and all its replicas are ready."""
    tables = _tables(answered(every_cluster_status))
    if not tables:
        return [failed("table_status names no table at all", seen=[], expected="the tables of the registry")]
    return [_ready(name, rows) for name, rows in tables]


@condition("STATUS-12", severity=CRITICAL, documented=GUIDE, remedy="table-copies")
def test_tables_have_all_copies(every_cluster_status: Views, inventory: Inventory) -> Sequence[Verdict]:
    """Every shard of every table has a primary, and a copy on every replica."""
    tables = _tables(answered(every_cluster_status))
    if not tables:
        return [unknown("there is no table to judge, see STATUS-11")]
    servers = {SERVER + replica.id for replica in inventory.replicas}
    return [_copied(name, rows, servers) for name, rows in tables]


@condition("STATUS-15", severity=WARNING, documented=GUIDE, remedy="rethinkdb-versions")
def test_database_server_is_settled(replica: Replica, every_cluster_status: Views, options: Options) -> Verdict:
    """The database server runs the version of the others, and did not reconnect lately."""
    row = server_of(every_cluster_status, replica.id)
    versions = Counter(s.process.version for v in answered(every_cluster_status) for s in v.tables.server_status)
    usual = max(versions, key=lambda version: versions[version])
    if row.process.version != usual:
        return failed("it runs another RethinkDB than the others", seen=row.process.version, expected=usual)
    connected, now = row.network.time_connected, max(view.now for view in answered(every_cluster_status))
    if connected and connected > begin(options.since, timedelta(minutes=10), now):
        return failed(f"its database server reconnected at {connected:%Y-%m-%d %H:%M:%S} UTC", seen=str(connected))
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
            away = [f"{c.server} is {c.state}" for s in table.shards for c in s.replicas if c.state != "ready"]
            message = f"not {', '.join(lacking)}" + (f": {', '.join(away)}" if away else "")
            return failed(f"{message}, as replica {replica} sees it", seen=table.status.model_dump(), subject=name)
    return passed("ready", subject=name)


def _copied(name: str, rows: list[tuple[str, Table]], servers: set[str]) -> Verdict:
    for replica, table in rows:
        if not table.shards:
            return failed(f"no shard of it can be reached, as replica {replica} sees it", seen=[], subject=name)
        for shard in table.shards:
            lacking = sorted(servers - {copy.server for copy in shard.replicas})
            if lacking:
                message = f"no copy on {', '.join(lacking)}, as replica {replica} sees it"
                return failed(message, seen=[c.server for c in shard.replicas], expected=sorted(servers), subject=name)
            if not shard.primary_replicas:
                message = f"a shard has no primary, as replica {replica} sees it"
                return failed(message, seen=[], expected="one primary", subject=name)
    return passed(f"{len(servers)} copies and a primary", subject=name)
