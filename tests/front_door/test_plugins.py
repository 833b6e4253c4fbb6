"""Plugins that are off, and others that are installed: exit code and reports stay the same."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.front_door import taking
from tests.front_door.page import Page
from tests.front_door.staging import inventory_with, scene
from tests.suite import Outcome, Suite

ALL = {"facts.json", "junit.xml", "report.html", "results.jsonl"}
PING = ("-k", "answers_ping")


def assert_judged(outcome: Outcome, files: set[str]) -> None:
    """PING-1 failed at one replica and passed at the others; these files are there, and whole."""
    assert outcome.code == 1, outcome.output
    assert "INTERNALERROR" not in outcome.output
    assert "Traceback" not in outcome.output
    assert sorted(set(outcome.verdicts.values())) == ["FAIL", "PASS"]
    assert {each.name for each in outcome.reports.iterdir()} == files
    assert "1 condition failed" in Page(outcome.reports / "report.html").text
    if "junit.xml" in files:
        assert ElementTree.parse(outcome.reports / "junit.xml").find(".//failure") is not None


@pytest.mark.parametrize(
    ("off", "missing"),
    [
        (("terminal",), set()),
        (("html",), set()),
        (("metadata",), set()),
        (("html", "metadata", "terminal"), set()),
        (("junitxml",), {"junit.xml"}),
        (("logging", "warnings", "faulthandler", "cacheprovider"), set()),
    ],
    ids=" ".join,
)
def test_a_plugin_of_pytest_that_is_off(tmp_path: Path, suite: Suite, off: tuple[str, ...], missing: set[str]) -> None:
    with scene("ping-unhealthy", tmp_path) as cluster:
        switches = [word for name in off for word in ("-p", f"no:{name}")]
        inventory = inventory_with(cluster, require=["PING-1"])
        outcome = suite.run(f"--inventory={inventory}", "-W", "error", *switches, "-k", "test_replica_answers_ping")
    assert_judged(outcome, ALL - missing)
    told = outcome.output if "terminal" not in off else "junit.xml"
    assert ("junit.xml" in told) == (not missing)


def test_without_the_plugins_that_are_installed(tmp_path: Path) -> None:
    suite = Suite(tmp_path / "reports", {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    with scene("ping-unhealthy", tmp_path) as cluster:
        inventory = inventory_with(cluster, require=["PING-1"])
        outcome = suite.run(f"--inventory={inventory}", "-W", "error", "-k", "test_replica_answers_ping")
    assert_judged(outcome, ALL)


@pytest.mark.parametrize(
    "spelling",
    [
        ("-n", "2"),
        ("-n", "auto"),
        ("--numprocesses=1",),
        ("--dist", "load", "--tx", "2*popen"),
        ("--dist=each", "--tx=popen"),
        ("-d", "--tx", "2*popen"),
        ("-f",),
        ("--looponfail",),
    ],
    ids=" ".join,
)
def test_however_it_is_spelled_the_checks_are_not_distributed(tmp_path: Path, spelling: tuple[str, ...]) -> None:
    suite = Suite(tmp_path / "reports", {"PYTEST_ADDOPTS": "-p no:hypothesispytest"})
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *spelling, *PING)
        assert cluster.requests == []
    assert outcome.code == 4, outcome.output
    assert "all probes already run at the same time: remove -n" in outcome.output


def test_another_plugin_may_have_taken_the_name_of_the_inventory(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        inventory = inventory_with(cluster, require=[])
        ours = suite.run(taking.PLUGIN, f"--msr-inventory={inventory}", *PING)
        theirs = suite.run(taking.PLUGIN, f"--inventory={inventory}", *PING)
    assert ours.code == 0, ours.output
    assert set(ours.verdicts.values()) == {"PASS"}
    assert theirs.code == 4, theirs.output
    assert "another plugin has taken --inventory: write --msr-inventory=FILE" in theirs.output


def test_the_inventory_always_has_a_name_of_its_own(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--msr-inventory={inventory_with(cluster, require=[])}", *PING)
    assert outcome.code == 0, outcome.output
