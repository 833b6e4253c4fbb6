"""Who may read what, as the report shows it."""

from __future__ import annotations

from reports.page.access_matrix import access_matrix, expected_in, seen_in
from reports.page.render import render_static
from reports.records import Result, VerdictWord
from tests.reports.samples import healthy, run, verdict


def cell(subject: str, word: str = "PASS", seen: object = "reads", expected: object = "reads") -> Result:
    return Result("prod-eu", "FEED-8", subject, VerdictWord(word), "critical", seen=seen, expected=expected)


CELLS = [
    cell("admin:library.alpine"),
    cell("admin:global"),
    cell("reader:ci:global", seen="refused", expected="refused"),
    cell("reader:ci:library.alpine", "FAIL", seen="refused"),
    cell("anonymous:global", "UNKNOWN", seen=None, expected=None),
    cell("anonymous:library.alpine", seen="reads", expected="refused, or public"),
]


def test_there_is_a_row_for_each_client_and_a_column_for_each_feed() -> None:
    matrix = access_matrix([verdict("PING-1", "f2277ad178f7"), *CELLS])
    assert matrix is not None
    assert matrix.clients == ("admin", "reader:ci", "anonymous")
    assert matrix.feeds == ("global", "library.alpine")
    words = [[found and found.verdict.value for found in row] for row in matrix.cells]
    assert words == [["PASS", "PASS"], ["PASS", "FAIL"], ["UNKNOWN", "PASS"]]


def test_a_cell_tells_what_was_seen_and_what_else_was_expected() -> None:
    shown = {each.subject: (seen_in(each), expected_in(each)) for each in CELLS}
    assert shown["admin:global"] == ("reads", "")
    assert shown["reader:ci:library.alpine"] == ("refused", "reads")
    assert shown["anonymous:global"] == ("UNKNOWN", "")
    assert shown["anonymous:library.alpine"] == ("reads", "refused, or public")


def test_what_the_inventory_says_nothing_of_is_left_empty() -> None:
    matrix = access_matrix([cell("admin:global"), cell("admin:a.b"), cell("reader:ci:global")])
    assert matrix is not None
    assert matrix.cells[1][1] is None


def test_without_a_verdict_there_is_none() -> None:
    assert access_matrix([cell("repository", "SKIPPED"), verdict("PING-1", "f2277ad178f7")]) is None


def test_it_stands_in_the_page_even_where_all_is_well() -> None:
    page = render_static(run(healthy()).header, [*healthy(), *CELLS[:3]])
    assert "who reads which audit log" in page
    assert "<b>P</b> reads" in page
    assert "expected:" not in page.partition("who reads which audit log")[2].partition("</section>")[0]
    page = render_static(run(healthy()).header, [*healthy(), *CELLS])
    assert '<b>F</b> refused<div class="small">expected: reads</div>' in page
    assert "who reads which audit log" not in render_static(run(healthy()).header, healthy())
