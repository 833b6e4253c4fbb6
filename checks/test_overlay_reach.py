"""The containers of the replicas as other nodes reach them over the overlay network: each address, and TCP."""

from collections.abc import Iterable

from checks.condition import CRITICAL, Reason, condition
from checks.rules.overlay_packets import NO_PACKET_BACK
from checks.rules.overlay_reach import Ports, Reached, Reaches, containers, told
from checks.rules.overlay_view import NOT_SEEN, Networks, OverlayView, Pings, Probes, Quiets
from checks.rules.wording import many
from checks.verdict import Verdict, failed, not_applicable, passed, skipped, unknown
from fixtures.core.evidence import Because, thing
from fixtures.core.overlay_subjects import NodeName
from fixtures.core.store import Unavailable
from fixtures.inventory import Inventory
from fixtures.inventory.msr import CLUSTER_PORT, DRIVER_PORT
from fixtures.probes.overlay.reach import Place
from fixtures.probes.overlay.scripts import TOOLS
from fixtures.probes.overlay.web_output import Answer

EXPECTED = "a reply of each address, and any answer over TCP"
DATABASE_PORTS = (DRIVER_PORT, CLUSTER_PORT)


@condition(
    "NET-6",
    severity=CRITICAL,
    documented="Beyond the guide: containers at their addresses, and TCP",
    remedy="stale-forwarding",
    reasons={
        "net.address-unreached": "a node does not reach a container at its address, while it reaches the node",
        "net.container-silent": Reason(
            "a container does not reply at its address on its own node", remedy="container-silent"
        ),
        "net.tcp-no-answer": Reason("ping crosses the network, and TCP does not", remedy="tcp-lost"),
        "net.nginx-silent": "nginx does not answer a TCP connection on any node",
        "net.database-port-unreached": Reason(
            "a node reaches nginx of a replica, and not a port of its database",
            remedy="database-port-unreached",
        ),
        "net.database-port-silent": Reason(
            "a database does not answer on its port on its own node", remedy="container-silent"
        ),
        "net.packets-lost-too": "packets are lost between the two nodes, so this says nothing",
        "net.addresses-not-reported": "the engine does not report the addresses of the network",
        "net.request-unreadable": "the program that requests /_ping prints something unexpected",
        **NO_PACKET_BACK,
        **NOT_SEEN,
    },
)
def test_containers_are_reached(
    node_name: NodeName,
    every_overlay_network: Networks,
    every_overlay_probe: Probes,
    every_overlay_pings: Pings,
    every_overlay_quiet: Quiets,
    every_overlay_reach: Reaches,
    every_overlay_database_ports: Ports,
    inventory: Inventory,
) -> Verdict:
    """Each node reaches a replica's containers at their own addresses, and its nginx by TCP.

    With `overlay: {database_ports: true}` the ports of its database as well.
    """
    view = OverlayView(every_overlay_network, every_overlay_probe, every_overlay_pings, every_overlay_quiet)
    reached = Reached(node_name, view, every_overlay_reach, every_overlay_database_ports, inventory)
    fact, places = reached.fact, reached.places
    if not places:
        return not_applicable("no container of the replica is on the network, see CTR-1 and CTR-4")
    silent = [each for each in places if fact.addresses.get(each.address) is False]
    if silent:
        return _silent(reached, silent)
    if any(each.address not in fact.addresses for each in places):
        if not reached.is_own:
            _ = reached.pinged  # the nodes do not reach each other, where that is why
        raise _cut_off(node_name)
    return _by_tcp(reached, many(len(places), "address responds", "addresses respond"))


def _silent(reached: Reached, silent: list[Place]) -> Verdict:
    """Containers that do not reply: their own fault, or that of the way to them."""
    node, carrier = reached.subject.node, reached.subject.carrier
    seen = [each.address for each in silent]
    if reached.is_own:
        message = f"{told(silent)} {_does(silent)} not reply on its own node {node}"
        about = containers(silent)
        return failed("net.container-silent", message, seen=seen, expected=EXPECTED, about=about)
    at_home = reached.silent_at_home(silent)
    misled = [each for each in silent if each not in at_home]
    if not misled:
        message = f"{told(silent)} {_does(silent)} not reply on {carrier} either"
        because = Because(f"{carrier}:{reached.subject.replica}", condition="NET-6")
        raise Unavailable("net.container-silent", message, about=containers(silent), because=because)
    reached.must_be_sound()
    message = (
        f"{node} does not reach {told(misled)} on {carrier}, which itself replies: likely a stale forwarding entry"
    )
    about = [thing("node", node), *containers(misled)]
    return failed("net.address-unreached", message, seen=seen, expected=EXPECTED, about=about)


