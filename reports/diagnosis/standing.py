"""Whether a run has shown what a rung of recovery needs: met, unmet, or not shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from reports.diagnosis.case import Case
from reports.records import Result, VerdictWord


class Standing(StrEnum):
    """The better of two is the later one."""

    UNMET = "unmet"
    NOT_SHOWN = "not shown"
    MET = "met"


def every(standings: Iterable[Standing]) -> Standing:
    """What holds of all: met only where each is, unmet where one is. Met of none."""
    return min(standings, key=list(Standing).index, default=Standing.MET)


def either(*standings: Standing) -> Standing:
    """What holds where one of these is enough."""
    return max(standings, key=list(Standing).index)


def shown(condition: bool | None) -> Standing:
    """Met or unmet; None is not shown."""
    if condition is None:
        return Standing.NOT_SHOWN
    return Standing.MET if condition else Standing.UNMET


def holds(case: Case, condition: str, within: str, fine: Collection[str] = ()) -> Standing:
    """Whether a condition passes at a subject and at all its parts; reasons in `fine` count as if it did.

    What was left out of the run, or was not judged there, is not shown. A waiver accepts a failure, and mends nothing.
    """
    left_out = case.header.left_out.get(condition, ())
    if any(within in subject.split(":") for subject in left_out):
        return Standing.NOT_SHOWN
    return judged([each for each in case.of(condition) if within in each.subject.split(":")], fine)


def judged(results: Sequence[Result], fine: Collection[str] = ()) -> Standing:
    """Whether all of these pass, or do not for one of these reasons; not shown where there is none."""
    return every(_one(each, fine) for each in results) if results else Standing.NOT_SHOWN


def _one(result: Result, fine: Collection[str]) -> Standing:
    match result.verdict:
        case VerdictWord.PASS:
            return Standing.MET
        case VerdictWord.FAIL | VerdictWord.WARN | VerdictWord.WAIVED:
            return shown(result.reason in fine)
        case _:
            return Standing.NOT_SHOWN
