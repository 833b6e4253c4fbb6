"""Made-up runs: a healthy cluster, a dead replica, a dead database, hostile answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from reports.diagnosis.headline import first_steps
from reports.records import Because, Severity
from reports.results import CatalogueEntry, Header, Product, Replica, Result, Run, VerdictWord, Waiver

IDS = ("f2277ad178f7", "f3712d9c419a", "f58cf364e3df", "5eb9459a7832", "56b65e8c1404", "59e4e9b0a254", "563f02aba617")
TABLES = (
    *(f"dtr2.table_{number}" for number in range(21)),
    *(f"jobrunner.{name}" for name in ("action_configs", "crons", "joblogs", "jobs", "workers")),
    *("notaryserver.changefeed", "notaryserver.tuf_files", "notarysigner.private_keys"),
)
GUIDE = "https://docs.mirantis.com/msr/2.8/ops/monitor.html"

_SEVERITIES: dict[str, Severity] = {"critical": "critical", "warning": "warning"}
_CONDITIONS = """
PING-1    critical recover-replica    endpoints The replica says itself that it is healthy.
PING-2    critical check-the-balancer endpoints Users reach a healthy replica through the load balancer.
PING-3    warning  slow-replica       endpoints The replica answers within two seconds.
IDENT-1   critical check-addresses    endpoints The replica that answers is the one that the inventory names.
NGINX-1   critical read-the-logs      endpoints The front end reports its connections.
NGINX-2   warning  nginx-busy         endpoints No connection was dropped between two looks.
NGINX-3   warning  nginx-busy         endpoints The number of active connections is below the limit.
STATUS-1  critical read-the-logs      status    The cluster status answers an administrator.
STATUS-2  critical restrict-status    status    The cluster status requires administrator credentials.
STATUS-3  critical rethinkdb-issues   status    The database reports no issues.
STATUS-4  critical recover-replica    status    Every replica's health is OK.
STATUS-5  critical stale-health       status    The replica's own health report is fresh.
STATUS-6  critical ghost-replica      status    The replicas of the cluster are those of the inventory.
STATUS-7  critical split-view         status    Two replicas report the same state.
STATUS-8  critical database-links     api       The database servers are connected to each other.
STATUS-9  warning  database-console   api       The database server has its canonical address and no console.
STATUS-10 critical missing-database   api       The four databases exist.
STATUS-11 critical table-not-ready    api       The table is ready on all replicas.
STATUS-12 critical table-copies       api       The table has a primary and a copy on every replica.
STATUS-13 warning  read-only          status    The replica is not read-only.
STATUS-14 warning  restore-redundancy status    The cluster tolerates the failures that are expected of it.
STATUS-15 warning  rethinkdb-versions api       Every database server runs the same version.
STATUS-16 warning  gc-lock            status    The garbage collection's lock is free or held by a replica.
ALERT-1   critical alerts             status    MSR shows no alert.
JOB-1     critical job-worker         status    The replica has one running job worker.
JOB-2     warning  failed-jobs        status    No job has failed lately.
REG-1     critical registry-challenge audit     The registry answers with its challenge.
TLS-1     critical web-certificate    endpoints The certificate can be trusted.
TLS-2     critical renew-certificate  endpoints The certificate stays valid for a month.
VERSION-1 critical upgrade-half-done  monitor   Every replica runs the version that it should.
STORE-1   critical shared-storage     monitor   All replicas use the same shared storage.
MKE-1     critical mke-down           monitor   MKE answers, so that people can log in.
TOKEN-0   critical check-credentials  token     The account's log-in works.
"""
CONDITIONS = [line.split(None, 4) for line in _CONDITIONS.strip().splitlines()]
_SECTIONS = {
    "endpoints": "Health check endpoints",
    "status": "Cluster status",
    "api": "via API",
    "audit": "Check notary audit logs",
    "monitor": "Monitor MSR",
    "token": "Get an authentication token",
    "overlay": "Troubleshoot overlay networks",
    "cli": "Access RethinkDB directly",
}
_OWNERS = (
    "PING-1", "PING-2", "NGINX-1", "STATUS-1", "REG-1", "MKE-1", "TOKEN-0", "RDB-1", "FEED-1", "NODE-1",
)  # fmt: skip


def _entry(name: str, severity: str, remedy: str, section: str, title: str) -> CatalogueEntry:
    area, owns = name.rpartition("-")[0], name in _OWNERS
    return CatalogueEntry(name, _SEVERITIES[severity], area, title, _SECTIONS[section], GUIDE, remedy, owns=owns)


CATALOGUE = tuple(
    _entry(name, severity, remedy, section, title) for name, severity, remedy, section, title in CONDITIONS
)
# Not part of the made-up runs, but verdicts that a test may add to one.
_ADDED = """
NET-1     critical overlay-network    overlay   The overlay network is there.
NET-2     critical overlay-network    overlay   A container reaches one on another node by name.
NET-3     warning  overlay-loss       overlay   No packet is lost between two nodes.
NET-4     critical overlay-names      overlay   The name of a replica's database has one address.
NET-5     warning  overlay-mtu        overlay   A full-size packet crosses.
RDB-1     critical rethinkdb-issues   cli       The database server has no issues.
FEED-1    critical audit-log          audit     The audit log is as documented.
TOKEN-3   critical access-rules       token     A wrong password is refused.
CTR-1     critical start-containers   monitor   The replica's containers run.
CTR-4     critical reattach-container monitor   The replica's containers are on the overlay network.
CTR-5     critical missing-volume     monitor   The replica's volumes are there.
NODE-1    critical node-down          monitor   The node is ready.
NODE-2    critical disk-full          monitor   The disks have free space.
NODE-6    critical swarm-quorum       monitor   The swarm has a quorum.
"""
ADDED = tuple(
    _entry(name, severity, remedy, section, title)
    for name, severity, remedy, section, title in (line.split(None, 4) for line in _ADDED.strip().splitlines())
)
ENTRIES = {entry.id: entry for entry in (*CATALOGUE, *ADDED)}
AT_REPLICA = (
    "PING-1",
    "PING-3",
    "IDENT-1",
    "NGINX-1",
    "NGINX-2",
    "NGINX-3",
    "STATUS-1",
    "STATUS-3",
    "STATUS-5",
    "STATUS-6",
    "STATUS-9",
    "STATUS-13",
    "STATUS-15",
    "JOB-1",
    "REG-1",
    "TLS-1",
    "TLS-2",
    "VERSION-1",
)


def header(number_of_replicas: int = 3, **fields: object) -> Header:
    """A header of prod-eu with so many replicas."""
    found = {
        name: Replica(f"node-{number}", f"10.0.0.{10 + number}", 443)
        for number, name in enumerate(IDS[:number_of_replicas], start=1)
    }
    made = Header(
        cluster="prod-eu",
        url="https://msr.example.org",
        started="2026-11-23T02:58:04Z",
        product=Product("MSR", "2.10.4"),
        nodes=tuple(place.node or "" for place in found.values()),
        replicas=found,
        versions=dict.fromkeys(found, "2.10.4"),
        product_image="registry.mirantis.com/msr/dtr:2.10.4",
        version="0.2.0",
        require=("PING-1", "STATUS-1", "STATUS-3", "STATUS-4"),
        catalogue=CATALOGUE,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def things(condition: str, subject: str) -> tuple[str, ...]:
    """What a verdict is about where it says nothing else, as the checks fill it in."""
    parts = subject.split(":")
    if condition in ("STATUS-7", "STATUS-8") and len(parts) == 2:
        return (f"link:{parts[0]}>{parts[1]}",)
    if condition in ("STATUS-11", "STATUS-12"):
        return (f"table:{subject}",)
    if condition.startswith("CTR"):
        return (f"container:{'-'.join(reversed(parts))}",)
    if condition.startswith("NODE"):
        return (f"node:{subject}",)
    if condition.startswith("NET") and len(parts) == 2:
        return (f"link:{parts[0]}>{parts[1]}",)
    if condition.startswith("TOKEN") or condition == "STATUS-2":
        return (f"account:{subject}",)
    asked = parts[-1] if condition == "STATUS-4" else parts[0]
    return (f"replica:{asked}",) if asked in IDS else ()


def verdict(condition: str, subject: str, word: str = "PASS", message: str = "", **fields: object) -> Result:
    """One verdict of a condition of the catalogue, about its own subject where nothing else is said."""
    entry = ENTRIES[condition]
    made = Result(
        cluster="prod-eu",
        condition=condition,
        subject=subject,
        verdict=VerdictWord(word),
        severity=entry.severity,
        message=message,
        reason=f"{entry.area.lower()}.wrong" if word in ("FAIL", "WARN", "UNKNOWN", "WAIVED") else None,
        about=things(condition, subject),
        documented=entry.documented,
        remedy=entry.remedy,
        started="2026-11-23T02:58:05Z",
        seconds=0.12,
        test=f"checks/test_x.py::test_{condition}[{subject}]",
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def _subjects(condition: str, ids: tuple[str, ...]) -> Iterator[str]:
    if condition in AT_REPLICA:
        yield from ids
        if condition.startswith("TLS"):
            yield "msr.example.org"
    elif condition == "STATUS-4":
        yield from (f"{a}:{b}" for a in ids for b in ids)
    elif condition in ("STATUS-7", "STATUS-8"):
        yield from (f"{a}:{b}" for i, a in enumerate(ids) for b in ids[i + 1 :])
    elif condition in ("STATUS-11", "STATUS-12"):
        yield from TABLES
    else:
        yield from {
            "PING-2": ["msr.example.org"],
            "MKE-1": ["mke.example.org"],
            "STATUS-2": ["anonymous", "reader:ci"],
            "STATUS-10": ["dtr2", "jobrunner", "notaryserver", "notarysigner"],
            "TOKEN-0": ["admin", "reader:ci"],
        }.get(condition, ["cluster"])


def healthy(replicas: int = 3) -> list[Result]:
    """Every condition holds everywhere."""
    ids = IDS[:replicas]
    return [verdict(name, subject) for name, *_ in CONDITIONS for subject in _subjects(name, ids)]


Change = Callable[[Result], Result | None]


def changed(results: list[Result], change: Change) -> list[Result]:
    """The run with some verdicts changed; None leaves one as it is."""
    return [change(result) or result for result in results]


def _as(result: Result, word: str, message: str, **fields: object) -> Result:
    reason = f"{result.area.lower()}.wrong" if word in ("FAIL", "WARN", "UNKNOWN", "WAIVED") else None
    return replace(result, verdict=VerdictWord(word), message=message, **{"reason": reason, **fields})  # type: ignore[arg-type]


def dead(replicas: int = 3, at: int = 1) -> list[Result]:
    """The node of one replica is down: nothing answers there, the others tell of it, 29 tables wait."""
    gone = IDS[at]

    def change(result: Result) -> Result | None:
        name, subject = result.condition, result.subject
        parts = subject.split(":")
        if name == "PING-1" and subject == gone:
            return _as(
                result, "FAIL", "no connection within 3 s (timed out)", reason="ping.no-connection", expected=200
            )
        if name in ("STATUS-11", "STATUS-12"):
            words = "not ready on all replicas" if name == "STATUS-11" else "a copy is missing"
            reason = "status.table-copy-not-ready"
            waits = (f"table:{subject}", f"database:{gone}")
            said = {"seen": replicas - 1, "expected": replicas}
            return _as(result, "FAIL", f"{subject}: {words}", reason=reason, about=waits, **said)
        if name == "STATUS-14":
            few = "tolerates 0 failures, 1 is expected"
            reason = "status.tolerates-too-few"
            return _as(result, "WARN", few, reason=reason, about=("cluster",), seen=0, expected=1)
        if name == "STATUS-3" and subject != gone:
            words = f"table_availability on 29 tables; not reachable: dtr_rethinkdb_{gone}"
            seen = {"tables": list(TABLES), "servers": [f"dtr_rethinkdb_{gone}"]}
            fields = {"seen": seen, "subject": f"{subject}:table_availability", "about": (f"database:{gone}",)}
            return _as(result, "FAIL", words, reason="status.table-availability", **fields)
        if gone not in parts:
            return None
        if name == "STATUS-5":
            old = "its last health report is 22 min old"
            return _as(result, "FAIL", old, reason="status.stale-health", measured="reported", expected="within 5 min")
        if name == "STATUS-8":
            words = f"dtr_rethinkdb_{gone} has no row in server_status"
            about = (f"database:{gone}",)
            reason = "status.server-missing"
            return _as(result, "FAIL", words, reason=reason, measured="reported", about=about, expected=True)
        if name == "STATUS-4" and parts[0] != gone:
            words = "Replica reported health too long ago: 2026-11-23T02:36:11Z"
            about = (f"replica:{gone}",)
            return _as(result, "FAIL", words, reason="status.unhealthy", about=about, seen=words, expected="OK")
        if name == "JOB-1":
            reason = "job.worker-dead"
            return _as(result, "FAIL", "its worker is dead", reason=reason, seen="dead", expected="running")
        if name in ("STATUS-6", "STATUS-13"):
            return None
        words = f"{gone} did not answer (PING-1): no connection within 3 s (timed out)"
        return _as(result, "UNKNOWN", words, reason="http.no-connection", about=(f"replica:{gone}",))

    return changed(healthy(replicas), change)


def cut_off(replicas: int = 3) -> list[Result]:
    """Nothing in the inventory answers."""

    def change(result: Result) -> Result:
        if result.condition in ("PING-1", "PING-2", "MKE-1"):
            return _as(result, "FAIL", "no route to host", reason=f"{result.area.lower()}.no-route", expected=200)
        return _as(result, "UNKNOWN", "nothing answered", reason="http.no-connection")

    return changed(healthy(replicas), change)


def refused(replicas: int = 3) -> list[Result]:
    """The administrator's password was rotated."""

    def change(result: Result) -> Result | None:
        if result.condition == "TOKEN-0" and result.subject == "admin":
            reason = "token.credentials-refused"
            return _as(result, "FAIL", "the log-in was refused: 401", reason=reason, seen=401, expected=200)
        area = result.condition.rpartition("-")[0]
        if area in ("STATUS", "ALERT", "JOB", "VERSION", "STORE") and result.subject != "anonymous":
            because = Because("admin", condition="TOKEN-0")
            fields = {"reason": "http.login-refused", "about": ("account:admin",), "because": because}
            return _as(result, "UNKNOWN", "the log-in of admin was refused (TOKEN-0)", **fields)
        return None

    return changed(healthy(replicas), change)


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def mixed() -> list[Result]:
    """Hostile answers, long and foreign texts, waived, skipped, flapped, not applicable."""

    def change(result: Result) -> Result | None:
        match result.condition:
            case "PING-2":
                return _as(result, "FAIL", f"it answered 502: {HOSTILE}", seen={"body": HOSTILE}, expected=200)
            case "STATUS-1" if result.subject == IDS[0]:
                return _as(result, "FAIL", "x" * 4000, seen="длинный ответ 漢字 🐳 " * 200, expected=200)
            case "STATUS-13":
                waiver = Waiver("read-only during migration", "CHG-1234", "2026-12-01")
                return _as(result, "WAIVED", "the replica is read-only", waiver=waiver, seen=True, expected=False)
            case "TOKEN-0" if result.subject == "reader:ci":
                return _as(result, "SKIPPED", "the inventory has no reader: add `accounts.readers`")
            case "MKE-1":
                return _as(result, "SKIPPED", "the inventory does not name MKE: add `mke: {url: …}`")
            case "STATUS-7":
                return _as(result, "NOT_APPLICABLE", "a single replica has no pairs")
            case "PING-3" if result.subject == IDS[1]:
                right = "2026-11-23T02:58:09Z"
                return _as(result, "WARN", "flapped: 4.2 s, then 0.1 s", seen=0.1, attempts=2, recovered_at=right)
            case "TLS-2":
                return _as(result, "WARN", "expires in 20 days", seen="2026-12-13T00:00:00Z", expected="30 days")
        return None

    return changed(healthy(), change)


def run(results: list[Result], **fields: object) -> Run:
    """A run of prod-eu with these results."""
    names = {part for result in results for part in result.subject.split(":")}
    return Run(header(len(names & set(IDS)), **fields), tuple(results))


def steps(results: list[Result], **fields: object) -> list[str]:
    """What to do first about these."""
    return [step.text for step in first_steps(run(results, **fields).header, results)]


def with_verdicts(*results: Result) -> list[Result]:
    """A healthy run but for these."""
    new = {result.key: result for result in results}
    old = [new.pop(result.key, result) for result in healthy()]
    return [*old, *new.values()]
