"""Engines of other generations: the APIs that they speak, and the forms of their answers."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError

from lab.embedded.nodes.generations import GENERATIONS
from tests.lab.conftest import Start
from tests.lab.nodes import client

NODES = {generation: f"node-{number}" for number, generation in enumerate(GENERATIONS, 1)}


def told(start: Start, generation: str, version: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """Its info, and an inspection of its nginx; by the newest API unless another version is given."""
    engine = client(start("engines-of-all-generations", replicas=5).cluster, NODES[generation],
                    version=version or GENERATIONS[generation].api)  # fmt: skip
    name = next(row["Id"] for row in engine.containers() if "dtr-nginx" in row["Names"][0])
    return engine.info(), engine.inspect_container(name)


def test_a_client_that_is_too_old_is_refused(start: Start) -> None:
    cluster = start("engines-of-all-generations", replicas=5).cluster
    with pytest.raises(APIError, match=r"1\.41 is too old\. Minimum supported API version is 1\.44"):
        client(cluster, NODES["29"], version="1.41").info()
    engine = client(cluster, NODES["29"], version="1.44")
    assert engine.info()["ServerVersion"] == GENERATIONS["29"].version
    assert engine.version()["MinAPIVersion"] == "1.44"


def test_the_newest_has_no_addresses_beside_its_networks(start: Start) -> None:
    info, nginx = told(start, "29")
    assert info["DriverStatus"] == [["driver-type", "io.containerd.snapshotter.v1"]]
    assert set(nginx["NetworkSettings"]) == {"SandboxID", "SandboxKey", "Ports", "Networks"}
    assert "GraphDriver" not in nginx
    assert nginx["Storage"]["RootFS"]["Snapshot"]["Name"] == "overlayfs"


def test_an_older_api_of_the_newest_has_the_older_form(start: Start) -> None:
    _, nginx = told(start, "29", "1.44")
    assert nginx["NetworkSettings"]["IPAddress"] == ""
    assert nginx["GraphDriver"]["Name"] == "overlayfs"


@pytest.mark.parametrize("generation", ["20.10", "25", "26", "28"])
def test_the_others_keep_images_as_ever(start: Start, generation: str) -> None:
    info, nginx = told(start, generation)
    assert (info["Driver"], nginx["GraphDriver"]["Name"]) == ("overlay2", "overlay2")
    assert ("DNSNames" in nginx["NetworkSettings"]["Networks"]["dtr-ol"]) is (generation != "20.10")
    assert ("Containerd" in info) is (generation == "28")
