"""Recorded runs of scenes and of faults of the swarm lab, beside what each of them declared before it was run.

Where MSR_CHECKS_RECORDS names a directory, the tests of the scenes and of the swarm keep their runs there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab.embedded.expecting import ExpectedCause
from reports.diagnosis.diagnosis import Diagnosis, diagnose
from reports.diagnosis.lines import cause_lines
from reports.records import PROBLEMS
from reports.results import FILE_NAME, Run, read
from tests.suite import Outcome

SCENES, SWARM = "scenes", "swarm"
_DECLARED = "declared.json"

Key = tuple[str, str]
Named = tuple[str, tuple[str, ...], str]
"""A cause: its kind, the things at fault, and the highest rung whose command is shown."""


@dataclass(frozen=True)
class Record:
    """A run. key: `scenes/NAME` or `swarm/NAME`. sound: nothing may be wrong. verdicts, causes: what was declared."""

    key: str
    name: str
    title: str
    sound: bool
    verdicts: Mapping[Key, str]
    causes: tuple[Named, ...]
    run: Run

    @property
    def tripped(self) -> Mapping[Key, str]:
        """What did not pass."""
        return {(each.condition, each.subject): each.verdict for each in self.run.results if each.verdict in PROBLEMS}

    def diagnosis(self) -> Diagnosis:
        """What the rules of now say of it."""
        return diagnose(self.run.header, self.run.results)

    def named(self, diagnosis: Diagnosis) -> tuple[Named, ...]:
        """The causes of a diagnosis of it, as they are declared."""
        lines = cause_lines(self.run.header, diagnosis)
        return tuple((each.id, tuple(sorted(each.things)), each.offers) for each in lines)


def keep(
    kind: str,
    name: str,
    title: str,
    outcome: Outcome,
    verdicts: Mapping[Key, str],
    causes: Iterable[ExpectedCause],
    *,
    sound: bool = False,
) -> None:
    """Keep a run where MSR_CHECKS_RECORDS asks for it. kind: `scenes` or `swarm`."""
    where = os.environ.get("MSR_CHECKS_RECORDS")
    if not where:
        return
    directory = Path(where) / kind / name
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(outcome.reports / FILE_NAME, directory)
    declared = {
        "title": title,
        "sound": sound,
        "verdicts": [[*key, verdict] for key, verdict in verdicts.items()],
        "causes": [[each.id, each.things, each.offers] for each in causes],
    }
    (directory / _DECLARED).write_text(json.dumps(declared), encoding="utf-8")


def kept(directory: Path) -> list[Record]:
    """The records of a directory, in the order of their names."""
    return [_read(each.parent) for each in sorted(directory.glob(f"*/{_DECLARED}"))]


def _read(directory: Path) -> Record:
    declared = json.loads((directory / _DECLARED).read_text(encoding="utf-8"))
    return Record(
        key=f"{directory.parent.name}/{directory.name}",
        name=directory.name,
        title=declared["title"],
        sound=declared["sound"],
        verdicts={(condition, subject): verdict for condition, subject, verdict in declared["verdicts"]},
        causes=tuple((kind, tuple(things), offers) for kind, things, offers in declared["causes"]),
        run=read(directory),
    )
