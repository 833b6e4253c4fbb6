"""Runs that several tests read, made once for all workers of pytest-xdist."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.embedded import Request
from tests.front_door.meanwhile import until
from tests.suite import Outcome

LONGEST_SECONDS = 120.0


@dataclass(frozen=True)
class Seen:
    """What a run told, what the cluster was asked, and what had to trip."""

    outcome: Outcome
    requests: list[Request]
    expected: dict[tuple[str, str], str]


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Seen]) -> Seen:
    """What `make` gives for a directory of that name: made by the worker that comes first, read by the others."""
    base = factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    kept = directory / "seen.pickle"
    try:
        directory.mkdir()
    except FileExistsError:
        assert until(kept.exists, LONGEST_SECONDS), f"another worker did not finish the run {name}"
        seen: Seen = pickle.loads(kept.read_bytes())
        return seen
    made = make(directory)
    fresh = kept.with_suffix(".fresh")
    fresh.write_bytes(pickle.dumps(made))
    fresh.rename(kept)
    return made
