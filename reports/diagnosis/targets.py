"""What the rungs of recovery are about: the container, the replica or the node behind a thing at fault."""

from __future__ import annotations

from collections.abc import Iterable

from reports.diagnosis.case import Case, fails, name_of, type_of
from reports.diagnosis.cause import Cause
from reports.records import Result

COMPONENTS = (
    "rethinkdb",
    "scanningstore",
    "notary-signer",
    "notary-server",
    "jobrunner",
    "garant",
    "registry",
    "api",
    "nginx",
)
"""The containers of a replica in the order in which they are started."""
STOPPED = ("ctr.exited", "ctr.created", "ctr.start-failed", "ctr.oom-killed")
"""A container in these states can be started."""

_OF_TYPE = {"database": "rethinkdb", "token-service": "garant", "notary": "notary-server"}
# The container that serves what a condition looks at.
_OF_CONDITION = {
    "JOB-1": "jobrunner",
    "REG-1": "registry",
    "NGINX-1": "nginx",
    "NGINX-2": "nginx",
    "STATUS-1": "api",
    "STATUS-5": "api",
    "RDB-4": "api",
}


def replica_of(case: Case, thing: str) -> str | None:
    """The replica of a thing: its id is the name, or ends it; for a node the replica on it."""
    name = name_of(thing)
    if type_of(thing) == "node":
        return next(iter(case.replicas_on(name)), None)
    # An id has no hyphen.
    end = name.rpartition("-")[2]
    return end if end in case.header.replicas else None


def node_of(case: Case, thing: str) -> str | None:
    """The node of a thing, where the inventory says it."""
    if type_of(thing) == "node":
        return name_of(thing)
    replica = replica_of(case, thing)
    return case.node_of(replica) if replica else None


def component_of(case: Case, thing: str) -> str | None:
    """`registry` of `container:registry-f2277ad178f7`; None for what is of a whole replica or node."""
    if type_of(thing) != "container":
        return _OF_TYPE.get(type_of(thing))
    replica = replica_of(case, thing)
    name = name_of(thing).removesuffix(f"-{replica}") if replica else ""
    return name if name in COMPONENTS else None


def targets(case: Case, rung: str, cause: Cause) -> tuple[str, ...]:
    """The things that a rung acts on: containers, replicas or nodes."""
    match rung:
        case "start":
            found = [each for thing in cause.things for each in _stopped(case, cause, thing)]
        case "restart-container":
            found = [_served_by(case, cause, thing) for thing in cause.things]
        case "restart-engine":
            nodes = [node_of(case, thing) for thing in cause.things]
            found = [f"node:{node}" for node in nodes if node]
        case _:
            replicas = [replica_of(case, thing) for thing in cause.things]
            found = [f"replica:{name}" for name in replicas if name]
    return tuple(dict.fromkeys(found)) or cause.things


def by_start(case: Case, things: Iterable[str]) -> list[str]:
    """Containers in the order in which to start them, the databases of all replicas first."""
    order = {name: number for number, name in enumerate(COMPONENTS)}
    return sorted(things, key=lambda thing: (component_of(case, thing) != "rethinkdb", _rank(case, thing, order)))


def _rank(case: Case, thing: str, order: dict[str, int]) -> tuple[int, int]:
    replica = replica_of(case, thing)
    number = case.replicas.index(replica) if replica else len(case.replicas)
    return (number, order.get(component_of(case, thing) or "", len(order)))


def _stopped(case: Case, cause: Cause, thing: str) -> list[str]:
    """The containers behind a thing: itself, or what is stopped of its replica, as far as the cause accounts for it."""
    component, replica = component_of(case, thing), replica_of(case, thing)
    if replica is None:
        return [thing]
    if component:
        return [f"container:{component}-{replica}"]
    stopped = [r for r in cause.problems if r.condition == "CTR-1" and fails(r) and r.reason in STOPPED]
    names = [name for each in stopped for name in each.about if replica_of(case, name) == replica]
    return names or [f"replica:{replica}"]


def _served_by(case: Case, cause: Cause, thing: str) -> str:
    replica = replica_of(case, thing)
    component = component_of(case, thing) or _component_shown(cause.shown_by)
    return f"container:{component}-{replica}" if component and replica else thing


def _component_shown(shown_by: Iterable[Result]) -> str | None:
    # nginx ends TLS, whatever is behind it.
    found = {"nginx" if each.reason == "ping.no-handshake" else _OF_CONDITION.get(each.condition) for each in shown_by}
    return found.pop() if len(found) == 1 else None
