"""A cause behind problems, as reports show it."""

from __future__ import annotations

from dataclasses import dataclass

from reports.diagnosis.finding import Harm, Kind
from reports.records import Measured, Result, VerdictWord, worst

COLLISION = "name-collision"
"""The kind before which nothing is changed: two servers, databases or tables have one name."""


@dataclass(frozen=True)
class Cause:
    """What is wrong, most probably: `shown_by` are the verdicts for it, `against` those that speak against it, and
    `explains` what follows from it. things: what is at fault, `type:name`. since: when it began (RFC 3339). own_title,
    own_remedy: instead of those of the kind.
    """

    kind: Kind
    things: tuple[str, ...]
    shown_by: tuple[Result, ...]
    against: tuple[Result, ...] = ()
    explains: tuple[Result, ...] = ()
    harms: tuple[Harm, ...] = ()
    ladder: tuple[str, ...] = ()
    detail: str | None = None
    own_title: str | None = None
    own_remedy: str | None = None

    @property
    def id(self) -> str:
        return self.kind.id

    @property
    def remedy(self) -> str | None:
        """The id of what it means and how to look closer; that of the verdict where the kind of cause has none."""
        return self.own_remedy or self.kind.remedy or self.shown_by[0].remedy

    @property
    def title(self) -> str:
        """What is wrong, with places for the things; empty where its kind has no words of its own."""
        return self.own_title or self.kind.title

    @property
    def problems(self) -> tuple[Result, ...]:
        """All verdicts behind which it stands."""
        return (*self.shown_by, *self.explains)

    @property
    def worst(self) -> VerdictWord:
        """The worst verdict of those that show it."""
        return worst(self.shown_by).verdict

    @property
    def measured(self) -> Measured:
        """How it is known: directly at the thing itself, reported by others, or derived."""
        how = {each.measured for each in self.shown_by}
        return "directly" if "directly" in how else "reported" if "reported" in how else "derived"

    @property
    def since(self) -> str | None:
        """When it began, where the evidence says."""
        return min((each.since for each in self.shown_by if each.since), default=None)
