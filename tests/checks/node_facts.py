"""Facts of made-up nodes, built by hand: three nodes that carry a replica each, and form a swarm of managers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fixtures.inventory import Inventory
from fixtures.inventory.msr import COMPONENTS
from fixtures.probes.containers import Container, Containers, Helper, Mount
from fixtures.probes.database_log import DatabaseLog, Link
from fixtures.probes.logs.container_logs import ContainerLog, ContainerLogs, KnownLine
from fixtures.probes.logs.engine_log import EngineLog
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmPart, SwarmView
from fixtures.probes.replica_storage import ReplicaVolumes, Volume
from fixtures.probes.system import DatabaseProcess, Disk, System
from tests.checks.facts import IDS, NOW, ago, inventory, times

N1, N2, N3 = "node-1", "node-2", "node-3"
NODES = (N1, N2, N3)
GIB = 1024 * 1024
"""In KiB, as df and /proc tell."""


def nodes(count: int = 3, *, way: str = "ssh", **changes: Any) -> Inventory:
    """An inventory of so many replicas, each on a node of its own. way: by ssh, or by docker alone."""
    rows: list[dict[str, Any]] = []
    for number in range(1, count + 1):
        ways = {"ssh": {"host": f"10.0.0.{10 + number}"}, "docker": f"unix:///run/{number}.sock"}
        rows.append({"name": f"node-{number}", way: ways[way]})
    replicas = [
        {"id": name, "address": f"10.0.0.{number}", "node": f"node-{number - 10}"}
        for number, name in enumerate(IDS[:count], 11)
    ]
    return inventory(count, **{"nodes": rows, "replicas": replicas, **changes})


def engine(node: str, *, state: str = "active", manager: bool = True, **changes: Any) -> EngineFacts:
    swarm = {"NodeID": f"id-{node}", "LocalNodeState": state, "ControlAvailable": manager, "Error": ""}
    named = (("error", "Error"), ("node_id", "NodeID"), ("autolock", "Cluster"))
    swarm |= {key: changes.pop(name) for name, key in named if name in changes}
    fields = {"node": node, "way": "TCP", "id": f"engine-{node}", "name": node, "version": "20.10.24"}
    fields["root"] = "/var/lib/docker"
    return EngineFacts(**{**times(), **fields, "swarm": SwarmPart.model_validate(swarm), **changes})


def member(node: str, **changes: Any) -> SwarmNode:
    usual = {
        "id": f"id-{node}",
        "name": node,
        "manager": True,
        "availability": "active",
        "state": "ready",
        "message": "",
        "leader": node == N1,
        "reachability": "reachable",
    }
    return SwarmNode(**{**usual, **changes})


def swarm(node: str, *members: SwarmNode, manager: bool = True, error: str = "") -> SwarmView:
    listed = list(members or [member(each) for each in NODES]) if manager and not error else []
    no_leader = "does not have a leader" in error
    return SwarmView(**times(), node=node, manager=manager, error=error, no_leader=no_leader, nodes=listed)


def without_leader(node: str) -> SwarmView:
    return swarm(node, error="The swarm does not have a leader")


def container(replica: str, component: str, **changes: Any) -> Container:
    """One that has run for six days."""
    mounts = [mount("/ca", f"dtr-ca-{replica}")]
    if component == "registry":
        mounts.append(mount("/storage", f"dtr-registry-{replica}"))
    usual: dict[str, Any] = {
        "id": f"{IDS.index(replica) + 1:02x}{component.encode().hex():0<62}"[:64],
        "name": f"dtr-{component}-{replica}",
        "component": component,
        "replica": replica,
        "image": f"registry.mirantis.com/msr/dtr-{component}:2.10.4",
        "version": "2.10.4",
        "state": "running",
        "health": "healthy" if component == "nginx" else "",
        "exit_code": 0,
        "error": "",
        "oom_killed": False,
        "restarts": 0,
        "restart_policy": "unless-stopped",
        "created": NOW - timedelta(days=6),
        "started": NOW - timedelta(days=6),
        "finished": None,
        "networks": ["dtr-ol"],
        "attached": ["dtr-ol"],
        "ports": {"443/tcp": [443], "80/tcp": [80]} if component == "nginx" else {},
        "mounts": mounts,
    }
    return Container(**{**usual, **changes})


def mount(mountpoint: str, name: str = "", kind: str = "volume", source: str = "") -> Mount:
    source = source or f"/var/lib/docker/volumes/{name}/_data"
    return Mount.model_validate({"Type": kind, "Name": name, "Source": source, "Destination": mountpoint})


def containers(
    node: str, *changed: Container, without: tuple[str, ...] = (), helpers: tuple[Helper, ...] = ()
) -> Containers:
    """A node with the nine of its replica; some of them changed, or left out by component."""
    replica = IDS[NODES.index(node)]
    nine = {name: container(replica, name) for name in COMPONENTS if name not in without}
    nine |= {each.name if each.replica != replica else each.component: each for each in changed}
    return Containers(**times(), node=node, msr=list(nine.values()), helpers=list(helpers), others=3)


def helper(name: str, age: timedelta, state: str = "running", **changes: Any) -> Helper:
    return Helper(name=name, state=state, created=NOW - age, **changes)


def volume(name: str, driver: str = "local", kind: str = "", device: str = "") -> Volume:
    return Volume(name=name, driver=driver, kind=kind, device=device)


def volumes(replica: str, *changed: Volume, without: tuple[str, ...] = ()) -> ReplicaVolumes:
    names = [f"dtr-{name}-{replica}" for name in ("ca", "rethink", "postgres", "registry")]
    found: dict[str, Volume | None] = {name: volume(name) for name in names}
    found |= {each.name: each for each in changed}
    found |= dict.fromkeys(without)
    node = NODES[IDS.index(replica)]
    return ReplicaVolumes(**times(), replica=replica, node=node, volumes=found)


def link(server: str, ago: timedelta, came: bool = False) -> Link:
    return Link(at=NOW - ago, came=came, server=server)


A_DAY_AGO = NOW - timedelta(days=1)


def database_log(
    replica: str, *links: Link, reach: datetime | None = None, whole: bool = True, since: datetime | None = A_DAY_AGO
) -> DatabaseLog:
    return DatabaseLog(**times(), replica=replica, lines=40, reach=reach, links=list(links), since=since, whole=whole)


def known_line(signature: str, count: int = 1, host: str = "-", **changes: Any) -> KnownLine:
    """Lines of half an hour, the last five minutes ago."""
    usual = {"signature": signature, "host": host, "count": count, "first": ago(minutes=30), "last": ago(minutes=5)}
    return KnownLine(**{**usual, "line": f"the text of {signature}", **changes})


def log(component: str = "api", *known: KnownLine, **changes: Any) -> ContainerLog:
    """A log of the first replica, read to its begin."""
    usual = {"replica": IDS[0], "component": component, "lines": 1200, "whole": True, "known": list(known)}
    return ContainerLog(**{**usual, **changes})


def container_logs(node: str, *logs: ContainerLog, since: timedelta = timedelta(hours=1)) -> ContainerLogs:
    """The logs of the nine; those that are left out are empty."""
    own = {each.component: each for each in logs}
    nine = [own.get(name, log(name, lines=0)) for name in COMPONENTS]
    return ContainerLogs(**times(), node=node, since=NOW - since, logs=nine)


def engine_log(node: str, *known: KnownLine, since: timedelta = timedelta(hours=1), **changes: Any) -> EngineLog:
    """The journal of a node, read to its begin."""
    usual = {"node": node, "since": NOW - since, "source": "the journal", "lines": 800, "oldest": NOW - 2 * since}
    return EngineLog(**{**times(), **usual, "whole": True, "known": list(known), **changes})


def disk(mountpoint: str = "/var/lib/docker", **changes: Any) -> Disk:
    """400 GiB, of which 260 are free."""
    usual = {
        "mountpoint": mountpoint,
        "kind": "xfs",
        "device": "/dev/mapper/vg0-docker",
        "used": 140 * GIB,
        "free": 260 * GIB,
        "inodes_used": 1_000_000,
        "inodes_free": 208_000_000,
    }
    return Disk(**{**usual, **changes})


def system(node: str, *disks: Disk, **changes: Any) -> System:
    usual: dict[str, Any] = {
        "node": node,
        "clock": 0.0,
        "clock_error": 0.01,
        "root": "/var/lib/docker",
        "disks": list(disks or [disk()]),
        "memory": (16 * GIB, 9 * GIB),
        "database": [process()],
        "listening": ["tcp:22", "tcp:2377", "tcp:443", "tcp:7946", "tcp:80", "udp:7946"],
        "missing": {},
    }
    return System(**{**times(), **usual, **changes})


def process(swapped: int | None = 0, container_id: str = "") -> DatabaseProcess:
    return DatabaseProcess(pid=4711, swapped=swapped, container=container_id)
