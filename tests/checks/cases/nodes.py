"""NODE: engines, the swarm, and the machines."""

from __future__ import annotations

from fixtures.core.evidence import Because, thing
from fixtures.core.store import NoResponse, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.system import Holder
from tests.checks.case import (
    Cases,
    Inherited,
    Looks,
    Seen,
    fails,
    not_applicable,
    passes,
    skipped,
    unknown,
    warns,
)
from tests.checks.facts import IDS, A, B
from tests.checks.node_facts import (
    GIB,
    N1,
    N2,
    N3,
    NODES,
    container,
    containers,
    disk,
    engine,
    member,
    nodes,
    process,
    swarm,
    system,
    without_leader,
)

CLUSTER = "cluster"
THREE_NODES = nodes()
STOPPED = NoResponse("docker.refused", "Docker at node-1 (10.0.0.11:2376): connection refused: no engine listens there")
NO_SSH = NoResponse("ssh.refused", "ssh to 10.0.0.11: connection refused: nothing listens there")
NO_KEY = Unavailable("ssh.host-key", "ssh to 10.0.0.11: its host key is not known: log in once by hand")
FIRST = (thing("node", N1),)
NOT_SEEN = Because(N1, probe="system")
ALL_THREE = tuple(thing("node", node) for node in NODES)

node_1 = Cases("NODE-1")


def reached(own: Seen | None = None, shell: Seen | None = None, views: dict[str, Seen] | None = None) -> Looks:
    """All three as they should be; of the first node other facts, of the managers other views."""
    facts: Looks = {("engine", node): engine(node) for node in NODES}
    facts |= {("system", node): system(node) for node in NODES}
    facts |= {("swarm_view", node): swarm(node) for node in NODES}
    facts |= {("engine", N1): own} if own else {}
    facts |= {("system", N1): shell} if shell else {}
    return facts | {("swarm_view", node): view for node, view in (views or {}).items()}


def reporting(*names: str) -> Inventory:
    """An inventory that says which host names its first nodes report."""
    rows = [{"name": node, "ssh": {"host": f"10.0.0.{number}"}} for number, node in enumerate(NODES, 11)]
    return nodes(nodes=[row | {"hostname": name} for row, name in zip(rows, names, strict=False)] + rows[len(names) :])


def everybody_sees(**changes: object) -> dict[str, Seen]:
    """Every manager sees the first node changed."""
    rows = [member(N1, **changes), member(N2), member(N3)]
    return {node: swarm(node, *rows) for node in NODES}


