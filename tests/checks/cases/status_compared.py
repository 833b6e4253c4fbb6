"""STATUS-5 to STATUS-7, and STATUS-13: what the replicas tell of each other."""

from __future__ import annotations

from datetime import timedelta

from checks.rules.cluster_views import things
from fixtures.core.evidence import Because
from tests.checks.case import NOBODY, SILENT, Cases, Facts, fails, not_applicable, passes, unknown, views, warns
from tests.checks.documents import ISSUES, append, drop, issue, put, renamed, server, server_row, view
from tests.checks.facts import NOW, THREE, A, B, C, ago, inventory, text

GHOST = "563f02aba617"
WAITING = f"Unhealthy replicas: {C}; reasons: Rethink replica is currently in state: waiting_for_primary"

status_5 = Cases("STATUS-5")


def reported(*ages: float) -> Facts:
    """At each look the age, in seconds, of what every replica tells of A's own report."""
    rounds = [[view(name, put(("replica_timestamp", A), text(ago(seconds=age)))) for age in ages] for name in THREE]
    return {("cluster_status", name): list(observations) for name, observations in zip(THREE, rounds, strict=True)}


status_5("just now", reported(0), passes(A, "0 s old", seen=text(NOW)))
status_5("three minutes", reported(180), passes(A, "180 s old", expected="at most 3 min old"))
status_5(
    "over three minutes",
    reported(181),
    warns(
        A,
        "3.0 min old, limit 3 min",
        "3.0 min",
        seen=text(ago(seconds=181)),
        reason="status.stale-health",
        since=ago(seconds=181),
    ),
)
status_5("five minutes", reported(300), warns(A, "5.0 min"))
status_5(
    "over five minutes",
    reported(301),
    fails(
        A,
        f"the last health report, of {text(ago(seconds=301))}, is 5.0 min old, limit 3 min",
        reason="status.stale-health",
        since=ago(seconds=301),
        measured="reported",
        witnesses=(),
    ),
)
status_5("over five minutes at both looks", reported(301, 301), fails(A, "5.0 min"))
status_5("late, but advancing", reported(400, 301), warns(A, "5.0 min"))
status_5(
    "not advancing, though one replica told an older time at first",
    {
        ("cluster_status", name): [
            view(name, put(("replica_timestamp", A), text(ago(seconds=age)))) for age in (first, 301)
        ]
        for name, first in zip(THREE, (900, 301, 301), strict=True)
    },
    fails(A, "5.0 min"),
)
status_5("from a clock that is ahead", reported(-90), passes(A, "0 s old"))
status_5(
    "the freshest of what the replicas tell counts",
    views(put(("replica_timestamp", A), text(ago(days=3))), **{C: view(C)}),
    passes(A, "40 s old"),
)
status_5(
    "by the answering server's clock, not by this machine's",
    {
        ("cluster_status", name): view(
            name, put(("replica_timestamp", A), text(ago(hours=1))), server_date=NOW - timedelta(hours=1)
        )
        for name in THREE
    },
    passes(A, "0 s old"),
)
status_5(
    "without a Date header by this machine's clock",
    {
        ("cluster_status", name): view(name, put(("replica_timestamp", A), text(ago(minutes=6))), server_date=None)
        for name in THREE
    },
    fails(A, "6.0 min"),
)
status_5(
    "an error text instead of a time",
    views(put(("replica_timestamp", A), f"Failed to get timestamp of replica {A}: EOF")),
    unknown(
        A,
        f"the health report of {A} has no time",
        reason="status.report-time-not-reported",
        about=(f"replica:{A}",),
        because=Because(A, probe="cluster_status"),
    ),
)
status_5(
    "Go's zero time",
    views(put(("replica_timestamp", A), "0001-01-01T00:00:00Z")),
    unknown(
        A,
        f"the health report of {A} has no time",
        reason="status.report-time-not-reported",
        about=(f"replica:{A}",),
        because=Because(A, probe="cluster_status"),
    ),
)
status_5(
    "Go's zero time at one of them",
    views(put(("replica_timestamp", A), "0001-01-01T00:00:00Z"), **{C: view(C)}),
    passes(A, "40 s old"),
)
status_5(
    "told by the others when it is dead itself",
    views(put(("replica_timestamp", A), text(ago(minutes=20))), **{A: SILENT}),
    fails(A, "20.0 min", f"(reported by replica {B})", about=(f"replica:{A}",), witnesses=(f"replica:{B}",)),
)
status_5(
    "who tells the freshest is named",
    views(
        put(("replica_timestamp", A), text(ago(minutes=20))),
        **{C: view(C, put(("replica_timestamp", A), text(ago(minutes=6))))},
    ),
    fails(A, "6.0 min", f"(reported by replica {C})", seen=text(ago(minutes=6))),
)
status_5("nobody tells", NOBODY, unknown(A, "STATUS_CHECK_FAILED"))

