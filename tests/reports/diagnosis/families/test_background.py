"""Causes in the background: workers, jobs, crons, the vulnerability database; and what explains them."""

from __future__ import annotations

import pytest

from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, fail, found, said, warn

QUEUE = warn("JOB-4", "cluster", "job.queue-stands", "cluster")
CRON = warn("CRON-1", "onlinegc", "cron.overdue", "job:onlinegc")
DEAD = {each: fail("JOB-1", each, "job.worker-dead", f"replica:{each}") for each in (A, B, C)}
ALIVE = {each: said("JOB-1", each, "PASS", None, (f"replica:{each}",)) for each in (A, B, C)}


def update(action: str) -> Result:
    return warn("JOB-2", action, "job.failed", f"job:{action}")


@pytest.mark.parametrize(
    ("verdict", "cause", "things"),
    [
        (fail("JOB-1", C, "job.no-worker", f"replica:{C}"), "job-worker-dead", f"replica:{C}"),
        (warn("JOB-1", C, "job.several-workers", f"replica:{C}"), "job-worker-several", f"replica:{C}"),
        (update("onlinegc"), "jobs-failing", "job:onlinegc"),
        (warn("JOB-3", "cluster", "job.migration-failed", "job:m"), "migration-failed", "job:m"),
        (warn("JOB-3", "cluster", "job.migration-half-done", "job:m"), "migration-failed", "job:m"),
        (QUEUE, "jobs-stuck", "cluster"),
        (CRON, "cron-overdue", "job:onlinegc"),
        (warn("SCAN-1", "cluster", "scan.update-failed", "job:u"), "scan-data-old", "job:u"),
        (warn("SCAN-1", "cluster", "scan.overrides-failed", "job:u"), "scan-data-old", "job:u"),
        (warn("SCAN-1", "cluster", "scan.too-old", "job:u"), "scan-data-old", "job:u"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_fault_is_one_cause(verdict: Result, cause: str, things: str) -> None:
    """Each of these is a cause by itself."""
    assert found(verdict) == [(cause, (things,))]


def test_a_queue_that_does_not_move_explains_overdue_crons() -> None:
    """A cron that is overdue while jobs run is a cause of its own."""
    assert found(*ALIVE.values(), QUEUE, CRON) == [("jobs-stuck", ("cluster",))]
    assert found(*ALIVE.values(), CRON) == [("cron-overdue", ("job:onlinegc",))]


def test_without_any_worker_no_job_runs() -> None:
    """The other workers take the jobs of one that is dead: beside one that runs, the queue is a cause of its own."""
    assert found(*DEAD.values(), QUEUE, CRON) == [("job-worker-dead", tuple(f"replica:{each}" for each in (A, B, C)))]
    beside = dict(found(ALIVE[A], ALIVE[B], DEAD[C], QUEUE, CRON))
    assert beside == {"job-worker-dead": (f"replica:{C}",), "jobs-stuck": ("cluster",)}


def test_job_runners_that_do_not_run_explain_the_queue() -> None:
    """A container that exited is the cause; beside a worker that runs it is not that of the queue."""
    runners = [fail("CTR-1", f"{each}:jobrunner", "ctr.exited", f"container:jobrunner-{each}") for each in (A, B, C)]
    assert "jobs-stuck" not in dict(found(*runners, *DEAD.values(), QUEUE, CRON))
    assert "jobs-stuck" in dict(found(runners[2], DEAD[C], ALIVE[A], ALIVE[B], QUEUE))


@pytest.mark.parametrize("flag", ["status.table-no-writes", "status.table-no-reads"])
def test_a_table_of_the_jobs_that_takes_no_writes_explains_the_queue(flag: str) -> None:
    """Another table does not."""
    jobs = fail("STATUS-11", "jobrunner.jobs", flag, "table:jobrunner.jobs")
    tags = fail("STATUS-11", "dtr2.tags", flag, "table:dtr2.tags")
    assert [things for _, things in found(jobs, QUEUE, CRON)] == [("table:jobrunner.jobs",)]
    assert "jobs-stuck" in dict(found(tags, QUEUE))


def test_failures_of_the_same_job_are_one_cause() -> None:
    """JOB-2 finds the same failure in the jobs of the day; another job that failed is another cause."""
    migration = warn("JOB-3", "cluster", "job.migration-failed", "job:metadatastoremigration")
    scan = warn("SCAN-1", "cluster", "scan.update-failed", "job:update_vuln_db")
    assert found(migration, update("metadatastoremigration")) == [("migration-failed", ("job:metadatastoremigration",))]
    for name in ("update_vuln_db", "update_db", "nautilus_update_db"):
        assert found(scan, update(name)) == [("scan-data-old", ("job:update_vuln_db",))]
    assert dict(found(scan, migration, update("onlinegc")))["jobs-failing"] == ("job:onlinegc",)
