"""How the tests look at a stand-in's nodes: Docker's own client library, and the command that stands for a log-in."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import docker
import yaml
from docker.tls import TLSConfig

from fixtures.access.docker.hijack import Dial, dial_tcp
from lab.embedded import Embedded

PROBE_IMAGE = "registry.mirantis.com/msr/dtr:2.10.4"


def node(cluster: Embedded, name: str) -> dict[str, Any]:
    """A node as the inventory has it."""
    inventory = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))
    return next(each for each in inventory["nodes"] if each["name"] == name)


def client(cluster: Embedded, name: str, *, version: str = "1.41") -> docker.APIClient:
    """Docker's client for a node, as the inventory says. What REQUESTS_CA_BUNDLE names must not override its CA."""
    told = node(cluster, name)
    certs = cluster.inventory.parent / told["tls"]
    tls = TLSConfig(
        client_cert=(str(certs / "cert.pem"), str(certs / "key.pem")), ca_cert=str(certs / "ca.pem"), verify=True
    )
    made = docker.APIClient(base_url=told["docker"], tls=tls, timeout=5, version=version)
    made.trust_env = False
    return made


def dial(cluster: Embedded, name: str) -> Dial:
    """How a connection to a node's engine is made, as the inventory says."""
    told = node(cluster, name)
    certs = cluster.inventory.parent / told["tls"]
    context = ssl.create_default_context(cafile=certs / "ca.pem")
    context.load_cert_chain(certs / "cert.pem", certs / "key.pem")
    at = urlsplit(told["docker"])
    return dial_tcp(str(at.hostname), int(at.port or 0), context)


def shell(cluster: Embedded, name: str, script: str, *, timeout: float = 10) -> subprocess.CompletedProcess[str]:
    """Run a script on a node, as the inventory says."""
    command = node(cluster, name)["shell"]["command"]
    return subprocess.run(command, input=script, capture_output=True, text=True, timeout=timeout, check=False)


@contextmanager
def probe(engine: docker.APIClient, name: str = "probe", network: str = "dtr-ol") -> Iterator[str]:
    """A container that waits, on the overlay network; its id."""
    made = engine.create_container(
        PROBE_IMAGE,
        command=["-c", "sleep 120"],
        entrypoint=["sh"],
        name=name,
        labels={"msr-checks.run": "test"},
        host_config=engine.create_host_config(network_mode=network, auto_remove=True, mem_limit="64m"),
    )
    engine.start(made)
    try:
        yield made["Id"]
    finally:
        engine.remove_container(made, force=True)


def run(engine: docker.APIClient, container: str, script: str) -> tuple[int, str]:
    """Run a script in a container: its exit code, and what it printed."""
    one = engine.exec_create(container, ["sh", "-c", script])["Id"]
    text = engine.exec_start(one).decode()
    return engine.exec_inspect(one)["ExitCode"], text
