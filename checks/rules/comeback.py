"""What must be mounted, and which rules must be loaded, for a node to be after a start what it was before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fixtures.probes.comeback import Comeback
from fixtures.probes.containers import Container
from fixtures.probes.nodes import EngineFacts
from fixtures.probes.replica_storage import ReplicaVolumes

# What mounts itself when it is needed, or with its pool: neither is listed in /etc/fstab.
OF_ITSELF = ("autofs", "zfs")
AT_BOOT = ("enabled", "generated", "static")
# Chains of programs that make them anew when they start.
OF_PROGRAMS = ("DOCKER", "KUBE-", "cali-", "CNI-")


def directories(
    engine: EngineFacts, root: str, msr: Iterable[Container], volumes: Iterable[ReplicaVolumes]
) -> list[str]:
    """The directories of the node that Docker and the containers of MSR need.

    What lies below Docker's own root is mounted by Docker itself.
    """
    root = engine.root or root
    found = [root, *([engine.images] if engine.images else [])]
    found += [mount.source for each in msr for mount in each.mounts if mount.kind == "bind"]
    found += [each.device for seen in volumes for each in seen.volumes.values() if each and each.driver == "local"]
    needed = [path for path in found if path.startswith("/") and not path.startswith(f"{root}/")]
    return list(dict.fromkeys(needed))


def not_mounted_at_boot(paths: Sequence[str], seen: Comeback) -> list[str]:
    """The mount points under which these paths lie, and that nothing mounts at boot."""
    missing: dict[str, None] = {}
    for path in paths:
        below = [each for each in seen.mounts or () if f"{path}/".startswith(f"{each.mountpoint.rstrip('/')}/")]
        own = max(below, key=lambda each: len(each.mountpoint), default=None)
        if own is None or own.mountpoint == "/" or any(each.kind in OF_ITSELF for each in below):
            continue
        unit = (seen.mount_units or {}).get(unit_of(own.mountpoint))
        if own.mountpoint not in (seen.fstab or ()) and unit not in AT_BOOT:
            missing[own.mountpoint] = None
    return list(missing)


def unit_of(mountpoint: str) -> str:
    r"""The unit of systemd for a mount point: `mnt-my\x2dshare.mount` for /mnt/my-share."""
    parts = mountpoint.strip("/").split("/")
    escaped = ["".join(c if c.isalnum() or c in ":_." else f"\\x{ord(c):02x}" for c in part) for part in parts]
    return f"{'-'.join(escaped)}.mount"


def firewall_rules(printed: Iterable[str]) -> list[str]:
    """The rules for what comes in that are nobody's who makes them anew, and a policy that is not to accept.

    Docker itself makes those for the packets of encrypted networks, by their port.
    """
    rules = []
    for line in printed:
        words = line.split()
        target = words[words.index("-j") + 1] if "-j" in words[:-1] else ""
        of_docker = "4789" in words and "udp" in words
        if words[:2] == ["-P", "INPUT"] and words[2:3] != ["ACCEPT"]:
            rules.append(line)
        if words[:1] == ["-A"] and not target.startswith(OF_PROGRAMS) and not of_docker:
            rules.append(line)
    return rules
