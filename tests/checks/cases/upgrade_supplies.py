"""PRE-5: what the nodes must have for an upgrade."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import thing
from fixtures.core.store import NoResponse
from tests.checks.case import Cases, Looks, fails, passes, unknown
from tests.checks.cases.upgrading import to
from tests.checks.facts import A
from tests.checks.node_facts import GIB, N1, containers, disk, engine, nodes, system

GOES = to("2.10.4")
MEMORY, DISK = f"{A}:memory", f"{A}:disk"
GB = 1_000_000_000 // 1024 + 1
CONTAINERD = "/var/lib/containerd"

pre_5 = Cases("PRE-5")


def machine(*disks: Any, images: str = "", **changes: Any) -> Looks:
    return {
        ("containers", N1): containers(N1),
        ("engine", N1): engine(N1, images=images),
        ("system", N1): system(N1, *disks, **changes),
    }


pre_5(
    "as documented",
    machine(),
    passes(MEMORY, "node-1 has 17.2 GB of memory (16 GB are documented", seen=17.2, expected=16),
    passes(DISK, "279.2 GB free for images under /var/lib/docker (10 GB are documented", expected=10),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "16 GB, of which the firmware keeps some",
    machine(memory=(16 * GB * 96 // 100, 5 * GIB)),
    passes(MEMORY),
    passes(DISK),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "too little memory",
    machine(memory=(8 * GIB, 5 * GIB)),
    fails(MEMORY, "node-1 has 8.6 GB", reason="pre.memory-short", seen=8.6, about=(thing("node", N1),)),
    passes(DISK),
    inventory=nodes(1),
    **GOES,
)
pre_5("10 GB free", machine(disk(free=10 * GB)), passes(MEMORY), passes(DISK), inventory=nodes(1), **GOES)
pre_5(
    "less is free",
    machine(disk(free=9 * GB)),
    passes(MEMORY),
    fails(DISK, "9.0 GB free for images under /var/lib/docker", reason="pre.disk-short", about=(thing("node", N1),)),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "images are in containerd's store",
    machine(disk(), disk(CONTAINERD, free=2 * GB), images=CONTAINERD),
    passes(MEMORY),
    fails(DISK, f"2.0 GB free for images under {CONTAINERD}"),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "a full disk of another kind",
    machine(disk(), disk("/var/lib/docker/volumes/acme", free=0)),
    passes(MEMORY),
    passes(DISK),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "df does not list it",
    machine(disk(used=None, free=None)),
    passes(MEMORY),
    unknown(DISK, "the free space under /var/lib/docker was not seen", reason="pre.sizes-unseen"),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "neither can be read",
    machine(memory=None, disks=None, missing={"memory": "memory: no output", "disks": "disks: no output"}),
    unknown(MEMORY, "memory: no output", reason="shell.not-reported"),
    unknown(DISK, "disks: no output", reason="shell.not-reported"),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "the engine is not seen",
    machine() | {("engine", N1): NoResponse("docker.refused", "connection refused")},
    passes(MEMORY),
    passes(DISK, "under /var/lib/docker"),
    inventory=nodes(1),
    **GOES,
)
pre_5(
    "no shell on the node",
    {("containers", N1): containers(N1), ("engine", N1): engine(N1)},
    unknown(A, "add ssh: or shell: to node-1", reason="pre.sizes-unseen"),
    inventory=nodes(1, way="docker"),
    **GOES,
)
pre_5(
    "the shell does not answer",
    machine() | {("system", N1): NoResponse("ssh.refused", "ssh to node-1: connection refused")},
    unknown(A, "connection refused"),
    inventory=nodes(1),
    **GOES,
)

CASES = (pre_5,)
