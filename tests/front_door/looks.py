"""facts.json, as far as tests read it: when each look began and how long it took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.suite import Outcome


@dataclass(frozen=True)
class Looks:
    """All looks of a run."""

    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, outcome: Outcome) -> Looks:
        return cls(json.loads((outcome.reports / "facts.json").read_text(encoding="ascii"))["observations"])

    @property
    def seconds(self) -> float:
        """From the begin of the first look to the end of the last: what looking cost, apart from pytest's start."""
        begins = [datetime.fromisoformat(row["started"]).timestamp() for row in self.rows]
        ends: list[float] = [begin + row["seconds"] for begin, row in zip(begins, self.rows, strict=True)]
        return max(ends) - min(begins)

    @property
    def again(self) -> set[tuple[str, str]]:
        """What was looked at more than once."""
        return {(row["probe"], row["subject"]) for row in self.rows if row["round"]}

    def at(self, subject: str, *, inherited: bool) -> set[str]:
        """The probes of a subject that looked themselves, or those that took over why another could not."""
        return {row["probe"] for row in self.rows if row["subject"] == subject and row["inherited"] is inherited}
