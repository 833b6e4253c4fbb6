"""STATUS-1 to STATUS-4: what each replica answers."""

from __future__ import annotations

from checks.rules.cluster_views import things
from checks.rules.rethinkdb_issues import MEANS
from fixtures.core.evidence import Because
from fixtures.core.store import NoResponse, Unavailable
from tests.checks.case import SILENT, Cases, Facts, Inherited, fails, passes, skipped, unknown
from tests.checks.documents import ISSUES, TABLES, Edit, drop, issue, put, server, view
from tests.checks.facts import A, B, C, access, inventory, reader

status_1 = Cases("STATUS-1")
status_1("told", {("cluster_status", B): view(B)}, passes(B, "29 tables, 3 replicas"))
status_1(
    "an error answer",
    {("cluster_status", B): SILENT},
    fails(
        B, "10.0.0.12:443", "STATUS_CHECK_FAILED", reason="status.error", about=(f"replica:{B}",), measured="directly"
    ),
)
status_1(
    "the administrator is refused",
    {("cluster_status", B): NoResponse("http.forbidden", "cluster_status answered 403 with an empty body")},
    fails(B, "answered 403", reason="status.forbidden"),
)
status_1(
    "the replica is silent",
    {("cluster_status", B): Inherited(NoResponse("http.refused", "refused"))},
    unknown(B, "refused", reason="http.refused"),
)
status_1(
    "no log-in",
    {("cluster_status", B): Inherited(Unavailable("http.login-refused", "see TOKEN-0"))},
    unknown(B, "see TOKEN-0", reason="http.login-refused"),
)

status_2 = Cases("STATUS-2")
CI = inventory(accounts=reader())
status_2("refused", {("status_access", "anonymous"): access(401)}, passes("anonymous", seen=401, expected=401))
status_2("refused otherwise", {("status_access", "anonymous"): access(403)}, passes("anonymous", "403", seen=403))
status_2(
    "shown to anyone",
    {("status_access", "anonymous"): access(200)},
    fails(
        "anonymous",
        f"replica {A}",
        "to anonymous",
        seen=200,
        expected=401,
        reason="status.exposed",
        about=(f"replica:{A}",),
    ),
)
status_2(
    "an error tells nothing",
    {("status_access", "anonymous"): access(503, "503 STATUS_CHECK_FAILED: x")},
    unknown(
        "anonymous",
        f"replica {A}",
        "503 STATUS_CHECK_FAILED",
        reason="status.access-unclear",
        about=(f"replica:{A}",),
    ),
)
status_2(
    "refused to a reader",
    {("status_access", "reader:ci"): access(403)},
    passes("reader:ci", seen=403, expected=403),
    inventory=CI,
)
status_2(
    "shown to a reader",
    {("status_access", "reader:ci"): access(200)},
    fails("reader:ci", "to reader:ci", expected=403),
    inventory=CI,
)
status_2("no reader to ask as", {}, skipped("reader", "accounts: readers:"))

status_3 = Cases("STATUS-3")
ALL_TABLES = [issue(table) for table in TABLES]


def issues_of_a(*edits: Edit) -> Facts:
    return {("cluster_status", A): view(A, *edits)}


status_3("none", issues_of_a(), passes(A, "no issues", seen=[], expected=[]))
status_3("none, written as null", issues_of_a(put(ISSUES, None)), passes(A, seen=[]))
status_3(
    "one, which is not critical",
    issues_of_a(put(ISSUES, [issue("dtr2.tags")])),
    fails(
        f"{A}:table_availability",
        message=f"{issue('dtr2.tags')['description']} (not critical)",
        seen={"critical": False, "tables": ["dtr2.tags"], "servers": [server(C)]},
        expected=[],
        reason="status.table-availability",
        about=(f"database:{C}",),
        witnesses=(f"replica:{A}",),
        measured="reported",
    ),
)
status_3(
    "its text has two spaces and a line break",
    issues_of_a(put(ISSUES, [issue(description="Some replicas  are\nnot ready.  ")])),
    fails(f"{A}:table_availability", message="Some replicas are not ready. (not critical)"),
)
status_3(
    "the same of 29 tables is one verdict",
    issues_of_a(put(ISSUES, ALL_TABLES)),
    fails(
        f"{A}:table_availability",
        "29 tables: ",
        seen={"critical": False, "tables": sorted(TABLES), "servers": [server(C)]},
    ),
)
status_3(
    "one of 29 is critical, and it is the one that is quoted",
    issues_of_a(put(ISSUES, [*ALL_TABLES, issue("dtr2.blobs", critical=True, description="no primary")])),
    fails(f"{A}:table_availability", "30 tables: no primary (critical)"),
)
status_3(
    "at the top, where the guide's sample shows it",
    issues_of_a(put(("current_issues",), [issue("dtr2.tags")])),
    fails(
        f"{A}:table_availability",
        "dtr2.tags",
        seen={"critical": False, "tables": ["dtr2.tags"], "servers": [server(C)]},
    ),
)
status_3(
    "in both places, reported once",
    issues_of_a(put(ISSUES, [issue("dtr2.tags")]), put(("current_issues",), [issue("dtr2.tags")])),
    fails(f"{A}:table_availability", "Table `dtr2.tags`"),
)
status_3(
    "two types are two verdicts",
    issues_of_a(
        put(
            ISSUES,
            [
                issue("dtr2.tags"),
                issue(
                    kind="memory_error",
                    description="Some data is in swap",
                    info={"message": "swap", "servers": [server(B), server(A)]},
                ),
            ],
        )
    ),
    fails(f"{A}:table_availability", "dtr2.tags"),
    fails(
        f"{A}:memory_error",
        "Some data is in swap (not critical)",
        seen={"critical": False, "tables": [], "servers": [server(A), server(B)]},
        reason="status.memory-error",
        about=(f"database:{B}",),
        witnesses=(f"replica:{A}",),
    ),
)
status_3(
    "a name collision of a table",
    issues_of_a(
        put(ISSUES, [issue(kind="table_name_collision", critical=True, info={"name": "tags", "db": "dtr2", "ids": []})])
    ),
    fails(
        f"{A}:table_name_collision",
        "(critical)",
        seen={"critical": True, "tables": ["dtr2.tags"], "servers": []},
        reason="status.table-name-collision",
        about=("table:dtr2.tags",),
    ),
)
for kind in MEANS:
    status_3(
        f"{kind} has a reason of its own",
        issues_of_a(put(ISSUES, [issue(kind=kind, info={})])),
        fails(
            f"{A}:{kind}",
            reason=f"status.{kind.replace('_', '-')}",
            about=("cluster",),
            witnesses=(f"replica:{A}",),
        ),
    )
