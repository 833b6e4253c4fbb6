"""Each precondition: met by what a run shows, unmet by the contrary, and not shown where nothing was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.diagnosis.beneath import BENEATH
from reports.diagnosis.engine import KINDS
from reports.diagnosis.preconditions import PRECONDITIONS, standing
from reports.diagnosis.standing import Standing
from reports.ladder import preconditions
from reports.records import Result, VerdictWord
from tests.reports.diagnosis.recovery import HEALTHY, A, B, C, but, case_of, cause_of, gone, judged, missed
from tests.reports.samples import TABLES

REGISTRY = f"container:registry-{C}"
PHASE2 = judged("CTR-7", "node-3", "PASS", "container:dtr-phase2", seen=["dtr-phase2"])
APART = judged("STATUS-12", TABLES[0], "FAIL", reason="status.table-no-primary", measured="reported")

# Precondition, thing, the condition that shows it, and what shows the contrary; all are met in a healthy run.
CASES: list[tuple[str, str, str, Result]] = [
    ("node-ready", REGISTRY, "NODE-1", judged("NODE-1", "node-3", "WARN", "node:node-3", reason="node.paused")),
    (
        "disk-has-space",
        REGISTRY,
        "NODE-2",
        judged("NODE-2", "node-3:_var_lib_docker", "FAIL", reason="node.disk-short"),
    ),
    ("network-attaches", REGISTRY, "NET-1", judged("NET-1", "node-3", "FAIL", reason="net.not-attached")),
    ("container-runs", REGISTRY, "CTR-1", judged("CTR-1", f"{C}:registry", "FAIL", reason="ctr.exited")),
    ("container-runs", REGISTRY, "CTR-1", judged("CTR-1", f"{C}:rethinkdb", "FAIL", reason="ctr.exited")),
    ("container-runs", REGISTRY, "CTR-2", judged("CTR-2", f"{C}:registry", "FAIL", reason="ctr.restarting")),
    ("containers-exist", f"replica:{C}", "CTR-1", judged("CTR-1", f"{C}:api", "FAIL", reason="ctr.missing")),
    ("volumes-there", REGISTRY, "CTR-5", judged("CTR-5", C, "FAIL", reason="ctr.volume-missing")),
    ("no-setup-on-node", REGISTRY, "CTR-7", PHASE2),
    ("no-setup-anywhere", f"replica:{A}", "CTR-7", PHASE2),
    ("no-setup-elsewhere", "node:node-1", "CTR-7", PHASE2),
    ("majority-without-it", f"database:{C}", "STATUS-12", APART),
    ("tables-live-without-it", f"replica:{C}", "STATUS-12", APART),
    ("others-not-restarting", f"replica:{C}", "CTR-2", judged("CTR-2", f"{A}:api", "WARN", reason="ctr.restarted")),
    ("other-nodes-ready", "node:node-3", "NODE-1", judged("NODE-1", "node-1", "FAIL", reason="node.hangs")),
    (
        "swarm-stands-without-it",
        "node:node-3",
        "NODE-6",
        judged("NODE-6", "cluster", "FAIL", reason="node.quorum-lost"),
    ),
    ("others-serve", "node:node-3", "PING-1", judged("PING-1", A, "FAIL", f"replica:{A}", reason="ping.unhealthy")),
    ("others-whole", f"replica:{C}", "STATUS-5", judged("STATUS-5", A, "FAIL", reason="status.stale-health")),
    ("others-whole", f"replica:{C}", "CTR-1", judged("CTR-1", f"{A}:api", "FAIL", reason="ctr.exited")),
    ("versions-agree", f"replica:{C}", "VERSION-1", judged("VERSION-1", A, "FAIL", reason="version.other")),
    ("swarm-and-mke-well", f"replica:{C}", "MKE-1", judged("MKE-1", "mke.example.org", "FAIL", reason="mke.unhealthy")),
    ("mke-well", f"replica:{C}", "MKE-1", judged("MKE-1", "mke.example.org", "FAIL", reason="mke.unhealthy")),
    ("identity-certain", f"replica:{C}", "IDENT-1", judged("IDENT-1", A, "FAIL", reason="ident.another-replica")),
]


@pytest.mark.parametrize(("name", "thing", "condition", "contrary"), CASES, ids=lambda each: str(each)[:40])
def test_what_is_judged_decides(name: str, thing: str, condition: str, contrary: Result) -> None:
    healthy, against = case_of(HEALTHY), case_of(but(contrary))
    unseen = [
        replace(each, verdict=VerdictWord.UNKNOWN, reason="run.not-queried") if each.condition == condition else each
        for each in HEALTHY
    ]
    blind = case_of(unseen)
    assert standing(name, healthy, [], cause_of(healthy, thing), thing) is Standing.MET
    assert standing(name, against, [], cause_of(against, thing), thing) is Standing.UNMET
    assert standing(name, blind, [], cause_of(blind, thing), thing) is Standing.NOT_SHOWN


def test_what_a_selection_left_out_is_not_shown() -> None:
    case = case_of(HEALTHY, left_out={"NODE-1": ("node-3",)})
    assert standing("node-ready", case, [], cause_of(case, REGISTRY), REGISTRY) is Standing.NOT_SHOWN
    assert standing("node-ready", case, [], cause_of(case, f"replica:{A}"), f"replica:{A}") is Standing.MET


def test_a_disk_that_fills_up_has_space_yet() -> None:
    case = case_of(but(judged("NODE-2", "node-3:_var_lib_docker", "WARN", reason="node.disk-short")))
    assert standing("disk-has-space", case, [], cause_of(case, REGISTRY), REGISTRY) is Standing.MET


def test_votes_are_counted_per_table() -> None:
    def lives(thing: str, *down: str) -> Standing:
        case = case_of(but(*missed(*down)))
        return standing("tables-live-without-it", case, [], cause_of(case, thing), thing)

    assert lives(f"replica:{C}", C) is Standing.MET
    # Two of three are needed, and one is missing already.
    assert lives(f"replica:{B}", C) is Standing.UNMET


def test_a_declaration_holds_for_what_does_not_respond() -> None:
    for case, expected in (
        (case_of(but(*gone(2)), "node-3"), Standing.MET),
        (case_of(but(*gone(2))), Standing.NOT_SHOWN),
        (case_of(HEALTHY, "node-3"), Standing.UNMET),
    ):
        assert standing("node-declared-lost", case, [], cause_of(case, f"replica:{C}"), f"replica:{C}") is expected


def test_texts_and_predicates_are_the_same_set() -> None:
    assert set(PRECONDITIONS) == set(preconditions())


def test_what_lies_beneath_are_kinds_of_causes() -> None:
    assert {kind.id for kind in KINDS} >= BENEATH
