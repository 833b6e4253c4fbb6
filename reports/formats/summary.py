"""summary.json: the run in short, for scripts: `--as summary`. docs/summary.schema.json is its JSON Schema."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from reports.diagnosis.headline import State, counts_per_area
from reports.exit_code import required_not_judged
from reports.overview import Overview
from reports.plain import json_text
from reports.records import Question, Waiver, storable


@dataclass(frozen=True)
class Cause:
    """What is wrong, the gravest first: `id` is its kind (docs/diagnosis.md), `things` what is at fault (`type:name`).

    `step` is the one thing to do next, `impact` who suffers, `since` a UTC time (RFC 3339).
    """

    id: str
    text: str
    things: tuple[str, ...]
    impact: str
    step: str
    since: str | None


@dataclass(frozen=True)
class Accepted:
    """A verdict that a waiver covers."""

    condition: str
    subject: str
    waiver: Waiver


@dataclass(frozen=True)
class Conditions:
    """How many conditions there are and of which state; `not_judged` names those that were not judged everywhere.

    `required_not_judged` names those of them that the run had to judge.
    """

    total: int
    judged: int
    failed: int
    warned: int
    unknown: int
    waived: int
    not_judged: tuple[str, ...]
    required_not_judged: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """A run in short. `whole` is false where it did not come to its end; `ended` is null then.

    `state` is the verdict in one word, `headline` in a sentence, `answer` that to a question before a change, `impact`
    who cannot do what. `verdicts` counts them by word, `areas` by area and word. Times are UTC (RFC 3339).
    """

    cluster: str
    url: str
    version: str | None
    started: str
    ended: str | None
    whole: bool
    exit_code: int
    meaning: str
    state: State
    headline: str
    answer: str | None
    question: Question | None
    impact: str
    causes: tuple[Cause, ...]
    conditions: Conditions
    verdicts: dict[str, int]
    areas: dict[str, dict[str, int]]
    waived: tuple[Accepted, ...]
    demo: str | None
    offline: bool
    insecure: bool
    kind: Literal["summary"] = "summary"
    schema: Literal[1] = 1


def schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "summary.json",
        **TypeAdapter(Summary).json_schema(),
    }


def render(overview: Overview) -> str:
    """One JSON object, indented."""
    return json_text_lines(asdict(summary_of(overview)))


def json_text_lines(value: Any) -> str:
    lines = json.dumps(storable(value), ensure_ascii=False, indent=2).split("\n")
    return "".join(f"{json_text(line)}\n" for line in lines)


def summary_of(overview: Overview) -> Summary:
    """The same as a record."""
    header, results, tally = overview.header, overview.run.results, overview.tally
    return Summary(
        cluster=header.cluster,
        url=header.url,
        version=header.version,
        started=header.begun or header.started,
        ended=overview.ended,
        whole=overview.whole,
        exit_code=overview.exit_code,
        meaning=overview.meaning,
        state=overview.headline.state,
        headline=overview.headline.text,
        answer=overview.headline.answer or None,
        question=header.question,
        impact=overview.diagnosis.impact,
        causes=tuple(
            Cause(each.cause.id, each.text, each.cause.things, each.impact, each.step, each.cause.since)
            for each in overview.diagnosis.causes
        ),
        conditions=Conditions(
            total=tally.conditions,
            judged=tally.judged,
            failed=tally.failed,
            warned=tally.warned,
            unknown=tally.unknown,
            waived=tally.waived,
            not_judged=tally.not_judged,
            required_not_judged=required_not_judged(results, header.require, header.catalogue, header.left_out),
        ),
        verdicts={word.value: number for word, number in overview.counts.items()},
        areas={
            area: {word.value: number for word, number in counts.items()}
            for area, counts in counts_per_area(header, results).items()
        },
        waived=tuple(Accepted(each.condition, each.subject, each.waiver) for each in results if each.waiver),
        demo=header.demo,
        offline=header.offline,
        insecure=header.insecure,
    )
