"""The files that the stand-in commands of a container answer from, written when something is run in it."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lab.embedded.nodes import crossing
from lab.embedded.nodes.container import Container
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import Swarm

POOR = ("sh", "sleep", "date", "sed", "cat", "head", "grep")
PINGING = ("ping", "nslookup", "cat")
COMMANDS = Path(__file__).parent / "commands"

_ICMP = ("InMsgs", "InErrors", "InCsumErrors", "InDestUnreachs", "InTimeExcds", "InParmProbs", "InSrcQuenchs",
         "InRedirects", "InEchos", "InEchoReps", "OutMsgs", "OutErrors", "OutDestUnreachs", "OutEchos",
         "OutEchoReps")  # fmt: skip
_ICMP_VALUES = " ".join("@ECHOES@" if name == "InEchos" else "0" for name in _ICMP)
SNMP = f"""\
Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors
Ip: 1 64 4711 0 0
Icmp: {" ".join(_ICMP)}
Icmp: {_ICMP_VALUES}
IcmpMsg: InType8
IcmpMsg: @ECHOES@
"""


def written(root: Path, files: Mapping[str, str]) -> None:
    """Write each file under `root`, with the directories that it needs; whoever reads one meanwhile finds all of it."""
    for directory in {(root / name).parent for name in files}:
        directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        handle, new = tempfile.mkstemp(dir=(root / name).parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(new).chmod(0o644)
        Path(new).replace(root / name)


def _poor(root: Path, *own: str) -> str:
    """A PATH of an image that has little more than a shell, and of the stand-in commands these: by default no ping."""
    directory = root / "bin"
    directory.mkdir(exist_ok=True)
    for program in {*POOR, *own}:
        found = COMMANDS / "container" / program if program in own else shutil.which(program)
        if found and not (directory / program).exists():
            (directory / program).symlink_to(found)
    return str(directory)


def _path(swarm: Swarm, image: str, root: Path) -> str:
    if image in swarm.without_ping:
        return _poor(root)
    if image in swarm.without_tcp_programs:
        return _poor(root, *PINGING)
    return f"{COMMANDS / 'container'}:{os.environ.get('PATH', os.defpath)}"


def container_environment(swarm: Swarm, node: Node, container: Container, directory: Path) -> dict[str, str]:
    """Write what its commands answer from under `directory`, as it is now, and return their environment."""
    root, echoes = directory / node.name / "containers" / container.id[:12], directory / "echoes"
    echoes.mkdir(parents=True, exist_ok=True)
    on = [swarm.networks[name] for name in container.networks if name in swarm.networks]
    resolved = [f"{name} {address}\n" for name, address in crossing.names(swarm, node, container)]
    written(
        root,
        {
            "names": "".join(resolved),
            "peers": "".join(f"{line}\n" for line in crossing.peers(swarm, node, container, echoes)),
            "listeners": "".join(f"{line}\n" for line in crossing.listeners(swarm, node, container)),
            "addresses": " ".join(address for address in container.networks.values() if address) + "\n",
            "etc/hostname": f"{container.id[:12]}\n",
            "proc/net/snmp": SNMP,
            "sys/class/net/eth0/mtu": f"{on[0].mtu if on else 1500}\n",
        },
    )
    own = dict(entry.split("=", 1) for entry in container.environment if "=" in entry)
    return own | {
        "HOSTNAME": container.id[:12],
        "PATH": _path(swarm, container.image, root),
        "STAND_IN": str(root),
        "STAND_IN_ECHOES": str(echoes / container.id[:12]),
    }
