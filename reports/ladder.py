"""The ladder of recovery, as remedies.yaml has it: its rungs from the top, and what must be shown before each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from reports.remedies import Command, texts

RUNGS = (
    "save-first",
    "repair-first",
    "start",
    "restart-container",
    "restart-replica",
    "restart-engine",
    "reconfigure",
    "remove-join",
    "emergency-repair",
    "restore",
    "call-support",
)
"""From the top; call-support stands beside the others."""


@dataclass(frozen=True)
class Rung:
    """text: what to do, in one sentence; does: what it changes, and for whom. needs: ids of preconditions; check: the
    command that shows whether it helped.
    """

    id: str
    title: str
    text: str
    does: str
    needs: tuple[str, ...]
    commands: tuple[Command, ...]
    check: str
    never: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether it changes something in the cluster."""
        return self.id not in ("save-first", "repair-first", "call-support")


@dataclass(frozen=True)
class Precondition:
    """What must have been shown before a rung (`text`), and how to show it."""

    id: str
    text: str
    show: str


@cache
def rungs() -> Mapping[str, Rung]:
    """All rungs by id, from the top."""
    found = texts("rungs")
    return {
        name: Rung(
            id=name,
            title=found[name]["title"],
            text=found[name]["text"],
            does=found[name]["does"],
            needs=tuple(found[name]["needs"]),
            commands=tuple(Command(**row) for row in found[name].get("commands", ())),
            check=found[name]["check"],
            never=tuple(found[name].get("never", ())),
        )
        for name in RUNGS
    }


@cache
def preconditions() -> Mapping[str, Precondition]:
    """All preconditions by id."""
    return {name: Precondition(name, text["text"], text["show"]) for name, text in texts("preconditions").items()}
