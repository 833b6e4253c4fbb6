"""Every scene starts and answers, and declares what it trips."""

from __future__ import annotations

import re

import pytest

from lab import embedded
from lab.embedded.expectations import Expectations
from lab.embedded.healthy import healthy_cluster
from tests.lab.conftest import Start

SCENES = embedded.scenes()


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
    if name not in ("certificate-expired", "ca-expired"):
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
    unknown = {("STATUS-3", b), ("STATUS-4", f"{b}:{a}"), ("STATUS-4", f"{b}:{b}"), ("STATUS-7", f"{a}:{b}")}
    for condition in (
        "PING-3", "IDENT-1", "NGINX-1", "NGINX-2", "NGINX-3", "STATUS-1", "REG-1", "TLS-1", "TLS-2",
    ):  # fmt: skip
        unknown.add((condition, b))
    unknown |= {("RDB-4", b), ("TOKEN-1", f"admin:{b}"), ("TOKEN-1", f"reader:ci:{b}"), ("FEED-9", f"{a}:{b}")}
    unknown |= {("FEED-1", f"{feed}:{b}") for feed in ("global", "library.alpine", "finance.ledger")}
    # The clock of the one that is left has none to be compared with.
    unknown |= {("TOKEN-4", a), ("TOKEN-4", b)}
    assert expect.verdicts == {("PING-1", b): "FAIL"} | dict.fromkeys(unknown, "UNKNOWN")
