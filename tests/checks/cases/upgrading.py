"""PRE: whether the cluster can be upgraded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from checks.verdict import Outcome
from fixtures.core.evidence import thing
from fixtures.core.question import BEFORE_UPGRADE, Question
from fixtures.core.store import NoResponse
from fixtures.inventory import Inventory
from fixtures.options import Options
from tests.checks.case import SILENT, Cases, Looks, fails, passes, unknown, warns
from tests.checks.documents import SERVERS, TABLE_STATUS, drop, put
from tests.checks.facts import A, B, C, inventory, version
from tests.checks.node_facts import N1, NODES, containers, engine, helper, nodes
from tests.checks.stop_facts import running, views

GONE = NoResponse("ssh.refused", "ssh to node-1: connection refused")


def to(target: str) -> dict[str, Any]:
    return {"options": Options(question=Question(BEFORE_UPGRADE, target))}


def running_version(usual: str = "2.9.29", **own: str) -> Looks:
    return {("version", name): version(own.get(name, usual)) for name in (A, B, C)}


pre_1 = Cases("PRE-1")
pre_1("the next minor version", running_version(), passes(A, "no minor version is skipped"), **to("2.10.4"))
pre_1("the same again", running_version("2.10.4"), passes(A), **to("2.10.4"))
pre_1(
    "a minor version is skipped",
    running_version("2.8.2"),
    fails(A, "from 2.8.2 to 2.10.4 skips 2.9", reason="pre.skips-minor", seen="2.8.2", expected="2.10.4"),
    **to("2.10.4"),
)
pre_1("a downgrade", running_version(), fails(A, "2.8.5 is older", reason="pre.downgrade"), **to("2.8.5"))
pre_1("a patch back", running_version(), fails(A, "2.9.3 is older", reason="pre.downgrade"), **to("2.9.3"))
pre_1("MSR 3", running_version(), fails(A, "another product", reason="pre.other-product"), **to("3.1.0"))
pre_1(
    "two versions",
    running_version(**{C: "2.9.28"}),
    fails(A, f"and {C} runs 2.9.28", reason="pre.mixed-versions"),
    **to("2.10.4"),
)
pre_1("one does not say it", {**running_version(), ("version", B): SILENT}, unknown(A, "503"), **to("2.10.4"))

pre_2 = Cases("PRE-2")
REST = {"others": Outcome.PASS}


def with_mke(number: str | None = "3.7.5") -> Inventory:
    stated = {"version": number} if number else {}
    return nodes(mke={"url": "https://mke.example.org", **stated})


def engines(number: str = "25.0.14", **own: str) -> Looks:
    return {("engine", node): engine(node, version=own.get(node.replace("-", "_"), number)) for node in NODES}


pre_2(
    "all fit",
    engines(),
    passes("mke", "runs with MKE 3.7.5 (matrix of 2026-11-30, 0 days old)"),
    passes(N1, "runs on Docker 25.0.14"),
    inventory=with_mke(),
    **to("2.10.4"),
    **REST,
)
pre_2(
    "an engine is too old",
    engines(node_1="20.10.24"),
    fails(N1, "does not run on Docker 20.10.24", reason="pre.engine", about=(thing("node", N1),)),
    inventory=with_mke(),
    **to("2.10.4"),
    **REST,
)
pre_2(
    "an engine is too new",
    engines(node_1="30.0.0"),
    fails(N1, reason="pre.engine"),
    inventory=with_mke(),
    **to("2.10.4"),
    **REST,
)
pre_2(
    "an engine between those that are listed",
    engines(node_1="28.5.2"),
    unknown(N1, "is not listed (23, 25, 29;", reason="pre.engine-unlisted"),
    inventory=with_mke(),
    **to("2.10.4"),
    **REST,
)
pre_2(
    "an engine is not seen",
    {**engines(), ("engine", N1): GONE},
    unknown(N1, "refused"),
    inventory=with_mke(),
    **to("2.10.4"),
    **REST,
)
for number in ("3.5.9", "3.10.0"):
    pre_2(
        f"MKE {number}",
        engines(),
        fails("mke", f"does not run with MKE {number}", reason="pre.mke"),
        inventory=with_mke(number),
        **to("2.10.4"),
        **REST,
    )
pre_2(
    "nobody says which MKE runs",
    engines(),
    unknown("mke", "add mke: {url: …, version: …}", reason="pre.mke-not-stated"),
    inventory=with_mke(None),
    **to("2.10.4"),
    **REST,
)
pre_2(
    "a target that is not listed",
    engines(),
    unknown("cluster", "lists 2.10 and not 2.11.0", reason="pre.target-unlisted"),
    inventory=with_mke(),
    **to("2.11.0"),
)
pre_2(
    "no node is named",
    {},
    unknown("cluster", "add the nodes under nodes:", reason="pre.no-node"),
    unknown("mke", reason="pre.mke-not-stated"),
    inventory=inventory(),
    **to("2.10.4"),
)

pre_6 = Cases("PRE-6")
IDLE: Looks = {
    **{("containers", node): containers(node) for node in NODES},
    **views(),
    ("running_jobs", "cluster"): running(),
}
ON_NODES = {"inventory": nodes(), **to("2.10.4")}


def jobs(*rows: dict[str, Any], whole: bool = True) -> Looks:
    return {**IDLE, ("running_jobs", "cluster"): running(*rows, whole=whole)}


def with_helper(**changes: Any) -> Looks:
    phase2 = helper("dtr-phase2", timedelta(minutes=9), **changes)
    return {**IDLE, ("containers", N1): containers(N1, helpers=(phase2,))}


pre_6("nothing", IDLE, passes("cluster", "nothing is under way"), **ON_NODES)
pre_6(
    "a phase 2 runs", with_helper(), fails("node-1:dtr-phase2", "runs on node-1", reason="pre.setup-runs"), **ON_NODES
)
pre_6(
    "a phase 2 failed",
    with_helper(state="exited", exit_code=1),
    fails("node-1:dtr-phase2", "ended with code 1", reason="pre.setup-failed"),
    **ON_NODES,
)
for action in ("onlinegc", "metadatastoremigration"):
    row = {"id": "1", "action": action, "status": "running", "workerID": A}
    pre_6(f"{action} runs", jobs(row), fails(action, f"job {action} runs", reason="pre.job-runs"), **ON_NODES)
pre_6(
    "a lock is held",
    {**IDLE, **views(put(("gc_lock_holder",), B))},
    fails(f"gc:{B}", "holds the lock", reason="pre.gc-runs"),
    **ON_NODES,
)
pre_6("more jobs", jobs(whole=False), unknown("cluster", reason="pre.jobs-unseen"), **ON_NODES)
pre_6("a node is not seen", {**IDLE, ("containers", N1): GONE}, unknown("cluster", "refused"), **ON_NODES)

pre_10 = Cases("PRE-10")
# Whatever the database servers are.
ASKED: dict[str, Any] = {**to("2.11.0")}


def servers(number: str) -> Looks:
    """All three servers, with this version of RethinkDB."""
    said = f"rethinkdb {number}~0xenial (GCC 5.4.0)" if number else ""
    return views(*(put((*SERVERS, position, "process", "version"), said) for position in range(3)))


pre_10("all are there", views(), passes("cluster", "a ready copy on each of 3 replicas"), **ASKED)
pre_10(
    "one is not there",
    views(drop((*TABLE_STATUS, 0, "shards", 0, "replicas", 2))),
    fails(
        "dtr2.table_00",
        "dtr2.table_00 lacks a ready copy on a replica: an upgrade waits 600 s",
        reason="pre.copies",
        about=(thing("table", "dtr2.table_00"),),
    ),
    **ASKED,
)
pre_10(
    "one is being filled",
    views(put((*TABLE_STATUS, 0, "shards", 0, "replicas", 1, "state"), "backfilling")),
    fails("dtr2.table_00", reason="pre.copies"),
    **ASKED,
)
pre_10("a replica does not say", {**views(), ("cluster_status", B): SILENT}, unknown("cluster", "503"), **ASKED)

pre_10(
    "the line of RethinkDB that the target brings",
    servers("2.3.6"),
    passes("cluster"),
    passes("rethinkdb", "brings RethinkDB 2.3.7, of the line that runs (2.3.6)", seen="2.3.6", expected="2.3.7"),
    **to("2.10.4"),
)
for number, kind in (("2.2.6", "a newer"), ("2.4.4", "another")):
    pre_10(
        f"RethinkDB {number}",
        servers(number),
        passes("cluster"),
        warns(
            "rethinkdb",
            f"MSR 2.10.4 brings {kind} line of RethinkDB, 2.3.7, and {number} runs",
            reason="pre.rethinkdb-line",
            about=(thing("cluster"),),
        ),
        **to("2.10.4"),
    )
pre_10("servers that do not say their version", servers(""), passes("cluster"), **to("2.10.4"))

CASES = (pre_1, pre_2, pre_6, pre_10)
