"""Facts of the overlay networks of a made-up cluster, by hand: all well, but for what a case says."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from fixtures.core.store import Unavailable
from fixtures.inventory import Inventory
from fixtures.inventory.msr import COMPONENTS
from fixtures.probes.overlay.facts import (
    Database,
    DatabasePorts,
    DockerNetwork,
    DockerNetworks,
    Member,
    NetworkView,
    OverlayPings,
    OverlayProbe,
    OverlayReach,
    Pinged,
    QuietPing,
    QuietPings,
    Subnet,
)
from fixtures.probes.overlay.name_output import Resolved
from fixtures.probes.overlay.ping_output import Echo
from fixtures.probes.overlay.web_output import Answer
from tests.checks.case import Facts, Seen
from tests.checks.facts import IDS, inventory, times

NETWORK = "dtr-ol"
SUBNET = "10.1.0.0/24"
ID = "zqz6zg9xu7sgdavk3a4gepfk3"
NODES = tuple(f"node-{number}" for number in range(1, 8))


def on_nodes(count: int = 3, *, replicas: int | None = None, **changes: Any) -> Inventory:
    """An inventory of so many nodes, each with a replica unless fewer are said; all are tested."""
    carried = count if replicas is None else replicas
    return inventory(
        count,
        **{
            "nodes": [{"name": name, "docker": f"unix:///run/{name}.sock"} for name in NODES[:count]],
            "replicas": [
                {"id": each, "address": f"10.0.0.{number}", "node": f"node-{number}"}
                for number, each in enumerate(IDS[:carried], 1)
            ],
            "overlay": {"nodes": list(NODES[carried:count])},
            **changes,
        },
    )


def network(node: str, **fields: Any) -> NetworkView:
    """A manager that lists it, and carries the replica of the same number, whose database has that address."""
    number = 1 + NODES.index(node)
    databases = {IDS[number - 1]: Database(running=True, address=f"10.1.0.{number}")}
    told = {"manager": True, "swarm": "active", "node_id": f"id of {node}", "listed": True, "id": ID}
    told |= {"databases": databases, "subnets": [Subnet(prefix=SUBNET, gateway=True)], "members": members(number)}
    told["peers"] = [address(number) for number in range(1, 4)]
    return NetworkView(
        **times(), **{"node": node, "network": NETWORK, "driver": "overlay", "attachable": True, **told, **fields}
    )


def address(number: int) -> str:
    """That of a node, as its engine, a manager and its kernel say."""
    return f"10.0.0.{10 + number}"


def members(number: int, *more: Member, size: int = 9) -> dict[str, Member]:
    """What a node has on the network: the nine containers of its replica and Docker's load balancer; and others."""
    own = [
        member(f"dtr-{component}-{IDS[number - 1]}", f"10.1.0.{10 * number + last}")
        for last, component in enumerate(COMPONENTS[:size])
    ]
    balancer = Member(id="lb-dtr-ol", name="dtr-ol-endpoint", addresses=[f"10.1.0.{240 + number}"])
    return {f"end-{number}-{place}": each for place, each in enumerate([*own, balancer, *more])}


def member(name: str, *addresses: str) -> Member:
    return Member(id=f"{name.encode().hex():0<64}"[:64], name=name, addresses=list(addresses))


def networks_of(node: str, *others: DockerNetwork, own: str = ID) -> DockerNetworks:
    """As a node's engine lists them: the usual ones, and others."""
    usual = [
        DockerNetwork(name="host", id="1", driver="host", subnets=[]),
        DockerNetwork(name="docker_gwbridge", id="2", driver="bridge", subnets=["172.18.0.0/16"]),
        DockerNetwork(name=NETWORK, id=own, driver="overlay", subnets=[SUBNET]),
        DockerNetwork(name="ingress", id="3", driver="overlay", subnets=["10.0.10.0/24"]),
    ]
    return DockerNetworks(**times(), node=node, networks=[*usual, *others])


def unlisted(node: str, **fields: Any) -> NetworkView:
    """As a worker without a container on the network sees it."""
    return network(node, **{"manager": False, "listed": False, "id": "", "driver": "", "attachable": False, **fields})


def container(node: str, **fields: Any) -> OverlayProbe:
    told = {
        "name": f"probe-{node}",
        "address": "10.1.0.40",
        "network_id": ID,
        "image": "registry.mirantis.com/msr/dtr:2.10.4",
    }
    return OverlayProbe(**times(), **{"node": node, "network": NETWORK, **told, **fields})


def refused(node: str) -> OverlayProbe:
    return OverlayProbe(**times(), node=node, network=NETWORK, refused=f"could not be attached to {NETWORK} on {node}")


def echo(received: int = 3, sent: int = 3, average_ms: float | None = 0.2) -> Echo:
    return Echo(sent=sent, received=received, average_ms=average_ms if received else None, address="10.1.0.40")


