"""Causes on the overlay network: as far as the cut goes, and never a replica that only reports it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.diagnosis.engine import find_causes
from reports.diagnosis.finding import Harm
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, apart, container, diagnose, fail, found, kinds, unseen
from tests.reports.diagnosis.families.nodes_run import PAIRS, lossy, nameless, no_reply
from tests.reports.samples import header

BOTH = ("link:node-2>node-3", "link:node-3>node-2")
BOTH_WAYS = (("node-2", "node-3"), ("node-3", "node-2"))
CUT = no_reply(*BOTH_WAYS, about=BOTH)
OF_NODE = [pair for pair in PAIRS if "node-3" in pair]
OFF = no_reply(*OF_NODE, about=("node:node-3",))


def non_transitive(asked: str, *lost: str) -> Result:
    """RethinkDB's own word for a partial partition."""
    about = [f"database:{each}" for each in lost]
    by = (f"replica:{asked}",)
    return fail("STATUS-3", f"{asked}:non_transitive_error", "status.non-transitive-error", *about, witnesses=by)


def test_cut_link_explains_what_its_ends_report() -> None:
    """Databases that are apart, the partition in RethinkDB's words, tables that one end does not read: one cause."""
    table = fail("STATUS-11", "dtr2.tags", "status.table-no-reads", "table:dtr2.tags", witnesses=(f"replica:{C}",))
    causes = diagnose(*CUT, apart(B, C), non_transitive(A, B, C), table)
    assert [(each.id, each.things) for each in causes] == [("link-cut", BOTH)]
    assert causes[0].harms[0] is Harm.SIGN_IN


def test_cut_link_does_not_explain_another_pair_nor_an_ill_replica() -> None:
    """Databases of other nodes that are apart, and a container that does not run, are causes of their own."""
    causes = kinds(diagnose(*CUT, apart(B, C), apart(A, B)))
    assert sorted(causes) == ["link-cut", "servers-apart"]
    assert sorted(kinds(diagnose(*CUT, apart(B, C), container("registry", C)))) == ["container-down", "link-cut"]


def test_node_off_the_overlay_is_one_cause() -> None:
    """Both sides report each other as missing: no sound replica is told to restart."""
    wrong = [*OFF, apart(A, C), apart(B, C)]
    wrong += [fail("STATUS-6", each, "status.replica-missing", f"replica:{C}") for each in (A, B)]
    wrong += [
        fail("STATUS-7", f"{A}:{C}", "status.different-replicas", f"link:{A}>{C}"),
        fail("STATUS-12", "dtr2.tags", "status.table-copy-missing", "table:dtr2.tags", f"database:{C}"),
    ]
    assert found(*wrong) == [("node-cut-off", ("node:node-3",))]
    assert sorted(kinds(diagnose(*wrong, apart(A, B)))) == ["node-cut-off", "servers-apart"]


def test_names_that_do_not_resolve_are_gossip() -> None:
    """Without a reply by address as well, names tell: where gossip is cut nobody was told the addresses."""
    names = [nameless("node-1", C), nameless("node-2", C), nameless("node-3", A), nameless("node-3", B)]
    assert found(*OFF, *names) == [("gossip-cut", ("node:node-3",))]
    assert kinds(diagnose(*OFF)) == ["node-cut-off"]
    by_name = no_reply(*OF_NODE, about=("node:node-3",), reason="net.name-unresolved")
    assert found(*by_name, *names) == [("gossip-cut", ("node:node-3",))]


def test_packets_of_an_encrypted_network_are_looked_for_as_esp() -> None:
    """Whatever part of it is cut: its packets are no longer on 4789/udp."""
    for about, pairs in ((("network:dtr-ol",), PAIRS), (("node:node-3",), OF_NODE), (BOTH, BOTH_WAYS)):
        plain = no_reply(*pairs, about=about)
        told = [replace(each, seen={"encrypted": "packets cross as ESP"}) for each in plain]
        assert [each.remedy for each in diagnose(*plain)] == ["overlay-network"]
        assert [each.remedy for each in diagnose(*told)] == ["encrypted-overlay"]


def test_lost_names_leave_connected_databases_alone() -> None:
    """Connections outlive the names: a dead job worker there is a cause of its own, until the databases are apart."""
    names = [*OFF, nameless("node-1", C), nameless("node-3", A)]
    dead = fail("JOB-1", C, "job.worker-dead", f"replica:{C}")
    assert sorted(kinds(diagnose(*names, dead))) == ["gossip-cut", "job-worker-dead"]
    assert kinds(diagnose(*names, dead, apart(A, C), apart(B, C))) == ["gossip-cut"]


def test_nothing_crosses_between_any_two() -> None:
    """The network is the cause, and databases that are apart follow."""
    wrong = no_reply(*PAIRS, about=("network:dtr-ol",))
    assert found(*wrong, apart(A, B), apart(A, C), apart(B, C)) == [("overlay-down", ("network:dtr-ol",))]


