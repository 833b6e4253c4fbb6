"""However pytest ends, exit code, headline, JUnit and results.jsonl say the same: all that was judged."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab.embedded import faults
from lab.embedded.state import Cluster
from tests.front_door import ending
from tests.front_door.page import Page
from tests.front_door.sharing import Seen, made_once
from tests.front_door.staging import inventory_with, staged
from tests.suite import Outcome, Suite

# Two modules, so that the order of their names on the command line is the order of the checks.
UNKNOWN_FIRST = ("checks/test_endpoints.py", "checks/test_registry.py")
FAIL_FIRST = UNKNOWN_FIRST[::-1]
CHOSEN = "-k=overrun or in_time or challenges"
FAILED_CHECK = "checks/test_registry.py::test_registry_challenges_clients"
WORST_FIRST = ("FAIL", "UNKNOWN", "WARN", "WAIVED", "SKIPPED", "PASS", "NOT_APPLICABLE")
ELEMENTS = {"FAIL": "failure", "UNKNOWN": "error"} | dict.fromkeys(("WAIVED", "SKIPPED", "NOT_APPLICABLE"), "skipped")


def _play(cluster: Cluster) -> None:
    """A warning cannot be judged at one replica, and something critical fails there."""
    cluster.bad.faults["/nginx_status"] = faults.html(200, "Welcome")
    cluster.bad.faults["/v2/"] = faults.html(502, "502 Bad Gateway")


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A whole run of the three conditions, whose facts the others judge again."""

    def make(directory: Path) -> Seen:
        with staged(directory, _play) as cluster:
            inventory = inventory_with(cluster, require=[])
            outcome = Suite(directory / "reports").run(f"--inventory={inventory}", CHOSEN)
            return Seen(outcome, cluster.requests, {})

    return made_once(tmp_path_factory, "ends", make)


@dataclass(frozen=True)
class End:
    """How a run is ended. code: where it is pytest's own. breaks: where the plugin does. without: left out."""

    arguments: tuple[str, ...] = ()
    code: int | None = None
    breaks: str = ""
    without: str = ""


ENDS = {
    "whole": End(),
    "-x": End(("-x",)),
    "--maxfail=1": End(("--maxfail=1",)),
    "--maxfail=2": End(("--maxfail=2",)),
    "--deselect": End((f"--deselect={FAILED_CHECK}",), without="REG-1"),
    "-k": End(("-k", "overrun or in_time"), without="REG-1"),
    "-m": End(("-m", "not REG-1"), without="REG-1"),
    "-k, -x": End(("-k", "overrun or in_time", "-x"), without="REG-1"),
    "a hook breaks in the set-up": End(breaks="setup"),
    "a hook breaks in the call": End(breaks="call"),
    "a hook breaks in the call, -x": End(("-x",), breaks="call"),
    "a hook breaks after the call": End(breaks="teardown"),
    "a hook breaks where tests are reported": End(code=3, breaks="logreport"),
    "a hook breaks at the end": End(code=3, breaks="sessionfinish"),
    "Ctrl-C": End(code=2, breaks="ctrl-c"),
    "a plugin ends the run": End(code=42, breaks="exit"),
}


@pytest.mark.parametrize("order", [UNKNOWN_FIRST, FAIL_FIRST], ids=["UNKNOWN first", "FAIL first"])
@pytest.mark.parametrize("end", ENDS)
def test_all_tell_the_same_however_pytest_ended(tmp_path: Path, seen: Seen, end: str, order: tuple[str, str]) -> None:
    how = ENDS[end]
    suite = Suite(tmp_path / "reports", {ending.WHERE: how.breaks})
    facts = f"--facts={seen.outcome.reports / 'facts.json'}"
    outcome = suite.run(ending.PLUGIN, facts, CHOSEN, *how.arguments, *order)
    judged = {key: word for key, word in seen.outcome.verdicts.items() if key[0] != how.without}
    assert outcome.verdicts == judged, outcome.output
    assert outcome.code == (code_of(outcome) if how.code is None else how.code), outcome.output
    assert_one_story(outcome)


def code_of(outcome: Outcome) -> int:
    """The exit code of the verdicts, as docs/verdicts.md has it, where nothing is required."""
    critical = {line["verdict"] for line in outcome.results if line["severity"] == "critical"}
    return 1 if "FAIL" in critical else 7 if "UNKNOWN" in critical else 0


def assert_one_story(outcome: Outcome) -> None:
    """Headline, page, JUnit and the end of results.jsonl are of the verdicts in results.jsonl."""
    words = Counter(line["verdict"] for line in outcome.results)
    assert outcome.lines[-1]["exit_code"] == outcome.code
    assert {word: number for word, number in outcome.lines[-1]["counts"].items() if number} == words
    (state, tally) = headline_of(outcome)
    assert (state == "FAILED") == (code_of(outcome) == 1), outcome.output
    blind = {line["condition"] for line in outcome.results if line["verdict"] in ("UNKNOWN", "SKIPPED")}
    judged = {line["condition"] for line in outcome.results} - blind
    assert tally == f"{len(judged)} of {len(outcome.header['catalogue'])} conditions judged"
    page = outcome.reports / "report.html"
    if page.is_file():
        assert f"{state} {tally}" in Page(page).text
    assert_junit_tells_the_verdicts(outcome)
    assert "HEALTHY" not in outcome.output


