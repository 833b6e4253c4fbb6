"""Logs of containers and nodes that hold lines which support searches them for, and lines that look like such."""

from datetime import timedelta

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import LogLine
from lab.embedded.nodes.expected import component
from lab.embedded.nodes.state import Node
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene
MINUTE = timedelta(minutes=1)


def _write(cluster: Cluster, name: str, *lines: str, ago: timedelta = 20 * MINUTE) -> None:
    """One replica's container logged these, from that long ago on."""
    log = cluster.node(cluster.bad).of(cluster.bad.id, name).log
    log += [LogLine(ago * (1 - number / len(lines)), line, "stderr") for number, line in enumerate(lines)]


def _journal(node: Node, *lines: str, ago: timedelta = 20 * MINUTE) -> None:
    """A node's engine logged these, or its kernel, from that long ago on."""
    if node.journal is not None:
        node.journal += [LogLine(ago * (1 - number / len(lines)), line) for number, line in enumerate(lines)]


def _engine(text: str, level: str = "info") -> str:
    return f'dockerd[711]: time="2026-11-30T10:00:00.123456789Z" level={level} msg="{text}"'


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


@scene(
    "gossip-lost-for-a-minute",
    "One node was paused for a minute; the engines of the others lost it, and have it again.",
)
def gossip_lost_for_a_minute(cluster: Cluster, expect: Expectations) -> None:
    """As by a snapshot of its virtual machine."""
    lost = cluster.node(cluster.bad)
    others = [cluster.node(each) for each in cluster.replicas if each is not cluster.bad]
    for node in others:
        _journal(
            node,
            _engine("memberlist: Suspect 0a1b2c3d4e5f has failed, no acks received"),
            _engine(f"Node 0a1b2c3d4e5f/{lost.address}, left gossip cluster"),
            _engine(f"Node 0a1b2c3d4e5f/{lost.address}, added to failed nodes list"),
            _engine(f"Node 0a1b2c3d4e5f/{lost.address}, joined gossip cluster"),
        )
    expect.warn("LOG-2", *(node.name for node in others))
    expect.cause("logged-error", *(f"node:{node.name}" for node in others))


@scene("nfs-server-silent", "The kernel of one node waits for an NFS server again and again; it responds in between.")
def nfs_server_silent(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    _journal(
        node,
        "kernel: nfs: server 10.0.0.50 not responding, still trying",
        "kernel: nfs: server 10.0.0.50 OK",
        "kernel: nfs: server 10.0.0.50 not responding, still trying",
        "kernel: nfs: server 10.0.0.50 OK",
    )
    expect.warn("LOG-2", node.name)
    expect.cause("logged-error", f"node:{node.name}")


@scene("overlay-keys-differ", "One engine has other keys for the gossip than another, which is lost to it.")
def overlay_keys_differ(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    text = "memberlist: Decrypt packet failed: No installed keys could decrypt the message from=10.0.0.99:7946"
    _journal(node, *[_engine(text, "error")] * 30)
    expect.warn("LOG-2", node.name)
    expect.cause("logged-error", f"node:{node.name}")


@scene("journal-hidden", "The user of one node's shell may not read its journal.")
def journal_hidden(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.journal_hidden = True
    expect.unknown("LOG-2", node.name)
    expect.cause("engine-log-unread", f"node:{node.name}")


@scene("no-journal", "One node has no journal, and the inventory names no file that its engine logs to.", sound=True)
def no_journal(cluster: Cluster, _expect: Expectations) -> None:
    cluster.node(cluster.bad).journal = None


@scene(
    "engine-restarted",
    "One node's engine was restarted twenty minutes ago, as an update of its package does.",
    sound=True,
)
def engine_restarted(cluster: Cluster, _expect: Expectations) -> None:
    """All lines were written so by Docker 20.10 when an engine was stopped and started again."""
    gone = cluster.node(cluster.bad)
    refused = f"dial tcp {gone.address}:2377: connect: connection refused"
    for replica in [each for each in cluster.replicas if each is not cluster.bad]:
        _journal(
            cluster.node(replica),
            _engine(f"{replica.node}(0a1b2c3d4e5f): Node leave event for f5e4d3c2b1a0/{gone.address}"),
            _engine("Node f5e4d3c2b1a0 change state NodeActive --> NodeLeft"),
            _engine(f"Node f5e4d3c2b1a0/{gone.address}, left gossip cluster"),
            f'dockerd[711]: level=error msg="agent: session failed" backoff=100ms error="{refused}" module=node/agent',
            _engine(f"Node 0f1e2d3c4b5a/{gone.address}, joined gossip cluster"),
        )
    _journal(
        gone,
        _engine("memberlist: Was able to connect to 0a1b2c3d4e5f but other probes failed, network may be misconfigured",
                "warning"),
        _engine("error detaching from network dtr-ol: could not find network attachment for container", "warning"),
        'dockerd[711]: level=error msg="failed to remove node" error="rpc error: desc = dispatcher is stopped"',
    )  # fmt: skip
