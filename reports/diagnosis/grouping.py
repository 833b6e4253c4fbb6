"""Verdicts that say the same of many subjects, told once: nobody reads 29 rows for 29 tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from reports.records import Result, VerdictWord


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
    def same_values(self) -> bool:
        """Whether all of them saw and expected the same."""
        return len({json.dumps([r.seen, r.expected], sort_keys=True, default=str) for r in self.results}) == 1


# Who told it is no difference: "…, as replica f2277ad178f7 sees it", "…, told by f2277ad178f7, f3712d9c419a".
_WITNESS = re.compile(r",? (?:as (?:replica )?[\w.:, -]+ sees? it|told by [\w.:, -]+)")

# The order of people: well, then ill, then what was not judged.
WORDS = (
    VerdictWord.PASS,
    VerdictWord.WARN,
    VerdictWord.FAIL,
    VerdictWord.UNKNOWN,
    VerdictWord.SKIPPED,
    VerdictWord.NOT_APPLICABLE,
    VerdictWord.WAIVED,
)

_AREAS = "PING IDENT TLS NGINX STATUS ALERT JOB REG VERSION STORE MKE TOKEN FEED NET CTR RDB NODE "


def said(result: Result) -> str:
    """The message without who told it."""
    return _WITNESS.sub("", result.message)


def shape(result: Result) -> str:
    """The message without who told it and without its own subject: it is the same for each of 29 tables."""
    return said(result).replace(result.subject, "…") if len(result.subject) > 2 else said(result)


def group(results: Iterable[Result]) -> list[Group]:
    """Group what says the same, in order of first appearance; what is UNKNOWN is grouped by its cause alone."""
    groups: dict[tuple[object, ...], list[Result]] = {}
    for result in results:
        if result.verdict is VerdictWord.UNKNOWN:
            same: tuple[object, ...] = (result.verdict, result.message)
        else:
            words = (shape(result), result.waiver, bool(result.recovered_at))
            same = (result.verdict, result.condition, result.severity, *words)
        groups.setdefault(same, []).append(result)
    return [Group(tuple(members)) for members in groups.values()]


def area_of(result: Result) -> str:
    """The part of the condition's id before its number."""
    return result.condition.rpartition("-")[0]


def by_area(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Verdicts by area, in the order in which people look."""
    areas: dict[str, list[Result]] = {}
    for result in results:
        areas.setdefault(area_of(result), []).append(result)
    return {area: areas[area] for area in sorted(areas, key=lambda area: (_AREAS + area).split().index(area))}


def count(results: Iterable[Result]) -> dict[VerdictWord, int]:
    """How many verdicts of each word, all seven."""
    found = [result.verdict for result in results]
    return {word: found.count(word) for word in WORDS}


def worst(results: Iterable[Result]) -> Result:
    """The verdict that stands for all of them; of equals the first. ValueError when there is none."""
    order = list(VerdictWord)
    return min(results, key=lambda result: order.index(result.verdict))
