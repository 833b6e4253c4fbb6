"""TLS-3: certificates of RethinkDB and of the swarm."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from fixtures.access.http.client import Untrusted
from fixtures.core.evidence import Because, thing
from fixtures.core.store import NoResponse
from fixtures.inventory import Inventory
from fixtures.probes.database_client import DatabaseClient
from fixtures.probes.validity import Validity
from tests.checks.case import Cases, Expected, Facts, Inherited, Seen, fails, passes, skipped, unknown, warns
from tests.checks.database import database, listed
from tests.checks.facts import NOW, THREE, A, inventory, times
from tests.checks.node_facts import N1, N2, N3, NODES, nodes, swarm, system, without_leader

CA, CLIENT = "swarm-ca", "rethinkdb-client"
SILENT = NoResponse("docker.not-listening", "Docker at node-1: no response")
NO_DATABASE = "add rethinkdb: {via: driver"


def valid(left: float, whole: float = 90) -> Validity:
    """A certificate with so many days left of so many."""
    end = NOW + timedelta(days=left)
    return Validity(not_before=end - timedelta(days=whole), not_after=end)


def client(certificate: Validity | None, *, named: bool = True) -> DatabaseClient:
    return DatabaseClient(**times(), named=named, certificate=certificate)


def on_nodes(ca: Validity | None = None, *older: Validity, **changes: Any) -> Facts:
    """Nodes that renewed theirs a month ago; a CA of 20 years. changes: facts of the first node."""
    root = ca or valid(7000, 7300)
    facts: dict[tuple[str, str], Any] = {
        ("swarm_view", node): swarm(node).model_copy(update={"ca": root, "older_cas": list(older)}) for node in NODES
    }
    facts |= {("system", node): system(node, certificate=valid(60)) for node in NODES}
    return facts | {(name, N1): fact for name, fact in changes.items()}


def managers(see: Callable[[str], Seen]) -> Facts:
    """All nodes, of which each sees that of the swarm."""
    return {**on_nodes(), **{("swarm_view", node): see(node) for node in NODES}}


def databases(own: Seen | None = None, file: Seen | None = None) -> Facts:
    """What the driver saw: certificates of a year, and what else of the first server and of the client's file."""
    facts: dict[tuple[str, str], Any] = {
        ("database_view", each): database(each).model_copy(update={"certificate": valid(200, 365)}) for each in THREE
    }
    facts[("database_client", "cluster")] = file or client(valid(200, 365))
    return {**facts, **({("database_view", A): own} if own else {})}


def showing(certificate: Validity | None) -> Seen:
    return database(A).model_copy(update={"certificate": certificate})


def nodes_pass(*without: str) -> list[Expected]:
    return [passes(node) for node in NODES if node not in without]


SWARM = nodes()
DRIVER = inventory(**listed(*THREE))
NO_NODES_HERE = skipped(CA, "under nodes:")
NO_DRIVER = skipped("rethinkdb", NO_DATABASE)

tls_3 = Cases("TLS-3")


def of_the_swarm(name: str, facts: Facts, *verdicts: Expected, inventory: Inventory = SWARM) -> None:
    tls_3(name, facts, *verdicts, NO_DRIVER, inventory=inventory)


