"""What failed last is known to the next run on the cluster: pytest's --lf, --ff, --nf and --sw."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.front_door.staging import inventory_with, scene
from tests.suite import ROOT, Outcome, Suite

CHOSEN = "overrun or in_time or challenges"
QUIET = ("-W", "error")


@pytest.fixture
def name() -> Iterator[str]:
    """A cluster that no other test names."""
    made = f"front-door-{secrets.token_hex(6)}"
    yield made
    shutil.rmtree(ROOT / "reports" / "runs" / made, ignore_errors=True)


@pytest.fixture
def facts(suite: Suite, tmp_path: Path, name: str) -> str:
    """Saved facts on which REG-1 fails at one replica; --lf of their run is known from then on."""
    with scene("registry-502", tmp_path) as cluster:
        inventory = inventory_with(cluster, cluster=name, require=[])
        outcome = suite.run(f"--inventory={inventory}", "-k", CHOSEN, *QUIET)
    assert outcome.code == 1, outcome.output
    return f"--facts={outcome.reports / 'facts.json'}"


def conditions_of(outcome: Outcome) -> list[str]:
    """The conditions, in the order of their checks."""
    return [line["condition"] for line in outcome.results]


def test_lf_checks_again_what_failed_and_is_never_called_healthy(suite: Suite, facts: str, name: str) -> None:
    outcome = suite.run(facts, "--lf", *QUIET)
    assert outcome.code == 1, outcome.output
    assert conditions_of(outcome) == ["REG-1"]
    assert len(outcome.header["left_out"]["REG-1"]) == 2
    listed = suite.run(facts, "--lf", "--collect-only", "-q", *QUIET, reports=False)
    assert listed.output.count("::test_") == 1, listed.output
    cache = ROOT / "reports" / "runs" / name / ".pytest_cache"
    assert (cache / "v" / "cache" / "lastfailed").is_file()


def test_a_partial_run_of_what_failed_is_partial_where_it_holds_now(
    suite: Suite, facts: str, tmp_path: Path, name: str
) -> None:
    with scene("healthy", tmp_path / "sound") as cluster:
        inventory = inventory_with(cluster, cluster=name, require=[])
        outcome = suite.run(f"--inventory={inventory}", "--lf", *QUIET)
    assert (outcome.code, conditions_of(outcome)) == (0, ["REG-1"]), outcome.output
    assert f"{name} PARTIAL: 0 of " in outcome.output
    assert "deselected in part: REG-1" in outcome.output
    assert "HEALTHY" not in outcome.output
    # Nothing failed last: then all are checked.
    assert len(suite.run(facts, "--lf", "-k", CHOSEN, *QUIET).results) == 9


def test_ff_begins_with_what_failed(suite: Suite, facts: str) -> None:
    assert conditions_of(suite.run(facts, "-k", CHOSEN, *QUIET))[0] != "REG-1"
    outcome = suite.run(facts, "--ff", "-k", CHOSEN, *QUIET)
    assert conditions_of(outcome)[0] == "REG-1"
    assert len(outcome.results) == 9


def test_nf_runs_all(suite: Suite, facts: str) -> None:
    outcome = suite.run(facts, "--nf", "-k", CHOSEN, *QUIET)
    assert (outcome.code, len(outcome.results)) == (1, 9), outcome.output


def test_sw_stops_at_what_fails_and_goes_on_there(suite: Suite, facts: str) -> None:
    first = suite.run(facts, "--sw", "-k", CHOSEN, *QUIET)
    assert (first.code, len(first.results)) == (2, 9), first.output
    second = suite.run(facts, "--sw", "-k", CHOSEN, *QUIET)
    assert second.code == 2, second.output
    assert conditions_of(second)[0] == "REG-1"
    assert "FAILED: " in second.output


def test_a_cache_elsewhere_is_left_there(suite: Suite, facts: str, tmp_path: Path) -> None:
    outcome = suite.run(facts, "-k", CHOSEN, "-o", f"cache_dir={tmp_path / 'own'}", *QUIET)
    assert outcome.code == 1, outcome.output
    assert (tmp_path / "own" / "v" / "cache" / "lastfailed").is_file()
