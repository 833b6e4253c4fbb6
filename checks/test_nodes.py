"""The nodes under the replicas, and the swarm that they form. Beyond the guide: what MSR stands on."""

from collections.abc import Sequence
from statistics import median

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.cluster_views import quorum
from checks.verdict import Verdict, failed, not_applicable, passed, skipped, unknown, warned
from fixtures.core.dimensions import NO_NODES
from fixtures.core.store import NoResponse, PerSubject, Unavailable
from fixtures.inventory import Inventory, Node
from fixtures.inventory.expectations import Limits
from fixtures.probes.containers import Containers
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmView
from fixtures.probes.system import DatabaseProcess, Disk, System, told

ENGINE = "Beyond the guide: the Docker engine and its swarm"
MACHINE = "Beyond the guide: the machine"
GB = 1_000_000_000 / 1024
# Under a tenth, the kernel begins to reclaim what the database has cached.
SCARCE_PERCENT = 10


@condition("NODE-1", severity=CRITICAL, documented=ENGINE, remedy="node-down", owns=True)
def test_node_is_ready(
    node: Node,
    engine: EngineFacts,
    every_system: PerSubject[System],
    every_swarm_view: PerSubject[SwarmView],
    inventory: Inventory,
) -> Verdict:
    """The node can be reached, its Docker engine answers, and the swarm counts it as ready."""
    no_shell = every_system.causes.get(node.name)
    if no_shell is not None:
        tell = failed if isinstance(no_shell, NoResponse) else unknown
        return tell(str(no_shell))
    swarm = engine.swarm
    if swarm.state != "active":
        why = f": {swarm.error}" if swarm.error else ""
        message = f"its part in the swarm is {swarm.state or 'not told'}{why}"
        return failed(message, seen=swarm.state, expected="active", remedy="not-in-the-swarm")
    other = next((each.name for each in inventory.nodes if each.name == engine.name and each.name != node.name), None)
    if other is not None:
        return failed(f"the engine that answers there is that of {other}", seen=engine.name, expected=node.name)
    # A manager that waits for a leader does not tell its id.
    known = [row for view in every_swarm_view.values() for row in view.nodes]
    rows = [row for row in known if (row.id == swarm.node_id if swarm.node_id else row.name == node.name)]
    others = [view for view in every_swarm_view.values() if view.nodes and view.node != node.name]
    if swarm.node_id and others and not any(row.id == swarm.node_id for view in others for row in view.nodes):
        managers = " and ".join(view.node for view in others)
        message = f"it is none of the nodes of the swarm, as {managers} list them"
        known_names = sorted({row.name for view in others for row in view.nodes})
        return failed(message, seen=engine.name, expected=known_names, remedy="not-in-the-swarm")
    return _as_the_swarm_sees_it(node, engine, rows, inventory)


def _as_the_swarm_sees_it(node: Node, engine: EngineFacts, rows: Sequence[SwarmNode], inventory: Inventory) -> Verdict:
    way = f"Docker {engine.version}, {engine.way}"
    if not rows:
        return passed(f"{way}; no manager tells whether the swarm counts it as ready", seen=engine.swarm.state)
    bad = next((row for row in rows if row.state != "ready"), None)
    if bad is not None:
        why = f": {bad.message}" if bad.message else ""
        return failed(f"the swarm counts it as {bad.state or 'nothing'}{why}", seen=bad.state, expected="ready")
    availability = rows[0].availability
    if availability == "drain" and any(replica.node == node.name for replica in inventory.replicas):
        message = "it is drained, and a replica is on it: no container can be attached to a network there"
        return warned(message, seen=availability, expected="active", remedy="drained-node")
    return passed(f"{way}; {availability}", seen=availability)


@condition("NODE-2", severity=CRITICAL, documented=MACHINE, remedy="disk-full")
def test_disks_have_room(
    shell_node: Node,
    system: System,
    every_engine: PerSubject[EngineFacts],
    every_containers: PerSubject[Containers],
    inventory: Inventory,
) -> Sequence[Verdict]:
    """The disks under Docker's data and the replica's volumes have room, and inodes."""
    if system.disks is None:
        raise told(system, "disks")
    engine = every_engine.seen(shell_node.name)
    if engine is not None and engine.root not in ("", system.root):
        raise Unavailable(
            f"Docker's data lies under {engine.root}, which `docker info` does not tell to the user of the shell"
        )
    seen = every_containers.seen(shell_node.name)
    mounted = {m.name for each in (seen.msr if seen else []) for m in each.mounts if m.kind == "volume"}
    own = [disk for disk in system.disks if _is_ours(disk, system.root, mounted)]
    return [_room(shell_node, disk, inventory.limits) for disk in own]