of_the_swarm("all nodes, and a CA of 20 years", on_nodes(), passes(CA, "the root CA of the swarm"), *nodes_pass())
of_the_swarm(
    "the CA expires in 20 days",
    on_nodes(valid(20, 7300)),
    warns(CA, "in 20 days", expected="30 more days", reason="tls.swarm-ca-expiring", about=(thing("swarm"),)),
    *nodes_pass(),
)
of_the_swarm(
    "the CA expires in 3 days",
    on_nodes(valid(3, 7300)),
    fails(CA, "in 3 days", reason="tls.swarm-ca-expiring", witnesses=(thing("node", N1),)),
    *nodes_pass(),
)
of_the_swarm(
    "the CA expires in an hour",
    on_nodes(valid(1 / 24, 7300)),
    fails(CA, "expires within a day", reason="tls.swarm-ca-expiring"),
    *nodes_pass(),
)
of_the_swarm(
    "the CA has expired",
    on_nodes(valid(-1, 7300)),
    fails(CA, "expired on", reason="tls.swarm-ca-expired", since=NOW - timedelta(days=1)),
    *nodes_pass(),
)
OLDER = "swarm-ca-older"
of_the_swarm(
    "the CA is rotated, and both last",
    on_nodes(None, valid(40, 7300)),
    passes(CA, "the root CA of the swarm"),
    passes(OLDER, "an older root CA, which the swarm trusts besides", "expires in 40 days"),
    *nodes_pass(),
)
of_the_swarm(
    "the CA is rotated, and the older one expires",
    on_nodes(None, valid(3, 7300)),
    passes(CA),
    warns(OLDER, "expires in 3 days", reason="tls.older-swarm-ca-expiring", about=(thing("swarm"),)),
    *nodes_pass(),
)
of_the_swarm(
    "the CA was rotated twice, and both older ones have expired",
    on_nodes(None, valid(-1, 7300), valid(-2, 7300)),
    passes(CA),
    warns(OLDER, "expired on", reason="tls.older-swarm-ca-expired"),
    warns(f"{OLDER}-2", reason="tls.older-swarm-ca-expired"),
    *nodes_pass(),
)
of_the_swarm(
    "the newest CA expires, and an older one does not",
    on_nodes(valid(3, 90), valid(700, 7300)),
    fails(CA, "in 3 days", reason="tls.swarm-ca-expiring"),
    passes(OLDER),
    *nodes_pass(),
)
of_the_swarm(
    "a CA of 55 days with 25 left", on_nodes(valid(25, 55)), passes(CA, expected="18 more days"), *nodes_pass()
)
of_the_swarm(
    "a CA of 55 days with 17 left",
    on_nodes(valid(17, 55)),
    warns(CA, expected="18 more days", reason="tls.swarm-ca-expiring"),
    *nodes_pass(),
)
of_the_swarm("a CA of 55 days with 4 left", on_nodes(valid(4, 55)), fails(CA), *nodes_pass())
of_the_swarm(
    "the managers show no CA",
    managers(swarm),
    unknown(CA, "does not report the root CA", reason="tls.not-reported", about=(thing("swarm"),)),
    *nodes_pass(),
)
of_the_swarm("one manager cannot list the nodes", on_nodes(swarm_view=without_leader(N1)), passes(CA), *nodes_pass())
of_the_swarm(
    "nobody leads",
    managers(without_leader),
    unknown(CA, reason="tls.not-reported", because=Because("cluster", condition="NODE-6")),
    *nodes_pass(),
)
of_the_swarm(
    "no manager is in the inventory",
    managers(partial(swarm, manager=False)),
    skipped(CA, "none of the inventory's nodes is a manager"),
    *nodes_pass(),
)
of_the_swarm(
    "no manager responds",
    managers(lambda _node: Inherited(SILENT)),
    unknown(CA, reason="docker.not-listening"),
    *nodes_pass(),
)
of_the_swarm(
    "a node just before its renewal",
    on_nodes(system=system(N1, certificate=valid(18))),
    passes(CA),
    passes(N1, "20 % of its validity is left"),
    *nodes_pass(N1),
)
of_the_swarm(
    "a node at the limit",
    on_nodes(system=system(N1, certificate=valid(13.5))),
    passes(CA),
    passes(N1, "15 %"),
    *nodes_pass(N1),
)
of_the_swarm(
    "a node that did not renew its own",
    on_nodes(system=system(N1, certificate=valid(13.4))),
    passes(CA),
    warns(N1, "(limit 15 %)", reason="tls.node-not-renewed", expected=0.15, about=(thing("node", N1),)),
    *nodes_pass(N1),
)
of_the_swarm(
    "certificates of two hours",
    on_nodes(system=system(N1, certificate=valid(0.5 / 24, 2 / 24))),
    passes(CA),
    passes(N1, "25 %"),
    *nodes_pass(N1),
)
of_the_swarm(
    "a node's own has expired",
    on_nodes(system=system(N1, certificate=valid(-0.1))),
    passes(CA),
    fails(N1, "expired on", reason="tls.node-expired", since=NOW - timedelta(days=0.1)),
    *nodes_pass(N1),
)
of_the_swarm("only root reads it", on_nodes(system=system(N1)), passes(CA), skipped(N1, "as root"), *nodes_pass(N1))
of_the_swarm(
    "a node without response",
    on_nodes(system=NoResponse("ssh.refused", "ssh to node-1: connection refused")),
    passes(CA),
    unknown(N1, reason="ssh.refused"),
    *nodes_pass(N1),
)
of_the_swarm(
    "no shell",
    {key: fact for key, fact in on_nodes().items() if key[0] != "system"},
    passes(CA),
    *(skipped(node, "as root") for node in (N1, N2, N3)),
    inventory=nodes(way="docker"),
)


def of_the_database(name: str, facts: Facts, *verdicts: Expected) -> None:
    named = {each.subject for each in verdicts}
    rest = [passes(each) for each in (*THREE, CLIENT) if each not in named]
    tls_3(name, facts, NO_NODES_HERE, *verdicts, *rest, inventory=DRIVER)


of_the_database("all servers and the client", databases())
of_the_database(
    "a server's in 29 days",
    databases(showing(valid(29, 365))),
    warns(A, "in 29 days", reason="tls.database-expiring", about=(thing("database", A),), expected="30 more days"),
)
of_the_database(
    "a server's in 6 days", databases(showing(valid(6, 365))), fails(A, "in 6 days", reason="tls.database-expiring")
)
of_the_database(
    "a server's has expired, and is not verified",
    databases(showing(valid(-2, 365))),
    fails(A, "expired on", reason="tls.database-expired"),
)
of_the_database(
    "a server's has expired, so that nothing was sent",
    databases(Untrusted("rethinkdb.certificate-dates", f"{A}: not trusted (certificate has expired)")),
    fails(A, "certificate has expired", reason="tls.database-expired", about=(thing("database", A),)),
)
of_the_database(
    "a server of another CA",
    databases(Untrusted("rethinkdb.untrusted", f"{A}: the certificate is not trusted")),
    unknown(A, reason="rethinkdb.untrusted"),
)
of_the_database("facts of before", databases(showing(None)), unknown(A, reason="tls.not-reported"))
of_the_database(
    "the client's in 20 days",
    databases(file=client(valid(20, 365))),
    warns(CLIENT, "in 20 days", reason="tls.client-expiring", about=(thing("inventory", "rethinkdb"),)),
)
of_the_database(
    "the client's has expired", databases(file=client(valid(-1, 365))), fails(CLIENT, reason="tls.client-expired")
)
of_the_database("no client", databases(file=client(None, named=False)), skipped(CLIENT, "names no client certificate"))
of_the_database("a file that is none", databases(file=client(None)), unknown(CLIENT, reason="tls.not-reported"))
tls_3(
    "all that there is",
    {**on_nodes(), **databases()},
    *(passes(each) for each in (CA, *NODES, *THREE, CLIENT)),
    inventory=nodes(**listed(*THREE)),
)
tls_3("neither nodes nor a database", {}, NO_NODES_HERE, NO_DRIVER)

CASES = [tls_3]
