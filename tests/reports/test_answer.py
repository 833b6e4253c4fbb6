"""The answer to whether something can be stopped: its line and its exit code."""

from __future__ import annotations

import pytest

from reports.diagnosis.headline import headline
from reports.exit_code import answer_code
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
    found = results(STOP_2=word)
    assert answer_code(found, "critical", CATALOGUE) == code
    said = headline(asked(), found)
    assert said.state == state
    assert line in said.text
    assert "; asked at 20" in said.text


def test_no_goes_before_what_is_not_known_and_names_all_that_fail() -> None:
    found = results(STOP_1="UNKNOWN", STOP_2="FAIL", STOP_6="FAIL")
    assert answer_code(found, "critical", CATALOGUE) == 1
    assert "what STOP-2 says (STOP-2, STOP-6)" in headline(asked(), found).text


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
