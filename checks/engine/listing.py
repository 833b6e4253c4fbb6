"""No more verdicts of one check than anybody reads: an answer can name any number of tables, alerts or replicas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checks.engine.evaluate import Judgement
from checks.verdict import gravity

# Ten times what the largest cluster has of anything that its answers name.
MOST = 1000


def listed(judgements: Sequence[Judgement], subject: str) -> list[Judgement]:
    """The gravest of them in their order, and one for all the others, as grave as the first of these.

    subject: of the check, for that one. Nothing that decides the exit code is lost.
    """
    if len(judgements) <= MOST:
        return list(judgements)
    gravest = sorted(range(len(judgements)), key=lambda place: gravity(judgements[place].verdict.outcome))
    kept = [judgements[place] for place in sorted(gravest[: MOST - 1])]
    others, first = len(judgements) - len(kept), judgements[gravest[MOST - 1]]
    message = f"{others:,} more that are not listed, the first is {first.subject}: {first.verdict.message}"
    taken = {each.subject for each in kept}
    names = (subject, *(f"{subject}-{number}" for number in range(2, MOST + 2)))
    name = next(name for name in names if name not in taken)
    return [*kept, replace(first, subject=name, verdict=replace(first.verdict, message=message, subject=None))]
