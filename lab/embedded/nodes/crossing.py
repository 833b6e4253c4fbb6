"""What a container meets on its overlay networks: who has which name and address there, and what crosses to whom."""

from collections.abc import Iterator
from pathlib import Path

from lab.embedded.nodes.container import Container
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import Swarm


def _met(swarm: Swarm, container: Container) -> Iterator[tuple[Node, Container, str, str]]:
    """Everything that runs on one of its networks, itself too: node, container, network, address there."""
    for node, other in swarm.containers():
        for network, address in other.networks.items():
            if address and other.runs and node.connected and network in container.networks:
                yield node, other, network, address


def names(swarm: Swarm, node: Node, container: Container) -> list[tuple[str, str]]:
    """(name, address) of all that Docker's own DNS answers to it."""
    found = []
    for where, other, network, address in _met(swarm, container):
        if (node.name, where.name) not in swarm.nameless:
            found += [(name, address) for name in (other.name, f"{other.name}.{network}", other.id[:12])]
    answers = [(name, address) for name, more in swarm.other_answers.items() for address in more]
    return found + answers


def peers(swarm: Swarm, node: Node, container: Container, echoes: Path) -> list[str]:
    """A line for each address: whether, how often not, how large and how fast packets go there and come back.

    ADDRESS OUT BACK LOST-OUT LOST-BACK LARGEST-OUT LARGEST-BACK MICROSECONDS COUNTER, with 0 for what knows no limit.
    COUNTER is the file that holds a byte for each echo request that reached it.
    """
    lines = []
    for where, other, network, address in _met(swarm, container):
        out, back = (node.name, where.name), (where.name, node.name)
        crosses = [int(way not in swarm.cut) for way in (out, back)]
        crosses[0] &= (node.name, other.name) not in swarm.misled
        lost = [swarm.drops_every.get(way, 0) for way in (out, back)]
        largest = [min(swarm.narrow.get(way, 0), swarm.networks[network].mtu) for way in (out, back)]
        micros = 100 + round(1000 * (swarm.delay_ms.get(out, 0) + swarm.delay_ms.get(back, 0)))
        lines.append(" ".join(map(str, (address, *crosses, *lost, *largest, micros, echoes / other.id[:12]))))
    return lines


# What listens in a running container, of that which matters: nginx, and the two ports of a database.
_PORTS = {"nginx": (80, 443), "rethinkdb": (28015, 29015)}


def listeners(swarm: Swarm, node: Node, container: Container) -> list[str]:
    """A line for each address: whether TCP gets there and back, whether something answers, and the ports that are open.

    ADDRESS CROSSES ANSWERS PORT…: the kernel accepts connections for a container that is paused, which answers nothing;
    what is sent to a port with a minus before it is lost.
    """
    lines = []
    for where, other, _, address in _met(swarm, container):
        ways = {(node.name, where.name), (where.name, node.name)}
        crosses = not ways & (swarm.cut | swarm.without_tcp) and (node.name, other.name) not in swarm.misled
        ports = [
            f"-{port}" if (node.name, other.name, port) in swarm.without_port else port
            for port in _PORTS.get(other.component, ())
        ]
        lines.append(" ".join(map(str, (address, int(crosses), int(other.state == "running"), *ports))))
    return lines
