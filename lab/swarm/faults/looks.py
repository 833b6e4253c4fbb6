"""Looks at the lab's parts without the suite, with the system's own commands: to see that a fault has its effect."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException, NotFound
from requests.exceptions import RequestException

from lab.swarm.keys import DOCKER_USER
from lab.swarm.lab import Lab
from lab.swarm.node import Node
from lab.swarm.replica import name_of


def ping(lab: Lab, source: int, target: int, *options: str, component: str = "rethinkdb") -> str:
    """What busybox's ping says in the database's container of one node when it pings a container of another by name."""
    node = lab.node(source)
    command = ["ping", "-c", "1", "-W", "1", *options, name_of(component, lab.node(target).replica)]
    return execute(node, name_of("rethinkdb", node.replica), command)


def arrives(lab: Lab, source: int, target: int, *options: str, component: str = "rethinkdb") -> bool:
    """Whether such a ping gets a reply."""
    return "1 packets received" in ping(lab, source, target, *options, component=component)


@contextmanager
def impatient(node: Node, seconds: int) -> Iterator[docker.APIClient]:
    """The node's engine, which has this long to answer; OSError where nothing listens."""
    node.knock()
    client = docker.APIClient(base_url=f"unix://{node.door}", version=node.engine.api, timeout=seconds)
    try:
        yield client
    finally:
        client.close()


def execute(node: Node, container: str, command: list[str], seconds: int = 5) -> str:
    """What a command prints in a container; LabError where it cannot be run, or not in time.

    By the command: the SDK reads what an exec prints without any time limit.
    """
    shown = " ".join(["docker", "exec", container, *command])
    return node.sh(f"timeout -k 1 {seconds} {shown} 2>&1; [ $? -lt 124 ]", seconds=seconds + 5)


def engine_answers(node: Node, seconds: int = 2) -> bool:
    """Whether the engine answers a list of its containers in time.

    Not by the SDK: it forgets to close a socket that it cannot connect, as where the engine ends at that moment.
    """
    with closing(_Knocking(node.door, seconds)) as engine:
        try:
            engine.request("GET", "/containers/json?all=1")
            return engine.getresponse().status == 200
        except (HTTPException, OSError):
            return False


class _Knocking(HTTPConnection):
    def __init__(self, door: Path, seconds: int) -> None:
        super().__init__("localhost", timeout=seconds)
        self._door = door

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._door))


def state(node: Node, component: str) -> dict[str, Any]:
    """`State` of a component's container; `Status` is "removed" where there is none."""
    try:
        found: dict[str, Any] = node.docker.inspect_container(name_of(component, node.replica))["State"]
    except NotFound:
        return {"Status": "removed"}
    return found


def ssh(lab: Lab, number: int, command: str = "true", seconds: int = 2) -> "subprocess.CompletedProcess[str]":
    """Run a command by ssh on a node; code 255 where the login fails, 124 where it takes longer."""
    options = ["-F", str(lab.keys.ssh_config), "-o", "BatchMode=yes", "-o", f"ConnectTimeout={seconds}"]
    address = lab.node(number).machine.address
    return subprocess.run(  # noqa: S603 - the lab's own words
        ["/usr/bin/timeout", str(seconds + 1), "ssh", *options, f"{DOCKER_USER}@{address}", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds + 10,
        check=False,
    )


def swarm_nodes(manager: Node, seconds: int = 2) -> dict[str, dict[str, Any]]:
    """The swarm's nodes by name, as a manager sees them; empty where it cannot tell."""
    try:
        with impatient(manager, seconds) as engine:
            return {str(node["Description"]["Hostname"]): node for node in engine.nodes()}
    except (DockerException, RequestException, OSError):
        return {}


def logged(lab: Lab, number: int, text: str) -> bool:
    """Whether the engine of a node logged a line with this text."""
    return text in lab.node(number).engine_log.read_text(encoding="utf-8", errors="replace")


def lost_to_others(lab: Lab, number: int) -> bool:
    """Whether all other engines have given that one up, which said no farewell."""
    gone = f"/{lab.node(number).machine.address}, added to failed nodes list"
    return all(logged(lab, each.machine.number, gone) for each in lab.nodes if each.machine.number != number)


def leaderless(node: Node) -> bool:
    """Whether the engine says, and says at once, that it knows no leader of the swarm."""
    with impatient(node, 3) as engine:
        return "does not have a leader" in str(engine.info()["Swarm"].get("Error"))


def is_down(lab: Lab, number: int, seen_by: int = 1) -> bool:
    """Whether a node is not Ready to that manager."""
    node = swarm_nodes(lab.node(seen_by)).get(lab.node(number).machine.name)
    return node is not None and node["Status"]["State"] != "ready"
