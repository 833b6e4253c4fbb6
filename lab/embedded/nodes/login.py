"""The files that a log-in to a node answers from: what its df, ss, ps and /proc show. Written once, at the start."""

import json
import shlex
import sys
from datetime import datetime
from ipaddress import IPv4Network
from pathlib import Path

from lab.embedded.door import Door
from lab.embedded.nodes.certificates import node_certificate
from lab.embedded.nodes.clock import nano
from lab.embedded.nodes.container import DAY, LogLine
from lab.embedded.nodes.files import COMMANDS, written
from lab.embedded.nodes.state import Node

PROGRAM = Path(__file__).parent / "docker_program.py"


def command(node: Node, directory: Path) -> list[str]:
    """What runs on that node the script that it is given on its stdin."""
    return ["sh", str(COMMANDS / "login"), str(directory / "nodes" / node.name)]


def _meminfo(node: Node) -> str:
    rows = {
        "MemTotal": node.memory,
        "MemFree": node.memory_available // 2,
        "MemAvailable": node.memory_available,
        "Buffers": node.memory_available // 8,
        "Cached": node.memory_available // 3,
        "SwapCached": 0,
        "SwapTotal": node.swap,
        "SwapFree": node.swap_free,
    }
    return "".join(f"{name + ':':<16}{kib:>8} kB\n" for name, kib in rows.items())


def _sockets(node: Node) -> str:
    """PROTOCOL STATE ADDRESS:PORT of what listens: the node's own as one socket for both families, Docker's as two."""
    published = {("tcp", port) for c in node.containers if c.state == "running" for port in c.ports.values()}
    lines = [f"{kind} *:{port}" for kind, port in sorted(node.listening - node.deaf)]
    for kind, port in sorted(published - node.deaf):
        lines += [f"{kind} 0.0.0.0:{port}", f"{kind} [::]:{port}"]
    return "".join(f"{line}\n" for line in lines)


def _programs(node: Node) -> dict[str, str]:
    """A dead container has no program."""
    of = {container.pid: container.id for container in node.containers if container.runs}
    running = [p for p in node.programs if p.pid in of or p.name != "rethinkdb"]
    files = {"programs": "".join(f"{p.pid} {p.name} {p.line}\n" for p in running)}
    for p in running:
        container = of.get(p.pid) or p.within
        files[f"proc/{p.pid}/cgroup"] = f"12:memory:/{f'docker/{container}' if container else 'system.slice'}\n"
        files[f"proc/{p.pid}/comm"] = f"{p.name}\n"
        files[f"proc/{p.pid}/cmdline"] = p.line.replace(" ", "\0") + "\0"
        files[f"proc/{p.pid}/status"] = (
            f"Name:\t{p.name}\nState:\tS (sleeping)\nPid:\t{p.pid}\nPPid:\t1\nVmSize:\t{4 * p.resident:>8} kB\n"
            f"VmRSS:\t{p.resident:>8} kB\nVmSwap:\t{p.swapped:>8} kB\nThreads:\t9\n"
        )
    return files


def _disks(node: Node) -> str:
    """SOURCE TYPE KIB USED AVAILABLE INODES INODES-USED STATE TARGET; STATE: 1 where it hangs, 2 where it is stale."""
    states = [(disk, 2 if disk.stale else int(disk.hangs)) for disk in node.disks]
    return "".join(
        f"{d.source} {d.kind} {d.size} {d.used} {d.available} {d.inodes} {d.inodes_used} {state} {d.target}\n"
        for d, state in states
    )


def _mounts(node: Node) -> str:
    """As /proc/self/mounts has them: what is no plain character is escaped."""
    places = [(d, d.target.replace("\\", "\\134").replace(" ", "\\040")) for d in node.disks]
    return "".join(
        f"{disk.source} {place} {disk.kind} {'ro' if disk.read_only else 'rw'},relatime 0 0\n" for disk, place in places
    )


def _routes(node: Node) -> str:
    """As /proc/net/route has them: numbers of a little-endian machine."""
    rows = [
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
        "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0",
    ]
    for device, prefixes in (("eth0", node.routes), *((name[:15], [each]) for name, each in node.bridges.items())):
        for prefix in map(IPv4Network, prefixes):
            destination, mask = (each.packed[::-1].hex().upper() for each in (prefix.network_address, prefix.netmask))
            rows.append(f"{device}\t{destination}\t00000000\t0001\t0\t0\t0\t{mask}\t0\t0\t0")
    return "".join(f"{row:<127}\n" for row in rows)


def _local_addresses(node: Node) -> str:
    """As /proc/net/fib_trie has them: only the leaves of a table, each with what it is."""
    own = ["127.0.0.1", node.address, *(str(IPv4Network(each)[1]) for each in node.bridges.values())]
    leaves = "".join(f"     |-- {each}\n        /32 host LOCAL\n" for each in own)
    return f"Main:\n  +-- 0.0.0.0/0 3 0 5\n{leaves}Local:\n  +-- 0.0.0.0/0 3 0 5\n{leaves}"


