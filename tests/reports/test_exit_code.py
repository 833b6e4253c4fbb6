"""The table of the manual, cell by cell."""

from __future__ import annotations

import pytest

from reports.exit_code import exit_code, required_ids, required_not_judged
from reports.records import FailOn, Result, Waiver
from tests.reports.samples import CATALOGUE, dead, healthy, verdict

CRITICAL, WARNING = "STATUS-5", "STATUS-13"
PASS = verdict("PING-1", "f2277ad178f7")


def code(*results: Result, require: tuple[str, ...] = (), fail_on: FailOn = "critical") -> int:
    return exit_code([PASS, *results], require, fail_on, CATALOGUE)


@pytest.mark.parametrize(
    ("word", "condition", "fail_on", "expected"),
    [
        ("FAIL", CRITICAL, "critical", 1),
        ("FAIL", CRITICAL, "warning", 1),
        ("FAIL", WARNING, "critical", 0),
        ("FAIL", WARNING, "warning", 1),
        ("WARN", CRITICAL, "critical", 0),
        ("WARN", CRITICAL, "warning", 1),
        ("WARN", WARNING, "critical", 0),
        ("WARN", WARNING, "warning", 1),
        ("UNKNOWN", CRITICAL, "critical", 7),
        ("UNKNOWN", CRITICAL, "warning", 7),
        ("UNKNOWN", WARNING, "critical", 0),
        ("UNKNOWN", WARNING, "warning", 7),
        *((word, which, how, 0) for word in ("PASS", "WAIVED", "NOT_APPLICABLE", "SKIPPED")
          for which in (CRITICAL, WARNING) for how in ("critical", "warning")),
    ],
)  # fmt: skip
def test_one_verdict(word: str, condition: str, fail_on: FailOn, expected: int) -> None:
    assert code(verdict(condition, "f2277ad178f7", word), fail_on=fail_on) == expected


@pytest.mark.parametrize("fail_on", ["critical", "warning"])
@pytest.mark.parametrize("condition", [CRITICAL, WARNING])
@pytest.mark.parametrize(
    ("word", "expected"),
    [("PASS", 0), ("WAIVED", 0), ("UNKNOWN", 7), ("SKIPPED", 7), ("NOT_APPLICABLE", 0), (None, 7)],
)
def test_required(word: str | None, expected: int, condition: str, fail_on: FailOn) -> None:
    results = [verdict(condition, "f2277ad178f7", word)] if word else []
    assert code(*results, require=(condition,), fail_on=fail_on) == expected


def test_required_and_judged_badly_is_judged() -> None:
    assert code(verdict(CRITICAL, "a", "FAIL"), require=(CRITICAL,)) == 1
    assert code(verdict(CRITICAL, "a", "WARN"), require=(CRITICAL,)) == 0


def test_required_on_every_subject() -> None:
    assert code(verdict(CRITICAL, "a"), verdict(CRITICAL, "b", "SKIPPED"), require=(CRITICAL,)) == 7


def test_what_is_required_may_not_be_unchecked_everywhere() -> None:
    unchecked = verdict(CRITICAL, "a", "WAIVED", waiver=Waiver("known", covered="UNKNOWN"))
    assert code(unchecked) == 0
    assert code(unchecked, require=(CRITICAL,)) == 7
    assert code(unchecked, verdict(CRITICAL, "b"), require=(CRITICAL,)) == 0
    assert code(verdict(CRITICAL, "a", "WAIVED", waiver=Waiver("known", covered="FAIL")), require=(CRITICAL,)) == 0


def test_what_failed_goes_before_what_is_unknown() -> None:
    unknown, fail = verdict(CRITICAL, "a", "UNKNOWN"), verdict(CRITICAL, "b", "FAIL")
    assert code(unknown, fail) == 1
    assert code(unknown, verdict(WARNING, "b", "WARN"), fail_on="warning") == 1
    assert code(fail, require=("STATUS-1",)) == 1


def test_severity_is_the_verdicts_own() -> None:
    assert code(verdict("ALERT-1", "NO_LICENSE", "FAIL", severity="critical")) == 1
    assert code(verdict("ALERT-1", "SOMETHING", "UNKNOWN", severity="warning")) == 0


def test_areas_name_all_their_conditions() -> None:
    assert required_ids(["PING", "STATUS-1"], CATALOGUE) == ("PING-1", "PING-2", "PING-3", "STATUS-1")
    assert code(require=("PING",)) == 7
    assert code(verdict("PING-2", "a"), verdict("PING-3", "a"), require=("PING",)) == 0


def test_an_area_is_no_prefix() -> None:
    assert required_ids(["STATUS-1"], CATALOGUE) == ("STATUS-1",)
    assert "STATUS-10" in required_ids(["STATUS"], CATALOGUE)


def test_a_name_that_nobody_knows_is_never_judged() -> None:
    assert required_not_judged([PASS], ["NET-2"], CATALOGUE) == ("NET-2",)
    assert code(require=("NET-2",)) == 7


def test_nothing_at_all_is_green_only_when_nothing_is_required() -> None:
    assert exit_code([], [], "critical", CATALOGUE) == 0
    assert exit_code([], ["PING-1"], "critical", CATALOGUE) == 7


def test_only_what_is_new_counts() -> None:
    require = ("PING-1", "STATUS-1")
    assert exit_code(healthy(), require, "critical", CATALOGUE, since_baseline=dead()) == 0
    assert exit_code(dead(), (), "critical", CATALOGUE, since_baseline=dead()) == 0
    assert exit_code(dead(), (), "critical", CATALOGUE, since_baseline=healthy()) == 1


def test_a_gate_is_not_green_by_being_as_blind_as_before() -> None:
    assert exit_code(dead(), ("STATUS-1",), "critical", CATALOGUE, since_baseline=dead()) == 7
