"""Verdicts that say the same of many subjects, shown once: nobody reads 29 rows for 29 tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.records import Header, Result, VerdictWord


@dataclass(frozen=True)
class Group:
    """Verdicts that differ in nothing but their subject; what is UNKNOWN for one cause may be of several conditions."""

    results: tuple[Result, ...]

    @property
    def first(self) -> Result:
        """The verdict whose words stand for all of them."""
        return self.results[0]

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it is said of."""
        return tuple(result.subject for result in self.results)

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions, more than one only where they are UNKNOWN for the same cause."""
        return tuple(dict.fromkeys(result.condition for result in self.results))

    @property
    def severity(self) -> str:
        """The severity; of several conditions the graver one."""
        return next((result.severity for result in self.results if result.critical), self.first.severity)

    @property
    def same_message(self) -> bool:
        """Whether all of them say it in the same words."""
        return len({result.message for result in self.results}) == 1

    @property
    def same_values(self) -> bool:
        """Whether all of them saw and expected the same."""
        return len({json.dumps([r.seen, r.expected], sort_keys=True, default=str) for r in self.results}) == 1


# The columns of tables: what was judged, then what was not.
WORDS = (
    VerdictWord.PASS,
    VerdictWord.WARN,
    VerdictWord.FAIL,
    VerdictWord.UNKNOWN,
    VerdictWord.SKIPPED,
    VerdictWord.NOT_APPLICABLE,
    VerdictWord.WAIVED,
)
# What ends a run, or is wrong in it, at whatever it was about to look.
_OF_THE_RUN = frozenset({"run.interrupted", "run.time-limit", "run.ending", "run.internal-error"})


def same_cause(result: Result) -> object:
    """Equal for what is UNKNOWN for one cause: the same reason at the same things; of this run itself at any."""
    return (result.reason, () if result.reason in _OF_THE_RUN else result.about)


def group(results: Iterable[Result]) -> list[Group]:
    """Group what says the same, in order of first appearance; what is UNKNOWN is grouped by its cause alone."""
    groups: dict[object, list[Result]] = {}
    for result in results:
        if result.verdict is VerdictWord.UNKNOWN:
            same: object = (result.verdict, same_cause(result))
        else:
            why = (result.reason, result.remedy, result.waiver, bool(result.recovered_at))
            same = (result.verdict, result.condition, result.severity, why)
        groups.setdefault(same, []).append(result)
    return [Group(tuple(members)) for members in groups.values()]


def by_area(header: Header, results: Iterable[Result]) -> dict[str, list[Result]]:
    """Verdicts by area, in the order of the header's areas, or else of its catalogue."""
    known = list(dict.fromkeys([*header.areas, *(entry.area for entry in header.catalogue)]))
    areas: dict[str, list[Result]] = {}
    for result in results:
        areas.setdefault(result.area, []).append(result)
    return {area: areas[area] for area in [*known, *areas] if area in areas}


def area_title(header: Header, area: str) -> str:
    """An area as people read it: `Containers` for CTR; the area itself where the run does not name it."""
    return header.areas.get(area, area)


def shown_words(counts: Mapping[VerdictWord, int]) -> list[VerdictWord]:
    """The columns of a table of counts: the first four always, the others where anything is counted."""
    return [word for word in WORDS if word in WORDS[:4] or counts[word]]


def count(results: Iterable[Result]) -> dict[VerdictWord, int]:
    """How many verdicts of each word, all seven."""
    found = [result.verdict for result in results]
    return {word: found.count(word) for word in WORDS}
