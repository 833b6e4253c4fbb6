"""A page of plain text for the body of a ticket: `--as text`."""

from __future__ import annotations

import textwrap

from reports.diagnosis.grouping import area_title, shown_words
from reports.diagnosis.headline import counts_per_area
from reports.overview import Overview
from reports.plain import many, one_line, when

_WIDTH = 96
_MOST_CAUSES = 5


def render(overview: Overview) -> str:
    """The verdict, who suffers, the causes with what to do next, what was not judged, and the record of the run."""
    header = overview.header
    lines = [f"MSR {header.cluster} ({header.url}): {overview.headline.state}", overview.headline.text]
    if overview.headline.answer:
        lines.append(overview.headline.answer)
    lines += _warnings(overview)
    if overview.diagnosis.impact:
        lines += ["", f"Users: {overview.diagnosis.impact}"]
    for number, found in enumerate(overview.diagnosis.causes[:_MOST_CAUSES], 1):
        since = f" (since {when(found.cause.since)})" if found.cause.since else ""
        lines += ["", f"{number}. {found.text}{since}", f"   Next: {found.step or 'see the report'}"]
    more = len(overview.diagnosis.causes) - _MOST_CAUSES
    if more > 0:
        lines += ["", f"{many(more, 'more cause')}, in the report."]
    lines += ["", *_areas(overview), "", *_record(overview)]
    return "\n".join(wrapped for line in lines for wrapped in _wrapped(line)) + "\n"


def _warnings(overview: Overview) -> list[str]:
    """What must not be overlooked about this run."""
    header = overview.header
    marks = {
        f"DEMO ({header.demo}): this is no real cluster": header.demo is not None,
        "OFFLINE: saved facts were judged": header.offline,
        "TLS was not verified": header.insecure,
        "NOT WHOLE: the run did not come to its end": not overview.whole,
    }
    return [text for text, holds in marks.items() if holds]


def _areas(overview: Overview) -> list[str]:
    """What did not pass, by area; the rest is counted."""
    header = overview.header
    words = [word for word in shown_words(overview.counts) if word.value != "PASS"]
    lines = []
    for area, counts in counts_per_area(header, overview.run.results).items():
        parts = [f"{counts[word]} {word.shown}" for word in words if counts[word]]
        if parts:
            lines.append(f"{area_title(header, area)}: {', '.join(parts)}")
    passed = next(number for word, number in overview.counts.items() if word.value == "PASS")
    return [*lines, f"{many(passed, 'result')} passed."]


def _record(overview: Overview) -> list[str]:
    header = overview.header
    ended = f" to {when(overview.ended)}" if overview.ended else ""
    return [
        f"{when(header.begun or header.started)}{ended}, msr-checks {header.version or 'of an unknown version'}",
        f"Exit code {overview.exit_code}: {overview.meaning}",
    ]


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    text = one_line(line)
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ") or [""]
