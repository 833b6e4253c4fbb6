"""The guide's section "Troubleshoot overlay networks": containers on different nodes reach one another."""

from collections import Counter
from collections.abc import Mapping

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.overlay_messages import NOT_REACHED, bad_between, not_reached, per_direction
from checks.rules.overlay_packets import NO_PACKET_BACK, answered, came_back, count, is_lossy, lossy, stuck
from checks.rules.overlay_view import NOT_SEEN, Networks, OverlayView, Pings, Probes, Quiets
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.overlay_subjects import NodeNetwork, NodePair, node_pairs
from fixtures.core.store import Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.overlay.facts import NetworkView, OverlayProbe

GUIDE = "Troubleshoot overlay networks"


@condition(
    "NET-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="overlay-network",
    reasons={
        "net.not-in-swarm": "the node's Docker engine is in no swarm",
        "net.no-network": Reason("no manager knows the network", remedy="network-itself"),
        "net.not-known-to-manager": "a manager does not know the network, and others do",
        "net.not-overlay": Reason("the network is not an overlay network", remedy="network-itself"),
        "net.not-attachable": Reason(
            "the network is not attachable: only swarm services can use it", remedy="network-itself"
        ),
        "net.not-attached": Reason(NOT_SEEN["net.not-attached"], remedy="not-attached"),
        "net.other-network": "the network on this node is another one than on the other nodes",
        "net.no-common-network": "the network is another one on every node",
        "net.not-listed": "a worker without a container on the network does not list the network",
    },
)
def test_overlay_network_is_there(
    node_network: NodeNetwork,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    inventory: Inventory,
) -> Verdict:
    """The network is an attachable overlay network, the same one on every node."""
    network, node = node_network.network, node_network.node
    own = every_overlay_network[node_network.subject]
    probe = dict(every_overlay_probe).get(node_network.subject)
    if own.swarm != "active":
        message = f"the Docker engine is not in a swarm ({own.swarm})"
        return failed("net.not-in-swarm", message, seen=own.swarm, expected="active")
    itself = [thing("network", network)]
    views = {name: view for name, view in every_overlay_network.items() if view.network == network}
    known = own if own.listed else next((view for view in views.values() if view.manager and view.listed), None)
    managers = [thing("node", view.node) for view in views.values() if view.manager]
    if known is None and managers:
        message = f"the swarm's managers do not know the network {network}"
        return failed(
            "net.no-network",
            message,
            seen="none",
            expected=network,
            about=itself,
            witnesses=managers,
            measured="reported",
        )
    if own.manager and not own.listed:
        message = f"this manager does not know the network {network}, other managers do"
        return failed("net.not-known-to-manager", message, seen="none", expected=network)
    if known and known.driver != "overlay":
        message = f"{network} is a {known.driver} network"
        return failed("net.not-overlay", message, seen=known.driver, expected="overlay", about=itself)
    if known and not known.attachable:
        message = f"{network} is not attachable: only swarm services can use it, and MSR's containers are none"
        return failed("net.not-attachable", message, seen=False, expected="attachable", about=itself)
    if probe and probe.refused:
        return failed("net.not-attached", one_line(probe.refused), expected=f"a container can be attached to {network}")
    ids = _ids(views, dict(every_overlay_probe))
    if node_network.subject in ids:
        return _same(ids, node_network.subject, network, probe.retried if probe else 0)
    if not any(replica.node == node for replica in inventory.replicas):
        return passed("the managers know the network; the node has no container on it, and no replica")
    why = every_overlay_probe.causes.get(node_network.subject)
    raise Unavailable(
        "net.not-listed",
        f"a worker lists the network only while a container is attached to it: {why or ''}",
        because=why.because if why else None,
    )


@condition(
    "NET-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="overlay-network",
    reasons={
        **NOT_REACHED,
        **NOT_SEEN,
        "net.lost-under-load": "no reply is received while all nodes ping at once, and some are when pinged alone",
    },
)
def test_node_reaches_node(
    node_pair: NodePair,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    every_overlay_pings: Pings,
    every_overlay_quiet: Quiets,
    inventory: Inventory,
) -> Verdict:
    """A container on one node reaches a container on the other by name (`ping -c 3`)."""
    view = OverlayView(every_overlay_network, every_overlay_probe, every_overlay_pings, every_overlay_quiet)
    pinged = view.pinged(node_pair)
    seen = {"by name": count(pinged, "name"), "by address": count(pinged, "address")}
    if pinged.reached:
        message = came_back(pinged.name.received, pinged.name.sent, pinged.name.average_ms)
        return passed(message, seen=seen, expected="a reply")
    quiet = view.quiet(node_pair)
    if quiet is not None:
        seen["alone"] = f"{quiet.echo.received} of {quiet.echo.sent}"
        if view.reached_alone(node_pair):
            message = f"no reply by name while all nodes ping at once; {seen['alone']} replies when pinged alone"
            return warned("net.lost-under-load", message, seen=seen, expected="a reply")
    bad = not_reached(view, node_pair, _pairs(node_pair, inventory))
    if any(each.encrypted for each in every_overlay_network.values() if each.network == node_pair.network):
        seen["encrypted"] = "packets cross as ESP"
    return failed(bad.reason, bad.message, seen=seen, expected="a reply", about=bad.about)


