"""Every scene starts and answers, and declares what it trips in the words that are agreed."""

from __future__ import annotations

import re

import pytest

from lab import embedded
from lab.embedded.expectations import Expectations
from lab.embedded.healthy import healthy_cluster
from tests.lab.conftest import Start

SCENES = embedded.scenes()

# What this API and these nodes can show, and the verdicts that each condition may get when it does not pass.
ONLY_WARN = (
    "PING-3", "NGINX-2", "NGINX-3", "STATUS-13", "STATUS-14", "STATUS-15", "STATUS-16", "JOB-2", "CTR-6", "CTR-7",
    "NET-3", "NET-5", "NODE-4", "RDB-3", "TOKEN-4",
)  # fmt: skip
# STATUS-9 is a warning, but an open database console fails.
MAY_FAIL = (
    "PING-1", "PING-2", "IDENT-1", "NGINX-1", *(f"STATUS-{n}" for n in range(1, 13)), "ALERT-1",
    *(f"CTR-{n}" for n in range(1, 6)), "NET-1", "NET-2", "NET-4", *(f"NODE-{n}" for n in (1, 2, 3, 5, 6)),
    "JOB-1", "REG-1", "TLS-1", "TLS-2", "VERSION-1", "STORE-1", "MKE-1", *(f"TOKEN-{n}" for n in range(4)),
    *(f"FEED-{n}" for n in range(1, 10)), "RDB-1", "RDB-2", "RDB-4",
)  # fmt: skip


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
    for (condition, subject), verdict in expected.items():
        assert condition in ONLY_WARN + MAY_FAIL
        assert verdict in (("WARN", "UNKNOWN") if condition in ONLY_WARN else ("FAIL", "WARN", "UNKNOWN"))
        assert re.fullmatch(r"[A-Za-z0-9_.:-]+", subject)
    if name not in ("certificate-expired", "ca-expired"):
        assert asker.ask("/_ping").status in (200, 500, 503)


def test_every_condition_has_a_scene_that_trips_it() -> None:
    tripped: set[str] = set()
    for scene in SCENES.values():
        cluster = healthy_cluster(scene.replicas)
        expect = Expectations(cluster)
        scene.play(cluster, expect)
        if not scene.sound:
            tripped |= {condition for (condition, _), verdict in expect.verdicts.items() if verdict != "UNKNOWN"}
    assert tripped == set(ONLY_WARN + MAY_FAIL)


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
