"""The headline of a run, and what to do first. Pure: from header and results to words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.diagnosis.answer import answer, upgrade_answer
from reports.diagnosis.diagnosis import Diagnosed, Diagnosis, diagnose
from reports.diagnosis.grouping import by_area, count
from reports.diagnosis.places import listed
from reports.diagnosis.words import short
from reports.exit_code import FAILED, NOT_JUDGED, required_not_judged
from reports.plain import many
from reports.records import Header, Result, VerdictWord

State = Literal["FAILED", "UNKNOWN", "PARTIAL", "WARNED", "HEALTHY"]

MOST_STEPS = 5


@dataclass(frozen=True)
class Headline:
    """`text` is the whole line; `state` its first word, for the colour, where it is no answer to a question.

    answer: to what was asked besides how the cluster is, as a line of its own; "" where nothing was.
    """

    state: State
    text: str
    answer: str = ""


@dataclass(frozen=True)
class Step:
    """What is wrong, in a line, and the cause with what to do about it, if it is about one."""

    text: str
    found: Diagnosed | None = None


def headline(header: Header, results: Sequence[Result]) -> Headline:
    """How the cluster is, in one line.

    Conditions are counted, not verdicts: one is judged when it has a verdict on every subject of the inventory and is
    neither UNKNOWN nor SKIPPED on any; one that does not apply counts as judged. What was not wholly judged is never
    called healthy. A question that was asked alone is answered instead, any other besides.
    """
    if header.question and header.question.alone:
        code, text = answer(header, header.question, results)
        states: dict[int, State] = {FAILED: "FAILED", NOT_JUDGED: "UNKNOWN"}
        return Headline(states.get(code, "HEALTHY"), text)
    conditions = [entry.id for entry in header.catalogue] or list(dict.fromkeys(r.condition for r in results))
    seen = {r.condition for r in results}
    blind = {r.condition for r in results if r.unchecked}
    judged = [name for name in conditions if name in seen - blind - set(header.left_out)]
    tally = f"{len(judged)} of {len(conditions)} conditions judged"

    def having(test: Callable[[Result], bool]) -> int:
        return len({r.condition for r in results if test(r)})

    failed = having(lambda r: r.verdict is VerdictWord.FAIL and r.critical)
    warned = having(lambda r: r.verdict is VerdictWord.WARN or (r.verdict is VerdictWord.FAIL and not r.critical))
    unknown = having(lambda r: r.verdict is VerdictWord.UNKNOWN)
    waived = having(lambda r: r.verdict is VerdictWord.WAIVED)
    demanded = _demanded(header, results)
    blocking = any(r.verdict is VerdictWord.UNKNOWN and (r.critical or header.fail_on == "warning") for r in results)

    parts = [
        f"{many(failed, 'condition')} failed" if failed else "",
        f"{many(warned, 'condition')} with warnings" if warned else "",
        f"{many(unknown, 'condition')} unknown" if unknown else "",
        f"{many(waived, 'condition')} waived" if waived else "",
        f"deselected in part: {listed(list(header.left_out), 8)}" if header.left_out else "",
        f"required but not judged: {', '.join(demanded)}" if demanded and not failed else "",
    ]
    state: State
    if failed or (warned and header.fail_on == "warning"):
        state = "FAILED"
    elif blocking or demanded or not seen - blind:
        state = "UNKNOWN"
    elif len(judged) < len(conditions):
        state = "PARTIAL"
    else:
        state = "WARNED" if warned else "HEALTHY"
    if any(r.reason == "run.interrupted" for r in results):
        tally += " before the run was interrupted"
    besides = upgrade_answer(header, header.question, results) if header.question else ""
    return Headline(state, "; ".join([f"{state}: {tally}", *filter(None, parts)]), besides)


def answered(header: Header, results: Sequence[Result]) -> str | None:
    """The answer to the question before a change, as results.jsonl has it; None where nothing was asked."""
    if header.question is None:
        return None
    found = headline(header, results)
    return found.answer or found.text


def counts_per_area(header: Header, results: Iterable[Result]) -> dict[str, dict[VerdictWord, int]]:
    """How many verdicts of each word in each area, areas in the order of the run."""
    return {area: count(members) for area, members in by_area(header, results).items()}


def first_steps(header: Header, results: Sequence[Result], diagnosis: Diagnosis | None = None) -> tuple[Step, ...]:
    """What to do first, at most five steps in order, one for each cause; none when there is nothing to do."""
    found = (diagnosis or diagnose(header, results)).causes
    steps = [_step(each) for each in found]
    covered = {r.condition for each in found for r in each.cause.problems}
    demanded = [name for name in _demanded(header, results) if name not in covered]
    if demanded:
        why = _why(header, results, demanded)
        steps.append(Step(f"Required but not judged in this run: {listed(demanded)} ({why})."))
    if len(steps) <= MOST_STEPS:
        return tuple(steps)
    kept, rest = steps[: MOST_STEPS - 1], found[MOST_STEPS - 1 :]
    names = dict.fromkeys(r.condition for each in rest for r in each.cause.shown_by)
    more = listed([*names, *demanded], 8)
    return (*kept, Step(f"Then {len(steps) - len(kept)} more steps, listed in the report: {more}."))


def _step(found: Diagnosed) -> Step:
    about = f" ({found.about})" if found.about else ""
    return Step(f"{found.text}{about}.", found)


def _demanded(header: Header, results: Sequence[Result]) -> tuple[str, ...]:
    return required_not_judged(results, header.require, header.catalogue, header.left_out)


def _why(header: Header, results: Sequence[Result], demanded: Sequence[str]) -> str:
    if set(demanded) & {*header.deselected, *header.left_out}:
        return "deselected; run without -k, -m and paths, or change `require`"
    skipped = next((r for r in results if r.condition in demanded and r.verdict is VerdictWord.SKIPPED), None)
    return short(skipped.message) if skipped and skipped.message else "no verdict"
