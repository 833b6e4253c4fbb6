"""The guide's section "Troubleshoot overlay networks": containers on different nodes reach one another."""

from collections import Counter
from collections.abc import Callable, Mapping

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.overlay_messages import bad_between, not_reached
from checks.rules.overlay_view import Networks, OverlayView, Pings, Probes, Quiets
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.overlay_subjects import NodeNetwork, NodePair, node_pairs
from fixtures.core.store import Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.overlay.facts import NetworkView, OverlayProbe, Pinged

GUIDE = "Troubleshoot overlay networks"


@condition("NET-1", severity=CRITICAL, documented=GUIDE, remedy="overlay-network")
def test_overlay_network_is_there(
    node_network: NodeNetwork,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    inventory: Inventory,
) -> Verdict:
    """The network is an attachable overlay, and the same one on every node."""
    network, node = node_network.network, node_network.node
    own = every_overlay_network[node_network.subject]
    probe = dict(every_overlay_probe).get(node_network.subject)
    if own.swarm != "active":
        return failed(f"its engine is not in a swarm ({own.swarm})", seen=own.swarm, expected="active")
    views = {name: view for name, view in every_overlay_network.items() if view.network == network}
    told = own if own.listed else next((view for view in views.values() if view.manager and view.listed), None)
    if told is None and any(view.manager for view in views.values()):
        return failed(f"the managers know no network {network}", seen="none", expected=network, remedy="network-itself")
    if own.manager and not own.listed:
        return failed(f"this manager knows no network {network}, others do", seen="none", expected=network)
    if told and told.driver != "overlay":
        message = f"{network} is a {told.driver} network"
        return failed(message, seen=told.driver, expected="overlay", remedy="network-itself")
    if told and not told.attachable:
        message = f"{network} is not attachable: only services of the swarm can use it, and the registry's are none"
        return failed(message, seen=False, expected="attachable", remedy="network-itself")
    if probe and probe.refused:
        return failed(probe.refused, expected=f"a container can be attached to {network}", remedy="not-attached")
    ids = _ids(views, dict(every_overlay_probe))
    if node_network.subject in ids:
        return _same(ids, node_network.subject, network, probe.retried if probe else 0)
    if not any(replica.node == node for replica in inventory.replicas):
        return passed("known to the managers; no container is attached to it here, and no replica runs here")
    why = every_overlay_probe.causes.get(node_network.subject, "")
    return unknown(f"a worker knows the network only once a container is attached to it there: {why}")


@condition("NET-2", severity=CRITICAL, documented=GUIDE, remedy="overlay-network")
def test_node_reaches_node(
    node_pair: NodePair,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    every_overlay_pings: Pings,
    every_overlay_quiet: Quiets,
    inventory: Inventory,
) -> Verdict:
    """A container on the one node reaches a container on the other by its name, `ping -c 3`."""
    view = OverlayView(every_overlay_network, every_overlay_probe, every_overlay_pings, every_overlay_quiet)
    pinged = view.pinged(node_pair)
    seen = {"by name": _count(pinged, "name"), "by address": _count(pinged, "address")}
    if pinged.reached:
        told = _told(pinged.name.received, pinged.name.sent, pinged.name.average_ms)
        return passed(told, seen=seen, expected="a reply")
    quiet = view.quiet(node_pair)
    if quiet is not None:
        seen["alone"] = f"{quiet.echo.received} of {quiet.echo.sent}"
        if view.reached_alone(node_pair):
            message = f"no reply by name while all nodes pinged at once; alone {seen['alone']} came back"
            return warned(message, seen=seen, expected="a reply")
    return failed(not_reached(view, node_pair, _pairs(node_pair, inventory)), seen=seen, expected="a reply")


