"""All pairs at a glance."""

from __future__ import annotations

from reports.page.matrices import LETTERS, matrices
from reports.records import Result, VerdictWord
from tests.reports.samples import IDS, dead, healthy, run, verdict

A, B, C = IDS[:3]


def test_there_is_one_for_each_condition_of_pairs() -> None:
    found = matrices(run(healthy()).header, healthy())
    assert [matrix.condition for matrix in found] == ["STATUS-4", "STATUS-7", "STATUS-8"]
    assert not any(matrix.shown for matrix in found)


def test_the_row_reports_on_the_column() -> None:
    found = matrices(run(dead()).header, dead())[0]
    assert (found.row, found.column) == ("reported by", "about")
    words = [[cell and cell.verdict.value for cell in row] for row in found.cells]
    assert words == [["PASS", "FAIL", "PASS"], ["UNKNOWN", "UNKNOWN", "UNKNOWN"], ["PASS", "FAIL", "PASS"]]
    assert found.shown


def test_pairs_without_an_order_stand_on_both_sides_of_the_diagonal() -> None:
    found = matrices(run(dead()).header, dead())[2]
    words = [[cell and cell.verdict.value for cell in row] for row in found.cells]
    assert words == [[None, "FAIL", "PASS"], ["FAIL", None, "FAIL"], ["PASS", "FAIL", None]]


def test_pairs_of_nodes() -> None:
    results = [verdict("STATUS-8", "node-1:node-2", "FAIL"), verdict("STATUS-8", "node-2:node-1")]
    (found,) = matrices(run(healthy()).header, results)
    assert found.names == ("node-1", "node-2")
    assert (found.row, found.column) == ("from", "to")


def overlay(**words: str) -> list[Result]:
    """What is judged of two nodes; by condition what is not PASS from the first to the second."""
    return [
        verdict(condition, subject, words.get(condition.replace("-", "_"), "PASS") if subject < "node-2" else "PASS")
        for condition in ("NET-2", "NET-3", "NET-5")
        for subject in ("node-1:node-2", "node-2:node-1")
    ]


def test_the_overlay_network_is_one_picture_and_the_worst_is_shown() -> None:
    (found,) = matrices(run(healthy()).header, overlay(NET_3="UNKNOWN", NET_2="FAIL"))
    assert found.condition == "NET-2, NET-3, NET-5"
    cell, well = found.cells[0][1], found.cells[1][0]
    assert cell is not None
    assert (cell.condition, cell.verdict.value) == ("NET-2", "FAIL")
    assert well is not None
    assert well.verdict.value == "PASS"


def test_the_overlay_network_is_shown_where_all_is_well_but_not_where_nothing_was_looked_at() -> None:
    (well,) = matrices(run(healthy()).header, overlay())
    assert well.shown
    skipped = [verdict("NET-2", "node-1:node-2", "SKIPPED"), verdict("NET-2", "node-2:node-1", "SKIPPED")]
    (unseen,) = matrices(run(healthy()).header, skipped)
    assert not unseen.shown


def test_a_second_overlay_network_is_a_picture_of_its_own() -> None:
    second = [verdict("NET-2", f"{pair}:backup", "FAIL") for pair in ("node-1:node-2", "node-2:node-1")]
    first, other = matrices(run(healthy()).header, overlay() + second)
    assert other.condition == "NET-2, NET-3, NET-5 backup"
    assert [cell and cell.verdict.value for cell in other.cells[0]] == [None, "FAIL"]
    assert [cell and cell.verdict.value for cell in first.cells[0]] == [None, "PASS"]


def test_other_subjects_make_none() -> None:
    results = [
        verdict("STATUS-3", f"{A}:table_availability", "FAIL"),
        verdict("TOKEN-0", "reader:ci"),
        verdict("PING-1", A),
    ]
    assert matrices(run(healthy()).header, results) == []


def test_every_verdict_has_a_letter_of_its_own() -> None:
    assert set(LETTERS) == set(VerdictWord)
    assert len(set(LETTERS.values())) == len(LETTERS)