node_1("ready", reached(), passes(N1, "20.10.24", "TCP", "active"), inventory=THREE_NODES)
node_1(
    "its engine is stopped",
    reached(own=STOPPED),
    fails(N1, "no engine listens", reason="node.refused", about=FIRST),
    inventory=THREE_NODES,
)
node_1(
    "its host key is not known", reached(own=NO_KEY, shell=NO_KEY), unknown(N1, "log in once"), inventory=THREE_NODES
)
node_1(
    "no ssh, and its engine answers",
    reached(shell=NO_SSH),
    fails(N1, "ssh to", reason="node.refused", about=FIRST),
    inventory=THREE_NODES,
)
node_1(
    "its shell cannot be used",
    reached(shell=NO_KEY),
    unknown(N1, "host key", reason="ssh.host-key"),
    inventory=THREE_NODES,
)
node_1(
    "in no swarm",
    reached(own=engine(N1, state="inactive", manager=False)),
    fails(
        N1,
        "the Docker engine's swarm state is inactive",
        seen="inactive",
        reason="node.not-in-swarm",
        measured="directly",
    ),
    inventory=THREE_NODES,
)
node_1(
    "its swarm is locked",
    reached(own=engine(N1, state="locked", error="Swarm is encrypted")),
    fails(N1, "locked: Swarm is encrypted", reason="node.swarm-locked"),
    inventory=THREE_NODES,
)
node_1(
    "its part in the swarm ended",
    reached(own=engine(N1, state="error", error="certificate has expired")),
    fails(N1, "error: certificate has expired", reason="node.swarm-error"),
    inventory=THREE_NODES,
)
node_1(
    "another node's engine",
    reached(own=engine(N1, name=N2)),
    fails(N1, f"the Docker engine of {N2} responds", seen=N2, expected=N1, reason="node.other-engine"),
    inventory=THREE_NODES,
)
node_1("named by its short name", reached(own=engine(N1, name="node-1.example.org")), passes(N1), inventory=THREE_NODES)
node_1(
    "an engine of a node outside of the inventory",
    reached(own=engine(N1, name="build-7")),
    fails(N1, "the Docker engine of build-7 responds", seen="build-7", expected=N1, reason="node.other-engine"),
    inventory=THREE_NODES,
)
node_1(
    "another node's engine, and nobody can log in",
    reached(own=engine(N1, name=N2), shell=NO_SSH),
    fails(N1, f"the Docker engine of {N2} responds", reason="node.other-engine"),
    inventory=THREE_NODES,
)
node_1(
    "another one whose full name begins alike",
    reached(own=engine(N1, name="node-1.example.org")),
    fails(N1, "the Docker engine of node-1.example.org responds", expected="node-1.test", reason="node.other-engine"),
    inventory=reporting("node-1.test"),
)
node_1(
    "another one that another node's full name is",
    reached(own=engine(N1, name="node-1.example.org")),
    fails(N1, "the Docker engine of node-1.example.org responds", reason="node.other-engine"),
    inventory=reporting(N1, "node-1.example.org"),
)
node_1(
    "two nodes are one engine whose short name fits both",
    reached() | {("engine", node): engine(node, name="db", id="one", node_id="one") for node in (N1, N2)},
    unknown(N1, f"{N1} and {N2} are one Docker engine"),
    inventory=reporting("db.a", "db.b"),
)
node_1(
    "its host name is no name of the swarm, and the inventory says so",
    reached(own=engine(N1, name="ip-10-0-0-11")),
    passes(N1),
    inventory=reporting("ip-10-0-0-11"),
)
node_1("in capitals", reached(own=engine(N1, name="NODE-1")), passes(N1), inventory=THREE_NODES)
node_1(
    "the shell of another node",
    reached(shell=system(N1, name=N2)),
    unknown(N1, "node-2 responds in place of node-1: see ssh: of the node", because=NOT_SEEN),
    inventory=THREE_NODES,
)
node_1("a cloned machine", reached(own=engine(N1, id=f"engine-{N3}")), passes(N1), inventory=THREE_NODES)
node_1(
    "a manager that waits for a leader is found by its name",
    reached(own=engine(N1, id="", node_id="", error="no answer to docker info")),
    passes(N1, "active"),
    inventory=THREE_NODES,
)
node_1(
    "a manager that waits for a leader is found by the host name that it reports",
    reached(
        own=engine(N1, name="ip-10-0-0-11", id="", node_id="", error="no answer to docker info"),
        shell=system(N1, name="ip-10-0-0-11"),
        views=everybody_sees(name="ip-10-0-0-11", state="down"),
    ),
    fails(N1, "the swarm lists the node as down", reason="node.not-ready", about=FIRST),
    inventory=reporting("ip-10-0-0-11"),
)
node_1(
    "a manager that waits for a leader, and nobody lists it",
    reached(
        own=engine(N1, id="", node_id="", error="no answer to docker info"),
        views={node: without_leader(node) for node in NODES},
    ),
    passes(N1, "no manager reports whether the node is ready"),
    inventory=THREE_NODES,
)
node_1(
    "its managers do not list it",
    reached(views={node: swarm(node, member(N2), member(N3)) for node in (N2, N3)}),
    fails(
        N1,
        "the node is not in the list of the swarm's nodes (reported by node-2 and node-3)",
        seen=N1,
        expected=[N2, N3],
        reason="node.not-listed",
        about=FIRST,
        witnesses=ALL_THREE[1:],
        measured="reported",
    ),
    inventory=THREE_NODES,
)
OWN: dict[str, Seen] = {N1: swarm(N1, member(N1), member(N2)), N2: swarm(N2, manager=False)}
CLONE = reached(own=None, views=OWN | {N3: swarm(N3, member(N3, id="of-a-clone"))}) | {
    ("engine", N3): engine(N3, node_id="of-a-clone")
}
node_1("one manager, and a clone that is a swarm of its own", CLONE, passes(N1), inventory=THREE_NODES)
node_1(
    "a clone that is a swarm of its own",
    CLONE,
    fails(N3, "not in the list", reason="node.not-listed", about=ALL_THREE[2:], witnesses=FIRST),
    inventory=THREE_NODES,
)
node_1(
    "a clone with the node ID of its model",
    reached() | {("engine", N3): engine(N3, node_id=f"id-{N1}")},
    fails(
        N1,
        "the Docker engine has the swarm node ID of node-3 too: one of them is a clone",
        reason="node.cloned",
        about=(ALL_THREE[0], ALL_THREE[2]),
    ),
    inventory=THREE_NODES,
)
node_1(
    "all through one bundle",
    reached() | {("engine", node): engine(node, id="", way="MKE's client bundle") for node in NODES},
    passes(N1, "MKE's client bundle"),
    inventory=THREE_NODES,
)
node_1(
    "the swarm calls it down",
    reached(views=everybody_sees(state="down", message="heartbeat failure")),
    fails(
        N1,
        "down: heartbeat failure",
        seen="down",
        expected="ready",
        reason="node.not-ready",
        about=FIRST,
        witnesses=ALL_THREE[1:],
        measured="reported",
    ),
    inventory=THREE_NODES,
)
node_1(
    "one manager calls it down",
    reached(views={N3: swarm(N3, member(N1, state="down"), member(N2), member(N3))}),
    fails(N1, "down", reason="node.not-ready", witnesses=ALL_THREE[2:]),
    inventory=THREE_NODES,
)
node_1(
    "drained with a replica",
    reached(views=everybody_sees(availability="drain")),
    warns(N1, "drained", seen="drain", reason="node.drained", about=FIRST, witnesses=ALL_THREE[1:]),
    inventory=THREE_NODES,
)
node_1(
    "paused with a replica",
    reached(views=everybody_sees(availability="pause")),
    warns(N1, "the node is paused", seen="pause", reason="node.paused", about=FIRST, witnesses=ALL_THREE[1:]),
    inventory=THREE_NODES,
)
node_1(
    "a paused manager without a replica",
    reached(views=everybody_sees(availability="pause")),
    passes(N1, "pause"),
    inventory=nodes(replicas=[{"id": name, "address": f"10.0.0.{n}"} for n, name in enumerate(IDS[:3], 11)]),
)
node_1(
    "a drained manager without a replica",
    reached(views=everybody_sees(availability="drain")),
    passes(N1, "drain"),
    inventory=nodes(replicas=[{"id": name, "address": f"10.0.0.{n}"} for n, name in enumerate(IDS[:3], 11)]),
)
node_1(
    "no manager is known",
    reached(own=engine(N1, manager=False), views={node: swarm(node, manager=False) for node in NODES}),
    passes(N1, "no manager reports whether the node is ready"),
    inventory=THREE_NODES,
)
node_1("no nodes", {}, skipped("none", "under nodes:"))
node_1(
    "a node that has only a name",
    {},
    skipped(N1, "ssh:", "docker:"),
    inventory=nodes(nodes=[{"name": n} for n in NODES]),
)

