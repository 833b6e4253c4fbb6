"""What meets at one time: two faults that have nothing to do with each other, of which neither may hide the other."""

from datetime import timedelta

from lab.embedded import faults
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import Container
from lab.embedded.nodes.expected import component
from lab.embedded.product import OLDER, bootstrapper
from lab.embedded.scenes.containers import HOUR, QUIET
from lab.embedded.scenes.outages import one_database_killed_one_says_so
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene


@scene("database-killed-during-an-upgrade", "While one replica is upgraded, the database server of another is killed.")
def database_killed_during_an_upgrade(cluster: Cluster, expect: Expectations) -> None:
    """Its job worker is down as long as its containers are replaced. Two of three databases are left, a majority."""
    one_database_killed_one_says_so(cluster, expect)
    upgraded, ago = cluster.replicas[1], timedelta(minutes=3)
    upgraded.version, upgraded.worker, upgraded.worker_heartbeat = OLDER, "dead", -ago
    cluster.node(upgraded).containers.append(
        Container("dtr-phase2", bootstrapper(), created=ago, started=ago, restart_policy="no")
    )
    expect.fail("VERSION-1", upgraded.id)
    expect.fail("JOB-1", upgraded.id)
    expect.cause("upgrade-running", f"replica:{upgraded.id}")


@scene(
    "two-replicas-with-two-faults",
    "Of two replicas one has no way to its registry, and its vulnerability store was killed.",
    replicas=2,
)
def two_replicas_with_two_faults(cluster: Cluster, expect: Expectations) -> None:
    """Both databases are well. That two replicas tolerate no failure is said as ever."""
    cluster.bad.faults["/v2/"] = faults.html(502, "502 Bad Gateway")
    cluster.node(cluster.bad).of(cluster.bad.id, QUIET).stop(HOUR)
    expect.fail("REG-1", cluster.bad.id)
    expect.unknown("REG-2", *expect.pulls(cluster.bad))
    expect.fail("CTR-1", component(cluster.bad, QUIET))
    expect.cause("registry-down", f"replica:{cluster.bad.id}")
    expect.cause("container-down", f"container:{QUIET}-{cluster.bad.id}", offers="start")
    expect.cause("few-replicas", "cluster")


@scene("two-containers-crash", "One replica's job runner has been restarted 311 times, another's store exited.")
def two_containers_crash(cluster: Cluster, expect: Expectations) -> None:
    other = cluster.replicas[1]
    runner = cluster.node(other).of(other.id, "jobrunner")
    runner.stop(timedelta(seconds=30), code=2)
    runner.state, runner.restarts, runner.started = "restarting", 311, timedelta(seconds=31)
    other.worker, other.worker_heartbeat = "dead", -HOUR
    cluster.node(cluster.bad).of(cluster.bad.id, QUIET).stop(HOUR, code=1)
    expect.fail("CTR-2", component(other, "jobrunner"))
    expect.fail("JOB-1", other.id)
    expect.fail("CTR-1", component(cluster.bad, QUIET))
    expect.cause("container-down", f"container:{QUIET}-{cluster.bad.id}", offers="start")
    expect.cause("crash-loop", f"container:jobrunner-{other.id}")
