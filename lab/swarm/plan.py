"""What the lab is to be: how many nodes, which of them are managers, which carry a replica, and their addresses."""

from dataclasses import dataclass

from lab.embedded.healthy import MOST_REPLICAS, REPLICA_IDS
from lab.embedded.product import bootstrapper
from lab.swarm.engines import OWN, Engine

LINK = "10.213.0"
GATEWAY = f"{LINK}.1"
"""This side of the lab's link: where the API listens for the nodes."""
RESOLVER = f"{LINK}.2"
FIRST_HOST = 11
MOST_NODES = 20

NETWORK = "dtr-ol"
NETWORK_SUBNET = "10.1.0.0/24"
IMAGE = bootstrapper()
ENGINE_LOG = "/var/log/dockerd.log"
"""Where a node's engine logs to; no node has a journal."""


@dataclass(frozen=True)
class Machine:
    """A node: its name, its address on the lab's link, and what it is in the swarm."""

    number: int
    name: str
    address: str
    manager: bool
    replica: str | None

    @property
    def port(self) -> str:
        """The name of its port in the switch."""
        return f"p{self.number}"


@dataclass(frozen=True)
class Plan:
    """Managers and replicas stand on the first nodes. ValueError where the numbers do not fit together."""

    nodes: int = 4
    managers: int = 1
    replicas: int = 3
    engine: Engine = OWN

    def __post_init__(self) -> None:
        if not 1 <= self.nodes <= MOST_NODES:
            raise ValueError(f"a lab has 1 to {MOST_NODES} nodes, not {self.nodes}")
        if not 1 <= self.managers <= self.nodes:
            raise ValueError(f"{self.nodes} nodes have 1 to {self.nodes} managers, not {self.managers}")
        if not 1 <= self.replicas <= min(self.nodes, MOST_REPLICAS):
            most = min(self.nodes, MOST_REPLICAS)
            raise ValueError(f"{self.nodes} nodes carry 1 to {most} replicas, not {self.replicas}")

    @property
    def machines(self) -> tuple[Machine, ...]:
        return tuple(
            Machine(
                number,
                f"node-{number}",
                f"{LINK}.{FIRST_HOST + number - 1}",
                number <= self.managers,
                REPLICA_IDS[number - 1] if number <= self.replicas else None,
            )
            for number in range(1, self.nodes + 1)
        )
