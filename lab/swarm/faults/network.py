"""Faults of the network between the nodes, put into the switch: the nodes themselves look sound."""

from dataclasses import dataclass

from lab.swarm.faults.expect import SWARM, Expect
from lab.swarm.faults.fault import MANAGERS, Fault
from lab.swarm.faults.looks import arrives, execute, is_down, leaderless, lost_to_others, ping
from lab.swarm.lab import Lab
from lab.swarm.plan import NETWORK
from lab.swarm.replica import name_of

VXLAN = ("-p", "udp", "--dport", "4789")
# Of small ones, so that a full-size one tells of the MTU alone. Four pings run at once, one packet a second each: with
# every third lost each of them loses one of its three; with every second one of them might lose all.
EVERY_THIRD = ("-m", "length", "--length", "0:200", "-m", "statistic", "--mode", "nth", "--every", "3", "--packet", "0")
TOO_LARGE = ("-m", "length", "--length", "1401:65535")
OF_TCP = ("-m", "u32", "--u32", "56&0xFF=6")
"""The protocol of the packet within: byte 9 of its IP, behind 20 bytes of IP, 8 of UDP, 8 of VXLAN, 14 of Ethernet."""
GOSSIP = (("-p", "tcp", "--dport", "7946"), ("-p", "udp", "--dport", "7946"))
CONTROL = (("-p", "tcp", "--dport", "2377"), ("-p", "tcp", "--sport", "2377"))
FULL_SIZE = "1422"
"""Bytes of a ping that fills the overlay network's MTU of 1450."""


@dataclass(frozen=True)
class Drops:
    """Rules that drop packets on their way from one node to another: (from, to, which)."""

    rules: tuple[tuple[int, int, tuple[str, ...]], ...]

    def put_in(self, lab: Lab) -> None:
        self._each(lab, "-A")

    def take_out(self, lab: Lab) -> None:
        self._each(lab, "-D")

    def _each(self, lab: Lab, action: str) -> None:
        for source, target, which in self.rules:
            way = ("-m", "physdev", "--physdev-in", f"p{source}", "--physdev-out", f"p{target}")
            lab.switch("iptables", action, "FORWARD", *which[:4], *way, *which[4:], "-j", "DROP")


def between(pairs: list[tuple[int, int]], *which: tuple[str, ...]) -> Drops:
    """The same in both directions of each pair."""
    return Drops(tuple((a, b, each) for first, second in pairs for a, b in ((first, second), (second, first))
                       for each in which))  # fmt: skip


ONE_WAY = Drops(((2, 3, VXLAN),))
BOTH_WAYS = between([(2, 3)], VXLAN)
NARROW = between([(2, 1), (2, 3), (2, 4)], (*VXLAN, *TOO_LARGE))
NO_TCP = between([(2, 1), (2, 3), (2, 4)], (*VXLAN, *OF_TCP))
LOSSY = Drops(((2, 3, (*VXLAN, *EVERY_THIRD)),))
NO_GOSSIP = between([(3, 1), (3, 2), (3, 4)], *GOSSIP)
NO_CONTROL = between([(3, 1), (3, 2)], *CONTROL)
NO_QUORUM = between([(3, 1), (3, 2), (1, 2)], *CONTROL)


def _cut_one_way(expect: Expect) -> None:
    expect.cut(2, 3)
    expect.cause("link-cut", expect.link(2, 3))


def _cut_both_ways(expect: Expect) -> None:
    expect.cut(2, 3)
    expect.cause("link-cut", *expect.links(2, 3))


def _loses(lab: Lab) -> bool:
    return len({arrives(lab, 2, 3) for _ in range(3)}) == 2


def _lossy(expect: Expect) -> None:
    """A packet that is lost on its way, and a reply that is, look alike."""
    expect.warn("NET-3", *expect.both_ways(2, 3))
    expect.cause("packet-loss", *expect.links(2, 3))


def _too_large(expect: Expect) -> None:
    others = expect.others_than(2)
    for other in others:
        expect.warn("NET-5", *expect.both_ways(2, other))
    expect.cause("mtu-hole", expect.node_thing(2))


def _crosses_by_tcp(lab: Lab, source: int, target: int) -> bool:
    """Whether a container on one node connects to nginx on another over the overlay network."""
    command = ["nc", "-w", "2", name_of("nginx", lab.node(target).replica), "80"]
    return "timed out" not in execute(lab.node(source), name_of("rethinkdb", lab.node(source).replica), command)


def _without_tcp(expect: Expect) -> None:
    for other in expect.others_than(2):
        expect.fail("NET-6", *expect.towards(2, other), *expect.towards(other, 2))
    expect.cause("tcp-lost", expect.node_thing(2))


def _forward(lab: Lab, number: int) -> None:
    """Have node 2 send the packets for the registry of node 3 to the node of that number."""
    inspected = lab.node(3).docker.inspect_container(name_of("registry", lab.node(3).replica))
    hardware = inspected["NetworkSettings"]["Networks"][NETWORK]["MacAddress"]
    namespace = f"/run/docker/netns/1-{lab.node(2).docker.inspect_network(NETWORK)['Id'][:10]}"
    entry = f"{hardware} dev vxlan0 dst {lab.node(number).machine.address} self permanent"
    lab.node(2).sh(f"nsenter --net={namespace} bridge fdb replace {entry}")


def _stale(expect: Expect) -> None:
    expect.fail("NET-6", *expect.towards(2, 3))
    expect.cause("stale-forwarding", expect.node_thing(2), expect.container(3, "registry"))


