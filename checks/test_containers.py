"""The guide's section "Monitor MSR": the containers of each replica, their volumes and the database's log."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.replica_containers import (
    by_component,
    container_thing,
    judge_attachment,
    judge_health,
    judge_running,
    log_end,
)
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, not_applicable, passed
from fixtures.core.evidence import Thing, link, thing
from fixtures.core.look_back import begin
from fixtures.core.overlay_subjects import first_network
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import COMPONENTS, replica_of_server
from fixtures.options import Options
from fixtures.probes.containers import Containers, Helper, home_of
from fixtures.probes.database_log import DatabaseLog
from fixtures.probes.replica_storage import ReplicaVolumes

GUIDE = "Monitor MSR"
LOOK_BACK = timedelta(minutes=10)
# An ended session and the next one are a restart; what reconnects repeatedly is a network that flaps.
FLAPS = 3
OLD = timedelta(hours=1)
# A probe container ends by itself after two minutes; Docker may try for two to attach it.
KILLED = timedelta(minutes=5)
DAY = timedelta(hours=24)
OOM_KILLED = {"ctr.oom-killed": "the container was OOM-killed"}


@condition(
    "CTR-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="start-containers",
    reasons={
        "ctr.missing": "the container does not exist on its node, nor on any other node that was checked",
        "ctr.on-other-node": "the container is on another node than its replica",
        "ctr.exited": "the container exited",
        "ctr.created": "the container was created and never started",
        "ctr.start-failed": "the Docker engine could not start the container",
        "ctr.not-running": "the container is in another state than running",
        **OOM_KILLED,
    },
)
def test_containers_run(replica_with_docker: Replica, every_containers: PerSubject[Containers]) -> Sequence[Verdict]:
    """All nine containers of the replica exist and run."""
    home = home_of(replica_with_docker, every_containers)
    there = by_component(replica_with_docker, every_containers[home])
    return [judge_running(replica_with_docker, home, name, there.get(name), every_containers) for name in COMPONENTS]


@condition(
    "CTR-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="sick-container",
    reasons={
        "ctr.restarting": "the container is in a restart loop",
        "ctr.paused": "the container is paused",
        "ctr.unhealthy": "the container's health check fails",
        "ctr.restarted": "the container restarted recently",
        **OOM_KILLED,
    },
)
def test_containers_are_healthy(
    replica_with_docker: Replica,
    every_containers: PerSubject[Containers],
    earlier_containers: Mapping[str, Containers],
    options: Options,
) -> Sequence[Verdict]:
    """No container is restarting, paused or unhealthy; none restarted or was OOM-killed recently."""
    home = home_of(replica_with_docker, every_containers)
    seen = every_containers[home]
    before = by_component(replica_with_docker, earlier_containers[home]) if home in earlier_containers else {}
    since = begin(options.since, LOOK_BACK, seen.now)
    found = by_component(replica_with_docker, seen).items()
    verdicts = [judge_health(replica_with_docker, each, before.get(name), since, seen) for name, each in found]
    return verdicts or [not_applicable(f"no container of the replica is on {home}, see CTR-1")]


@condition(
    "CTR-3",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="upgrade-half-done",
    reasons={
        "ctr.mixed-versions": "some of a replica's containers run another version than most",
        "ctr.version-not-shown": "neither a label nor the environment nor the image of a container shows its version",
    },
    measured="derived",
)
def test_containers_run_one_version(replica_with_docker: Replica, every_containers: PerSubject[Containers]) -> Verdict:
    """All containers of the replica run the same version."""
    home = home_of(replica_with_docker, every_containers)
    there = by_component(replica_with_docker, every_containers[home])
    if not there:
        return not_applicable(f"no container of the replica is on {home}, see CTR-1")
    versions = {name: each.version for name, each in there.items() if each.version}
    hidden = [name for name in there if name not in versions]
    counted = Counter(versions.values()).most_common()
    if len(counted) <= 1 and hidden:
        raise Unavailable(
            "ctr.version-not-shown",
            f"neither label, environment nor image shows the version of {', '.join(hidden)}",
            about=[container_thing(replica_with_docker, name) for name in hidden],
        )
    usual = counted[0][0]
    if len(counted) == 1:
        return passed(usual, seen=usual)
    odd = {name: version for name, version in versions.items() if version != usual}
    message = f"{', '.join(f'{name} runs {version}' for name, version in odd.items())} instead of {usual}"
    about = [container_thing(replica_with_docker, name) for name in odd]
    return failed("ctr.mixed-versions", message, seen=versions, expected="one version", about=about)


@condition(
    "CTR-4",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="reattach-container",
    reasons={"ctr.detached": "the container is not attached to the overlay network"},
)
def test_containers_are_on_the_overlay_network(
    replica_with_docker: Replica, every_containers: PerSubject[Containers], inventory: Inventory
) -> Sequence[Verdict]:
    """Every container of the replica is attached to the overlay network."""
    # Others may be tested, but only the first is that of the replicas.
    home, networks = home_of(replica_with_docker, every_containers), [first_network(inventory)]
    found = by_component(replica_with_docker, every_containers[home]).values()
    return [judge_attachment(replica_with_docker, each, networks) for each in found] or [
        not_applicable(f"no container of the replica is on {home}, see CTR-1")
    ]


@condition(
    "CTR-5",
    severity=CRITICAL,
    documented="Beyond the guide: volumes of a replica",
    remedy="missing-volume",
    reasons={"ctr.volume-missing": "a volume of the replica does not exist"},
)
def test_volumes_exist(every_containers: PerSubject[Containers], replica_volumes: ReplicaVolumes) -> Verdict:
    """The replica's volumes exist, including the volume where its registry stores images."""
    every_containers[replica_volumes.node]  # what was seen there must still hold
    missing = [name for name, volume in replica_volumes.volumes.items() if volume is None]
    names = sorted(replica_volumes.volumes)
    if missing:
        message = f"{many(len(missing), 'volume')} missing on {replica_volumes.node}: {', '.join(missing)}"
        left, about = sorted(set(names) - set(missing)), [thing("volume", name) for name in missing]
        return failed("ctr.volume-missing", message, seen=left, expected=names, about=about)
    return passed(f"{many(len(names), 'volume')} found", seen=names, expected=names)


