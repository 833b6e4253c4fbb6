"""May this one be stopped now? What is asked about, and what keeps it from being stopped."""

from datetime import timedelta

from lab.embedded.expectations import Expectations
from lab.embedded.healthy import REPLICA_IDS
from lab.embedded.nodes.container import Container
from lab.embedded.nodes.healthy import bare_node
from lab.embedded.product import VERSION, bootstrapper
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster, Job

collection = Collection()
scene = collection.scene

FIRST, LAST = ("--ok-to-stop=node-1",), ("--ok-to-stop=node-3",)
KEEPS = "not-ok-to-stop"


@scene("stop-a-node-of-three", "All three replicas are sound: one node can be stopped.", options=LAST, sound=True)
def stop_a_node_of_three(_cluster: Cluster, _expect: Expectations) -> None:
    pass


@scene(
    "stop-a-replica-of-three",
    "All three replicas are sound: one of them can be stopped, and its node stays up.",
    options=(f"--ok-to-stop={REPLICA_IDS[2]}",),
    sound=True,
)
def stop_a_replica_of_three(cluster: Cluster, _expect: Expectations) -> None:
    cluster.node(cluster.bad).boot.root = False


@scene("stop-a-worker", "A worker without a replica can be stopped.", options=("--ok-to-stop=node-4",), sound=True)
def stop_a_worker(cluster: Cluster, _expect: Expectations) -> None:
    cluster.swarm.nodes.append(bare_node(4, "node-4"))
    # What works elsewhere goes on without it.
    cluster.jobs.append(Job("onlinegc", status="running", age=timedelta(minutes=4)))


@scene("stop-while-one-is-down", "One replica's database is down, and another node is to be stopped.", options=FIRST)
def stop_while_one_is_down(cluster: Cluster, expect: Expectations) -> None:
    cluster.pings_tell_issues = False
    cluster.bad.lose_database(timedelta(hours=1))
    expect.fail("STOP-1", "node-1")
    tables = [f"table:{table.full_name}" for table in cluster.tables]
    expect.cause(KEEPS, f"replica:{cluster.replicas[0].id}", *tables)


@scene(
    "stop-the-copy-that-is-needed",
    "One table has no copy on one replica, so that it needs both others, with every flag green.",
    options=FIRST,
)
def stop_the_copy_that_is_needed(cluster: Cluster, expect: Expectations) -> None:
    cluster.table("dtr2.blobs").lacks.add(cluster.bad.id)
    expect.fail("STOP-1", "node-1")
    expect.cause(KEEPS, f"replica:{cluster.replicas[0].id}", "table:dtr2.blobs")


@scene("stop-while-backfilling", "A copy of a table is being filled, on the node that is to be stopped.", options=LAST)
def stop_while_backfilling(cluster: Cluster, expect: Expectations) -> None:
    table = cluster.table("dtr2.events")
    table.flags = {"all_replicas_ready": False}
    table.states = {cluster.bad.id: "backfilling"}
    expect.fail("STOP-4", "node-3:dtr2.events")
    expect.cause(KEEPS, "table:dtr2.events")


@scene(
    "stop-a-manager-of-two",
    "One of three managers is unreachable, and another one is to be stopped.",
    options=("--ok-to-stop=node-2",),
    replicas=5,
)
def stop_a_manager_of_two(cluster: Cluster, expect: Expectations) -> None:
    cluster.swarm.node("node-3").reachable = False
    expect.fail("STOP-2", "node-2")
    expect.cause(KEEPS, "node:node-2", "swarm")


@scene(
    "stop-a-store-of-mke",
    "MKE's store does not run on one of three managers, and another one is to be stopped.",
    options=FIRST,
)
def stop_a_store_of_mke(cluster: Cluster, expect: Expectations) -> None:
    for node in cluster.swarm.nodes:
        node.containers += [Container(name, f"mirantis/{name}:3.8.2") for name in ("ucp-kv", "ucp-auth-store")]
    cluster.swarm.node("node-3").containers[-2].stop(timedelta(hours=2), code=1)
    expect.fail("STOP-2", "node-1")
    expect.cause(KEEPS, "node:node-1", "mke")


@scene("stop-the-only-replica", "The only replica is to be stopped.", options=FIRST, replicas=1)
def stop_the_only_replica(cluster: Cluster, expect: Expectations) -> None:
    for condition in ("STOP-1", "STOP-2", "STOP-3"):
        expect.fail(condition, "node-1")
    expect.cause(KEEPS, "node:node-1")
    expect.cause(KEEPS, "node:node-1", "swarm")
    expect.cause(KEEPS, f"replica:{cluster.bad.id}")


