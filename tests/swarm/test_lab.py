"""The lab without the suite: what it promises is there, as the system's own commands see it."""

from __future__ import annotations

import re
import ssl
import subprocess
import urllib.request
from contextlib import closing
from urllib.error import URLError

import docker
import pytest
import yaml
from docker.tls import TLSConfig
from requests.exceptions import RequestException

from lab.embedded.product import VERSION
from lab.swarm import Lab, LabError
from lab.swarm.engines import Engine
from lab.swarm.faults.looks import ssh
from lab.swarm.image import COMPONENTS
from lab.swarm.plan import IMAGE, NETWORK


def said(lab: Lab, number: int, command: str, seconds: int = 20) -> str:
    """What a command says that is run by ssh on a node."""
    done = ssh(lab, number, command, seconds)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def test_docker_answers_by_ssh_on_every_node(lab: Lab) -> None:
    for node in lab.nodes:
        assert said(lab, node.machine.number, "hostname") == node.machine.name
        listed = said(lab, node.machine.number, "docker ps --format '{{.Names}}'").split()
        expected = {f"dtr-{component}-{node.machine.replica}" for component in COMPONENTS}
        assert set(listed) == (expected if node.machine.replica else set())


def test_swarm_is_ready_with_one_manager(lab: Lab) -> None:
    rows = said(lab, 1, "docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'").splitlines()
    assert sorted(row.split() for row in rows) == [
        ["node-1", "Ready", "Leader"], ["node-2", "Ready"], ["node-3", "Ready"], ["node-4", "Ready"],
    ]  # fmt: skip
    shown = said(lab, 1, f"docker network inspect -f '{{{{.Driver}}}} {{{{.Attachable}}}}' {NETWORK}")
    assert shown == "overlay true"


def test_the_guides_overlay_test_succeeds(lab: Lab) -> None:
    """The documented commands, with the tag of the image that is there."""
    said(lab, 1, f"docker run -d --rm --net {NETWORK} --name overlay-test1 --entrypoint sleep {IMAGE} 60")
    ping = f"docker run --rm --net {NETWORK} --name overlay-test2 --entrypoint ping {IMAGE} -c 3 overlay-test1"
    assert "3 packets transmitted, 3 packets received, 0% packet loss" in said(lab, 4, ping)
    said(lab, 1, "docker rm -f overlay-test1")


def test_image_without_tag_is_nowhere(lab: Lab) -> None:
    """As on real nodes; and no registry can be reached from the lab."""
    done = ssh(lab, 1, "docker run --rm mirantis/dtr true", 20)
    assert done.returncode == 125
    assert "mirantis/dtr:latest" in done.stderr


def test_second_user_may_only_sudo(lab: Lab) -> None:
    node = lab.node(2)
    shell = ["ssh", "-F", str(lab.keys.ssh_config), f"admin@{node.machine.address}"]
    plain = subprocess.run([*shell, "docker ps"], capture_output=True, text=True, timeout=20, check=False)
    assert "permission denied" in plain.stderr
    sudo = subprocess.run([*shell, "sudo -n docker ps -q"], capture_output=True, text=True, timeout=20, check=True)
    assert len(sudo.stdout.split()) == len(COMPONENTS)


def test_engine_demands_a_client_certificate(lab: Lab, engine: Engine) -> None:
    url = f"tcp://{lab.node(3).machine.address}:2376"
    keys = lab.keys.client
    ca = str(keys / "ca.pem")
    known = TLSConfig(client_cert=(str(keys / "cert.pem"), str(keys / "key.pem")), ca_cert=ca, verify=True)
    with closing(docker.APIClient(base_url=url, tls=known, version=engine.api)) as client:
        client.trust_env = False  # else requests takes the CAs of REQUESTS_CA_BUNDLE instead
        assert client.info()["Name"] == "node-3"
    stranger = TLSConfig(ca_cert=ca, verify=True)
    with closing(docker.APIClient(base_url=url, tls=stranger, version=engine.api)) as client:
        client.trust_env = False
        with pytest.raises(RequestException, match=r"ALERT_BAD_CERTIFICATE|CERTIFICATE_REQUIRED"):
            client.ping()


def test_containers_are_labelled_as_the_products(lab: Lab) -> None:
    node = lab.node(1)
    for component in COMPONENTS:
        about = node.docker.inspect_container(f"dtr-{component}-{node.replica}")
        labels, config = about["Config"]["Labels"], about["Config"]
        assert labels["com.docker.dtr.version"] == VERSION
        assert labels["com.docker.dtr.replica"] == node.replica
        assert f"DTR_REPLICA_ID={node.replica}" in config["Env"]
        assert about["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
        assert list(about["NetworkSettings"]["Networks"]) == [NETWORK]
        assert ("Health" in about["State"]) == (component == "nginx")


def test_real_nginx_fronts_the_api_of_its_replica(lab: Lab) -> None:
    context = ssl.create_default_context(cafile=lab.keys.ca)
    context.check_hostname = False  # as usual, the certificate holds the public name, and this asks by address
    for node in lab.carriers:
        url = f"https://{node.machine.address}"
        with urllib.request.urlopen(f"{url}/_ping", context=context, timeout=10) as answer:
            assert answer.headers["X-Replica-ID"] == node.replica
            assert answer.headers["Server"].startswith("nginx")
        with urllib.request.urlopen(f"{url}/nginx_status", context=context, timeout=10) as answer:
            assert re.match(rb"Active connections: \d+ \nserver accepts handled requests\n", answer.read())


def test_inventory_names_every_node_with_its_way_in(lab: Lab) -> None:
    tree = yaml.safe_load(lab.inventory.read_text())
    assert [node["ssh"]["host"] for node in tree["nodes"]] == [node.machine.address for node in lab.nodes]
    assert tree["overlay"] == {"networks": [NETWORK], "image": IMAGE, "nodes": ["node-4"]}


def test_nothing_leads_out_of_the_lab(lab: Lab) -> None:
    """A mistake in a check, or a pull, can reach nobody."""
    assert said(lab, 1, "ip route show default") == ""
    with pytest.raises(URLError):
        urllib.request.urlopen("http://192.0.2.1/", timeout=3)


def test_unknown_names_are_refused_at_once(lab: Lab) -> None:
    """With no name server that answers, each would take ten seconds in a container."""
    took = said(lab, 1, f"docker run --rm --net {NETWORK} --entrypoint sh {IMAGE} -c 'time nslookup nobody.invalid'"
                        " 2>&1 || true")  # fmt: skip
    assert "real\t0m 0." in took, took


def test_a_hidden_docker_command_is_debians(lab: Lab) -> None:
    assert said(lab, 1, "command -v docker") == "/usr/bin/docker"


def test_a_second_lab_in_the_same_network_is_refused(lab: Lab) -> None:
    with pytest.raises(LabError, match="a lab runs in it"):
        Lab(lab.plan)
    assert all(node.alive for node in lab.nodes)
