"""The stand-in as an MKE client bundle shows it: one engine of all nodes."""

from __future__ import annotations

import docker
import pytest
from docker.errors import APIError, NotFound
from docker.tls import TLSConfig

from tests.lab.asking import Asker
from tests.lab.conftest import Start
from tests.lab.nodes import PROBE_IMAGE, run

SCENE = "through-a-client-bundle"


@pytest.fixture
def asker(start: Start) -> Asker:
    return start(SCENE)


def _client(asker: Asker, *, certified: bool = True) -> docker.APIClient:
    directory = asker.directory / asker.inventory["mke"]["bundle"]
    own = (str(directory / "cert.pem"), str(directory / "key.pem")) if certified else None
    tls = TLSConfig(client_cert=own, ca_cert=str(directory / "ca.pem"), verify=True)
    address = asker.inventory["mke"]["url"].replace("https://", "tcp://")
    made = docker.APIClient(base_url=address, tls=tls, timeout=5, version="1.41")
    made.trust_env = False
    return made


def test_names_carry_their_node(asker: Asker) -> None:
    engine = _client(asker)
    names = {row["Names"][0] for row in engine.containers(all=True)}
    assert len(names) == 27
    assert "/node-2/dtr-nginx-f3712d9c419a" in names
    told = engine.inspect_container("node-2/dtr-nginx-f3712d9c419a")
    assert (told["Name"], told["Node"]["Name"]) == ("/node-2/dtr-nginx-f3712d9c419a", "node-2")
    assert engine.logs("node-1/dtr-rethinkdb-f2277ad178f7", tail=1) == b"Server ready\n"
    assert "node-3/dtr-ca-f58cf364e3df" in {row["Name"] for row in engine.volumes()["Volumes"]}
    assert len(engine.nodes()) == 3
    with pytest.raises(NotFound):
        engine.inspect_container("node-1/dtr-nginx-f3712d9c419a")


def test_a_container_is_placed_by_a_constraint(asker: Asker) -> None:
    engine = _client(asker)
    made = engine.create_container(
        PROBE_IMAGE, entrypoint=["sh"], command=["-c", "sleep 60"], environment=["constraint:node==node-3"]
    )
    engine.start(made)
    assert engine.inspect_container(made)["Node"]["Name"] == "node-3"
    assert run(engine, made["Id"], "echo here") == (0, "here\n")
    engine.remove_container(made, force=True)
    with pytest.raises(APIError, match="Unable to find a node"):
        engine.create_container(PROBE_IMAGE, environment=["constraint:node==node-9"])


def test_health_is_told_to_anybody_and_nothing_else(asker: Asker) -> None:
    stranger = _client(asker, certified=False)
    assert stranger.ping()
    with pytest.raises(APIError, match="unauthorized"):
        stranger.containers()


def test_the_nodes_have_no_other_way_to_docker(asker: Asker) -> None:
    assert {node["docker"] for node in asker.inventory["nodes"]} == {"bundle"}
