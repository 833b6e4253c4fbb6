"""Whether the cluster can be upgraded to a version. Asked by `--before-upgrade`, besides how the cluster is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from checks.condition import CRITICAL, Reason, condition
from checks.rules.cluster_views import Views, answered, things
from checks.rules.upgrade_matrix import Line, matrix, numbers
from checks.rules.wording import many, reported_by
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.question import BEFORE_UPGRADE
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import replica_of_server
from fixtures.options import Options
from fixtures.probes.administration import Version
from fixtures.probes.containers import Containers
from fixtures.probes.jobs import SelectedJobs
from fixtures.probes.nodes import EngineFacts

COLLECTIONS = ("gc", "onlinegc", "onlinegc_metadata")


def _target(options: Options) -> str:
    return options.question.of if options.question else ""


@condition(
    "PRE-1",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-versions",
    reasons={
        "pre.mixed-versions": Reason("replicas run different versions", remedy="upgrade-half-done"),
        "pre.downgrade": "the version is older than the one that runs",
        "pre.skips-minor": "a minor version would be skipped",
        "pre.other-product": "the version is of another major version",
    },
    measured="reported",
    question=BEFORE_UPGRADE,
)
def test_no_version_is_skipped(
    replica: Replica, every_version: PerSubject[Version], inventory: Inventory, options: Options
) -> Verdict:
    """All replicas run one version, from which the target is reached without skipping a minor version."""
    target, own = _target(options), every_version[replica.id].version
    others = {name: each.version for name, each in every_version.items() if each.version != own}
    if others:
        message = f"replica {replica.id} runs {own}, and {next(iter(others))} runs {next(iter(others.values()))}"
        return failed("pre.mixed-versions", message, seen={replica.id: own} | others)
    for each in inventory.replicas:
        every_version[each.id]
    now, then = numbers(own), numbers(target)
    if now[:1] != then[:1]:
        message = f"{target} is another product than {own}: its upgrade is a migration"
        return failed("pre.other-product", message, seen=own, expected=target)
    if then < now:
        return failed("pre.downgrade", f"{own} runs, and {target} is older", seen=own, expected=target)
    if then[1] - now[1] > 1:
        between = f"{now[0]}.{now[1] + 1}"
        message = f"from {own} to {target} skips {between}: upgrade to its newest release first"
        return failed("pre.skips-minor", message, seen=own, expected=target)
    return passed(f"from {own} to {target} no minor version is skipped", seen=own, expected=target)


@condition(
    "PRE-2",
    severity=CRITICAL,
    documented="Beyond the guide: the vendor's compatibility matrix",
    remedy="pre-platform",
    reasons={
        "pre.engine": "the target does not run on the engine",
        "pre.mke": "the target does not run with the MKE",
        "pre.engine-unlisted": "the matrix does not list the engine",
        "pre.target-unlisted": "the matrix does not list the target",
        "pre.mke-not-stated": "the inventory does not say which version of MKE runs",
        "pre.no-node": "the inventory names no node, so that no engine was seen",
    },
    question=BEFORE_UPGRADE,
)
def test_platform_fits(every_engine: PerSubject[EngineFacts], inventory: Inventory, options: Options) -> list[Verdict]:
    """The engines and MKE fit the target version, as far as the matrix of versions knows."""
    target, known = _target(options), matrix()
    line = known.line(target)
    if line is None:
        listed = ", ".join(known.lines)
        raise Unavailable(
            "pre.target-unlisted",
            f"the matrix of {known.as_of:%Y-%m-%d} lists {listed} and not {target}: see the vendor's release notes",
            about=[thing("cluster")],
            because=Because(CLUSTER, probe="upgrade_matrix"),
        )
    today = max((each.now.date() for each in every_engine.values()), default=known.as_of)
    names = [*every_engine, *every_engine.causes]
    engines = [_engine(name, every_engine, line, target, today) for name in names]
    return [*(engines or [unknown(_no_node())]), _mke(inventory, line, target, today)]


def _no_node() -> Unavailable:
    message = "no engine was seen: add the nodes under nodes:, with ssh: or docker:"
    return Unavailable("pre.no-node", message, about=[thing("inventory", "nodes")])


def _engine(name: str, engines: PerSubject[EngineFacts], line: Line, target: str, today: date) -> Verdict:
    try:
        version = engines[name].version
    except Unavailable as cause:
        return unknown(cause, subject=name)
    fits, age = line.fits_engine(version) if numbers(version) else None, matrix().age(today)
    listed = ", ".join(map(str, line.engines))
    about = [thing("node", name)]
    if fits is None:
        message = f"whether MSR {target} runs on Docker {version or 'unknown'} is not listed ({listed}; {age})"
        unlisted = Unavailable("pre.engine-unlisted", message, about=about, because=Because(name, probe="engine"))
        return unknown(unlisted, seen=version, subject=name)
    if not fits:
        message = f"MSR {target} does not run on Docker {version}: {listed} are listed ({age})"
        return failed("pre.engine", message, seen=version, expected=listed, subject=name, about=about)
    return passed(f"MSR {target} runs on Docker {version} ({age})", seen=version, expected=listed, subject=name)


def _mke(inventory: Inventory, line: Line, target: str, today: date) -> Verdict:
    version = inventory.mke.version if inventory.mke else None
    expected = f"{line.mke[0]} to {line.mke[1]}"
    if version is None:
        message = f"which MKE runs is not seen: add mke: {{url: …, version: …}}; MSR {target} runs with {expected}"
        about = [thing("inventory", "mke.version")]
        cause = Unavailable(
            "pre.mke-not-stated", message, about=about, because=Because(CLUSTER, probe="upgrade_matrix")
        )
        return unknown(cause, subject="mke")
    if line.fits_mke(version):
        message = f"MSR {target} runs with MKE {version} ({matrix().age(today)})"
        return passed(message, seen=version, expected=expected, subject="mke")
    message = f"MSR {target} does not run with MKE {version}: {expected} are listed ({matrix().age(today)})"
    return failed("pre.mke", message, seen=version, expected=expected, subject="mke", about=[thing("mke")])


@condition(
    "PRE-6",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="stop-work-in-progress",
    reasons={
        "pre.setup-runs": "a join, an upgrade or a reconfiguration runs",
        "pre.setup-failed": Reason("a join, an upgrade or a reconfiguration failed", remedy="upgrade-half-done"),
        "pre.job-runs": "a migration or a garbage collection runs",
        "pre.gc-runs": "a replica holds the lock of the garbage collection",
        "pre.jobs-unseen": "more jobs run than were read",
    },
    measured="reported",
    question=BEFORE_UPGRADE,
)
def test_nothing_disturbs_an_upgrade(
    every_containers: PerSubject[Containers], every_cluster_status: Views, running_jobs: SelectedJobs
) -> list[Verdict]:
    """No join, migration or garbage collection runs, and no phase 2 of an upgrade failed."""
    found = [verdict for seen in every_containers.values() for verdict in _set_up(seen)]
    busy = {job.action for job in running_jobs.jobs if job.migrates or job.action in COLLECTIONS}
    found += [
        failed("pre.job-runs", f"job {action} runs", subject=action, about=[thing("job", action)]) for action in busy
    ]
    holders = {view.status.gc_lock_holder: view.replica for view in answered(every_cluster_status)}
    found += [
        failed(
            "pre.gc-runs",
            f"replica {holder} holds the lock of the garbage collection {reported_by([witness])}",
            subject=f"gc:{holder}",
            about=things("replica", [holder]),
            witnesses=things("replica", [witness]),
        )
        for holder, witness in holders.items()
        if holder
    ]
    if found:
        return found
    for cause in every_containers.causes.values():
        raise cause
    if not running_jobs.whole:
        message = f"{many(len(running_jobs.jobs), 'running job')} read, and more run"
        raise Unavailable("pre.jobs-unseen", message, about=[thing("cluster")])
    return [passed("nothing is under way", seen=len(running_jobs.jobs))]


def _set_up(seen: Containers) -> Sequence[Verdict]:
    found = []
    for helper in seen.helpers:
        about = [thing("node", seen.node), thing("container", helper.name)]
        subject = f"{seen.node}:{helper.name}"
        if helper.sets_up and helper.state == "running":
            message = f"{helper.name} runs on {seen.node}: a join, an upgrade or a reconfiguration is under way"
            found.append(failed("pre.setup-runs", message, subject=subject, about=about, measured="directly"))
        elif helper.sets_up and helper.failed_at:
            message = f"{helper.name} on {seen.node} ended with code {helper.exit_code}"
            found.append(failed("pre.setup-failed", message, subject=subject, about=about, measured="directly"))
    return found


@condition(
    "PRE-10",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-copies",
    reasons={
        "pre.copies": "a table lacks a ready copy on a replica",
        "pre.rethinkdb-line": Reason(
            "the target brings another line of RethinkDB than the one that runs", remedy="pre-rethinkdb"
        ),
    },
    measured="reported",
    question=BEFORE_UPGRADE,
)
def test_tables_have_all_copies(every_cluster_status: Views, inventory: Inventory, options: Options) -> list[Verdict]:
    """Every table has a ready copy on every replica: an upgrade waits 600 s for that, and fails then."""
    return [*_copies(every_cluster_status, inventory), *_rethinkdb(every_cluster_status, _target(options))]


def _copies(every_cluster_status: Views, inventory: Inventory) -> list[Verdict]:
    replicas = [each.id for each in inventory.replicas]
    lacking: dict[str, str] = {}
    tables = 0
    for view in answered(every_cluster_status):
        of = view.replica_by_name
        tables = max(tables, len(view.tables.table_status))
        for table in view.tables.table_status:
            ready = [
                {
                    of.get(copy.server) or replica_of_server(copy.server)
                    for copy in shard.replicas
                    if copy.state == "ready"
                }
                for shard in table.shards
            ] or [set()]
            if any(not set(replicas) <= each for each in ready):
                lacking.setdefault(table.full_name, view.replica)
    if lacking:
        return [
            failed(
                "pre.copies",
                f"{table} lacks a ready copy on a replica: an upgrade waits 600 s for it, and fails then",
                subject=table,
                about=[thing("table", table)],
                witnesses=things("replica", [witness]),
            )
            for table, witness in lacking.items()
        ]
    for name in replicas:
        every_cluster_status[name]
    message = f"{many(tables, 'table')} have a ready copy on each of {many(len(replicas), 'replica')}"
    return [passed(message, seen=tables)]


def _rethinkdb(views: Views, target: str) -> list[Verdict]:
    """Whether the target brings another line of RethinkDB; nothing where the matrix, or the servers, do not show it."""
    line = matrix().line(target)
    running = sorted({s.process.version for view in answered(views) for s in view.tables.server_status} - {""})
    if line is None or line.rethinkdb is None or not running:
        return []
    shown = {".".join(map(str, numbers(each))): numbers(each)[:2] for each in running}
    brings = numbers(line.rethinkdb)[:2]
    runs = ", ".join(shown)
    if all(each == brings for each in shown.values()):
        message = f"MSR {target} brings RethinkDB {line.rethinkdb}, of the line that runs ({runs})"
        return [passed(message, seen=runs, expected=line.rethinkdb, subject="rethinkdb")]
    kind = "a newer" if all(each < brings for each in shown.values()) else "another"
    message = (
        f"MSR {target} brings {kind} line of RethinkDB, {line.rethinkdb}, and {runs} runs: servers of both form no "
        "cluster with each other, and an upgrade replaces one replica after the other"
    )
    about = [thing("cluster")]
    return [warned("pre.rethinkdb-line", message, seen=runs, expected=line.rethinkdb, subject="rethinkdb", about=about)]
