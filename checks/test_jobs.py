"""Background jobs: their workers, those that failed, the migration of the metadata, the queue. Beyond the guide."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.wording import many
from checks.verdict import Verdict, failed, not_applicable, passed
from fixtures.core.evidence import thing
from fixtures.core.look_back import begin
from fixtures.core.parsing import NEVER
from fixtures.core.store import Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.probes.jobs import DAY, MIGRATION, Job, Jobs, SelectedJobs, Workers

HOUR = timedelta(hours=1)

FAILED_JOBS = {
    "error": "job.failed",
    "errored": "job.failed",
    "timeout": "job.timed-out",
    "worker_dead": "job.worker-lost",
    "worker_resurrection": "job.worker-lost",
    "conflict": "job.conflict",
}
"""The states in which a job has failed, and the reason that each is."""


@condition(
    "JOB-1",
    severity=CRITICAL,
    documented="Beyond the guide: job workers",
    remedy="job-worker",
    reasons={
        "job.no-worker": "a replica has no job worker",
        "job.worker-dead": "its job worker is dead",
        "job.worker-not-running": "its job worker is in another state than running or dead",
        "job.several-workers": "several of its job workers run",
        "job.heartbeat-expired": "its job worker is reported as running, and its heartbeat has expired",
        "job.no-heartbeat": "its job worker is reported as running, and has no heartbeat",
    },
    measured="reported",
)
def test_job_worker_runs(replica: Replica, workers: Workers) -> Verdict:
    """The replica has one running job worker whose heartbeat has not expired."""
    own = [worker for worker in workers.workers if worker.id == replica.id]
    running = [worker for worker in own if worker.status == "running"]
    if len(running) != 1:
        states = [worker.status for worker in own]
        return failed(_not_one(states), _not_one_message(states), seen=states, expected=["running"])
    expires = running[0].heartbeat_expiration
    if expires is None or expires <= workers.now:
        message = (
            f"the heartbeat of the job worker expired at {expires:%Y-%m-%d %H:%M:%S} UTC"
            if expires
            else "the job worker has no heartbeat"
        )
        return failed(
            "job.heartbeat-expired" if expires else "job.no-heartbeat",
            message,
            seen=str(expires),
            expected=f"after {workers.now:%Y-%m-%d %H:%M:%S} UTC",
            since=expires,
        )
    return passed("the job worker runs", seen="running", expected="running")


@condition(
    "JOB-2",
    severity=WARNING,
    documented="Beyond the guide: jobs",
    remedy="failed-jobs",
    reasons={
        "job.failed": "a job ended with an error",
        "job.timed-out": "a job timed out",
        "job.worker-lost": "a job lost its worker while it ran",
        "job.conflict": "a job conflicted with another job",
        "job.not-read-back": "the jobs were not read back far enough",
    },
    measured="reported",
)
def test_jobs_succeed(jobs: Jobs, inventory: Inventory, options: Options) -> Sequence[Verdict]:
    """No job has failed recently."""
    start = begin(options.since, DAY, jobs.now)
    reach = _reach(jobs)
    # Of a job without any time nobody knows whether it is recent: it is shown.
    recent = [job for job in jobs.jobs if job.status in FAILED_JOBS and (job.at is None or job.at >= start)]
    counted = Counter(job.action for job in recent if not inventory.jobs.ignores(job.action))
    if counted:
        return [_failed_action(action, [j for j in recent if j.action == action], reach) for action in sorted(counted)]
    _refuse_unread(jobs, start, "job.not-read-back", "no job failed")
    return [passed(f"no job failed ({reach})", seen=[], expected=[], subject=CLUSTER)]


@condition(
    "JOB-3",
    severity=WARNING,
    documented="Beyond the guide: jobs",
    remedy="migration",
    reasons={
        "job.migration-failed": "the last migration of the metadata failed",
        "job.migration-half-done": "the last migration of the metadata neither ended nor shows progress",
        "job.migrations-not-seen": "the jobs do not show whether the last migration of the metadata is complete",
    },
    measured="reported",
)
def test_metadata_migration_is_complete(migrations: SelectedJobs, inventory: Inventory) -> Verdict:
    """The last migration of the metadata (metadatastoremigration) has not failed, and did not stop half-way."""
    if inventory.jobs.ignores(MIGRATION):
        return not_applicable(f"the inventory ignores failures of {MIGRATION} (jobs.ignore)")
    newest = max(migrations.jobs, key=lambda job: job.at or NEVER, default=None)
    if newest is None:
        if not migrations.whole:
            raise Unavailable("job.migrations-not-seen", f"the jobs that were read do not reach back to a {MIGRATION}")
        return passed(f"no {MIGRATION} is listed", seen=[], expected=[])
    when = _when(newest.at)
    if newest.status == "done":
        return passed(f"the last {MIGRATION} is done ({when})", seen="done", expected="done")
    if newest.status in FAILED_JOBS:
        failures = _failures_since_done(migrations.jobs)
        tries = many(len(failures), "time")
        message = f"{MIGRATION} failed {tries}, the last ({newest.status}) {when}, and was not done since"
        begun = min((job.at for job in failures if job.at), default=None)
        return failed(
            "job.migration-failed", message, seen=newest.status, expected="done", about=[_MIGRATION], since=begun
        )
    if newest.status in ("waiting", "running"):
        if newest.at is None:
            raise Unavailable("job.migrations-not-seen", f"a {MIGRATION} is {newest.status}, and has no time")
        if migrations.now - newest.at < DAY:
            return passed(f"a {MIGRATION} is {newest.status} ({when})", seen=newest.status, expected="done")
    message = f"the last {MIGRATION} is {newest.status}, and was not updated since ({when})"
    return failed(
        "job.migration-half-done", message, seen=newest.status, expected="done", about=[_MIGRATION], since=newest.at
    )


@condition(
    "JOB-4",
    severity=WARNING,
    documented="Beyond the guide: jobs",
    remedy="job-queue",
    reasons={
        "job.queue-stands": "a job waits for over an hour, and none runs",
        "job.queue-not-seen": "the jobs were not read far enough to find those that wait or run",
    },
    measured="reported",
)
def test_job_queue_moves(jobs: Jobs, running_jobs: SelectedJobs) -> Verdict:
    """No job of the last day waits for an hour or longer while no job runs."""
    waiting = sorted((since, job.action) for job in jobs.jobs if (since := _waits_since(job, jobs.now)))
    if waiting and jobs.now - waiting[0][0] >= HOUR:
        since, action = waiting[0]
        wait = many(len(waiting), "job waits", "jobs wait")
        message = f"{wait}, the oldest ({action}) since {since:%Y-%m-%d %H:%M} UTC"
        running = sorted({job.action for job in (*running_jobs.jobs, *jobs.jobs) if job.status == "running"})
        if running:
            return passed(f"{message}, behind what runs: {', '.join(running)}", seen=len(waiting))
        if not running_jobs.whole:
            raise Unavailable("job.queue-not-seen", f"{message}, and the jobs that run were not all read")
        message = f"{message}, and no job runs"
        return failed("job.queue-stands", message, seen=len(waiting), about=[thing("cluster")], since=since)
    _refuse_unread(jobs, jobs.now - DAY, "job.queue-not-seen", "no job waits for an hour")
    return passed(f"no job waits for an hour ({_reach(jobs)})", seen=len(waiting))


_MIGRATION = thing("job", MIGRATION)


def _failures_since_done(newest_first: Sequence[Job]) -> list[Job]:
    """The failures that no success followed."""
    done = max((job.at or NEVER for job in newest_first if job.status == "done"), default=NEVER)
    return [job for job in newest_first if job.status in FAILED_JOBS and (job.at is None or job.at > done)]


def _when(at: datetime | None) -> str:
    return f"at {at:%Y-%m-%d %H:%M} UTC" if at else "at a time that is not recorded"


def _waits_since(job: Job, now: datetime) -> datetime | None:
    """Since when it could run; None where it does not wait, or is scheduled for later."""
    since = job.scheduled or job.updated
    return since if job.status == "waiting" and since and since <= now else None


def _refuse_unread(jobs: Jobs, start: datetime, reason: str, found: str) -> None:
    """Raise what was found so far where the jobs were not read back to that time."""
    if not jobs.whole and (jobs.reach is None or jobs.reach > start):
        why = f" ({jobs.stopped})" if jobs.stopped else ""
        message = f"{found} ({_reach(jobs)}), but jobs from {start:%Y-%m-%d %H:%M} UTC on were not all read{why}"
        raise Unavailable(reason, message)


def _reach(jobs: Jobs) -> str:
    """How many jobs were read, and how far back, as far as they have a time."""
    if not jobs.jobs:
        return "no jobs"
    back = f", back to {jobs.reach:%Y-%m-%d %H:%M} UTC" if jobs.reach else ""
    return f"{many(len(jobs.jobs), 'job')} read{back}"


def _not_one(states: list[str]) -> str:
    """What is wrong with job workers in these states, of which not just one runs."""
    if not states:
        return "job.no-worker"
    if "running" in states:
        return "job.several-workers"
    return "job.worker-dead" if "dead" in states else "job.worker-not-running"


def _not_one_message(states: list[str]) -> str:
    if not states:
        return "the replica has no job worker"
    several = f"the replica has {len(states)} job workers: {', '.join(states)}"
    return several if len(states) > 1 else f"the job worker is {states[0]}"


def _failed_action(action: str, jobs: list[Job], reach: str) -> Verdict:
    timed = [job for job in jobs if job.at]
    newest = max(timed or jobs, key=lambda job: str(job.at))
    message = f"{many(len(jobs), 'job')} failed, the last ({newest.status}) {_when(newest.at)}; {reach}"
    subject = action or "unnamed"
    return failed(
        FAILED_JOBS[newest.status],
        message,
        seen=[job.id for job in jobs][:20],
        expected=[],
        subject=subject,
        about=[thing("job", subject)],
        since=min((job.at for job in timed if job.at), default=None),
    )
