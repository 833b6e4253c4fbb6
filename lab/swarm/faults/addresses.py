"""Faults of the overlay network's addresses: Docker goes on showing what it gave out."""

import contextlib
from collections.abc import Callable
from typing import Any

from docker.errors import APIError, NotFound
from docker.types import ContainerSpec, EndpointSpec, ServiceMode, TaskTemplate

from lab.swarm import replica
from lab.swarm.faults import attachments
from lab.swarm.faults.expect import Expect
from lab.swarm.faults.fault import Fault
from lab.swarm.faults.looks import logged
from lab.swarm.lab import Lab
from lab.swarm.node import Node
from lab.swarm.plan import GATEWAY, IMAGE, NETWORK

NODE, OTHER = 2, 4
STRANGER, SERVICE, ROUTE = "shop_worker", "shop", "10.1.0.128/25"
ROOM = 253
"""Of a /24: without its own address, the broadcast's and the gateway's."""


def _untyped(node: Node) -> Any:
    """Its engine: the SDK's stubs know services without their types."""
    return node.docker


def _address(lab: Lab, number: int, name: str) -> str:
    inspected = lab.node(number).docker.inspect_container(name)
    return str(inspected["NetworkSettings"]["Networks"][NETWORK]["IPAddress"])


def _registry(lab: Lab) -> str:
    return replica.name_of("registry", lab.node(NODE).replica)


def _give_twice(lab: Lab) -> None:
    """The swarm forgets what it gave a registry, and gives it to another stack's container on another node."""
    engine, address = _untyped(lab.node(OTHER)), _address(lab, NODE, _registry(lab))
    attachments.forget(lab.node(1), lab.node(NODE).docker.inspect_container(_registry(lab))["Id"])
    wanted = engine.create_networking_config({NETWORK: engine.create_endpoint_config(ipv4_address=address)})
    engine.create_container(IMAGE, name=STRANGER, entrypoint=["sleep", "3600"], networking_config=wanted)
    replica.start_container(lab.node(OTHER), STRANGER)


def _give_anew(lab: Lab) -> None:
    lab.node(OTHER).docker.remove_container(STRANGER, force=True)
    lab.node(NODE).docker.remove_container(_registry(lab), force=True)
    replica.create(lab.node(NODE), "registry")


def _is_twice(lab: Lab) -> bool:
    try:
        return _address(lab, OTHER, STRANGER) == _address(lab, NODE, _registry(lab))
    except NotFound:
        return False


def _twice(expect: Expect) -> None:
    expect.fail("NET-7", *expect.addresses("addresses"))
    expect.cause("address-twice", expect.container(NODE, "registry"), f"container:{STRANGER}")


def _virtual(lab: Lab) -> list[str]:
    """The addresses that services have on the network."""
    network = lab.node(1).docker.inspect_network(NETWORK)["Id"]
    services = _untyped(lab.node(1)).services(filters={"label": SERVICE})
    rows = [row for each in services for row in each.get("Endpoint", {}).get("VirtualIPs") or []]
    return [row["Addr"] for row in rows if row["NetworkID"] == network]


def _held(lab: Lab) -> int:
    """How many addresses containers and load balancers have."""
    inspected = [node.docker.inspect_network(NETWORK) for node in lab.carriers]
    return sum(len(each["Containers"]) for each in inspected)


def _use_up(lab: Lab) -> None:
    """Services without tasks take the rest, each an address of its own; one more container gets none."""
    task = TaskTemplate(ContainerSpec(IMAGE, command=["sleep", "3600"]), networks=[NETWORK])
    for number in range(ROOM - _held(lab)):
        _untyped(lab.node(1)).create_service(
            task,
            name=f"{SERVICE}_{number}",
            labels={SERVICE: ""},
            mode=ServiceMode("replicated", 0),
            endpoint_spec=EndpointSpec(mode="vip"),
        )
    engine = _untyped(lab.node(1))
    attached = engine.create_networking_config({NETWORK: engine.create_endpoint_config()})
    engine.create_container(IMAGE, name=STRANGER, entrypoint=["sleep", "3600"], networking_config=attached)
    with contextlib.suppress(APIError):
        engine.start(STRANGER)


def _make_room(lab: Lab) -> None:
    lab.node(1).docker.remove_container(STRANGER, force=True)
    for each in _untyped(lab.node(1)).services(filters={"label": SERVICE}):
        _untyped(lab.node(1)).remove_service(each["ID"])
    lab.forget_logs()


def _used_up(expect: Expect) -> None:
    expect.fail("NET-7", *expect.addresses("free"))
    expect.warn("LOG-2", expect.node(1))
    for machine in expect.machines:
        expect.fail("NET-1", machine.name)
        expect.no_probe(machine.number)
    expect.cause("addresses-used-up", f"network:{NETWORK}")


def _route(action: str) -> Callable[[Lab], None]:
    """A node that knows the network makes no bridge network that overlaps it; its kernel takes any route."""

    def change(lab: Lab) -> None:
        lab.node(NODE).sh(f"ip route {action} {ROUTE} via {GATEWAY}")

    return change


def _overlapping(expect: Expect) -> None:
    expect.fail("NET-7", *expect.addresses("subnet"))
    expect.cause("subnet-overlap", f"network:{NETWORK}")


FAULTS = (
    Fault(
        name="address-twice",
        title="The swarm, restored from a backup, gave a container of another stack the address of a registry.",
        inject=_give_twice,
        heal=_give_anew,
        shows=_is_twice,
        trips=_twice,
    ),
    Fault(
        name="overlapping-route",
        title="A node has a route to half of the overlay network's addresses.",
        inject=_route("add"),
        heal=_route("del"),
        shows=lambda lab: ROUTE in lab.node(NODE).sh("ip route"),
        trips=_overlapping,
    ),
    Fault(
        name="subnet-used-up",
        title="Services of another stack have taken all addresses of the overlay network.",
        inject=_use_up,
        heal=_make_room,
        shows=lambda lab: len(_virtual(lab)) + _held(lab) >= ROOM and logged(lab, 1, "could not find an available IP"),
        within=30,
        trips=_used_up,
    ),
)
