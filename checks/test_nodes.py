"""The nodes under the replicas, and the swarm that they form. Beyond the guide."""

from collections.abc import Sequence
from statistics import median

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.disks import GB, disk_of, ours, room_on
from checks.rules.memory import holder_of, told
from checks.rules.swarm import OUT_OF_SWARM, as_the_swarm_sees_it, judge_managers, views_of_managers
from checks.rules.wording import one_line
from checks.verdict import Verdict, failed, not_applicable, passed, skipped, warned
from fixtures.core.dimensions import NO_NODES
from fixtures.core.evidence import Because, thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Node
from fixtures.inventory.nodes import is_node
from fixtures.probes.containers import Containers
from fixtures.probes.membership import missing_at
from fixtures.probes.nodes import EngineFacts, SwarmView
from fixtures.probes.system import DatabaseProcess, System, unreadable

ENGINE = "Beyond the guide: the Docker engine and its swarm"
MACHINE = "Beyond the guide: the machine"
# Under a tenth, the kernel begins to reclaim what the database has cached.
SCARCE_PERCENT = 10


@condition(
    "NODE-1",
    severity=CRITICAL,
    documented=ENGINE,
    remedy="node-down",
    owns=True,
    reasons={
        "node.not-in-swarm": Reason("the node's Docker engine is in no swarm", remedy="not-in-the-swarm"),
        "node.swarm-locked": Reason(
            "the node's swarm is locked: the engine waits for the unlock key", remedy="not-in-the-swarm"
        ),
        "node.swarm-error": Reason(
            "the engine's membership in the swarm ended with an error", remedy="not-in-the-swarm"
        ),
        "node.not-listed": Reason("the managers do not list the node", remedy="not-in-the-swarm"),
        "node.other-engine": Reason("the Docker engine of another node responds", remedy="other-engine"),
        "node.cloned": Reason("two nodes have one swarm node ID", remedy="cloned-node"),
        "node.not-ready": "the swarm does not list the node as ready",
        "node.drained": Reason("the node is drained and runs a replica", remedy="drained-node"),
        "node.paused": Reason("the node is paused and runs a replica", remedy="drained-node"),
    },
)
def test_node_is_ready(
    node: Node,
    engine: EngineFacts,
    every_engine: PerSubject[EngineFacts],
    every_system: PerSubject[System],
    every_swarm_view: PerSubject[SwarmView],
    inventory: Inventory,
) -> Verdict:
    """The node is reachable, its Docker engine responds, and the swarm lists it as ready."""
    if not is_node(engine.name, node, inventory.nodes):
        message = f"the Docker engine of {engine.name} responds at the node's address"
        return failed("node.other-engine", message, seen=engine.name, expected=node.reports)
    swarm = engine.swarm
    managers = missing_at(node.name, every_engine, every_swarm_view)
    if managers:
        known_names = sorted({row.name for name in managers for row in every_swarm_view[name].nodes})
        return failed(
            "node.not-listed",
            f"the node is not in the list of the swarm's nodes (reported by {' and '.join(managers)})",
            seen=engine.name,
            expected=known_names,
            witnesses=[thing("node", name) for name in managers],
            measured="reported",
        )
    others = [each for each in every_engine.values() if each.node != node.name and swarm.node_id]
    same = [each for each in others if each.swarm.node_id == swarm.node_id]
    twins = [each.node for each in same if is_node(each.name, inventory.node(each.node), inventory.nodes)]
    if twins:
        message = f"the Docker engine has the swarm node ID of {' and '.join(twins)} too: one of them is a clone"
        about = [thing("node", each) for each in (node.name, *twins)]
        return failed("node.cloned", message, seen=swarm.node_id, about=about)
    no_shell = every_system.causes.get(node.name)
    if no_shell is not None:
        raise no_shell
    if swarm.state != "active":
        why = f": {one_line(swarm.error)}" if swarm.error else ""
        message = f"the Docker engine's swarm state is {swarm.state or 'unknown'}{why}"
        return failed(OUT_OF_SWARM.get(swarm.state, "node.not-in-swarm"), message, seen=swarm.state, expected="active")
    # A manager that waits for a leader does not report its id.
    known = [(view.node, row) for view in every_swarm_view.values() for row in view.nodes]
    rows = [
        (manager, row)
        for manager, row in known
        if (row.id == swarm.node_id if swarm.node_id else is_node(row.name, node, inventory.nodes))
    ]
    return as_the_swarm_sees_it(node, engine, rows, inventory)


