"""All verdicts as CSV, read by Python's reader."""

from __future__ import annotations

import csv
import io

import pytest

from reports.formats.table import COLUMNS, render
from reports.overview import overview
from tests.reports.samples import HOSTILE, dead, ended, mixed, verdict


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("results", [dead(), mixed()], ids=["dead", "mixed"])
def test_each_verdict_is_a_row(results: list) -> None:  # type: ignore[type-arg]
    found = rows(render(overview(ended(results))))
    assert [(row["condition"], row["subject"]) for row in found] == [(each.condition, each.subject) for each in results]
    assert [row["verdict"] for row in found] == [each.verdict.shown for each in results]
    assert all(list(row) == list(COLUMNS) for row in found)


def test_a_waiver_is_told_with_its_ticket_and_its_end() -> None:
    waived = next(row for row in rows(render(overview(ended(mixed())))) if row["verdict"] == "WAIVED")
    assert (waived["waiver"], waived["ticket"], waived["waived_until"]) == (
        "read-only during migration",
        "CHG-1234",
        "2026-12-01",
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_answer_of_a_cluster_is_a_formula(start: str) -> None:
    hostile = verdict("ALERT-1", "cluster", "FAIL", f'{start}HYPERLINK("http://evil.example")', about=())
    (row,) = rows(render(overview(ended([hostile]))))
    assert row["message"] == f"'{hostile.message}"


def test_numbers_stay_numbers_and_lines_stay_lines() -> None:
    found = verdict("ALERT-1", "cluster", "FAIL", f"a\nb, {HOSTILE}", about=(), seen=-3, expected={"b": 1, "a": [2]})
    (row,) = rows(render(overview(ended([found]))))
    assert row["seen"] == "-3"
    assert row["expected"] == '{"a": [2], "b": 1}'
    assert row["message"] == f"a b, {HOSTILE}"
