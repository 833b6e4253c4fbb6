"""LOG: known errors in the logs of containers."""

from __future__ import annotations

from datetime import timedelta

from checks.verdict import Outcome
from fixtures.core.evidence import thing
from fixtures.core.store import NoResponse
from fixtures.options import Options
from fixtures.probes.logs.container_logs import ContainerLog, ContainerLogs
from fixtures.probes.logs.signatures import signatures
from tests.checks.case import Cases, Looks, not_applicable, passes, unknown, warns
from tests.checks.facts import A, ago, times
from tests.checks.node_facts import N1, NODES, container_logs, containers, log, nodes
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

CASES = [log_1]
