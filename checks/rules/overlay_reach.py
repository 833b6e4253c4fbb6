"""What one node reaches of a replica over the overlay network: its containers at their addresses, and nginx by TCP."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from checks.rules.overlay_messages import Extent, extent_of
from checks.rules.overlay_packets import answered, stuck
from checks.rules.overlay_view import OverlayView, fault_of
from fixtures.core.evidence import Because, Thing, thing
from fixtures.core.overlay_subjects import NodeName, NodePair, node_names, node_pairs
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.overlay.facts import DatabasePorts, OverlayReach, Pinged
from fixtures.probes.overlay.reach import Place, places_of
from fixtures.probes.overlay.web_output import Answer

Reaches = PerSubject[OverlayReach]
Ports = PerSubject[DatabasePorts]


@dataclass(frozen=True)
class Reached:
    """A replica as one node reaches it. subject: the node and the replica."""

    subject: NodeName
    view: OverlayView
    reaches: Reaches
    ports: Ports
    inventory: Inventory

    @property
    def is_own(self) -> bool:
        """Whether the replica is on that node, so that nothing crosses the network."""
        return self.subject.node == self.subject.carrier

    @cached_property
    def fact(self) -> OverlayReach:
        """What the node saw; raises why it saw nothing."""
        self.view.probe(self.subject.node)
        return self.reaches[self.subject.node]

    @cached_property
    def places(self) -> list[Place]:
        """The containers of the replica with their addresses; raises where its engine does not say."""
        carrier = self.subject.carrier
        home = self.view.networks[carrier]
        if home.members is None:
            raise Unavailable(
                "net.addresses-not-reported",
                f"the engine of {carrier} does not report the addresses of the containers on {home.network}",
                about=[thing("node", carrier)],
                because=Because(carrier, probe="overlay_network"),
            )
        return list(places_of([home], [self.subject.replica]))

    @cached_property
    def pair(self) -> NodePair:
        """The node and that of the replica."""
        ends = (self.subject.node, self.subject.carrier)
        return next(each for each in self._pairs if (each.first, each.second) == ends)

    @property
    def _pairs(self) -> list[NodePair]:
        return [each for each in node_pairs(self.inventory) if each.source == each.first]

    @cached_property
    def pinged(self) -> Pinged:
        """How the two nodes reach each other; raises where they do not (NET-2), or where that is not known."""
        return answered(self.view, self.pair)

    def must_be_sound(self) -> None:
        """Raise Unavailable where what is missing may have been lost on its way between the two nodes."""
        if self.is_own:
            return
        pinged = self.pinged
        for bad, what, condition in (
            (pinged.lost or pinged.tries > 1, "packets", "NET-3"),
            (stuck(self.pair, pinged), "packets of full size", "NET-5"),
        ):
            if bad:
                message = f"{what} are lost between {self.pair.first} and {self.pair.second}, see {condition}"
                because = Because(self.pair.subject, condition=condition)
                raise Unavailable("net.packets-lost-too", message, because=because)

    def silent_at_home(self, places: Collection[Place]) -> list[Place]:
        """Of these containers those that do not answer on their own node either."""
        home = self.reaches.seen(self.subject.carrier)
        return [each for each in places if home and home.addresses.get(each.address) is False]

    def place_of(self, component: str) -> Place | None:
        """A container of the replica, where it has an address that can be asked over TCP."""
        return next((each for each in self.places if each.component == component and ":" not in each.address), None)

    def ports_shut_at_home(self, ports: Collection[int]) -> list[int]:
        """Of these ports of the database those that no TCP connection gets an answer of on its own node either."""
        home = self.ports.seen(self.subject.carrier)
        at_home = home.of(self.subject.replica) if home else {}
        return [each for each in ports if each in at_home and not at_home[each].crossed]

    @property
    def answers_somebody(self) -> bool:
        """Whether nginx of the replica answers any node by TCP."""
        seen = [each.web.get(self.subject.replica) for each in self.reaches.values()]
        return any(answer.crossed for answer in seen if answer)

    def without_tcp(self) -> Extent:
        """Between which nodes TCP is lost as it is here."""
        judged = {}
        for each in node_names(self.inventory):
            answer = self._answer(each)
            if answer and each.node != each.carrier:
                judged[each.node, each.carrier] = not answer.crossed
        return extent_of(fault_of((self.pair.first, self.pair.second), judged), self.pair)

    def _answer(self, name: NodeName) -> Answer | None:
        seen = self.reaches.seen(name.node)
        return seen.web.get(name.replica) if seen else None


def containers(places: Collection[Place]) -> list[Thing]:
    """These containers, each once, as other conditions name them."""
    return list(dict.fromkeys(thing("container", f"{each.component}-{each.replica}") for each in places))


def told(places: Collection[Place]) -> str:
    """Containers with their addresses."""
    return ", ".join(f"{each.component} ({each.address})" for each in places)