node_2 = Cases("NODE-2")


def disks(seen: Seen, own: Seen | None = None) -> Looks:
    return {("system", N1): seen, ("containers", N1): own or containers(N1)}


DATA = f"{N1}:_var_lib_docker"
node_2("room", disks(system(N1)), passes(DATA, "GB free (65 %)", "100 % of inodes"), inventory=THREE_NODES)
node_2(
    "under a quarter and 25 GB",
    disks(system(N1, disk(used=80 * GIB, free=20 * GIB))),
    warns(DATA, "21.5 GB free (20 %)", reason="node.disk-short", about=FIRST),
    inventory=THREE_NODES,
)
node_2(
    "under a tenth and 10 GB",
    disks(system(N1, disk(used=95 * GIB, free=5 * GIB))),
    fails(
        DATA,
        "5.4 GB free (5 %)",
        expected={"free_gb": [25, 10], "free_percent": [25, 10]},
        reason="node.disk-short",
    ),
    inventory=THREE_NODES,
)
node_2("full", disks(system(N1, disk(used=95 * GIB, free=0))), fails(DATA, "0.0 GB free (0 %)"), inventory=THREE_NODES)
node_2(
    "a twentieth of a large disk",
    disks(system(N1, disk(used=950 * GIB, free=50 * GIB))),
    passes(DATA),
    inventory=THREE_NODES,
)
node_2(
    "a share that Docker's data does not lie on",
    disks(system(N1, disk(), disk("/home", kind="nfs4", device="nas:/home", used=None, free=None))),
    passes(DATA),
    inventory=THREE_NODES,
)
node_2("half of a small disk", disks(system(N1, disk(used=5 * GIB, free=5 * GIB))), passes(DATA), inventory=THREE_NODES)
node_2(
    "inodes run out",
    disks(system(N1, disk(inodes_used=99, inodes_free=1))),
    fails(DATA, "1 % of inodes free", reason="node.inodes-short"),
    inventory=THREE_NODES,
)
node_2(
    "few inodes",
    disks(system(N1, disk(inodes_used=80, inodes_free=20))),
    warns(DATA, reason="node.inodes-short"),
    inventory=THREE_NODES,
)
node_2(
    "little room, and no inodes",
    disks(system(N1, disk(used=80 * GIB, free=20 * GIB, inodes_used=99, inodes_free=1))),
    fails(DATA, reason="node.inodes-short"),
    inventory=THREE_NODES,
)
node_2(
    "a file system that makes inodes as it needs them",
    disks(system(N1, disk(kind="btrfs", inodes_used=0, inodes_free=0))),
    passes(DATA, message="279.2 GB free (65 %) on /var/lib/docker"),
    inventory=THREE_NODES,
)
node_2(
    "limits of the inventory",
    disks(system(N1, disk(used=80 * GIB, free=20 * GIB))),
    passes(DATA),
    inventory=nodes(limits={"free_percent": [10, 5]}),
)
SHARE = f"/var/lib/docker/volumes/dtr-nfs-registry-{A}/_data"
node_2(
    "a share is only told",
    disks(
        system(N1, disk(), disk(SHARE, kind="nfs4", device="nas:/msr", used=None, free=None, inodes_used=None)),
    ),
    passes(DATA),
    passes(f"{N1}:{SHARE}".replace("/", "_")[:100], "network storage (nfs4 nas:/msr), not checked"),
    inventory=THREE_NODES,
)
node_2(
    "a volume of the replica has its own disk, and that is full",
    disks(system(N1, disk(), disk(f"/var/lib/docker/volumes/dtr-rethink-{A}/_data", used=99 * GIB, free=1))),
    passes(DATA),
    fails(f"{N1}:_var_lib_docker_volumes_dtr-rethink-{A}__data", "0.0 GB free"),
    inventory=THREE_NODES,
)
node_2(
    "another stack's full volume is not MSR's",
    disks(system(N1, disk(), disk("/var/lib/docker/volumes/wiki/_data", used=99 * GIB, free=1))),
    passes(DATA),
    inventory=THREE_NODES,
)
node_2(
    "df says nothing",
    disks(system(N1, disk(used=None, free=None))),
    unknown(DATA, "df", reason="node.disk-not-reported", about=FIRST, because=NOT_SEEN),
    inventory=THREE_NODES,
)
node_2(
    "disks cannot be read",
    disks(system(N1).model_copy(update={"disks": None, "missing": {"disks": "disks: awk: not found"}})),
    unknown(N1, "awk: not found"),
    inventory=THREE_NODES,
)
node_2(
    "the shell does not know where Docker's data lies",
    disks(system(N1)) | {("engine", N1): engine(N1, root="/data/docker")},
    unknown(N1, "Docker stores its data in /data/docker", reason="node.root-not-reported", because=NOT_SEEN),
    inventory=THREE_NODES,
)
MAPPED = "/var/lib/docker/231072.231072"
LOGS = "/var/lib/docker/containers"
STORE = "/var/lib/containerd"
node_2(
    "the engine maps its users, and the shell's user may not ask it",
    disks(system(N1, all_disks=True)) | {("engine", N1): engine(N1, root=MAPPED)},
    passes(DATA),
    inventory=THREE_NODES,
)
node_2(
    "its data lies on a disk of its own, and another one is full",
    disks(system(N1, disk("/", free=0), disk("/data"), all_disks=True))
    | {("engine", N1): engine(N1, root="/data/docker")},
    passes(f"{N1}:_data"),
    inventory=THREE_NODES,
)
node_2(
    "the disk that its data lies on is not listed",
    disks(system(N1, all_disks=True)) | {("engine", N1): engine(N1, root="/data/docker")},
    unknown(N1, "Docker stores its data in /data/docker", reason="node.root-not-reported", because=NOT_SEEN),
    inventory=THREE_NODES,
)
node_2(
    "containers' logs have a full disk of their own",
    disks(system(N1, disk(), disk(LOGS, free=0))),
    passes(DATA),
    fails(f"{N1}:{LOGS}".replace("/", "_"), "0.0 GB free", reason="node.disk-short"),
    inventory=THREE_NODES,
)
node_2(
    "images lie in containerd's store, which is full",
    disks(system(N1, disk(), disk(STORE, free=0))) | {("engine", N1): engine(N1, images=STORE)},
    passes(DATA),
    fails(f"{N1}:{STORE}".replace("/", "_"), "0.0 GB free", reason="node.disk-short"),
    inventory=THREE_NODES,
)
node_2(
    "images lie in containerd's store, on the root disk",
    disks(system(N1, disk("/", free=0), disk())) | {("engine", N1): engine(N1, images=STORE)},
    fails(f"{N1}:_", "0.0 GB free", reason="node.disk-short"),
    passes(DATA),
    inventory=THREE_NODES,
)
node_2(
    "containerd's store is full, and holds no image of Docker's",
    disks(system(N1, disk(), disk(STORE, free=0))) | {("engine", N1): engine(N1)},
    passes(DATA),
    inventory=THREE_NODES,
)
node_2(
    "its engine tells the same place",
    disks(system(N1)) | {("engine", N1): engine(N1)},
    passes(DATA),
    inventory=THREE_NODES,
)
node_2("no shell", {("system", N1): NO_SSH}, unknown(N1, "ssh to"), inventory=THREE_NODES)
node_2(
    "its engine is stopped, and its disk full",
    disks(system(N1, disk(free=0)), STOPPED),
    fails(DATA),
    inventory=THREE_NODES,
)
node_2("only Docker leads there", {}, skipped(N1, "ssh: or shell:"), inventory=nodes(way="docker"))