@condition(
    "NODE-2",
    severity=CRITICAL,
    documented=MACHINE,
    remedy="disk-full",
    reasons={
        "node.disk-short": "a disk has little free space",
        "node.inodes-short": "a disk has free space and few free inodes",
        "node.root-not-reported": "the user of the shell cannot see where Docker stores its data",
        "node.disk-not-reported": "df does not list a disk",
    },
)
def test_disks_have_free_space(
    shell_node: Node,
    system: System,
    every_engine: PerSubject[EngineFacts],
    every_containers: PerSubject[Containers],
    inventory: Inventory,
) -> Sequence[Verdict]:
    """The disks of Docker's data, of its images and of the replica's volumes have free space and inodes."""
    if system.disks is None:
        raise unreadable(system, "disks")
    engine = every_engine.seen(shell_node.name)
    root = (engine.root if engine else "") or system.root
    known = root == system.root or (system.all_disks and disk_of(root, system.disks) is not None)
    if not known:
        message = f"Docker stores its data in {root}, which `docker info` does not show to the user of the shell"
        raise Unavailable("node.root-not-reported", message, because=Because(shell_node.name, probe="system"))
    seen = every_containers.seen(shell_node.name)
    mounted = {m.name for each in (seen.msr if seen else []) for m in each.mounts if m.kind == "volume"}
    own = ours(system.disks, [root, *([engine.images] if engine and engine.images else [])], mounted)
    return [room_on(shell_node, disk, inventory.limits) for disk in own]


@condition(
    "NODE-3",
    severity=CRITICAL,
    documented=MACHINE,
    remedy="set-the-clock",
    reasons={"node.clock-off": "the node's clock differs from the other nodes"},
    measured="derived",
)
def test_clock_is_right(system: System, every_system: PerSubject[System], inventory: Inventory) -> Verdict:
    """The node's clock agrees with the other nodes."""
    if system.clock is None:
        raise unreadable(system, "clock")
    clocks = [each.clock for each in every_system.values() if each.clock is not None]
    if len(clocks) == 1:
        return not_applicable("no other node's clock is known to compare with")
    if len(clocks) % 2 == 0:
        # Of two that differ nobody knows which is wrong: this machine's own clock decides.
        clocks.append(0.0)
    off = system.clock - median(clocks)
    sure = max(abs(off) - system.clock_error, 0.0)
    limit = inventory.limits.clock_seconds
    limits = f"limits {limit.warn:g} s and {limit.fail:g} s"
    way = "ahead of" if off > 0 else "behind"
    message = f"the clock is {abs(off):.2f} s {way} the median (± {system.clock_error:.2f} s; {limits})"
    if sure <= limit.warn:
        return passed(message, seen=round(off, 3), expected=list(limit))
    verdict = failed if sure > limit.fail else warned
    return verdict("node.clock-off", message, seen=round(off, 3), expected=list(limit))


@condition(
    "NODE-4",
    severity=WARNING,
    documented=MACHINE,
    remedy="memory-short",
    reasons={
        "node.database-swapped": "a part of the database's memory is in swap",
        "node.memory-short": "the node has little available memory; what holds it was not seen",
        "node.memory-database": Reason(
            "the node has little available memory, and a database holds most", remedy="memory-database"
        ),
        "node.memory-component": Reason(
            "the node has little available memory, and another container of MSR holds most", remedy="memory-component"
        ),
        "node.memory-container": Reason(
            "the node has little available memory, and a container of another stack holds most", remedy="memory-others"
        ),
        "node.memory-process": Reason(
            "the node has little available memory, and a process of no container holds most", remedy="memory-others"
        ),
        "node.process-hidden": "the user of the shell cannot see the process of the database",
    },
)
def test_memory_is_available(
    shell_node: Node, system: System, every_containers: PerSubject[Containers], inventory: Inventory
) -> Verdict:
    """The node has available memory, and no memory of the database is in swap."""
    if system.memory is None:
        raise unreadable(system, "memory")
    if system.database is None:
        raise unreadable(system, "database")
    total, available = system.memory
    percent = 100.0 * available / total if total else 0.0
    seen = every_containers.seen(shell_node.name)
    own = [each for each in system.database if _is_of_msr(each, seen)]
    swapped = sum(each.swapped or 0 for each in own)
    message = f"{available / GB:.1f} GB of memory available ({percent:.0f} %)"
    measured = {"available_percent": round(percent, 1), "swapped_kib": swapped}
    if swapped or percent < SCARCE_PERCENT:
        held = holder_of(system, seen)
        measured |= {"holder_kib": held.kib} if held else {}
    if swapped:
        in_swap = f"{swapped} KiB of the database are in swap; {message}{told(held, total)}"
        return failed("node.database-swapped", in_swap, seen=measured, expected=0)
    if percent < SCARCE_PERCENT:
        return failed(
            held.reason if held else "node.memory-short",
            f"{message}; limit {SCARCE_PERCENT} %{told(held, total)}",
            seen=measured,
            expected=f"at least {SCARCE_PERCENT} %",
        )
    carried = [replica.id for replica in inventory.replicas if replica.node == shell_node.name]
    databases = [
        each for each in (seen.msr if seen else []) if each.component == "rethinkdb" and each.replica in carried
    ]
    runs = any(each.runs for each in databases)
    if (runs and not own) or any(each.swapped is None for each in own):
        hidden = f"{shell_node.name} runs a database, and the user of the shell cannot see its process"
        raise Unavailable("node.process-hidden", hidden, because=Because(shell_node.name, probe="system"))
    return passed(message, seen=measured)


