"""Alerts, jobs, versions and storage: what an administrator can read besides cluster_status. Beyond the guide."""

import re
from collections import Counter
from collections.abc import Sequence

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.cluster_views import labels_of
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, passed, warned
from fixtures.core.evidence import thing
from fixtures.core.look_back import begin
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.probes.administration import DAY, Alert, Alerts, Job, Jobs, Version, Workers
from fixtures.probes.containers import Containers
from fixtures.probes.endpoints import RegistryFront

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
    "ALERT-1",
    severity=CRITICAL,
    documented="Beyond the guide: alerts of the web UI",
    remedy="alerts",
    reasons={
        "alert.licence": "the licence of the registry is missing, expired or expires soon",
        "alert.raised": "the registry raises another alert",
    },
    measured="reported",
)
def test_registry_raises_no_alert(alerts: Alerts) -> Sequence[Verdict]:
    """The registry raises no alert: a licence alert fails, garbage collection is informational, others warn."""
    if not alerts.alerts:
        return [passed("no alerts", seen=[], expected=[], subject=CLUSTER)]
    return [_alert(alert, number) for number, alert in enumerate(alerts.alerts, 1)]


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
    counted = Counter(job.action for job in recent if job.action not in inventory.jobs.ignore)
    if counted:
        return [_failed_action(action, [j for j in recent if j.action == action], reach) for action in sorted(counted)]
    if not jobs.whole and (jobs.reach is None or jobs.reach > start):
        why = f" ({jobs.stopped})" if jobs.stopped else ""
        message = f"no job failed ({reach}), but jobs from {start:%Y-%m-%d %H:%M} UTC on were not all read{why}"
        raise Unavailable("job.not-read-back", message)
    return [passed(f"no job failed ({reach})", seen=[], expected=[], subject=CLUSTER)]


def _reach(jobs: Jobs) -> str:
    """How many jobs were read, and how far back, as far as they have a time."""
    if not jobs.jobs:
        return "no jobs"
    back = f", back to {jobs.reach:%Y-%m-%d %H:%M} UTC" if jobs.reach else ""
    return f"{many(len(jobs.jobs), 'job')} read{back}"


@condition(
    "VERSION-1",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="upgrade-half-done",
    reasons={
        "version.other": "the replica runs another version than expected",
        "version.undecided": "replicas run different versions, and the expected version is not given",
        "version.containers-differ": "its API reports another version than its containers run",
        "version.not-reported": "neither the API nor the containers report the version",
        "version.msr-3": Reason("the registry is MSR 3", remedy="another-product"),
        "version.msr-4": Reason("the registry is MSR 4, which is Harbor", remedy="another-product"),
    },
)
def test_replica_runs_the_version(
    replica: Replica,
    every_version: PerSubject[Version],
    every_containers: PerSubject[Containers],
    every_registry_front: PerSubject[RegistryFront],
    inventory: Inventory,
    options: Options,
) -> Verdict:
    """The replica runs the expected version; where none is given, the version that all replicas run."""
    versions = {each.id: _running(each, every_version, every_containers) for each in inventory.replicas}
    own = versions[replica.id]
    if own is None and _is_harbor(every_registry_front.seen(replica.id)):
        message = "this is MSR 4 (Harbor); these checks are for MSR 2.x"
        return failed("version.msr-4", message, seen="4.x", expected="2.x")
    if own is None:
        every_version[replica.id]  # raises why it is not reported
        raise Unavailable(
            "version.not-reported", f"neither the API nor the containers of {replica.id} report its version"
        )
    if re.match(r"v?3\.", own):
        message = f"this is MSR 3 ({own}); these checks are for MSR 2.x"
        return failed("version.msr-3", message, seen=own, expected="2.x")
    expected = options.expected_version or inventory.product.version
    if expected is None:
        usual = Counter(each for each in versions.values() if each).most_common(2)
        if len({times for _, times in usual}) < len(usual):
            both = " and ".join(each for each, _ in usual)
            message = f"as many replicas run {both}, and the inventory does not give the expected version"
            return failed("version.undecided", message, seen=own, measured="derived")
        expected = usual[0][0]
    labels = labels_of(replica, every_containers)
    if own != expected:
        return failed("version.other", f"the replica runs {own} instead of {expected}", seen=own, expected=expected)
    # Containers that differ among themselves are CTR-3's.
    if len(labels) == 1 and labels != {own}:
        message = f"the API reports {own}, and the containers run {labels.pop()}"
        return failed("version.containers-differ", message, seen=own, expected=expected, measured="derived")
    return passed(own, seen=own, expected=expected)


def _running(replica: Replica, versions: PerSubject[Version], containers: PerSubject[Containers]) -> str | None:
    """What the API says, else what its containers carry."""
    if replica.id in versions and versions[replica.id].version:
        return versions[replica.id].version
    labels = labels_of(replica, containers)
    return labels.pop() if len(labels) == 1 else None


def _is_harbor(front: RegistryFront | None) -> bool:
    """Whether `/v2/` sends clients to Harbor's token service: that of MSR 2.x is at /auth/token."""
    return front is not None and re.search(r'realm="[^"]*/service/token"', front.challenge) is not None


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


def _alert(alert: Alert, number: int) -> Verdict:
    subject = alert.id or alert.kind or f"alert-{number}"
    seen, about = {"id": alert.id, "class": alert.kind}, [thing("alert", subject)]
    message = one_line(alert.message) or alert.id or "an alert without text"
    if re.search("LICEN[CS]E", f"{alert.id} {alert.kind} {alert.message}", re.IGNORECASE):
        return failed("alert.licence", message, seen=seen, subject=subject, about=about)
    if alert.id == "GC_IN_PROGRESS":
        return passed(message, seen=seen, subject=subject)
    return warned("alert.raised", message, seen=seen, subject=subject, about=about)


def _failed_action(action: str, jobs: list[Job], reach: str) -> Verdict:
    timed = [job for job in jobs if job.at]
    newest = max(timed or jobs, key=lambda job: str(job.at))
    when = f"at {newest.at:%Y-%m-%d %H:%M} UTC" if newest.at else "at a time that is not recorded"
    message = f"{many(len(jobs), 'job')} failed, the last ({newest.status}) {when}; {reach}"
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
