"""Every scene of the embedded cluster trips what it declared before the run: all of that, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import embedded
from tests.suite import Outcome
from tests.warm import WarmSuite, warm_suite


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmSuite]:
    with warm_suite() as suite:
        yield suite


@pytest.mark.parametrize("scene", embedded.scenes())
def test_scene_trips_what_it_declares(warm: WarmSuite, tmp_path: Path, scene: str) -> None:
    with embedded.start(scene, directory=tmp_path / "lab") as cluster:
        outcome = warm.run(f"--inventory={cluster.inventory}", *cluster.scene.options, reports=tmp_path / "reports")
        expected, sound = cluster.expected, cluster.scene.sound
    assert outcome.tripped == expected, outcome.output
    assert not (sound and expected)
    assert outcome.code == _code(outcome), outcome.output
    assert not [each for each in outcome.results if each["message"].startswith("internal error in the")]


def _code(outcome: Outcome) -> int:
    """A FAIL is critical, since the failure of a warning is a WARN; of what is UNKNOWN only the critical counts."""
    if "FAIL" in outcome.tripped.values():
        return 1
    unknown = [each for each in outcome.results if each["verdict"] == "UNKNOWN" and each["severity"] == "critical"]
    return 7 if unknown else 0
