"""Who holds the memory of a node: of its largest processes, those of one container together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checks.rules.disks import GB
from fixtures.inventory.msr import container_name
from fixtures.probes.containers import Container, Containers
from fixtures.probes.system import Holder, System

# Who holds less of what is in use is none to name: then it is spread over many, or held by the kernel.
MOST_PERCENT = 25


@dataclass(frozen=True)
class Held:
    """kib: of how much. reason: of NODE-4, where memory is short. who: in words."""

    kib: int
    reason: str
    who: str


def holder_of(system: System, containers: Containers | None) -> Held | None:
    """Who holds most of the memory in use; None where that was not seen, or nobody holds much of it."""
    if system.memory is None or not system.holders:
        return None
    total, available = system.memory
    largest = max(_groups(system.holders), key=_size)
    if 100 * _size(largest) < MOST_PERCENT * (total - available):
        return None
    reason, who = _named(largest, containers)
    return Held(_size(largest), reason, who)


def told(held: Held | None, total: int) -> str:
    """Who holds how much of it, after what else is said."""
    if held is None:
        return "; what holds the memory was not seen"
    return f"; {held.who} holds {held.kib / GB:.1f} of {total / GB:.1f} GB"


def _groups(holders: Sequence[Holder]) -> list[list[Holder]]:
    """The processes of each container, and each other one, the largest first."""
    found: dict[str, list[Holder]] = {}
    for each in sorted(holders, key=lambda each: -each.kib):
        found.setdefault(each.container or f"{each.pid}", []).append(each)
    return list(found.values())


def _size(group: Sequence[Holder]) -> int:
    return sum(each.kib for each in group)


def _named(group: Sequence[Holder], containers: Containers | None) -> tuple[str, str]:
    first = group[0]
    if not first.container:
        return "node.memory-process", f"the process {first.name} ({first.pid}), of no container,"
    own = [each for each in (containers.msr if containers else []) if each.id == first.container]
    if own:
        return _reason_of(own[0]), container_name(own[0].component, own[0].replica)
    if containers is None:
        return "node.memory-short", f"{first.name} in a container that is not known ({first.container[:12]})"
    return "node.memory-container", f"{first.name} in the container {first.container[:12]} of another stack"


def _reason_of(container: Container) -> str:
    return "node.memory-database" if container.component == "rethinkdb" else "node.memory-component"
