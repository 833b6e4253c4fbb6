"""PRE-9: what must not end while an upgrade is under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from checks.verdict import Outcome
from fixtures.core.evidence import thing
from fixtures.core.store import NoResponse
from fixtures.inventory import Inventory
from fixtures.probes.certificates import MkeCertificate
from tests.checks.case import SILENT, Cases, Facts, Looks, Seen, fails, passes, unknown
from tests.checks.cases.inner_certificates import client, valid
from tests.checks.cases.upgrading import to
from tests.checks.database import database
from tests.checks.facts import NOW, THREE, USERS, A, alerts, certificate, front, times
from tests.checks.node_facts import N1, NODES, engine, nodes, swarm, system

MKE = "mke.example.org"
PASS = {"others": Outcome.PASS, **to("2.10.4")}
SOON = timedelta(days=29)


def until(days: float | None = 400, **changes: Any) -> Inventory:
    """An inventory that says when the licence ends, so many days from now."""
    stated = {} if days is None else {"licence_until": f"{NOW + timedelta(days=days):%Y-%m-%d}"}
    driver = {"via": "driver", "ca": ["system"]}
    return nodes(product={"version": "2.9.29", **stated}, rethinkdb=driver, **changes)


def of_mke(left: float, whole: float = 365) -> MkeCertificate:
    return MkeCertificate(**times(), validity=valid(left, whole))


def looks(changes: Facts | None = None) -> Looks:
    """All are valid for long; the nodes' own have been renewed a month ago."""
    usual: Looks = {("web_certificate", each): certificate() for each in (*THREE, USERS)}
    usual |= {("registry_front", each): front() for each in THREE}
    usual |= {("alerts", "cluster"): alerts(), ("mke_certificate", MKE): of_mke(300)}
    for node in NODES:
        usual[("engine", node)] = engine(node)
        usual[("swarm_view", node)] = swarm(node).model_copy(update={"ca": valid(7000, 7300)})
        usual[("system", node)] = system(node, certificate=valid(60))
    usual |= {
        ("database_view", each): database(each).model_copy(update={"certificate": valid(200, 365)}) for each in THREE
    }
    usual[("database_client", "cluster")] = client(valid(200, 365))
    return usual | dict(changes or {})


def but(probe: str, subject: str, seen: Seen) -> Looks:
    return looks({(probe, subject): seen})


def ca(left: float, whole: float) -> Looks:
    return looks({("swarm_view", N1): swarm(N1).model_copy(update={"ca": valid(left, whole)})})


