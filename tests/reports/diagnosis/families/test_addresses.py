"""Causes in the addresses of the overlay network, and what follows from each."""

from __future__ import annotations

from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, apart, container, diagnose, fail, found, unseen, warn
from tests.reports.diagnosis.families.nodes_run import PAIRS, no_reply, refused

NETWORK = "network:dtr-ol"
OF_NODE = [pair for pair in PAIRS if "node-3" in pair]


def net_7(part: str, reason: str, *about: str) -> Result:
    return fail("NET-7", f"dtr-ol:{part}", reason, *(about or (NETWORK,)))


def test_an_address_that_is_on_two_containers_explains_a_database_that_the_others_miss() -> None:
    """Database servers that are apart, and tables without a copy there; a container that is down is its own cause."""
    things = ("container:shop_worker", f"container:rethinkdb-{C}")
    twice = net_7("addresses", "net.address-twice", *things)
    missing = [apart(A, C), apart(B, C)]
    copy = fail("STATUS-12", "dtr2.tags", "status.table-copy-missing", "table:dtr2.tags", f"database:{C}")
    written = fail("LOG-1", f"{A}:api", "log.writes-refused", f"container:api-{A}")
    assert found(twice, *missing, copy, written) == [("address-twice", tuple(reversed(things)))]
    kinds = [each.id for each in diagnose(twice, *missing, container("registry", C), apart(A, B))]
    assert sorted(kinds) == ["address-twice", "container-down", "servers-apart"]


def test_an_address_that_is_on_two_containers_explains_errors_of_that_replica_alone() -> None:
    twice = net_7("addresses", "net.address-twice", "container:shop_worker", f"container:api-{C}")
    here = fail("STATUS-1", C, "status.error-status", f"replica:{C}")
    there = fail("STATUS-1", A, "status.error-status", f"replica:{A}")
    causes = diagnose(twice, here, there)
    assert causes[0].id == "address-twice"
    assert [each.subject for each in causes[0].explains] == [C]
    assert len(causes) == 2


def test_an_address_of_a_database_on_two_containers_takes_what_is_about_it_and_not_what_is_about_nothing() -> None:
    twice = net_7("addresses", "net.address-twice", "container:shop_worker", f"container:rethinkdb-{C}")
    reconnected = warn("STATUS-15", C, "status.reconnected", f"database:{C}")
    assert [each.id for each in diagnose(twice, reconnected)] == ["address-twice"]
    of_nothing = unseen("STATUS-9", C, "http.timeout")
    assert [each.id for each in diagnose(twice, of_nothing)] == ["address-twice", "not-seen"]


def test_a_network_without_addresses_explains_that_nothing_can_be_attached() -> None:
    used_up = net_7("free", "net.no-free-address")
    assert found(used_up, *refused("node-1"), *refused("node-2")) == [("addresses-used-up", (NETWORK,))]
    scarce = warn("NET-7", "dtr-ol:free", "net.few-free-addresses", NETWORK)
    assert sorted(name for name, _ in found(scarce, *refused("node-1"))) == ["addresses-scarce", "attach-refused"]


def test_an_old_address_explains_a_node_that_is_cut_off() -> None:
    changed = net_7("nodes", "net.node-address-changed", "node:node-3")
    cut = no_reply(*OF_NODE, about=("node:node-3",))
    assert found(changed, *cut, apart(A, C), apart(B, C)) == [("node-address-changed", ("node:node-3",))]
    other = no_reply(("node-1", "node-2"), about=("link:node-1>node-2",))
    assert sorted(name for name, _ in found(changed, *cut, *other)) == ["link-cut", "node-address-changed"]


def test_what_has_the_subnet_s_addresses_is_a_cause_of_its_own() -> None:
    for reason in ("net.subnet-overlap", "net.needed-address-inside"):
        assert found(net_7("subnet", reason)) == [("subnet-overlap", (NETWORK,))]
    foreign = unseen("NET-7", "dtr-ol:free", "net.foreign-peer", NETWORK)
    assert found(foreign) == [("foreign-peer", (NETWORK,))]