status_3(
    "a server tells only of itself",
    issues_of_a(put(ISSUES, [issue(kind="log_write_error", info={"servers": [server(A)]})])),
    fails(f"{A}:log_write_error", about=(f"database:{A}",), witnesses=()),
)
status_3(
    "a type that nobody knows",
    issues_of_a(put(ISSUES, [issue(kind="of_a_later_release")])),
    fails(f"{A}:of_a_later_release", reason="status.unknown-issue"),
)
status_3("no status", {("cluster_status", A): SILENT}, unknown(A, "STATUS_CHECK_FAILED"))

status_4 = Cases("STATUS-4")
WAITING = f"Unhealthy replicas: {C}; reasons: Rethink replica is currently in state: waiting_for_primary"
ISSUES_OF_C = (
    f'Rethinkdb has issues: [{{"description": "The following servers are not reachable: dtr_rethinkdb_{C}",'
    f' "info": {{"shards": [{{"replicas": [{{"server": "dtr_rethinkdb_{B}", "state": "ready"}}]}}]}}}}]'
)


def health_of_c(health: object) -> Facts:
    return {("cluster_status", A): view(A, put(("replica_health", C), health))}


status_4("OK", health_of_c("OK"), passes(f"{A}:{C}", "OK", seen="OK", expected="OK"))
status_4(
    "its text is the message",
    health_of_c(WAITING),
    fails(
        f"{A}:{C}",
        WAITING,
        seen=WAITING,
        expected="OK",
        reason="status.unhealthy",
        about=(f"replica:{C}",),
        witnesses=(f"replica:{A}",),
    ),
)
status_4(
    "it complains of another one",
    {("cluster_status", A): view(A, put(("replica_health", B), WAITING))},
    fails(
        f"{A}:{B}",
        reason="status.unhealthy-for-others",
        about=(f"replica:{C}",),
        witnesses=things("replica", [A, B]),
    ),
)
status_4(
    "RethinkDB's issues, which list the servers of all",
    {("cluster_status", A): view(A, put(("replica_health", A), ISSUES_OF_C))},
    fails(f"{A}:{A}", reason="status.unhealthy-for-others", about=(f"replica:{C}",), witnesses=(f"replica:{A}",)),
)
status_4(
    "of itself, that it is unhealthy",
    {("cluster_status", A): view(A, put(("replica_health", A), "Notary unhealthy"))},
    fails(f"{A}:{A}", reason="status.unhealthy", about=(f"replica:{A}",), witnesses=()),
)
status_4("nearly OK is not OK", health_of_c("ok"), fails(f"{A}:{C}", "ok"))
status_4(
    "the health is empty instead of OK",
    health_of_c(""),
    fails(f"{A}:{C}", "the health is empty instead of OK", seen=""),
)
status_4(
    "not known at all",
    {("cluster_status", A): view(A, drop(("replica_health", C)))},
    unknown(
        f"{A}:{C}",
        f"replica {A} does not know {C}",
        "see STATUS-6",
        reason="status.health-not-reported",
        about=(f"link:{A}>{C}",),
        because=Because(C, condition="STATUS-6"),
    ),
)
status_4("of itself", {("cluster_status", A): view(A)}, passes(f"{A}:{A}"))

CASES = [status_1, status_2, status_3, status_4]
