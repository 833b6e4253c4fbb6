"""What MSR does by itself on a schedule: its crons, and the updates of its vulnerability database. Beyond the guide."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from checks.condition import WARNING, condition
from checks.rules.wording import many
from checks.verdict import Verdict, failed, not_applicable, passed, unknown
from fixtures.core.evidence import thing
from fixtures.core.store import Unavailable
from fixtures.inventory import Inventory
from fixtures.inventory.msr import names_of_job
from fixtures.probes.jobs import Cron, Crons, Jobs, SelectedJobs
from fixtures.probes.scanning import Scanning

LATE = timedelta(minutes=10)
GARBAGE_COLLECTION = "onlinegc"
DATABASE_UPDATE = "update_vuln_db"
MAX_AGE = timedelta(days=7)


@condition(
    "CRON-1",
    severity=WARNING,
    documented="Beyond the guide: scheduled jobs",
    remedy="overdue-cron",
    reasons={
        "cron.overdue": "the next run of a cron is over, and no job of it waits or runs",
        "cron.jobs-not-seen": "the next run of a cron is over, and the jobs that run were not all read",
    },
    measured="reported",
)
def test_crons_run_on_schedule(crons: Crons, jobs: Jobs, running_jobs: SelectedJobs) -> Sequence[Verdict]:
    """No scheduled job is overdue by over ten minutes while none of its kind waits or runs."""
    active = {job.action for job in (*running_jobs.jobs, *jobs.jobs) if job.status in ("waiting", "running")}
    by_action: dict[str, list[Cron]] = {}
    for cron in crons.crons:
        by_action.setdefault(cron.action, []).append(cron)
    judged = [_judged(by_action[action], crons.now, active, whole=running_jobs.whole) for action in sorted(by_action)]
    if names_of_job(GARBAGE_COLLECTION).isdisjoint(by_action):
        message = "garbage collection is not scheduled: layers of deleted images stay until it is run by hand"
        judged.append(passed(message, seen=sorted(by_action), subject=GARBAGE_COLLECTION))
    return judged


def _judged(crons: Sequence[Cron], now: datetime, active: set[str], *, whole: bool) -> Verdict:
    """The crons of one action: each policy of a repository has one of its own."""
    action = crons[0].action
    subject, runs = action or "unnamed", sorted(cron.next_run for cron in crons if cron.next_run)
    if not runs:
        return passed("it has no next run", subject=subject)
    due, late = runs[0], [run for run in runs if now - run > LATE]
    message = f"the next run is at {due:%Y-%m-%d %H:%M} UTC"
    if not late:
        return passed(message, seen=str(due), subject=subject)
    message = f"the next run of {many(len(late), 'cron')} is over" if len(late) > 1 else "the next run is over"
    message = f"{message} (since {due:%Y-%m-%d %H:%M} UTC)"
    if not names_of_job(action).isdisjoint(active):
        return passed(f"{message}, and a job of it waits or runs", seen=str(due), subject=subject)
    if not whole:
        cause = Unavailable("cron.jobs-not-seen", f"{message}, and the jobs that run were not all read")
        return unknown(cause, seen=str(due), subject=subject)
    return failed(
        "cron.overdue",
        f"{message}, and no job of it waits or runs",
        seen=str(due),
        expected=f"after {now - LATE:%Y-%m-%d %H:%M} UTC",
        subject=subject,
        about=[thing("job", subject)],
        since=due,
    )


@condition(
    "SCAN-1",
    severity=WARNING,
    documented="Beyond the guide: vulnerability scans",
    remedy="vulnerability-database",
    reasons={
        "scan.update-failed": "the last update of the vulnerability database failed",
        "scan.overrides-failed": "the last update of the overrides of the vulnerability database failed",
        "scan.too-old": "the vulnerability database is older than allowed",
        "scan.not-reported": "MSR does not report whether it scans, or the state of the vulnerability database",
    },
    measured="reported",
)
def test_vulnerability_database_is_updated(scanning: Scanning, inventory: Inventory) -> Verdict:
    """Where images are scanned, the vulnerability database is updated, and is not too old (default 7 days)."""
    if scanning.enabled is None:
        raise Unavailable("scan.not-reported", "the settings do not say whether scanning is enabled")
    database, limit = scanning.database, inventory.scan.max_age
    if database is None:
        return not_applicable("scanning is disabled")
    if inventory.jobs.ignores(DATABASE_UPDATE):
        if limit is None:
            return not_applicable(f"the inventory ignores failures of {DATABASE_UPDATE} (jobs.ignore)")
    elif (failure := _failed_update(scanning)) is not None:
        return failure
    if database.updated is None:
        raise Unavailable(
            "scan.not-reported", "imagescan/status does not say when the vulnerability database was updated"
        )
    allowed = MAX_AGE if limit is None else limit
    message = f"the vulnerability database is of {database.updated:%Y-%m-%d %H:%M} UTC (limit {_in_days(allowed)})"
    if scanning.now - database.updated <= allowed:
        return passed(message, seen=str(database.updated), expected=_in_days(allowed))
    return failed(
        "scan.too-old",
        message,
        seen=str(database.updated),
        expected=_in_days(allowed),
        about=[_UPDATE],
        since=database.updated + allowed,
    )


_UPDATE = thing("job", DATABASE_UPDATE)


def _failed_update(scanning: Scanning) -> Verdict | None:
    """What failed of the last update; raises where that is not reported. Old versions have no overrides."""
    database = scanning.database
    if database is None or database.update_failed is None:
        raise Unavailable("scan.not-reported", "imagescan/status does not say whether the last update failed")
    since = f" (its last is of {database.updated:%Y-%m-%d %H:%M} UTC)" if database.updated else ""
    if database.update_failed:
        message = f"the last update of the vulnerability database failed{since}"
        return failed("scan.update-failed", message, seen=True, expected=False, about=[_UPDATE])
    if database.overrides_failed:
        message = f"the last update of the vulnerability database's overrides failed{since}"
        return failed("scan.overrides-failed", message, seen=True, expected=False, about=[_UPDATE])
    return None


def _in_days(span: timedelta) -> str:
    return f"{span / timedelta(days=1):g} d"
