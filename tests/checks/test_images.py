"""The images that run stand in a run's header: remedies are told with them."""

from __future__ import annotations

from typing import Any

from checks.engine.records import header
from fixtures.core.store import Key, Store, Unavailable
from fixtures.options import Options
from fixtures.target import Target
from tests.checks.case import look_of
from tests.checks.facts import NOW, A, B, C
from tests.checks.node_facts import N1, N2, N3, container, containers, nodes


def images(**seen: Any) -> dict[str, str]:
    store = Store()
    for node in (N1, N2, N3):
        store.add(look_of(Key("containers", node), seen.get(node.replace("-", "_")) or containers(node)))
    target = Target(nodes(), Options(), {}, store, NOW)
    found: dict[str, str] = header(target, [], [], "critical")["images"]
    return found


def test_one_of_each_replica() -> None:
    assert images() == dict.fromkeys((A, B, C), "mirantis/dtr-api:2.8.2")


def test_what_cannot_be_seen_is_left_out() -> None:
    assert set(images(node_2=Unavailable("docker.refused", "no engine"))) == {A, C}


def test_a_replica_whose_containers_differ_tells_each() -> None:
    older = container(A, "api", image="docker/dtr-api:2.7.9", version="2.7.9")
    told = images(node_1=containers(N1, older))
    assert told[f"dtr-api-{A}"] == "docker/dtr-api:2.7.9"
    assert told[f"dtr-nginx-{A}"] == "mirantis/dtr-nginx:2.8.2"
    assert A not in told
    assert told[B] == "mirantis/dtr-api:2.8.2"


def test_without_nodes_there_are_none() -> None:
    target = Target(nodes(nodes=[], replicas=[{"id": A, "address": "10.0.0.11"}]), Options(), {}, Store(), NOW)
    assert header(target, [], [], "critical")["images"] == {}
