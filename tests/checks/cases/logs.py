"""LOG: known errors in the logs of containers and of engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from checks.verdict import Outcome
from fixtures.core.evidence import thing
from fixtures.core.store import NoResponse, NotConfigured
from fixtures.options import Options
from fixtures.probes.logs.container_logs import ContainerLog, ContainerLogs, KnownLine
from fixtures.probes.logs.signatures import engine_signatures, signatures
from tests.checks.case import Cases, Looks, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import A, ago, times
from tests.checks.node_facts import N1, NODES, container_logs, containers, engine_log, log, nodes
from tests.checks.node_facts import known_line as line

THREE_NODES = nodes()
API = f"{A}:api"
NO_SHELL = NoResponse("shell.timeout", "ssh to node-1: the script did not finish within 35 s", timed_out=True)


def wrote(*logs: ContainerLog, since: timedelta = timedelta(hours=1)) -> Looks:
    """The first node's containers logged this, and those that are left out nothing."""
    facts: Looks = {("containers", node): containers(node) for node in NODES}
    return facts | {("container_logs", N1): container_logs(N1, *logs, since=since)}


log_1 = Cases("LOG-1")
REST = {"inventory": THREE_NODES, "others": Outcome.PASS}

log_1("nothing", wrote(log()), passes(API, "no known error in 1200 lines since 2026-11-23 13:00 UTC"), **REST)
log_1(
    "a known line",
    wrote(log("registry", line("storage-stale", 12))),
    warns(
        f"{A}:registry",
        "mounted with a stale handle (12 lines) since 2026-11-23 13:00 UTC: the text of storage-stale",
        reason="log.storage-stale",
        seen={"storage-stale": 12},
        about=(thing("container", f"registry-{A}"),),
        measured="reported",
        since=ago(minutes=30),
    ),
    **REST,
)
for each in signatures():
    name = each.components[0] if each.components else "api"
    log_1(each.id, wrote(log(name, line(each.id))), warns(f"{A}:{name}", each.means, reason=each.reason), **REST)
log_1(
    "the gravest is the reason, and the others are told",
    wrote(log("api", line("fatal"), line("host-unresolved", 3, "hooks.example.org"), line("disk-full"))),
    warns(
        API,
        "no space is left on a device (1 line); a host name does not resolve (hooks.example.org, 3 lines)",
        reason="log.disk-full",
        seen={"disk-full": 1, "host-unresolved hooks.example.org": 3, "fatal": 1},
    ),
    **REST,
)
log_1(
    "hosts that are ignored",
    wrote(log("api", line("host-unresolved", 3, "ci.hooks.example.org"), line("certificate-untrusted", 1, "mirror"))),
    passes(API, "no known error"),
    inventory=nodes(logs={"ignore_hosts": ["*.hooks.example.org", "MIRROR"]}),
    others=Outcome.PASS,
)
log_1(
    "a line that names no host is ignored for none",
    wrote(log("api", line("disk-full"), line("certificate-expired", 2))),
    warns(API, reason="log.disk-full", seen={"disk-full": 1, "certificate-expired": 2}),
    inventory=nodes(logs={"ignore_hosts": ["*"]}),
    others=Outcome.PASS,
)
log_1("before the time that is looked at", wrote(log("api", line("disk-full", last=ago(hours=2)))), passes(API), **REST)
log_1(
    "in the time asked for",
    wrote(log("api", line("disk-full", last=ago(hours=2))), since=timedelta(hours=6)),
    warns(API, reason="log.disk-full"),
    options=Options(since=timedelta(hours=6)),
    **REST,
)
log_1(
    "a signature of another release, in saved facts", wrote(log("api", line("what-nobody-knows"))), passes(API), **REST
)
log_1(
    "not read back far enough",
    wrote(log("api", whole=False, oldest=ago(minutes=10))),
    unknown(
        API,
        "no known error in 1200 lines of dtr-api-",
        "from 2026-11-23 13:00 UTC on was not all read",
        reason="log.not-read-back",
        about=(thing("container", f"api-{A}"),),
    ),
    **REST,
)
log_1("read back far enough", wrote(log("api", whole=False, oldest=ago(hours=3))), passes(API), **REST)
log_1(
    "found, though not read back far enough",
    wrote(log("api", line("disk-full"), whole=False, oldest=ago(minutes=10))),
    warns(API, reason="log.disk-full"),
    **REST,
)
log_1(
    "cannot be read",
    wrote(log("api", failure="Error response from daemon: configured logging driver does not support reading")),
    unknown(API, "the log of dtr-api-", "does not support reading", reason="log.not-read"),
    **REST,
)
log_1(
    "its node does not answer",
    {**wrote(), ("container_logs", N1): NO_SHELL},
    unknown(A, "did not finish within 35 s", reason="shell.timeout"),
    inventory=THREE_NODES,
)
log_1(
    "none of its containers runs",
    {**wrote(), ("container_logs", N1): ContainerLogs(**times(), node=N1, since=ago(hours=1), logs=[])},
    not_applicable(A, "no container of the replica runs on node-1, see CTR-1"),
    inventory=THREE_NODES,
)

