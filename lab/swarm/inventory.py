"""The inventory of a lab, once for each way into its nodes."""

from pathlib import Path
from typing import Any

import yaml

from lab.embedded.product import VERSION
from lab.swarm.front import Front
from lab.swarm.keys import DOCKER_USER, SUDO_USER, Keys
from lab.swarm.plan import ENGINE_LOG, IMAGE, NETWORK, Machine, Plan

FREE_GB = [0.5, 0.1]
"""A node's disk is 1 GiB of memory."""

WAYS = ("ssh", "sudo", "tcp")


def write(plan: Plan, front: Front, keys: Keys, directory: Path) -> dict[str, Path]:
    """Write it into `directory`, where the secret files are; the paths by way in.

    ssh: as a user in the docker group. sudo: as one who may only sudo. tcp: ssh, and the engine by TLS.
    """
    return {
        way: write_one(
            directory / ("inventory.yaml" if way == "ssh" else f"inventory-{way}.yaml"),
            plan,
            front,
            keys,
            [_node(machine, keys, way) for machine in plan.machines],
        )
        for way in WAYS
    }


def write_one(path: Path, plan: Plan, front: Front, keys: Keys, nodes: list[dict[str, Any]]) -> Path:
    """Write one whose nodes are these; its path."""
    tree = front.inventory | _about(plan, front, keys, nodes)
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path


def by_ssh(machine: Machine, keys: Keys, user: str, port: int) -> dict[str, Any]:
    """A node that this user logs in to by ssh; the one who may only sudo, with sudo."""
    ssh = {"host": machine.address, "user": user, "port": port, "config": str(keys.ssh_config)}
    return {"name": machine.name, "ssh": ssh | ({"become": "sudo"} if user == SUDO_USER else {}), "log": ENGINE_LOG}


def by_shell(machine: Machine, keys: Keys, user: str, port: int) -> dict[str, Any]:
    """A node that a command of the site runs scripts on: ssh, which logs in for each of them."""
    command = ["ssh", "-F", str(keys.ssh_config), "-p", str(port), f"{user}@{machine.address}", "sh"]
    return {"name": machine.name, "shell": {"command": command}, "log": ENGINE_LOG}


def _about(plan: Plan, front: Front, keys: Keys, nodes: list[dict[str, Any]]) -> dict[str, Any]:
    machines = plan.machines
    # The containers' own database is none: that of the embedded cluster, beside the nodes, is asked.
    databases = {replica["id"]: replica["rethinkdb"] for replica in front.inventory["replicas"]}
    return {
        "cluster": "swarm-lab",
        "product": {"name": "MSR", "version": VERSION},
        "tls": {"ca": [*front.inventory["tls"]["ca"], str(keys.ca)]},
        "nodes": nodes,
        "replicas": [
            {
                "id": machine.replica,
                "node": machine.name,
                "address": machine.address,
                "port": 443,
                "rethinkdb": databases[machine.replica],
            }
            for machine in machines
            if machine.replica
        ],
        "overlay": {
            "networks": [NETWORK],
            "image": IMAGE,
            "nodes": [machine.name for machine in machines if not machine.replica],
        },
        "limits": {"free_gb": FREE_GB},
    }


def _node(machine: Machine, keys: Keys, way: str) -> dict[str, Any]:
    node = by_ssh(machine, keys, SUDO_USER if way == "sudo" else DOCKER_USER, 22)
    if way == "tcp":
        node |= {"docker": f"tcp://{machine.address}:2376", "tls": str(keys.client)}
    return node