@scene("stop-without-a-shell", "Nothing shows that the node comes back: it has no shell.", options=LAST, sound=True)
def stop_without_a_shell(cluster: Cluster, _expect: Expectations) -> None:
    """STOP-6 is SKIPPED, and so the answer is not known."""
    cluster.node(cluster.bad).listed_ways = ("docker",)


@scene("stop-without-root", "What only root may read of the node is not seen.", options=LAST)
def stop_without_root(cluster: Cluster, expect: Expectations) -> None:
    cluster.node(cluster.bad).boot.root = False
    expect.unknown("STOP-6", *(f"node-3:{point}" for point in ("stopped-by-hand", "swarm-certificate", "firewall")))
    expect.cause("not-seen", "node:node-3")


@scene("stop-what-does-not-come-back", "The node would not come back as it was, for seven reasons.", options=LAST)
def stop_what_does_not_come_back(cluster: Cluster, expect: Expectations) -> None:
    node, bad = cluster.node(cluster.bad), cluster.bad.id
    node.boot.units = {"docker": "disabled", "ufw": "disabled"}
    cluster.swarm.autolock = True
    node.boot.fstab.pop()
    node.of(bad, "nginx").restart_policy = "no"
    node.of(bad, "registry").stopped_by_hand = True
    node.boot.certificate_left = timedelta(hours=3)
    node.boot.rules += ["-A INPUT -j KUBE-FIREWALL", "-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT"]
    node.boot.installed = "99.0.1"
    points = ("boot", "autolock", "mounts", "restart-policies", "stopped-by-hand", "swarm-certificate", "package")
    about = {"restart-policies": f"container:nginx-{bad}", "stopped-by-hand": f"container:registry-{bad}"}
    for point in points:
        expect.fail("STOP-6", f"node-3:{point}")
        expect.cause(KEEPS, about.get(point, "node:node-3"))
    expect.unknown("STOP-6", "node-3:firewall")
    expect.cause("not-seen", "node:node-3")


@scene("stop-while-work-runs", "An upgrade, a backup, jobs and a garbage collection run.", options=LAST)
def stop_while_work_runs(cluster: Cluster, expect: Expectations) -> None:
    bad = cluster.bad.id
    cluster.swarm.node("node-1").containers.append(Container("brave_bell", bootstrapper(VERSION)))
    phase2 = Container("dtr-phase2", bootstrapper(VERSION), created=timedelta(minutes=3))
    cluster.swarm.node("node-2").containers.append(phase2)
    cluster.gc_lock_holder = bad
    cluster.jobs += [
        Job("scan_check", status="running", age=timedelta(minutes=2), worker=bad),
        Job("metadatastoremigration", status="running", age=timedelta(minutes=9)),
    ]
    at_work = ("brave_bell", "dtr-phase2", "gc", "scan_check", "metadatastoremigration")
    expect.fail("STOP-4", *(f"node-3:{each}" for each in at_work))
    expect.cause(KEEPS, "container:brave_bell", "node:node-1")
    expect.cause(KEEPS, "container:dtr-phase2", "node:node-2")
    expect.cause(KEEPS, f"replica:{bad}")
    expect.cause(KEEPS, "job:scan_check")
    expect.cause(KEEPS, "job:metadatastoremigration")


@scene("stop-the-server-of-images", "The node serves the share that images are on, by NFS.", options=LAST)
def stop_the_server_of_images(cluster: Cluster, expect: Expectations) -> None:
    cluster.settings |= {"nfsHost": "node-3", "nfsPath": "/exports/msr"}
    expect.fail("STOP-5", "node-3")
    expect.cause(KEEPS, "node:node-3")


@scene("stop-behind-a-silent-balancer", "No response through the balancer says which replica it reached.", options=LAST)
def stop_behind_a_silent_balancer(cluster: Cluster, expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.tells_its_id = False
    expect.unknown("STOP-3", "node-3")
    expect.cause("not-seen", "balancer")


@scene("stop-the-address-of-users", "The node has the address that users and MKE are reached by.", options=LAST)
def stop_the_address_of_users(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.listed_address = "localhost"
    expect.fail("STOP-7", "node-3")
    expect.cause(KEEPS, "node:node-3")
