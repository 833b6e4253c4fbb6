"""How messages name bad pairs of nodes: all of one cause with the same reason, words, and things at fault."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from checks.rules.overlay_view import Fault, OverlayView, Ways, fault_of, ways_of
from fixtures.core.evidence import Thing, link, thing
from fixtures.core.overlay_subjects import NodePair
from fixtures.probes.overlay.facts import Pinged

Bad = Callable[[NodePair, Pinged], bool]


def per_direction(reason: str, meaning: str) -> Mapping[str, str]:
    """A reason, and those of the same where only what a node sends is bad, or only what is sent to it."""
    return {
        reason: meaning,
        f"{reason}-from-node": f"{meaning}, from one node to every other",
        f"{reason}-to-node": f"{meaning}, from every other node to one",
    }


NOT_REACHED = {
    **per_direction("net.no-reply", "no reply is received"),
    "net.nothing-from-node": "no packet from one node arrives",
    "net.nothing-to-node": "no packet to one node arrives",
    "net.nothing-one-way": "no packet from one of two nodes to the other arrives",
    **per_direction("net.name-unresolved", "container names do not resolve"),
    **per_direction("net.name-elsewhere", "container names resolve to other addresses"),
}
"""Why a pair of nodes does not reach each other."""


@dataclass(frozen=True)
class BadPair:
    """What a message says of a bad pair, and what is at fault."""

    reason: str
    message: str
    about: tuple[Thing, ...]


@dataclass(frozen=True)
class Extent:
    """Between which nodes something is bad, in words and as what is at fault, and how the reason ends for it."""

    words: str
    about: tuple[Thing, ...]
    ending: str


def extent_of(fault: Fault, pair: NodePair) -> Extent:
    """How far it is as bad as for this pair."""
    first, second = sorted((pair.first, pair.second))
    about: tuple[Thing, ...] = (thing("node", fault.node),)
    ending = ""
    match fault.of:
        case "network":
            between, about = "between all nodes", (thing("network", pair.network),)
        case "node":
            between = f"between {fault.node} and every other node"
        case "from":
            between, ending = f"from {fault.node} to every other node", "-from-node"
        case "to":
            between, ending = f"from every other node to {fault.node}", "-to-node"
        case "pair":
            between, about = f"between {first} and {second}", _both_ways(pair)
        case "one way":
            between, about = f"from {pair.first} to {pair.second}", (link(pair.first, pair.second),)
    return Extent(f"{between} on {pair.network}", about, ending)


def not_reached(view: OverlayView, pair: NodePair, pairs: Collection[NodePair]) -> BadPair:
    """Why a pair does not reach each other, and in which direction packets do not arrive."""

    def bad(each: NodePair, pinged: Pinged) -> bool:
        return not pinged.reached and not view.reached_alone(each)

    judged = view.judged(pairs, bad)
    fault = fault_of((pair.first, pair.second), judged)
    extent = extent_of(fault, pair)
    alike = [each for each in pairs if judged.get((each.first, each.second)) and _shares(each, fault, pair)]
    if all(view.misnamed(each) and _answers_by_address(view, each) for each in alike):
        unknown = any(view.pinged(each).name.trouble == "name" for each in alike)
        reason, wrong = (
            ("net.name-unresolved", "do not resolve")
            if unknown
            else ("net.name-elsewhere", "resolve to other addresses")
        )
        message = f"container names {wrong} {extent.words}; the addresses respond"
        return BadPair(f"{reason}{extent.ending}", message, extent.about)
    message = f"no reply {extent.words}, by name and by address"
    ways = ways_of([found for each in alike if (found := view.quiet(each))])
    return _with_direction(BadPair(f"net.no-reply{extent.ending}", message, extent.about), ways, fault, pair)


def _answers_by_address(view: OverlayView, pair: NodePair) -> bool:
    return view.pinged(pair).address.answered or view.answers_alone(pair)


def bad_between(view: OverlayView, pair: NodePair, pairs: Collection[NodePair], bad: Bad) -> Extent:
    """Between which nodes it is as bad as for this pair."""
    return extent_of(fault_of((pair.first, pair.second), view.judged(pairs, bad)), pair)


def _both_ways(pair: NodePair) -> tuple[Thing, ...]:
    first, second = sorted((pair.first, pair.second))
    return link(first, second), link(second, first)


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


def _with_direction(found: BadPair, ways: Ways, fault: Fault, pair: NodePair) -> BadPair:
    """With what was found out about the direction, where anything was."""
    if fault.of in ("pair", "one way"):
        return _of_pair(found, ways, pair)
    if fault.of == "network":
        return (
            replace(found, message=f"{found.message}; no packet arrives") if ways.broken and not ways.sound else found
        )
    into = any(target == fault.node for _, target in ways.broken)
    out = any(source == fault.node for source, _ in ways.broken)
    if into and out:
        return replace(found, message=f"{found.message}; packets arrive neither from nor at {fault.node}")
    if into:
        message = f"{found.message}; packets to {fault.node} do not arrive"
        return replace(found, reason="net.nothing-to-node", message=message)
    if out:
        message = f"{found.message}; packets from {fault.node} do not arrive"
        return replace(found, reason="net.nothing-from-node", message=message)
    return found


def _of_pair(found: BadPair, ways: Ways, pair: NodePair) -> BadPair:
    first, second = sorted((pair.first, pair.second))
    there, back = (first, second) in ways.broken, (second, first) in ways.broken
    if there and back:
        return replace(found, message=f"{found.message}; packets arrive in neither direction", about=_both_ways(pair))
    if not there and not back:
        return found
    source, target = (first, second) if there else (second, first)
    other = ", packets back do" if (target, source) in ways.sound else ""
    message = f"{found.message}; packets from {source} to {target} do not arrive{other}"
    return BadPair("net.nothing-one-way", message, (link(source, target),))
