"""A cause behind problems, and the problems that no cause has claimed yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.records import PROBLEMS, Result

Kind = Literal[
    "cut off",
    "majority",
    "silent",
    "unreached",
    "untrusted",
    "identity",
    "mke",
    "log-in",
    "replica",
    "failure",
    "unknown",
    "warning",
]


@dataclass(frozen=True)
class Cause:
    """What is probably wrong: `results` show it themselves, `explains` follow from it.

    `replicas` are those at fault, if it is theirs; `remedy` is the id of what to do.
    """

    kind: Kind
    results: tuple[Result, ...]
    explains: tuple[Result, ...] = ()
    replicas: tuple[str, ...] = ()
    remedy: str | None = None


class Pool:
    """The problems that no cause has claimed yet."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.left = [result for result in results if result.verdict in PROBLEMS]

    def take(self, wanted: Callable[[Result], bool]) -> tuple[Result, ...]:
        taken = tuple(result for result in self.left if wanted(result))
        self.left = [result for result in self.left if not wanted(result)]
        return taken
