"""What works in the background: workers, jobs, crons and the vulnerability database, sound and not."""

from datetime import timedelta

from lab.embedded.expectations import Expectations
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster, Job, Replica, VulnerabilityDatabase

MIGRATION = "metadatastoremigration"
DAY = timedelta(days=1)

collection = Collection()
scene = collection.scene


@scene("gc-running", "Garbage collection runs: an alert says so, and one replica holds its lock.", sound=True)
def gc_running(cluster: Cluster, _expect: Expectations) -> None:
    message = "Deleting images... No one can push images while we clean your storage. Go to Garbage Collection."
    cluster.alerts.append({"id": "GC_IN_PROGRESS", "class": "warning", "message": message})
    cluster.gc_lock_holder = cluster.replicas[0].id
    cluster.jobs.append(Job("onlinegc", status="running", age=timedelta(minutes=4)))


@scene("gc-just-finished", "Online garbage collection finished a minute ago.", sound=True)
def gc_just_finished(cluster: Cluster, _expect: Expectations) -> None:
    cluster.jobs += [Job(action, age=timedelta(minutes=1)) for action in ("onlinegc", "onlinegc_metadata")]


@scene("air-gapped", "No way to the internet: updates of the vulnerability database fail, as expected.", sound=True)
def air_gapped(cluster: Cluster, _expect: Expectations) -> None:
    cluster.jobs += [Job("update_vuln_db", status="errored", age=timedelta(hours=hours)) for hours in (2, 5, 26)]
    cluster.vulnerabilities = VulnerabilityDatabase(timedelta(days=200), update_failed=True, overrides_failed=True)
    cluster.inventory["jobs"] = {"ignore": ["update_vuln_db"]}


@scene("old-failures", "Jobs failed two days ago and went well since.", sound=True)
def old_failures(cluster: Cluster, _expect: Expectations) -> None:
    cluster.jobs += [Job("onlinegc", status="errored", age=timedelta(hours=50))]


def _worker(replica: Replica, status: str | None, heartbeat: timedelta) -> None:
    replica.worker, replica.worker_heartbeat = status, heartbeat


@scene("job-worker-dead", "One replica's job worker is dead.")
def job_worker_dead(cluster: Cluster, expect: Expectations) -> None:
    _worker(cluster.bad, "dead", -timedelta(hours=1))
    expect.fail("JOB-1", cluster.bad.id)
    expect.cause("job-worker-dead", f"replica:{cluster.bad.id}", offers="restart-container")


@scene("job-worker-late", "One replica's job worker says that it runs, and its heartbeat is overdue by ten minutes.")
def job_worker_late(cluster: Cluster, expect: Expectations) -> None:
    _worker(cluster.bad, "running", -timedelta(minutes=10))
    expect.fail("JOB-1", cluster.bad.id)
    expect.cause("job-worker-dead", f"replica:{cluster.bad.id}", offers="restart-container")


@scene("job-worker-missing", "One replica has no job worker.")
def job_worker_missing(cluster: Cluster, expect: Expectations) -> None:
    _worker(cluster.bad, None, timedelta())
    expect.fail("JOB-1", cluster.bad.id)
    expect.cause("job-worker-dead", f"replica:{cluster.bad.id}", offers="restart-container")


@scene("garbage-collection-failed", "The last garbage collection failed an hour ago.")
def garbage_collection_failed(cluster: Cluster, expect: Expectations) -> None:
    cluster.jobs.append(Job("onlinegc", status="errored"))
    expect.warn("JOB-2", "onlinegc")
    expect.cause("jobs-failing", "job:onlinegc")


@scene("failed-job-behind-many", "Since the failed garbage collection of five hours ago, 700 webhooks were sent.")
def failed_job_behind_many(cluster: Cluster, expect: Expectations) -> None:
    cluster.jobs += [Job("webhook", age=timedelta(seconds=20 * number)) for number in range(700)]
    cluster.jobs.append(Job("onlinegc", status="errored", age=timedelta(hours=5)))
    expect.warn("JOB-2", "onlinegc")
    expect.cause("jobs-failing", "job:onlinegc")


@scene("failed-job-without-time", "A garbage collection failed, and its times are Go's zero time.")
def failed_job_without_time(cluster: Cluster, expect: Expectations) -> None:
    cluster.jobs.append(Job("onlinegc", status="errored", age=timedelta(days=400), timed=False))
    expect.warn("JOB-2", "onlinegc")
    expect.cause("jobs-failing", "job:onlinegc")


def _migrations(cluster: Cluster, *tries: tuple[str, timedelta]) -> None:
    cluster.jobs += [Job(MIGRATION, status=status, age=age) for status, age in tries]


def _migration_is_not_complete(expect: Expectations) -> None:
    expect.warn("JOB-3", "cluster")
    expect.cause("migration-failed", f"job:{MIGRATION}")


@scene("migration-failed", "After an upgrade the migration of the metadata failed three times, two days ago.")
def migration_failed(cluster: Cluster, expect: Expectations) -> None:
    """Longer ago than JOB-2 looks back."""
    _migrations(cluster, *(("errored", 2 * DAY + timedelta(hours=hours)) for hours in (1, 2, 3)))
    _migration_is_not_complete(expect)


@scene("migration-failed-today", "The migration of the metadata failed three times, six hours ago.")
def migration_failed_today(cluster: Cluster, expect: Expectations) -> None:
    _migrations(cluster, *(("errored", timedelta(hours=hours)) for hours in (6, 7, 8)))
    expect.warn("JOB-2", MIGRATION)
    _migration_is_not_complete(expect)


