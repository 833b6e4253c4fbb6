"""What the probe containers saw of each other, put together: who reaches whom, and whose fault it is where not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from fixtures.core.evidence import Because, thing
from fixtures.core.overlay_subjects import NodePair
from fixtures.core.store import PerSubject, Unavailable
from fixtures.probes.overlay.facts import NetworkView, OverlayPings, OverlayProbe, Pinged, QuietPing, QuietPings

Networks = PerSubject[NetworkView]
Probes = PerSubject[OverlayProbe]
Pings = PerSubject[OverlayPings]
Quiets = PerSubject[QuietPings]
Ordered = tuple[str, str]

NOT_SEEN = {
    "net.not-attached": "no container can be attached to the network on a node",
    "net.one-engine": "two nodes of the inventory are the same Docker engine",
    "net.answer-cut-off": "the output of a probe container is incomplete",
    "net.too-early": "a probe container started only when another one had pinged",
    "net.cannot-ping": "the ping command of a probe container's image does not work",
}
"""Why a pair of nodes cannot be judged, besides what keeps its engines and probe containers from being asked."""


@dataclass(frozen=True)
class OverlayView:
    """All that is known of the pairs of nodes."""

    networks: Networks
    probes: Probes
    pings: Pings
    quiets: Quiets

    def pinged(self, pair: NodePair) -> Pinged:
        """What the one saw of the other; raises Unavailable where it could not be looked at."""
        source, target = self.probe(pair.source), self.probe(pair.target)
        engines = [self.networks[place].node_id for place in (pair.source, pair.target)]
        if engines[0] and engines[0] == engines[1]:
            message = f"{pair.first} and {pair.second} of the inventory are the same Docker engine"
            both = [thing("node", name) for name in (pair.first, pair.second)]
            raise Unavailable("net.one-engine", message, about=both)
        pings = self.pings[pair.source]
        found = pings.targets.get(pair.target)
        about, because = [thing("node", pair.first)], Because(pair.source, probe="overlay_pings")
        if found is None and pings.asked_at < target.answered_at:
            # A probe container that did not start at first is started again, and the others do not ping again.
            message = f"{pair.first} pinged before {pair.second} had its probe container: run again"
            raise Unavailable("net.too-early", message, about=[thing("this-machine")])
        if found is None:
            message = f"the output of the probe container on {pair.first} is incomplete"
            raise Unavailable("net.answer-cut-off", message, about=about, because=because)
        for echo in (found.name, found.address):
            if echo.could_not_try:
                message = f"the probe container on {pair.first} (image {source.image}) cannot ping: {echo.detail}"
                raise Unavailable("net.cannot-ping", message, about=about, because=because)
        return found

    def probe(self, place: str) -> OverlayProbe:
        """The probe container at a node; raises why there is none."""
        probe = self.probes[place]
        if probe.refused:
            message = f"no container can be attached to the network on {probe.node}, see NET-1"
            because = Because(place, condition="NET-1")
            raise Unavailable("net.not-attached", message, about=[thing("node", probe.node)], because=because)
        return probe

    def quiet(self, pair: NodePair) -> QuietPing | None:
        """What was seen when it was pinged alone; None where it was not."""
        pings = dict(self.quiets).get(pair.network)
        return pings.of(pair.source, pair.target) if pings else None

    def answers_alone(self, pair: NodePair) -> bool:
        """Whether packets came back once nobody else pinged."""
        quiet = self.quiet(pair)
        return quiet is not None and quiet.echo.answered

    def reached_alone(self, pair: NodePair) -> bool:
        """Whether no reply came by name only because all nodes pinged: alone it is pinged by address."""
        return self.answers_alone(pair) and not self.misnamed(pair)

    def misnamed(self, pair: NodePair) -> bool:
        """Whether the name of the other does not lead to it."""
        name = self.pinged(pair).name
        return name.trouble == "name" or name.address not in (None, self.probe(pair.target).address)

    def judged(self, pairs: Collection[NodePair], bad: Callable[[NodePair, Pinged], bool]) -> dict[Ordered, bool]:
        """Of the pairs that could be looked at: whether they are bad."""
        found: dict[Ordered, bool] = {}
        for pair in pairs:
            try:
                found[pair.first, pair.second] = bad(pair, self.pinged(pair))
            except Unavailable:
                continue
        return found


@dataclass(frozen=True)
class Fault:
    """Whose fault a bad pair is: the network's, a node's (both ways, from it, to it), the pair's (both ways or one)."""

    of: Literal["network", "node", "from", "to", "pair", "one way"]
    node: str = ""


def fault_of(pair: Ordered, judged: Mapping[Ordered, bool]) -> Fault:
    """Whose fault a bad pair is, by what became of all the others.

    A node is at fault when everything that was judged of it is bad while others among themselves are well; it takes
    three nodes to distinguish the one that is broken from the one that suffers.
    """
    nodes = {name for each in judged for name in each}
    if len(nodes) > 2:
        if all(judged.values()):
            return Fault("network")
        first, second = pair
        for name in sorted(pair):
            if _all_bad(judged, partial(_is_of, name)):
                return Fault("node", name)
        if _all_bad(judged, lambda each: each[0] == first):
            return Fault("from", first)
        if _all_bad(judged, lambda each: each[1] == second):
            return Fault("to", second)
    return Fault("pair" if judged.get((pair[1], pair[0])) else "one way")


def _is_of(name: str, pair: Ordered) -> bool:
    return name in pair


def _all_bad(judged: Mapping[Ordered, bool], of: Callable[[Ordered], bool]) -> bool:
    own = {each: bad for each, bad in judged.items() if of(each)}
    return len({name for each in own for name in each}) > 2 and all(own.values())


@dataclass(frozen=True)
class Ways:
    """The directions in which packets do not arrive, and those in which they do, of what was pinged alone."""

    broken: frozenset[Ordered]
    sound: frozenset[Ordered]


def ways_of(quiets: Collection[QuietPing]) -> Ways:
    """No request arrived: the way there is broken. They arrived, and no reply came back: the way back is."""
    there = {_nodes(each): each.arrived for each in quiets if not each.echo.answered and each.arrived is not None}
    sound = frozenset(way for way, arrived in there.items() if arrived)
    lost = {way for way, arrived in there.items() if not arrived}
    return Ways(frozenset(lost | {(target, source) for source, target in sound}) - sound, sound)


def _nodes(quiet: QuietPing) -> Ordered:
    return quiet.source.partition(":")[0], quiet.target.partition(":")[0]
