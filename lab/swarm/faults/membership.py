"""Faults of the swarm's membership: nodes drained, demoted, gone from it."""

from typing import Any, cast

from lab.swarm.faults.expect import Expect
from lab.swarm.faults.fault import MANAGERS, Fault
from lab.swarm.faults.looks import is_down, swarm_nodes
from lab.swarm.image import COMPONENTS
from lab.swarm.lab import Lab


def _set(lab: Lab, number: int, **wanted: str) -> None:
    """Change what the swarm wants of a node: its Availability or Role."""
    manager = lab.node(1)
    node = _spec(lab, number)
    manager.docker.update_node(node["ID"], node["Version"]["Index"], cast(Any, node["Spec"] | wanted))


def _spec(lab: Lab, number: int) -> dict[str, Any]:
    return swarm_nodes(lab.node(1))[lab.node(number).machine.name]


def _drained(lab: Lab) -> bool:
    return bool(_spec(lab, 2)["Spec"]["Availability"] == "drain")


def _demoted(lab: Lab) -> bool:
    return not lab.node(3).docker.info()["Swarm"].get("ControlAvailable")


def _drained_with_a_replica(expect: Expect) -> None:
    """What runs there goes on; nothing can be attached to the network any more, a container that restarts included."""
    expect.warn("NODE-1", expect.node(2))
    expect.fail("NET-1", expect.node(2))
    expect.no_probe(2)
    expect.cause("node-drained", expect.node_thing(2))


def _left(expect: Expect) -> None:
    """Its containers go on running, off the overlay network and without their published ports."""
    expect.fail("NODE-1", expect.node(3))
    expect.fail("NODE-5", expect.node(3))
    expect.fail("NET-1", expect.node(3))
    expect.no_probe(3)
    expect.fail("NET-4", *(f"{expect.node(other)}:{expect.replica(3)}" for other in expect.others_than(3)))
    expect.fail("CTR-4", *(expect.component(3, each) for each in COMPONENTS))
    expect.web_silent(3)
    expect.cause("node-out-of-the-swarm", expect.node_thing(3))


FAULTS = (
    Fault(
        name="node-drained",
        title="A node that carries a replica is drained.",
        inject=lambda lab: _set(lab, 2, Availability="drain"),
        heal=lambda lab: _set(lab, 2, Availability="active"),
        shows=_drained,
        trips=_drained_with_a_replica,
    ),
    Fault(
        name="node-demoted",
        title="One of three managers was demoted to a worker.",
        plan=MANAGERS,
        inject=lambda lab: _set(lab, 3, Role="worker"),
        heal=None,
        shows=_demoted,
        # Two managers are no fault: the report says how many failures the swarm still stands.
        trips=lambda _expect: None,
    ),
    Fault(
        name="node-left",
        title="A node that carries a replica has left the swarm.",
        inject=lambda lab: lab.node(3).docker.leave_swarm(force=True),
        heal=None,
        shows=lambda lab: is_down(lab, 3),
        within=40,
        trips=_left,
    ),
)
