"""All verdicts as a table: `--as csv` (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from reports.overview import Overview
from reports.plain import cut, one_line
from reports.records import Result

COLUMNS = (
    "cluster", "condition", "area", "subject", "verdict", "severity", "message", "reason", "about", "measured", "since",
    "seen", "expected", "started", "seconds", "attempts", "recovered_at", "waiver", "ticket", "waived_until",
)  # fmt: skip

# A spreadsheet takes a cell that begins so for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@")
# Of a cell a spreadsheet takes 32,767 characters.
_LONGEST = 32_000


def render(overview: Overview) -> str:
    """One row for each verdict, in the order of the run; the first row names the columns."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for result in overview.run.results:
        row = _row(result)
        writer.writerow([_cell(row[column]) for column in COLUMNS])
    return text.getvalue()


def _row(result: Result) -> dict[str, Any]:
    waiver = result.waiver
    return result.to_json() | {
        "verdict": result.verdict.shown,
        "area": result.area,
        "about": " ".join(result.about),
        "waiver": waiver and waiver.reason,
        "ticket": waiver and waiver.ticket,
        "waived_until": waiver and waiver.until,
    }


def _cell(value: object) -> str:
    """A value as text: on one line, and no formula."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return cut(json.dumps(value, ensure_ascii=False, sort_keys=True), _LONGEST)
    text = cut(one_line(value), _LONGEST)
    return f"'{text}" if text.startswith(_FORMULA) else text
