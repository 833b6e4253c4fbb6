"""What may be offered, with which commands, and what is named without them."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.diagnosis.actions import Action, actions_of, highest, next_action
from reports.diagnosis.case import Case
from reports.diagnosis.preconditions import standing
from reports.diagnosis.standing import Standing
from reports.diagnosis.targets import COMPONENTS, targets
from reports.ladder import RUNGS, rungs
from reports.records import Result, VerdictWord
from tests.long import examples
from tests.reports.diagnosis.recovery import (
    EVERY_RUNG,
    HEALTHY,
    NODES,
    A,
    B,
    C,
    but,
    case_of,
    cause_of,
    gone,
    judged,
    missed,
    stopped,
)


def found(case: Case, *things: str, kind: str = "made-up", ladder: tuple[str, ...] = EVERY_RUNG) -> dict[str, Action]:
    cause = cause_of(case, *things, kind=kind, ladder=ladder)
    return {each.rung: each for each in actions_of(case, [cause], cause)}


def offered(actions: dict[str, Action]) -> list[str]:
    return [name for name, each in actions.items() if each.offered and each.changes]


def run(action: Action) -> list[tuple[str, str]]:
    return [(each.where, each.run) for each in action.commands]


HUNG = judged("TOKEN-1", f"admin:global:{C}", "FAIL", f"token-service:{C}", reason="token.timeout")


def test_a_stopped_container_is_started_by_its_whole_name() -> None:
    actions = found(case_of(but(*stopped(C, "registry"))), f"container:registry-{C}")
    assert run(actions["start"]) == [("node-3", f"docker start dtr-registry-{C}")]
    assert next_action([*actions.values()]) == actions["start"]


def test_what_comes_first_comes_first_and_changes_nothing() -> None:
    actions = found(case_of(but(*stopped(C, "registry"))), f"container:registry-{C}", ladder=("start",))
    assert list(actions) == ["save-first", "repair-first", "start"]
    assert not actions["save-first"].changes
    assert any(f"dtr-ca-{C}" in each.run for each in actions["save-first"].commands)


def test_the_stopped_databases_of_a_lost_majority_are_started_before_all_else() -> None:
    down = (*stopped(B, "rethinkdb", "api"), *stopped(C, "rethinkdb"))
    actions = found(case_of(but(*down, *missed(B, C))), f"replica:{B}", f"replica:{C}")
    assert run(actions["start"]) == [
        ("node-2", f"docker start dtr-rethinkdb-{B}"),
        ("node-3", f"docker start dtr-rethinkdb-{C}"),
        ("node-2", f"docker start dtr-api-{B}"),
    ]
    assert highest([*actions.values()]) == "start"


def test_a_paused_container_is_resumed() -> None:
    paused = judged("CTR-2", f"{C}:api", "FAIL", f"container:api-{C}", reason="ctr.paused")
    actions = found(case_of(but(paused)), f"container:api-{C}")
    assert run(actions["start"]) == [("node-3", f"docker unpause dtr-api-{C}")]


def test_a_hung_container_is_restarted_alone() -> None:
    actions = found(case_of(but(HUNG)), f"token-service:{C}", ladder=("restart-container",))
    assert run(actions["restart-container"]) == [("node-3", f"docker restart dtr-garant-{C}")]


def test_what_all_replicas_show_alike_restarts_none() -> None:
    all_of_them = [
        judged("TOKEN-1", f"admin:global:{each}", "FAIL", f"token-service:{each}", reason="token.timeout")
        for each in (A, B, C)
    ]
    actions = found(case_of(but(*all_of_them)), *(f"token-service:{each}" for each in (A, B, C)))
    assert offered(actions) == []
    assert highest([*actions.values()]) == "repair-first"


def test_one_replica_at_a_time_is_restarted() -> None:
    two = [judged("PING-1", each, "FAIL", f"replica:{each}", reason="ping.unhealthy", seen=503) for each in (B, C)]
    actions = found(case_of(but(*two)), f"replica:{B}", f"replica:{C}", ladder=("restart-replica",))
    commands = run(actions["restart-replica"])
    assert commands[0] == ("node-2", f"docker restart dtr-rethinkdb-{B}")
    assert not any(C in command for _, command in commands)


def test_a_replica_that_is_only_silent_from_here_is_not_restarted() -> None:
    silent = judged("PING-1", C, "FAIL", f"replica:{C}", reason="ping.refused")
    ladder = ("restart-container", "restart-replica", "remove-join")
    assert offered(found(case_of(but(silent)), f"replica:{C}", ladder=ladder)) == []


def test_a_hung_engine_is_restarted_where_its_node_can_be_spared() -> None:
    hung = judged("NODE-1", "node-3", "FAIL", "node:node-3", reason="node.hangs")
    mute = (
        judged("PING-1", C, "FAIL", f"replica:{C}", reason="ping.timeout"),
        judged("PING-2", "msr.example.org", "PASS", "balancer", seen={A: 3, B: 3}),
    )
    actions = found(case_of(but(hung, *mute)), "node:node-3", ladder=("restart-engine",))
    assert run(actions["restart-engine"]) == [("node-3", "sudo systemctl restart docker")]
    seen = {"managers": 3, "reachable": 2, "quorum": 2}
    less = judged("NODE-6", "cluster", "FAIL", "node:node-2", reason="node.manager-unreachable", seen=seen)
    # Its own engine answers, so that it may be one of the two.
    half = judged("CTR-1", f"{C}:api", "FAIL", f"container:api-{C}", reason="ctr.exited")
    assert offered(found(case_of(but(half, *mute, less)), "node:node-3", ladder=("restart-engine",))) == []


@pytest.mark.parametrize(
    ("node", "ping"),
    [
        ("node-3", judged("PING-1", C, "PASS", f"replica:{C}")),
        ("node-3", judged("PING-1", C, "FAIL", f"replica:{C}", reason="ping.unhealthy", seen=503)),
        ("node-3", judged("PING-1", C, "SKIPPED", f"replica:{C}")),
        ("node-3", judged("PING-1", C, "FAIL", f"replica:{C}", reason="ping.timeout")),
        ("node-4", judged("PING-1", C, "FAIL", f"replica:{C}", reason="ping.timeout")),
    ],
    ids=["serves", "unhealthy", "not asked", "silent from here alone", "no replica"],
)
def test_a_hung_engine_whose_containers_may_serve_is_not_restarted(node: str, ping: Result) -> None:
    """The restart would stop them, and where containerd hangs none would start again."""
    hung = judged("NODE-1", node, "FAIL", f"node:{node}", reason="node.hangs")
    reached = judged("PING-2", "msr.example.org", "PASS", "balancer", seen={A: 3, B: 3, C: 3})
    for public in ((), (reached,)):
        assert offered(found(case_of(but(hung, ping, *public)), f"node:{node}", ladder=("restart-engine",))) == []


def test_reconfigure_works_through_a_healthy_replica() -> None:
    missing = judged("CTR-1", f"{A}:api", "FAIL", f"container:api-{A}", reason="ctr.missing")
    actions = found(case_of(but(missing)), f"container:api-{A}", ladder=("reconfigure",))
    (command,) = actions["reconfigure"].commands
    assert f"reconfigure --existing-replica-id {B} " in command.run
    assert "registry.mirantis.com/msr/dtr:2.10.4" in command.run
    everything = [replace(missing, subject=f"{A}:{component}") for component in COMPONENTS]
    assert offered(found(case_of(but(*everything)), f"replica:{A}", ladder=("reconfigure",))) == []


def test_a_replica_is_replaced_only_where_its_node_is_declared_lost() -> None:
    case = case_of(but(*gone(2)))
    actions = found(case, "node:node-3", ladder=("remove-join",))
    assert offered(actions) == []
    assert not actions["remove-join"].commands
    assert any("--declare lost=node-3" in each.show for each in actions["remove-join"].unmet)

    declared = found(case_of(but(*gone(2)), "node-3"), "node:node-3", ladder=("repair-first",))
    commands = [each.run for each in declared["remove-join"].commands]
    assert f"remove --existing-replica-id {A} --replica-ids {C} " in commands[0]
    assert f"join --existing-replica-id {A} --ucp-node <name of the new node>" in commands[2]
    assert "--replica-https-port 443" in commands[2]
    assert "<address of an MKE node>" in commands[2]


def test_a_declared_node_that_responds_is_not_lost() -> None:
    back = judged("NODE-1", "node-3", "PASS", "node:node-3")
    assert offered(found(case_of(but(*gone(2), back), "node-3"), "node:node-3")) == []


def test_nothing_is_removed_while_another_replica_is_ill() -> None:
    ill = judged("TOKEN-1", f"admin:global:{B}", "FAIL", f"token-service:{B}", reason="token.server-error")
    assert offered(found(case_of(but(*gone(2), ill), "node-3"), "node:node-3")) == []


def test_emergency_repair_needs_every_lost_database_to_be_given_up() -> None:
    lost = but(*gone(1), *gone(2), *missed(B, C))
    things = (f"database:{B}", f"database:{C}")
    assert offered(found(case_of(lost), *things)) == []
    assert offered(found(case_of(lost, "node-3"), *things)) == []
    both = found(case_of(lost, "node-2", "node-3"), *things)
    assert offered(both) == ["emergency-repair"]
    assert any(f"emergency-repair --existing-replica-id {A} " in each.run for each in both["emergency-repair"].commands)
    assert both["emergency-repair"].commands[0].where == "node-1"


@pytest.mark.parametrize("kind", ["disk-full", "node-drained", "clock-off", "swarm-leaderless"])
def test_what_lies_beneath_comes_first(kind: str) -> None:
    case = case_of(but(*stopped(C, "registry")))
    cause = cause_of(case, f"container:registry-{C}")
    at = "swarm" if kind == "swarm-leaderless" else "node:node-3"
    lower = cause_of(case, at, kind=kind, ladder=("repair-first",))
    actions = {each.rung: each for each in actions_of(case, [lower, cause], cause)}
    assert not actions["start"].offered
    assert not actions["start"].commands
    assert any(each.found and each.needs.startswith("nothing beneath") for each in actions["start"].unmet)
    elsewhere = cause_of(case, "node:node-1", kind="disk-full", ladder=("repair-first",))
    assert next(e for e in actions_of(case, [elsewhere, cause], cause) if e.rung == "start").offered


def test_commands_are_whole_for_a_shell() -> None:
    lost = case_of(but(*gone(1), *gone(2), *missed(B, C)), "node-2", "node-3")
    for case in (lost, case_of(but(*stopped(C, "registry")))):
        for action in found(case, f"container:rethinkdb-{C}").values():
            for command in action.commands:
                shlex.split(command.run)


# -- over random mixes of verdicts

FAULTS = (
    *stopped(C, "rethinkdb", "api"),
    *missed(C),
    *gone(2),
    HUNG,
    judged("CTR-2", f"{C}:nginx", "FAIL", f"container:nginx-{C}", reason="ctr.unhealthy"),
    judged("CTR-2", f"{C}:rethinkdb", "FAIL", f"container:rethinkdb-{C}", reason="ctr.unhealthy"),
    judged("CTR-1", f"{C}:garant", "FAIL", f"container:garant-{C}", reason="ctr.missing"),
    judged("NODE-2", "node-3:_var_lib_docker", "FAIL", "node:node-3", reason="node.disk-short"),
    judged("CTR-7", "node-2", "FAIL", "container:dtr-phase2", reason="ctr.join-failed", seen=["dtr-phase2"]),
    judged("PING-1", B, "FAIL", f"replica:{B}", reason="ping.unhealthy", seen=503),
)
THINGS = (f"database:{C}", f"container:api-{C}", f"replica:{C}", f"token-service:{C}", "node:node-3", f"replica:{B}")


SOME = st.lists(st.integers(0, len(FAULTS) - 1), max_size=8, unique=True)


def unseen(result: Result) -> Result:
    return replace(result, verdict=VerdictWord.UNKNOWN, reason="run.not-queried", measured=None)


@settings(deadline=None, max_examples=examples(60))
@given(SOME, st.sampled_from(THINGS), st.booleans(), st.data())
def test_less_evidence_never_opens_a_rung(faults: list[int], thing: str, lost: bool, data: st.DataObject) -> None:
    """Whatever the run no longer sees, a pass or a failure: for the same causes no rung is added.

    Where a failure disappears its cause may, too: of that the rules of the causes must hold.
    """
    whole = but(*(FAULTS[each] for each in faults))
    nodes = ("node-3",) if lost else ()
    case = case_of(whole, *nodes)
    cause = cause_of(case, thing)
    numbers = data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4))
    hidden = [whole[number] for number in numbers]
    less = case_of([unseen(each) if each in hidden else each for each in whole], *nodes)
    kept = replace(cause, shown_by=tuple(unseen(each) if each in hidden else each for each in cause.shown_by))
    before = {each.rung for each in actions_of(case, [cause], cause) if each.offered}
    after = {each.rung for each in actions_of(less, [kept], kept) if each.offered}
    assert after <= before


@settings(deadline=None, max_examples=examples(60))
@given(SOME, st.sampled_from(THINGS), st.booleans())
def test_what_a_rung_needs_holds_wherever_it_is_offered(faults: list[int], thing: str, lost: bool) -> None:
    case = case_of(but(*(FAULTS[each] for each in faults)), *(("node-3",) if lost else ()))
    cause = cause_of(case, thing)
    for action in actions_of(case, [cause], cause):
        needs = rungs()[action.rung].needs
        met = [
            each
            for each in targets(case, action.rung, cause)
            if all(standing(name, case, [cause], cause, each) is Standing.MET for name in needs)
        ]
        assert met or not action.offered
        assert bool(action.commands) is action.offered or action.rung == "repair-first"
        assert action.offered or action.unmet


@settings(deadline=None, max_examples=examples(60))
@given(SOME, st.sampled_from(THINGS), st.data())
def test_a_fault_that_is_gone_never_makes_the_advice_more_destructive(
    faults: list[int], thing: str, data: st.DataObject
) -> None:
    """A condition that passes again at the thing asked about: what is offered does not climb to giving up data.

    A pass elsewhere may be what a milder rung needs, so only the rungs that give up data are compared.
    """
    worst = {"remove-join", "emergency-repair", "restore"}
    whole = but(*(FAULTS[each] for each in faults))
    case = case_of(whole, "node-3")
    cause = cause_of(case, thing)
    passes = [e for e in HEALTHY if {C, "node-3"} & set(e.subject.split(":"))]
    again = passes[data.draw(st.integers(0, len(passes) - 1))]
    well = case_of(but(again, of=whole), "node-3")
    before = {e.rung for e in actions_of(case, [cause], cause) if e.offered} & worst
    after = {e.rung for e in actions_of(well, [cause], cause) if e.offered} & worst
    if again.condition not in ("STATUS-6", "IDENT-1", "VERSION-1", "CTR-3"):
        assert after <= before


def test_one_action_at_a_time() -> None:
    actions = found(case_of(but(*stopped(C, "rethinkdb"), *missed(C))), f"database:{C}")
    assert offered(actions) == ["start"]
    assert not actions["restart-engine"].commands


def test_a_drastic_rung_does_not_take_the_place_of_one_that_was_not_shown() -> None:
    blind = but(unseen(next(e for e in HEALTHY if e.condition == "CTR-5" and e.subject == C)), *stopped(C, "rethinkdb"))
    assert offered(found(case_of(blind), f"database:{C}")) == []


def test_the_rungs_are_in_the_order_of_the_ladder() -> None:
    case = case_of(HEALTHY)
    names = list(found(case, f"replica:{C}"))
    assert names == [name for name in RUNGS if name in names]
    assert set(NODES) == set(case.header.nodes)
