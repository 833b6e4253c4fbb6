"""Faults of a replica's containers; all on node 2."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

from docker.errors import NotFound

from lab.swarm import replica
from lab.swarm.faults.expect import Expect
from lab.swarm.faults.fault import Act, Fault
from lab.swarm.faults.looks import state
from lab.swarm.lab import Lab
from lab.swarm.plan import NETWORK

NODE = 2
# Runs out of memory at its first start, and runs well at the second.
OUT_OF_MEMORY = ["sh", "-c", "[ -e /tmp/again ] && exec /usr/bin/jobrunner; touch /tmp/again; exec tail /dev/zero"]


def name(lab: Lab, component: str) -> str:
    return replica.name_of(component, lab.node(NODE).replica)


def does(action: str, component: str, **options: Any) -> Act:
    """One action of the Docker API on a component's container."""
    return lambda lab: getattr(lab.node(NODE).docker, action)(name(lab, component), **options)


def replaces(component: str, **changes: Any) -> Act:
    """Remove a component's container and create it with changes; without any, as it should be."""

    def replace(lab: Lab) -> None:
        node = lab.node(NODE)
        with contextlib.suppress(NotFound):
            node.docker.remove_container(name(lab, component), force=True)
        replica.create(node, component, **changes)

    return replace


def is_(component: str, *statuses: str) -> Callable[[Lab], bool]:
    """Whether the container's status is one of these."""
    return lambda lab: state(lab.node(NODE), component)["Status"] in statuses


def _signal_nginx(what: str) -> Act:
    """From outside of its container: the first process of a pid namespace ignores what comes from within."""
    return lambda lab: lab.node(NODE).sh(f"pkill -{what} -x nginx")


def _unhealthy(lab: Lab) -> bool:
    return bool(state(lab.node(NODE), "nginx")["Health"]["Status"] == "unhealthy")


def _nginx_hung(expect: Expect) -> None:
    expect.fail("CTR-2", expect.component(NODE, "nginx"))
    expect.web_silent(NODE)
    expect.cause("container-unhealthy", expect.container(NODE, "nginx"), offers="restart-container")


def _crashes(lab: Lab) -> bool:
    return bool(lab.node(NODE).docker.inspect_container(name(lab, "jobrunner"))["RestartCount"] > 2)


def _ran_out(lab: Lab) -> bool:
    found = lab.node(NODE).docker.inspect_container(name(lab, "jobrunner"))
    known = found["State"]["OOMKilled"] or (lab.plan.engine.forgets_oom and _oom_event(lab))
    return bool(found["State"]["Running"] and found["RestartCount"] and known)


def _oom_event(lab: Lab) -> bool:
    which = {"event": "oom", "container": name(lab, "jobrunner")}
    return bool(list(lab.node(NODE).docker.events(since=1, until=int(time.time()) + 1, decode=True, filters=which)))


def component(condition: str, component: str, cause: str, offers: str = "repair-first") -> Callable[[Expect], None]:
    """A component fails a condition, and is itself what is broken."""

    def trips(expect: Expect) -> None:
        expect.fail(condition, expect.component(NODE, component))
        expect.cause(cause, expect.container(NODE, component), offers=offers)

    return trips


def _was_out_of_memory(expect: Expect) -> None:
    expect.warn("CTR-2", expect.component(NODE, "jobrunner"))
    forgotten = expect.engine.forgets_oom
    expect.cause("container-restarted" if forgotten else "oom-killed", expect.container(NODE, "jobrunner"))


FAULTS = (
    Fault(
        name="container-killed",
        title="A container of a replica was killed and stays down.",
        inject=does("kill", "api"),
        heal=does("start", "api"),
        shows=is_("api", "exited"),
        trips=component("CTR-1", "api", "container-down", "start"),
    ),
    Fault(
        name="container-removed",
        title="A container of a replica was removed.",
        inject=does("remove_container", "notary-signer", force=True),
        heal=replaces("notary-signer"),
        shows=is_("notary-signer", "removed"),
        trips=component("CTR-1", "notary-signer", "container-missing", "reconfigure"),
    ),
    Fault(
        name="crash-loop",
        title="A container of a replica ends as soon as it starts, again and again.",
        inject=replaces("jobrunner", entrypoint=["sh", "-c", "echo 'panic: no database'; exit 1"]),
        heal=replaces("jobrunner"),
        shows=_crashes,
        trips=component("CTR-2", "jobrunner", "crash-loop"),
    ),
    Fault(
        name="out-of-memory",
        title="A container of a replica was killed for want of memory and runs again.",
        inject=replaces("jobrunner", entrypoint=OUT_OF_MEMORY, memory="24m"),
        heal=replaces("jobrunner"),
        shows=_ran_out,
        within=20,
        trips=_was_out_of_memory,
    ),
    Fault(
        name="unhealthy",
        title="The nginx of a replica hangs, and its health check says so.",
        inject=_signal_nginx("STOP"),
        heal=_signal_nginx("CONT"),
        shows=_unhealthy,
        within=40,
        good_within=20,
        trips=_nginx_hung,
    ),
    Fault(
        name="paused",
        title="A container of a replica is paused.",
        inject=does("pause", "garant"),
        heal=does("unpause", "garant"),
        shows=is_("garant", "paused"),
        trips=component("CTR-2", "garant", "container-paused", "start"),
    ),
    Fault(
        name="off-the-overlay",
        title="A container of a replica is not attached to the overlay network.",
        inject=lambda lab: lab.node(NODE).docker.disconnect_container_from_network(
            name(lab, "registry"), NETWORK, force=True
        ),
        heal=lambda lab: lab.node(NODE).docker.connect_container_to_network(name(lab, "registry"), NETWORK),
        shows=lambda lab: (
            not lab.node(NODE).docker.inspect_container(name(lab, "registry"))["NetworkSettings"]["Networks"]
        ),
        trips=component("CTR-4", "registry", "container-off-the-overlay"),
    ),
)
