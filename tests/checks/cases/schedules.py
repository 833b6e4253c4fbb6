"""CRON, SCAN."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fixtures.core.store import Unavailable
from tests.checks.case import Cases, Facts, not_applicable, passes, unknown, warns
from tests.checks.facts import ago, cron, crons, inventory, job, jobs, scanning, selected, text

CLUSTER = "cluster"
NO_LOGIN = Unavailable("http.login-refused", "the log-in of admin was refused (401), see TOKEN-0")

cron_1 = Cases("CRON-1")


def scheduled(
    *rows: dict[str, Any], jobs_: tuple[Any, ...] = (), running: tuple[Any, ...] = (), all_: bool = True
) -> Facts:
    return {
        ("crons", CLUSTER): crons(*rows),
        ("jobs", CLUSTER): jobs(*jobs_),
        ("running_jobs", CLUSTER): selected(*running, whole=all_),
    }


GC = cron("onlinegc", ago(hours=-11))
NO_GC = passes("onlinegc", "garbage collection is not scheduled")
cron_1("none", scheduled(), NO_GC)
cron_1("all in time", scheduled(GC), passes("onlinegc", "the next run is at 2026-11-24 01:00 UTC"))
cron_1("the old garbage collection", scheduled(cron("gc", ago(hours=-11))), passes("gc"))
cron_1(
    "garbage collection is not scheduled",
    scheduled(cron("license_update", ago(hours=-1))),
    passes("license_update"),
    passes("onlinegc", "garbage collection is not scheduled", seen=["license_update"]),
)
cron_1("ten minutes late", scheduled(GC, cron("update_db", ago(minutes=10))), passes("onlinegc"), passes("update_db"))
cron_1(
    "later",
    scheduled(GC, cron("update_db", ago(minutes=10, seconds=1))),
    passes("onlinegc"),
    warns(
        "update_db",
        "the next run is over (since 2026-11-23 13:49 UTC), and no job of it waits or runs",
        expected="after 2026-11-23 13:50 UTC",
        reason="cron.overdue",
        about=("job:update_db",),
        since=ago(minutes=10, seconds=1),
        measured="reported",
    ),
)
for status in ("waiting", "running"):
    cron_1(
        f"late, and its job, under another name, is {status}",
        scheduled(GC, cron("update_db", ago(hours=1)), jobs_=(job("update_vuln_db", status),)),
        passes("onlinegc"),
        passes("update_db", "a job of it waits or runs"),
    )
cron_1(
    "late, and its job runs since days",
    scheduled(cron("gc", ago(hours=9)), running=(job("onlinegc", "running", ago(hours=33)),)),
    passes("gc", "a job of it waits or runs"),
)
cron_1(
    "late, and another one's job runs",
    scheduled(cron("onlinegc", ago(hours=9)), running=(job("scan_check", "running"),)),
    warns("onlinegc"),
)
cron_1("late, and its last job is done", scheduled(cron("gc", ago(hours=9)), jobs_=(job("gc"),)), warns("gc"))
cron_1(
    "late, and not all that run were read",
    scheduled(cron("gc", ago(hours=9)), all_=False),
    unknown("gc", "the jobs that run were not all read", reason="cron.jobs-not-seen"),
)
cron_1(
    "several of one kind",
    scheduled(GC, *(cron("poll_mirror", ago(minutes=late)) for late in (-5, 20, 30))),
    passes("onlinegc"),
    warns("poll_mirror", "the next run of 2 crons is over (since 2026-11-23 13:30 UTC)", since=ago(minutes=30)),
)
cron_1("without a next run", scheduled(cron("gc", None)), passes("gc", "no next run"))
cron_1("not told", {**scheduled(), ("crons", CLUSTER): NO_LOGIN}, unknown(CLUSTER, "see TOKEN-0"))

scan_1 = Cases("SCAN-1")
AIR_GAPPED = {"ignore": ["update_db"]}


def scanned(
    failed: bool | None = False, overrides: bool | None = False, age: timedelta | None = timedelta(hours=9)
) -> Facts:
    known = {"lastDBUpdateFailed": failed, "lastVulnOverridesDBUpdateFailed": overrides}
    return {("scanning", CLUSTER): scanning(True, known | ({"db_updated_at": text(ago() - age)} if age else {}))}


scan_1("disabled", {("scanning", CLUSTER): scanning(False)}, not_applicable(CLUSTER, "scanning is disabled"))
scan_1(
    "not said whether",
    {("scanning", CLUSTER): scanning(None)},
    unknown(CLUSTER, "whether scanning is enabled", reason="scan.not-reported"),
)
scan_1("updated", scanned(), passes(CLUSTER, "is of 2026-11-23 05:00 UTC (limit 7 d)", expected="7 d"))
scan_1("without overrides", scanned(overrides=None), passes(CLUSTER))
scan_1(
    "failed",
    scanned(failed=True),
    warns(
        CLUSTER,
        "the last update of the vulnerability database failed (its last is of 2026-11-23 05:00 UTC)",
        seen=True,
        expected=False,
        reason="scan.update-failed",
        about=("job:update_vuln_db",),
        measured="reported",
    ),
)
scan_1("failed, without a date", scanned(failed=True, age=None), warns(CLUSTER, reason="scan.update-failed"))
scan_1("overrides failed", scanned(overrides=True), warns(CLUSTER, "overrides failed", reason="scan.overrides-failed"))
scan_1("seven days old", scanned(age=timedelta(days=7)), passes(CLUSTER))
scan_1(
    "older",
    scanned(age=timedelta(days=7, minutes=1)),
    warns(CLUSTER, "(limit 7 d)", reason="scan.too-old", about=("job:update_vuln_db",), since=ago(minutes=1)),
)
scan_1(
    "older than the inventory says",
    scanned(age=timedelta(hours=37)),
    warns(CLUSTER, "(limit 1.5 d)", reason="scan.too-old"),
    inventory=inventory(scan={"max_age": "36h"}),
)
scan_1("no flag", scanned(failed=None), unknown(CLUSTER, "the last update failed", reason="scan.not-reported"))
scan_1("no date", scanned(age=None), unknown(CLUSTER, "was updated", reason="scan.not-reported"))
scan_1(
    "air-gapped",
    scanned(failed=True, age=timedelta(days=200)),
    not_applicable(CLUSTER, "jobs.ignore"),
    inventory=inventory(jobs=AIR_GAPPED),
)
scan_1(
    "air-gapped, with a database that is uploaded each month",
    scanned(failed=True, age=timedelta(days=30)),
    passes(CLUSTER, "(limit 31 d)"),
    inventory=inventory(jobs=AIR_GAPPED, scan={"max_age": "31d"}),
)
scan_1(
    "air-gapped, and not uploaded for long",
    scanned(failed=True, age=timedelta(days=32)),
    warns(CLUSTER, reason="scan.too-old"),
    inventory=inventory(jobs=AIR_GAPPED, scan={"max_age": "31d"}),
)
scan_1("not told", {("scanning", CLUSTER): NO_LOGIN}, unknown(CLUSTER, "see TOKEN-0"))

CASES = [cron_1, scan_1]
