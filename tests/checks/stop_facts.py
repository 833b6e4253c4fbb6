"""Facts of a node that is asked about by `--ok-to-stop`: a sound one that comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fixtures.inventory import Inventory
from fixtures.probes.comeback import Comeback
from fixtures.probes.jobs import SelectedJobs
from tests.checks.case import Looks
from tests.checks.documents import Edit, view
from tests.checks.facts import IDS, NOW, A, B, C, ping, ping_answer, times
from tests.checks.node_facts import N1, NODES, containers, engine, swarm, volumes


def asked(inventory: Inventory, subject: str) -> Inventory:
    """The inventory of a run that asks about this one."""
    inventory._to_stop = subject
    return inventory


def comeback(node: str = N1, **changes: Any) -> Comeback:
    ids = {each.id: False for each in containers(node).msr}
    usual: dict[str, Any] = {
        "node": node,
        "root": "/var/lib/docker",
        "units": {"docker": "enabled", "firewalld": "", "ufw": "disabled"},
        "mounts": [{"mountpoint": "/", "kind": "ext4"}, {"mountpoint": "/var/lib/docker", "kind": "xfs"}],
        "fstab": ["/", "/var/lib/docker"],
        "mount_units": {"dev-hugepages.mount": "static"},
        "certificate_until": NOW + timedelta(days=60),
        "stopped_by_hand": ids,
        "firewall": ["-P INPUT ACCEPT", "-A INPUT -j KUBE-FIREWALL"],
        "engine": "20.10.24",
        "missing": {},
    }
    return Comeback(**times(), **(usual | changes))


def running(*rows: dict[str, Any], whole: bool = True) -> SelectedJobs:
    return SelectedJobs.model_validate({**times(), "jobs": rows, "whole": whole})


def views(*edits: Edit, of: tuple[str, ...] = (A, B, C)) -> Looks:
    return {("cluster_status", replica): view(replica, *edits) for replica in of}


def nodes_seen(**changes: Any) -> Looks:
    """All three nodes: their engines, containers and what the managers list; changes: the facts of a probe by node."""
    facts: Looks = {}
    for node, replica in zip(NODES, IDS, strict=False):
        facts[("engine", node)] = engine(node)
        facts[("swarm_view", node)] = swarm(node)
        facts[("containers", node)] = containers(node)
        facts[("replica_volumes", replica)] = volumes(replica)
    return facts | {(probe, node): fact for probe, by_node in changes.items() for node, fact in by_node.items()}


def through_balancer(reached: Callable[[int], str | None]) -> Looks:
    """The pings of all replicas, and six connections through the load balancer, by whom each reached."""
    facts: Looks = {("ping", replica): ping(replica=replica) for replica in (A, B, C)}
    return facts | {("users_ping", f"visit-{n}"): ping_answer(replica_id=reached(n)) for n in range(1, 7)}
