"""Waivers: known faults that the inventory lets pass until a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase

from checks.engine.evaluate import Judgement
from checks.verdict import Outcome
from fixtures.inventory import Waiver

HOLDS = (Outcome.PASS, Outcome.SKIPPED, Outcome.NOT_APPLICABLE)

Judged = Sequence[tuple[str, Judgement]]
"""The judgements of a run, each with the id of its condition."""


def matches(waiver: Waiver, condition: str, judgement: Judgement) -> bool:
    """Whether the waiver names this subject of this condition. The grammar leaves `*` alone to patterns."""
    subject = judgement.subject
    return waiver.condition == condition and (waiver.subject is None or fnmatchcase(subject, waiver.subject))


def fits(waiver: Waiver, condition: str, judgement: Judgement) -> bool:
    """Whether the waiver names this verdict: its subject, its word and its reason. No error of ours is accepted."""
    verdict = judgement.verdict
    return (
        matches(waiver, condition, judgement)
        and verdict.outcome.lower() in waiver.covers
        and waiver.code in (None, verdict.reason)
        and not judgement.internal_error
    )


def number_of(waiver: Waiver, judged: Judged) -> int:
    """How many verdicts of a run the waiver names."""
    return sum(fits(waiver, condition, judgement) for condition, judgement in judged)


@dataclass
class Waivers:
    """What the waivers of an inventory cover of the judgements of a run, on this day.

    exceeded: those in force that name more than their count, so that they cover nothing.
    """

    of_inventory: Sequence[Waiver]
    judged: Judged
    today: date
    effective: list[Waiver] = field(init=False, default_factory=list)
    exceeded: list[Waiver] = field(init=False, default_factory=list)
    _unneeded: list[Waiver] = field(init=False)

    def __post_init__(self) -> None:
        for waiver in self.of_inventory:
            if self.today <= waiver.until:
                too_many = waiver.count is not None and number_of(waiver, self.judged) > waiver.count
                (self.exceeded if too_many else self.effective).append(waiver)
        self._unneeded = [waiver for waiver in self.effective if self._all_holds(waiver)]

    def covering(self, condition: str, judgement: Judgement) -> Waiver | None:
        """The first waiver that covers it, if there is one."""
        return next((waiver for waiver in self.effective if fits(waiver, condition, judgement)), None)

    def apply(self, condition: str, judgements: Iterable[Judgement]) -> list[Judgement]:
        """The judgements of a condition with what is waived; what passes says which waiver nothing needs any more."""
        return [self._applied(condition, each) for each in judgements]

    def _applied(self, condition: str, judgement: Judgement) -> Judgement:
        verdict = judgement.verdict
        if waiver := self.covering(condition, judgement):
            waived = replace(verdict, outcome=Outcome.WAIVED)
            return replace(judgement, verdict=waived, waiver=waiver, covered=verdict.outcome)
        if verdict.outcome is Outcome.PASS:
            for waiver in self._unneeded:
                if matches(waiver, condition, judgement):
                    message = f"{verdict.message}; the waiver ({waiver.reason}) is no longer needed"
                    return replace(judgement, verdict=replace(verdict, message=message))
        return judgement

    def _all_holds(self, waiver: Waiver) -> bool:
        """Whether all that it names holds; what could not be checked may be what it is for."""
        return all(
            judgement.verdict.outcome in HOLDS
            for condition, judgement in self.judged
            if matches(waiver, condition, judgement)
        )

    @property
    def idle(self) -> list[Waiver]:
        """Those that could cover something, and covered nothing."""
        used = {id(self.covering(condition, judgement)) for condition, judgement in self.judged}
        return [waiver for waiver in self.effective if id(waiver) not in used]