def _no_gossip(expect: Expect) -> None:
    """Neither side learns the other's names; addresses are known for a while longer."""
    others = expect.others_than(3)
    for other in others:
        expect.cut(3, other)
    expect.fail("NET-4", *(f"{expect.node(3)}:{each}" for each in expect.everywhere if each != expect.replica(3)))
    expect.fail("NET-4", *(f"{expect.node(other)}:{expect.replica(3)}" for other in others))
    expect.lost_in_gossip(3)
    expect.warn("LOG-2", expect.node(3))
    expect.cause("gossip-cut", expect.node_thing(3))


def _alone(expect: Expect) -> None:
    """A manager that the others do not hear of is Down to them, though its engine runs; it can attach nothing."""
    expect.fail("NODE-1", expect.node(3))
    expect.fail("NODE-6", SWARM)
    expect.fail("NET-1", expect.node(3))
    expect.no_probe(3)
    expect.cause("manager-unreachable", expect.node_thing(3))


def _leaderless(expect: Expect) -> None:
    """What is attached stays so, and nothing new can be attached anywhere."""
    expect.fail("NODE-6", SWARM)
    for machine in expect.machines:
        expect.fail("NET-1", machine.name)
        expect.no_probe(machine.number)
    expect.unknown("TLS-3", "swarm-ca")
    expect.unknown("NET-7", *expect.addresses("nodes"))
    expect.cause("swarm-leaderless", "swarm", offers="call-support")


def _gone(expect: Expect) -> None:
    expect.login_gone(2)
    expect.web_silent(2)
    expect.unknown("VERSION-1", expect.replica(2))
    expect.fail("NODE-6", SWARM)
    expect.lost_in_gossip(2)
    expect.cause("node-down", expect.node_thing(2))


FAULTS = (
    Fault(
        name="vxlan-cut-one-way",
        title="A firewall drops the overlay network's packets (udp 4789) from one node to another.",
        inject=ONE_WAY.put_in,
        heal=ONE_WAY.take_out,
        shows=lambda lab: not arrives(lab, 2, 3),
        trips=_cut_one_way,
    ),
    Fault(
        name="vxlan-cut-both-ways",
        title="A firewall drops the overlay network's packets (udp 4789) between two nodes.",
        inject=BOTH_WAYS.put_in,
        heal=BOTH_WAYS.take_out,
        shows=lambda lab: not arrives(lab, 2, 3),
        trips=_cut_both_ways,
    ),
    Fault(
        name="every-third-packet-lost",
        title="Every third packet of the overlay network is lost on the way from one node to another.",
        inject=LOSSY.put_in,
        heal=LOSSY.take_out,
        shows=_loses,
        trips=_lossy,
    ),
    Fault(
        name="mtu-hole",
        title="Between one node and the others the network drops packets of more than 1400 bytes without a word.",
        inject=NARROW.put_in,
        heal=NARROW.take_out,
        shows=lambda lab: arrives(lab, 2, 3) and not arrives(lab, 2, 3, "-s", FULL_SIZE),
        trips=_too_large,
    ),
    Fault(
        name="tcp-dropped",
        title="Ping crosses the overlay network from and to one node and TCP does not, as with wrong checksums.",
        inject=NO_TCP.put_in,
        heal=NO_TCP.take_out,
        shows=lambda lab: arrives(lab, 2, 3) and not _crosses_by_tcp(lab, 2, 3),
        trips=_without_tcp,
    ),
    Fault(
        name="stale-forwarding",
        title="The engine of one node sends the packets for a registry on another one to a third node.",
        inject=lambda lab: _forward(lab, 4),
        heal=lambda lab: _forward(lab, 3),
        shows=lambda lab: arrives(lab, 2, 3) and not arrives(lab, 2, 3, component="registry"),
        trips=_stale,
    ),
    Fault(
        name="gossip-cut",
        title="A firewall drops the swarm's gossip (7946, tcp and udp) between one node and all others.",
        inject=NO_GOSSIP.put_in,
        # Nodes that have given each other up meet again by and by, and may part once more 12 to 22 s after healing.
        heal=None,
        shows=lambda lab: "bad address" in ping(lab, 1, 3) and "bad address" in ping(lab, 3, 1),
        # The one that is cut off holds on to what it knew of the others for about 40 s.
        within=80,
        trips=_no_gossip,
    ),
    Fault(
        name="control-plane-cut",
        title="A firewall drops the swarm's control plane (2377) between one manager and the others.",
        plan=MANAGERS,
        inject=NO_CONTROL.put_in,
        heal=None,
        shows=lambda lab: leaderless(lab.node(3)) and (is_down(lab, 3) or is_down(lab, 3, seen_by=2)),
        within=90,
        trips=_alone,
    ),
    Fault(
        name="quorum-lost",
        title="A firewall drops the swarm's control plane (2377) between all managers.",
        plan=MANAGERS,
        inject=NO_QUORUM.put_in,
        heal=None,
        shows=lambda lab: all(leaderless(node) for node in lab.nodes),
        within=90,
        trips=_leaderless,
    ),
    Fault(
        name="host-gone",
        title="One node is cut off from the network altogether.",
        plan=MANAGERS,
        inject=lambda lab: lab.switch("ip", "link", "set", "p2", "down"),
        heal=None,
        shows=lambda lab: (is_down(lab, 2) or is_down(lab, 2, seen_by=3)) and lost_to_others(lab, 2),
        within=60,
        trips=_gone,
    ),
)
