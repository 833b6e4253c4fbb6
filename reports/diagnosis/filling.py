"""The commands of a rung for one cluster: container, replica, node, image and a healthy replica are filled in.

Nothing but names, addresses and versions gets into a command; what the run does not know stays in angle brackets.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.diagnosis import others
from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.diagnosis.targets import by_start, component_of, node_of, replica_of
from reports.ladder import Rung
from reports.remedies import Command, filled, values_of

# One thing at a time: the checks come before the next.
_ONE = frozenset({"restart-container", "restart-replica", "restart-engine", "reconfigure"})


def commands_of(case: Case, cause: Cause, rung: Rung, things: Sequence[str]) -> tuple[Command, ...]:
    """Each command for each of these things that it differs for, in the order in which to run them."""
    at_fault = {replica_of(case, thing) for thing in cause.things}
    lost = [name for name in case.replicas if name in at_fault]
    if rung.id == "start":
        start, resume = rung.commands
        paused = [thing for thing in things if _is_paused(case, thing)]
        stopped = [thing for thing in things if thing not in paused]
        return tuple(
            filled(one, values)
            for one, those in ((start, stopped), (resume, paused))
            for values in _started(case, those)
        )
    if rung.id == "emergency-repair":
        survivor = others.survivor(case, lost)
        things = [f"replica:{survivor}"]
    healthy = others.healthy_other(case, lost)
    # Of a thousand tables of one replica the commands are one.
    alike = {(replica_of(case, each), component_of(case, each), node_of(case, each)): each for each in things}
    values = [_values(case, lost, healthy, each) for each in [*alike.values()][: 1 if rung.id in _ONE else None]]
    return tuple(dict.fromkeys(filled(one, each) for one in rung.commands for each in values or [{}]))


def text_of(case: Case, rung: Rung, things: Sequence[str]) -> str:
    """What to do, with the name of the container where it is one."""
    named = [f"dtr-{component_of(case, each)}-{replica_of(case, each)}" for each in things if component_of(case, each)]
    container = named[0] if named and (len(named) == 1 or rung.id in _ONE) else None
    if rung.id == "start" and container:
        return f"{'unpause' if _is_paused(case, things[0]) else 'start'} the container {container}"
    return rung.text.replace("{container}", f"the container {container}" if container else "the container")


def _values(case: Case, lost: Sequence[str], healthy: str | None, thing: str) -> dict[str, str]:
    replica, component, node = replica_of(case, thing), component_of(case, thing), node_of(case, thing)
    place = case.header.replicas.get(replica or "")
    return {
        **values_of(case.header, "", replica, healthy),
        **({"node": node} if node else {}),
        **({"container": f"dtr-{component}-{replica}"} if component and replica else {}),
        **({"port": str(place.port)} if place else {}),
        **({"replicas": ",".join(lost)} if lost else {}),
        **({"survivor": replica} if replica else {}),
    }


def _is_paused(case: Case, thing: str) -> bool:
    state = case.verdict("CTR-2", f"{replica_of(case, thing)}:{component_of(case, thing)}")
    return state is not None and state.reason == "ctr.paused"


def _started(case: Case, things: Sequence[str]) -> list[dict[str, str]]:
    """One start for each node: first the databases of all, then what else is stopped."""
    groups: dict[tuple[bool, str], list[str]] = {}
    for thing in by_start(case, things):
        component, replica = component_of(case, thing), replica_of(case, thing)
        other = component != "rethinkdb"
        groups.setdefault((other, node_of(case, thing) or ""), []).append(f"dtr-{component}-{replica}")
    return [{"node": node, "container": " ".join(names)} for (_, node), names in groups.items()]