log_2 = Cases("LOG-2")
NODE, OF_THREE = (thing("node", N1),), {"inventory": THREE_NODES}


def logged(*known: KnownLine, **changes: Any) -> Looks:
    """The first node's engine logged this, and those of the others nothing."""
    facts: Looks = {("engine_log", node): engine_log(node) for node in NODES}
    return facts | {("engine_log", N1): engine_log(N1, *known, **changes)}


log_2(
    "nothing",
    logged(),
    passes(N1, "no known error in 800 lines of the journal of node-1 since 2026-11-23"),
    **OF_THREE,
)
log_2(
    "a known line",
    logged(line("gossip-failed", 3)),
    warns(
        N1,
        "other nodes disappeared from the gossip without having left (3 lines) since 2026-11-23 13:00 UTC: the text of",
        reason="log.gossip-failed",
        seen={"gossip-failed": 3},
        about=NODE,
        measured="reported",
        since=ago(minutes=30),
    ),
    **OF_THREE,
)
for each in engine_signatures():
    log_2(each.id, logged(line(each.id, each.at_least)), warns(N1, each.means, reason=each.reason), **OF_THREE)
log_2(
    "the gravest is the reason",
    logged(line("gossip-sync", 4), line("disk-errors")),
    warns(N1, "a disk or its file system has errors (1 line); the gossip", reason="log.disk-errors",
          seen={"disk-errors": 1, "gossip-sync": 4}),
    **OF_THREE,
)  # fmt: skip
log_2("fewer lines than a restart leaves", logged(line("gossip-udp", 19)), passes(N1), **OF_THREE)
log_2(
    "a server that is ignored",
    logged(line("nfs-silent", 3, "10.0.0.50")),
    passes(N1),
    inventory=nodes(logs={"ignore_hosts": ["10.0.0.*"]}),
)
log_2(
    "before the time that is looked at",
    logged(line("disk-errors", last=ago(hours=2))),
    passes(N1),
    **OF_THREE,
)
log_2(
    "in the time asked for",
    logged(line("disk-errors", last=ago(hours=2)), since=timedelta(hours=6)),
    warns(N1, reason="log.disk-errors"),
    options=Options(since=timedelta(hours=6)),
    **OF_THREE,
)
log_2(
    "cannot be read",
    logged(lines=0, whole=False, failure="sudo: a password is required"),
    unknown(N1, "the journal of node-1 cannot be read: sudo: a password", reason="log.engine-not-read", about=NODE),
    **OF_THREE,
)
log_2(
    "not read back far enough",
    logged(whole=False, oldest=ago(minutes=10), source="/var/log/docker.log"),
    unknown(
        N1,
        "no known error in 800 lines of /var/log/docker.log of node-1, which were not all read from 2026-11-23 13:00",
        reason="log.engine-not-read-back",
    ),
    **OF_THREE,
)
log_2("read back far enough", logged(whole=False, oldest=ago(hours=3)), passes(N1), **OF_THREE)
log_2(
    "found, though not read back far enough",
    logged(line("disk-errors"), whole=False, oldest=None),
    warns(N1, reason="log.disk-errors"),
    **OF_THREE,
)
log_2(
    "no journal",
    logged() | {("engine_log", N1): NotConfigured("node-1 has no journal that can be searched: add log: PATH")},
    skipped(N1, "add log: PATH"),
    **OF_THREE,
)
log_2(
    "its node does not answer",
    logged() | {("engine_log", N1): NO_SHELL},
    unknown(N1, "did not finish within 35 s", reason="shell.timeout"),
    **OF_THREE,
)

CASES = [log_1, log_2]
