"""PING, IDENT and NGINX."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from fixtures.access.http.client import Untrusted
from fixtures.core.evidence import Because
from fixtures.core.store import NoResponse, Unavailable
from tests.checks.case import Cases, Facts, Inherited, Seen, fails, passes, unknown, warns
from tests.checks.facts import NOW, USERS, A, B, C, identity, inventory, nginx, no_nginx, ping, ping_answer

REFUSED = NoResponse("http.refused", "/_ping at f2277ad178f7 (10.0.0.11:443): connection refused")
UNTRUSTED = Untrusted("http.untrusted", "its certificate is not trusted, see TLS-1")

ping_1 = Cases("PING-1")
ping_1("healthy each time", {("ping", A): ping()}, passes(A, "(3 of 3 responses)", seen=200, expected=200))
ping_1("healthy, asked once", {("ping", A): ping(ping_answer())}, passes(A, "(1 of 1 response)"))
ping_1(
    "unhealthy, with the reason",
    {("ping", A): ping(*[ping_answer(503, False, "Failed to connect to container at dtr-registry")] * 3)},
    fails(
        A,
        message="Failed to connect to container at dtr-registry",
        seen=503,
        expected="200, Healthy: true",
        reason="ping.container-unreachable",
        about=(f"container:registry-{A}",),
        measured="directly",
    ),
)


LIMITED = ping_answer(429, None, "")
ping_1(
    "a filter in front of it limits the requests",
    {("ping", A): ping(*[LIMITED] * 3)},
    unknown(A, "/_ping returns 429: a filter or balancer limits the requests", reason="http.too-many-requests"),
)
ping_1(
    "two of three were limited", {("ping", A): ping(LIMITED, ping_answer(), LIMITED)}, passes(A, "(1 of 1 response)")
)
ping_1(
    "unhealthy beside limited ones",
    {("ping", A): ping(LIMITED, ping_answer(503, False, "Failed to connect to container at dtr-registry"))},
    fails(A, message="Failed to connect to container at dtr-registry", reason="ping.container-unreachable"),
)


def complains(error: str) -> Facts:
    return {("ping", A): ping(ping_answer(503, False, error))}


ping_1(
    "its own database",
    complains(f"Failed to connect to container at dtr-rethinkdb-{A}.dtr-ol:28015: dial tcp: connection refused"),
    fails(A, reason="ping.container-unreachable", about=(f"container:rethinkdb-{A}", f"database:{A}"), witnesses=()),
)
ping_1(
    "a container of another one",
    complains(f"Failed to connect to container at dtr-notary-signer-{B}:7899: dial tcp: connection refused"),
    fails(
        A,
        reason="ping.container-unreachable",
        about=(f"container:notary-signer-{B}",),
        witnesses=(f"replica:{A}",),
        measured="reported",
    ),
)
ping_1(
    "the database of another one",
    complains(
        'Rethinkdb has issues: [{"type": "table_availability", "description": "Table `blobs` is available for all'
        f' operations, but some replicas are not ready. The following servers are not reachable: dtr_rethinkdb_{C}",'
        f' "info": {{"shards": [{{"replicas": [{{"server": "dtr_rethinkdb_{B}", "state": "ready"}}]}}]}}}}]'
    ),
    fails(
        A,
        reason="ping.other-database",
        about=(f"database:{C}",),
        witnesses=(f"replica:{A}",),
        measured="reported",
    ),
)
ping_1(
    "issues of RethinkDB that name nobody else",
    complains(f'Rethinkdb has issues: [{{"type": "memory_error", "info": {{"servers": ["dtr_rethinkdb_{A}"]}}}}]'),
    fails(A, reason="ping.database-issues", about=(f"replica:{A}",), witnesses=()),
)
ping_1(
    "unhealthy once of three times",
    {("ping", A): ping(ping_answer(), ping_answer(503, False, "Notary unhealthy"), ping_answer())},
    fails(A, "Notary unhealthy (1 of 3 responses)", seen=503, reason="ping.unhealthy", about=(f"replica:{A}",)),
)
ping_1(
    "200 with Healthy: false and no reason",
    {("ping", A): ping(ping_answer(200, False))},
    fails(A, "200", "Healthy: false", seen=200),
)
ping_1(
    "503 with Healthy: true contradicts itself",
    {("ping", A): ping(ping_answer(503, True))},
    fails(A, "503", seen=503, reason="ping.contradiction"),
)
ping_1(
    "500 with an HTML body",
    {("ping", A): ping(ping_answer(500, None, "500 with an HTML page"))},
    fails(A, "/_ping returns 500 with an HTML page", seen=500, reason="ping.server-error"),
)
ping_1(
    "a page of somebody else",
    {("ping", A): ping(ping_answer(404, None, "404 with an HTML page"))},
    fails(A, seen=404, reason="ping.other-status"),
)
ping_1(
    "200 with an HTML body",
    {("ping", A): ping(ping_answer(200, None, "200 with an HTML page"))},
    fails(A, seen=200, reason="ping.undocumented"),
)
ping_1("silent", {("ping", A): REFUSED}, fails(A, "10.0.0.11:443", "connection refused", reason="ping.refused"))
ping_1("no TLS", {("ping", A): NoResponse("http.not-tls", "no TLS is spoken there")}, fails(A, reason="ping.not-tls"))
ping_1(
    "no such name",
    {("ping", A): NoResponse("http.unresolved", "the host name does not resolve")},
    fails(A, reason="ping.unresolved"),
)
ping_1("not asked for its certificate", {("ping", A): UNTRUSTED}, unknown(A, "see TLS-1", reason="http.untrusted"))


def visits(*seen: Seen) -> Facts:
    return {("users_ping", f"visit-{number}"): each for number, each in enumerate(seen, 1)}


def visit(replica_id: str | None) -> Seen:
    return ping_answer(replica_id=replica_id)


ROUND = [visit(name) for name in (A, B, C, A, B, C)]
ping_2 = Cases("PING-2")
ping_2("reaches each replica in turn", visits(*ROUND), passes(USERS, "6 of 6", seen=Counter({A: 2, B: 2, C: 2})))
ping_2("replicas that do not name themselves", visits(*[visit(None)] * 6), passes(USERS, seen={"unnamed": 6}))
ping_2(
    "one bad member of the pool",
    visits(ping_answer(503, False, "Rethinkdb has issues", replica_id=B), *ROUND[1:]),
    fails(
        USERS,
        f"1 of 6 new connections to {USERS}",
        "Rethinkdb has issues",
        f"replica {B}",
        reason="ping.database-issues",
        about=("balancer", f"replica:{B}"),
        witnesses=(),
    ),
)
ping_2(
    "one complains of another's container",
    visits(ping_answer(503, False, f"Failed to connect to container at dtr-garant-{C}:80", replica_id=B), *ROUND[1:]),
    fails(
        USERS,
        reason="ping.container-unreachable",
        about=("balancer", f"container:garant-{C}"),
        witnesses=(f"replica:{B}",),
        measured="reported",
    ),
)
ping_2(
    "one complains of another's database",
    visits(ping_answer(503, False, f"Rethinkdb has issues: dtr_rethinkdb_{C}", replica_id=B), *ROUND[1:]),
    fails(USERS, reason="ping.other-database", about=("balancer", f"database:{C}"), witnesses=(f"replica:{B}",)),
)
for name, bad, reason in (
    ("unhealthy", ping_answer(503, False, "Notary unhealthy", replica_id=B), "ping.unhealthy"),
    ("contradicts itself", ping_answer(503, True, replica_id=B), "ping.contradiction"),
    ("answers with a page", ping_answer(200, None, "200 with an HTML page", replica_id=B), "ping.undocumented"),
):
    ping_2(f"one {name}", visits(bad, *ROUND[1:]), fails(USERS, reason=reason, about=("balancer", f"replica:{B}")))
ping_2(
    "somebody else answers",
    visits(*[ping_answer(404, None, "404 with an HTML page", replica_id="who")] * 6),
    fails(USERS, "(from replica who)", reason="ping.other-status", about=("balancer",), witnesses=()),
)
ping_2(
    "the balancer answers itself",
    visits(*[ping_answer(502, None, "502 with an HTML page", replica_id=None)] * 6),
    fails(USERS, "6 of 6", "/_ping returns 502 with an HTML page", reason="ping.server-error", about=("balancer",)),
)
ping_2(
    "one connection is refused",
    visits(NoResponse("http.refused", f"/_ping at {USERS}:443: connection refused"), *ROUND[1:]),
    fails(
        USERS,
        "1 of 6",
        "connection refused",
        seen={A: 1, B: 2, C: 2},
        reason="ping.refused",
        about=("balancer",),
    ),
)
ping_2(
    "silent",
    visits(*[NoResponse("http.timeout", "no answer")] * 6),
    fails(USERS, "6 of 6", "no answer", seen={}, reason="ping.timeout"),
)
ping_2("one shows an untrusted certificate", visits(UNTRUSTED, *ROUND[1:]), unknown(USERS, "see TLS-1"))
TIME_LIMIT = Unavailable("run.time-limit", "the time limit")
ping_2("not looked at to the end", visits(TIME_LIMIT, *ROUND[1:]), unknown(USERS, "limit", reason="run.time-limit"))
ping_2(
    "a single replica is visited four times",
    visits(*[visit(A)] * 4),
    passes(USERS, "4 of 4", seen={A: 4}),
    inventory=inventory(1),
)

ping_3 = Cases("PING-3")


def took(*seconds: float) -> Facts:
    return {("ping", A): ping(*(ping_answer(seconds=each) for each in seconds))}


ping_3("at the limit", took(2.0, 2.0, 2.0), passes(A, "responds in 2 s (median of 3; limit 2 s)", seen=2.0, expected=2))
ping_3("over the limit", took(2.001, 2.001, 2.001), warns(A, "2.001 s", seen=2.001, expected=2, reason="ping.slow"))
ping_3("one slow answer of three", took(0.02, 30.0, 0.03), passes(A, seen=0.03))
ping_3(
    "two slow answers of three",
    took(0.02, 2.5, 9.0),
    warns(A, "2.5 s", "/_ping responds in 2.5 s (median of 3; limit 2 s)", seen=2.5),
)
ping_3("slow, but sound: it owns no silence", {("ping", A): REFUSED}, unknown(A, "refused", reason="http.refused"))
ping_3("by the inventory's limit", took(0.6), warns(A, expected=0.5), inventory=inventory(limits={"ping_seconds": 0.5}))

ident_1 = Cases("IDENT-1")
ident_1("says so itself", {("identity", A): identity(A)}, passes(A, "X-Replica-ID", seen=A, expected=A))
ident_1("says so in its settings", {("identity", A): identity(A, "the settings")}, passes(A, "the settings"))
ident_1(
    "another one answers",
    {("identity", A): identity(B)},
    fails(
        A,
        f"replica {B} responds at 10.0.0.11:443",
        "X-Replica-ID",
        seen=B,
        expected=A,
        reason="ident.another-replica",
        about=(f"replica:{A}",),
        witnesses=(f"replica:{B}",),
    ),
)
ident_1(
    "nothing tells who it is",
    {("identity", A): identity(None)},
    unknown(
        A, "10.0.0.11:443", "gives no replica ID in X-Replica-ID", reason="ident.not-named", about=(f"replica:{A}",)
    ),
)
ident_1("silent", {("identity", A): Inherited(REFUSED)}, unknown(A, "connection refused"))

nginx_1 = Cases("NGINX-1")
nginx_1("stub_status", {("nginx_status", A): nginx(active=7)}, passes(A, "7 active", seen="stub_status"))
nginx_1("nobody is connected", {("nginx_status", A): nginx(active=0)}, passes(A, "0 active"))
nginx_1(
    "another page",
    {("nginx_status", A): no_nginx(200)},
    fails(A, "/nginx_status returns 200 with an HTML page", reason="nginx.another-page"),
)
nginx_1(
    "502",
    {("nginx_status", A): no_nginx(502)},
    fails(A, "502", seen=502, expected="200, stub_status", reason="nginx.other-status"),
)
nginx_1("silent", {("nginx_status", A): REFUSED}, fails(A, "connection refused", reason="nginx.refused"))
nginx_1("the replica is silent", {("nginx_status", A): Inherited(REFUSED)}, unknown(A, "connection refused"))
for status in (401, 403, 404):
    nginx_1(
        f"restricted with {status}",
        {("nginx_status", A): no_nginx(status)},
        warns(A, str(status), seen=status, reason="nginx.restricted"),
    )

nginx_2 = Cases("NGINX-2")


def between(before: tuple[int, int], after: tuple[int, int]) -> Facts:
    """Accepted and handled connections at the two looks."""
    first, later = (nginx(accepts=accepts, handled=handled) for accepts, handled in (before, after))
    return {("nginx_status", A): first, ("later_nginx_status", A): later}


nginx_2(
    "none dropped",
    between((10, 10), (17, 17)),
    passes(A, "accepted 7 connections and dropped none", seen=0, expected=0),
)
nginx_2(
    "none dropped of late, thousands long ago",
    between((90000, 10), (90007, 17)),
    passes(A, "since its start 90007 accepted, 17 handled", seen=0),
)
nginx_2("nobody came", between((10, 10), (10, 10)), passes(A, "accepted 0 connections and dropped none"))
nginx_2(
    "one dropped",
    between((10, 10), (17, 16)),
    warns(A, "dropped 1 of 7", "17 accepted, 16 handled", seen=1, expected=0, reason="nginx.dropped-connections"),
)
nginx_2(
    "the first look was taken again, after the second",
    {
        ("nginx_status", A): nginx(accepts=25, handled=23, at=NOW + timedelta(seconds=3)),
        ("later_nginx_status", A): nginx(accepts=17, handled=17, at=NOW),
    },
    warns(A, "dropped 2 of 8", seen=2),
)
nginx_2(
    "its counters began anew",
    between((9000, 9000), (4, 4)),
    unknown(A, "restarted", seen=[9000, 4], reason="nginx.restarted"),
)
SEE_NGINX_1 = Because(A, condition="NGINX-1")
nginx_2(
    "no counters at the first look",
    {("nginx_status", A): no_nginx(200), ("later_nginx_status", A): nginx()},
    unknown(A, "see NGINX-1", reason="nginx.no-counters", because=SEE_NGINX_1),
)
nginx_2(
    "no counters at the second look",
    {("nginx_status", A): nginx(), ("later_nginx_status", A): no_nginx(502)},
    unknown(A, "502", "see NGINX-1"),
)

nginx_3 = Cases("NGINX-3")
nginx_3("below the limit", {("nginx_status", A): nginx(active=999)}, passes(A, seen=999, expected="< 1000"))
nginx_3(
    "at the limit",
    {("nginx_status", A): nginx(active=1000)},
    warns(A, "1000 active", seen=1000, reason="nginx.overrun"),
)
nginx_3(
    "by the inventory's limit",
    {("nginx_status", A): nginx(active=50)},
    warns(A, expected="< 50"),
    inventory=inventory(limits={"nginx_active": 50}),
)
nginx_3(
    "no counters",
    {("nginx_status", A): no_nginx(404)},
    unknown(A, "see NGINX-1", reason="nginx.no-counters", because=SEE_NGINX_1),
)

CASES = [ping_1, ping_2, ping_3, ident_1, nginx_1, nginx_2, nginx_3]
