"""Who cannot do what: everybody, some, or nobody; and whether that was tried."""

from __future__ import annotations

from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.diagnosis.finding import Finding, Harm, Kind
from reports.diagnosis.impact import Impact, impact_of, impact_text, tried_text
from reports.records import Result
from tests.reports.samples import IDS, header, healthy, verdict

A, B, C = IDS[:3]
USERS = "msr.example.org"


def cause(harm: Harm, *shown_by: Result, things: tuple[str, ...]) -> Cause:
    kind = Kind("made-up", "{things} {is} broken", "", (harm,), (), lambda _: iter([Finding((), ())]))
    return Cause(kind, things, shown_by, harms=(harm,))


def impact(harm: Harm, results: list[Result], *things: str, shown_by: Result | None = None) -> Impact:
    own = shown_by or verdict("STATUS-4", f"{A}:{A}", "FAIL", "ill")
    (found,) = impact_of(Case(header(), results), cause(harm, own, things=things))
    return found


def through_balancer(*replicas: str) -> list[Result]:
    return [verdict("PING-2", USERS, seen=dict.fromkeys(replicas, 2))]


def test_a_fault_of_the_cluster_is_everybody_s() -> None:
    assert impact(Harm.PUSH, through_balancer(A, B, C), "cluster").whom == ""
    assert impact(Harm.PUSH, through_balancer(A, B, C), *(f"replica:{each}" for each in (A, B, C))).whom == ""


def test_tables_that_are_not_served_are_everybody_s_whichever_replica_is_at_fault() -> None:
    unserved = verdict("STATUS-11", "dtr2.tags", "FAIL", "no writes", reason="status.table-no-writes")
    results = [*through_balancer(A, B, C), unserved]
    assert impact(Harm.PUSH, results, f"database:{A}", shown_by=unserved).whom == ""


def test_behind_the_balancer_one_replica_is_a_third_of_the_users() -> None:
    assert impact(Harm.PULL, through_balancer(A, B, C), f"container:registry-{A}").whom == "about 1 in 3 users"


def test_whom_the_balancer_leaves_out_is_used_by_nobody_else() -> None:
    assert impact(Harm.PULL, through_balancer(B, C), f"replica:{A}").whom == f"users of {A} itself"


def test_without_a_balancer_the_replica_is_named() -> None:
    assert impact(Harm.PULL, [], f"replica:{A}").whom == f"users of 1 replica ({A})"


def test_a_node_stands_for_its_replica() -> None:
    assert impact(Harm.PULL, through_balancer(A, B, C), "node:node-2").whom == "about 1 in 3 users"


def test_what_was_tried_and_failed_is_measured() -> None:
    refused = verdict("REG-1", A, "FAIL", "502")
    assert impact(Harm.PULL, [refused], f"replica:{A}", shown_by=refused).basis == "measured"


def test_what_was_tried_elsewhere_or_never_is_inferred() -> None:
    assert impact(Harm.PULL, [verdict("REG-1", B)], f"replica:{A}").basis == "inferred"
    assert impact(Harm.PUSH, healthy(), f"replica:{A}").basis == "inferred"


def test_what_could_be_tried_and_was_not_is_not_tested() -> None:
    unseen = verdict("REG-1", A, "UNKNOWN", "no time")
    assert impact(Harm.PULL, [unseen], f"replica:{A}").basis == "not tested"


def test_the_text_has_the_gravest_first_and_says_once_what_many_causes_say() -> None:
    many = [Impact(Harm.AUDIT_LOG, "", "measured"), *[Impact(Harm.PULL, "", "measured")] * 2]
    threat = Impact(Harm.NEXT_FAILURE, "", "inferred")
    text = "nobody can pull or read audit logs (measured); the next failure can be an outage (inferred)"
    assert impact_text([threat, *many]) == text


def test_what_nobody_notices_is_said_only_where_there_is_nothing_else() -> None:
    quiet = Impact(Harm.UNNOTICED, "", "inferred")
    assert impact_text([quiet]) == "users notice nothing yet (inferred)"
    assert "notice" not in impact_text([quiet, Impact(Harm.PUSH, "", "inferred")])
    assert impact_text([]) == "not known"


def test_all_well_says_what_was_tried_and_what_never_is() -> None:
    assert tried_text(Case(header(), healthy())) == (
        "tested: the log-in of 2 accounts, /v2/ of 3 replicas; pull, push, delete and sign are never tried"
    )
    nothing = "tested: nothing that users do; pull, push, delete and sign are never tried"
    assert tried_text(Case(header(), [])) == nothing
