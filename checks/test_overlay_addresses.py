"""The addresses of the overlay networks: each has one holder, there are enough, and nothing else has them."""

from collections.abc import Mapping, Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.overlay_addresses import (
    Addresses,
    needed_inside,
    overlaps,
    own_addresses,
    reached,
    rows_of,
    twice,
)
from checks.rules.overlay_view import Networks, Pings
from checks.rules.wording import many, one_line
from checks.verdict import Evidence, Verdict, failed, not_applicable, passed, skipped, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.overlay_subjects import lacks, node_networks
from fixtures.core.store import NotConfigured, PerSubject, Unavailable
from fixtures.core.subjects import Named
from fixtures.inventory import Inventory
from fixtures.inventory.msr import container_of
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmView
from fixtures.probes.overlay.facts import DockerNetworks
from fixtures.probes.system import System

SCARCE_PERCENT = 10
PARTS = ("addresses", "subnet", "free", "nodes")


def parts_of(_inventory: Inventory, network: Named) -> list[str]:
    """The subjects of the verdicts on a network."""
    return [f"{network.subject}:{part}" for part in PARTS]


@condition(
    "NET-7",
    severity=CRITICAL,
    documented="Beyond the guide: addresses of the overlay network",
    remedy="overlay-addresses",
    reasons={
        "net.address-twice": Reason("two containers have the same address on the network", remedy="address-twice"),
        "net.subnet-overlap": Reason("another network of a node has addresses of the subnet", remedy="subnet-overlap"),
        "net.needed-address-inside": Reason(
            "an address that a replica needs from elsewhere lies within the subnet", remedy="subnet-overlap"
        ),
        "net.no-free-address": Reason("the network has no free address", remedy="addresses-used-up"),
        "net.few-free-addresses": Reason("the network has few free addresses", remedy="addresses-used-up"),
        "net.node-address-changed": Reason(
            "the swarm has another address of a node than the node has", remedy="node-address-changed"
        ),
        "net.foreign-peer": Reason("a node that is not looked at has containers on the network", remedy="foreign-peer"),
        "net.addresses-not-reported": "the engine does not report the addresses of the network",
        "net.node-address-unconfirmed": "a node does not have the address that the swarm has, and was not pinged",
    },
    measured="derived",
    subjects=parts_of,
)
def test_addresses_are_in_order(
    network: Named,
    every_overlay_network: Networks,
    every_docker_networks: PerSubject[DockerNetworks],
    every_engine: PerSubject[EngineFacts],
    every_swarm_view: PerSubject[SwarmView],
    every_system: PerSubject[System],
    every_overlay_pings: Pings,
    inventory: Inventory,
) -> Sequence[Verdict]:
    """No address of the network is taken twice or needed elsewhere, some are free, and each node has its own."""
    places = [place for place in node_networks(inventory) if place.network == network.subject]
    if not places:
        raise NotConfigured("no Docker engine of a node with a replica can be asked: add ssh: or docker: under nodes:")
    addresses = Addresses(network.subject, places, every_overlay_network, every_docker_networks, inventory)
    if not addresses.views and addresses.unseen:
        raise addresses.unseen
    if not any(view.listed for view in addresses.views) and not addresses.unseen:
        message = f"no node lists the network {network.subject}"
        because = Because(places[0].subject, condition="NET-1")
        raise Unavailable("net.addresses-not-reported", message, because=because)
    return [
        _twice(addresses),
        _subnet(
            addresses,
            every_system,
            rows_of(places, every_engine, every_swarm_view),
        ),
        _free(addresses, every_engine, every_swarm_view),
        _nodes(addresses, every_engine, every_system, every_overlay_pings, every_swarm_view),
    ]


def _twice(addresses: Addresses) -> Verdict:
    subject = f"{addresses.name}:addresses"
    found = dict(twice(addresses))
    if found:
        told = [
            f"{address} is on {' and '.join(f'{each.member.name} ({each.node})' for each in holders)}"
            for address, holders in found.items()
        ]
        return failed(
            "net.address-twice",
            "; ".join(told),
            seen=sorted(found),
            expected="one container for each address",
            about=[_thing_of(each.member.name) for holders in found.values() for each in holders],
            subject=subject,
        )
    if addresses.unseen:
        return unknown(addresses.unseen, subject=subject)
    if any(view.members is None for view in addresses.views):
        return unknown(_not_reported(addresses), subject=subject)
    where = many(len(addresses.views), "node")
    return passed(f"{many(len(addresses.holders), 'address', 'addresses')} on {where}, each once", subject=subject)


def _subnet(
    addresses: Addresses,
    systems: PerSubject[System],
    rows: Mapping[str, SwarmNode],
) -> Verdict:
    subject = f"{addresses.name}:subnet"
    own = ", ".join(map(str, addresses.prefixes))
    expected, itself = f"{own} for {addresses.name} alone", [thing("network", addresses.name)]
    found, wider = overlaps(addresses, systems)
    if found:
        message = f"{own} is also used by {'; '.join(found)}"
        return failed("net.subnet-overlap", message, seen=found, expected=expected, about=itself, subject=subject)
    if inside := list(needed_inside(addresses, systems, rows)):
        message = f"{own} holds the address of {'; '.join(inside)}: containers look for it on the network itself"
        return failed(
            "net.needed-address-inside", message, seen=inside, expected=expected, about=itself, subject=subject
        )
    causes = [addresses.networks.causes.get(place.subject) for place in addresses.places]
    if cause := addresses.unseen or next((each for each in causes if each), None):
        return unknown(cause, subject=subject)
    if not addresses.prefixes:
        return unknown(_not_reported(addresses), subject=subject)
    told = f" (within {', '.join(wider)}, which is wider and does not conflict)" if wider else ""
    return passed(f"nothing else has addresses of {own}{told}", seen=own, expected=expected, subject=subject)


