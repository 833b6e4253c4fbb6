"""Logs of containers that hold lines which support searches them for, and lines that look like such."""

from datetime import timedelta

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import LogLine
from lab.embedded.nodes.expected import component
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene
MINUTE = timedelta(minutes=1)


def _write(cluster: Cluster, name: str, *lines: str, ago: timedelta = 20 * MINUTE) -> None:
    """One replica's container logged these, from that long ago on."""
    log = cluster.node(cluster.bad).of(cluster.bad.id, name).log
    log += [LogLine(ago * (1 - number / len(lines)), line, "stderr") for number, line in enumerate(lines)]


def _thing(cluster: Cluster, name: str) -> str:
    return f"container:{name}-{cluster.bad.id}"


@scene("storage-handle-stale", "One replica's registry logs a stale file handle whenever it reads an image.")
def storage_handle_stale(cluster: Cluster, expect: Expectations) -> None:
    """As after a restart of the NFS server; its health endpoint is green."""
    line = (
        '{"err.code":"unknown","err.detail":"filesystem: stat /storage/docker/registry/v2/blobs/sha256/3a/3a7d/data: '
        'stale file handle","http.request.method":"GET","level":"error","msg":"response completed with error"}'
    )
    _write(cluster, "registry", *[line] * 12)
    expect.warn("LOG-1", component(cluster.bad, "registry"))
    expect.cause("logged-error", _thing(cluster, "registry"))


@scene("writes-refused-in-logs", "Logs report that the database refused writes twenty minutes ago; all is well now.")
def writes_refused_in_logs(cluster: Cluster, expect: Expectations) -> None:
    _write(
        cluster,
        "api",
        '{"level":"error","msg":"unable to create event in database: rethinkdb: Cannot perform write: lost contact '
        'with primary replica"}',
    )
    _write(cluster, "jobrunner", '{"level":"error","msg":"failed to re-resolve dtr-rethinkdb-0a1b2c3d4e5f.dtr-ol"}')
    expect.warn("LOG-1", component(cluster.bad, "api"), component(cluster.bad, "jobrunner"))
    expect.cause("logged-error", _thing(cluster, "jobrunner"))
    expect.cause("logged-error", _thing(cluster, "api"))


@scene("port-scan-of-a-database", "Something that is no server connects to one database's port.")
def port_scan_of_a_database(cluster: Cluster, expect: Expectations) -> None:
    _write(cluster, "rethinkdb", "Received invalid clustering header from 10.1.0.77:40522, closing connection.")
    expect.warn("LOG-1", component(cluster.bad, "rethinkdb"))
    expect.cause("logged-error", _thing(cluster, "rethinkdb"))


@scene("log-floods", "One replica's api logs more than is read back.")
def log_floods(cluster: Cluster, expect: Expectations) -> None:
    _write(cluster, "api", *['{"level":"debug","msg":"polling"}'] * 60_000)
    expect.unknown("LOG-1", component(cluster.bad, "api"))
    expect.cause("log-unread", _thing(cluster, "api"))


@scene("air-gapped-logs", "Webhooks and updates that no air-gapped site reaches fill the logs; the inventory says so.",
       sound=True)  # fmt: skip
def air_gapped_logs(cluster: Cluster, _expect: Expectations) -> None:
    cluster.inventory["logs"] = {"ignore_hosts": ["dss-cve-updates.example.org", "*.hooks.example.org"]}
    _write(
        cluster,
        "jobrunner",
        '{"level":"error","msg":"Get https://dss-cve-updates.example.org/: dial tcp: lookup '
        'dss-cve-updates.example.org on 10.0.0.2:53: no such host"}',
        '{"level":"error","msg":"Post \\"https://ci.hooks.example.org/msr\\": x509: certificate signed by unknown '
        'authority"}',
    )


@scene("words-of-clients-in-logs", "Clients ask for, and call themselves, what would be an error of the registry.",
       sound=True)  # fmt: skip
def words_of_clients_in_logs(cluster: Cluster, _expect: Expectations) -> None:
    _write(cluster, "nginx", '10.0.0.9 - - "GET /?q=no space left on device HTTP/1.1" 404 0 "-" "AccessDenied"')
    _write(
        cluster,
        "registry",
        '{"http.request.useragent":"cannot allocate memory","level":"info","msg":"response completed"}',
    )


@scene("old-errors-in-logs", "The logs hold errors of a week ago.", sound=True)
def old_errors_in_logs(cluster: Cluster, _expect: Expectations) -> None:
    _write(cluster, "registry", "write /storage/x: no space left on device", ago=timedelta(days=5))
