"""The answers to what is asked before a change: their line and their exit code."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from reports.diagnosis.headline import answered, headline
from reports.exit_code import answer_code, code_of
from reports.records import CatalogueEntry, Header, Question, Result, VerdictWord, Waiver
from tests.reports.samples import header

NAMES = ("STOP-1", "STOP-2", "STOP-6")
CATALOGUE = tuple(CatalogueEntry(name, "critical", "STOP", "What must hold.", "Beyond the guide: x") for name in NAMES)
NODE = "node-1"


def asked(of: str = NODE, require: tuple[str, ...] = ()) -> Header:
    return header(catalogue=CATALOGUE, question=Question("ok-to-stop", of), require=require)


def results(**words: str) -> list[Result]:
    """All three conditions; by number the word of one that does not pass."""
    found = {name: words.get(name.replace("-", "_"), "PASS") for name in NAMES}
    return [_result(name, word) for name, word in found.items()]


def _result(name: str, word: str) -> Result:
    waiver = Waiver("looked at by hand", covered="UNKNOWN") if word == "WAIVED" else None
    return Result("example", name, NODE, VerdictWord(word), "critical", f"what {name} says", waiver=waiver)


@pytest.mark.parametrize(
    ("word", "code", "state", "line"),
    [
        ("PASS", 0, "HEALTHY", "node-1 can be stopped now"),
        ("NOT_APPLICABLE", 0, "HEALTHY", "node-1 can be stopped now"),
        ("WAIVED", 0, "HEALTHY", "waived: STOP-2 node-1"),
        ("WARN", 0, "HEALTHY", "but note: what STOP-2 says (STOP-2)"),
        ("FAIL", 1, "FAILED", "node-1 must not be stopped now: what STOP-2 says (STOP-2)"),
        ("UNKNOWN", 7, "UNKNOWN", "whether node-1 can be stopped is not known: what STOP-2 says (STOP-2)"),
        ("SKIPPED", 7, "UNKNOWN", "whether node-1 can be stopped is not known: what STOP-2 says (STOP-2)"),
    ],
)
def test_one_verdict(word: str, code: int, state: str, line: str) -> None:
    verdicts = results(STOP_2=word)
    assert answer_code(verdicts, "critical", CATALOGUE) == code
    said = headline(asked(), verdicts)
    assert said.state == state
    assert line in said.text
    assert "; asked at 20" in said.text


def test_no_goes_before_what_is_not_known_and_names_all_that_fail() -> None:
    verdicts = results(STOP_1="UNKNOWN", STOP_2="FAIL", STOP_6="FAIL")
    assert answer_code(verdicts, "critical", CATALOGUE) == 1
    assert "what STOP-2 says (STOP-2, STOP-6)" in headline(asked(), verdicts).text


def test_what_was_deselected_is_not_known() -> None:
    assert answer_code(results()[1:], "critical", CATALOGUE) == 7
    assert answer_code(results(), "critical", CATALOGUE, left_out=("STOP-1",)) == 7
    assert "conditions were deselected" in headline(asked(), results()[1:]).text


def test_users_see_errors_where_a_replica_stops() -> None:
    errors = "users may see errors for up to 16 s"
    assert errors in headline(asked(next(iter(header().replicas))), results()).text
    assert errors not in headline(asked("node-without-a-replica"), results()).text


def test_what_the_inventory_requires_is_not_asked() -> None:
    assert headline(asked(require=("PING-1",)), results()).state == "HEALTHY"


TO = "2.10.4"
ANY_RUN = (
    CatalogueEntry("PING-1", "critical", "PING", "What must hold.", "Beyond the guide: x"),
    CatalogueEntry("JOB-2", "warning", "JOB", "What must hold.", "Beyond the guide: x"),
)
UPGRADE = ANY_RUN + tuple(
    CatalogueEntry(name, "critical", "PRE", "What must hold.", "Beyond the guide: x", question="before-upgrade")
    for name in ("PRE-1", "PRE-2")
)


def upgrade(**fields: Any) -> Header:
    usual: dict[str, Any] = {
        "catalogue": UPGRADE,
        "question": Question("before-upgrade", TO, matrix="2026-01-01"),
        "versions": {"a": "2.9.29", "b": "2.9.29"},
        "require": (),
    }
    return header(**usual | fields)


def found(**words: str) -> list[Result]:
    """A verdict of each of the conditions of an upgrade's run; by number the word of one that does not pass."""
    return [
        dataclasses.replace(_result(each.id, words.get(each.id.replace("-", "_"), "PASS")), severity=each.severity)
        for each in UPGRADE
    ]


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        ({}, 0, "can be upgraded from 2.9.29 to 2.10.4 now; by the matrix of 2026-01-01, "),
        ({"PRE_1": "WAIVED"}, 0, "2.10.4 now; waived: PRE-1 node-1; by the"),
        ({"JOB_2": "WARN", "PRE_2": "WARN"}, 0, "2.10.4 now; but note: what PRE-2 says (PRE-2, JOB-2); by the"),
        ({"JOB_2": "UNKNOWN"}, 0, "can be upgraded from 2.9.29 to 2.10.4 now; by"),
        ({"JOB_2": "SKIPPED"}, 0, "can be upgraded from 2.9.29 to 2.10.4 now; by"),
        ({"PRE_2": "FAIL"}, 1, "must not be upgraded to 2.10.4 now: what PRE-2 says (PRE-2); by"),
        ({"PING_1": "FAIL"}, 1, "must not be upgraded to 2.10.4 now: what PING-1 says (PING-1); by"),
        ({"PING_1": "FAIL", "PRE_2": "FAIL"}, 1, "now: what PRE-2 says (PRE-2, PING-1); by"),
        ({"PING_1": "FAIL", "PRE_2": "UNKNOWN"}, 1, "now: what PING-1 says (PING-1); by"),
        ({"PRE_2": "UNKNOWN"}, 7, "whether it can be upgraded to 2.10.4 is not known: what PRE-2 says (PRE-2); by"),
        ({"PING_1": "UNKNOWN"}, 7, "whether it can be upgraded to 2.10.4 is not known: what PING-1 says (PING-1)"),
        ({"PRE_2": "SKIPPED"}, 7, "whether it can be upgraded to 2.10.4 is not known: what PRE-2 says (PRE-2); by"),
    ],
)
def test_an_upgrade(words: dict[str, str], code: int, line: str) -> None:
    verdicts = found(**words)
    assert code_of(upgrade(), verdicts) == code
    said = headline(upgrade(), verdicts)
    assert line in said.answer
    assert "; asked at 20" in said.answer
    assert "conditions judged" in said.text


