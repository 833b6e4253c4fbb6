"""The processor's seconds that something takes, told as those of one machine: others are up to three times slower."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

UNIT = 0.11
"""Seconds for `_unit` where 604 trivial tests with both reports cost 1.8 s."""


def cpu_seconds(work: Callable[[], object], best_of: int = 2) -> float:
    """The best of so many, without the collection of garbage, which goes through what other tests left.

    The measure is taken in between, and of it the best as well: what shares this processor's caches slows both.
    """
    gc.disable()
    try:
        pairs = [(_taken(work), _taken(_unit)) for _ in range(best_of)]
    finally:
        gc.enable()
    return min(taken for taken, _ in pairs) / min(unit for _, unit in pairs) * UNIT


def _taken(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _unit() -> object:
    """What the suite does most: texts, dicts, lists, and a sort."""
    seen: dict[str, list[int]] = {}
    for number in range(60_000):
        seen.setdefault(f"{number % 1000}:{number}", []).append(number)
    return sorted(seen, key=lambda each: each[::-1])
