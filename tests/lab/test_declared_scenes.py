"""Every scene starts and answers, and declares what it trips."""

from __future__ import annotations

import re

import pytest

from lab import embedded
from lab.embedded.expectations import Expectations
from lab.embedded.healthy import healthy_cluster
from tests.lab.conftest import Start

SCENES = embedded.scenes()
NOT_ASKED = ("certificate-expired", "ca-expired", "addresses-unknown-here", "web-ports-filtered-from-here")
"""Where no replica is asked anything: it is not trusted, or not reached."""


def test_healthy_comes_first() -> None:
    assert next(iter(SCENES)) == "healthy"
    assert len({scene.title for scene in SCENES.values()}) == len(SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_scene_starts_answers_and_declares(start: Start, name: str) -> None:
    asker = start(name)
    scene, expected = asker.cluster.scene, asker.cluster.expected
    assert scene is not None
    assert scene.name == name
    assert re.fullmatch(r"[A-Z\d].*\.", scene.title)
    assert scene.sound == (not expected)
    for _, subject in expected:
        assert re.fullmatch(r"[A-Za-z0-9_.:-]+", subject)
    if name not in NOT_ASKED:
        assert asker.ask("/_ping").status in (200, 500, 503)


@pytest.mark.parametrize("count", [3, 5, 7])
def test_scenes_hold_for_other_sizes(start: Start, count: int) -> None:
    for name in ("one-replica-gone", "split-view", "addresses-swapped", "two-of-three-dead", "gossip-cut"):
        asker = start(name, replicas=count)
        assert len(asker.ids) == count
        assert asker.cluster.expected
        asker.cluster.close()


def test_even_numbers_are_declared(start: Start) -> None:
    assert start(replicas=4).cluster.expected == {("STATUS-14", "cluster"): "WARN"}


def test_a_scene_cannot_declare_two_verdicts_of_one_subject() -> None:
    expect = Expectations(healthy_cluster(3))
    expect.warn("NGINX-1", "f2277ad178f7")
    with pytest.raises(ValueError, match="both WARN and FAIL"):
        expect.fail("NGINX-1", "f2277ad178f7")


def test_what_is_asked_at_a_silent_replica_is_unknown() -> None:
    cluster = healthy_cluster(2)
    expect = Expectations(cluster)
    expect.silent(cluster.bad, handshake=False)
    a, b = "f2277ad178f7", "f3712d9c419a"
    assert expect.verdicts.pop(("PING-1", b)) == "FAIL"
    assert set(expect.verdicts.values()) == {"UNKNOWN"}
    assert {("PING-3", b), ("TLS-1", b), ("STATUS-4", f"{b}:{a}"), ("STATUS-7", f"{a}:{b}")} <= set(expect.verdicts)
    # The clock of the one that is left has none to be compared with. Which the others are, tests/scenes compares.
    assert [key for key in expect.verdicts if b not in key[1].split(":")] == [("TOKEN-4", a)]
