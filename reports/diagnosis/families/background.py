"""What works in the background: job workers, jobs, what schedules them, and the vulnerability database."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, things_of, wrong
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import NO_JOBS, nobody_works
from reports.records import Result

family = Family()


@family.cause(
    "job-worker-dead",
    "The job worker of {things} is dead",
    remedy="job-worker",
    harms=(Harm.JOBS,),
    ladder=("save-first", "restart-container"),
)
def job_worker_dead(case: Case) -> Iterator[Finding]:
    """The job worker of a replica is dead, missing or late: it runs no jobs.

    Needs: JOB-1 fails.
    Predicts: where no other worker runs, a queue that does not move, and crons that are overdue.
    Contradicted by: its container or database that is down, or an upgrade that runs: then that is the cause.
    """
    reasons = (
        "job.worker-dead",
        "job.no-worker",
        "job.heartbeat-expired",
        "job.no-heartbeat",
        "job.worker-not-running",
    )
    if own := case.found(*reasons):
        yield Finding(
            tuple(f"replica:{each.subject}" for each in own),
            tuple(own),
            predicts=lambda each: each.reason in NO_JOBS and nobody_works(case),
        )


@family.cause("job-worker-several", "{things} {has} several job workers", remedy="job-worker")
def job_worker_several(case: Case) -> Iterator[Finding]:
    """More than one job worker is listed for a replica.

    Needs: JOB-1 fails for that.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("job.several-workers"):
        yield Finding(tuple(f"replica:{each.subject}" for each in own), tuple(own))


def _failed_as_job(result: Result, jobs: tuple[str, ...]) -> bool:
    """Whether JOB-2 says of these jobs that they failed, and of no others."""
    return result.condition == "JOB-2" and wrong(result) and bool(result.about) and set(result.about) <= set(jobs)


@family.cause(
    "migration-failed", "The migration of the metadata is not complete", remedy="migration", harms=(Harm.SOME_JOBS,)
)
def migration_failed(case: Case) -> Iterator[Finding]:
    """The migration of the metadata failed or stopped half-way: online garbage collection needs it.

    Needs: JOB-3 warns.
    Predicts: the failures of that job, where JOB-2 finds them too.
    Contradicted by: a later migration that is done, or one that runs.
    """
    if own := case.found("job.migration-failed", "job.migration-half-done"):
        things = things_of(own, "job")
        yield Finding(things, tuple(own), predicts=lambda each: _failed_as_job(each, things))


@family.cause(
    "scan-data-old",
    "The vulnerability database is not up to date",
    remedy="vulnerability-database",
    harms=(Harm.SOME_JOBS,),
)
def scan_data_old(case: Case) -> Iterator[Finding]:
    """The vulnerability database or its overrides could not be updated, or are too old.

    Needs: SCAN-1 warns.
    Predicts: the failures of the job that updates it, under any of its names, where JOB-2 finds them too.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("scan.update-failed", "scan.overrides-failed", "scan.too-old"):
        things = things_of(own, "job")
        yield Finding(
            things,
            tuple(own),
            predicts=lambda each: _failed_as_job(each, _UPDATES),
            harms=(Harm.UNNOTICED,) if own[0].reason == "scan.too-old" else None,
        )


_UPDATES = ("job:update_vuln_db", "job:update_db", "job:nautilus_update_db")


@family.cause("jobs-failing", "Jobs have failed: {things}", remedy="failed-jobs", harms=(Harm.SOME_JOBS,))
def jobs_failing(case: Case) -> Iterator[Finding]:
    """Jobs ended with an error, in conflict with others, or without a worker.

    Needs: JOB-2 warns.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("job.failed", "job.conflict", "job.timed-out", "job.worker-lost"):
        yield Finding(things_of(own, "job") or ("cluster",), tuple(own))


@family.cause("jobs-stuck", "The job queue does not move", remedy="job-queue", harms=(Harm.JOBS,))
def jobs_stuck(case: Case) -> Iterator[Finding]:
    """Jobs wait for over an hour and none runs, beside job workers that are alive.

    Needs: JOB-4 warns.
    Predicts: crons that are overdue.
    Contradicted by: a job that runs, a database that takes no writes, or no worker that runs: then that is the cause.
    """
    if own := case.found("job.queue-stands"):
        yield Finding(("cluster",), tuple(own), predicts=lambda each: each.reason == "cron.overdue")


@family.cause("cron-overdue", "Scheduled jobs are overdue: {things}", remedy="overdue-cron", harms=(Harm.SOME_JOBS,))
def cron_overdue(case: Case) -> Iterator[Finding]:
    """The next run of a cron is over, and no job of it was created.

    Needs: CRON-1 warns.
    Predicts: nothing.
    Contradicted by: a job of that cron that waits or runs.
    """
    if own := case.found("cron.overdue"):
        yield Finding(things_of(own, "job"), tuple(own))
