"""Metrics in Prometheus' text format, for the textfile collector of node_exporter: `--as prometheus`.

Names and units follow Prometheus' conventions: base units, a timestamp instead of an age (`time() - …` is the age).
Every metric has the label `cluster`, so that the files of several clusters stand side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from reports.diagnosis.headline import counts_per_area
from reports.overview import Overview
from reports.plain import one_line

Sample = tuple[Mapping[str, str], float]


def render(overview: Overview) -> str:
    """Each metric with HELP and TYPE, all of them gauges."""
    cluster = {"cluster": overview.header.cluster}
    lines: list[str] = []
    for name, (text, samples) in _metrics(overview).items():
        lines += [f"# HELP msr_checks_{name} {text}", f"# TYPE msr_checks_{name} gauge"]
        lines += [f"msr_checks_{name}{{{_labels(cluster | dict(labels))}}} {value:.15g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _metrics(overview: Overview) -> dict[str, tuple[str, Iterable[Sample]]]:
    header, tally = overview.header, overview.tally
    conditions = {
        "judged": tally.judged,
        "failed": tally.failed,
        "warned": tally.warned,
        "unknown": tally.unknown,
        "waived": tally.waived,
    }
    started, ended = _seconds(header.begun or header.started), _seconds(overview.ended)
    known = {} if overview.ended is None else {"": max(ended - started, 0.0)}
    return {
        "run_info": ("The run, by version and whether it is a demonstration.", [(_info(overview), 1)]),
        "run_complete": ("Whether the run came to its end.", [({}, float(overview.whole))]),
        "run_exit_code": ("The exit code of the run: 0 healthy, 1 failed, 7 not judged.", [({}, overview.exit_code)]),
        "run_start_timestamp_seconds": ("When the run began.", [({}, started)]),
        "run_end_timestamp_seconds": ("When the run ended.", [({}, ended)] if overview.ended else []),
        "run_duration_seconds": ("How long the run took.", [({}, value) for value in known.values()]),
        "conditions": ("Conditions of the catalogue.", [({}, tally.conditions)]),
        "conditions_by_state": ("Conditions by state.", [({"state": k}, v) for k, v in conditions.items()]),
        "verdicts": ("Verdicts by area and word.", _verdicts(overview)),
        "causes": ("Causes of what is wrong.", [({}, len(overview.diagnosis.causes))]),
        "cause": ("A cause that the run named, by the thing that is at fault.", _causes(overview)),
        "problem": ("A verdict that did not pass.", _problems(overview)),
        "observation_seconds": ("The longest observation of an area.", _observations(overview)),
    }


def _info(overview: Overview) -> dict[str, str]:
    header = overview.header
    return {"version": header.version or "", "demo": header.demo or "", "offline": str(header.offline).lower()}


def _verdicts(overview: Overview) -> Iterator[Sample]:
    for area, counts in counts_per_area(overview.header, overview.run.results).items():
        for word, number in counts.items():
            yield {"area": area, "verdict": word.value}, number


def _causes(overview: Overview) -> Iterator[Sample]:
    """Each pair of a cause and a thing once, with the rank of the gravest such cause: 1 is to be handled first."""
    seen: dict[tuple[str, str], int] = {}
    for rank, found in enumerate(overview.diagnosis.causes, 1):
        for thing in found.cause.things or ("cluster",):
            seen.setdefault((found.cause.id, thing), rank)
    for (cause, thing), rank in seen.items():
        yield {"cause": cause, "thing": thing}, rank


def _problems(overview: Overview) -> Iterator[Sample]:
    seen = {(each.condition, each.subject): each for each in reversed(overview.problems)}
    for each in reversed(seen.values()):
        labels = {"condition": each.condition, "subject": each.subject, "severity": each.severity}
        yield labels | {"verdict": each.verdict.value}, 1


def _observations(overview: Overview) -> Iterator[Sample]:
    longest: dict[str, float] = {}
    for each in overview.run.results:
        if each.seconds is not None:
            longest[each.area] = max(longest.get(each.area, 0.0), each.seconds)
    for area, seconds in longest.items():
        yield {"area": area}, seconds


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())


def _escaped(value: str) -> str:
    return re.sub(r'([\\"])', r"\\\1", one_line(value))


def _seconds(time: str | None) -> float:
    """Seconds since 1970 of a time of RFC 3339."""
    return datetime.fromisoformat(time).timestamp() if time else 0.0
