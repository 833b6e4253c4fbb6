"""Saved facts are judged as the cluster was, with no network at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.front_door.conftest import Watched
from tests.front_door.page import Page
from tests.front_door.sharing import Seen
from tests.front_door.staging import scene
from tests.suite import Outcome, Suite


def assert_judged_alike(live: Outcome, offline: Outcome) -> None:
    """The same lines, word for word, and the same exit code."""
    assert offline.header == live.header | {"offline": True}
    for before, after in zip(live.results, offline.results, strict=True):
        # Facts keep a tenth of a millisecond, verdicts a whole one.
        seconds = before["seconds"]
        assert after == before | {"seconds": None if seconds is None else pytest.approx(seconds, abs=0.0011)}
    assert offline.code == live.code, offline.output


@pytest.mark.parametrize("name", ["mke-down", "addresses-swapped", "health-report-late"])
def test_saved_facts_give_the_same_verdicts(watched: Watched, suite: Suite, tmp_path: Path, name: str) -> None:
    with scene(name, tmp_path) as cluster:
        live = suite.run(f"--inventory={cluster.inventory}")
        assert live.tripped
    offline = watched.run(f"--facts={live.reports / 'facts.json'}")
    assert_judged_alike(live, offline)
    assert watched.network == []


def test_facts_of_a_run_of_many_verdicts_are_judged_alike_and_say_that_nobody_was_asked(
    watched: Watched, faulty: Seen
) -> None:
    offline = watched.run(f"--facts={faulty.outcome.reports / 'facts.json'}")
    assert_judged_alike(faulty.outcome, offline)
    assert watched.network == []
    assert "[OFFLINE]" in offline.output
    assert "OFFLINE Saved facts were judged again" in Page(offline.reports / "report.html").text


def test_saved_facts_may_be_judged_by_another_version_and_another_severity(suite: Suite, healthy: Seen) -> None:
    facts = f"--facts={healthy.outcome.reports / 'facts.json'}"
    outcome = suite.run(facts, "--expect-version=2.9.4")
    assert outcome.code == 1
    assert {key for key in outcome.tripped if key[0] != "VERSION-1"} == set()
    assert len(outcome.tripped) == 3


def _without_looks(facts: dict[str, Any]) -> None:
    facts["observations"] = None


def _of_a_newer_release(facts: dict[str, Any]) -> None:
    facts["schema"] = 99


def _with_a_probe_that_nobody_knows(facts: dict[str, Any]) -> None:
    facts["observations"][0]["probe"] = "crystal_ball"


def _with_a_broken_fact(facts: dict[str, Any]) -> None:
    for look in facts["observations"]:
        look["fact"] = look["fact"] and {"asked_at": "yesterday"}


@pytest.mark.parametrize(
    "spoil", [_without_looks, _of_a_newer_release, _with_a_probe_that_nobody_knows, _with_a_broken_fact]
)
def test_facts_that_are_none_are_refused(suite: Suite, healthy: Seen, tmp_path: Path, spoil: Any) -> None:
    facts = json.loads((healthy.outcome.reports / "facts.json").read_text())
    spoil(facts)
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts))
    outcome = suite.run(f"--facts={path}")
    assert outcome.code == 4, outcome.output
    assert str(path) in outcome.output
    assert "Traceback" not in outcome.output
