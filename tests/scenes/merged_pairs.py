"""Pairs of recorded scenes as one run of both, and what the rules make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from reports.diagnosis.engine import find_causes
from reports.results import Run
from tests.scenes.merging import merged
from tests.scenes.pairs import MISSED, Causes, effect_of, of_kinds, pairs_of, union


@dataclass(frozen=True)
class Pair:
    """Two scenes at once: what is at fault by what both declare, and what the rules name."""

    one: str
    other: str
    expected: Causes
    found: Causes

    @property
    def wrong(self) -> str:
        """What differs; empty where nothing does."""
        lacks, has = _without(self.expected, self.found), _without(self.found, self.expected)
        return f"{self.one} and {self.other}: lacks {lacks}, has {has}" if lacks or has else ""

    @property
    def known(self) -> str:
        """Why it is wrong, where that is known; empty where it is not."""
        return MISSED.get(frozenset({self.one, self.other}), "")


def tried(runs: Mapping[str, Run], number: int) -> Iterator[Pair]:
    """So many pairs of recorded runs, by name and made comparable; `healthy` is one of them.

    What a scene does not show by itself is said by the test of the scene: it is in no pair.
    """
    shown = [
        name for name, run in runs.items() if name != "healthy" and causes_of(run) == union(effect_of(name).causes)
    ]
    usual = runs["healthy"]
    pairs = pairs_of(shown, lambda one, other: merged(usual, runs[one], runs[other]) is not None)
    for one, other in islice(pairs, number):
        run = merged(usual, runs[one], runs[other])
        if run is not None:
            yield Pair(one, other, union(effect_of(one).causes, effect_of(other).causes), causes_of(run))


def causes_of(run: Run) -> Causes:
    """What the rules name of a run."""
    return of_kinds((each.id, each.things) for each in find_causes(run.header, run.results))


def _without(causes: Causes, others: Causes) -> Sequence[str]:
    return [f"{kind} {', '.join(sorted(things))}" for kind, things in causes.items() if others.get(kind) != things]