STALE = Echo(sent=3, address="10.1.0.99")
NO_NAME = Echo(trouble="name", detail="ping: bad address 'probe'")


def pinged(name: Echo | None = None, address: Echo | None = None, full: Echo | None = None, tries: int = 1) -> Pinged:
    """By default all came back; what is said of the name is said of the address."""
    by_name = name or echo()
    return Pinged(name=by_name, address=address or by_name, full=full or echo(1, 1), tries=tries)


DEAD = pinged(echo(0), full=echo(0, 1), tries=2)
STUCK = pinged(full=echo(0, 1))
LOSSY = pinged(echo(2))
UNRESOLVED = pinged(NO_NAME, echo())


def alone(source: str, target: str, received: int, arrived: int | None = None, **fields: Any) -> QuietPing:
    return QuietPing(source=source, target=target, echo=echo(received, 10, **fields), arrived=arrived)


def seen(
    *quiet: QuietPing,
    count: int = 3,
    pairs: Mapping[tuple[str, str], Pinged] = {},
    names: Mapping[str, list[str] | Resolved] = {},
    networks: Mapping[str, Seen] = {},
    containers: Mapping[str, Seen] = {},
    pings: Mapping[str, Seen] = {},
    reaches: Mapping[str, Seen] = {},
    ports: Mapping[str, Seen] = {},
) -> Facts:
    """What was looked at on so many nodes; what is not said is well."""
    nodes = NODES[:count]
    ways = {pair: pairs.get(pair, pinged()) for pair in itertools.permutations(nodes, 2)}
    resolved = {each: _resolved(names.get(each, [f"10.1.0.{number}"])) for number, each in enumerate(IDS[:count], 1)}
    return {
        **{("overlay_network", node): networks.get(node) or network(node) for node in nodes},
        **{("overlay_probe", node): containers.get(node) or container(node) for node in nodes},
        **{
            ("overlay_pings", node): pings.get(node)
            or OverlayPings(
                **times(),
                node=node,
                mtu=1450,
                targets={target: ways[source, target] for source, target in ways if source == node},
                names=resolved,
            )
            for node in nodes
        },
        **{("overlay_reach", node): reaches.get(node) or reach(node, count=count) for node in nodes},
        **{("overlay_database_ports", node): ports.get(node) or database_ports(node) for node in nodes},
        **{("docker_networks", node): networks_of(node) for node in nodes},
        ("overlay_quiet", NETWORK): QuietPings(**times(), pairs=list(quiet)),
    }


REDIRECTED = Answer(outcome="answered", status=301)
NOTHING = Answer(outcome="nothing", detail="nc: timed out")


def own_address(component: str, number: int) -> str:
    """That of a component of the replica of this number."""
    return f"10.1.0.{10 * number + COMPONENTS.index(component)}"


def reach(
    node: str, *silent: str, count: int = 3, web: Mapping[str, Answer | None] = {}, **fields: Any
) -> OverlayReach:
    """A node that all containers of so many replicas answer, but these addresses; web: what came of a request."""
    numbers = range(1, count + 1)
    addresses = {own_address(each, number): True for number in numbers for each in COMPONENTS}
    answers = {IDS[number - 1]: web.get(IDS[number - 1], REDIRECTED) for number in numbers}
    told: dict[str, Any] = {"image": "registry.mirantis.com/msr/dtr:2.10.4", "tool": "nc"}
    told["addresses"] = {each: each not in silent for each in addresses}
    told["web"] = {name: answer for name, answer in answers.items() if answer is not None}
    return OverlayReach(**times(), **{"node": node, **told, **fields})


CONNECTED = Answer(outcome="connected")


def database_ports(node: str, *lost: str, of: Mapping[str, Answer | None] = {}) -> DatabasePorts:
    """A node that connects to both ports of three databases, but to these (`REPLICA:PORT`); of: others, by port."""
    ports = [f"{replica}:{port}" for replica in IDS[:3] for port in (28015, 29015)]
    answers = {**dict.fromkeys(ports, CONNECTED), **dict.fromkeys(lost, NOTHING), **of}
    told = {port: answer for port, answer in answers.items() if answer is not None}
    return DatabasePorts(**times(), node=node, tool="nc", ports=told)


def _resolved(told: list[str] | Resolved) -> Resolved:
    return told if isinstance(told, Resolved) else Resolved(addresses=told)


def of_node(node: str, what: Pinged, count: int = 3) -> dict[tuple[str, str], Pinged]:
    """Every pair with that node."""
    return {pair: what for pair in itertools.permutations(NODES[:count], 2) if node in pair}


NO_ENGINE = Unavailable("docker.refused", "Docker at node-2 (10.0.0.12:2376): connection refused")
