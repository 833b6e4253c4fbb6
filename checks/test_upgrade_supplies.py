"""What the nodes must have for an upgrade. Asked by `--before-upgrade`."""

from __future__ import annotations

from collections.abc import Callable

from checks.condition import CRITICAL, condition
from checks.rules.disks import GB, disk_of
from checks.rules.requirements import requirements
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, passed, unknown
from fixtures.core.evidence import Because, thing
from fixtures.core.question import BEFORE_UPGRADE
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Node, Replica
from fixtures.options import Options
from fixtures.probes.containers import Containers, home_of
from fixtures.probes.nodes import EngineFacts
from fixtures.probes.system import System, unreadable
from fixtures.probes.upgrade_images import UpgradeImages

# Of what a machine has, its firmware and its kernel keep a part that /proc/meminfo does not count.
KEPT = 0.05
NO_SHELL = "the inventory gives no shell on a node with a replica"


@condition(
    "PRE-4",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-images",
    reasons={
        "pre.images-missing": "a node lacks images of the target, and their registry does not respond there",
        "pre.images-unseen": "a node lacks images of the target, and whether their registry responds was not seen",
        "pre.no-shell": NO_SHELL,
        "pre.images-unnamed": "the running containers do not say what the images of the target are called",
    },
    question=BEFORE_UPGRADE,
)
def test_images_can_be_had(
    replica: Replica,
    every_containers: PerSubject[Containers],
    every_upgrade_images: PerSubject[UpgradeImages],
    inventory: Inventory,
    options: Options,
) -> Verdict:
    """The node of the replica has all images of the target version, or their registry responds there."""
    target, node = options.question.of if options.question else "", home_of(replica, every_containers)
    ways = [each.name for each in inventory.nodes if each.has_shell or each.docker]
    if node not in ways:
        message = f"the images of {node} are listed by its engine: add ssh: or docker: to {node} under nodes:"
        raise Unavailable("pre.no-shell", message, about=[thing("inventory", f"nodes.{node}")])
    seen, about = every_upgrade_images[node], [thing("node", node)]
    if not seen.needed:
        raise Unavailable(
            "pre.images-unnamed",
            f"the containers on {node} do not say what the images of {target} are called: they are of no one registry",
            about=about,
            because=Because(node, probe="upgrade_images"),
        )
    if not seen.missing:
        message = f"{node} has all {many(len(seen.needed), 'image')} of {target}"
        return passed(message, seen=seen.needed, about=about)
    lacks = f"{node} lacks {many(len(seen.missing), 'image')} of {target}, {seen.missing[0]} among them"
    if seen.reached == "answers":
        message = f"{lacks}; {seen.registry} responds there ({seen.detail}); whether it has them was not asked"
        return passed(message, seen=seen.missing, expected=[], about=about)
    if seen.reached == "unreachable" and seen.whole:
        message = f"{lacks}, and {seen.registry} does not respond there ({one_line(seen.detail)})"
        return failed("pre.images-missing", message, seen=seen.missing, expected=[], about=about)
    raise _unseen(seen, lacks, inventory.node(node))


def _unseen(seen: UpgradeImages, lacks: str, node: Node) -> Unavailable:
    if not seen.whole:
        lacks = f"{lacks}, as far as MKE lists them, which are those in use"
    if not node.has_shell:
        message = f"{lacks}; whether {seen.registry} responds there needs ssh: or shell: to {node.name} under nodes:"
        return Unavailable("pre.no-shell", message, about=[thing("inventory", f"nodes.{node.name}")])
    return Unavailable(
        "pre.images-unseen",
        f"{lacks}; whether {seen.registry} responds there was not seen ({one_line(seen.detail)})",
        about=[thing("node", node.name)],
        because=Because(node.name, probe="upgrade_images"),
    )


@condition(
    "PRE-5",
    severity=CRITICAL,
    documented="Beyond the guide: the vendor's system requirements",
    remedy="pre-sizes",
    reasons={
        "pre.memory-short": "a node with a replica has less memory than documented",
        "pre.disk-short": "less space than documented is free for the images of the target",
        "pre.sizes-unseen": "the memory or the disks of a node with a replica were not seen",
        "pre.no-shell": NO_SHELL,
    },
    question=BEFORE_UPGRADE,
)
def test_nodes_are_large_enough(
    replica: Replica,
    every_containers: PerSubject[Containers],
    every_engine: PerSubject[EngineFacts],
    every_system: PerSubject[System],
    inventory: Inventory,
) -> list[Verdict]:
    """The node of the replica has the documented memory, and the documented free space where its images are kept."""
    node = home_of(replica, every_containers)
    with_shell = [each.name for each in inventory.nodes if each.has_shell]
    if node not in with_shell:
        message = f"memory and disks of {node} are read in a shell: add ssh: or shell: to {node} under nodes:"
        raise Unavailable("pre.no-shell", message, about=[thing("inventory", f"nodes.{node}")])
    system = every_system[node]
    return [
        _seen(f"{replica.id}:memory", lambda subject: _memory(system, subject)),
        _seen(f"{replica.id}:disk", lambda subject: _disk(system, every_engine.seen(node), subject)),
    ]


def _seen(subject: str, judge: Callable[[str], Verdict]) -> Verdict:
    try:
        return judge(subject)
    except Unavailable as cause:
        return unknown(cause, subject=subject)


def _memory(system: System, subject: str) -> Verdict:
    if system.memory is None:
        raise unreadable(system, "memory")
    needed, gb = requirements(), system.memory[0] / GB
    least, about = f"{needed.memory_gb} GB", [thing("node", system.node)]
    documented = f"{least} are documented, {needed.scanning_gb} GB recommended where images are scanned; {_as_of()}"
    message = f"{system.node} has {gb:.1f} GB of memory ({documented})"
    if gb >= needed.memory_gb * (1 - KEPT):
        return passed(message, seen=round(gb, 1), expected=needed.memory_gb, subject=subject, about=about)
    return failed(
        "pre.memory-short", message, seen=round(gb, 1), expected=needed.memory_gb, subject=subject, about=about
    )


def _disk(system: System, engine: EngineFacts | None, subject: str) -> Verdict:
    """The disk that new images go to: containerd's where its store is used, else that of Docker's data root."""
    if system.disks is None:
        raise unreadable(system, "disks")
    path = (engine and (engine.images or engine.root)) or system.root
    disk = disk_of(path, system.disks)
    if disk is None or disk.free is None:
        raise Unavailable(
            "pre.sizes-unseen",
            f"{system.node}: the free space under {path} was not seen; look at it with `df -h {path}`",
            about=[thing("node", system.node)],
            because=Because(system.node, probe="system"),
        )
    needed, gb = requirements(), disk.free / GB
    documented = f"{needed.free_disk_gb} GB are documented, {needed.production_gb} GB recommended; {_as_of()}"
    message = f"{system.node} has {gb:.1f} GB free for images under {path} ({documented})"
    about = [thing("node", system.node)]
    if gb >= needed.free_disk_gb:
        return passed(message, seen=round(gb, 1), expected=needed.free_disk_gb, subject=subject, about=about)
    return failed(
        "pre.disk-short", message, seen=round(gb, 1), expected=needed.free_disk_gb, subject=subject, about=about
    )


def _as_of() -> str:
    return f"as of {requirements().as_of:%Y-%m-%d}"
