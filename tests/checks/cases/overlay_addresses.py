"""NET: the addresses of the overlay networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checks.verdict import Outcome
from fixtures.core.evidence import Because, thing
from fixtures.core.store import NotConfigured, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.nodes import EngineFacts, SwarmPart, SwarmView
from fixtures.probes.overlay.facts import DockerNetwork, Member, Subnet
from tests.checks.case import Cases, Facts, Inherited, Looks, Seen, fails, passes, skipped, unknown, warns
from tests.checks.facts import B, inventory
from tests.checks.node_facts import disk, engine, swarm, system, without_leader
from tests.checks.node_facts import member as of_swarm
from tests.checks.overlay import (
    DEAD,
    NODES,
    address,
    member,
    members,
    network,
    networks_of,
    of_node,
    on_nodes,
    seen,
    unlisted,
)

ONE, TWO, THREE = NODES[:3]
TWICE, SUBNET, FREE, HOMES = (f"dtr-ol:{part}" for part in ("addresses", "subnet", "free", "nodes"))
ITSELF = (thing("network", "dtr-ol"),)
OF_MKE: dict[str, Any] = {"mke": {"url": "https://10.1.0.200"}}
DOWN = Unavailable("docker.not-listening", "Docker at node-2 (10.0.0.12:2376): connection refused")


def _engine(node: str, **changes: Any) -> EngineFacts:
    """With the address at which the swarm has it."""
    own = engine(node, node_id=f"id-{node}")
    at = changes.pop("address", address(1 + NODES.index(node)))
    part: SwarmPart = own.swarm.model_copy(update={"address": at})
    return own.model_copy(update={"swarm": part, **changes})


def _swarm(node: str, addresses: Mapping[str, str] = {}) -> SwarmView:
    rows = [of_swarm(each, address=addresses.get(each, address(number))) for number, each in enumerate(NODES[:3], 1)]
    return swarm(node, *rows)


def by_ssh(count: int = 3, **changes: Any) -> Inventory:
    """Nodes that may be logged in to."""
    nodes = [{"name": node, "ssh": {"host": address(number)}} for number, node in enumerate(NODES[:count], 1)]
    return on_nodes(count, **{"nodes": nodes, **changes})


def facts(
    networks: Mapping[str, Seen] = {}, machines: Mapping[str, Seen] = {}, more: Looks | None = None, **changes: Any
) -> Facts:
    """Three nodes that are well, but for what is said."""
    nodes = NODES[:3]
    return {
        **seen(networks=networks, **changes),
        **{("engine", node): _engine(node) for node in nodes},
        **{("swarm_view", node): _swarm(node) for node in nodes},
        **{
            ("system", node): machines.get(node)
            or system(node, routes=["10.0.0.0/24", "172.18.0.0/16"], addresses=[address(number), "172.18.0.1"])
            for number, node in enumerate(nodes, 1)
        },
        **(more or {}),
    }


def machine(node: str, **changes: Any) -> dict[str, Seen]:
    return {node: system(node, *changes.pop("disks", ()), **changes)}


def taken(count: int, free: int | None = None, *foreign: str) -> dict[str, Seen]:
    """So many more addresses are taken at the first node, of a smaller subnet."""
    subnets = [Subnet(prefix="10.1.0.0/26", gateway=True, free=free)]
    more = [member(f"shop_{number}", f"10.1.0.{number}") for number in range(100, 100 + count)]
    found: dict[str, Seen] = {node: network(node, subnets=subnets) for node in NODES[:3]}
    return found | {ONE: network(ONE, subnets=subnets, members=members(1, *more), peers=[address(1), *foreign])}


net_7 = Cases("NET-7")
net_7(
    "all in order",
    facts(),
    passes(TWICE, "30 addresses on 3 nodes, each once"),
    passes(SUBNET, "nothing else has addresses of 10.1.0.0/24", seen="10.1.0.0/24"),
    passes(FREE, "223 of 253 addresses are free", seen=223, expected="at least 10 % of 253"),
    passes(HOMES, "each node has the address"),
    inventory=by_ssh(),
)

# -- one address twice
STRANGER = member("shop_worker", "10.1.0.27")
net_7(
    "one address on two containers",
    facts(networks={ONE: network(ONE, members=members(1, STRANGER))}),
    fails(
        TWICE,
        f"10.1.0.27 is on shop_worker ({ONE}) and dtr-rethinkdb-{B} ({TWO})",
        reason="net.address-twice",
        seen=["10.1.0.27"],
        about=(thing("container", "shop_worker"), thing("container", f"rethinkdb-{B}")),
        measured="derived",
    ),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "an IPv6 address on two containers",
    facts(
        networks={
            ONE: network(ONE, members=members(1, member("one", "10.1.0.101", "fd00::5"))),
            TWO: network(TWO, members=members(2, member("other", "10.1.0.102", "fd00::5"))),
        }
    ),
    fails(TWICE, "fd00::5 is on one", reason="net.address-twice", seen=["fd00::5"]),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
LEFT = Member(id="ep-5b3c", name="dtr-ol-left", addresses=["10.1.0.27"])
net_7(
    "what is left of a container has no address to lose",
    facts(networks={ONE: network(ONE, members=members(1, LEFT))}),
    passes(TWICE),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "a probe container of ours does not count",
    facts(networks={ONE: network(ONE, members=members(1, member("msr-checks-overlay-0123456789ab", "10.1.0.27")))}),
    passes(TWICE, "30 addresses"),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "through a bundle each node shows all of them",
    facts(networks={node: network(node, members=members(1)) for node in NODES[:3]}),
    passes(TWICE, "10 addresses"),
    passes(FREE, "241 of 253"),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "a node that is not seen",
    facts(networks={TWO: DOWN}, more={("engine", TWO): DOWN, ("docker_networks", TWO): Inherited(DOWN)}),
    unknown(TWICE, "connection refused", reason="docker.not-listening"),
    unknown(SUBNET, reason="docker.not-listening"),
    unknown(FREE, reason="docker.not-listening", seen=232),
    unknown(HOMES, reason="docker.not-listening"),
    inventory=by_ssh(),
)
net_7(
    "a file of an older run",
    facts(networks={node: network(node, subnets=[], members=None, peers=None) for node in NODES[:3]}),
    unknown(TWICE, "no engine reports the addresses of dtr-ol", reason="net.addresses-not-reported", about=ITSELF),
    unknown(SUBNET, reason="net.addresses-not-reported"),
    unknown(FREE, reason="net.addresses-not-reported"),
    passes(HOMES),
    inventory=by_ssh(),
)
net_7(
    "no node lists it",
    facts(networks={node: unlisted(node, manager=True, members={}, peers=[]) for node in NODES[:3]}),
    *(
        unknown(part, "no node lists the network", because=Because(ONE, condition="NET-1"))
        for part in (TWICE, SUBNET, FREE, HOMES)
    ),
    inventory=by_ssh(),
)
net_7(
    "nothing is configured",
    {},
    *(skipped(part, "add ssh: or docker: under nodes:") for part in (TWICE, SUBNET, FREE, HOMES)),
    inventory=inventory(3),
)

# -- the subnet
BRIDGE = DockerNetwork(name="shop_default", id="9", driver="bridge", subnets=["10.1.0.128/25"])
net_7(
    "another network has a part of it",
    facts(more={("docker_networks", TWO): networks_of(TWO, BRIDGE)}),
    fails(
        SUBNET,
        f"10.1.0.0/24 is also used by the network shop_default on {TWO} (10.1.0.128/25)",
        reason="net.subnet-overlap",
        about=ITSELF,
        expected="10.1.0.0/24 for dtr-ol alone",
    ),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "a Docker network that holds all of it",
    facts(more={("docker_networks", TWO): networks_of(TWO, BRIDGE.model_copy(update={"subnets": ["10.1.0.0/16"]}))}),
    fails(SUBNET, "shop_default", reason="net.subnet-overlap"),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
for name, route in (("the same prefix", "10.1.0.0/24"), ("one host of it", "10.1.0.9/32")):
    net_7(
        f"a route to {name}",
        facts(machines=machine(TWO, routes=[route], addresses=[address(2)])),
        fails(SUBNET, f"a route of {TWO} ({route})", reason="net.subnet-overlap"),
        others=Outcome.PASS,
        inventory=by_ssh(),
    )
net_7(
    "a wider route",
    facts(machines=machine(TWO, routes=["10.0.0.0/8", "10.2.0.0/24"], addresses=[address(2)])),
    passes(SUBNET, f"(within a route of {TWO} (10.0.0.0/8), which is wider and does not conflict)"),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
SHARE = disk("/mnt/images", kind="nfs4", device="10.1.0.60:/exports/msr")
for what, machines, changes in (
    ("MKE", {}, OF_MKE),
    ("the share /mnt/images", machine(TWO, disks=(disk(), SHARE), addresses=[address(2)]), {}),
    (f"the name server of {TWO}", machine(TWO, resolvers=["10.1.0.53"], addresses=[address(2)]), {}),
):
    net_7(
        f"the address of {what} within it",
        facts(machines=machines),
        fails(SUBNET, f"holds the address of {what} (10.1.0.", reason="net.needed-address-inside", about=ITSELF),
        others=Outcome.PASS,
        inventory=by_ssh(3, **changes),
    )
net_7(
    "names and other addresses are not within it",
    facts(
        machines=machine(
            TWO,
            disks=(disk(), disk("/mnt/a", kind="nfs4", device="nas:/a"), disk("/mnt/b", kind="cifs", device="//nas/b")),
            resolvers=["127.0.0.53", "fd00::53"],
            addresses=[address(2)],
        )
    ),
    passes(SUBNET),
    others=Outcome.PASS,
    inventory=by_ssh(mke={"url": "https://mke.example.org"}),
)

# -- free addresses
net_7(
    "none is free",
    facts(networks=taken(31)),
    fails(
        FREE,
        "0 of 61 addresses are free: no container can be attached or restarted",
        reason="net.no-free-address",
        about=ITSELF,
        seen=0,
    ),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "services have the last ones",
    facts(
        networks=taken(11),
        more={
            ("docker_networks", ONE): networks_of(ONE).model_copy(
                update={"virtual": [f"10.1.0.{number}" for number in range(180, 200)]}
            )
        },
    ),
    fails(FREE, reason="net.no-free-address"),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "few are free",
    facts(networks=taken(25)),
    warns(FREE, "6 of 61 addresses are free (limit 10 %)", reason="net.few-free-addresses", seen=6),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7("a tenth is free", facts(networks=taken(24)), passes(FREE, seen=7), others=Outcome.PASS, inventory=by_ssh())
net_7(
    "as the engine says",
    facts(networks=taken(0, 2, "10.9.9.9")),
    warns(FREE, "2 of 61", seen=2),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "a node that is not looked at",
    facts(networks={ONE: network(ONE, peers=[address(1), "10.9.9.9"])}),
    unknown(
        FREE,
        "10.9.9.9 has containers on dtr-ol and is not looked at: add it to overlay: nodes in the inventory",
        reason="net.foreign-peer",
        about=ITSELF,
        seen=222,
    ),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "a node of the swarm that is not looked at",
    facts(networks={ONE: network(ONE, peers=[address(3)])}),
    unknown(FREE, f"{THREE} ({address(3)}) has containers", reason="net.foreign-peer"),
    others=Outcome.PASS,
    inventory=by_ssh(2),
)
SHELL_ONLY = [
    {"name": ONE, "ssh": {"host": address(1)}},
    {"name": TWO, "ssh": {"host": address(2)}},
    {"name": THREE, "shell": {"command": ["sh"]}},
]
net_7(
    "a node whose engine the inventory gives no way to",
    facts(networks={ONE: network(ONE, peers=[address(3)])}),
    skipped(FREE, "no access to its Docker engine"),
    others=Outcome.PASS,
    inventory=by_ssh(nodes=SHELL_ONLY),
)
net_7(
    "none is free, whatever a foreign node has",
    facts(networks=taken(31, None, "10.9.9.9")),
    fails(FREE, seen=0),
    others=Outcome.PASS,
    inventory=by_ssh(),
)

# -- the nodes' addresses
OLD = {THREE: "10.0.0.99"}
MOVED: Looks = {("swarm_view", node): _swarm(node, OLD) for node in NODES[:3]}
net_7(
    "the swarm has an old address",
    facts(more=MOVED, pairs=of_node(THREE, DEAD)),
    fails(
        HOMES,
        f"the swarm has 10.0.0.99 for {THREE}, which has {address(3)}, 172.18.0.1",
        reason="net.node-address-changed",
        about=(thing("node", THREE),),
    ),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "the address is translated on the way",
    facts(more=MOVED),
    passes(HOMES),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
NO_CONTAINERS = NotConfigured("--no-containers: the overlay network is only tested from containers")
net_7(
    "nobody pinged it",
    facts(more={**MOVED, **{("overlay_pings", node): NO_CONTAINERS for node in NODES[:3]}}),
    unknown(
        HOMES,
        f"{THREE} does not have the address that the swarm has, and was not pinged",
        reason="net.node-address-unconfirmed",
        because=Because(THREE, probe="overlay_pings"),
    ),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
NOT_LOGGED_IN = NotConfigured("no shell")
net_7(
    "without a shell, the address that the engine has",
    facts(machines={THREE: NOT_LOGGED_IN}, more=MOVED, pairs=of_node(THREE, DEAD)),
    fails(HOMES, f"which has {address(3)}", reason="net.node-address-changed"),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "a manager that does not know its own",
    facts(more={("swarm_view", node): _swarm(node, {ONE: ""}) for node in NODES[:3]}),
    passes(HOMES),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "no manager leads",
    facts(more={("swarm_view", node): without_leader(node) for node in NODES[:3]}),
    unknown(
        HOMES,
        "does not list the nodes",
        reason="net.addresses-not-reported",
        because=Because("cluster", condition="NODE-6"),
    ),
    others=Outcome.PASS,
    inventory=by_ssh(),
)
net_7(
    "no node is a manager",
    facts(more={("swarm_view", node): swarm(node, manager=False) for node in NODES[:3]}),
    skipped(HOMES, "none of the inventory's nodes is a manager"),
    others=Outcome.PASS,
    inventory=by_ssh(),
)

CASES = [net_7]
