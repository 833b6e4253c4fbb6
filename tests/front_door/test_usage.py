"""What is typed wrong is told before anything is asked: exit 4, and what to type instead."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab import embedded
from tests.front_door.conftest import Watched
from tests.front_door.staging import scene
from tests.suite import ROOT, Outcome, Suite


def assert_refused(outcome: Outcome, *told: str) -> None:
    """Exit 4 with these words, and neither a traceback nor a verdict."""
    assert outcome.code == 4, outcome.output
    assert [word for word in told if word not in outcome.output] == [], outcome.output
    assert "Traceback" not in outcome.output
    assert "INTERNALERROR" not in outcome.output
    assert not re.search(r"\d+ passed", outcome.output)


def test_without_a_cluster_it_says_what_to_type_and_never_runs_the_demo(watched: Watched) -> None:
    outcome = watched.run(reports=False)
    assert_refused(outcome, "--inventory=FILE", "--demo", "--facts=FILE")
    assert "DEMO" not in outcome.output
    assert watched.network == []


def test_listing_the_checks_needs_no_inventory(watched: Watched) -> None:
    outcome = watched.run("--collect-only", "-q", reports=False)
    assert outcome.code == 0, outcome.output
    assert "checks/test_endpoints.py::test_replica_answers_ping\n" in outcome.output
    assert watched.network == []


def test_listing_the_checks_of_an_inventory_asks_nobody_and_needs_no_secrets(watched: Watched, tmp_path: Path) -> None:
    inventory = tmp_path / "prod.yaml"
    inventory.write_text(
        "url: https://msr.example.org\n"
        "accounts: {admin: {username: admin, password: env:NOT_SET_ANYWHERE}}\n"
        "replicas: [{id: f2277ad178f7, address: 127.0.0.1}]\n"
    )
    outcome = watched.run("--collect-only", "-q", f"--inventory={inventory}")
    assert outcome.code == 0, outcome.output
    assert "checks/test_endpoints.py::test_replica_answers_ping[f2277ad178f7]\n" in outcome.output
    assert not outcome.reports.exists()
    assert watched.network == []


def test_the_suites_own_tests_need_no_cluster(watched: Watched) -> None:
    listed = watched.run("tests/front_door", "--collect-only", "-q", reports=False)
    assert listed.code == 0, listed.output
    first = min((ROOT / "tests" / "reports").glob("test_*.py"))
    run = watched.run(str(first), "-q", reports=False)
    assert re.search(r"\d+ passed", run.output), run.output
    assert watched.network == []


def test_a_scene_that_is_none_is_refused_with_the_list(suite: Suite) -> None:
    assert_refused(suite.run("--demo=nonsense"), "nonsense", *embedded.scenes())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--inventory=prod.yaml", "--demo"), ("--inventory", "--demo", "cannot be used together")),
        (("--demo", "--facts=facts.json"), ("--demo", "--facts", "cannot be used together")),
        (("--demo", "--fail-on=everything"), ("--fail-on", "critical", "warning")),
        (("--demo", "--wait=soon"), ("--wait", "'soon'", "90s, 10m, 2h")),
        (("--demo", "--since=2126-11-23T14:00:00Z"), ("--since", "is in the future")),
        (("--demo", "--stable=-5"), ("--stable", "'-5'", "90s, 10m, 2h")),
        (("--demo", "--since=yesterday"), ("--since", "'yesterday'", "30m (ago), or a time such as 2026")),
        (("--demo", "--since=2026-11-23T14:00:00"), ("--since", "no time zone", "2026-11-23T14:00:00Z")),
        (("--demo", "--only-new"), ("--only-new needs --baseline",)),
        (("--demo", "--baseline=/nowhere/run-1"), ("--baseline", "/nowhere/run-1")),
        (("--facts=/nowhere/facts.json",), ("/nowhere/facts.json", "cannot be read")),
        (("--facts=/dev/null", "--wait=10s"), ("--wait", "--facts")),
        (("--facts=tox.ini",), ("tox.ini", "is not JSON")),
    ],
    ids=lambda value: " ".join(value) if value[0].startswith("--") else "",
)
def test_options_that_make_no_sense_are_refused(
    watched: Watched, arguments: tuple[str, ...], told: tuple[str, ...]
) -> None:
    assert_refused(watched.run(*arguments), *told)
    assert not any(line.startswith("connect") for line in watched.network)


def test_a_report_directory_that_cannot_be_written_is_refused(suite: Suite, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", f"--report-dir={tmp_path / 'taken'}", reports=False)
        assert_refused(outcome, "--report-dir", str(tmp_path / "taken"))
        assert cluster.requests == []


def test_a_report_directory_without_a_name_is_refused(suite: Suite) -> None:
    assert_refused(suite.run("--demo", "--report-dir=", reports=False), "--report-dir", "is a variable empty?")


def test_a_selection_of_nothing_is_exit_5_and_asks_nothing(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "-k", "no_check_has_this_name")
        assert outcome.code == 5, outcome.output
        assert cluster.requests == []


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--expect-version=v2.8.2", "'v2.8.2' is not a version in three parts, such as 2.10.4"),
        ("--expect-version=2.8", "'2.8' is not a version in three parts, such as 2.10.4"),
        ("--time-limit=0", "'0' leaves no time to check anything"),
        ("--baseline=", "is a variable empty?"),
        ("--facts=", "is a variable empty?"),
    ],
)
def test_an_option_is_validated_as_the_inventory_is(watched: Watched, option: str, why: str) -> None:
    assert_refused(watched.run("--demo", option, reports=False), option.partition("=")[0], why)
    assert watched.network == []