def _is_ours(disk: Disk, root: str, mounted: set[str]) -> bool:
    """Other stacks have volumes there, too, and a node has shares that Docker's data does not lie on."""
    below = disk.place.removeprefix(f"{root}/volumes/")
    if below == disk.place:
        return f"{root}/".startswith(f"{disk.place.rstrip('/')}/")
    volume = below.partition("/")[0]
    return volume.startswith("dtr-") or volume in mounted


def _room(shell_node: Node, disk: Disk, limits: Limits) -> Verdict:
    subject = f"{shell_node.name}:{disk.place}"
    if disk.network:
        return passed(f"on the network ({disk.kind} {disk.device}), not looked at", seen=disk.kind, subject=subject)
    if disk.used is None or disk.free is None:
        return unknown(f"df does not tell of {disk.place}", subject=subject)
    percent, gb = _percent(disk.used, disk.free), disk.free / GB
    message = f"{gb:.1f} GB free, {percent:.0f} %"
    seen = {"free_gb": round(gb, 1), "free_percent": round(percent, 1)}
    inodes = None
    if disk.inodes_used is not None and disk.inodes_free is not None and disk.inodes_used + disk.inodes_free > 0:
        inodes = _percent(disk.inodes_used, disk.inodes_free)
        message += f"; {inodes:.0f} % of the inodes free"
        seen["free_inodes_percent"] = round(inodes, 1)
    little = [
        name
        for name in ("warn", "fail")
        if (percent < getattr(limits.free_percent, name) and gb < getattr(limits.free_gb, name))
        or (inodes is not None and inodes < getattr(limits.free_percent, name))
    ]
    tell = failed if "fail" in little else warned if little else passed
    expected = {"free_gb": list(limits.free_gb), "free_percent": list(limits.free_percent)}
    return tell(message, seen=seen, expected=expected, subject=subject)


def _percent(used: int, free: int) -> float:
    """Free of all, as df counts: what is kept for root is nobody's."""
    return 100.0 * free / (used + free) if used + free else 0.0


@condition("NODE-3", severity=CRITICAL, documented=MACHINE, remedy="set-the-clock")
def test_clock_is_right(system: System, every_system: PerSubject[System], inventory: Inventory) -> Verdict:
    """The node's clock is that of the others."""
    if system.clock is None:
        raise told(system, "clock")
    clocks = [each.clock for each in every_system.values() if each.clock is not None]
    if len(clocks) == 1:
        return not_applicable("there is no other node's clock to compare it with")
    if len(clocks) % 2 == 0:
        # Of two that differ nobody knows which is wrong: this machine's own clock decides.
        clocks.append(0.0)
    off = system.clock - median(clocks)
    sure = max(abs(off) - system.clock_error, 0.0)
    limit = inventory.limits.clock_seconds
    tell = failed if sure > limit.fail else warned if sure > limit.warn else passed
    way = "ahead" if off > 0 else "behind"
    message = f"{abs(off):.2f} s {way}, give or take {system.clock_error:.2f} s"
    return tell(message, seen=round(off, 3), expected=list(limit))


@condition("NODE-4", severity=WARNING, documented=MACHINE, remedy="memory-short")
def test_memory_is_there(
    shell_node: Node, system: System, every_containers: PerSubject[Containers], inventory: Inventory
) -> Verdict:
    """Memory is available, and none of the database's is swapped out."""
    if system.memory is None:
        raise told(system, "memory")
    if system.database is None:
        raise told(system, "database")
    total, available = system.memory
    percent = 100.0 * available / total if total else 0.0
    seen = every_containers.seen(shell_node.name)
    own = [each for each in system.database if _is_of_msr(each, seen)]
    swapped = sum(each.swapped or 0 for each in own)
    message = f"{available / GB:.1f} GB available, {percent:.0f} %"
    measured = {"available_percent": round(percent, 1), "swapped_kib": swapped}
    if swapped:
        return failed(f"{swapped} KiB of the database are swapped out; {message}", seen=measured, expected=0)
    if percent < SCARCE_PERCENT:
        return failed(message, seen=measured, expected=f"at least {SCARCE_PERCENT} %")
    carried = [replica.id for replica in inventory.replicas if replica.node == shell_node.name]
    databases = [
        each for each in (seen.msr if seen else []) if each.component == "rethinkdb" and each.replica in carried
    ]
    runs = any(each.runs for each in databases)
    if (runs and not own) or any(each.swapped is None for each in own):
        return unknown(f"{shell_node.name}: a database runs there, and the user of the shell cannot see its process")
    return passed(message, seen=measured)