@condition(
    "NET-3",
    severity=WARNING,
    documented=GUIDE,
    remedy="overlay-loss",
    reasons={
        **per_direction("net.packets-lost", "packets are lost"),
        "net.slow": "a round trip takes longer than the limit",
        "net.not-pinged-alone": "packets are lost or slow while all nodes ping, and the pair was not pinged alone",
        **NO_PACKET_BACK,
        **NOT_SEEN,
    },
)
def test_no_packet_is_lost(
    node_pair: NodePair,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    every_overlay_pings: Pings,
    every_overlay_quiet: Quiets,
    inventory: Inventory,
) -> Verdict:
    """No packet between two nodes is lost or slower than the limit (a second ping must confirm it)."""
    view = OverlayView(every_overlay_network, every_overlay_probe, every_overlay_pings, every_overlay_quiet)
    pinged = answered(view, node_pair)
    limit = inventory.limits.overlay_ms
    quiet = view.quiet(node_pair)
    seen = {"all at once": came_back(pinged.sent - pinged.lost, pinged.sent, pinged.average_ms)}
    if quiet is not None:
        seen["alone"] = came_back(quiet.echo.received, quiet.echo.sent, quiet.echo.average_ms)
    expected = f"all, within {limit:g} ms"
    if pinged.well(limit):
        return passed(seen["all at once"], seen=seen, expected=expected)
    if quiet is None:
        message = f"{seen['all at once']} while all nodes ping at once; the pair was not pinged alone"
        because = Because(node_pair.network, probe="overlay_quiet")
        return unknown(Unavailable("net.not-pinged-alone", message, because=because), seen=seen, expected=expected)
    if is_lossy(view, node_pair, pinged):
        extent = bad_between(view, node_pair, _pairs(node_pair, inventory), lossy(view))
        reason, message = f"net.packets-lost{extent.ending}", f"packets are lost {extent.words}"
        return failed(reason, message, seen=seen, expected=expected, about=extent.about)
    if min(pinged.average_ms or 0, quiet.echo.average_ms or 0) > limit:
        return failed(
            "net.slow",
            f"a round trip takes {quiet.echo.average_ms:g} ms (limit {limit:g} ms)",
            seen=seen,
            expected=expected,
        )
    return passed(f"{seen['alone']} when pinged alone", seen=seen, expected=expected)


@condition(
    "NET-5",
    severity=WARNING,
    documented="Beyond the guide: a full-size packet",
    remedy="overlay-mtu",
    reasons={
        **per_direction("net.full-size-lost", "packets of full size do not arrive, small ones do"),
        "net.small-lost-too": "packets are lost whatever their size",
        "net.mtu-not-reported": "the probe container does not report its MTU",
        **NO_PACKET_BACK,
        **NOT_SEEN,
    },
)
def test_full_size_packet_crosses(
    node_pair: NodePair,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    every_overlay_pings: Pings,
    every_overlay_quiet: Quiets,
    inventory: Inventory,
) -> Verdict:
    """A packet of the overlay network's full MTU reaches the other node and returns."""
    view = OverlayView(every_overlay_network, every_overlay_probe, every_overlay_pings, every_overlay_quiet)
    pinged = answered(view, node_pair)
    mtu = every_overlay_pings[node_pair.source].mtu
    if pinged.full is None or mtu is None:
        raise Unavailable(
            "net.mtu-not-reported",
            f"the probe container on {node_pair.first} does not report its MTU",
            about=[thing("node", node_pair.first)],
            because=Because(node_pair.source, probe="overlay_pings"),
        )
    if pinged.full.answered:
        return passed(f"packets of {mtu} bytes arrive", seen=mtu, expected=mtu)
    if pinged.lost:
        message = f"packets of {mtu} bytes are lost, and small ones as well"
        because = Because(node_pair.source, probe="overlay_pings")
        return unknown(Unavailable("net.small-lost-too", message, because=because), seen=mtu)
    extent = bad_between(view, node_pair, _pairs(node_pair, inventory), stuck)
    message = f"packets of {mtu} bytes do not arrive {extent.words}, small ones do"
    return failed(f"net.full-size-lost{extent.ending}", message, expected=mtu, about=extent.about)


def _ids(views: Mapping[str, NetworkView], probes: Mapping[str, OverlayProbe]) -> dict[str, str]:
    """The network's id at each node, as its engine lists it or its probe container is attached to it."""
    found = {name: view.id for name, view in views.items() if view.id}
    return found | {name: probes[name].network_id for name in views if name in probes and probes[name].network_id}


def _same(ids: Mapping[str, str], place: str, network: str, retried: int) -> Verdict:
    """Whether the network at a node is the one that most nodes have."""
    own, times = ids[place], Counter(ids.values())
    lost = f" ({many(retried, 'attempt')} to attach a container failed before)" if retried else ""
    if times[own] * 2 > len(ids):
        return passed(f"{network} {own[:12]}{lost}", seen=own, expected=own)
    common, count = times.most_common(1)[0]
    if count * 2 <= len(ids):
        return failed(
            "net.no-common-network",
            f"{network} is a different network on every node: the nodes belong to different swarms",
            seen=own,
            expected=common,
            about=[thing("network", network)],
            measured="derived",
        )
    message = f"{network} is {own[:12]} here and {common[:12]} elsewhere: this node belongs to another swarm"
    return failed("net.other-network", message, seen=own, expected=common, measured="derived")


def _pairs(pair: NodePair, inventory: Inventory) -> list[NodePair]:
    return [each for each in node_pairs(inventory) if each.network == pair.network]
