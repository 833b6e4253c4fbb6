"""The causes of a run as lines of results.jsonl."""

from __future__ import annotations

from collections.abc import Sequence

from reports.diagnosis.actions import highest
from reports.diagnosis.diagnosis import Diagnosed, Diagnosis
from reports.records import CauseAction, CauseImpact, CauseLine, Header, Key, Result, UnmetNeed


def cause_lines(header: Header, diagnosis: Diagnosis | None) -> tuple[CauseLine, ...]:
    """One line for each cause, in the order in which the reports show them."""
    return tuple(_line(header, found) for found in diagnosis.causes) if diagnosis else ()


def _line(header: Header, found: Diagnosed) -> CauseLine:
    cause = found.cause
    return CauseLine(
        cluster=header.cluster,
        id=cause.id,
        things=cause.things,
        text=found.text,
        impact=found.impact,
        step=found.step,
        offers=highest(found.actions),
        measured=cause.measured,
        shown_by=_keys(cause.shown_by),
        against=_keys(cause.against),
        explains=_keys(cause.explains),
        since=cause.since,
        impacts=tuple(
            CauseImpact(each.harm.name.lower().replace("_", "-"), each.whom, each.basis, each.since, each.what)
            for each in found.impacts
            if not each.works
        ),
        actions=tuple(
            CauseAction(
                rung=each.rung,
                title=each.title,
                offered=each.offered,
                commands=tuple(command.run for command in each.commands),
                unmet=tuple(UnmetNeed(unmet.needs, unmet.show) for unmet in each.unmet),
            )
            for each in found.actions
        ),
        remedy=cause.remedy,
    )


def _keys(results: Sequence[Result]) -> tuple[Key, ...]:
    return tuple(Key(each.condition, each.subject) for each in results)
