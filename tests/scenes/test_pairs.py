"""Two faults at once are two causes: of pairs of scenes, each one's causes are found, and no others.

By default a dozen are played, and 300 are made of recorded runs; CONTRIBUTING.md says how to try thousands.
"""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path

import pytest

from lab import embedded
from lab.embedded import Embedded
from reports.diagnosis.engine import find_causes
from reports.results import Run, read
from tests.scenes.merging import comparable, merged
from tests.scenes.pairs import (
    LIVE,
    MERGED,
    SEED,
    Causes,
    both,
    effect_of,
    live_pairs,
    of_kinds,
    one_of_each_kind,
    pairs_of,
    union,
)
from tests.suite import Suite

SCENES = max(30, MERGED // 5)
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
    # What a scene does not show by itself is said by the test of the scene.
    shown = [name for name in scenes if _causes(runs[name]) == union(effect_of(name).causes)]

    def as_one(one: str, other: str) -> Run | None:
        return merged(runs["healthy"], runs[one], runs[other])

    wrong, tried = [], 0
    for one, other in islice(pairs_of(shown, lambda *pair: as_one(*pair) is not None), MERGED):
        both_runs = as_one(one, other)
        assert both_runs is not None
        expected, found = union(effect_of(one).causes, effect_of(other).causes), _causes(both_runs)
        tried += 1
        if found != expected:
            wrong.append(f"{one} and {other}: {_difference(expected, found)}")
    assert not wrong, "\n".join([f"{len(wrong)} of {tried} pairs (seed {SEED}):", *wrong])
    assert tried == MERGED


def _recorded(name: str, suite: Suite, directory: Path) -> Run:
    with embedded.start(name, directory=directory / name) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *cluster.scene.options)
    return comparable(read(outcome.reports))


def _causes(run: Run) -> Causes:
    return of_kinds((each.id, each.things) for each in find_causes(run.header, run.results))


def _difference(expected: Causes, found: Causes) -> str:
    lacks = [f"{kind} {', '.join(sorted(things))}" for kind, things in expected.items() if found.get(kind) != things]
    has = [f"{kind} {', '.join(sorted(things))}" for kind, things in found.items() if expected.get(kind) != things]
    return f"lacks {lacks}, has {has}"