node_3 = Cases("NODE-3")


def clocks(first: float | None, second: float = 0.0, third: float | None = 0.0, error: float = 0.01) -> Looks:
    facts: Looks = {
        ("system", N1): system(N1, clock=first, clock_error=error, missing={"clock": "clock: no date"}),
        ("system", N2): system(N2, clock=second),
    }
    return facts | ({("system", N3): system(N3, clock=third)} if third is not None else {("system", N3): NO_SSH})


node_3("as the others", clocks(0.1), passes(N1, "0.10 s ahead"), inventory=THREE_NODES)
node_3("this machine's clock is off, theirs agree", clocks(500.2, 500.0, 500.1), passes(N1), inventory=THREE_NODES)
node_3("half a second off", clocks(0.5), passes(N1), inventory=THREE_NODES)
node_3("two seconds ahead", clocks(2.0), warns(N1, "2.00 s ahead", reason="node.clock-off"), inventory=THREE_NODES)
node_3("two seconds behind", clocks(-2.0), warns(N1, "2.00 s behind"), inventory=THREE_NODES)
node_3(
    "90 s ahead",
    clocks(90.0),
    fails(N1, "90.00 s ahead", expected=[1, 30], reason="node.clock-off", about=FIRST, measured="derived"),
    inventory=THREE_NODES,
)
node_3("another one is ahead", clocks(0.0, 90.0), passes(N1), inventory=THREE_NODES)
node_3(
    "two seconds, measured slowly",
    clocks(2.0, error=1.5),
    passes(N1, "± 1.50 s; limits 1 s and 30 s"),
    inventory=THREE_NODES,
)
node_3("90 s, measured slowly", clocks(90.0, error=1.5), fails(N1), inventory=THREE_NODES)
node_3("one of two that answer is off", clocks(90.0, third=None), fails(N1), inventory=THREE_NODES)
node_3("the other of two that answer is off", clocks(0.0, 90.0, None), passes(N1), inventory=THREE_NODES)
node_3("of one alone", {("system", N1): system(N1, clock=90.0)}, not_applicable(N1, "no other"), inventory=nodes(1))
node_3("not told", clocks(None), unknown(N1, "no date"), inventory=THREE_NODES)
node_3("no shell", {("system", N1): NO_SSH}, unknown(N1), inventory=THREE_NODES)

