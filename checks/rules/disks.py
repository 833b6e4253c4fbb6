"""The disks of Docker's data: which of them matter, and whether they have free space."""

from __future__ import annotations

from collections.abc import Sequence

from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, Thing
from fixtures.core.store import Unavailable
from fixtures.inventory import Node
from fixtures.inventory.expectations import Limits
from fixtures.inventory.msr import PREFIX
from fixtures.probes.shares import Room
from fixtures.probes.system import Disk

GB = 1_000_000_000 / 1024


def disk_of(path: str, disks: Sequence[Disk]) -> Disk | None:
    """The disk that a path lies on, as far as they are known."""
    over = [disk for disk in disks if f"{path}/".startswith(f"{disk.mountpoint.rstrip('/')}/")]
    return max(over, key=lambda disk: len(disk.mountpoint), default=None)


def ours(disks: Sequence[Disk], roots: Sequence[str], mounted: set[str]) -> list[Disk]:
    """The disks under these data roots, and those of the replicas' volumes.

    Other stacks have volumes there, too, and a node has disks and shares that Docker's data does not lie on.
    """
    under = [disk_of(root, disks) for root in roots]
    return [disk for disk in disks if disk in under or any(_is_within(disk, root, mounted) for root in roots)]


def _is_within(disk: Disk, root: str, mounted: set[str]) -> bool:
    """A disk of its own within a data root: of containers' logs, of images, or of a volume."""
    if not disk.mountpoint.startswith(f"{root}/"):
        return False
    kind, _, rest = disk.mountpoint.removeprefix(f"{root}/").partition("/")
    volume = rest.partition("/")[0]
    return volume.startswith(PREFIX) or volume in mounted if kind == "volumes" else not disk.network


def room_on(shell_node: Node, disk: Disk, limits: Limits) -> Verdict:
    """Whether a disk has free space and inodes, by the inventory's limits; network storage is only named."""
    subject = f"{shell_node.name}:{disk.mountpoint}"
    if disk.network:
        return passed(f"network storage ({disk.kind} {disk.device}), not checked", seen=disk.kind, subject=subject)
    if disk.used is None or disk.free is None:
        because = Because(shell_node.name, probe="system")
        cause = Unavailable("node.disk-not-reported", f"df does not list {disk.mountpoint}", because=because)
        return unknown(cause, subject=subject)
    return room_left(disk, disk.mountpoint, subject, limits, area="node")


def room_left(
    room: Disk | Room, name: str, subject: str, limits: Limits, *, area: str, about: Sequence[Thing] = ()
) -> Verdict:
    """Whether what df says of a file system leaves free space and inodes. area: of the reasons."""
    used, free = room.used or 0, room.free or 0
    percent, gb = _percent(used, free), free / GB
    message = f"{gb:.1f} GB free ({percent:.0f} %) on {name}"
    seen = {"free_gb": round(gb, 1), "free_percent": round(percent, 1)}
    inodes = None
    if room.inodes_used is not None and room.inodes_free is not None and room.inodes_used + room.inodes_free > 0:
        inodes = _percent(room.inodes_used, room.inodes_free)
        message += f"; {inodes:.0f} % of inodes free"
        seen["free_inodes_percent"] = round(inodes, 1)
    expected = {"free_gb": list(limits.free_gb), "free_percent": list(limits.free_percent)}
    for limit, verdict in (("fail", failed), ("warn", warned)):
        least = getattr(limits.free_percent, limit)
        if percent < least and gb < getattr(limits.free_gb, limit):
            return verdict(f"{area}.disk-short", message, seen=seen, expected=expected, subject=subject, about=about)
        if inodes is not None and inodes < least:
            return verdict(f"{area}.inodes-short", message, seen=seen, expected=expected, subject=subject, about=about)
    return passed(message, seen=seen, expected=expected, subject=subject, about=about)


def _percent(used: int, free: int) -> float:
    """Free of all, as df counts: what is kept for root is nobody's."""
    return 100.0 * free / (used + free) if used + free else 0.0