def _is_of_msr(process: DatabaseProcess, containers: Containers | None) -> bool:
    """Another stack may have a RethinkDB of its own; where nothing tells whose it is, it is counted."""
    if containers is None or not process.container:
        return True
    return process.container in {each.id for each in containers.msr if each.component == "rethinkdb"}


@condition("NODE-5", severity=CRITICAL, documented=MACHINE, remedy="port-closed")
def test_node_listens(
    shell_node: Node, system: System, every_engine: PerSubject[EngineFacts], every_containers: PerSubject[Containers]
) -> Verdict:
    """The node listens on its replica's web ports and on those of the swarm."""
    if system.listening is None:
        raise told(system, "listening sockets")
    engine, containers = every_engine[shell_node.name], every_containers[shell_node.name]
    must: dict[str, str] = {}
    if engine.swarm.state == "active":
        must |= {"tcp:7946": "the swarm's gossip", "udp:7946": "the swarm's gossip"}
    if engine.swarm.manager:
        must["tcp:2377"] = "the swarm's managers"
    for each in containers.msr:
        if each.component == "nginx" and each.runs:
            must |= {f"tcp:{port}": f"nginx of {each.replica}" for ports in each.ports.values() for port in ports}
    closed = [socket for socket in must if socket not in system.listening]
    if closed:
        message = f"nothing listens on {', '.join(f'{socket} ({must[socket]})' for socket in closed)}"
        return failed(message, seen=sorted(set(must) - set(closed)), expected=sorted(must))
    return passed(f"listens on {', '.join(must)}" if must else "it must listen nowhere", seen=sorted(must))


@condition("NODE-6", severity=CRITICAL, documented=ENGINE, remedy="swarm-quorum")
def test_swarm_has_a_quorum(every_swarm_view: PerSubject[SwarmView], inventory: Inventory) -> Verdict:
    """The swarm has a leader, and all its managers can be reached."""
    views = [view for view in every_swarm_view.values() if view.manager]
    if not views:
        for cause in every_swarm_view.causes.values():
            raise cause
        reason = (
            "none of the inventory's nodes is a manager: add one under nodes:" if inventory.nodes else NO_NODES.reason
        )
        return skipped(reason)
    if all(view.error for view in views):
        told = "; ".join(f"{view.node}: {view.error}" for view in views)
        message = "no manager can list the nodes of the swarm: probably none leads, for lack of a majority"
        return failed(f"{message} ({told})", seen=[view.node for view in views], expected="a leader")
    verdicts = [_as_seen_by(view) for view in views]
    return next((each for each in verdicts if each.outcome != "PASS"), verdicts[0])


def _as_seen_by(view: SwarmView) -> Verdict:
    seen_by = f", as {view.node} sees it"
    if view.error:
        return failed(f"{view.node} cannot list the swarm: {view.error}", expected="a leader")
    managers = [row for row in view.nodes if row.manager]
    up = [row for row in managers if row.reachability == "reachable"]
    need = quorum(len(managers))
    seen = {"managers": len(managers), "reachable": len(up), "quorum": need}
    leader = next((row.name for row in managers if row.leader), None)
    stands = f"it still stands {len(up) - need} failures" if len(up) >= need else "the quorum is lost"
    lost = [row.name for row in managers if row not in up]
    if lost:
        message = f"{', '.join(lost)} cannot be reached, {len(up)} of {len(managers)} managers can; {stands}{seen_by}"
        return failed(message, seen=seen, expected=len(managers))
    if leader is None:
        return failed(f"no manager leads{seen_by}", seen=seen, expected="a leader")
    return passed(f"{len(managers)} managers, {leader} leads; {stands}", seen=seen)
