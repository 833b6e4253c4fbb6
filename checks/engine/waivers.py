"""Waivers: known faults that the inventory lets pass until a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from checks.condition import Condition
from checks.engine.evaluate import Judgement
from checks.verdict import Outcome
from fixtures.inventory import Inventory, Waiver

# An UNKNOWN is never waived: what could not be seen is not the fault that somebody accepted.
WAIVABLE = (Outcome.FAIL, Outcome.WARN)


def covering(waivers: Iterable[Waiver], condition: str, subject: str, today: date) -> Waiver | None:
    """The waiver in force for a subject of a condition, if there is one."""
    for waiver in waivers:
        if waiver.condition == condition and waiver.subject in (None, subject) and today <= waiver.until:
            return waiver
    return None


def waived(judgement: Judgement, waiver: Waiver | None) -> Judgement:
    """The judgement with its waiver applied; where the condition holds, the message calls the waiver unneeded."""
    verdict = judgement.verdict
    if waiver is None:
        return judgement
    if verdict.outcome in WAIVABLE:
        return replace(judgement, verdict=replace(verdict, outcome=Outcome.WAIVED), waiver=waiver)
    if verdict.outcome is Outcome.PASS:
        message = f"{verdict.message}; the waiver ({waiver.reason}) is no longer needed"
        return replace(judgement, verdict=replace(verdict, message=message))
    return judgement


def missed(inventory: Inventory, judged: Iterable[tuple[str, str]]) -> list[str]:
    """Of the waivers that name a subject, those whose condition was judged and has no such subject, in words."""
    subjects: dict[str, list[str]] = {}
    for condition, subject in judged:
        subjects.setdefault(condition, []).append(subject)
    return [
        f"{waiver.condition} {waiver.subject}: {_nearest(waiver.subject, subjects[waiver.condition])}"
        for waiver in inventory.waivers
        if waiver.subject and waiver.condition in subjects and waiver.subject not in subjects[waiver.condition]
    ]


def _nearest(subject: str, known: list[str]) -> str:
    """The subjects that there are, those that begin alike first."""
    ordered = sorted(dict.fromkeys(known), key=lambda each: not each.startswith(subject))
    subjects = "only subject is" if len(ordered) == 1 else "subjects are"
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
    return f"the condition's {subjects} {', '.join(ordered[:3])}{more}"


def refuse_unknown_names(inventory: Inventory, catalogue: Iterable[Condition]) -> None:
    """A waiver or a requirement of a condition that there is not is a mistake: pytest.UsageError lists them all."""
    conditions = list(catalogue)
    ids, areas = {each.id for each in conditions}, {each.area for each in conditions}
    problems = [
        inventory.problem(("waivers", number, "condition"), f"there is no condition {waiver.condition}")
        for number, waiver in enumerate(inventory.waivers)
        if waiver.condition not in ids
    ] + [
        inventory.problem(("require", number), f"there is no condition and no area {name}")
        for number, name in enumerate(inventory.require)
        if name not in ids | areas
    ]
    if problems:
        listed = "\n".join(str(problem) for problem in problems)
        raise pytest.UsageError(f"the inventory cannot be used (pytest --conditions lists the conditions):\n{listed}")