node_4 = Cases("NODE-4")


def memory(seen: Seen, own: Seen | None = None) -> Looks:
    return {("system", N1): seen, ("containers", N1): own or containers(N1)}


DATABASE = container(A, "rethinkdb").id
node_4("enough", memory(system(N1)), passes(N1, "56 %"), inventory=THREE_NODES)
node_4(
    "the database is swapped out",
    memory(system(N1, database=[process(2048, DATABASE)])),
    warns(N1, "2048 KiB of the database", reason="node.database-swapped", about=FIRST),
    inventory=THREE_NODES,
)
node_4(
    "another stack's RethinkDB is swapped out",
    memory(system(N1, database=[process(0, DATABASE), process(4096, "ab" * 32)])),
    passes(N1),
    inventory=THREE_NODES,
)
node_4(
    "swapped out, and nothing tells whose",
    memory(system(N1, database=[process(2048, DATABASE)]), STOPPED),
    warns(N1),
    inventory=THREE_NODES,
)
API, JAVA = container(A, "api").id, "5e" * 32


def short(*holders: Holder, own: Seen | None = None) -> Looks:
    """15 of 16 GiB are in use, by these."""
    return memory(system(N1, memory=(16 * GIB, GIB), holders=list(holders)), own)


def holds(gib: float, name: str, container: str = "", pid: int = 4711) -> Holder:
    return Holder(pid=pid, name=name, kib=int(gib * GIB), container=container)


