"""ALERT, JOB, VERSION, STORE."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fixtures.core.store import Unavailable
from fixtures.options import Options
from tests.checks.case import Cases, Facts, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import (
    NOW,
    THREE,
    A,
    B,
    C,
    ago,
    alerts,
    front,
    inventory,
    job,
    jobs,
    settings,
    storage,
    version,
    worker,
    workers,
)

CLUSTER = "cluster"
NO_LOGIN = Unavailable("http.login-refused", "the log-in of admin was refused (401), see TOKEN-0")

alert_1 = Cases("ALERT-1")


def told(*rows: dict[str, Any]) -> Facts:
    return {("alerts", CLUSTER): alerts(*rows)}


alert_1("none", told(), passes(CLUSTER, "no alerts", seen=[], expected=[]))
alert_1(
    "no licence",
    told({"id": "NO_LICENSE", "class": "alert", "message": "Your license is expired"}),
    fails(
        "NO_LICENSE",
        "Your license is expired",
        seen={"id": "NO_LICENSE", "class": "alert"},
        reason="alert.licence",
        about=("alert:NO_LICENSE",),
        measured="reported",
    ),
)
alert_1(
    "another word for the licence", told({"id": "license_expires", "message": "soon"}), fails("license_expires", "soon")
)
alert_1(
    "only its class tells that it is of the licence",
    told({"id": "SUBSCRIPTION_ENDED", "class": "license", "message": "Your subscription has ended"}),
    fails("SUBSCRIPTION_ENDED", "Your subscription has ended", reason="alert.licence"),
)
alert_1(
    "the licence as others spell it",
    told({"class": "alert", "message": "Your licence has expired"}),
    fails("alert", "Your licence has expired", reason="alert.licence"),
)
alert_1(
    "garbage collection informs",
    told({"id": "GC_IN_PROGRESS", "class": "warning", "message": "Deleting images..."}),
    passes("GC_IN_PROGRESS", "Deleting images"),
)
alert_1(
    "any other warns",
    told({"id": "BACKUP", "class": "warning", "message": "No backup"}),
    warns("BACKUP", "No backup", reason="alert.raised", about=("alert:BACKUP",)),
)
alert_1(
    "each is a verdict of its own",
    told({"id": "GC_IN_PROGRESS"}, {"id": "NO_LICENSE"}, {"id": "BACKUP"}),
    passes("GC_IN_PROGRESS"),
    fails("NO_LICENSE"),
    warns("BACKUP", "BACKUP"),
)
alert_1(
    "without an id it has its class",
    told({"class": "warning", "message": "No vulnerability database"}),
    warns("warning", "No vulnerability database"),
)
alert_1(
    "a licence alert without an id",
    told({"id": None, "class": "alert", "message": "Warning: Unlicensed copy. Upload a license"}),
    fails("alert", "Unlicensed copy"),
)
alert_1("without anything", told({}), warns("alert-1", "without text"))
alert_1(
    "two of the same class",
    told({"class": "warning", "message": "one"}, {"class": "warning", "message": "two"}),
    warns("warning", "one"),
    warns("warning-2", "two"),
)
alert_1(
    "an id outside the grammar of subjects",
    told({"id": "DISK FULL: /storage", "message": "m"}),
    warns("DISK_FULL:__storage", "m"),
)
alert_1("not told", {("alerts", CLUSTER): NO_LOGIN}, unknown(CLUSTER, "see TOKEN-0"))

job_1 = Cases("JOB-1")


def working(*rows: dict[str, object]) -> Facts:
    return {("workers", CLUSTER): workers(*rows, worker(B), worker(C))}


job_1("running", working(worker(A)), passes(A, "the job worker runs"))
job_1(
    "dead",
    working(worker(A, "dead")),
    fails(
        A,
        "the job worker is dead",
        seen=["dead"],
        expected=["running"],
        reason="job.worker-dead",
        about=(f"replica:{A}",),
    ),
)
job_1(
    "neither running nor dead",
    working(worker(A, "starting")),
    fails(A, "the job worker is starting", reason="job.worker-not-running"),
)
job_1("none", working(), fails(A, "the replica has no job worker", seen=[], reason="job.no-worker"))
job_1(
    "two that run",
    working(worker(A), worker(A)),
    fails(
        A, "the replica has 2 job workers: running, running", seen=["running", "running"], reason="job.several-workers"
    ),
)
job_1("a dead one besides the one that runs", working(worker(A, "dead"), worker(A)), passes(A))
job_1("its heartbeat expires in a second", working(worker(A, heartbeat=NOW + timedelta(seconds=1))), passes(A))
job_1(
    "its heartbeat expires now",
    working(worker(A, heartbeat=NOW)),
    fails(
        A,
        "expired at 2026-11-23 14:00:00 UTC",
        expected="after 2026-11-23 14:00:00 UTC",
        reason="job.heartbeat-expired",
        since=NOW,
    ),
)
job_1(
    "no heartbeat", working(worker(A, heartbeat=None)), fails(A, "no heartbeat", reason="job.no-heartbeat", since=None)
)
job_1(
    "its heartbeat is Go's zero time",
    working(worker(A) | {"heartbeatExpiration": "0001-01-01T00:00:00Z"}),
    fails(A, "no heartbeat", reason="job.no-heartbeat", since=None),
)
job_1("another one's worker is dead", {("workers", CLUSTER): workers(worker(A), worker(B, "dead"))}, passes(A))
job_1("not told", {("workers", CLUSTER): NO_LOGIN}, unknown(A, "see TOKEN-0"))

job_2 = Cases("JOB-2")


def run(*rows: dict[str, object]) -> Facts:
    return {("jobs", CLUSTER): jobs(*rows)}


FAILED_GC = job("onlinegc", "error")
job_2(
    "no job failed",
    run(job("onlinegc"), job("tag_pruning", at=ago(hours=30))),
    passes(CLUSTER, "2 jobs read, back to 2026-11-22 08:00 UTC", seen=[]),
)
job_2("no jobs", run(), passes(CLUSTER, "no jobs"))
job_2(
    "one failed",
    run(FAILED_GC),
    warns(
        "onlinegc",
        "1 job failed, the last (error) at 2026-11-23 13:00 UTC",
        expected=[],
        about=("job:onlinegc",),
        since=ago(hours=1),
    ),
)
job_2(
    "the same failed thrice, told once with the last",
    run(
        job("onlinegc", "timeout", ago(hours=2)),
        job("onlinegc", "error", ago(hours=5)),
        job("onlinegc", "error", ago(hours=9)),
    ),
    warns(
        "onlinegc",
        "3 jobs failed, the last (timeout) at 2026-11-23 12:00 UTC",
        reason="job.timed-out",
        since=ago(hours=9),
    ),
)
job_2(
    "so many that not all are listed",
    run(*({**FAILED_GC, "id": str(number)} for number in range(25))),
    warns("onlinegc", "25 jobs failed", seen=[str(number) for number in range(20)]),
)
job_2("two actions failed", run(FAILED_GC, job("webhook", "errored")), warns("onlinegc"), warns("webhook", "(errored)"))
for status, reason in (
    ("error", "job.failed"),
    ("errored", "job.failed"),
    ("timeout", "job.timed-out"),
    ("worker_dead", "job.worker-lost"),
    ("worker_resurrection", "job.worker-lost"),
    ("conflict", "job.conflict"),
):
    job_2(f"status {status}", run(job("webhook", status)), warns("webhook", f"({status})", reason=reason))
for status in ("done", "running", "waiting", "canceled", "cancel_request", "deleted", "worker_shutdown"):
    job_2(f"status {status}", run(job("webhook", status)), passes(CLUSTER))
job_2(
    "ignored",
    run(job("update_vuln_db", "error")),
    passes(CLUSTER, "no job failed"),
    inventory=inventory(jobs={"ignore": ["update_vuln_db"]}),
)
job_2(
    "ignored beside another",
    run(job("update_vuln_db", "error"), FAILED_GC),
    warns("onlinegc", "1 job failed"),
    inventory=inventory(jobs={"ignore": ["update_vuln_db"]}),
)
job_2("a day ago", run(job("onlinegc", "error", ago(hours=24))), warns("onlinegc"))
job_2("over a day ago", run(job("onlinegc", "error", ago(hours=24, seconds=1))), passes(CLUSTER))
job_2("before the change began", run(FAILED_GC), passes(CLUSTER), options=Options(since=timedelta(minutes=59)))
job_2("after the change began", run(FAILED_GC), warns("onlinegc"), options=Options(since=ago(minutes=61)))
job_2(
    "long ago, but after the change began",
    run(job("gc", "error", ago(days=3))),
    warns("gc"),
    options=Options(since=timedelta(days=4)),
)
job_2(
    "more jobs than were read",
    {("jobs", CLUSTER): jobs(job("webhook", at=ago(hours=1)), job("webhook", at=ago(hours=2)), whole=False)},
    unknown(
        CLUSTER,
        "2 jobs read, back to 2026-11-23 12:00 UTC",
        "jobs from 2026-11-22 14:00 UTC on were not all read",
        reason="job.not-read-back",
    ),
)
job_2(
    "more jobs than were read, of which one failed",
    {("jobs", CLUSTER): jobs(FAILED_GC, whole=False)},
    warns("onlinegc", "1 job read, back to"),
)
job_2(
    "the rest could not be read",
    {("jobs", CLUSTER): jobs(job("webhook"), whole=False, stopped="/api/v0/jobs at A answered 500")},
    unknown(CLUSTER, "(/api/v0/jobs at A answered 500)"),
)
job_2(
    "more jobs than were read, and those reach back far enough",
    {("jobs", CLUSTER): jobs(job("webhook"), job("webhook", at=ago(hours=25)), whole=False)},
    passes(CLUSTER, "back to 2026-11-22 13:00 UTC"),
)
job_2(
    "a longer time is asked for than was read",
    {("jobs", CLUSTER): jobs(job("webhook"), job("webhook", at=ago(hours=25)), whole=False)},
    unknown(CLUSTER, "jobs from 2026-11-20 14:00 UTC on"),
    options=Options(since=timedelta(days=3)),
)
ZERO = {"scheduledAt": "0001-01-01T00:00:00Z", "lastUpdated": "0001-01-01T00:00:00Z"}
job_2(
    "a failed one without a time",
    run(job("webhook"), job("onlinegc", "error") | ZERO),
    warns(
        "onlinegc",
        "1 job failed, the last (error) at a time that is not recorded; 2 jobs read, back to 2026-11-23 13:00 UTC",
        since=None,
    ),
)
job_2(
    "a failed one without a time, and one with a time",
    run(job("onlinegc", "timeout") | ZERO, job("onlinegc", "error", ago(hours=3))),
    warns("onlinegc", "2 jobs failed, the last (error) at 2026-11-23 11:00 UTC", since=ago(hours=3)),
)
job_2(
    "a failed one of which only the schedule has a time",
    run(job("onlinegc", "error") | ZERO | {"scheduledAt": "2026-11-23T10:00:00Z"}),
    warns("onlinegc", "the last (error) at 2026-11-23 10:00 UTC"),
)
job_2("only jobs without a time", run(job("webhook") | ZERO), passes(CLUSTER, "no job failed (1 job read)"))
job_2(
    "not all jobs were read, and none has a time",
    {("jobs", CLUSTER): jobs(job("webhook") | ZERO, whole=False)},
    unknown(CLUSTER, "were not all read"),
)
job_2("an action outside the grammar of subjects", run(job("push mirror!", "error")), warns("push_mirror_"))
job_2("not told", {("jobs", CLUSTER): NO_LOGIN}, unknown(CLUSTER, "see TOKEN-0"))

version_1 = Cases("VERSION-1")


def run_versions(**others: Any) -> Facts:
    """All run 2.10.4, but for those named."""
    seen = dict.fromkeys(THREE, "2.10.4") | others
    return {("version", name): version(each) if isinstance(each, str) else each for name, each in seen.items()}


SAID = inventory(product={"version": "2.10.4"})
version_1("as the inventory says", run_versions(), passes(A, seen="2.10.4", expected="2.10.4"), inventory=SAID)
version_1(
    "left behind",
    run_versions(**{A: "2.7.9"}),
    fails(A, "2.7.9 instead of 2.10.4", seen="2.7.9", reason="version.other", about=(f"replica:{A}",)),
    inventory=SAID,
)
version_1(
    "as the command line says, before the inventory",
    run_versions(),
    fails(A, "2.10.4 instead of 2.10.5", expected="2.10.5"),
    inventory=SAID,
    options=Options(expected_version="2.10.5"),
)
version_1("nothing says which: all the same", run_versions(), passes(A, seen="2.10.4", expected="2.10.4"))
version_1("nothing says which: one is another", run_versions(**{C: "2.10.3"}), fails(C, "2.10.3 instead of 2.10.4"))
version_1("nothing says which: the usual one", run_versions(**{C: "2.10.3"}), passes(A))
version_1("nothing says which: one does not tell", run_versions(**{C: NO_LOGIN}), passes(A, seen="2.10.4"))
version_1(
    "nothing says which: as many run each",
    run_versions(**{C: "2.10.3", B: NO_LOGIN}),
    fails(A, "as many replicas run 2.10.4 and 2.10.3", reason="version.undecided", measured="derived"),
)
version_1(
    "MSR 3, whatever is expected",
    run_versions(**dict.fromkeys(THREE, "3.1.8")),
    fails(A, "this is MSR 3 (3.1.8); these checks are for MSR 2.x", seen="3.1.8", reason="version.msr-3"),
    inventory=inventory(product={"version": "3.1.8"}),
)
HARBOR = front(challenge='Bearer realm="https://msr.example.org/service/token",service="harbor-registry"')
version_1(
    "MSR 4",
    dict(run_versions(**{A: NO_LOGIN})) | {("registry_front", A): HARBOR},
    fails(A, "this is MSR 4 (Harbor); these checks are for MSR 2.x", seen="4.x", reason="version.msr-4"),
)
version_1(
    "a proxy in front says otherwise", dict(run_versions()) | {("registry_front", A): HARBOR}, passes(A, seen="2.10.4")
)
version_1("tells none", run_versions(**{C: ""}), unknown(C, reason="version.not-reported", about=(f"replica:{C}",)))
version_1("does not tell", run_versions(**{C: NO_LOGIN}), unknown(C, "see TOKEN-0"))

store_1 = Cases("STORE-1")


def stored(driver: str | None, volume: str = "", host: str = "", path: str = "", read: str = "200") -> Facts:
    return {("settings", CLUSTER): settings(volume, host, path), ("storage", CLUSTER): storage(driver, read)}


store_1("NFS", stored("filesystem", host="nas", path="/msr"), passes(CLUSTER, "NFS", seen="nas:/msr"))
for driver in ("s3", "azure", "swift", "gcs"):
    store_1(driver, stored(driver), passes(CLUSTER, driver, seen=driver))
store_1(
    "its own disk",
    stored("filesystem"),
    fails(CLUSTER, "its own disk", seen="filesystem", reason="store.own-disk", about=("cluster",), measured="reported"),
)
store_1("a volume, that only the nodes know", stored("filesystem", volume="msr-images"), skipped(CLUSTER, "msr-images"))
store_1("nothing tells", stored(None, read="403"), skipped(CLUSTER, "403"))
store_1("a single replica", stored("filesystem"), not_applicable(CLUSTER, "single replica"), inventory=inventory(1))
store_1(
    "no settings", {("settings", CLUSTER): NO_LOGIN, ("storage", CLUSTER): storage("s3")}, unknown(CLUSTER, "TOKEN-0")
)

CASES = [alert_1, job_1, job_2, version_1, store_1]
