"""What to do about a cause: the rungs of recovery from the top, each with its commands or with what is not yet shown.

A rung's command is given only where this run has shown all that the rung needs. Otherwise the rung is named with what
is missing, and without the command.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.ladder import RUNGS, Rung, preconditions, rungs
from reports.remedies import Command


@dataclass(frozen=True)
class Unmet:
    """What must be shown before a rung, and how to show it."""

    needs: str
    show: str


@dataclass(frozen=True)
class Action:
    """One rung for one cause. text: what to do, in one sentence; does: what it changes, and for whom; check: the
    command that shows whether it helped. commands: empty where it is not offered; unmet: why it is not, or not for all
    things.
    """

    rung: str
    title: str
    text: str
    offered: bool
    does: str = ""
    commands: tuple[Command, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    check: str = ""
    never: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether it changes something in the cluster."""
        return rungs()[self.rung].changes


def actions_of(_case: Case, _causes: Sequence[Cause], cause: Cause) -> tuple[Action, ...]:
    """The rungs that may help against a cause, from the top."""
    named = set(cause.ladder)
    if any(rungs()[name].changes for name in named):
        # What is changed may lie on something that is at fault, and hides what was there before.
        named |= {"save-first", "repair-first"}
    return tuple(_action(rungs()[name]) for name in RUNGS if name in named)


def _action(rung: Rung) -> Action:
    missing = [preconditions()[name] for name in rung.needs]
    return Action(
        rung=rung.id,
        title=rung.title,
        text=rung.text,
        offered=not rung.changes,
        does=rung.does,
        unmet=tuple(Unmet(each.text, each.show) for each in missing),
        check=rung.check,
        never=rung.never,
    )


def next_action(actions: Sequence[Action]) -> Action | None:
    """The one thing to do next: the first rung offered that changes something, else the last that is offered."""
    offered = [each for each in actions if each.offered]
    return next((each for each in offered if each.changes), offered[-1] if offered else None)


def highest(actions: Sequence[Action]) -> str:
    """The id of the highest rung whose commands may be given; call-support stands beside the others."""
    offered = [each.rung for each in actions if each.offered]
    changing = [name for name in offered if rungs()[name].changes]
    if changing:
        return max(changing, key=RUNGS.index)
    return "call-support" if "call-support" in offered else "repair-first"