def test_an_upgrade_of_which_something_is_deselected_is_not_known() -> None:
    some = found()[:-1]
    assert code_of(upgrade(deselected=("PRE-2",)), some) == 7
    assert "is not known: conditions were deselected" in headline(upgrade(), some).answer
    in_part = upgrade(left_out={"PRE-2": ("node-2",)})
    assert code_of(in_part, found()) == 7
    assert code_of(upgrade(), [each for each in found() if each.condition != "JOB-2"]) == 0


def test_what_the_inventory_requires_is_asked_before_an_upgrade() -> None:
    some = [each for each in found() if each.condition != "JOB-2"]
    assert code_of(upgrade(require=("JOB-2",)), some) == 7
    assert "is not known: required but not judged: JOB-2" in headline(upgrade(require=("JOB-2",)), some).answer


def test_warnings_keep_from_an_upgrade_where_they_fail_the_run() -> None:
    strict = upgrade(fail_on="warning")
    assert code_of(strict, found(JOB_2="WARN")) == 1
    assert "must not be upgraded to 2.10.4 now: what JOB-2 says (JOB-2)" in headline(strict, found(JOB_2="WARN")).answer
    assert "is not known: what JOB-2 says (JOB-2)" in headline(strict, found(JOB_2="UNKNOWN")).answer


def test_no_one_version_that_runs_is_named() -> None:
    assert "can be upgraded to 2.10.4 now" in headline(upgrade(versions={"a": "2.9.29", "b": "2.9.28"}), found()).answer


def test_results_hold_the_answer() -> None:
    assert answered(upgrade(), found()) == headline(upgrade(), found()).answer
    assert answered(asked(), results()) == headline(asked(), results()).text
    assert answered(header(), []) is None
