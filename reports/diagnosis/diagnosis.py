"""The diagnosis of a run as all reports show it: each cause with its words, its impact and what to do.

One text for each, made here: terminal, page, JUnit and results.jsonl show the same. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.actions import Action, actions_of, next_action
from reports.diagnosis.case import Case, type_of
from reports.diagnosis.cause import COLLISION, Cause
from reports.diagnosis.engine import causes_of
from reports.diagnosis.impact import Impact, impact_of
from reports.diagnosis.impact_words import impact_text
from reports.diagnosis.tried import tried_text
from reports.diagnosis.words import cause_text, conditions_text, explains_text
from reports.plain import when
from reports.records import Header, Result
from reports.remedies import Remedy, remedy

# The step of what waits for a name collision, and the things that it holds back.
_HELD = "wait until Mirantis support has settled the name collision; change nothing before, only read"
_HELD_TYPES = frozenset({"cluster", "container", "database", "link", "replica", "table", "volume"})
# The rungs that only say where to begin: what to do then stands in the remedy.
_GENERAL = frozenset({"save-first", "repair-first"})


@dataclass(frozen=True)
class Diagnosed:
    """One cause in words. text: what is wrong; about: which conditions show it, since when, and what it explains.

    impact: who cannot do what; step: the one thing to do next. actions: the rungs of recovery, offered or not. remedy:
    what it means, and how to look closer.
    """

    cause: Cause
    text: str
    about: str
    impacts: tuple[Impact, ...]
    impact: str
    actions: tuple[Action, ...]
    step: str
    remedy: Remedy | None


@dataclass(frozen=True)
class Diagnosis:
    """All causes in the order in which to handle them; impact: who cannot do what because of all of them.

    impact is empty where a question was asked alone.
    """

    causes: tuple[Diagnosed, ...]
    impact: str


def diagnose(header: Header, results: Sequence[Result]) -> Diagnosis:
    """What is wrong, who suffers, and what to do next."""
    case = Case(header, results)
    causes = causes_of(case)
    found = tuple(_diagnosed(case, causes, cause) for cause in causes)
    if header.question and header.question.alone:
        # Of what would follow from the change, nobody suffers yet.
        return Diagnosis(found, "")
    impact = impact_text([impact for each in found for impact in each.impacts]) if found else tried_text(case)
    return Diagnosis(found, impact)


def _diagnosed(case: Case, causes: Sequence[Cause], cause: Cause) -> Diagnosed:
    impacts = impact_of(case, cause)
    actions = actions_of(case, causes, cause)
    found = remedy(cause.remedy)
    since = f"since {when(cause.since)}" if cause.since else ""
    return Diagnosed(
        cause=cause,
        text=cause_text(case.header, cause),
        about="; ".join(filter(None, [conditions_text(cause), since, explains_text(cause)])),
        impacts=impacts,
        impact=impact_text(impacts),
        actions=actions,
        step=_HELD if _is_held(causes, cause) else _step(cause, actions, found),
        remedy=found,
    )


def _is_held(causes: Sequence[Cause], cause: Cause) -> bool:
    """Whether it is about what two things of one name may be: it waits until that is settled."""
    held = cause.id != COLLISION and any(each.id == COLLISION for each in causes)
    return held and {type_of(thing) for thing in cause.things} <= _HELD_TYPES


def _step(cause: Cause, actions: Sequence[Action], found: Remedy | None) -> str:
    """The rung whose commands may be given now; where none may, what the remedy says to look at.

    Support is called for what cannot be repaired: a kind that says to repair first says so before that.
    """
    offered = next_action(actions)
    repairs = offered is not None and offered.rung == "call-support" and "repair-first" in cause.ladder
    if offered is None or offered.rung in _GENERAL or repairs:
        return found.sentence if found else ""
    return offered.text
