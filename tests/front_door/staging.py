"""Clusters and inventories as the front-door tests need them: usual ones with a change."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from lab.embedded import Embedded, Scene, scenes
from lab.embedded.state import Cluster

_numbers = itertools.count(1)


def staged(
    directory: Path, play: Callable[[Cluster], None] = lambda _: None, *, replicas: int = 3, latency: float = 0.0
) -> Embedded:
    """A healthy cluster with a change that no scene has; `latency` in seconds."""
    scene = Scene("staged", "A cluster of this test's own.", play=lambda cluster, _expect: play(cluster))
    return Embedded(scene, replicas=replicas, latency=latency, directory=directory / "lab")


def scene(name: str, directory: Path) -> Embedded:
    """A scene as it is declared."""
    declared = scenes()[name]
    return Embedded(declared, replicas=declared.replicas, latency=0.0, directory=directory / "lab")


def state_of(cluster: Embedded) -> Cluster:
    """What the cluster is like; it may be changed while the cluster is looked at."""
    return cluster._cluster


def inventory_with(embedded: Embedded, /, **changes: Any) -> Path:
    """The cluster's inventory with other values of top-level keys, None to leave one out; in the same directory."""
    tree = yaml.safe_load(embedded.inventory.read_text(encoding="utf-8")) | changes
    path = embedded.inventory.with_name(f"inventory-{next(_numbers)}.yaml")
    kept = {key: value for key, value in tree.items() if value is not None}
    path.write_text(yaml.safe_dump(kept, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def asked_at(cluster: Embedded, where: str, path: str = "") -> int:
    """How many requests a replica has had so far, for this path or for any."""
    return sum(each.where == where and each.path.startswith(path) for each in cluster.requests)