@scene("migration-half-done", "The migration of the metadata is listed as running, and was not updated for three days.")
def migration_half_done(cluster: Cluster, expect: Expectations) -> None:
    _migrations(cluster, ("running", 3 * DAY))
    _migration_is_not_complete(expect)


@scene("migration-failed-then-done", "The migration failed twice and succeeded the third time, days ago.", sound=True)
def migration_failed_then_done(cluster: Cluster, _expect: Expectations) -> None:
    _migrations(cluster, ("done", 2 * DAY), ("errored", 3 * DAY), ("errored", 4 * DAY))


@scene("migration-running", "The migration of the metadata runs since three hours.", sound=True)
def migration_running(cluster: Cluster, _expect: Expectations) -> None:
    _migrations(cluster, ("running", timedelta(hours=3)))


def _queue_stands(cluster: Cluster) -> None:
    cluster.jobs += [Job("scan_check", status="waiting", age=timedelta(minutes=minutes)) for minutes in (5, 90, 170)]


@scene("queue-stands-still", "Jobs wait for three hours and none runs, though all job workers are alive.")
def queue_stands_still(cluster: Cluster, expect: Expectations) -> None:
    """Its crons create no job, either."""
    _queue_stands(cluster)
    cluster.crons[0].due = -timedelta(hours=2)
    expect.warn("JOB-4", "cluster")
    expect.warn("CRON-1", cluster.crons[0].action)
    expect.cause("jobs-stuck", "cluster")


@scene("no-job-worker-runs", "All job workers are dead for three hours: jobs wait, and a cron is overdue.")
def no_job_worker_runs(cluster: Cluster, expect: Expectations) -> None:
    _queue_stands(cluster)
    cluster.crons[0].due = -timedelta(hours=2)
    for replica in cluster.replicas:
        _worker(replica, "dead", -timedelta(hours=3))
    expect.fail("JOB-1", *expect.everywhere)
    expect.warn("JOB-4", "cluster")
    expect.warn("CRON-1", cluster.crons[0].action)
    expect.cause("job-worker-dead", *(f"replica:{each}" for each in expect.everywhere))


@scene("queue-waits-behind-gc", "Jobs wait for hours while a garbage collection of two days runs.", sound=True)
def queue_waits_behind_gc(cluster: Cluster, _expect: Expectations) -> None:
    _queue_stands(cluster)
    cluster.gc_lock_holder = cluster.replicas[0].id
    cluster.jobs.append(Job("onlinegc", status="running", age=2 * DAY))


@scene("jobs-scheduled-for-later", "Jobs are scheduled for tomorrow, and so wait.", sound=True)
def jobs_scheduled_for_later(cluster: Cluster, _expect: Expectations) -> None:
    cluster.jobs += [Job("poll_mirror", status="waiting", age=-DAY), Job("webhook", status="waiting", age=timedelta(0))]


@scene("cron-overdue", "The cron of the garbage collection should have run yesterday, and nothing of it waits or runs.")
def cron_overdue(cluster: Cluster, expect: Expectations) -> None:
    cluster.crons[-1].due = -DAY
    expect.warn("CRON-1", "onlinegc")
    expect.cause("cron-overdue", "job:onlinegc")


@scene("gc-not-scheduled", "Nobody scheduled a garbage collection.", sound=True)
def gc_not_scheduled(cluster: Cluster, _expect: Expectations) -> None:
    cluster.crons = [cron for cron in cluster.crons if cron.action != "onlinegc"]


@scene("vulnerability-update-failed", "The last update of the vulnerability database failed last night.")
def vulnerability_update_failed(cluster: Cluster, expect: Expectations) -> None:
    cluster.jobs.append(Job("update_vuln_db", status="errored", age=timedelta(hours=10)))
    cluster.vulnerabilities = VulnerabilityDatabase(timedelta(days=2), update_failed=True)
    expect.warn("JOB-2", "update_vuln_db")
    expect.warn("SCAN-1", "cluster")
    expect.cause("scan-data-old", "job:update_vuln_db")


@scene("vulnerability-overrides-failed", "The last update of the vulnerability database's overrides failed.")
def vulnerability_overrides_failed(cluster: Cluster, expect: Expectations) -> None:
    cluster.vulnerabilities.overrides_failed = True
    expect.warn("SCAN-1", "cluster")
    expect.cause("scan-data-old", "job:update_vuln_db")


@scene("vulnerability-database-old", "The vulnerability database is nine days old, and no update failed.")
def vulnerability_database_old(cluster: Cluster, expect: Expectations) -> None:
    cluster.vulnerabilities.age = 9 * DAY
    expect.warn("SCAN-1", "cluster")
    expect.cause("scan-data-old", "job:update_vuln_db")


@scene("air-gapped-uploads", "No way to the internet, and a vulnerability database of last week by hand.", sound=True)
def air_gapped_uploads(cluster: Cluster, expect: Expectations) -> None:
    """Named in the inventory as the cron is; the failed jobs have the other name."""
    air_gapped(cluster, expect)
    cluster.vulnerabilities.age = 8 * DAY
    cluster.inventory |= {"jobs": {"ignore": ["update_db"]}, "scan": {"max_age": "31d"}}


@scene("scanning-disabled", "Images are not scanned, and no vulnerability database was ever loaded.", sound=True)
def scanning_disabled(cluster: Cluster, _expect: Expectations) -> None:
    cluster.scanning = False
    cluster.vulnerabilities = VulnerabilityDatabase(timedelta(days=3000), update_failed=True)
