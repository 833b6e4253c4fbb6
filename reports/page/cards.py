"""The problems as the page shows them: one card for each cause, with what follows from it and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.case import Case, replicas_in
from reports.diagnosis.diagnosis import Diagnosed, Diagnosis
from reports.diagnosis.grouping import Group, group
from reports.records import Header, Result, VerdictWord
from reports.remedies import Remedy, remedy, render_each

# In the table of what follows a warning says more than what was not seen.
_ROWS = (VerdictWord.FAIL, VerdictWord.WARN, VerdictWord.UNKNOWN)


@dataclass(frozen=True)
class Card:
    """One cause: `own` shows it, `against` speaks against it, `follows` is explained by it.

    `remedy` is filled in for this cluster; it is None when an earlier card shows the same, and `remedy_id` names it.
    """

    found: Diagnosed
    worst: VerdictWord
    own: list[Group]
    against: list[Group]
    follows: list[Group]
    remedy: Remedy | None
    remedy_id: str | None


def cards(header: Header, results: Sequence[Result], diagnosis: Diagnosis) -> list[Card]:
    """One card for each cause, in the order of `first_steps`."""
    case = Case(header, results)
    made: list[Card] = []
    for found in diagnosis.causes:
        known = found.remedy.id if found.remedy else None
        filled = None
        if found.remedy and known not in {card.remedy_id for card in made}:
            # It is shown once, and for all causes whose remedy it is.
            same = [r for each in diagnosis.causes if each.cause.remedy == known for r in each.cause.shown_by]
            filled = _filled(case, found.remedy, same)
        made.append(
            Card(
                found=found,
                worst=found.cause.worst,
                own=group(found.cause.shown_by),
                against=group(found.cause.against),
                follows=sorted(group(found.cause.explains), key=lambda each: _ROWS.index(each.first.verdict)),
                remedy=filled,
                remedy_id=known,
            )
        )
    return made


def other_remedies(header: Header, results: Sequence[Result], made: Sequence[Card]) -> list[Remedy]:
    """The remedies of what only follows from something else, each once; what is UNKNOWN needs none of its own."""
    case = Case(header, results)
    shown = {card.remedy_id for card in made}
    groups: dict[str, list[Result]] = {}
    for each in (each for card in made for each in (*card.own, *card.follows)):
        if each.first.remedy and each.first.verdict is not VerdictWord.UNKNOWN:
            groups.setdefault(each.first.remedy, []).extend(each.results)
    return [_filled(case, found, of) for name, of in groups.items() if name not in shown and (found := remedy(name))]


def _filled(case: Case, found: Remedy, results: Sequence[Result]) -> Remedy:
    """The remedy for the subjects and the replicas of these verdicts."""
    named = {name for each in results for name in replicas_in(case, each)}
    said_of = {part for each in results for part in each.subject.split(":")}
    replicas = [name for name in case.replicas if name in (named or said_of)]
    return render_each(found, case.header, sorted({each.subject for each in results}), replicas)
