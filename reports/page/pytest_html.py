"""report.html: our static report inside pytest-html's page, or as a page of its own.

pytest-html escapes nothing that it is given and cannot be given another template (4.2), so the report proper goes into
the head of its summary, and its own table is folded away below. `python -m reports.page RUN_DIRECTORY` writes the
static page again from results.jsonl, for a run that was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from reports.compare import Comparison
from reports.diagnosis.grouping import group
from reports.page.render import render_static, title
from reports.records import PROBLEMS, Result, worst
from reports.results import Run

# pytest-html's own head has none, and a phone would show the page at desktop width.
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
_COLUMNS = ("Condition", "Severity", "Verdict")


class HtmlReport:
    """The hooks of pytest-html, to be registered as a plugin object.

    `run` gives the run as it is known now, or None when nothing was checked; `comparison` what changed since the
    baseline, or None. A report of pytest's own shows its verdicts when it carries `msr_results`.
    """

    def __init__(
        self, run: Callable[[], Run | None], comparison: Callable[[], Comparison | None] = lambda: None
    ) -> None:
        self._run = run
        self._comparison = comparison
        self._page: Any = None

    def pytest_html_report_title(self, report: Any) -> None:
        """Name the page after the cluster; and again at the end, when the run is known."""
        self._page = report
        self._name()

    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the static report before everything else."""
        self._name()
        run = self._run()
        if run is not None:
            static = render_static(run.header, run.results, self._comparison(), truncated=run.truncated)
            prefix.append(_VIEWPORT + static)

    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Add our columns; a row with another number of cells would end the run (IndexError in pytest-html)."""
        for name in _COLUMNS:
            cells.append(f'<th class="sortable" data-column-type="{name.lower()}">{name}</th>')

    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        """Add our cells, empty where there is no verdict, and escape the test's name, which pytest-html does not."""
        if not cells:
            return
        results: list[Result] = getattr(report, "msr_results", [])
        shown = worst(results) if results else None
        if len(cells) > 1 and 'class="col-testId"' in cells[1]:
            phase = "" if report.when == "call" else f"::{report.when}"
            cells[1] = f'<td class="col-testId">{_text(report.nodeid + phase)}</td>'
        values = ("", "", "") if shown is None else (shown.condition, shown.severity, _verdicts(results, shown))
        for name, value in zip(_COLUMNS, values, strict=True):
            cells.append(f'<td class="col-{name.lower()}">{_text(value)}</td>')

    def _name(self) -> None:
        run = self._run()
        if self._page is not None:
            self._page.title = title(run.header if run else None)


def _verdicts(results: Sequence[Result], shown: Result) -> str:
    """The worst verdict in words; of several, which subjects it is about."""
    words = shown.verdict.shown
    if len(results) > 1 and shown.verdict in PROBLEMS:
        same = next(found for found in group(results) if found.first.verdict is shown.verdict)
        words = f"{words}: {', '.join(same.subjects[:5])}{' …' if len(same.subjects) > 5 else ''}"
    return words


def _text(value: str) -> str:
    """Escaped, on one line: pytest-html reads a sortable cell's text line by line."""
    return escape(" ".join(value.split()))
