"""Faults that other stacks of the same swarm bring, and that only the engines' logs show."""

import contextlib
from typing import Any

from docker.errors import APIError, NotFound
from docker.types import IPAMConfig, IPAMPool

from lab.swarm.faults.expect import Expect
from lab.swarm.faults.fault import Fault
from lab.swarm.faults.looks import logged
from lab.swarm.lab import Lab
from lab.swarm.plan import IMAGE

NETWORK, CONTAINER = "reports", "reports-worker"
TWO_ADDRESSES = "10.9.0.0/30"
"""The gateway takes one of them, and the node's own end of the network the other."""


def _use_up(lab: Lab) -> None:
    engine = lab.node(1).docker
    ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=TWO_ADDRESSES)])
    engine.create_network(NETWORK, driver="overlay", attachable=True, ipam=ipam)
    attached: dict[str, Any] = {"EndpointsConfig": {NETWORK: {}}}
    engine.create_container(IMAGE, entrypoint=["sleep", "3600"], name=CONTAINER, networking_config=attached)
    with contextlib.suppress(APIError):
        engine.start(CONTAINER)


def _remove(lab: Lab) -> None:
    engine = lab.node(1).docker
    with contextlib.suppress(NotFound):
        engine.remove_container(CONTAINER, force=True)
    engine.remove_network(NETWORK)
    lab.forget_logs()


def _used_up(expect: Expect) -> None:
    """Its manager says so; MSR's own network has room."""
    expect.warn("LOG-2", expect.node(1))
    expect.cause("logged-error", expect.node_thing(1))


FAULTS = (
    Fault(
        name="other-subnet-used-up",
        title="The overlay network of another stack has no free address for its container.",
        inject=_use_up,
        heal=_remove,
        shows=lambda lab: logged(lab, 1, "could not find an available IP"),
        trips=_used_up,
    ),
)