def _logs(node: Node, started: datetime) -> dict[str, str]:
    """SECONDS TIME TEXT of each line of each container, as `docker logs --timestamps` has them after the seconds."""
    begin = started + node.clock_ahead
    return {
        f"logs/{container.name}": "".join(
            f"{int((begin - line.ago).timestamp())} {nano(begin - line.ago)} {line.text}\n" for line in container.log
        )
        for container in node.containers
    }


def _at_boot(node: Node, started: datetime) -> dict[str, str]:
    """What systemctl, iptables and dockerd answer from; what only root may read is there for nobody else."""
    boot = node.boot
    version = boot.installed or node.engine.version
    files = {
        "units": "".join(f"{name} {state}\n" for name, state in boot.units.items()),
        "etc/fstab": "".join(f"{line}\n" for line in boot.fstab),
        "dockerd": f"Docker version {version}, build 5d6db84\n",
    }
    if not boot.root:
        return files
    flags = "".join(
        f'{node.data_root}/containers/{each.id}/config.v2.json:"HasBeenManuallyStopped":'
        f"{'true' if each.stopped_by_hand else 'false'}\n"
        for each in node.containers
    )
    return files | {
        "stopped-by-hand": flags,
        "rules": "".join(f"{rule}\n" for rule in boot.rules),
        "swarm-node.crt": node_certificate(node.name, started + boot.certificate_left),
    }


def _journal(node: Node, started: datetime) -> dict[str, str]:
    """SECONDS, then each entry as `journalctl -o short-iso` has it; it goes back far."""
    if node.journal is None:
        return {}
    begin = started + node.clock_ahead
    entries = [LogLine(60 * DAY, 'dockerd[711]: time="…" level=info msg="Starting up"'), *node.journal]
    return {
        "journal": "".join(
            f"{int((begin - each.ago).timestamp())} {begin - each.ago:%Y-%m-%dT%H:%M:%S+0000} {node.name} {each.text}\n"
            for each in entries
        ),
        **({"journal-hidden": ""} if node.journal_hidden else {}),
    }


def _docker(node: Node, directory: Path, started: datetime) -> dict[str, str]:
    """Where the command line finds its engine, and the answers that need none of it while all is well."""
    certs = str(directory / "certs" / node.name)
    files = {
        "docker": f"{sys.executable} {PROGRAM}\n",
        "engine.json": json.dumps({"host": "127.0.0.1", "port": node.port, "certs": certs, "api": node.engine.api}),
    }
    answers = node.door is Door.OPEN and not {"info", "everything"} & (node.hung | node.waits.keys())
    return files | ({"data-root": f"{node.data_root}\n", **_logs(node, started)} if answers else {})


def write(node: Node, directory: Path, started: datetime) -> None:
    """Write one node's files under `directory`/nodes. started: when the cluster was."""
    files = (
        _programs(node)
        | _at_boot(node, started)
        | _docker(node, directory, started)
        | _journal(node, started)
        | {
            "disks": _disks(node),
            "sockets": _sockets(node),
            "reaches": "".join(f"{each}\n" for each in node.reaches),
            "clock": f"{node.clock_ahead.total_seconds()}\n",
            "zone": f"{node.time_zone}\n",
            "registries": "".join(f"{each}\n" for each in sorted(node.registries)),
            "processors": f"{node.processors}\n",
            "etc/hostname": f"{node.name}\n",
            "proc/meminfo": _meminfo(node),
            "proc/uptime": f"{node.uptime.total_seconds():.2f} {node.uptime.total_seconds() * 3:.2f}\n",
            "proc/mounts": _mounts(node),
            "proc/self/mounts": _mounts(node),
            "proc/net/route": _routes(node),
            "proc/net/fib_trie": _local_addresses(node),
            "etc/resolv.conf": "".join(f"nameserver {each}\n" for each in node.resolvers),
            "proc/loadavg": "0.31 0.28 0.25 2/811 40021\n",
            "proc/sys/kernel/hostname": f"{node.name}\n",
        }
    )
    if node.poor_ps:
        files["no-ps"] = ""
    if node.shell.door is Door.CLOSED:
        files["refusal"] = f"ssh: connect to host {node.address} port 22: Connection refused\n"
    if node.shell.refusal:
        files["refusal"] = f"{node.shell.refusal}\n"
    if node.shell.door is Door.SILENT:
        files["silent"] = ""
    if node.profile:
        files["profile"] = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in node.profile.items())
    for name, text in zip(("docker-prints", "docker-complains"), node.docker_prints, strict=True):
        if text:
            files[name] = f"{text}\n"
    if node.docker_refuses:
        files["docker-refuses"] = f"{node.docker_refuses}\n"
    if node.shell.banner:
        files["banner"] = f"{node.shell.banner}\n"
    written(directory / "nodes" / node.name, files)
