"""Two runs side by side, verdict by verdict: for `--baseline RUN` and `--only-new`.

A verdict is the same one in another run when cluster, condition and subject are the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.records import PROBLEMS, Result, VerdictWord
from reports.results import Run

# UNKNOWN is between the two, as in the exit codes: 0, 7, 1.
_RANK = {VerdictWord.WARN: 1, VerdictWord.UNKNOWN: 2, VerdictWord.FAIL: 3}


@dataclass(frozen=True)
class Change:
    """A verdict that both runs have."""

    before: Result
    now: Result


@dataclass(frozen=True)
class Comparison:
    """What changed since the baseline.

    `new` and `worse` are the problems that the baseline did not have, or had milder; `same` it had as bad or worse;
    `resolved` do not fail now; `not_judged` are problems of the baseline that this run did not judge again.
    """

    baseline: Run
    new: tuple[Result, ...] = ()
    worse: tuple[Change, ...] = ()
    same: tuple[Change, ...] = ()
    resolved: tuple[Result, ...] = ()
    not_judged: tuple[Result, ...] = ()


def _rank(result: Result | None) -> int:
    return 0 if result is None else _RANK.get(result.verdict, 0)


def only_new(results: Iterable[Result], baseline: Iterable[Result]) -> tuple[Result, ...]:
    """The problems that the baseline did not have with the same or a worse verdict."""
    before = {result.key: result for result in baseline}
    return tuple(result for result in results if _rank(result) > _rank(before.get(result.key)))


def compare(baseline: Run, now: Run) -> Comparison:
    """Compare an earlier run with this one.

    A problem whose subject this run does not name is resolved when its condition was judged on everything else (an
    alert or an issue leaves no verdict behind); otherwise it was not judged.
    """
    before = {result.key: result for result in baseline.results}
    after = {result.key: result for result in now.results}
    blind = {(r.cluster, r.condition) for r in now.results if r.verdict in (VerdictWord.UNKNOWN, VerdictWord.SKIPPED)}
    blind |= {(now.header.cluster, condition) for condition in now.header.left_out}
    judged = {(r.cluster, r.condition) for r in now.results} - blind

    new: list[Result] = []
    worse: list[Change] = []
    same: list[Change] = []
    for result in now.results:
        if result.verdict not in PROBLEMS:
            continue
        earlier = before.get(result.key)
        if earlier is None or not _rank(earlier):
            new.append(result)
        elif _rank(result) > _rank(earlier):
            worse.append(Change(earlier, result))
        else:
            same.append(Change(earlier, result))

    resolved: list[Result] = []
    not_judged: list[Result] = []
    for earlier in baseline.results:
        later = after.get(earlier.key)
        if earlier.verdict not in PROBLEMS or (later and later.verdict in PROBLEMS):
            continue
        if later is None:
            fixed = (earlier.cluster, earlier.condition) in judged
        else:
            fixed = later.verdict is not VerdictWord.SKIPPED
        (resolved if fixed else not_judged).append(earlier)
    return Comparison(baseline, tuple(new), tuple(worse), tuple(same), tuple(resolved), tuple(not_judged))
