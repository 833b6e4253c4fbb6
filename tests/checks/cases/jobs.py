"""JOB."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fixtures.core.store import Unavailable
from fixtures.options import Options
from tests.checks.case import Cases, Facts, fails, not_applicable, passes, unknown, warns
from tests.checks.facts import NOW, A, B, C, Document, ago, inventory, job, jobs, selected, text, worker, workers

CLUSTER = "cluster"
MIGRATION = "metadatastoremigration"
NO_LOGIN = Unavailable("http.login-refused", "the log-in of admin was refused (401), see TOKEN-0")
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
for name in ("update_db", "nautilus_update_db"):
    job_2(
        f"ignored under another name of the same job: {name}",
        run(job(name, "error")),
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

job_3 = Cases("JOB-3")


def migrated(*tries: tuple[str, datetime], whole: bool = True) -> Facts:
    return {("migrations", CLUSTER): selected(*(job(MIGRATION, status, at) for status, at in tries), whole=whole)}


job_3("none was run", migrated(), passes(CLUSTER, "no metadatastoremigration is listed", seen=[]))
job_3("done", migrated(("done", ago(days=90))), passes(CLUSTER, "done (at 2026-08-25 14:00 UTC)", seen="done"))
job_3(
    "failed three times",
    migrated(("errored", ago(hours=48)), ("errored", ago(hours=49)), ("errored", ago(hours=50))),
    warns(
        CLUSTER,
        "failed 3 times, the last (errored) at 2026-11-21 14:00 UTC, and was not done since",
        seen="errored",
        expected="done",
        reason="job.migration-failed",
        about=(f"job:{MIGRATION}",),
        since=ago(hours=50),
        measured="reported",
    ),
)
for status in ("error", "errored", "timeout", "worker_dead", "worker_resurrection", "conflict"):
    job_3(f"status {status}", migrated((status, ago(days=9))), warns(CLUSTER, "1 time", reason="job.migration-failed"))
job_3(
    "failed, then done",
    migrated(("done", ago(hours=47)), ("errored", ago(hours=48)), ("errored", ago(hours=49))),
    passes(CLUSTER, "the last metadatastoremigration is done"),
)
job_3(
    "done, then failed again: only that counts",
    migrated(("errored", ago(hours=5)), ("done", ago(hours=9)), ("errored", ago(hours=12))),
    warns(CLUSTER, "failed 1 time", since=ago(hours=5)),
)
job_3(
    "failed, and runs again now",
    migrated(("running", ago(hours=2)), ("errored", ago(hours=9))),
    passes(CLUSTER, "a metadatastoremigration is running (at 2026-11-23 12:00 UTC)", seen="running"),
)
job_3(
    "runs, updated just within a day", migrated(("running", ago(hours=23, minutes=59))), passes(CLUSTER, "is running")
)
job_3(
    "runs, and was not updated for a day",
    migrated(("running", ago(hours=24))),
    warns(
        CLUSTER,
        "the last metadatastoremigration is running, and was not updated since (at 2026-11-22 14:00 UTC)",
        reason="job.migration-half-done",
        about=(f"job:{MIGRATION}",),
        since=ago(hours=24),
    ),
)
job_3("waits for two days", migrated(("waiting", ago(days=2))), warns(CLUSTER, reason="job.migration-half-done"))
job_3("waits", migrated(("waiting", ago(minutes=1))), passes(CLUSTER, "is waiting"))
for status in ("canceled", "cancel", "worker_shutdown", "deleted"):
    job_3(f"status {status}", migrated((status, ago(hours=1))), warns(CLUSTER, f"is {status}", seen=status))
job_3(
    "runs, without a time",
    {("migrations", CLUSTER): selected(job(MIGRATION, "running") | ZERO)},
    unknown(CLUSTER, "has no time", reason="job.migrations-not-seen"),
)
job_3(
    "failed, without a time",
    {("migrations", CLUSTER): selected(job(MIGRATION, "error") | ZERO)},
    warns(CLUSTER, "failed 1 time, the last (error) at a time that is not recorded", since=None),
)
job_3("others hide it", migrated(whole=False), unknown(CLUSTER, "do not reach back", reason="job.migrations-not-seen"))
job_3(
    "ignored",
    migrated(("errored", ago(hours=48))),
    not_applicable(CLUSTER, "jobs.ignore"),
    inventory=inventory(jobs={"ignore": [MIGRATION]}),
)
job_3("not told", {("migrations", CLUSTER): NO_LOGIN}, unknown(CLUSTER, "see TOKEN-0"))

job_4 = Cases("JOB-4")


def waiting(action: str, since: datetime) -> Document:
    return job(action, "waiting", since) | {"scheduledAt": text(since)}


def queue(
    *rows: dict[str, Any], running: tuple[dict[str, Any], ...] = (), whole: bool = True, all_: bool = True
) -> Facts:
    return {
        ("jobs", CLUSTER): jobs(*rows, whole=whole),
        ("running_jobs", CLUSTER): selected(*running, whole=all_),
    }


OLD_ONE = waiting("tag_pruning", ago(hours=3))
job_4("nothing waits", queue(job("onlinegc")), passes(CLUSTER, "no job waits for an hour (1 job read, back to", seen=0))
job_4("no jobs", queue(), passes(CLUSTER, "no job waits for an hour (no jobs)"))
job_4("waits just under an hour", queue(waiting("webhook", ago(minutes=59))), passes(CLUSTER, seen=1))
job_4(
    "waits for an hour",
    queue(waiting("webhook", ago(hours=1))),
    warns(
        CLUSTER,
        "1 job waits, the oldest (webhook) since 2026-11-23 13:00 UTC, and no job runs",
        seen=1,
        reason="job.queue-stands",
        about=(CLUSTER,),
        since=ago(hours=1),
        measured="reported",
    ),
)
job_4(
    "several wait",
    queue(waiting("webhook", ago(minutes=2)), OLD_ONE, job("onlinegc", at=ago(hours=4))),
    warns(CLUSTER, "2 jobs wait, the oldest (tag_pruning) since 2026-11-23 11:00 UTC", seen=2, since=ago(hours=3)),
)
LONG = job("onlinegc", "running", ago(hours=30))
job_4(
    "behind a garbage collection that began before what was read",
    queue(OLD_ONE, waiting("webhook", ago(hours=25)), running=(LONG,), whole=False),
    passes(CLUSTER, "2 jobs wait, the oldest (webhook) since", "behind what runs: onlinegc"),
)
job_4(
    "behind one that began to run between the two requests",
    queue(OLD_ONE, job("scan_check", "running", ago(hours=2))),
    passes(CLUSTER, "behind what runs: scan_check"),
)
job_4("is scheduled for later", queue(waiting("poll_mirror", ago(hours=-2))), passes(CLUSTER, seen=0))
job_4(
    "scheduled long ago for later than now",
    queue(job("poll_mirror", "waiting", ago(hours=9)) | {"scheduledAt": text(ago(hours=-2))}),
    passes(CLUSTER, seen=0),
)
job_4(
    "not all that run were read",
    queue(OLD_ONE, all_=False),
    unknown(CLUSTER, "the jobs that run were not all read", reason="job.queue-not-seen"),
)
job_4(
    "not all jobs were read, and one waits",
    queue(OLD_ONE, whole=False),
    warns(CLUSTER, "1 job waits"),
)
job_4(
    "not all jobs were read, and none of them waits",
    queue(job("webhook", at=ago(hours=2)), whole=False),
    unknown(CLUSTER, "jobs from 2026-11-22 14:00 UTC on were not all read", reason="job.queue-not-seen"),
)
job_4(
    "not all jobs were read, but those of a day",
    queue(job("webhook", at=ago(hours=25)), whole=False),
    passes(CLUSTER, "back to 2026-11-22 13:00 UTC"),
)
job_4(
    "the queue is not told",
    {("jobs", CLUSTER): NO_LOGIN, ("running_jobs", CLUSTER): selected()},
    unknown(CLUSTER, "see TOKEN-0"),
)

CASES = [job_1, job_2, job_3, job_4]