@pytest.mark.parametrize(
    ("reason", "kind", "thing"),
    [
        ("net.no-network", "network-missing", "network:dtr-ol"),
        ("net.not-overlay", "network-missing", "network:dtr-ol"),
        ("net.not-attachable", "network-not-attachable", "network:dtr-ol"),
        ("net.not-known-to-manager", "network-unknown-to-node", "node:node-3"),
        ("net.other-network", "network-unknown-to-node", "node:node-3"),
    ],
)
def test_network_itself(reason: str, kind: str, thing: str) -> None:
    """What is not seen at the node for it follows."""
    blind = unseen("NET-2", "node-1:node-3", "docker.access-refused", "node:node-3")
    assert found(fail("NET-1", "node-3", reason, thing), blind) == [(kind, (thing,))]


@pytest.mark.parametrize(
    ("condition", "reason", "kind"),
    [
        ("NET-5", "net.full-size-lost", "mtu-hole"),
        ("NET-3", "net.packets-lost", "packet-loss"),
        ("NET-2", "net.lost-under-load", "packet-loss"),
        ("NET-3", "net.slow", "slow-network"),
    ],
)
def test_worse_than_it_should_be(condition: str, reason: str, kind: str) -> None:
    """Each is what it is, of its links."""
    links = ("link:node-1>node-2", "link:node-2>node-1")
    assert found(lossy(condition, reason, *links)) == [(kind, links)]


@pytest.mark.parametrize("reason", ["net.several-addresses", "net.stale-address"])
def test_name_that_leads_elsewhere(reason: str) -> None:
    """The database is named once, whichever nodes resolve it so."""
    wrong = [fail("NET-4", f"{node}:{C}", reason, f"node:{node}", f"database:{C}") for node in ("node-1", "node-2")]
    assert found(*wrong) == [("stale-name", (f"database:{C}",))]


def test_name_that_does_not_resolve() -> None:
    """Of a database that runs on the network it is the name; of one that is off the network it is that."""
    assert found(nameless("node-1", C)) == [("stale-name", (f"database:{C}",))]
    off = fail("CTR-4", f"{C}:rethinkdb", "ctr.detached", f"container:rethinkdb-{C}")
    assert found(nameless("node-1", C), off) == [("container-off-the-overlay", (f"container:rethinkdb-{C}",))]


def test_names_that_are_lost_for_a_node_are_no_fault_of_a_database() -> None:
    """What the engines did not spread is not looked for at a database."""
    lost = [fail("NET-2", f"{a}:{b}", "net.name-unresolved", "node:node-3") for a, b in OF_NODE]
    (cause,) = diagnose(*lost, nameless("node-1", C), nameless("node-3", A))
    assert (cause.id, cause.remedy) == ("gossip-cut", "gossip")


def test_node_that_does_not_know_the_network_is_not_cut_off_from_another() -> None:
    """One node is named: it is looked for between that one and the managers."""
    (cause,) = diagnose(fail("NET-1", "node-3", "net.not-known-to-manager", "node:node-3"))
    assert (cause.id, cause.remedy) == ("network-unknown-to-node", "network-unknown")


def test_what_was_not_measured_between_two_nodes_follows_from_their_cut_alone() -> None:
    """Of these two nodes, whatever was not seen of the network; of other pairs it is not known why."""
    here = unseen("NET-5", "node-2:node-3", "net.no-packet-back", BOTH[0])
    there = unseen("NET-5", "node-1:node-2", "net.no-packet-back", "link:node-1>node-2")
    assert found(*CUT, here) == [("link-cut", BOTH)]
    assert len(found(*CUT, there)) == 2


def test_network_is_named_and_not_the_node_that_lacks_it() -> None:
    """A verdict on both: the network is at fault."""
    lacking = fail("NET-1", "node-3", "net.no-network", "network:dtr-ol", "node:node-3")
    assert found(lacking) == [("network-missing", ("network:dtr-ol",))]


def test_names_that_do_not_resolve_on_one_side_are_not_gossip() -> None:
    """The other nodes find the node's own database by its name: it is the traffic, and the resolver of that node."""
    names = [nameless("node-3", A), nameless("node-3", B)]
    assert sorted(kinds(diagnose(*OFF, *names))) == ["node-cut-off", "stale-name"]
    assert sorted(kinds(diagnose(*OFF, nameless("node-1", C)))) == ["node-cut-off", "stale-name"]


def test_node_without_a_replica_has_no_name_that_others_could_lack() -> None:
    """What does not resolve there is enough."""
    more = header(nodes=(*header().nodes, "node-4"))
    silent = no_reply(("node-1", "node-4"), ("node-4", "node-1"), about=("node:node-4",))
    names = [nameless("node-4", each) for each in (A, B, C)]
    assert [(each.id, each.things) for each in find_causes(more, [*silent, *names])] == [
        ("gossip-cut", ("node:node-4",))
    ]


