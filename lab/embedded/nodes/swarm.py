"""The swarm as it really is: its nodes, its overlay networks, and what crosses between the nodes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from lab.embedded.nodes.container import DAY, Container
from lab.embedded.nodes.dated import Span
from lab.embedded.nodes.state import Node, swarm_id

OVERLAY = "dtr-ol"


@dataclass
class Network:
    """An overlay network of the swarm."""

    name: str
    id: str = field(default_factory=swarm_id)
    driver: str = "overlay"
    attachable: bool = True
    encrypted: bool = False
    subnet: str = "10.1.0"
    """The begin of its addresses."""
    length: int = 24
    """Of its prefix."""
    mtu: int = 1450
    created: timedelta = 90 * DAY

    @property
    def size(self) -> int:
        """How many addresses its prefix has, the first, the last and the gateway's included."""
        return 1 << (32 - self.length)

    @property
    def prefix(self) -> str:
        return f"{self.subnet}.0/{self.length}"


@dataclass
class Swarm:
    """The nodes, and how packets and names cross from one (first) to another (second)."""

    nodes: list[Node] = field(default_factory=list)
    networks: dict[str, Network] = field(default_factory=lambda: {OVERLAY: Network(OVERLAY)})
    id: str = field(default_factory=swarm_id)
    autolock: bool = False
    """Its managers need a key after a restart."""
    leader: str | None = None
    """The name of the manager that leads; None: there is none."""
    cut: set[tuple[str, str]] = field(default_factory=set)
    """VXLAN packets from the one to the other are lost."""
    nameless: set[tuple[str, str]] = field(default_factory=set)
    """On the one, the names of what runs on the other are not known."""
    misled: set[tuple[str, str]] = field(default_factory=set)
    """On the one, a node, packets to the other, a container, are sent elsewhere."""
    without_tcp: set[tuple[str, str]] = field(default_factory=set)
    """TCP packets from the one to the other are lost, all others cross."""
    without_port: set[tuple[str, str, int]] = field(default_factory=set)
    """On the one, a node, TCP packets to a port of the other, a container, are lost."""
    drops_every: dict[tuple[str, str], int] = field(default_factory=dict)
    """Every n-th packet from the one to the other is lost."""
    narrow: dict[tuple[str, str], int] = field(default_factory=dict)
    """The largest packet, with its IP header, that crosses from the one to the other."""
    delay_ms: dict[tuple[str, str], float] = field(default_factory=dict)
    other_answers: dict[str, list[str]] = field(default_factory=dict)
    """Addresses that a name resolves to besides those of what has this name."""
    ca: Span = field(default_factory=lambda: Span(300 * DAY, 7000 * DAY))
    older_ca: Span | None = None
    """The root CA before it, while the root is rotated: both are trusted, the older one first."""
    """The validity of its root CA: for how long it has been valid, and for how long it still is."""
    without_ping: set[str] = field(default_factory=set)
    """Images that lack the program."""
    without_tcp_programs: set[str] = field(default_factory=set)
    """Images that have ping, and nothing that makes a TCP connection."""

    def node(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)

    def containers(self) -> Iterator[tuple[Node, Container]]:
        for node in self.nodes:
            for container in node.containers:
                yield node, container

    def remove(self, replica: str, component: str) -> None:
        for node in self.nodes:
            node.containers = [c for c in node.containers if (c.replica, c.component) != (replica, component)]

    def balancer_address(self, network: str, node: Node) -> str:
        """That of Docker's own load balancer on a node."""
        own = self.networks[network]
        return f"{own.subnet}.{own.size - 2 - self.nodes.index(node)}"

    def free_address(self, network: str) -> str:
        """The lowest address of a network that nothing has, "" where there is none.

        The gateway has .1, and the load balancers of the nodes the last ones.
        """
        own = self.networks[network]
        taken = {container.networks.get(network) for _, container in self.containers()}
        every = (f"{own.subnet}.{last}" for last in range(2, own.size - 1 - len(self.nodes)))
        return next((address for address in every if address not in taken), "")
