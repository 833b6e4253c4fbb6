"""What Docker shows of a replica's containers, volumes and logs.

Most break the store of the vulnerability scanner, which no health check of MSR looks at: Docker alone tells.
"""

from datetime import timedelta

from lab.embedded import expected_trust, faults
from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import DAY, Container, LogLine
from lab.embedded.nodes.expected import component, components, names
from lab.embedded.nodes.healthy import labels
from lab.embedded.product import OLDER, bootstrapper, image
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

QUIET = "scanningstore"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

collection = Collection()
scene = collection.scene


def _of_the_bad_one(cluster: Cluster, name: str = QUIET) -> Container:
    return cluster.node(cluster.bad).of(cluster.bad.id, name)


def _thing(cluster: Cluster, name: str = QUIET) -> str:
    """The same one, as a cause is about it."""
    return f"container:{name}-{cluster.bad.id}"


@scene("container-killed", "One replica's vulnerability store was killed an hour ago; MSR itself says nothing of it.")
def container_killed(cluster: Cluster, expect: Expectations) -> None:
    """`docker kill` stops it for good, whatever the restart policy."""
    store = _of_the_bad_one(cluster)
    store.stop(HOUR)
    store.log.append(LogLine(HOUR, "LOG:  received fast shutdown request", "stderr"))
    expect.fail("CTR-1", component(cluster.bad, QUIET))
    expect.cause("container-down", _thing(cluster), offers="start")


@scene("container-removed", "One replica's vulnerability store was removed.")
def container_removed(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.remove(cluster.bad.id, QUIET)
    expect.fail("CTR-1", component(cluster.bad, QUIET))
    expect.cause("container-missing", _thing(cluster), offers="reconfigure")


@scene("container-never-started", "One replica's vulnerability store was made and could not be started.")
def container_never_started(cluster: Cluster, expect: Expectations) -> None:
    store = _of_the_bad_one(cluster)
    store.stop(HOUR, code=127)
    store.state, store.started, store.finished = "created", None, None
    store.error = "OCI runtime create failed: unable to start container process: no such file or directory: unknown"
    expect.fail("CTR-1", component(cluster.bad, QUIET))
    expect.cause("container-down", _thing(cluster))


@scene("token-service-never-started", "One replica's garant was made and could not be started; Docker says why.")
def token_service_never_started(cluster: Cluster, expect: Expectations) -> None:
    """Its name is nowhere, so that /_ping cannot connect to it, and nginx has nobody to pass a log-in to."""
    garant = _of_the_bad_one(cluster, "garant")
    garant.stop(HOUR, code=128)
    garant.state, garant.started, garant.finished, garant.log = "created", None, None, []
    garant.error = "driver failed programming external connectivity on endpoint: address already in use"
    host = f"dtr-garant-{cluster.bad.id}"
    cluster.bad.ping_error = f"Failed to connect to container at {host}:80: dial tcp: lookup {host}: no such host"
    cluster.bad.faults["/auth/token"] = faults.html(502, "502 Bad Gateway")
    expect.fail("CTR-1", component(cluster.bad, "garant"))
    expect.fail("PING-1", cluster.bad.id)
    expect.fail("STATUS-4", *(f"{asked}:{cluster.bad.id}" for asked in expect.everywhere))
    expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, [cluster.bad.id]))
    expect.unknown("TOKEN-2", *expected_trust.refused_at([cluster.bad.id]))
    expect.unknown("REG-2", *expect.pulls(cluster.bad))
    expected_trust.no_feed_at(expect, [cluster.bad])
    expect.cause("container-down", _thing(cluster, "garant"))


@scene("container-crash-loop", "One replica's vulnerability store ends as soon as it is started, again and again.")
def container_crash_loop(cluster: Cluster, expect: Expectations) -> None:
    store = _of_the_bad_one(cluster)
    store.stop(timedelta(seconds=20), code=1)
    store.state, store.restarts, store.started = "restarting", 58, timedelta(seconds=21)
    store.log.append(
        LogLine(timedelta(seconds=20), "FATAL:  could not write lock file: Read-only file system", "stderr")
    )
    expect.fail("CTR-2", component(cluster.bad, QUIET))
    expect.cause("crash-loop", _thing(cluster))


@scene(
    "container-crash-loop-seen-running", "One replica's vulnerability store restarts again and again, and just runs."
)
def container_crash_loop_seen_running(cluster: Cluster, expect: Expectations) -> None:
    """It runs for a while each time, so that nobody sees it end."""
    store = _of_the_bad_one(cluster)
    store.created, store.restarts = timedelta(minutes=133), 140
    store.started, store.finished = timedelta(seconds=2), timedelta(seconds=3)
    expect.fail("CTR-2", component(cluster.bad, QUIET))
    expect.cause("crash-loop", _thing(cluster))


