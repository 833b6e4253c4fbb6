"""What does not hold is looked at again: once always, under --wait until it holds, under --stable while it holds."""

from __future__ import annotations

from pathlib import Path

from lab.embedded import faults, reply
from tests.front_door.looks import Looks
from tests.front_door.meanwhile import meanwhile
from tests.front_door.staging import asked_at, inventory_with, scene, staged, state_of
from tests.patience import patient
from tests.suite import Suite

SICK = "Notary unhealthy: DB operational: rethinkdb: connection closed"
PINGS = 3


def test_what_fails_and_then_holds_is_told_as_flapped(suite: Suite, tmp_path: Path) -> None:
    with staged(tmp_path) as cluster:
        bad = state_of(cluster).bad
        bad.ping_error = SICK

        def heal() -> None:
            bad.ping_error = ""

        with meanwhile(lambda: asked_at(cluster, bad.id, "/_ping") >= PINGS, heal):
            inventory = inventory_with(cluster, require=[])
            outcome = suite.run(f"--inventory={inventory}", "-k", "test_replica_answers_ping")
    told = outcome.of("PING-1", bad.id)
    assert told["verdict"] == "WARN"
    assert told["message"] == f"flapped: {SICK}; it recovered by itself"
    assert told["attempts"] == 2
    assert told["recovered_at"] >= told["started"] > outcome.header["started"]
    assert outcome.code == 0, outcome.output
    assert outcome.tripped == {("PING-1", bad.id): "WARN"}
    assert asked_at(cluster, bad.id, "/_ping") == 2 * PINGS
    others = [replica.id for replica in state_of(cluster).replicas[:-1]]
    assert {asked_at(cluster, other, "/_ping") for other in others} == {PINGS}


def test_an_issue_that_is_gone_at_the_second_look_is_told_as_flapped(suite: Suite, tmp_path: Path) -> None:
    with scene("partial-partition", tmp_path) as cluster:
        state = state_of(cluster)

        def heal() -> None:
            state.broken_links.clear()

        paths = "/api/v0/meta/cluster_status"
        with meanwhile(lambda: all(asked_at(cluster, r.id, paths) for r in state.replicas), heal):
            outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "no_issues or connected")
    assert outcome.code == 0, outcome.output
    assert set(outcome.tripped.values()) == {"WARN"}
    for replica in state.replicas:
        told = outcome.of("STATUS-3", f"{replica.id}:non_transitive_error")
        assert told["message"].startswith("flapped: ")
        assert told["attempts"] == 2


def test_wait_looks_until_it_holds(suite: Suite, tmp_path: Path) -> None:
    with scene("registry-502", tmp_path) as cluster:
        bad = state_of(cluster).bad
        # Sick for the first look and the second, sound at the third.
        with meanwhile(lambda: asked_at(cluster, bad.id, "/v2/") >= 2, bad.faults.clear):
            inventory = inventory_with(cluster, require=["REG-1"])
            outcome = suite.run(f"--inventory={inventory}", "-k", "challenges", "--wait=60s", "--fail-on=warning")
    assert outcome.code == 0, outcome.output
    told = outcome.of("REG-1", bad.id)
    assert (told["verdict"], told["reason"]) == ("PASS", None)
    assert told["message"].startswith("recovered during --wait: ")
    assert told["attempts"] == 3
    assert told["recovered_at"] >= told["started"] > outcome.header["started"]
    assert Looks.of(outcome).seconds < patient(20)
    # The saved facts are judged as those of a run that waited.
    again = suite.run(f"--facts={outcome.reports / 'facts.json'}", "-k", "challenges", "--fail-on=warning")
    assert (again.code, again.verdicts) == (0, outcome.verdicts)


def test_an_issue_that_is_gone_under_wait_passes_with_its_time(suite: Suite, tmp_path: Path) -> None:
    with scene("partial-partition", tmp_path) as cluster:
        state, paths = state_of(cluster), "/api/v0/meta/cluster_status"
        with meanwhile(lambda: all(asked_at(cluster, r.id, paths) for r in state.replicas), state.broken_links.clear):
            inventory = inventory_with(cluster, require=[])
            outcome = suite.run(f"--inventory={inventory}", "-k", "no_issues", "--wait=60s", "--fail-on=warning")
    assert (outcome.code, outcome.tripped) == (0, {}), outcome.output
    for replica in state.replicas:
        assert outcome.of("STATUS-3", f"{replica.id}:non_transitive_error")["recovered_at"]


def test_a_log_in_that_was_never_answered_is_tried_again(suite: Suite, tmp_path: Path) -> None:
    with staged(tmp_path) as cluster:
        state = state_of(cluster)
        for replica in state.replicas:
            replica.faults["/auth/token"] = lambda _right: reply.html(503, "503 Service Unavailable")

        def heal() -> None:
            for replica in state.replicas:
                replica.faults.clear()

        with meanwhile(lambda: all(asked_at(cluster, r.id, "/auth/token") for r in state.replicas), heal):
            outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "log_in or no_alert")
    assert outcome.code == 0, outcome.output
    # Who is asked first finds the error; the other one may be asked when it is gone.
    flapped = outcome.tripped
    assert flapped.items() <= {("TOKEN-0", "admin"): "WARN", ("TOKEN-0", "reader:ci"): "WARN"}.items()
    assert flapped
    assert all(outcome.of(*each)["message"].startswith("flapped: ") for each in flapped)


def test_a_log_in_that_waited_for_a_replica_is_tried_once_one_answers(suite: Suite, tmp_path: Path) -> None:
    with staged(tmp_path) as cluster:
        state = state_of(cluster)
        for replica in state.replicas:
            replica.faults["/_ping"] = faults.reset

        def heal() -> None:
            for replica in state.replicas:
                replica.faults.clear()

        with meanwhile(lambda: all(asked_at(cluster, r.id, "/_ping") for r in state.replicas), heal):
            outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "log_in or no_alert")
    assert outcome.code == 0, outcome.output
    assert outcome.tripped == {}


def test_wait_gives_up_at_its_time(suite: Suite, tmp_path: Path) -> None:
    with scene("registry-502", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "challenges", "--wait=5s")
    assert outcome.code == 1, outcome.output
    assert outcome.of("REG-1", state_of(cluster).bad.id)["attempts"] >= 3
    # Three seconds to the short second look, then five; the last look may end a little after.
    assert 7 < Looks.of(outcome).seconds < patient(11)


def test_wait_does_not_wait_when_all_holds(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "challenges", "--wait=60s")
    assert outcome.code == 0, outcome.output
    assert Looks.of(outcome).seconds < patient(3)
    assert {line["attempts"] for line in outcome.results} == {1}


def test_stable_sees_that_it_goes_on_to_hold(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "challenges", "--stable=4s")
    assert outcome.code == 0, outcome.output
    assert set(outcome.verdicts.values()) == {"PASS"}
    assert min(line["attempts"] for line in outcome.results) >= 2
    assert Looks.of(outcome).seconds >= 4


def test_stable_fails_when_it_does_not_go_on_to_hold(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        state = state_of(cluster)

        def fall() -> None:
            state.bad.registry_up = False

        with meanwhile(lambda: all(asked_at(cluster, r.id, "/v2/") for r in state.replicas), fall):
            inventory = inventory_with(cluster, require=[])
            outcome = suite.run(f"--inventory={inventory}", "-k", "challenges", "--stable=4s")
    assert outcome.code == 1, outcome.output
    assert outcome.tripped == {("REG-1", state.bad.id): "FAIL"}
    assert outcome.of("REG-1", state.bad.id)["recovered_at"] is None
