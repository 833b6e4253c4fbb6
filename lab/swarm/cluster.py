"""Makes one swarm of the nodes, with the overlay network that the replicas talk over."""

from concurrent.futures import ThreadPoolExecutor

from docker.types import IPAMConfig, IPAMPool

from lab.swarm.commands import until
from lab.swarm.node import Node
from lab.swarm.plan import NETWORK, NETWORK_SUBNET

READY_SECONDS = 60.0


def join_all(nodes: list[Node]) -> None:
    """One swarm; managers join one after the other, workers together. Returns when all nodes are ready."""
    first, *others = nodes
    first.docker.init_swarm(advertise_addr=first.machine.address, listen_addr="0.0.0.0:2377")
    tokens = first.docker.inspect_swarm()["JoinTokens"]
    for node in others:
        if node.machine.manager:
            _join(node, first, tokens["Manager"])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda node: _join(node, first, tokens["Worker"]), [n for n in others if not n.machine.manager]))
    await_ready(first, len(nodes))


def _join(node: Node, manager: Node, token: str) -> None:
    node.docker.join_swarm(
        remote_addrs=[f"{manager.machine.address}:2377"],
        join_token=token,
        advertise_addr=node.machine.address,
        listen_addr="0.0.0.0:2377",
    )


def await_ready(manager: Node, count: int) -> None:
    """Wait until that many nodes are ready, as a manager sees them."""

    def ready() -> bool:
        return len([node for node in manager.docker.nodes() if node["Status"]["State"] == "ready"]) >= count

    until(ready, f"{count} nodes ready in the swarm", seconds=READY_SECONDS, pause=0.2)


def add_network(manager: Node) -> None:
    """The overlay network, attachable, in the subnet that the product asks for first."""
    ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=NETWORK_SUBNET)])
    manager.docker.create_network(NETWORK, driver="overlay", attachable=True, ipam=ipam)
