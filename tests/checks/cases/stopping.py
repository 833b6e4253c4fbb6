"""STOP: whether a node or a replica can be stopped now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from checks.verdict import Outcome
from fixtures.core.evidence import thing
from fixtures.core.store import NoResponse
from fixtures.probes.containers import Containers
from fixtures.probes.replica_storage import ReplicaVolumes
from tests.checks.case import SILENT, Cases, Looks, fails, not_applicable, passes, skipped, unknown
from tests.checks.documents import TABLE_STATUS, Edit, append, drop, put, server
from tests.checks.facts import USERS, A, B, C, inventory, ping, ping_answer, settings, storage
from tests.checks.node_facts import (
    N1,
    N2,
    N3,
    NODES,
    container,
    containers,
    engine,
    helper,
    member,
    nodes,
    swarm,
    volume,
    volumes,
)
from tests.checks.stop_facts import asked, comeback, nodes_seen, running, through_balancer, views

FIRST = asked(nodes(), N1)
ONE = asked(nodes(1), N1)
REPLICA = asked(nodes(), C)
WORKER = asked(nodes(replicas=[{"id": A, "address": "10.0.0.12", "node": N2}]), N1)
NO_NODES = asked(inventory(), A)
GONE = NoResponse("ssh.refused", "ssh to node-2: connection refused")


def copy_of(table: int, copy: int, state: str) -> Edit:
    return put((*TABLE_STATUS, table, "shards", 0, "replicas", copy, "state"), state)


def config(*, replicas: tuple[str, ...] = (A, B, C), without_vote: tuple[str, ...] = ()) -> Edit:
    """What table_config says of the first table."""
    shard = {"replicas": list(map(server, replicas)), "nonvoting_replicas": list(map(server, without_vote))}
    return append(("rethink_system_tables", "table_config"), {"db": "dtr2", "name": "table_00", "shards": [shard]})


stop_1 = Cases("STOP-1")
stop_1("two of three stay", views(), passes(N1, "at least 2 of 3 voting copies stay ready"), inventory=FIRST)
stop_1("a replica by its id", views(), passes(C, "at least 2 of 3"), inventory=REPLICA)
stop_1(
    "another copy is gone",
    views(copy_of(0, 2, "disconnected")),
    fails(
        N1,
        "without node-1, 1 of 3 voting copies of dtr2.table_00 stay ready, and 2 are needed",
        reason="stop.table-majority",
        about=(thing("replica", A), thing("table", "dtr2.table_00")),
    ),
    inventory=FIRST,
)
stop_1(
    "a copy that is being filled is not ready",
    views(copy_of(0, 1, "backfilling")),
    fails(N1, "1 of 3 voting copies", reason="stop.table-majority"),
    inventory=FIRST,
)
stop_1(
    "the copy of this one is the one that is not ready",
    views(copy_of(0, 0, "backfilling")),
    passes(N1, "at least 2 of 3"),
    inventory=FIRST,
)
stop_1(
    "a copy that is wanted and not there counts",
    views(drop((*TABLE_STATUS, 0, "shards", 0, "replicas", 2)), config()),
    fails(N1, "1 of 3 voting copies", reason="stop.table-majority"),
    inventory=FIRST,
)
stop_1(
    "a copy without a vote does not count",
    views(copy_of(0, 2, "ready"), config(without_vote=(C,))),
    fails(N1, "1 of 2 voting copies", reason="stop.table-majority"),
    inventory=FIRST,
)
stop_1(
    "a table without any copy that is reached",
    views(put((*TABLE_STATUS, 3, "shards"), None)),
    fails(N1, "0 of 0 voting copies of dtr2.table_03", reason="stop.table-majority"),
    inventory=FIRST,
)
stop_1(
    "one view alone sees it",
    {**views(), **views(copy_of(0, 2, "disconnected"), of=(B,))},
    fails(N1, f"(reported by replica {B})", reason="stop.table-majority", witnesses=(thing("replica", B),)),
    inventory=FIRST,
)
stop_1(
    "one that stays does not say how it sees it",
    {**views(), ("cluster_status", B): SILENT},
    unknown(N1, "answered 503", reason="http.error"),
    inventory=FIRST,
)
stop_1(
    "no table is listed",
    views(put(TABLE_STATUS, [])),
    unknown(N1, "lists no table", reason="stop.no-tables"),
    inventory=FIRST,
)
stop_1("the only replica", views(of=(A,)), fails(N1, reason="stop.only-replica"), inventory=ONE)
stop_1("a worker", views(of=(A,)), not_applicable(N1, "carries no replica"), inventory=WORKER)


def list_of(*rows: Any) -> Looks:
    return nodes_seen(swarm_view={node: swarm(node, *rows) for node in NODES})


def with_mke(*lacking: str) -> dict[str, Containers]:
    stores = {"ucp-kv": "running", "ucp-auth-store": "running"}
    of = {node: stores | ({"ucp-kv": "exited"} if node in lacking else {}) for node in NODES}
    return {node: containers(node).model_copy(update={"mke": of[node]}) for node in NODES}


THREE_MANAGERS = [member(node) for node in NODES]
NO_STORES = {node: containers(node).model_copy(update={"mke": {}}) for node in NODES}
stop_2 = Cases("STOP-2")
stop_2(
    "two of three stay",
    nodes_seen(containers=NO_STORES),
    passes(N1, "2 of 3 managers stay reachable, and 2 are needed; no store of MKE runs on node-1"),
    inventory=FIRST,
)
stop_2(
    "another one is gone",
    list_of(member(N1), member(N2), member(N3, reachability="unreachable")),
    fails(
        N1,
        "without node-1, 1 of 3 managers stay reachable, and 2 are needed",
        reason="stop.manager-quorum",
        about=(thing("node", N1), thing("swarm")),
    ),
    inventory=FIRST,
)
stop_2(
    "it is the one that is gone",
    nodes_seen(
        containers=NO_STORES,
        swarm_view={n: swarm(n, member(N1, reachability="unreachable"), member(N2), member(N3)) for n in NODES},
    ),
    passes(N1, "2 of 3 managers stay reachable"),
    inventory=FIRST,
)
stop_2(
    "the only manager", list_of(member(N1)), fails(N1, "0 of 1 manager", reason="stop.manager-quorum"), inventory=FIRST
)
stop_2("a worker", list_of(member(N1, manager=False), member(N2)), passes(N1, "no manager"), inventory=FIRST)
stop_2("a replica", nodes_seen(), not_applicable(C, "its node stays up"), inventory=REPLICA)
stop_2(
    "MKE's stores stay, too", nodes_seen(containers=with_mke()), passes(N1, "MKE's stores run there"), inventory=FIRST
)
stop_2(
    "a store of MKE is down elsewhere",
    nodes_seen(containers=with_mke(N3)),
    fails(N1, "ucp-kv runs on 1 of 3 managers", reason="stop.mke-quorum", about=(thing("node", N1), thing("mke"))),
    inventory=FIRST,
)
stop_2(
    "MKE's stores on a manager that the inventory lacks",
    nodes_seen(
        containers=with_mke(),
        swarm_view={n: swarm(n, *THREE_MANAGERS, member("manager-4"), member("m-5")) for n in NODES},
    ),
    unknown(N1, "manager-4 were not seen: add it under nodes:", reason="stop.mke-unseen"),
    inventory=FIRST,
)
stop_2(
    "nobody looked for MKE's stores",
    nodes_seen(),
    unknown(N1, "nobody looked", reason="run.not-queried"),
    inventory=FIRST,
)
stop_2(
    "no manager lists them",
    nodes_seen(swarm_view={node: swarm(node, error="The swarm does not have a leader") for node in NODES}),
    unknown(N1, "does not have a leader", reason="stop.no-manager-seen"),
    inventory=FIRST,
)
stop_2(
    "the node has another name there",
    list_of(member("lab-1"), member(N2)),
    unknown(N1, "lists no node node-1", reason="stop.no-manager-seen"),
    inventory=FIRST,
)

stop_3 = Cases("STOP-3")
TURNS = (A, B, C)
stop_3("others are reached", through_balancer(lambda n: TURNS[n % 3]), passes(N1, f"reaches {B}, {C}"), inventory=FIRST)
stop_3(
    "only this one is reached, as by a balancer that keeps a client at one replica",
    through_balancer(lambda _: A),
    unknown(N1, "none of 6 connections", reason="stop.pool-unseen", about=(thing("balancer"),)),
    inventory=FIRST,
)
stop_3(
    "nobody says whom they reached",
    through_balancer(lambda _: None),
    unknown(N1, reason="stop.pool-unseen"),
    inventory=FIRST,
)
BAD = ping(ping_answer(503, False, "Rethinkdb has issues", replica_id=None))
stop_3(
    "no other is healthy",
    {**through_balancer(lambda _: A), ("ping", B): BAD, ("ping", C): BAD},
    fails(N1, "no other replica", reason="stop.no-other-replica", about=(thing("replica", B), thing("replica", C))),
    inventory=FIRST,
)
stop_3(
    "no other is seen",
    {**through_balancer(lambda _: A), ("ping", B): SILENT, ("ping", C): SILENT},
    unknown(N1, "answered 503"),
    inventory=FIRST,
)
stop_3(
    "users reach it by its own address",
    through_balancer(lambda _: A),
    fails(N1, "no load balancer", reason="stop.no-balancer"),
    inventory=asked(
        nodes(
            replicas=[
                {"id": A, "address": USERS, "node": N1},
                {"id": B, "address": "10.0.0.12", "node": N2},
                {"id": C, "address": "10.0.0.13", "node": N3},
            ]
        ),
        N1,
    ),
)
stop_3("the only one", through_balancer(lambda _: A), fails(N1, reason="stop.no-other-replica"), inventory=ONE)
stop_3("a worker", through_balancer(lambda _: A), not_applicable(N1), inventory=WORKER)

stop_4 = Cases("STOP-4")
IDLE = {**nodes_seen(), **views(), ("running_jobs", "cluster"): running()}
PHASE_2 = helper("dtr-phase2", timedelta(minutes=3))
SCAN = {"id": "1", "action": "scan_check", "status": "running", "workerID": A}


def beside(**changes: Any) -> Looks:
    return {**IDLE, **nodes_seen(**changes)}


def jobs(*rows: dict[str, Any], whole: bool = True) -> Looks:
    return {**IDLE, ("running_jobs", "cluster"): running(*rows, whole=whole)}


stop_4("nothing", IDLE, passes(N1, "nothing is under way"), inventory=FIRST)
stop_4(
    "a phase 2 runs elsewhere",
    beside(containers={N2: containers(N2, helpers=(PHASE_2,))}),
    fails(f"{N1}:dtr-phase2", "runs on node-2", reason="stop.setup-runs"),
    inventory=FIRST,
)
stop_4(
    "MSR's command line runs",
    beside(containers={N2: containers(N2).model_copy(update={"bootstrappers": ["brave_bell"]})}),
    fails(f"{N1}:brave_bell", "a backup, a join or an upgrade", reason="stop.bootstrapper-runs"),
    inventory=FIRST,
)
stop_4(
    "a copy is being filled",
    {**IDLE, **views(copy_of(0, 0, "backfilling"))},
    fails(f"{N1}:dtr2.table_00", "data is carried to it", reason="stop.backfill-runs"),
    inventory=FIRST,
)
stop_4(
    "it collects garbage",
    {**IDLE, **views(put(("gc_lock_holder",), A))},
    fails(f"{N1}:gc", "holds the lock", reason="stop.gc-runs", about=(thing("replica", A),)),
    inventory=FIRST,
)
stop_4("another one collects", {**IDLE, **views(put(("gc_lock_holder",), B))}, passes(N1), inventory=FIRST)
stop_4(
    "a job of its worker runs",
    jobs(SCAN),
    fails(f"{N1}:scan_check", "on the worker of replica", reason="stop.job-runs", about=(thing("job", "scan_check"),)),
    inventory=FIRST,
)
stop_4("a job of another worker runs", jobs(SCAN | {"workerID": B}), passes(N1), inventory=FIRST)
stop_4(
    "the metadata moves",
    jobs(SCAN | {"workerID": B, "action": "metadatastoremigration"}),
    fails(f"{N1}:metadatastoremigration", reason="stop.migration-runs"),
    inventory=FIRST,
)
stop_4(
    "nobody says whose job it is",
    jobs(SCAN | {"workerID": None}),
    unknown(N1, "1 running job", reason="stop.jobs-unseen"),
    inventory=FIRST,
)
stop_4(
    "more jobs than are read",
    jobs(SCAN | {"workerID": B}, whole=False),
    unknown(N1, reason="stop.jobs-unseen"),
    inventory=FIRST,
)
stop_4(
    "the containers of another node are not seen",
    beside(containers={N2: GONE}),
    unknown(N1, "refused"),
    inventory=FIRST,
)
stop_4("no node is in the inventory", IDLE, skipped(A, "add the nodes under nodes:"), inventory=NO_NODES)
stop_4("a worker beside it", jobs(SCAN), passes(N1), inventory=WORKER)

stop_5 = Cases("STOP-5")


def images(own: Looks | None = None, nfs: str = "", driver: str | None = "s3") -> Looks:
    facts: Looks = {
        **nodes_seen(),
        ("settings", "cluster"): settings(host=nfs, path="/exports" if nfs else ""),
        ("storage", "cluster"): storage(driver),
    }
    return facts | (own or {})


def nfs_volumes(replica: str, server_name: str = "nas") -> ReplicaVolumes:
    return volumes(replica, volume(f"dtr-registry-{replica}", kind="nfs", device=f"{server_name}:/exports"))


ON_NFS: Looks = {("replica_volumes", each): nfs_volumes(each) for each in (A, B, C)}
stop_5("object storage", images(), passes(N1, "object storage: s3"), inventory=FIRST)
stop_5("a share of another machine", images(ON_NFS, driver="filesystem"), passes(N1, "nas:/exports"), inventory=FIRST)
stop_5(
    "each on its own disk",
    images(driver="filesystem"),
    fails(N1, "own disk", reason="stop.images-on-own-disk"),
    inventory=FIRST,
)
stop_5(
    "one on another share",
    images({**ON_NFS, ("replica_volumes", B): nfs_volumes(B, "old-nas")}, driver="filesystem"),
    fails(N1, "different storage", reason="stop.images-elsewhere"),
    inventory=FIRST,
)
stop_5(
    "it serves the share",
    images(nfs=N1),
    fails(N1, "serves the share node-1:/exports", reason="stop.serves-images", about=(thing("node", N1),)),
    inventory=FIRST,
)
stop_5(
    "where images are is not seen",
    images({("containers", N2): containers(N2, without=("registry",))}, driver="filesystem"),
    unknown(N1, "has no registry container", reason="docker.no-container"),
    inventory=FIRST,
)
stop_5("the only replica", images(), not_applicable(N1, "see STOP-1"), inventory=ONE)
stop_5("a worker", images(), not_applicable(N1, "carries no replica"), inventory=WORKER)
stop_5(
    "only the nodes would show it",
    {("settings", "cluster"): settings(), ("storage", "cluster"): storage(None)},
    skipped(A, "the settings name no NFS"),
    inventory=NO_NODES,
)

stop_6 = Cases("STOP-6")
POINTS = ("autolock", "boot", "firewall", "mounts", "package", "restart-policies", "stopped-by-hand")
REST = {"inventory": FIRST, "others": Outcome.PASS}
UNLOCKED = {node: engine(node) for node in NODES}
UNLOCKED[N1] = engine(N1, autolock=False)


def back(seen: Looks | None = None, **changes: Any) -> Looks:
    return {**nodes_seen(engine=UNLOCKED), ("comeback", N1): comeback(**changes), **(seen or {})}


def of_node(part: str) -> str:
    return f"{N1}:{part}"


stop_6("all is as it should be", back(), *(passes(of_node(point)) for point in POINTS), **REST)
stop_6(
    "Docker is not enabled",
    back(units={"docker": "disabled"}),
    fails(of_node("boot"), "docker.service is disabled", reason="stop.not-enabled"),
    **REST,
)
stop_6(
    "no systemd",
    back(units=None, missing={"units": "no systemctl"}),
    unknown(of_node("boot"), "no systemctl", reason="stop.comeback-unseen"),
    **REST,
)
stop_6(
    "autolock",
    back({("engine", N1): engine(N1, autolock=True)}),
    fails(of_node("autolock"), "unlock key", reason="stop.locked"),
    **REST,
)
stop_6(
    "autolock is not said",
    back({("engine", N1): engine(N1)}),
    unknown(of_node("autolock"), reason="stop.comeback-unseen"),
    **REST,
)
stop_6("a worker", back({("engine", N1): engine(N1, manager=False)}), not_applicable(of_node("autolock")), **REST)
stop_6(
    "Docker's data is not in fstab",
    back(fstab=["/"]),
    fails(of_node("mounts"), "mounts /var/lib/docker at boot", reason="stop.not-mounted"),
    **REST,
)
stop_6(
    "a unit of systemd mounts it",
    back(fstab=["/"], mount_units={"var-lib-docker.mount": "enabled"}),
    passes(of_node("mounts")),
    **REST,
)
stop_6(
    "zfs mounts itself",
    back(fstab=[], mounts=[{"mountpoint": "/", "kind": "zfs"}, {"mountpoint": "/var/lib/docker", "kind": "zfs"}]),
    passes(of_node("mounts")),
    **REST,
)
stop_6(
    "the mounts cannot be read",
    back(mounts=None, missing={"mounts": "cat: Permission denied"}),
    unknown(of_node("mounts"), reason="stop.comeback-unseen"),
    **REST,
)
stop_6(
    "no restart policy",
    back({("containers", N1): containers(N1, container(A, "nginx", restart_policy="no"))}),
    fails(
        of_node("restart-policies"),
        f"dtr-nginx-{A} has the restart policy no",
        reason="stop.not-restarted",
        about=(thing("container", f"nginx-{A}"),),
    ),
    **REST,
)
HANDS = {each.id: each.component == "registry" for each in containers(N1).msr}
stop_6(
    "stopped by hand once",
    back(stopped_by_hand=HANDS),
    fails(of_node("stopped-by-hand"), f"dtr-registry-{A} had been stopped by hand", reason="stop.stopped-by-hand"),
    **REST,
)
stop_6(
    "not root",
    back(stopped_by_hand=None, certificate_until=None, firewall=None, missing={"by-hand": "Permission denied"}),
    unknown(of_node("stopped-by-hand"), "Permission denied", reason="stop.comeback-unseen"),
    unknown(of_node("swarm-certificate"), reason="stop.comeback-unseen"),
    unknown(of_node("firewall"), reason="stop.comeback-unseen"),
    **REST,
)
stop_6(
    "the certificate ends",
    back(certificate_until=comeback().now + timedelta(hours=23)),
    fails(of_node("swarm-certificate"), "2026-11-24 13:00 UTC", reason="stop.certificate-ends"),
    **REST,
)
RULE = "-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT"
stop_6(
    "rules that nothing brings back",
    back(firewall=["-P INPUT DROP", RULE]),
    unknown(of_node("firewall"), "2 firewall rules", reason="stop.firewall-unsaved"),
    **REST,
)
stop_6(
    "rules that firewalld brings back",
    back(firewall=["-P INPUT DROP", RULE], units={"docker": "enabled", "firewalld": "enabled"}),
    passes(of_node("firewall"), "firewalld.service brings back 2 firewall rules"),
    **REST,
)
stop_6(
    "another version is installed",
    back(engine="25.0.3"),
    fails(of_node("package"), "Docker 25.0.3 is installed and 20.10.24 runs", reason="stop.other-package"),
    **REST,
)
stop_6("no dockerd", back(engine=None), unknown(of_node("package"), reason="stop.comeback-unseen"), **REST)
stop_6("a replica", nodes_seen(), not_applicable(C, "its node stays up"), inventory=REPLICA)
stop_6(
    "no shell",
    nodes_seen(),
    skipped(N1, "add ssh: or shell: to node-1 under nodes:"),
    inventory=asked(nodes(way="docker"), N1),
)

stop_7 = Cases("STOP-7")
stop_7("other containers", nodes_seen(), passes(N1, "3 containers of other products stop with it"), inventory=FIRST)
stop_7(
    "the address of users",
    nodes_seen(),
    fails(N1, "has the address of users (msr.example.org)", reason="stop.serves-others", about=(thing("node", N1),)),
    inventory=asked(
        nodes(nodes=[{"name": N1, "ssh": {"host": USERS}}, *({"name": n, "ssh": {"host": n}} for n in (N2, N3))]), N1
    ),
)
stop_7("a replica", nodes_seen(), not_applicable(C, "its node stays up"), inventory=REPLICA)
stop_7("its containers are not seen", nodes_seen(containers={N1: GONE}), unknown(N1, "refused"), inventory=FIRST)

CASES = (stop_1, stop_2, stop_3, stop_4, stop_5, stop_6, stop_7)
