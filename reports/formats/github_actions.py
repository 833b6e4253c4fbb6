"""GitHub Actions: annotations (`--as github`), and the summary of a job in Markdown.

Both are workflow commands of GitHub: https://docs.github.com/actions, "Workflow commands". It shows at most ten errors
and ten warnings of a step, so there is one annotation for each cause and not for each verdict.
"""

from __future__ import annotations

from reports.diagnosis.diagnosis import Diagnosed
from reports.diagnosis.grouping import area_title, shown_words
from reports.diagnosis.headline import counts_per_area
from reports.overview import Overview
from reports.plain import many, one_line
from reports.records import VerdictWord

_MOST = 10
# What Markdown and the HTML within it would take for their own.
_MARKDOWN = str.maketrans(
    {each: f"\\{each}" for each in "\\`*_{}[]()#+!|~$@"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)


def render(overview: Overview) -> str:
    """One workflow command for each cause, and first one for the run."""
    kind = "notice" if overview.exit_code == 0 else "error"
    head = overview.headline.text if overview.whole else f"not whole: {overview.headline.text}"
    lines = [_command(kind, f"MSR {overview.header.cluster}", head)]
    errors = [each for each in overview.diagnosis.causes if each.cause.worst is not VerdictWord.WARN]
    warnings = [each for each in overview.diagnosis.causes if each.cause.worst is VerdictWord.WARN]
    lines += [_command("error", each.text, _said(each)) for each in errors[: _MOST - (kind == "error")]]
    lines += [_command("warning", each.text, _said(each)) for each in warnings[:_MOST]]
    return "\n".join(lines) + "\n"


def job_summary(overview: Overview) -> str:
    """Markdown for `$GITHUB_STEP_SUMMARY`: the headline, the causes, and the verdicts by area."""
    header, results = overview.header, overview.run.results
    head = [f"## MSR {_safe(header.cluster)}: {overview.headline.state}", "", _safe(overview.headline.text), ""]
    if not overview.whole:
        head += ["**The run did not come to its end; this is what it had found.**", ""]
    causes = overview.diagnosis.causes
    if causes:
        head += ["| | what is wrong | impact | next |", "|---|---|---|---|"]
        head += [
            f"| {number} | {_safe(each.text)} | {_safe(each.impact)} | {_safe(each.step)} |"
            for number, each in enumerate(causes, 1)
        ]
        head.append("")
    words = shown_words(overview.counts)
    head += [f"| {many(len(results), 'verdict')} | {' | '.join(word.shown for word in words)} |"]
    head += ["|---" * (len(words) + 1) + "|"]
    for area, counts in counts_per_area(header, results).items():
        head.append(f"| {_safe(area_title(header, area))} | {' | '.join(str(counts[word] or '') for word in words)} |")
    return "\n".join(head) + "\n"


def _said(found: Diagnosed) -> str:
    return f"Impact: {found.impact}. Next: {found.step or 'see the report'}"


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _safe(text: str) -> str:
    return one_line(text).translate(_MARKDOWN)