@scene("container-restarted", "One replica's job runner crashed four minutes ago and was started again.")
def container_restarted(cluster: Cluster, expect: Expectations) -> None:
    """A single `docker ps` sees nothing of it but the time."""
    runner = _of_the_bad_one(cluster, "jobrunner")
    runner.restarts, runner.started, runner.finished = 1, 4 * MINUTE, 4 * MINUTE + timedelta(seconds=1)
    runner.exit_code = 0
    expect.warn("CTR-2", component(cluster.bad, "jobrunner"))
    expect.cause("container-restarted", _thing(cluster, "jobrunner"))


@scene("container-out-of-memory", "One replica's vulnerability store was killed for its memory three minutes ago.")
def container_out_of_memory(cluster: Cluster, expect: Expectations) -> None:
    """As Docker keeps it: OOMKilled stays true while the restarted one runs."""
    store = _of_the_bad_one(cluster)
    store.oom_killed, store.restarts = True, 1
    store.started, store.finished = 3 * MINUTE, 3 * MINUTE + timedelta(seconds=1)
    expect.warn("CTR-2", component(cluster.bad, QUIET))
    expect.cause("oom-killed", _thing(cluster))


@scene("container-unhealthy", "Docker's health check of one replica's nginx fails, though it answers to all others.")
def container_unhealthy(cluster: Cluster, expect: Expectations) -> None:
    _of_the_bad_one(cluster, "nginx").health = "unhealthy"
    expect.fail("CTR-2", component(cluster.bad, "nginx"))
    expect.cause("container-unhealthy", _thing(cluster, "nginx"), offers="restart-container")


@scene("container-paused", "Somebody paused one replica's vulnerability store.")
def container_paused(cluster: Cluster, expect: Expectations) -> None:
    _of_the_bad_one(cluster).state = "paused"
    expect.fail("CTR-2", component(cluster.bad, QUIET))
    expect.cause("container-paused", _thing(cluster), offers="start")


@scene("container-off-the-overlay", "One replica's vulnerability store was disconnected from the overlay network.")
def container_off_the_overlay(cluster: Cluster, expect: Expectations) -> None:
    _of_the_bad_one(cluster).networks = {"bridge": "172.17.0.2"}
    expect.fail("CTR-4", component(cluster.bad, QUIET))
    expect.cause("container-off-the-overlay", _thing(cluster))


@scene("database-off-the-overlay", "One replica's database runs, disconnected from the overlay network for an hour.")
def database_off_the_overlay(cluster: Cluster, expect: Expectations) -> None:
    """To all others it is gone, and its name with it; Docker shows it as running."""
    cluster.pings_tell_issues = False
    cluster.bad.lose_database(HOUR, container_runs=True)
    _of_the_bad_one(cluster, "rethinkdb").networks = {}
    expect.fail("PING-1", cluster.bad.id)
    expect.no_status(cluster.bad)
    expect.database_gone(cluster.bad)
    expected_trust.feeds_fail_at(expect, [cluster.bad])
    expect.fail("CTR-4", component(cluster.bad, "rethinkdb"))
    expect.fail("NET-4", *names(cluster, [cluster.bad]))
    expect.cause("container-off-the-overlay", _thing(cluster, "rethinkdb"))


@scene("replica-stopped", "All containers of one replica stayed down when its node was started again an hour ago.")
def replica_stopped(cluster: Cluster, expect: Expectations) -> None:
    """After an engine was killed, those with `unless-stopped` stay Exited when it comes back."""
    cluster.pings_tell_issues = False
    cluster.bad.door = Door.CLOSED
    cluster.bad.lose_database(HOUR)
    for container in cluster.node(cluster.bad).containers:
        container.stop(HOUR, code=0)
    expect.silent(cluster.bad, handshake=False)
    expect.database_gone(cluster.bad)
    expect.fail("CTR-1", *components(cluster.bad))
    expect.cause("containers-down-after-reboot", f"replica:{cluster.bad.id}", offers="start")


@scene("five-containers-stayed-down", "Five containers of one replica stayed down when its node started an hour ago.")
def five_containers_stayed_down(cluster: Cluster, expect: Expectations) -> None:
    """The other four were started with the node."""
    node, bad = cluster.node(cluster.bad), cluster.bad
    node.uptime = bad.database_uptime = HOUR
    bad.registry_up = bad.notary_up = False
    bad.worker, bad.worker_heartbeat = "dead", -HOUR
    down = ("jobrunner", "notary-server", "notary-signer", "registry", QUIET)
    for container in node.containers:
        if container.component in down:
            container.stop(HOUR, code=255)
        else:
            container.started, container.finished = HOUR, HOUR + MINUTE
    expect.fail("CTR-1", *(component(bad, name) for name in down))
    expect.fail("PING-1", bad.id)
    expect.fail("STATUS-4", *(f"{asked}:{bad.id}" for asked in expect.everywhere))
    expect.fail("REG-1", bad.id)
    expect.fail("JOB-1", bad.id)
    expect.unknown("TOKEN-2", *expected_trust.refused_at([bad.id]))
    expect.unknown("REG-2", *expect.pulls(bad))
    expected_trust.feeds_fail_at(expect, [bad])
    expect.cause("containers-down-after-reboot", f"replica:{bad.id}", offers="start")