@condition("NET-3", severity=WARNING, documented=GUIDE, remedy="overlay-loss")
def test_no_packet_is_lost(
    node_pair: NodePair,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    every_overlay_pings: Pings,
    every_overlay_quiet: Quiets,
    inventory: Inventory,
) -> Verdict:
    """No packet is lost between two nodes, and none takes longer than the limit; told if a second look agrees."""
    view = OverlayView(every_overlay_network, every_overlay_probe, every_overlay_pings, every_overlay_quiet)
    pinged = _answered(view, node_pair)
    limit = inventory.limits.overlay_ms
    quiet = view.quiet(node_pair)
    seen = {"all at once": _told(pinged.sent - pinged.lost, pinged.sent, pinged.average_ms)}
    if quiet is not None:
        seen["alone"] = _told(quiet.echo.received, quiet.echo.sent, quiet.echo.average_ms)
    expected = f"all, within {limit:g} ms"
    if pinged.well(limit):
        return passed(seen["all at once"], seen=seen, expected=expected)
    if quiet is None:
        message = f"{seen['all at once']} while all nodes pinged at once; alone it was not looked at"
        return unknown(message, seen=seen, expected=expected)
    if _is_lossy(view, node_pair, pinged):
        message = f"packets are lost {bad_between(view, node_pair, _pairs(node_pair, inventory), _lossy(view))}"
        return failed(message, seen=seen, expected=expected)
    if min(pinged.average_ms or 0, quiet.echo.average_ms or 0) > limit:
        return failed(f"a round trip takes {quiet.echo.average_ms} ms", seen=seen, expected=expected)
    return passed(f"{seen['alone']} when pinged alone", seen=seen, expected=expected)


@condition("NET-5", severity=WARNING, documented="Beyond the guide: a full-size packet", remedy="overlay-mtu")
def test_full_size_packet_crosses(
    node_pair: NodePair,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    every_overlay_pings: Pings,
    every_overlay_quiet: Quiets,
    inventory: Inventory,
) -> Verdict:
    """A packet that fills the MTU of the overlay network crosses from the one node to the other and back."""
    view = OverlayView(every_overlay_network, every_overlay_probe, every_overlay_pings, every_overlay_quiet)
    pinged = _answered(view, node_pair)
    mtu = every_overlay_pings[node_pair.source].mtu
    if pinged.full is None or mtu is None:
        raise Unavailable(f"the probe on {node_pair.first} does not say what its MTU is")
    if pinged.full.answered:
        return passed(f"{mtu} bytes cross", seen=mtu, expected=mtu)
    if pinged.lost:
        return unknown(f"packets of {mtu} bytes are lost, small ones as well, see NET-3", seen=mtu)
    between = bad_between(view, node_pair, _pairs(node_pair, inventory), _stuck)
    return failed(f"packets of {mtu} bytes do not cross {between}, small ones do", expected=mtu)


def _ids(views: Mapping[str, NetworkView], probes: Mapping[str, OverlayProbe]) -> dict[str, str]:
    """The network's id at each node, as its engine lists it or its probe container is attached to it."""
    found = {name: view.id for name, view in views.items() if view.id}
    return found | {name: probes[name].network_id for name in views if name in probes and probes[name].network_id}


def _same(ids: Mapping[str, str], place: str, network: str, retried: int) -> Verdict:
    """Whether the network at a node is the one that most nodes have."""
    own, times = ids[place], Counter(ids.values())
    lost = f"; {retried} attempts to attach a container were lost before" if retried else ""
    if times[own] * 2 > len(ids):
        return passed(f"{network} {own[:12]}{lost}", seen=own, expected=own)
    common, count = times.most_common(1)[0]
    message = f"{network} is {own[:12]} here and {common[:12]} elsewhere: this node is of another swarm"
    if count * 2 <= len(ids):
        message = f"{network} is another network on every node: they are of different swarms"
    return failed(message, seen=own, expected=common)


def _answered(view: OverlayView, pair: NodePair) -> Pinged:
    """What was seen of a pair whose packets come back at all."""
    pinged = view.pinged(pair)
    if not pinged.address.answered and not view.answers_alone(pair):
        raise Unavailable("no packet comes back, see NET-2")
    return pinged


def _is_lossy(view: OverlayView, pair: NodePair, pinged: Pinged) -> bool:
    quiet = view.quiet(pair)
    return bool((pinged.lost or pinged.tries > 1) and quiet and quiet.echo.lost)


def _lossy(view: OverlayView) -> Callable[[NodePair, Pinged], bool]:
    return lambda pair, pinged: _is_lossy(view, pair, pinged)


def _stuck(_pair: NodePair, pinged: Pinged) -> bool:
    return pinged.full is not None and not pinged.full.answered and pinged.address.answered


def _pairs(pair: NodePair, inventory: Inventory) -> list[NodePair]:
    return [each for each in node_pairs(inventory) if each.network == pair.network]


def _count(pinged: Pinged, way: str) -> str:
    echo = pinged.name if way == "name" else pinged.address
    return echo.told or f"{echo.received} of {echo.sent}"


def _told(received: int, sent: int, average_ms: float | None) -> str:
    return f"{received} of {sent} packets came back" + (f", {average_ms:g} ms" if average_ms is not None else "")
