"""The switch between the nodes: a bridge in a network namespace of its own, where no dockerd's rules reach.

Faults of the network are put into it, so that the nodes themselves look sound, as with a real one.
"""

import sys
from pathlib import Path

from lab.swarm.commands import LabError, in_network_of, run, until
from lab.swarm.namespaces import Namespaced, start
from lab.swarm.plan import GATEWAY, LINK, RESOLVER, Machine

LINK_NAME = "swarm-lab"
"""The one interface that a lab adds to the network it is started in."""
RESOLVER_PROGRAM = Path(__file__).with_name("resolver.py")


class Switch:
    """Made with this side of the link plugged in; nodes are plugged in one by one. Ends with `end()`."""

    def __init__(self, directory: Path) -> None:
        if LINK_NAME in run("ip", "-o", "link"):
            raise LabError(f"this network already has an interface {LINK_NAME}: a lab runs in it")
        self._holder: Namespaced = start(
            [sys.executable, "-I", str(RESOLVER_PROGRAM), RESOLVER],
            directory / "resolver.log",
            namespaces=["net"],
            environment={},
        )
        try:
            until(self._apart, "a network for the switch", seconds=10)
            self("ip", "link", "set", "lo", "up")
            self("ip", "link", "add", "bridge", "type", "bridge", "stp_state", "0", "forward_delay", "0")
            # Faults match bridged packets in the FORWARD chain.
            self("sysctl", "-q", "-w", "net.bridge.bridge-nf-call-iptables=1")
            self("ip", "addr", "add", f"{RESOLVER}/24", "dev", "bridge")
            self("ip", "link", "set", "bridge", "up")
            self._plug("p0", "name", LINK_NAME)
            run("ip", "addr", "add", f"{GATEWAY}/24", "dev", LINK_NAME)
            run("ip", "link", "set", LINK_NAME, "up")
            self._holder.go_on()
        except BaseException:
            self.end()
            raise

    def _apart(self) -> bool:
        return Path(f"/proc/{self._holder.pid}/ns/net").readlink() != Path("/proc/thread-self/ns/net").readlink()

    def __call__(self, *command: str) -> str:
        """Run a command in the switch's network namespace."""
        return in_network_of(self._holder.pid, command)

    @property
    def alive(self) -> bool:
        return self._holder.alive

    def _plug(self, port: str, *other_end: str) -> None:
        run("ip", "link", "add", port, "netns", str(self._holder.pid), "type", "veth", "peer", *other_end)
        self("ip", "link", "set", port, "master", "bridge", "up")

    def plug_in(self, machine: Machine, pid: int) -> None:
        """Give the network of process `pid` an eth0 with the machine's address, and no way out of the lab."""
        self._plug(machine.port, "name", "eth0", "netns", str(pid))
        for command in (
            ["ip", "link", "set", "lo", "up"],
            ["ip", "addr", "add", f"{machine.address}/24", "broadcast", f"{LINK}.255", "dev", "eth0"],
            ["ip", "link", "set", "eth0", "up"],
        ):
            in_network_of(pid, command)

    def end(self) -> None:
        """End it; the kernel removes its links, and with them this side of it, a moment later."""
        self._holder.end()
        until(lambda: LINK_NAME not in run("ip", "-o", "link"), f"the end of {LINK_NAME}", seconds=10)