@condition(
    "CTR-6",
    severity=WARNING,
    documented="Beyond the guide: RethinkDB's log",
    remedy="flapping-links",
    reasons={
        "ctr.links-flap": "a database log shows a server that disconnected several times",
        "ctr.log-not-read-back": "the database log was not read back far enough",
    },
    measured="reported",
)
def test_database_links_do_not_flap(
    replica_with_docker: Replica, every_containers: PerSubject[Containers], database_log: DatabaseLog, options: Options
) -> Verdict:
    """The database log shows no database server that reconnects repeatedly."""
    every_containers[home_of(replica_with_docker, every_containers)]
    since = begin(options.since, timedelta(hours=1), database_log.now)
    lost = [each for each in database_log.links if each.at >= since and not each.came]
    gone = Counter(each.server for each in lost)
    reach = f"{many(database_log.lines, 'line')} of the log read"
    if database_log.reach is not None and database_log.reach > since:
        reach += f", back to {database_log.reach:%Y-%m-%d %H:%M} UTC"
    flapping = {server: count for server, count in gone.items() if count >= FLAPS}
    if flapping:
        lines = ", ".join(f"{server} disconnected {count} times" for server, count in sorted(flapping.items()))
        return failed(
            "ctr.links-flap",
            f"{lines} since {since:%Y-%m-%d %H:%M} UTC ({reach})",
            seen=flapping,
            expected=f"< {FLAPS}",
            about=[link(replica_with_docker.id, replica_of_server(server)) for server in sorted(flapping)],
            witnesses=[thing("database", replica_with_docker.id)],
            since=min(each.at for each in lost if each.server in flapping),
        )
    message = f"no database server reconnects repeatedly ({reach})"
    if not database_log.covers(since):
        raise Unavailable(
            "ctr.log-not-read-back",
            f"{message}, but the log from {since:%Y-%m-%d %H:%M} UTC on was not all read",
        )
    return passed(message, seen=dict(gone), expected=f"< {FLAPS}")


@condition(
    "CTR-7",
    severity=WARNING,
    documented="Beyond the guide: helper containers",
    remedy="helper-containers",
    reasons={
        "ctr.join-failed": Reason("a join or an upgrade failed within the last 24 hours", remedy="failed-join"),
        "ctr.join-helper": "helper containers are left over, at least one of them from a join or an upgrade",
        "ctr.test-helper": "containers of an overlay test are left over, and none from a join or an upgrade",
        "ctr.probe-container": Reason(
            "probe containers of killed runs of msr-checks are left over, and no other helper",
            remedy="probe-containers",
        ),
    },
)
def test_no_helper_is_left(containers: Containers) -> Verdict:
    """No join or upgrade failed, and no helper container is left over from one, or from an overlay test."""
    helpers = [each for each in containers.helpers if not each.ours or containers.now - each.created > KILLED]
    names = [each.name for each in helpers]
    joins = [each for each in helpers if each.sets_up]
    ended = [each for each in joins if each.failed_at and containers.now - each.failed_at <= DAY]
    if ended:
        return failed(
            "ctr.join-failed",
            "; ".join(_how_it_failed(each) for each in ended),
            severity=CRITICAL,
            seen=names,
            expected=[],
            about=_things(joins),
            since=min(each.failed_at for each in ended if each.failed_at),
        )
    old = [each for each in helpers if each.ours or containers.now - each.created > OLD]
    if old:
        oldest = min(old, key=lambda each: each.created)
        what, reason = many(len(old), "helper container"), "ctr.join-helper" if joins else "ctr.test-helper"
        if not joins and all(each.ours for each in old):
            what, reason = f"{many(len(old), 'probe container')} of msr-checks", "ctr.probe-container"
        left = f"{what} left over (oldest from {oldest.created:%Y-%m-%d %H:%M} UTC)"
        message = f"{left}: {', '.join(each.name for each in old)}"
        about = _things([*old, *joins])
        return failed(reason, message, seen=names, expected=[], about=about, since=oldest.created)
    about = _things(joins)
    if any(each.name.startswith("dtr-phase2") and each.state == "running" for each in helpers):
        return passed(f"a join or an upgrade is running: {', '.join(names)}", seen=names, about=about)
    shown = [each.name if each.state == "running" else f"{each.name} ({each.state})" for each in helpers]
    recent = f"{many(len(names), 'helper container')}, less than 1 h old"
    message = f"{recent}: {', '.join(shown)}" if names else "no helper container exists"
    return passed(message, seen=names, about=about)


def _how_it_failed(helper: Helper) -> str:
    ended = f"exited with exit code {helper.exit_code}" if helper.state == "exited" else f"is {helper.state}"
    at = f" at {helper.finished:%Y-%m-%d %H:%M:%S} UTC" if helper.finished else ""
    error = f": {one_line(helper.error)}" if helper.error else ""
    return f"{helper.name} {ended}{at}{error}{log_end(helper.log, 5)}"


def _things(helpers: Sequence[Helper]) -> list[Thing]:
    return list(dict.fromkeys(thing("container", each.name) for each in helpers))
