"""STATUS-8, STATUS-9 and STATUS-15: the database servers."""

from __future__ import annotations

from datetime import timedelta

from fixtures.core.evidence import Because
from fixtures.options import Options
from tests.checks.case import NOBODY, SILENT, Cases, Facts, fails, not_applicable, passes, unknown, views, warns
from tests.checks.documents import SERVERS, VERSION, Edit, drop, link, put, renamed, server, server_uuid, view
from tests.checks.facts import THREE, A, B, C, ago, inventory, text


def row_gone(name: str) -> Edit:
    return drop((*SERVERS, THREE.index(name)))


def network(name: str, key: str, value: object) -> Edit:
    return put((*SERVERS, THREE.index(name), "network", key), value)


status_8 = Cases("STATUS-8")
status_8("connected", views(), passes(f"{A}:{B}", "connected to each other", seen=True, expected=True))

status_8("a server renamed", views(renamed(C)), passes(f"{A}:{C}"))
status_8("a server renamed between two looks", views(**{A: view(A, renamed(C))}), passes(f"{A}:{C}"))
status_8(
    "a server renamed is missed",
    views(renamed(C), row_gone(C), **{C: SILENT}),
    fails(f"{A}:{C}", f"the database server of {A} is not connected to that of {C}"),
)
status_8(
    "a server renamed is not connected",
    views(renamed(C), put((*SERVERS, 0, "network", "connected_to", "old_server"), False)),
    fails(f"{A}:{C}", f"the database server of {A} is not connected to that of {C}", about=(f"link:{A}>{C}",)),
)
status_8(
    "one direction is down",
    views(put((*SERVERS, 0, "network", "connected_to", server(B)), False)),
    fails(
        f"{A}:{B}",
        f"the database server of {A} is not connected to that of {B}",
        f"(reported by replica {A})",
        seen=False,
        expected=True,
        reason="status.servers-apart",
        about=(f"link:{A}>{B}",),
        witnesses=(f"replica:{A}",),
        measured="reported",
    ),
)
status_8(
    "the other direction is down",
    views(put((*SERVERS, 1, "network", "connected_to", server(A)), False)),
    fails(f"{A}:{B}", f"the database server of {B} is not connected to that of {A}", about=(f"link:{B}>{A}",)),
)
status_8(
    "not listed as connected",
    views(drop((*SERVERS, 0, "network", "connected_to", server(B)))),
    fails(f"{A}:{B}", f"the database server of {A} is not connected to that of {B}"),
)
status_8(
    "a row is gone",
    views(row_gone(B), **{B: SILENT}),
    fails(
        f"{A}:{B}",
        f"the database server of {B} is not listed in server_status",
        f"(reported by replica {A})",
        reason="status.server-missing",
        about=(f"database:{B}",),
        witnesses=(f"replica:{A}",),
    ),
)
status_8("the others stay connected when a row is gone", views(row_gone(B), **{B: SILENT}), passes(f"{A}:{C}"))


def partition() -> Facts:
    """A and B have lost each other: each sees C alone, and C sees both."""
    return {
        ("cluster_status", A): view(A, row_gone(B)),
        ("cluster_status", B): view(B, row_gone(A)),
        ("cluster_status", C): view(C, link(A, B)),
    }


status_8(
    "a partial partition",
    partition(),
    fails(f"{A}:{B}", f"server of {B} is not listed in server_status", f"(reported by replica {A})"),
)
status_8("a partial partition leaves one pair whole", partition(), passes(f"{A}:{C}"))
status_8("a partial partition leaves another pair whole", partition(), passes(f"{B}:{C}"))
status_8(
    "told by a third when neither tells",
    {**views(link(A, B)), ("cluster_status", A): SILENT, ("cluster_status", B): SILENT},
    fails(f"{A}:{B}", f"(reported by replica {C})", witnesses=(f"replica:{C}",)),
)


def by_uuid(up: bool) -> Edit:
    """A's row names its peers by the ids of their rows."""
    return network("f2277ad178f7", "connected_to", {server_uuid(B): up, server_uuid(C): True})


status_8("peers given by UUID", views(by_uuid(True)), passes(f"{A}:{B}"))
status_8(
    "a lost peer given by UUID",
    views(by_uuid(False)),
    fails(f"{A}:{B}", f"the database server of {A} is not connected"),
)
status_8(
    "a UUID that only others can resolve",
    {
        **views(),
        ("cluster_status", A): view(A, network(A, "connected_to", {server_uuid(B): True, server_uuid(C): True})),
    },
    passes(f"{A}:{C}"),
)
status_8("nobody tells", NOBODY, unknown(f"{A}:{B}", "503"))
status_8("a single replica", {}, not_applicable("none", "no pairs"), inventory=inventory(1))