status_6 = Cases("STATUS-6")
status_6("all known", views(), *(passes(name, "known to 3 of 3 replicas") for name in THREE))
status_6("nobody tells", NOBODY, *(unknown(name, "STATUS_CHECK_FAILED") for name in THREE))
status_6(
    "a ghost",
    views(put(("replica_health", GHOST), "OK")),
    *(passes(name) for name in THREE),
    fails(
        GHOST,
        "which is not in the inventory",
        f"(reported by replicas {', '.join(sorted(THREE))})",
        seen=sorted(THREE),
        reason="status.ghost-replica",
        about=(f"replica:{GHOST}",),
        witnesses=things("replica", THREE),
    ),
)
status_6(
    "a ghost that one alone knows",
    views(**{B: view(B, put(("replica_health", GHOST), "OK"))}),
    *(passes(name) for name in THREE),
    fails(GHOST, f"(reported by replica {B})", seen=[B]),
)
status_6(
    "one is missing everywhere",
    views(drop(("replica_health", C))),
    passes(A),
    passes(B),
    fails(
        C,
        f"unknown to replicas {', '.join(sorted(THREE))}",
        seen=sorted(THREE),
        expected=[],
        reason="status.replica-missing",
        about=(f"replica:{C}",),
        witnesses=things("replica", [A, B]),
    ),
)
status_6(
    "one is missing for one",
    views(**{B: view(B, drop(("replica_health", C)))}),
    passes(A),
    passes(B),
    fails(
        C,
        f"unknown to replica {B}",
        seen=[B],
        reason="status.replica-missing",
        about=(f"replica:{B}",),
        witnesses=things("replica", [A, C]),
    ),
)
status_6(
    "a database server that an interrupted join left",
    views(append(("rethink_system_tables", "server_status"), server_row(GHOST, [*THREE, GHOST]))),
    *(passes(name) for name in THREE),
    fails(
        GHOST,
        f"database server dtr_rethinkdb_{GHOST} is connected, and belongs to no replica",
        seen=sorted(THREE),
        reason="status.ghost-server",
        about=(f"database:{GHOST}",),
        witnesses=things("replica", THREE),
    ),
)
status_6(
    "a server renamed",
    views(renamed(C)),
    passes(A),
    passes(B),
    warns(
        C,
        f"the database server of {C} is named old_server",
        seen="old_server",
        expected=server(C),
        reason="status.server-renamed",
        about=(f"database:{C}",),
    ),
)
status_6(
    "a server of no name and no address of a replica",
    views(renamed(C), put(("rethink_system_tables", "server_status", 2, "network", "canonical_addresses"), None)),
    *(passes(name) for name in THREE),
    fails("old_server", "database server old_server is connected, and belongs to no replica"),
)
status_6("by those that answered", views(**{B: SILENT}), *(passes(name, "known to 2 of 2 replicas") for name in THREE))

status_7 = Cases("STATUS-7")
status_7("the same", views(), passes(f"{A}:{B}", "the same replicas, health and issues"))
status_7(
    "they know different replicas",
    views(**{B: view(B, drop(("replica_health", C)))}),
    fails(
        f"{A}:{B}",
        "different replicas",
        seen=[{"what": "replicas", A: [C], B: []}],
        expected="the same",
        reason="status.different-replicas",
        about=(f"link:{A}>{B}",),
        measured="derived",
    ),
)
status_7(
    "one calls unhealthy whom the other calls OK",
    views(**{B: view(B, put(("replica_health", C), WAITING))}),
    fails(
        f"{A}:{B}",
        "different unhealthy replicas",
        seen=[{"what": "unhealthy replicas", A: [], B: [C]}],
        reason="status.different-health",
    ),
)
status_7(
    "they give different reasons for the same",
    views(put(("replica_health", C), WAITING), **{B: view(B, put(("replica_health", C), "Notary unhealthy"))}),
    passes(f"{A}:{B}"),
)
status_7(
    "they see different issues",
    views(**{B: view(B, put(ISSUES, [issue("dtr2.tags")]))}),
    fails(
        f"{A}:{B}",
        "different issues",
        seen=[{"what": "issues", A: [], B: ["table_availability:dtr2.tags"]}],
        reason="status.different-issues",
    ),
)
status_7(
    "they see nothing alike",
    views(**{B: view(B, drop(("replica_health", C)), put(ISSUES, [issue("dtr2.tags")]))}),
    fails(f"{A}:{B}", "different replicas, issues", reason="status.different-replicas"),
)
status_7("one does not tell", views(**{B: SILENT}), unknown(f"{A}:{B}", "STATUS_CHECK_FAILED"))
status_7("those two tell", views(**{B: SILENT}), passes(f"{A}:{C}"))
status_7("a single replica", {}, not_applicable("none", "no pairs"), inventory=inventory(1))

status_13 = Cases("STATUS-13")
status_13("the replica accepts writes", views(), passes(B, "the replica accepts writes", seen=False, expected=False))
status_13(
    "read-only",
    views(put(("replica_readonly", B), True)),
    warns(
        B,
        "read-only",
        seen=True,
        expected=False,
        reason="status.read-only",
        about=(f"replica:{B}",),
        witnesses=things("replica", [A, C]),
    ),
)
status_13(
    "read-only, one says", views(**{C: view(C, put(("replica_readonly", B), True))}), warns(B, "read-only", seen=True)
)
status_13(
    "an error text instead",
    views(put(("replica_readonly", B), "Failed to get status")),
    unknown(B, "replica_readonly", seen=["Failed to get status"] * 3, reason="status.readonly-not-reported"),
)
status_13("not told", views(drop(("replica_readonly", B))), unknown(B, seen=[]))

CASES = [status_5, status_6, status_7, status_13]
