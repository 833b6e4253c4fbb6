"""The addresses of an overlay network: who has which, what else has its subnet, how many are left, where nodes are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from fixtures.access.docker.engine import NAMED
from fixtures.core.overlay_subjects import NodeNetwork
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.inventory.addresses import host_of
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmView
from fixtures.probes.overlay.facts import DockerNetworks, Member, NetworkView, OverlayPings
from fixtures.probes.system import System

Prefix = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Holder:
    """Who has an address: at which node."""

    node: str
    member: Member


@dataclass(frozen=True)
class Addresses:
    """All that is known of the addresses of one network. places: the nodes at which it is looked at."""

    name: str
    places: Sequence[NodeNetwork]
    every_view: PerSubject[NetworkView]
    networks: PerSubject[DockerNetworks]
    inventory: Inventory

    @cached_property
    def views(self) -> list[NetworkView]:
        """Of the nodes that were seen."""
        return [view for place in self.places if (view := self.every_view.seen(place.subject))]

    @property
    def unseen(self) -> Unavailable | None:
        """Why a node was not seen, where one was not."""
        return next((cause for place in self.places if (cause := self.every_view.causes.get(place.subject))), None)

    @cached_property
    def holders(self) -> dict[str, list[Holder]]:
        """By address who has it, each endpoint once: through a client bundle, several nodes show the same.

        The probe containers of this suite do not count: they are gone in a moment.
        """
        ends = {
            end: Holder(view.node, member)
            for view in self.views
            for end, member in (view.members or {}).items()
            if not member.name.startswith(NAMED)
        }
        found: dict[str, list[Holder]] = {}
        for holder in ends.values():
            for address in holder.member.addresses:
                found.setdefault(address, []).append(holder)
        return found

    @cached_property
    def prefixes(self) -> list[Prefix]:
        """The subnets of the network."""
        named = dict.fromkeys(each.prefix for view in self.views for each in view.subnets)
        return [prefix for name in named if (prefix := prefix_of(name))]

    @property
    def told_free(self) -> int | None:
        """How many addresses are left, where an engine says it for all nodes: the least that any of them says."""
        told = [each.free for view in self.views for each in view.subnets if each.free is not None]
        return min(told, default=None)

    @property
    def room(self) -> int:
        """How many addresses the IPv4 subnets have, without the network's own, the broadcast's and the gateway's."""
        gateways = {each.prefix: each.gateway for view in self.views for each in view.subnets}
        own = [(prefix, gateways.get(str(prefix), True)) for prefix in self.prefixes if prefix.version == 4]
        return sum(max(prefix.num_addresses - 2 - gateway, 0) for prefix, gateway in own)

    @property
    def taken(self) -> int:
        """How many IPv4 addresses are taken on the nodes that were seen.

        Docker's own load balancer has one on each node that has a container there, and not every engine shows it.
        """
        holders = [each for address, each in self.holders.items() if ":" not in address]
        balancers = sum(any(each.member.id.startswith("lb-") for each in those) for those in holders)
        return len(holders) - balancers + max(balancers, len(self.peers)) + len(self._virtual)

    @property
    def _virtual(self) -> set[str]:
        """The addresses of the swarm's services, which no node has."""
        seen = [each for place in self.places if (each := self.networks.seen(place.subject))]
        return {address for each in seen for address in each.virtual or () if address and ":" not in address}

    @property
    def peers(self) -> set[str]:
        """The addresses of all nodes that have a container on the network."""
        return {peer for view in self.views for peer in view.peers or []}


def twice(addresses: Addresses) -> Iterator[tuple[str, list[Holder]]]:
    """The addresses that more than one has; what is left of a container that ended so does not count."""
    for address, holders in addresses.holders.items():
        own = [each for each in holders if not each.member.id.startswith("ep-")]
        if len(own) > 1:
            yield address, own


