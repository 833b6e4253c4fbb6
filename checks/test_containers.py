"""The guide's section "Monitor MSR": the containers of each replica, their volumes and the database's log."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.cluster_views import begin
from checks.verdict import Verdict, failed, not_applicable, passed, warned
from fixtures.core.overlay_subjects import first_network
from fixtures.core.store import PerSubject
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.probes.containers import COMPONENTS, Container, Containers, home_of
from fixtures.probes.database_log import DatabaseLog
from fixtures.probes.replica_storage import ReplicaVolumes

GUIDE = "Monitor MSR"
RUNNING = "running"
LOOK_BACK = timedelta(minutes=10)
# An ended session and the next one are a restart; what comes back again and again is a network that flaps.
FLAPS = 3
OLD = timedelta(hours=1)


@condition("CTR-1", severity=CRITICAL, documented=GUIDE, remedy="start-containers")
def test_containers_run(replica_with_docker: Replica, every_containers: PerSubject[Containers]) -> Sequence[Verdict]:
    """The replica's nine containers are there and run."""
    home = home_of(replica_with_docker, every_containers)
    there = _of(replica_with_docker, every_containers[home])
    return [_runs(replica_with_docker, home, name, there.get(name), every_containers) for name in COMPONENTS]


@condition("CTR-2", severity=CRITICAL, documented=GUIDE, remedy="sick-container")
def test_containers_are_well(
    replica_with_docker: Replica,
    every_containers: PerSubject[Containers],
    earlier_containers: Mapping[str, Containers],
    options: Options,
) -> Sequence[Verdict]:
    """No container restarts, is paused or unhealthy; none restarted or was killed for its memory lately."""
    home = home_of(replica_with_docker, every_containers)
    seen = every_containers[home]
    before = _of(replica_with_docker, earlier_containers[home]) if home in earlier_containers else {}
    since = begin(options.since, LOOK_BACK, seen.now)
    found = _of(replica_with_docker, seen).items()
    well = [_well(replica_with_docker, each, before.get(name), since) for name, each in found]
    return well or [not_applicable(f"none of its containers is on {home}, see CTR-1")]


@condition("CTR-3", severity=CRITICAL, documented=GUIDE, remedy="upgrade-half-done")
def test_containers_carry_one_version(
    replica_with_docker: Replica, every_containers: PerSubject[Containers]
) -> Verdict:
    """All containers of the replica carry the same version."""
    home = home_of(replica_with_docker, every_containers)
    there = _of(replica_with_docker, every_containers[home])
    if not there:
        return not_applicable(f"none of its containers is on {home}, see CTR-1")
    versions = {name: each.version or each.image for name, each in there.items()}
    counted = Counter(versions.values()).most_common()
    usual = counted[0][0]
    if len(counted) == 1:
        return passed(usual, seen=usual)
    odd = [f"{name} {version}" for name, version in versions.items() if version != usual]
    return failed(f"{', '.join(odd)} instead of {usual}", seen=versions, expected="one version")


@condition("CTR-4", severity=CRITICAL, documented=GUIDE, remedy="reattach-container")
def test_containers_are_on_the_overlay_network(
    replica_with_docker: Replica, every_containers: PerSubject[Containers], inventory: Inventory
) -> Sequence[Verdict]:
    """Every container of the replica is attached to the overlay network."""
    # Others may be tested, but only the first is that of the replicas.
    home, networks = home_of(replica_with_docker, every_containers), [first_network(inventory)]
    found = _of(replica_with_docker, every_containers[home]).values()
    return [_attached(replica_with_docker, each, networks) for each in found] or [
        not_applicable(f"none of its containers is on {home}, see CTR-1")
    ]


@condition("CTR-5", severity=CRITICAL, documented="Beyond the guide: volumes of a replica", remedy="missing-volume")
def test_volumes_are_there(every_containers: PerSubject[Containers], replica_volumes: ReplicaVolumes) -> Verdict:
    """The replica's volumes are there, and what its registry keeps images on."""
    every_containers[replica_volumes.node]  # what was seen there must still stand
    missing = [name for name, volume in replica_volumes.volumes.items() if volume is None]
    names = sorted(replica_volumes.volumes)
    if missing:
        message = f"missing on {replica_volumes.node}: {', '.join(missing)}"
        return failed(message, seen=sorted(set(names) - set(missing)), expected=names)
    return passed(f"{len(names)} volumes", seen=names, expected=names)


@condition("CTR-6", severity=WARNING, documented="Beyond the guide: RethinkDB's log", remedy="flapping-links")
def test_database_links_do_not_flap(
    replica_with_docker: Replica, every_containers: PerSubject[Containers], database_log: DatabaseLog, options: Options
) -> Verdict:
    """The database's log tells of no server that came and went again and again."""
    every_containers[home_of(replica_with_docker, every_containers)]
    since = begin(options.since, timedelta(hours=1), database_log.now)
    gone = Counter(link.server for link in database_log.links if link.at >= since and not link.came)
    reach = f"{database_log.lines} lines read"
    if database_log.reach is not None and database_log.reach > since:
        reach += f", back to {database_log.reach:%Y-%m-%d %H:%M} UTC"
    flapping = {server: count for server, count in gone.items() if count >= FLAPS}
    if flapping:
        told = ", ".join(f"{server} went {count} times" for server, count in sorted(flapping.items()))
        return failed(f"since {since:%Y-%m-%d %H:%M} UTC {told}; {reach}", seen=flapping, expected=f"< {FLAPS}")
    return passed(f"no flapping; {reach}", seen=dict(gone), expected=f"< {FLAPS}")