def _is_of_msr(process: DatabaseProcess, containers: Containers | None) -> bool:
    """Another stack may have a RethinkDB of its own; where its container is unknown, it is counted."""
    if containers is None or not process.container:
        return True
    return process.container in {each.id for each in containers.msr if each.component == "rethinkdb"}


@condition(
    "NODE-5",
    severity=CRITICAL,
    documented=MACHINE,
    remedy="port-closed",
    reasons={
        "node.swarm-port-closed": "nothing listens on a port of the swarm",
        "node.web-port-closed": "nothing listens on a port of nginx, and all of the swarm's are open",
    },
)
def test_node_listens(
    shell_node: Node, system: System, every_engine: PerSubject[EngineFacts], every_containers: PerSubject[Containers]
) -> Verdict:
    """The node listens on its replica's web ports and on the swarm's ports."""
    if system.listening is None:
        raise unreadable(system, "listening sockets")
    engine, containers = every_engine[shell_node.name], every_containers[shell_node.name]
    must: dict[str, str] = {}
    fronts: dict[str, str] = {}
    https: dict[str, list[int]] = {}
    if engine.swarm.state == "active":
        must |= {"tcp:7946": "swarm gossip", "udp:7946": "swarm gossip"}
    if engine.swarm.manager:
        must["tcp:2377"] = "swarm managers"
    for each in containers.msr:
        if each.component == "nginx" and each.runs:
            own = [f"tcp:{port}" for ports in each.ports.values() for port in ports]
            must |= dict.fromkeys(own, f"nginx of {each.replica}")
            fronts |= dict.fromkeys(own, thing("container", f"nginx-{each.replica}"))
            https[each.replica] = list(each.ports.get("443/tcp", ()))
    closed = [socket for socket in must if socket not in system.listening]
    if closed:
        message = f"nothing listens on {', '.join(f'{socket} ({must[socket]})' for socket in closed)}"
        reason = "node.web-port-closed" if set(closed) <= set(fronts) else "node.swarm-port-closed"
        about = dict.fromkeys([thing("node", shell_node.name), *(fronts[each] for each in closed if each in fronts)])
        open_ones = sorted(set(must) - set(closed))
        return failed(reason, message, seen=open_ones, expected=sorted(must), about=list(about))
    message = f"the node listens on {', '.join(must)}" if must else "no port has to be open"
    return passed(message, seen={"listening": sorted(must), "https": https})


@condition(
    "NODE-6",
    severity=CRITICAL,
    documented=ENGINE,
    remedy="swarm-quorum",
    reasons={
        "node.no-leader": "the swarm has no leader",
        "node.quorum-lost": "fewer managers are reachable than a majority",
        "node.manager-unreachable": "a manager is unreachable, and a majority is reachable",
        "node.manager-cannot-list": "a manager cannot list the nodes of the swarm, and not all say that none leads",
    },
    measured="reported",
)
def test_swarm_has_a_quorum(
    every_engine: PerSubject[EngineFacts], every_swarm_view: PerSubject[SwarmView], inventory: Inventory
) -> Verdict:
    """The swarm has a leader, and all its managers are reachable."""
    views = views_of_managers(every_engine, every_swarm_view)
    if not views:
        reason = (
            "none of the inventory's nodes is a manager: add one under nodes:" if inventory.nodes else NO_NODES.reason
        )
        return skipped(reason)
    return judge_managers(views)
