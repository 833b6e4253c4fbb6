"""What the scenes of the embedded cluster declare fits the catalogue. No scene is started here: tests/scenes does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checks.condition import WARNING
from lab import embedded
from tests.checks.case import CONDITIONS
from tests.scenes.pairs import effect_of

CRITICAL_IN_PART = ("STATUS-9", "CTR-7", "TLS-3")
"""Warnings of which one verdict is critical: an open database console, a join that failed."""


def declared() -> Iterator[tuple[str, str, str]]:
    """Scene, condition and verdict of all that any scene declares."""
    for name in embedded.scenes():
        yield from ((name, condition, verdict) for (condition, _), verdict in effect_of(name).verdicts.items())


DECLARED = sorted(set(declared()))


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
def test_each_condition_has_a_scene_that_trips_it(condition: str) -> None:
    tripping = [scene for scene, name, verdict in DECLARED if name == condition and verdict != "UNKNOWN"]
    assert tripping, f"no scene of lab/embedded/scenes/ declares a FAIL or WARN of {condition}"


def test_scenes_declare_conditions_that_there_are() -> None:
    unknown = {f"{scene} declares {name}" for scene, name, _ in DECLARED if name not in CONDITIONS}
    assert not unknown


def test_scenes_declare_a_warning_as_one() -> None:
    warnings = {name for name, each in CONDITIONS.items() if each.severity is WARNING} - set(CRITICAL_IN_PART)
    failing = {(scene, name) for scene, name, verdict in DECLARED if verdict == "FAIL"}
    wrong = [f"{scene} declares FAIL of {name}" for scene, name in failing if name in warnings]
    assert not wrong, "these conditions are warnings: expect.warn"