@scene("container-of-an-older-version", "One of a replica's containers was left at the version before.")
def container_of_an_older_version(cluster: Cluster, expect: Expectations) -> None:
    store = _of_the_bad_one(cluster)
    store.image = image(QUIET, OLDER)
    store.labels = labels(cluster.bad.id, QUIET, OLDER)
    store.environment[0] = f"DTR_VERSION={OLDER}"
    expect.fail("CTR-3", cluster.bad.id)
    expect.cause("container-version", f"replica:{cluster.bad.id}")


@scene("volume-missing", "The volume of one replica's vulnerability store is gone.")
def volume_missing(cluster: Cluster, expect: Expectations) -> None:
    del cluster.node(cluster.bad).volumes[f"dtr-postgres-{cluster.bad.id}"]
    expect.fail("CTR-5", cluster.bad.id)
    expect.cause("volume-missing", f"volume:dtr-postgres-{cluster.bad.id}")


@scene("storage-volume-missing", "The volume that one replica's registry mounts at /storage is gone.")
def storage_volume_missing(cluster: Cluster, expect: Expectations) -> None:
    del cluster.node(cluster.bad).volumes[f"dtr-registry-{cluster.bad.id}"]
    expect.fail("CTR-5", cluster.bad.id)
    expect.cause("volume-missing", f"volume:dtr-registry-{cluster.bad.id}")


@scene("database-links-flap", "One replica's database loses another one every few minutes, and finds it again.")
def database_links_flap(cluster: Cluster, expect: Expectations) -> None:
    other = cluster.replicas[0]
    database = _of_the_bad_one(cluster, "rethinkdb")
    for ago in (50, 41, 33, 24, 15, 6):
        lost, found = timedelta(minutes=ago), timedelta(minutes=ago, seconds=-12)
        database.log.append(LogLine(lost, f'Disconnected from server "{other.server}" {other.uuid}', "stderr"))
        database.log.append(LogLine(found, f'Connected to server "{other.server}" {other.uuid}', "stderr"))
    expect.warn("CTR-6", cluster.bad.id)
    expect.cause("flapping", f"database:{other.id}", f"database:{cluster.bad.id}")


@scene("database-log-floods", "One replica's database wrote 12,000 lines within ten minutes.")
def database_log_floods(cluster: Cluster, expect: Expectations) -> None:
    """What it wrote before cannot be read: whether it lost another one half an hour ago is not known."""
    line = "Query took longer than usual"
    log = _of_the_bad_one(cluster, "rethinkdb").log
    log += [LogLine(timedelta(seconds=600 - number / 20), line, "stderr") for number in range(12_000)]
    expect.unknown("CTR-6", cluster.bad.id)
    expect.cause("log-not-read-back", f"database:{cluster.bad.id}")


@scene("helper-left-over", "The container of an overlay test of two days ago still runs on one node.")
def helper_left_over(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    node.containers.append(
        Container("overlay-test1", bootstrapper(), created=2 * DAY, started=2 * DAY, restart_policy="no",
                  entrypoint=["sh"], networks={"dtr-ol": cluster.swarm.free_address("dtr-ol")})
    )  # fmt: skip
    expect.warn("CTR-7", node.name)
    expect.cause("helper-left-over", f"node:{node.name}")


@scene(
    "probe-container-left-over",
    "A run that was killed ten minutes ago left a container that it made and had not started.",
)
def probe_container_left_over(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    labels = {"msr-checks.run": "0123456789abcdef"}
    node.containers.append(
        Container("msr-checks-overlay-0123456789ab", bootstrapper(), created=timedelta(minutes=10), started=None,
                  state="created", labels=labels, restart_policy="no", entrypoint=["sh"])
    )  # fmt: skip
    expect.warn("CTR-7", node.name)
    expect.cause("probe-left-over", f"node:{node.name}")


@scene("join-failed", "A join failed twenty minutes ago: its second phase exited with an error.")
def join_failed(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    begun, ended = timedelta(minutes=25), timedelta(minutes=20)
    phase2 = Container("dtr-phase2", bootstrapper(), created=begun, started=begun, restart_policy="no")
    phase2.log = [
        LogLine(ended, 'time="2026-11-29T21:00:00Z" level=info msg="Waiting for replica to become healthy"', "stderr"),
        LogLine(ended, "FATA[0300] Failed to join: the new replica did not become ready in time", "stderr"),
    ]
    phase2.stop(ended, code=1)
    node.containers.append(phase2)
    expect.fail("CTR-7", node.name)
    expect.cause("join-failed", f"node:{node.name}")


@scene("join-left-over", "A join that was interrupted yesterday left its second phase behind, exited.")
def join_left_over(cluster: Cluster, expect: Expectations) -> None:
    node = cluster.node(cluster.bad)
    left = Container("dtr-phase2", bootstrapper(), created=DAY, started=DAY, restart_policy="no")
    left.stop(23 * HOUR, code=1)
    node.containers.append(left)
    expect.fail("CTR-7", node.name)
    expect.cause("join-failed", f"node:{node.name}")
