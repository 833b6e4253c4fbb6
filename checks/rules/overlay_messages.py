"""How bad pairs of nodes are told: all that have one cause in the same words, so that a report tells it once."""

from __future__ import annotations

from collections.abc import Callable, Collection

from checks.rules.overlay_view import Fault, OverlayView, Ways, fault_of, ways_of
from fixtures.core.overlay_subjects import NodePair
from fixtures.probes.overlay.facts import Pinged

Bad = Callable[[NodePair, Pinged], bool]


def where(fault: Fault, pair: NodePair) -> str:
    """Between which nodes something is bad."""
    match fault.of:
        case "network":
            between = "between all nodes"
        case "node":
            between = f"between {fault.node} and every other node"
        case "from":
            between = f"from {fault.node} to every other node"
        case "to":
            between = f"from every other node to {fault.node}"
        case "pair":
            between = "between {} and {}".format(*sorted((pair.first, pair.second)))
        case "one way":
            between = f"from {pair.first} to {pair.second}"
    return f"{between} on {pair.network}"


def not_reached(view: OverlayView, pair: NodePair, pairs: Collection[NodePair]) -> str:
    """Why a pair does not reach each other, and in which direction packets do not arrive."""

    def bad(each: NodePair, pinged: Pinged) -> bool:
        return not pinged.reached and not view.reached_alone(each)

    judged = view.judged(pairs, bad)
    fault = fault_of((pair.first, pair.second), judged)
    alike = [each for each in pairs if judged.get((each.first, each.second)) and _shares(each, fault, pair)]
    if all(view.misnamed(each) and _answers_by_address(view, each) for each in alike):
        unknown = any(view.pinged(each).name.trouble == "name" for each in alike)
        wrong = "do not resolve" if unknown else "lead to other addresses"
        return f"names of containers {wrong} {where(fault, pair)}; by address they answer"
    direction = _direction(ways_of([found for each in alike if (found := view.quiet(each))]), fault, pair)
    return f"no reply {where(fault, pair)}, by name and by address{direction}"


def _answers_by_address(view: OverlayView, pair: NodePair) -> bool:
    return view.pinged(pair).address.answered or view.answers_alone(pair)


def bad_between(view: OverlayView, pair: NodePair, pairs: Collection[NodePair], bad: Bad) -> str:
    """Between which nodes it is as bad as for this pair."""
    return where(fault_of((pair.first, pair.second), view.judged(pairs, bad)), pair)


def _shares(each: NodePair, fault: Fault, pair: NodePair) -> bool:
    """Whether another pair is bad for the same cause."""
    match fault.of:
        case "network":
            return True
        case "node":
            return fault.node in (each.first, each.second)
        case "from":
            return each.first == fault.node
        case "to":
            return each.second == fault.node
        case _:
            return {each.first, each.second} == {pair.first, pair.second}


def _direction(ways: Ways, fault: Fault, pair: NodePair) -> str:
    """What was found out about the direction, where anything was."""
    if fault.of in ("pair", "one way"):
        first, second = sorted((pair.first, pair.second))
        there, back = (first, second) in ways.broken, (second, first) in ways.broken
        if there and back:
            return "; packets arrive in neither direction"
        if not there and not back:
            return ""
        source, target = (first, second) if there else (second, first)
        other = ", the other way they do" if (target, source) in ways.sound else ""
        return f"; packets from {source} to {target} do not arrive{other}"
    if fault.node:
        into = any(target == fault.node for _, target in ways.broken)
        out = any(source == fault.node for source, _ in ways.broken)
        if into and out:
            return f"; packets arrive neither from nor at {fault.node}"
        return (
            f"; what is sent to {fault.node} does not arrive"
            if into
            else (f"; what {fault.node} sends does not arrive" if out else "")
        )
    return "; no packet arrives" if ways.broken and not ways.sound else ""
