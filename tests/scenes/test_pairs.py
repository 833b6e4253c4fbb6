"""Two faults at once are two causes: of pairs of scenes, each one's causes are found, and no others.

In the long form a dozen are played, and 300 are made of recorded runs; CONTRIBUTING.md says how to try thousands.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from lab import embedded
from lab.embedded import Embedded
from reports.results import Run, read
from tests.scenes.merged_pairs import tried
from tests.scenes.merging import comparable
from tests.scenes.pairs import LIVE, MERGED, SEED, both, live_pairs, of_kinds, one_of_each_kind, union
from tests.suite import Suite

SCENES = max(12, MERGED // 5)
"""How many are run alone for the merged pairs; all of them where thousands of pairs are wanted."""
ENOUGH = 1200


@cache
def _live(number: int) -> list[tuple[str, str]]:
    return live_pairs(number)


@pytest.mark.parametrize("number", range(LIVE))
def test_two_scenes_on_one_cluster_are_both_found(suite: Suite, tmp_path: Path, number: int) -> None:
    one, other = _live(LIVE)[number]
    scene = both(one, other)
    with Embedded(scene, replicas=scene.replicas, latency=0, directory=tmp_path / "lab") as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *scene.options)
        expected, declared = cluster.expected, cluster.expected_causes
    found = of_kinds((each["id"], each["things"]) for each in outcome.causes)
    assert outcome.tripped == expected, f"{scene.name} (seed {SEED}): {outcome.output}"
    assert found == union(declared), f"{scene.name} (seed {SEED}): {outcome.output}"


def test_recorded_runs_of_two_scenes_as_one_show_both(suite: Suite, tmp_path: Path) -> None:
    scenes = one_of_each_kind(SCENES if MERGED < ENOUGH else len(embedded.scenes()))
    runs = {name: _recorded(name, suite, tmp_path) for name in ("healthy", *scenes)}
    pairs = list(tried(runs, MERGED))
    wrong = [each.wrong for each in pairs if each.wrong and not each.known]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(pairs)} pairs (seed {SEED}):", *wrong])
    assert len(pairs) == MERGED


def _recorded(name: str, suite: Suite, directory: Path) -> Run:
    with embedded.start(name, directory=directory / name) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *cluster.scene.options)
    return comparable(read(outcome.reports))