def _by_tcp(reached: Reached, addresses: str) -> Verdict:
    """What became of the request to nginx, once all addresses replied."""
    fact, name = reached.fact, reached.subject
    nginx = reached.place_of("nginx")
    if nginx is None:
        return passed(f"{addresses}; nginx is not on the network, see CTR-1", expected=EXPECTED)
    if not fact.tool:
        return skipped(
            f"{addresses}; TCP is not tested, since the image {fact.image} has none of {', '.join(TOOLS)}: "
            "set overlay: image: in the inventory to one that the nodes hold and that has, such as busybox"
        )
    answer = fact.web.get(name.replica)
    if answer is None:
        raise _cut_off(name)
    seen = {"tcp": answer.status or answer.outcome, "by": fact.tool}
    if answer.crossed:
        how = {
            "answered": f"responds with {answer.status}",
            "connected": "accepts the connection and sends no response",
            "refused": "refuses the connection",
        }[answer.outcome]
        return _by_database_ports(reached, f"{addresses}; over TCP, nginx {how}", seen)
    if answer.outcome == "unreadable":
        return unknown(_unreadable(name.node, fact.tool, "nginx", answer), seen=seen, expected=EXPECTED)
    if reached.is_own or not reached.answers_somebody:
        message = f"nginx ({nginx.address}) answers a TCP connection on no node, its own included"
        because = Because(name.replica, condition="PING-1")
        cause = Unavailable("net.nginx-silent", message, about=containers([nginx]), because=because)
        return unknown(cause, seen=seen, expected=EXPECTED)
    reached.must_be_sound()
    extent = reached.without_tcp()
    message = f"ping crosses {extent.words}, TCP does not: no answer of nginx ({nginx.address}, port 80) to {fact.tool}"
    return failed("net.tcp-no-answer", message, seen=seen, expected=EXPECTED, about=extent.about)


def _by_database_ports(reached: Reached, well: str, seen: dict[str, str | int]) -> Verdict:
    """What became of the connections to its database, where the inventory asks for them, once nginx answered."""
    database, name = reached.place_of("rethinkdb"), reached.subject
    if database is None or not reached.inventory.overlay.database_ports:
        return passed(well, seen=seen, expected=EXPECTED)
    fact = reached.ports[name.node]
    answers = fact.of(name.replica)
    if len(answers) < len(DATABASE_PORTS):
        raise _cut_off(name)
    seen |= {f"tcp/{port}": answer.outcome for port, answer in answers.items()}
    for answer in answers.values():
        if answer.outcome == "unreadable":
            return unknown(_unreadable(name.node, fact.tool, "the database", answer), seen=seen, expected=EXPECTED)
    shut = [port for port, answer in answers.items() if not answer.crossed]
    if not shut:
        return passed(f"{well}; ports {_ports(answers)} of its database answer", seen=seen, expected=EXPECTED)
    ports = f"port{'s' if len(shut) > 1 else ''} {_ports(shut)} of {told([database])}"
    about = containers([database])
    if reached.is_own:
        message = f"TCP gets no answer of {ports} on its own node {name.node}"
        return failed("net.database-port-silent", message, seen=seen, expected=EXPECTED, about=about)
    if reached.ports_shut_at_home(shut) == shut:
        because = Because(f"{name.carrier}:{name.replica}", condition="NET-6")
        message = f"TCP gets no answer of {ports} on {name.carrier} either"
        raise Unavailable("net.database-port-silent", message, about=about, because=because)
    reached.must_be_sound()
    message = f"TCP from {name.node} gets no answer of {ports} on {name.carrier}, while nginx there answers"
    about = [thing("node", name.node), *about]
    return failed("net.database-port-unreached", message, seen=seen, expected=EXPECTED, about=about)


def _ports(ports: Iterable[int]) -> str:
    return " and ".join(map(str, ports))


def _unreadable(node: str, tool: str, who: str, answer: Answer) -> Unavailable:
    message = f"{tool} on {node} does not say what became of the request to {who}: {answer.detail}"
    return Unavailable("net.request-unreadable", message, because=Because(node, probe="overlay_reach"))


def _does(places: list[Place]) -> str:
    return "does" if len(places) == 1 else "do"


def _cut_off(name: NodeName) -> Unavailable:
    message = f"the output of the probe container on {name.node} is incomplete"
    about, because = [thing("node", name.node)], Because(name.node, probe="overlay_reach")
    return Unavailable("net.answer-cut-off", message, about=about, because=because)
