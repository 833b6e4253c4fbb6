"""The images that run stand in a run's header: remedies are told with them."""

from __future__ import annotations

from typing import Any

import pytest

from checks.engine.records import header
from fixtures.core.store import Key, Store, Unavailable
from fixtures.inventory.msr import COMPONENTS
from fixtures.options import Options
from fixtures.target import Target
from tests.checks.case import look_of
from tests.checks.facts import NOW, A, B, C
from tests.checks.node_facts import N1, N2, N3, container, containers, nodes


def heading(**seen: Any) -> dict[str, Any]:
    store = Store()
    for node in (N1, N2, N3):
        store.add(look_of(Key("containers", node), seen.get(node.replace("-", "_")) or containers(node)))
    return header(Target(nodes(), Options(), {}, store, NOW), [], [], "critical")


def images(**seen: Any) -> dict[str, str]:
    found: dict[str, str] = heading(**seen)["images"]
    return found


def product_image(image: str, version: str) -> Any:
    """Where all containers run an image of that name: `{}` is the component's."""
    named = {
        node: [container(replica, one, image=image.format(one), version=version) for one in COMPONENTS]
        for node, replica in zip((N1, N2, N3), (A, B, C), strict=True)
    }
    seen = {node.replace("-", "_"): containers(node, *changed) for node, changed in named.items()}
    return heading(**seen)["product_image"]


def test_one_of_each_replica() -> None:
    assert images() == dict.fromkeys((A, B, C), "registry.mirantis.com/msr/dtr-api:2.10.4")


def test_what_cannot_be_seen_is_left_out() -> None:
    assert set(images(node_2=Unavailable("docker.refused", "no engine"))) == {A, C}


def test_a_replica_whose_containers_differ_tells_each() -> None:
    older = container(A, "api", image="docker/dtr-api:2.7.9", version="2.7.9")
    told = images(node_1=containers(N1, older))
    assert told[f"dtr-api-{A}"] == "docker/dtr-api:2.7.9"
    assert told[f"dtr-nginx-{A}"] == "registry.mirantis.com/msr/dtr-nginx:2.10.4"
    assert A not in told
    assert told[B] == "registry.mirantis.com/msr/dtr-api:2.10.4"


def test_without_nodes_there_are_none() -> None:
    target = Target(nodes(nodes=[], replicas=[{"id": A, "address": "10.0.0.11"}]), Options(), {}, Store(), NOW)
    assert header(target, [], [], "critical")["images"] == {}


@pytest.mark.parametrize(
    ("image", "version", "found"),
    [
        ("docker/dtr-{}:2.7.8", "2.7.8", "docker/dtr:2.7.8"),
        ("mirantis/dtr-{}:2.8.2", "2.8.2", "mirantis/dtr:2.8.2"),
        ("registry.mirantis.com/msr/dtr-{}:2.10.4", "2.10.4", "registry.mirantis.com/msr/dtr:2.10.4"),
        ("harbor.corp:5000/mirantis_mirror/dtr-{}:2.9.29", "2.9.29", "harbor.corp:5000/mirantis_mirror/dtr:2.9.29"),
        ("mirror_1/dtr-{}:2.9.29@sha256:0a1b", "2.9.29", "mirror_1/dtr:2.9.29"),
        ("mirror_1/dtr-{}@sha256:0a1b", "2.9.29", "mirror_1/dtr:2.9.29"),
        ("mirror_1/dtr-{}@sha256:0a1b", "", None),
        ("sha256:0a1b", "2.9.29", "mirantis/dtr:2.9.29"),
    ],
)
def test_the_image_of_the_command_line_is_from_where_the_containers_are(
    image: str, version: str, found: str | None
) -> None:
    """The digest of a component is not that of another image: then the label's version makes the tag."""
    assert product_image(image, version) == found


def test_by_digest_with_two_versions_no_image_is_named() -> None:
    digest = "mirror_1/dtr-api@sha256:0a1b"
    parts = [containers(N1, container(A, "api", image=digest, version="2.9.29")), Unavailable("docker.refused", "no")]
    assert heading(node_1=parts[0], node_2=parts[1], node_3=parts[1])["product_image"] is None
