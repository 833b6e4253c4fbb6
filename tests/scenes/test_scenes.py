"""Every scene of the embedded cluster trips what it declared before the run: all of that, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import embedded
from tests.suite import Outcome, Suite


@pytest.mark.parametrize("scene", embedded.scenes())
def test_scene_trips_what_it_declares(suite: Suite, tmp_path: Path, scene: str) -> None:
    with embedded.start(scene, directory=tmp_path / "lab") as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *cluster.scene.options)
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
