"""What each line of MSR runs on, from `upgrade_matrix.yaml` beside this file, which says when that was looked up."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from checks.rules.wording import many

_FILE = Path(__file__).with_suffix(".yaml")


class Line(BaseModel):
    """A line of MSR. mke: the first and the last line of MKE; engines: the first numbers of the engines' versions.

    rethinkdb: the version of RethinkDB in it; None where nobody entered it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mke: tuple[str, str]
    engines: tuple[int, ...]
    rethinkdb: str | None = None

    def fits_engine(self, version: str) -> bool | None:
        """Whether it runs on that engine; None for one between those that are listed."""
        major = numbers(version)[0]
        if major in self.engines:
            return True
        return None if min(self.engines) < major < max(self.engines) else False

    def fits_mke(self, version: str) -> bool:
        """Whether it runs with that MKE."""
        first, last = (numbers(each) for each in self.mke)
        return first <= numbers(version)[:2] <= last


class Matrix(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date
    source: str
    lines: dict[str, Line]

    def line(self, version: str) -> Line | None:
        """What the line of that version of MSR runs on; None where nobody entered it."""
        return self.lines.get(".".join(map(str, numbers(version)[:2])))

    def age(self, today: date) -> str:
        """How old it is, as verdicts say it."""
        days = max((today - self.as_of).days, 0)
        return f"matrix of {self.as_of:%Y-%m-%d}, {many(days, 'day')} old"


def numbers(version: str) -> tuple[int, ...]:
    """2.10.4 as (2, 10, 4); what follows the third number is passed over."""
    return tuple(int(each) for each in re.findall(r"\d{1,6}", version)[:3])


@cache
def matrix() -> Matrix:
    """The matrix of this release."""
    return Matrix.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