def overlaps(addresses: Addresses, systems: PerSubject[System]) -> tuple[list[str], list[str]]:
    """What has the network's subnet or a part of it, and in a list of their own the routes that are wider.

    A longer prefix decides where packets go: a wide route leaves the network alone, and one that is equal or narrower
    takes addresses of it, or loses its own to it.
    """
    found: dict[str, None] = {}
    wider: dict[str, None] = {}
    ids = {view.id for view in addresses.views if view.id}
    for place in addresses.places:
        listed, machine = addresses.networks.seen(place.subject), systems.seen(place.node)
        own: set[Prefix] = set()
        for other in listed.networks if listed else ():
            if other.id in ids or other.name == addresses.name:
                continue
            own |= {prefix for each in other.subnets if (prefix := prefix_of(each))}
            for each in other.subnets:
                if _meets(prefix_of(each), addresses.prefixes):
                    found[f"the network {other.name} on {place.node} ({each})"] = None
        for route in (machine.routes or ()) if machine else ():
            prefix = prefix_of(route)
            if prefix and prefix not in own and _meets(prefix, addresses.prefixes):
                is_wider = any(_is_wider(prefix, each) for each in addresses.prefixes)
                (wider if is_wider else found)[f"a route of {place.node} ({route})"] = None
    return list(found), list(wider)


def needed_inside(addresses: Addresses, systems: PerSubject[System], rows: Mapping[str, SwarmNode]) -> Iterator[str]:
    """The addresses within the network's subnet that a replica needs from elsewhere: to it they are on the network."""
    for what, address in _needed(addresses.inventory, systems, rows):
        if any(_is_in(address, prefix) for prefix in addresses.prefixes):
            yield f"{what} ({address})"


def _needed(
    inventory: Inventory, systems: PerSubject[System], rows: Mapping[str, SwarmNode]
) -> Iterator[tuple[str, str]]:
    if inventory.mke:
        yield "MKE", host_of(inventory.mke.url)
    for name, row in rows.items():
        yield f"node {name}", row.address
    for machine in systems.values():
        for disk in machine.disks or ():
            if disk.network:
                yield f"the share {disk.mountpoint}", disk.device.removeprefix("//").partition("/")[0].rstrip(":")
        for resolver in machine.resolvers or ():
            yield f"the name server of {machine.node}", resolver


def rows_of(
    places: Sequence[NodeNetwork], engines: PerSubject[EngineFacts], views: PerSubject[SwarmView]
) -> dict[str, SwarmNode]:
    """By node, its row in a manager's list: by its id, or where its engine does not say that, by its name."""
    rows = [row for view in views.values() for row in view.nodes]
    by_id, by_name = {row.id: row for row in rows}, {row.name: row for row in rows}
    found: dict[str, SwarmNode] = {}
    for place in places:
        if engine := engines.seen(place.node):
            own = engine.swarm.node_id
            if row := by_id.get(own) if own else by_name.get(engine.name):
                found[place.node] = row
    return found


def own_addresses(node: str, engines: PerSubject[EngineFacts], systems: PerSubject[System]) -> list[str]:
    """The addresses that a node has, as its kernel says or else its engine; empty where nobody does."""
    machine, engine = systems.seen(node), engines.seen(node)
    if machine and machine.addresses:
        return list(machine.addresses)
    return [engine.swarm.address] if engine and engine.swarm.address else []


def reached(place: NodeNetwork, pings: PerSubject[OverlayPings]) -> bool | None:
    """Whether any other node gets a reply from there over the network; None where nobody tried."""
    tried = [seen.targets[place.subject].address.answered for seen in pings.values() if place.subject in seen.targets]
    return any(tried) if tried else None


def prefix_of(text: str) -> Prefix | None:
    """A subnet of its text; None for what is none."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _meets(prefix: Prefix | None, own: Sequence[Prefix]) -> bool:
    return prefix is not None and any(each.version == prefix.version and each.overlaps(prefix) for each in own)


def _is_wider(prefix: Prefix, own: Prefix) -> bool:
    return prefix.version == own.version and prefix.prefixlen < own.prefixlen and prefix.overlaps(own)


def _is_in(address: str, prefix: Prefix) -> bool:
    try:
        return ip_address(address.strip("[]")) in prefix
    except ValueError:
        return False