@condition("CTR-7", severity=WARNING, documented="Beyond the guide: helper containers", remedy="helper-containers")
def test_no_helper_is_left(containers: Containers) -> Verdict:
    """No container is left of a join, an upgrade or an overlay test."""
    old = [each for each in containers.helpers if containers.now - each.created > OLD]
    names = [each.name for each in containers.helpers]
    if old:
        oldest = min(old, key=lambda each: each.created)
        message = f"{', '.join(each.name for each in old)}: left, the oldest since {oldest.created:%Y-%m-%d %H:%M} UTC"
        return failed(message, seen=names, expected=[])
    if any(name.startswith("dtr-phase2") for name in names):
        return passed(f"{', '.join(names)}: a join or an upgrade runs at this moment", seen=names)
    return passed(f"young: {', '.join(names)}" if names else "no helper container is there", seen=names)


def _of(replica: Replica, containers: Containers) -> dict[str, Container]:
    """A replica's containers on a node, by component."""
    own = {each.component: each for each in containers.msr if each.replica == replica.id}
    return {name: own[name] for name in COMPONENTS if name in own}


def _runs(
    replica: Replica, home: str, name: str, container: Container | None, everywhere: PerSubject[Containers]
) -> Verdict:
    subject = f"{replica.id}:{name}"
    if container is None:
        elsewhere = [node for node, seen in everywhere.items() if node != home and name in _of(replica, seen)]
        found = f"; it is on {elsewhere[0]}" if elsewhere else ""
        return failed(
            f"there is no container dtr-{name}-{replica.id} on {home}{found}", expected=RUNNING, subject=subject
        )
    if container.state in (RUNNING, "paused", "restarting"):  # the latter two are CTR-2's
        return passed(container.state, seen=container.state, expected=RUNNING, subject=subject)
    return failed(_why_not(container), seen=container.state, expected=RUNNING, subject=subject)


def _why_not(container: Container) -> str:
    """Why a container does not run, with its last words."""
    code = f" with exit code {container.exit_code}" if container.state == "exited" else ""
    at = f" since {container.finished:%Y-%m-%d %H:%M:%S} UTC" if container.finished else ""
    memory = ", killed for its memory" if container.oom_killed else ""
    error = f", {container.error}" if container.error else ""
    last = [line.strip() for line in container.log.splitlines() if line.strip()][-5:]
    words = f"; its last words: {' | '.join(last)}" if last else ""
    return f"{container.state}{code}{at}{memory}{error}{words}"


def _well(replica: Replica, container: Container, before: Container | None, since: datetime) -> Verdict:
    subject = f"{replica.id}:{container.component}"
    seen = {"state": container.state, "health": container.health, "restarts": container.restarts}
    if container.state == "restarting":
        message = f"it restarts again and again, {container.restarts} times so far{_last(container)}"
        return failed(message, seen=seen, expected=RUNNING, subject=subject)
    if container.state == "paused":
        return failed("it is paused", seen=seen, expected=RUNNING, subject=subject)
    if not container.runs:  # Docker calls what has a health check unhealthy as soon as it has ended
        return passed(f"{container.state}, see CTR-1", seen=seen, subject=subject)
    if container.health == "unhealthy":
        return failed("its health check says unhealthy", seen=seen, expected="healthy", subject=subject)
    if before is not None and before.restarts < container.restarts:
        return failed(f"it restarted between two looks, {container.restarts} times so far", seen=seen, subject=subject)
    if container.restarts and container.finished and container.finished >= since:
        why = "was killed for its memory" if container.oom_killed else "restarted"
        message = f"it {why} at {container.finished:%Y-%m-%d %H:%M:%S} UTC, {container.restarts} restarts so far"
        return warned(message, seen=seen, expected=RUNNING, subject=subject)
    return passed(container.health or container.state, seen=seen, subject=subject)


def _last(container: Container) -> str:
    lines = [line.strip() for line in container.log.splitlines() if line.strip()]
    return f"; its last words: {' | '.join(lines[-3:])}" if lines else ""


def _attached(replica: Replica, container: Container, networks: Sequence[str]) -> Verdict:
    """A container that does not run keeps its networks, and its endpoints are gone with it."""
    subject = f"{replica.id}:{container.component}"
    has = container.attached if container.runs else container.networks
    missing = [network for network in networks if network not in has]
    if missing:
        return failed(f"not attached to {', '.join(missing)}", seen=has, expected=list(networks), subject=subject)
    return passed(", ".join(networks), seen=has, expected=list(networks), subject=subject)
