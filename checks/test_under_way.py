"""Whether anything is under way that a stop would cut in the middle. Asked by `--ok-to-stop`."""

from __future__ import annotations

from collections.abc import Sequence

from checks.condition import CRITICAL, condition
from checks.rules.cluster_views import Views, answered, things
from checks.rules.stopping import all_containers
from checks.rules.wording import many, reported_by
from checks.verdict import Verdict, failed, passed
from fixtures.core.evidence import thing
from fixtures.core.question import OK_TO_STOP
from fixtures.core.stop_subjects import Stopped
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.containers import Containers
from fixtures.probes.jobs import SelectedJobs

BUSY = ("backfilling", "transitioning")
"""What a copy of a table does while data is carried to it."""


@condition(
    "STOP-4",
    severity=CRITICAL,
    documented="Beyond the guide: work in progress",
    remedy="stop-work-in-progress",
    reasons={
        "stop.setup-runs": "a join, an upgrade or a reconfiguration runs",
        "stop.bootstrapper-runs": "MSR's own command line runs: a backup, a join, an upgrade",
        "stop.backfill-runs": "data is carried to a copy of a table",
        "stop.job-runs": "a job runs on its worker",
        "stop.migration-runs": "the migration of the metadata runs",
        "stop.gc-runs": "it holds the lock of the garbage collection",
        "stop.jobs-unseen": "more jobs run than were read, or no worker is named for one",
    },
    measured="reported",
    question=OK_TO_STOP,
)
def test_nothing_is_under_way(
    to_stop: Stopped,
    every_containers: PerSubject[Containers],
    every_cluster_status: Views,
    running_jobs: SelectedJobs,
    inventory: Inventory,
) -> list[Verdict]:
    """No join, upgrade, backfill, migration or backup runs, and no job or garbage collection of this replica."""
    seen = all_containers(to_stop, every_containers, inventory)
    found = _set_up(to_stop, seen)
    if to_stop.replicas:
        found += [*_backfills(to_stop, every_cluster_status), *_collections(to_stop, every_cluster_status)]
        found += _jobs(to_stop, running_jobs)
    return found or [passed("nothing is under way", seen=len(running_jobs.jobs), subject=to_stop.subject)]


def _set_up(to_stop: Stopped, seen: Sequence[Containers]) -> list[Verdict]:
    found = []
    for each in seen:
        for helper in each.helpers:
            if helper.sets_up and helper.state == "running":
                message = f"{helper.name} runs on {each.node}: a join, an upgrade or a reconfiguration is under way"
                found.append(_busy("stop.setup-runs", message, to_stop, each.node, helper.name))
        for name in each.bootstrappers or ():
            message = f"{name} runs on {each.node}, MSR's own command line: a backup, a join or an upgrade"
            found.append(_busy("stop.bootstrapper-runs", message, to_stop, each.node, name))
    return found


def _busy(reason: str, message: str, to_stop: Stopped, node: str, container: str) -> Verdict:
    about = [thing("node", node), thing("container", container)]
    subject = f"{to_stop.subject}:{container}"
    return failed(reason, message, subject=subject, about=about, measured="directly")


def _backfills(to_stop: Stopped, views: Views) -> list[Verdict]:
    busy = {
        table.full_name: view.replica
        for view in answered(views)
        for table in view.tables.table_status
        for shard in table.shards
        if any(copy.state in BUSY for copy in shard.replicas)
    }
    return [
        failed(
            "stop.backfill-runs",
            f"a copy of {table} is not ready yet: data is carried to it {reported_by([witness])}",
            subject=f"{to_stop.subject}:{table}",
            about=[thing("table", table)],
            witnesses=things("replica", [witness]),
        )
        for table, witness in busy.items()
    ]


def _collections(to_stop: Stopped, views: Views) -> list[Verdict]:
    holders = {view.status.gc_lock_holder: view.replica for view in answered(views)}
    return [
        failed(
            "stop.gc-runs",
            f"replica {holder} holds the lock of the garbage collection {reported_by([witness])}",
            subject=f"{to_stop.subject}:gc",
            about=things("replica", [holder]),
            witnesses=things("replica", [witness]),
        )
        for holder, witness in holders.items()
        if holder in to_stop.replicas
    ]


def _jobs(to_stop: Stopped, running: SelectedJobs) -> list[Verdict]:
    own = {job.action: job for job in running.jobs if job.worker in to_stop.replicas or job.migrates}
    if not own and (not running.whole or any(not job.worker for job in running.jobs)):
        raise Unavailable(
            "stop.jobs-unseen",
            f"{many(len(running.jobs), 'running job')} read: not all of them, or without the worker that runs each",
            about=[thing("cluster")],
        )
    return [
        failed(
            "stop.migration-runs" if job.migrates else "stop.job-runs",
            f"job {action} runs on the worker of replica {job.worker or 'unknown'}",
            subject=f"{to_stop.subject}:{action}",
            about=[thing("job", action)],
        )
        for action, job in own.items()
    ]
