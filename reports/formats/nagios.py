"""The line of a monitoring plugin for Nagios and Icinga: `--as nagios`, with its exit code.

The rules are those of the Monitoring Plugins' development guidelines: one line, performance data behind a `|`, more
lines below, and 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
"""

from __future__ import annotations

from reports.exit_code import FAILED, HEALTHY
from reports.overview import Overview
from reports.plain import fit, one_line
from reports.records import VerdictWord

OK, WARNING, CRITICAL, UNKNOWN = range(4)
_WORDS = {OK: "OK", WARNING: "WARNING", CRITICAL: "CRITICAL", UNKNOWN: "UNKNOWN"}
# NRPE cuts the output of a plugin at 4 KiB.
_MOST_CAUSES = 10
_WIDTH = 300


def code(overview: Overview) -> int:
    """Warnings alone are WARNING; a run that did not come to its end, or that was no judgement, is UNKNOWN."""
    if not overview.whole:
        return UNKNOWN
    if overview.exit_code == FAILED:
        return CRITICAL
    if overview.exit_code != HEALTHY:
        return UNKNOWN
    return WARNING if overview.counts[VerdictWord.WARN] else OK


def render(overview: Overview) -> str:
    """The status with performance data, then a line for each cause."""
    status = overview.headline.text if overview.whole else f"not whole: {overview.headline.text}"
    first = f"MSR {_WORDS[code(overview)]}: {overview.header.cluster} {status} | {_performance(overview)}"
    causes = [f"{each.text}: {each.step}" if each.step else each.text for each in overview.diagnosis.causes]
    shown = [fit(_plain(line), _WIDTH) for line in causes[:_MOST_CAUSES]]
    if len(causes) > _MOST_CAUSES:
        shown.append(f"{len(causes) - _MOST_CAUSES} more causes are in the report")
    status, _, performance = first.partition(" | ")
    return "\n".join([f"{_plain(status)} | {performance}", *shown]) + "\n"


def _plain(text: str) -> str:
    """On one line; a `|` would begin the performance data."""
    return one_line(text).replace("|", "/")


def _performance(overview: Overview) -> str:
    """`label=value;warn;crit;min;max`, where crit is the number above which the status is CRITICAL."""
    tally = overview.tally
    values = {
        "failed": f"{tally.failed};;0;0",
        "warnings": f"{tally.warned};0;;0",
        "unknown": f"{tally.unknown};;;0",
        "waived": f"{tally.waived};;;0",
        "judged": f"{tally.judged};;;0;{tally.conditions}",
        "causes": f"{len(overview.diagnosis.causes)};;;0",
    }
    return " ".join(f"{label}={value}" for label, value in values.items())
