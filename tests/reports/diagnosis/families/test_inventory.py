"""What only this machine does not reach, and what the inventory says wrong: nothing of the cluster is to repair."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.diagnosis.engine import find_causes
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import (
    A,
    B,
    C,
    apart,
    container,
    diagnose,
    fail,
    found,
    unseen,
    warn,
    well,
)
from tests.reports.samples import header

SILENT = fail("PING-1", C, "ping.no-connection", f"replica:{C}")
FRESH = (well("STATUS-5", C), well("STATUS-8", f"{A}:{C}"))
REPLICA = [("not-reachable-from-here", (f"replica:{C}",))]


def balancer(*reached: str) -> Result:
    return replace(well("PING-2", "msr.example.org", "balancer"), seen=dict.fromkeys(reached, 2))


def listens(port: int) -> Result:
    return replace(well("NODE-5", "node-3"), seen={"listening": [], "https": {C: [port]}})


def test_replica_that_others_see_well_is_not_reached_from_here() -> None:
    """Its report is fresh, its database is connected and its containers run; what is not asked there follows."""
    causes = diagnose(SILENT, *FRESH, unseen("STATUS-1", C, "http.no-connection", f"replica:{C}"))
    assert [(each.id, each.things) for each in causes] == REPLICA
    assert causes[0].against
    assert causes[0].ladder == ("repair-first",)


def test_replica_that_the_balancer_reaches_is_not_reached_from_here() -> None:
    """Whatever else is ill there: its old report is a cause of its own."""
    stale = fail("STATUS-5", C, "status.stale-health", f"replica:{C}")
    causes = found(SILENT, balancer(A, B, C), stale)
    assert sorted(causes) == [("health-report-stale", (f"replica:{C}",)), *REPLICA]


@pytest.mark.parametrize(
    "against",
    [
        (fail("STATUS-5", C, "status.stale-health", f"replica:{C}"),),
        (balancer(A, B),),
        (container("nginx", C),),
        (apart(A, C), apart(B, C)),
    ],
    ids=["old report", "left out by the balancer", "nginx stopped", "no database server connected"],
)
def test_replica_that_others_miss_too_is_not_merely_out_of_reach(against: tuple[Result, ...]) -> None:
    keys = {(each.condition, each.subject) for each in against}
    causes = found(SILENT, *(each for each in FRESH if (each.condition, each.subject) not in keys), *against)
    assert "not-reachable-from-here" not in {kind for kind, _ in causes}


def test_name_that_does_not_resolve_here_says_nothing_of_the_replica() -> None:
    """Unless others miss it: then it is down, whatever its name is."""
    unresolved = fail("PING-1", C, "ping.unresolved", f"replica:{C}")
    assert found(unresolved) == REPLICA
    assert found(unresolved, container("nginx", C)) != REPLICA


def test_all_replicas_out_of_reach_and_the_balancer_reaches_all() -> None:
    """A draft inventory whose addresses do not resolve here: nothing of the cluster is asked, and nothing is lost."""
    closed = [fail("PING-1", each, "ping.unresolved", f"replica:{each}") for each in (A, B, C)]
    blind = unseen("STATUS-14", "cluster", "http.unresolved", "cluster")
    assert found(*closed, balancer(A, B, C), blind) == [
        ("not-reachable-from-here", tuple(f"replica:{each}" for each in (A, B, C)))
    ]


def test_mistyped_port_names_the_one_that_listens() -> None:
    causes = diagnose(SILENT, *FRESH, listens(4443))
    assert [(each.id, each.things) for each in causes] == [("wrong-address-in-inventory", (f"replica:{C}",))]
    assert "4443" in (causes[0].detail or "")


def test_port_that_listens_is_not_mistyped() -> None:
    assert found(SILENT, *FRESH, listens(443)) == REPLICA


def swapped(kind: str, reason: str, condition: str, *pairs: tuple[str, str]) -> list[Result]:
    return [
        fail(condition, at, reason, f"inventory:replicas.{at}", witnesses=(f"{kind}:{there}",)) for at, there in pairs
    ]


def test_two_that_answer_in_each_others_place_are_swapped() -> None:
    own = swapped("replica", "ident.another-replica", "IDENT-1", (B, C), (C, B))
    assert found(*own) == [("addresses-swapped", (f"replica:{B}", f"replica:{C}"))]


def test_one_that_answers_in_anothers_place_is_a_wrong_address() -> None:
    own = swapped("replica", "ident.another-replica", "IDENT-1", (C, B))
    assert found(*own) == [("wrong-address-in-inventory", (f"replica:{C}",))]


def test_fault_elsewhere_does_not_follow_from_a_wrong_address() -> None:
    own = swapped("replica", "ident.another-replica", "IDENT-1", (C, B))
    causes = found(*own, fail("NGINX-1", A, "nginx.restricted", f"replica:{A}"))
    assert ("nginx-status", (f"replica:{A}",)) in causes
    assert len(causes) == 2


def test_what_others_report_of_a_swapped_replica_is_its_own_fault() -> None:
    own = swapped("replica", "ident.another-replica", "IDENT-1", (B, C), (C, B))
    asked = unseen("STATUS-1", C, "run.another-replica", f"replica:{C}")
    causes = found(*own, asked, fail("STATUS-5", C, "status.stale-health", f"replica:{C}"))
    assert sorted(causes) == [
        ("addresses-swapped", (f"replica:{B}", f"replica:{C}")),
        ("health-report-stale", (f"replica:{C}",)),
    ]


def test_databases_that_are_not_those_expected_are_swapped() -> None:
    own = [unseen("RDB-1", each, "rethinkdb.another-server", f"inventory:replicas.{each}.rethinkdb") for each in (B, C)]
    assert found(*own) == [("addresses-swapped", (f"database:{B}", f"database:{C}"))]


CLOSED = fail("RDB-1", C, "rdb.refused", f"database:{C}")


def test_database_that_others_are_connected_to_is_not_reached_from_here() -> None:
    assert found(CLOSED) == [("not-reachable-from-here", (f"database:{C}",))]


@pytest.mark.parametrize("read", [True, False])
def test_database_of_a_single_replica_is_judged_by_its_replica(read: bool) -> None:
    """No other server could be connected to it."""
    alone = replace(header(), replicas={C: header().replicas[C]})
    own = [well("STATUS-1", C)] if read else [unseen("STATUS-1", C, "http.timeout", f"replica:{C}")]
    causes = {each.id for each in find_causes(alone, [CLOSED, well("PING-1", C), *own])}
    assert ("not-reachable-from-here" in causes) is read
    assert ("database-silent" in causes) is not read


def test_database_that_others_miss_is_not_merely_out_of_reach() -> None:
    causes = found(CLOSED, apart(A, C), apart(B, C))
    assert "not-reachable-from-here" not in {kind for kind, _ in causes}


def test_mke_through_which_somebody_logs_in_is_not_down() -> None:
    silent = fail("MKE-1", "mke.example.org", "mke.refused", "mke")
    assert found(silent, well("TOKEN-0", "admin")) == [("not-reachable-from-here", ("mke",))]
    refused = fail("TOKEN-0", "admin", "token.credentials-refused", "account:admin")
    assert found(silent, refused) == [("mke-down", ("mke",))]


def test_public_name_that_does_not_resolve_here_says_nothing_of_the_balancer() -> None:
    unresolved = fail("PING-2", "msr.example.org", "ping.unresolved", "balancer")
    assert found(unresolved) == [("not-reachable-from-here", ("balancer",))]
    refused = fail("PING-2", "msr.example.org", "ping.refused", "balancer")
    assert found(refused) == [("balancer-at-fault", ("balancer",))]


def test_other_machine_behind_ssh_is_the_inventorys_fault() -> None:
    other = fail("NODE-1", "node-3", "node.other-engine", "node:node-3")
    blind = unseen("CTR-1", C, "docker.other-engine", "node:node-3")
    assert found(other, blind) == [("wrong-host-behind-ssh", ("node:node-3",))]


def test_nothing_that_answers_is_this_machines_network() -> None:
    ids = (A, B, C)
    silent = [fail("PING-1", each, "ping.no-route", f"replica:{each}") for each in ids]
    rest = [unseen("STATUS-1", each, "http.no-route", f"replica:{each}") for each in ids]
    own_file = well("TLS-3", "rethinkdb-client", "inventory:rethinkdb")
    assert [each.id for each in find_causes(header(), [*silent, *rest, own_file])] == ["this-machine-cut-off"]
    answers = well("MKE-1", "mke.example.org")
    assert "this-machine-cut-off" not in {each.id for each in find_causes(header(), [*silent, *rest, answers])}


def test_limit_of_the_run_is_its_own() -> None:
    assert found(unseen("STATUS-9", "cluster", "run.time-limit", "this-machine")) == [("own-limit", ("this-machine",))]


@pytest.mark.parametrize(
    ("end", "remedy"), [("refused", "port-path"), ("no-handshake", "port-path"), ("unresolved", "unreached-address")]
)
def test_closed_port_of_a_database_is_no_wrong_address(end: str, remedy: str) -> None:
    """The address was found, and something closes the way to its port; a name may be wrong."""
    (cause,) = diagnose(fail("RDB-1", C, f"rdb.{end}", f"database:{C}"))
    assert (cause.id, cause.remedy) == ("not-reachable-from-here", remedy)


def test_what_was_to_be_asked_of_a_wrong_address_follows_and_nothing_else() -> None:
    """By its subject or by what it is about; what is not known of others is a cause of its own."""
    own = swapped("replica", "ident.another-replica", "IDENT-1", (C, B))
    at = unseen("TLS-1", C, "run.another-replica", "certificate:msr.example.org")
    about = unseen("STATUS-9", "cluster", "run.another-replica", f"database:{C}")
    wrong = [("wrong-address-in-inventory", (f"replica:{C}",))]
    assert found(*own, at, about) == wrong
    for other in (
        unseen("STATUS-5", A, "status.health-not-reported", f"replica:{A}"),
        unseen("STATUS-14", "cluster", "status.not-told", "cluster"),
    ):
        assert len(found(*own, other)) == 2


def test_other_machine_behind_ssh_takes_what_is_not_seen_of_its_node_alone() -> None:
    """Pairs with it are not judged, and it is the same engine twice; a fault that was seen there stands for itself."""
    other = fail("NODE-1", "node-3", "node.other-engine", "node:node-3")
    pair = unseen("NET-3", "node-1:node-3", "run.other-engine", "link:node-1>node-3")
    twice = fail("NET-1", "cluster", "net.one-engine", "node:node-2", "node:node-3")
    assert found(other, pair) == [("wrong-host-behind-ssh", ("node:node-3",))]
    assert found(other, twice) == [("wrong-host-behind-ssh", ("node:node-3",))]
    left = warn("CTR-7", "node-3", "ctr.test-helper", "node:node-3")
    away = unseen("NET-3", "node-1:node-2", "run.not-measured", "link:node-1>node-2")
    assert len(found(other, left)) == 2
    assert len(found(other, away)) == 2


def test_what_was_to_be_asked_at_a_replica_out_of_reach_follows() -> None:
    """Also where it is about something else than the replica; not what was to be asked at another one."""
    here = unseen("TLS-1", C, "run.no-connection", "certificate:msr.example.org")
    there = unseen("TLS-1", A, "run.no-connection", "certificate:msr.example.org")
    assert found(SILENT, *FRESH, here) == REPLICA
    assert len(found(SILENT, *FRESH, there)) == 2


@pytest.mark.parametrize(("named", "well_seen"), [(C, False), (A, True)])
def test_database_that_an_issue_names_is_not_merely_out_of_reach(named: str, well_seen: bool) -> None:
    """RethinkDB says something against it, though it is connected; what is said of another one tells nothing."""
    issue = fail("STATUS-3", f"{A}:log_write_error", "status.log-write-error", f"database:{named}")
    assert (("not-reachable-from-here", (f"database:{C}",)) in found(CLOSED, issue)) is well_seen