def headline_of(outcome: Outcome) -> tuple[str, str]:
    """The first word of the headline, and how many conditions were judged."""
    found = re.findall(r"^(?:\[.*\] )?\S+ ([A-Z]+): (\d+ of \d+ conditions judged)", outcome.output, re.MULTILINE)
    ((state, tally),) = found or [("", outcome.output)]
    return state, tally


def assert_junit_tells_the_verdicts(outcome: Outcome) -> None:
    """One case for each check, with the element of its worst verdict and nothing else, and the right totals."""
    (suite,) = ElementTree.parse(outcome.reports / "junit.xml").getroot().findall("testsuite")
    tests: dict[str, list[str]] = {}
    for line in outcome.results:
        tests.setdefault(line["test"], []).append(line["verdict"])
    cases = [case for case in suite.findall("testcase") if case.get("name") != "internal"]
    # pytest has a case of its own for what broke it.
    broken = len(suite.findall("testcase")) - len(cases)
    assert broken <= (outcome.code == 3)
    named = [f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}" for case in cases]
    assert sorted(named) == sorted(tests)
    totals: Counter[str] = Counter()
    for name, case in zip(named, cases, strict=True):
        worst = min(tests[name], key=WORST_FIRST.index)
        complaints = [each for each in case if each.tag in ("failure", "error", "skipped")]
        assert [each.tag for each in complaints] == ([ELEMENTS[worst]] if worst in ELEMENTS else []), name
        assert all(each.get("message", "").startswith(f"{worst.replace('_', ' ')}: ") for each in complaints), name
        told = Counter(
            each.get("value", "").rpartition(": ")[2] for each in case.iterfind(".//property[@name='verdict']")
        )
        assert told == Counter(word.replace("_", " ") for word in tests[name])
        totals[ELEMENTS.get(worst, "passed")] += 1
    counted = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
    assert counted == {
        "tests": len(cases) + broken,
        "failures": totals["failure"],
        "errors": totals["error"] + broken,
        "skipped": totals["skipped"],
    }


def test_what_another_plugin_breaks_is_told_and_changes_no_verdict(tmp_path: Path, seen: Seen) -> None:
    facts = f"--facts={seen.outcome.reports / 'facts.json'}"
    outcome = Suite(tmp_path / "reports", {ending.WHERE: "call"}).run(ending.PLUGIN, facts, "-k", "in_time")
    assert outcome.code == 0, outcome.output
    assert f"3 errors beside the checks, no verdict is changed: {outcome.results[0]['test']}, call: " in outcome.output
    assert f"RuntimeError: {ending.BOOM}" in outcome.output
    assert_junit_tells_the_verdicts(outcome)
    assert ending.BOOM in (outcome.reports / "junit.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("breaks", "why"), [("logreport", "3 (internal error)"), ("exit", "42 (set by a plugin)")])
def test_an_exit_code_of_pytests_own_is_told(tmp_path: Path, seen: Seen, breaks: str, why: str) -> None:
    facts = f"--facts={seen.outcome.reports / 'facts.json'}"
    outcome = Suite(tmp_path / "reports", {ending.WHERE: breaks}).run(ending.PLUGIN, facts, "-k", "in_time")
    assert f"pytest ended with exit code {why}; the verdicts are of all that was observed" in outcome.output


def test_a_failed_test_that_is_no_check_fails_the_run(tmp_path: Path, seen: Seen) -> None:
    (tmp_path / "test_other.py").write_text("def test_other():\n    assert False\n")
    suite, facts = Suite(tmp_path / "reports"), f"--facts={seen.outcome.reports / 'facts.json'}"
    own = ("checks", str(tmp_path / "test_other.py"))
    outcome = suite.run(facts, "-k", "in_time or test_other", "-c", "pyproject.toml", *own)
    assert (outcome.code, set(outcome.verdicts.values())) == (1, {"PASS"}), outcome.output


def test_a_module_that_cannot_be_collected_beside_the_checks_fails_the_run(tmp_path: Path, seen: Seen) -> None:
    (tmp_path / "test_other.py").write_text("import nothing_of_this_name\n")
    suite, facts = Suite(tmp_path / "reports"), f"--facts={seen.outcome.reports / 'facts.json'}"
    arguments = (facts, "-k", "in_time", "-c", "pyproject.toml", "checks", str(tmp_path / "test_other.py"))
    assert suite.run(*arguments).code == 2
    outcome = suite.run(*arguments, "--continue-on-collection-errors")
    assert (outcome.code, set(outcome.verdicts.values())) == (1, {"PASS"}), outcome.output


def test_collecting_alone_judges_nothing(tmp_path: Path, seen: Seen) -> None:
    outcome = Suite(tmp_path / "reports").run(f"--facts={seen.outcome.reports / 'facts.json'}", "--collect-only", "-q")
    assert outcome.code == 0, outcome.output
    assert "conditions judged" not in outcome.output
    assert not outcome.reports.exists()