def _free(addresses: Addresses, engines: PerSubject[EngineFacts], views: PerSubject[SwarmView]) -> Verdict:
    subject = f"{addresses.name}:free"
    told, room = addresses.told_free, addresses.room
    if not room and addresses.prefixes:
        return not_applicable("the network has no IPv4 subnet", subject=subject)
    free = told if told is not None else max(room - addresses.taken, 0)
    evidence: Evidence = {
        "seen": free,
        "expected": f"at least {SCARCE_PERCENT} % of {room}",
        "about": [thing("network", addresses.name)],
        "subject": subject,
    }
    message = f"{free} of {many(room, 'address', 'addresses')} are free"
    if room and not free:
        return failed("net.no-free-address", f"{message}: no container can be attached or restarted", **evidence)
    if room and free * 100 < room * SCARCE_PERCENT:
        return warned("net.few-free-addresses", f"{message} (limit {SCARCE_PERCENT} %)", **evidence)
    if told is None and (cause := addresses.unseen or _uncounted(addresses, engines, views)):
        if isinstance(cause, NotConfigured):
            return skipped(str(cause), subject=subject)
        return unknown(cause, seen=free, subject=subject)
    return passed(message, **evidence)


def _uncounted(
    addresses: Addresses, engines: PerSubject[EngineFacts], views: PerSubject[SwarmView]
) -> Unavailable | None:
    """Why the addresses that are taken are not all known; None where they are."""
    if not addresses.prefixes or any(view.members is None or view.peers is None for view in addresses.views):
        return _not_reported(addresses)
    rows = {row.address: row.name for view in views.values() for row in view.nodes}
    own = {node: row.address for node, row in rows_of(addresses.places, engines, views).items()}
    seen = [engine for place in addresses.places if (engine := engines.seen(place.node))]
    told = {engine.node: engine.swarm.address for engine in seen if engine.swarm.address}
    foreign = sorted(addresses.peers - {*own.values(), *told.values()})
    if not foreign:
        return None
    if any(view.node not in own and view.node not in told for view in addresses.views) and (cause := _unlisted(views)):
        return cause
    lacking = {each.subject: each.reason for each in lacks(addresses.inventory)}
    if all(rows.get(peer) in lacking for peer in foreign):
        return NotConfigured(lacking[rows[foreign[0]]])
    names = ", ".join(f"{rows[peer]} ({peer})" if peer in rows else peer for peer in foreign)
    return Unavailable(
        "net.foreign-peer",
        f"{names} {'has' if len(foreign) == 1 else 'have'} containers on {addresses.name} and"
        f" {'is' if len(foreign) == 1 else 'are'} not looked at: add it to overlay: nodes in the inventory",
        about=[thing("network", addresses.name)],
    )


def _nodes(
    addresses: Addresses,
    engines: PerSubject[EngineFacts],
    systems: PerSubject[System],
    pings: Pings,
    views: PerSubject[SwarmView],
) -> Verdict:
    subject = f"{addresses.name}:nodes"
    rows = rows_of(addresses.places, engines, views)
    other: dict[str, str] = {}
    unsure: list[str] = []
    for place in addresses.places:
        row, own = rows.get(place.node), own_addresses(place.node, engines, systems)
        if row is None or not row.address or not own or row.address in own:
            continue
        # An address that is translated on the way is none of the node's, and leads to it.
        answers = reached(place, pings)
        if answers is None:
            unsure.append(place.node)
        elif not answers:
            other[place.node] = f"the swarm has {row.address} for {place.node}, which has {', '.join(own)}"
    if other:
        return failed(
            "net.node-address-changed",
            "; ".join(other.values()),
            seen=sorted(other),
            expected="the address that the swarm has",
            about=[thing("node", name) for name in other],
            subject=subject,
        )
    if unsure:
        message = f"{', '.join(unsure)} does not have the address that the swarm has, and was not pinged"
        about, because = [thing("node", name) for name in unsure], Because(unsure[0], probe="overlay_pings")
        cause = Unavailable("net.node-address-unconfirmed", message, about=about, because=because)
        return unknown(cause, subject=subject)
    causes = [engines.causes.get(place.node) for place in addresses.places]
    unseen = addresses.unseen or next((each for each in causes if each), None) or _unlisted(views)
    if unseen:
        return unknown(unseen, subject=subject)
    if not any(view.manager for view in views.values()):
        return skipped("none of the inventory's nodes is a manager: add one under nodes:", subject=subject)
    return passed("each node has the address that the swarm has of it", subject=subject)


def _unlisted(views: PerSubject[SwarmView]) -> Unavailable | None:
    """Why no manager lists the nodes; None where one does, or none is looked at."""
    managing = [view for view in views.values() if view.manager]
    if any(view.nodes for view in managing):
        return None
    if managing:
        message = f"{managing[0].node} does not list the nodes of the swarm: {one_line(managing[0].error)}"
        return Unavailable("net.addresses-not-reported", message, because=Because("cluster", condition="NODE-6"))
    return next(iter(views.causes.values()), None)


def _not_reported(addresses: Addresses) -> Unavailable:
    return Unavailable(
        "net.addresses-not-reported",
        f"no engine reports the addresses of {addresses.name}",
        about=[thing("network", addresses.name)],
    )


def _thing_of(name: str) -> str:
    """A container as a thing: of MSR's by component and replica, as the other conditions name it."""
    component, replica = container_of(name) or ("", "")
    return thing("container", f"{component}-{replica}" if component else name)