status_9 = Cases("STATUS-9")
HOST = f"dtr-rethinkdb-{A}.dtr-ol"
status_9("canonical", views(), passes(A, f"{HOST}:29015"))
status_9(
    "another host name",
    views(network(A, "canonical_addresses", [{"host": "10.0.0.11", "port": 29015}])),
    warns(
        A,
        "another address or port",
        seen={"addresses": ["10.0.0.11:29015"], "cluster_port": 29015, "reql_port": 28015},
        expected={"addresses": [f"{HOST}:29015"], "cluster_port": 29015, "reql_port": 28015},
        reason="status.address-differs",
        about=(f"database:{A}",),
    ),
)
status_9("another port for clients", views(network(A, "reql_port", 28016)), warns(A, "another address or port"))
status_9("another port for servers", views(network(A, "cluster_port", 29016)), warns(A, "another address or port"))
status_9("a server renamed", views(renamed(C)), passes(C, f"dtr-rethinkdb-{C}.dtr-ol:29015"))
status_9(
    "renamed, and of no address",
    views(renamed(C), network(C, "canonical_addresses", None)),
    unknown(C, "is listed in no replica's server_status"),
)
status_9("no address", views(network(A, "canonical_addresses", None)), warns(A, "another address or port"))
status_9(
    "an open console is critical",
    views(network(A, "http_admin_port", 8080)),
    fails(
        A,
        "web console is open on port 8080",
        seen=8080,
        expected="<no http admin>",
        reason="status.console-open",
        about=(f"database:{A}",),
    ),
)
status_9(
    "its own row counts, not what the others have of it",
    views(**{A: view(A, network(A, "reql_port", 28016))}),
    warns(A, "another address or port"),
)
status_9("of a row that another replica tells", views(**{A: SILENT}), passes(A))
NO_ROW = unknown(
    A,
    f"the database server of {A} is listed in no replica's server_status, see STATUS-8",
    reason="status.no-server-row",
    about=(f"database:{A}",),
    because=Because(A, probe="cluster_status"),
)
status_9("no row anywhere", views(row_gone(A)), NO_ROW)

status_15 = Cases("STATUS-15")


def process(name: str, version: str) -> Edit:
    return put((*SERVERS, THREE.index(name), "process", "version"), version)


def connected(at: object) -> Facts:
    return views(network(A, "time_connected", at))


status_15("settled", views(), passes(A, VERSION, seen=VERSION, expected=VERSION))
status_15(
    "another version",
    views(process(A, "rethinkdb 2.3.6")),
    warns(
        A,
        "the database server runs rethinkdb 2.3.6, the others run rethinkdb 2.4.4",
        seen="rethinkdb 2.3.6",
        expected=VERSION,
        reason="status.other-rethinkdb",
        about=(f"database:{A}",),
        measured="derived",
    ),
)
status_15("the others run the usual version", views(process(A, "rethinkdb 2.3.6")), passes(B, VERSION))
status_15("ten minutes ago", connected(text(ago(minutes=10))), passes(A))
status_15(
    "less than ten minutes ago",
    connected(text(ago(minutes=9, seconds=59))),
    warns(
        A,
        "reconnected at 2026-11-23 13:50:01 UTC",
        reason="status.reconnected",
        about=(f"database:{A}",),
        since=ago(minutes=9, seconds=59),
    ),
)
status_15(
    "by the clock that is ahead of the others",
    views(
        network(A, "time_connected", text(ago(minutes=30))),
        **{C: view(C, server_date=ago(hours=1))},
    ),
    passes(A),
)
status_15(
    "before the change began", connected(text(ago(minutes=5))), passes(A), options=Options(since=timedelta(minutes=4))
)
status_15(
    "after the change began",
    connected(text(ago(minutes=30))),
    warns(A, "reconnected at 2026-11-23 13:30:00"),
    options=Options(since=ago(minutes=31)),
)
status_15("before that moment", connected(text(ago(minutes=30))), passes(A), options=Options(since=ago(minutes=29)))
status_15("no time told", connected(None), passes(A))
status_15("no time, but words", connected("soon"), passes(A))
status_15("by another offset", connected("2026-11-23T14:57:00+01:00"), warns(A, "13:57:00 UTC"))
status_15("no row anywhere", views(row_gone(A)), NO_ROW)

CASES = [status_8, status_9, status_15]
