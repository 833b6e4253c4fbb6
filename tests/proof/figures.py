"""How often the recorded runs found what was declared, and what they said that was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.records import VerdictWord
from tests.proof.records import Named, Record

ACCUSING = (VerdictWord.FAIL, VerdictWord.WARN)
EXAMPLES = 2


@dataclass(frozen=True)
class OfKind:
    """A kind of cause. scenes, faults: how many declare it; found: of these, how many name it at the same things;
    first: how many of those that declare it first name it first; falsely: how many name it and do not declare it.
    """

    scenes: int
    faults: int
    found: int
    declared_first: int
    first: int
    falsely: int


@dataclass(frozen=True)
class OfVerdicts:
    """Verdicts that are no PASS. declared: how many there must be; found: how many of them there are, with the right
    word; falsely: how many others there are; passed: how many sound subjects were left alone.
    """

    declared: int
    found: int
    falsely: int
    passed: int


@dataclass(frozen=True)
class OfCondition:
    """The runs that declare a FAIL or WARN of a condition. closest: those of them in which the fewest others trip.

    words: how many verdicts are declared, by the word.
    """

    words: Mapping[str, int]
    scenes: int
    faults: int
    closest_scenes: tuple[str, ...]
    closest_faults: tuple[str, ...]


def of_condition(condition: str, scenes: Sequence[Record], faults: Sequence[Record]) -> OfCondition:
    """The figures of a condition."""
    told = [word for each in (*scenes, *faults) for (of, _), word in each.verdicts.items() if of == condition]
    tripping, broken = (
        sorted((each for each in records if _accuses(each, condition)), key=lambda each: len(each.verdicts))
        for records in (scenes, faults)
    )
    return OfCondition(
        words=Counter(told),
        scenes=len(tripping),
        faults=len(broken),
        closest_scenes=tuple(each.name for each in tripping[:EXAMPLES]),
        closest_faults=tuple(each.name for each in broken[:EXAMPLES]),
    )


def _accuses(record: Record, condition: str) -> bool:
    return any(of == condition and word in ACCUSING for (of, _), word in record.verdicts.items())


def of_kind(
    kind: str, scenes: Sequence[Record], faults: Sequence[Record], named: dict[str, tuple[Named, ...]]
) -> OfKind:
    """The figures of a kind. named: the causes that the rules name, by the key of the record."""
    records = [*scenes, *faults]
    declaring = [each for each in records if kind in _kinds(each.causes)]
    leading = [each for each in records if kind in _kinds(each.causes[:1])]
    return OfKind(
        scenes=len([each for each in scenes if each in declaring]),
        faults=len([each for each in faults if each in declaring]),
        found=len([each for each in declaring if _of(kind, each.causes) == _of(kind, named[each.key])]),
        declared_first=len(leading),
        first=len([each for each in leading if kind in _kinds(named[each.key][:1])]),
        falsely=len([each for each in records if each not in declaring and kind in _kinds(named[each.key])]),
    )


def of_verdicts(records: Sequence[Record]) -> OfVerdicts:
    """The figures of all verdicts of some runs."""
    return OfVerdicts(
        declared=sum(len(each.verdicts) for each in records),
        found=sum(len(each.verdicts.items() & each.tripped.items()) for each in records),
        falsely=sum(len(each.tripped.keys() - each.verdicts.keys()) for each in records),
        passed=sum(result.verdict is VerdictWord.PASS for each in records for result in each.run.results),
    )


def _kinds(causes: Sequence[Named]) -> set[str]:
    return {kind for kind, _, _ in causes}


def _of(kind: str, causes: Sequence[Named]) -> list[tuple[str, ...]]:
    return [things for name, things, _ in causes if name == kind]