WITH_MKE: dict[str, Any] = {"mke": {"url": f"https://{MKE}"}}
pre_9 = Cases("PRE-9")
pre_9(
    "all are valid for long",
    looks(),
    passes(A, "valid for 200 more days"),
    passes(USERS),
    passes(MKE, "the certificate of MKE is valid for 300 more days", about=(thing("mke"),)),
    passes("swarm-ca"),
    passes(f"{N1}:swarm", "renewed by the node itself"),
    passes(f"{A}:rethinkdb"),
    passes("rethinkdb-client"),
    passes("licence", "the licence, as the inventory says, is valid for 399 more days"),
    inventory=until(**WITH_MKE),
    **PASS,
)
pre_9(
    "30 days are left",
    but("web_certificate", A, certificate(timedelta(days=30))),
    passes(A, "30 more days"),
    inventory=until(),
    **PASS,
)
pre_9(
    "29 days are left",
    but("web_certificate", A, certificate(SOON)),
    fails(
        A,
        f"the certificate at {A} is valid for 29 more days, until 2026-12-22 (30 more days are needed)",
        reason="pre.certificate-ends",
        about=(thing("certificate", A),),
    ),
    inventory=until(),
    **PASS,
)
pre_9(
    "one has expired",
    but("web_certificate", USERS, certificate(timedelta(days=-1))),
    fails(USERS, "expired on 2026-11-22", reason="pre.certificate-ends"),
    inventory=until(),
    **PASS,
)
pre_9(
    "one is not seen",
    but("web_certificate", A, SILENT),
    unknown(A, "503"),
    inventory=until(),
    **PASS,
)
pre_9(
    "that of MKE ends",
    but("mke_certificate", MKE, of_mke(5)),
    fails(MKE, "the certificate of MKE is valid for 5 more days", about=(thing("mke"),)),
    inventory=until(**WITH_MKE),
    **PASS,
)
pre_9(
    "MKE does not respond",
    but("mke_certificate", MKE, NoResponse("http.refused", "connection refused")),
    unknown(MKE, "refused"),
    inventory=until(**WITH_MKE),
    **PASS,
)
pre_9("a CA for 55 days", ca(25, 55), passes("swarm-ca", "25 more days"), inventory=until(), **PASS)
pre_9(
    "a CA of a year",
    ca(25, 365),
    fails("swarm-ca", "25 more days", reason="pre.certificate-ends", about=(thing("swarm"),)),
    inventory=until(),
    **PASS,
)
pre_9(
    "no node lists the swarm",
    looks({("swarm_view", node): SILENT for node in NODES}),
    passes("licence"),
    inventory=until(),
    **PASS,
)
pre_9(
    "that of a node ends in 18 days, and is renewed by itself",
    but("system", N1, system(N1, certificate=valid(18))),
    passes(f"{N1}:swarm", "renewed by the node itself"),
    inventory=until(),
    **PASS,
)
pre_9(
    "that of a node is overdue",
    but("system", N1, system(N1, certificate=valid(9))),
    fails(
        f"{N1}:swarm",
        "overdue for renewal: 10 % of its validity is left",
        reason="pre.certificate-not-renewed",
        about=(thing("node", N1),),
    ),
    inventory=until(),
    **PASS,
)
pre_9(
    "that of a node has expired",
    but("system", N1, system(N1, certificate=valid(-1))),
    fails(f"{N1}:swarm", "expired on", reason="pre.certificate-ends"),
    inventory=until(),
    **PASS,
)
pre_9(
    "only root may read that of a node",
    but("system", N1, system(N1, certificate=None)),
    passes("node-2:swarm"),
    inventory=until(),
    **PASS,
)
pre_9(
    "that of a database server ends",
    but("database_view", A, database(A).model_copy(update={"certificate": valid(20, 365)})),
    fails(f"{A}:rethinkdb", "20 more days", about=(thing("database", A),)),
    inventory=until(),
    **PASS,
)
pre_9(
    "that of the client ends",
    but("database_client", "cluster", client(valid(20, 365))),
    fails("rethinkdb-client", "20 more days", about=(thing("inventory", "rethinkdb"),)),
    inventory=until(),
    **PASS,
)
pre_9(
    "neither is known",
    looks({("database_view", A): database(A), ("database_client", "cluster"): client(None, named=False)}),
    passes("licence"),
    inventory=until(),
    **PASS,
)
pre_9(
    "the licence ends in 20 days",
    looks(),
    fails("licence", "until 2026-12-13", reason="pre.licence-ends", about=(thing("cluster"),)),
    inventory=until(20),
    **PASS,
)
pre_9(
    "nobody says when the licence ends",
    looks(),
    unknown(
        "licence",
        "add product: {licence_until: YEAR-MONTH-DAY}",
        reason="pre.licence-not-stated",
        about=(thing("inventory", "product.licence_until"),),
    ),
    inventory=until(None),
    **PASS,
)
pre_9(
    "an alert about the licence",
    but("alerts", "cluster", alerts({"id": "SOME", "class": "warning"}, {"id": "NO_LICENSE", "class": "alert"})),
    fails("licence", "see ALERT-1", reason="pre.licence-alert", about=(thing("alert", "NO_LICENSE"),)),
    inventory=until(),
    **PASS,
)
pre_9(
    "no licence",
    but("registry_front", A, front(402, "", "", "402 DTR doesn't have a license")),
    fails("licence", f"the registry at {A} has no licence (402)", reason="pre.no-licence"),
    inventory=until(),
    **PASS,
)
pre_9(
    "nothing but the statement",
    looks({("alerts", "cluster"): SILENT, **{("registry_front", each): SILENT for each in THREE}}),
    unknown("licence", "503"),
    inventory=until(),
    **PASS,
)

CASES = (pre_9,)