node_4(
    "little, and nobody saw who holds it",
    memory(system(N1, memory=(16 * GIB, GIB))),
    warns(N1, "(6 %); limit 10 %; what holds the memory was not seen", reason="node.memory-short", about=FIRST),
    inventory=THREE_NODES,
)
node_4(
    "little, and nobody holds much of it",
    short(holds(3.7, "rethinkdb", DATABASE)),
    warns(N1, "was not seen", reason="node.memory-short"),
    inventory=THREE_NODES,
)
node_4(
    "little, and the database holds it",
    short(holds(11.25, "rethinkdb", DATABASE), holds(1, "java", JAVA)),
    warns(
        N1,
        f"; dtr-rethinkdb-{A} holds 12.1 of 17.2 GB",
        reason="node.memory-database",
        seen={"available_percent": 6.2, "swapped_kib": 0, "holder_kib": int(11.25 * GIB)},
        about=FIRST,
    ),
    inventory=THREE_NODES,
)
node_4(
    "little, and another container of the replica holds it",
    short(holds(12, "api", API), holds(1, "rethinkdb", DATABASE)),
    warns(N1, f"; dtr-api-{A} holds 12.9 of 17.2 GB", reason="node.memory-component"),
    inventory=THREE_NODES,
)
node_4(
    "little, and the processes of another container hold it together",
    short(holds(4, "rethinkdb", DATABASE), *(holds(3, "java", JAVA, pid) for pid in (1, 2, 3))),
    warns(N1, "; java in the container 5e5e5e5e5e5e of another stack holds 9.7 of", reason="node.memory-container"),
    inventory=THREE_NODES,
)
node_4(
    "little, and a process of the host holds it",
    short(holds(9, "backup-agent"), holds(4, "rethinkdb", DATABASE)),
    warns(N1, "; the process backup-agent (4711), of no container, holds 9.7 of 17.2", reason="node.memory-process"),
    inventory=THREE_NODES,
)
node_4(
    "little, and nothing tells whose container holds it",
    short(holds(9, "api", API), own=NoResponse("docker.hangs", "the engine does not answer", timed_out=True)),
    warns(N1, "; api in a container that is not known (", reason="node.memory-short"),
    inventory=THREE_NODES,
)
node_4(
    "swapped out, since another process holds the memory",
    memory(system(N1, database=[process(2048, DATABASE)], holders=[holds(6, "backup-agent")])),
    warns(N1, "backup-agent (4711), of no container, holds 6.4", reason="node.database-swapped"),
    inventory=THREE_NODES,
)
node_4("no database runs", memory(system(N1, database=[]), STOPPED), passes(N1), inventory=THREE_NODES)
node_4(
    "a database runs, and its process cannot be seen",
    memory(system(N1, database=[process(0, "ab" * 32)])),
    unknown(N1, "cannot see its process", reason="node.process-hidden", because=NOT_SEEN),
    inventory=THREE_NODES,
)
node_4(
    "a container has a database's name on a node that carries none",
    memory(system(N1, database=[]), containers(N1, container(B, "rethinkdb"))),
    passes(N1),
    inventory=nodes(replicas=[{"id": B, "address": "10.0.0.12", "node": N2}]),
)
node_4(
    "what of it is swapped out cannot be read",
    memory(system(N1, database=[process(None, DATABASE)])),
    unknown(N1, "cannot see its process", reason="node.process-hidden"),
    inventory=THREE_NODES,
)
node_4(
    "not told",
    memory(system(N1, memory=None, missing={"memory": "memory: No such file"})),
    unknown(N1, "No such file"),
    inventory=THREE_NODES,
)