def test_names_that_resolve_nowhere_are_gossip_of_the_whole_network() -> None:
    """No pair has a reply as nobody was told the addresses; databases that are apart follow, and nothing else."""
    at = {"node-1": A, "node-2": B, "node-3": C}
    names = [nameless(node, each) for node, own in at.items() for each in (A, B, C) if each != own]
    wrong = [*no_reply(*PAIRS, about=("network:dtr-ol",)), *names, apart(A, B), apart(A, C), apart(B, C)]
    assert found(*wrong) == [("gossip-cut", ("network:dtr-ol",))]
    assert sorted(kinds(diagnose(*wrong, container("registry", C)))) == ["container-down", "gossip-cut"]


def test_full_packets_that_are_lost_with_the_small_ones_are_no_hole() -> None:
    """Between the same two nodes; between others it is not known why."""
    links = ("link:node-1>node-2", "link:node-2>node-1")
    lost = lossy("NET-3", "net.packets-lost", *links)
    same = unseen("NET-5", "node-1:node-2", "net.small-lost-too", *links)
    other = unseen("NET-5", "node-1:node-3", "net.small-lost-too", "link:node-1>node-3")
    assert found(lost, same) == [("packet-loss", links)]
    assert len(found(lost, other)) == 2


def test_second_fault_while_nothing_crosses() -> None:
    """A container that does not run has nothing to do with the network."""
    wrong = no_reply(*PAIRS, about=("network:dtr-ol",))
    assert sorted(kinds(diagnose(*wrong, container("registry", C)))) == ["container-down", "overlay-down"]


def no_tcp(*ways: tuple[str, str], about: tuple[str, ...]) -> list[Result]:
    """Nodes whose requests to the nginx of these replicas get no answer, while ping does."""
    return [fail("NET-6", f"{node}:{replica}", "net.tcp-no-answer", *about) for node, replica in ways]


def test_tcp_that_is_lost_explains_databases_that_are_apart() -> None:
    """As far as it goes: between two nodes, at one, or everywhere."""
    between = no_tcp(("node-2", C), ("node-3", B), about=BOTH)
    assert found(*between, apart(B, C)) == [("tcp-lost", BOTH)]
    assert sorted(name for name, _ in found(*between, apart(A, B))) == ["servers-apart", "tcp-lost"]
    at_node = no_tcp(("node-1", C), ("node-2", C), ("node-3", A), ("node-3", B), about=("node:node-3",))
    assert found(*at_node, apart(A, C), apart(B, C)) == [("tcp-lost", ("node:node-3",))]
    everywhere = no_tcp(("node-1", B), ("node-2", A), about=("network:dtr-ol",))
    assert found(*everywhere, apart(A, B), apart(B, C)) == [("tcp-lost", ("network:dtr-ol",))]


def unreached(node: str, thing: str) -> Result:
    return fail("NET-6", f"{node}:{thing.rpartition('-')[2]}", "net.address-unreached", f"node:{node}", thing)


def test_a_stale_entry_for_a_database_explains_that_the_two_are_apart() -> None:
    stale = unreached("node-2", f"container:rethinkdb-{C}")
    things = ("node:node-2", f"container:rethinkdb-{C}")
    assert [(name, set(about)) for name, about in found(stale, apart(B, C))] == [("stale-forwarding", set(things))]
    assert sorted(name for name, _ in found(stale, apart(A, C))) == ["servers-apart", "stale-forwarding"]
    registry = unreached("node-2", f"container:registry-{C}")
    assert sorted(name for name, _ in found(registry, apart(B, C))) == ["servers-apart", "stale-forwarding"]


def test_a_port_of_a_database_that_is_not_reached_explains_that_the_two_are_apart() -> None:
    database = f"container:rethinkdb-{C}"
    lost = fail("NET-6", f"node-2:{C}", "net.database-port-unreached", "node:node-2", database)
    assert found(lost, apart(B, C)) == [("database-port-unreached", (database, "node:node-2"))]
    assert sorted(name for name, _ in found(lost, apart(A, C))) == ["database-port-unreached", "servers-apart"]


def test_a_container_that_does_not_reply_at_home_follows_from_its_state_where_that_is_known() -> None:
    silent = fail("NET-6", f"node-3:{C}", "net.container-silent", f"container:registry-{C}")
    assert found(silent) == [("container-silent", (f"container:registry-{C}",))]
    assert found(silent, container("registry", C)) == [("container-down", (f"container:registry-{C}",))]
    assert len(found(silent, container("api", C))) == 2
    twice = fail("NET-7", "dtr-ol:addresses", "net.address-twice", "container:shop", f"container:registry-{C}")
    assert [name for name, _ in found(silent, twice)] == ["address-twice"]
