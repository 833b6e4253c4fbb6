"""What a run says of the waivers in its inventory: which expired or soon will, covered nothing, or are exceeded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from checks.engine.waivers import Waivers, fits, matches, number_of
from fixtures.inventory import Waiver

ANNOUNCED = timedelta(days=14)


def ends(waivers: Iterable[Waiver], today: date) -> dict[str, list[dict[str, Any]]]:
    """The waivers whose last day has passed, and those whose last day is near."""
    listed = [(waiver, waiver.model_dump(mode="json")) for waiver in waivers]
    return {
        "waivers_expired": [told for waiver, told in listed if waiver.until < today],
        "waivers_expiring": [told for waiver, told in listed if today <= waiver.until <= today + ANNOUNCED],
    }


def effects(waivers: Waivers, left_out: Collection[str]) -> dict[str, list[str]]:
    """In words, the waivers that covered nothing, and those that name more than their count.

    left_out: the conditions that were not judged at every subject; what they would have shown is not known.
    """
    judged = {condition for condition, _ in waivers.judged} - set(left_out)
    return {
        "waivers_missed": [
            f"{_name(waiver)}: {_why_idle(waiver, waivers)}" for waiver in waivers.idle if waiver.condition in judged
        ],
        "waivers_exceeded": [
            f"{_name(waiver)}: {number_of(waiver, waivers.judged)} do not pass and its count is {waiver.count},"
            " so none of them is waived"
            for waiver in waivers.exceeded
        ],
    }


def _name(waiver: Waiver) -> str:
    return " ".join(filter(None, (waiver.condition, waiver.subject, waiver.code)))


def _why_idle(waiver: Waiver, waivers: Waivers) -> str:
    of_condition = [each for condition, each in waivers.judged if condition == waiver.condition]
    named = [each for each in of_condition if matches(waiver, waiver.condition, each)]
    if not named:
        return _nearest(waiver.subject or "", [each.subject for each in of_condition])
    if any(fits(waiver, waiver.condition, each) for each in named):
        return "an earlier waiver covers the same"
    codes = {each.verdict.reason for each in named if each.verdict.outcome.lower() in waiver.covers}
    if waiver.code and codes:
        return f"what does not pass has the code {', '.join(sorted(filter(None, codes)))}"
    words = Counter(each.verdict.outcome.replace("_", " ") for each in named)
    if len(named) == 1:
        return f"the verdict is {next(iter(words))}"
    return f"the verdicts are {', '.join(f'{number} {word}' for word, number in sorted(words.items()))}"


def _nearest(subject: str, known: list[str]) -> str:
    """The subjects that there are, those that begin alike first."""
    start = subject.partition("*")[0]
    ordered = sorted(dict.fromkeys(known), key=lambda each: not each.startswith(start))
    subjects = "only subject is" if len(ordered) == 1 else "subjects are"
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
    return f"the condition's {subjects} {', '.join(ordered[:3])}{more}"