node_5 = Cases("NODE-5")


def sockets(seen: Seen, own: Seen | None = None, its: Seen | None = None) -> Looks:
    return {("system", N1): seen, ("containers", N1): own or containers(N1), ("engine", N1): its or engine(N1)}


def without(*closed: str) -> Seen:
    return system(N1, listening=[each for each in system(N1).listening or [] if each not in closed])


node_5("all", sockets(system(N1)), passes(N1, "tcp:2377", "udp:7946", "tcp:443"), inventory=THREE_NODES)
NGINX = thing("container", f"nginx-{A}")
for closed in ("tcp:2377", "tcp:7946", "udp:7946"):
    node_5(
        f"{closed} is closed",
        sockets(without(closed)),
        fails(N1, closed, reason="node.swarm-port-closed", about=FIRST),
        inventory=THREE_NODES,
    )
for closed in ("tcp:443", "tcp:80"):
    node_5(
        f"{closed} is closed",
        sockets(without(closed)),
        fails(N1, closed, reason="node.web-port-closed", about=(*FIRST, NGINX)),
        inventory=THREE_NODES,
    )
node_5(
    "nothing listens at all",
    sockets(without(*system(N1).listening or [])),
    fails(N1, "tcp:7946", "tcp:443", reason="node.swarm-port-closed", about=(*FIRST, NGINX)),
    inventory=THREE_NODES,
)
node_5(
    "a worker has no managers' port",
    sockets(without("tcp:2377"), its=engine(N1, manager=False)),
    passes(N1),
    inventory=THREE_NODES,
)
node_5(
    "nginx does not run",
    sockets(without("tcp:443", "tcp:80"), containers(N1, container(A, "nginx", state="exited"))),
    passes(N1),
    inventory=THREE_NODES,
)
node_5(
    "nginx has other ports",
    sockets(system(N1), containers(N1, container(A, "nginx", ports={"443/tcp": [4443]}))),
    fails(N1, "tcp:4443", "nginx"),
    inventory=THREE_NODES,
)
node_5("its engine is stopped", sockets(system(N1), STOPPED, STOPPED), unknown(N1, "no engine"), inventory=THREE_NODES)
node_5(
    "not told",
    sockets(system(N1, listening=None, missing={"listening sockets": "netstat: not found"})),
    unknown(N1, "netstat"),
    inventory=THREE_NODES,
)

