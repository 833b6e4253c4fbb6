"""What to do about a cause: the rungs of recovery from the top, each with its commands or with what is not yet shown.

A rung's command is given only where this run has shown all that the rung needs. Otherwise the rung is named with what
is missing, and without the command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reports.diagnosis.beneath import beneath
from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.diagnosis.filling import commands_of, text_of
from reports.diagnosis.places import shown_things
from reports.diagnosis.preconditions import standing
from reports.diagnosis.standing import Standing
from reports.diagnosis.targets import node_of, targets
from reports.diagnosis.words import cause_text
from reports.ladder import RUNGS, Rung, preconditions, rungs
from reports.remedies import Command

# They act on all things of a cause at once, or not at all.
_TOGETHER = frozenset({"remove-join", "emergency-repair", "restore"})


@dataclass(frozen=True)
class Unmet:
    """What must be shown before a rung, and how to show it. found: whether the run has shown the contrary."""

    needs: str
    show: str
    found: bool = False


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


def actions_of(case: Case, causes: Sequence[Cause], cause: Cause) -> tuple[Action, ...]:
    """The rungs that may help against a cause, from the top."""
    named = {*cause.ladder}
    if any(node_of(case, thing) in case.lost for thing in cause.things):
        # What is lost for good is not repaired; its replica is replaced.
        named.add("remove-join")
    if any(rungs()[name].changes for name in named):
        # What is changed may lie on something that is at fault, and hides what was there before.
        named |= {"save-first", "repair-first"}
    return _one_at_a_time([_action(case, causes, cause, rungs()[name]) for name in RUNGS if name in named])


def _one_at_a_time(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Only the first rung that changes something: the next one is for what that did not help, as another run shows.

    Where a run has not shown whether a milder rung applies, none that comes after it is offered in its place.
    """
    kept: list[Action] = []
    before: Unmet | None = None
    for each in actions:
        action = each
        if each.changes and each.offered and before and (before.found or each.rung not in _TOGETHER):
            action = replace(each, offered=False, commands=(), unmet=(replace(before, found=False),))
        kept.append(action)
        if not each.changes or before:
            continue
        if action.offered:
            text = f'"{each.title}" was done and did not help'
            before = Unmet(text, "do that, then run the checks again", found=True)
        elif not any(unmet.found for unmet in each.unmet):
            before = Unmet(f'"{each.title}" does not apply', "see there what must be shown for that")
    return tuple(kept)


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


def _action(case: Case, causes: Sequence[Cause], cause: Cause, rung: Rung) -> Action:
    things = targets(case, rung.id, cause) or ("cluster",)
    asked = {thing: {name: standing(name, case, causes, cause, thing) for name in rung.needs} for thing in things}
    open_for = tuple(thing for thing in things if set(asked[thing].values()) <= {Standing.MET})
    if rung.id in _TOGETHER and len(open_for) < len(things):
        open_for = ()
    return Action(
        rung=rung.id,
        title=rung.title,
        text=text_of(case, rung, open_for or things),
        offered=bool(open_for),
        does=rung.does,
        commands=commands_of(case, cause, rung, open_for) if open_for else (),
        unmet=tuple(_unmet(case, causes, cause, name, asked) for name in rung.needs if _missing(name, asked)),
        check=rung.check,
        never=rung.never,
    )


def _missing(name: str, asked: Mapping[str, Mapping[str, Standing]]) -> list[str]:
    return [thing for thing, found in asked.items() if found[name] is not Standing.MET]


def _unmet(
    case: Case, causes: Sequence[Cause], cause: Cause, name: str, asked: Mapping[str, Mapping[str, Standing]]
) -> Unmet:
    """What is missing; of which things, where it is not missing for all; and what was found beneath them."""
    things = _missing(name, asked)
    needs = preconditions()[name].text
    if len(things) < len(asked):
        needs = f"{needs} ({shown_things(case.header, things)})"
    if name == "nothing-beneath":
        lower = dict.fromkeys(
            cause_text(case.header, replace(each, detail=""))
            for thing in things
            for each in beneath(case, causes, cause, thing)
        )
        needs = f"{needs}: {'; '.join(lower)}"
    contrary = any(asked[thing][name] is Standing.UNMET for thing in things)
    return Unmet(needs, preconditions()[name].show.replace("NODE", _node(case, things)), contrary)


def _node(case: Case, things: Sequence[str]) -> str:
    """The node to name in `--declare lost=NODE`, where it is one."""
    nodes = {node_of(case, thing) for thing in things}
    found = nodes.pop() if len(nodes) == 1 else None
    return found if found and found in case.header.nodes else "NODE"