node_6 = Cases("NODE-6")


def managers(**seen: Seen) -> Looks:
    """What the nodes see; by a name without its dash what one sees instead."""
    return {("swarm_view", node): seen.get(node.replace("-", "_")) or swarm(node) for node in NODES}


node_6(
    "three",
    managers(),
    passes(CLUSTER, "3 managers, leader node-1; the swarm tolerates 1 more failure"),
    inventory=THREE_NODES,
)
node_6(
    "one cannot be reached",
    managers(node_1=swarm(N1, member(N1), member(N2), member(N3, reachability="unreachable")), node_3=STOPPED),
    fails(
        CLUSTER,
        "manager node-3 is unreachable (2 of 3 reachable)",
        "tolerates 0 more failures",
        reason="node.manager-unreachable",
        about=ALL_THREE[2:],
        witnesses=FIRST,
        measured="reported",
    ),
    inventory=THREE_NODES,
)
node_6(
    "two of three cannot be reached",
    managers(node_1=swarm(N1, member(N1), *(member(node, reachability="unreachable") for node in (N2, N3)))),
    fails(CLUSTER, "the swarm has lost its quorum", reason="node.quorum-lost", about=ALL_THREE[1:], witnesses=FIRST),
    inventory=THREE_NODES,
)
node_6(
    "the swarm has lost its quorum",
    managers(**{f"node_{n}": without_leader(node) for n, node in enumerate(NODES, 1)}),
    fails(CLUSTER, "does not have a leader", reason="node.no-leader", about=(thing("swarm"),), witnesses=ALL_THREE),
    inventory=THREE_NODES,
)
node_6(
    "one manager says that nobody leads, and the others are not known",
    managers(node_1=without_leader(N1), node_2=STOPPED, node_3=STOPPED),
    fails(CLUSTER, "does not have a leader", reason="node.no-leader", about=(thing("swarm"),), witnesses=FIRST),
    inventory=THREE_NODES,
)
node_6(
    "no manager can list the nodes, and none says that nobody leads",
    managers(**{f"node_{n}": swarm(node, error="rpc error: desc = internal") for n, node in enumerate(NODES, 1)}),
    fails(CLUSTER, "manager node-1 cannot list", reason="node.manager-cannot-list", about=FIRST),
    inventory=THREE_NODES,
)
node_6(
    "one manager is cut off",
    managers(node_2=without_leader(N2)),
    fails(
        CLUSTER,
        "manager node-2 cannot list the nodes of the swarm",
        reason="node.manager-cannot-list",
        about=ALL_THREE[1:2],
        measured="directly",
    ),
    inventory=THREE_NODES,
)
node_6(
    "nobody leads",
    managers(node_1=swarm(N1, *(member(node, leader=False) for node in NODES))),
    fails(CLUSTER, "the swarm has no leader", reason="node.no-leader", about=(thing("swarm"),), witnesses=FIRST),
    inventory=THREE_NODES,
)
node_6(
    "one manager of three nodes",
    managers(
        node_1=swarm(N1, member(N1), member(N2, manager=False, reachability=""), member(N3, manager=False)),
        node_2=swarm(N2, manager=False),
        node_3=swarm(N3, manager=False),
    ),
    passes(CLUSTER, "1 manager, leader node-1", "tolerates 0 more failures"),
    inventory=THREE_NODES,
)
node_6(
    "no manager is in the inventory",
    managers(**{f"node_{n}": swarm(node, manager=False) for n, node in enumerate(NODES, 1)}),
    skipped(CLUSTER, "none of the inventory's nodes is a manager"),
    inventory=THREE_NODES,
)
node_6(
    "no node answers", {("swarm_view", n): Inherited(STOPPED) for n in NODES}, unknown(CLUSTER), inventory=THREE_NODES
)
node_6("no nodes", {}, skipped(CLUSTER, "under nodes:"))

CASES = [node_1, node_2, node_3, node_4, node_5, node_6]
