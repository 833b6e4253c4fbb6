"""PRE-4 and PRE-5: what the nodes must have for an upgrade."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import thing
from fixtures.core.store import NoResponse
from fixtures.inventory.images import release_images
from fixtures.probes.upgrade_images import UpgradeImages
from tests.checks.case import Cases, Expected, Looks, Seen, fails, passes, unknown
from tests.checks.cases.upgrading import to
from tests.checks.facts import A, times
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
    unknown(A, "add ssh: or shell: to node-1", reason="pre.no-shell"),
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


pre_4 = Cases("PRE-4")
VENDORS = "registry.mirantis.com/msr/"
RELEASE = release_images([f"mirantis/dtr-{name}:2.9.29" for name in ("nginx", "api", "rethink")], "2.10.4")
assert RELEASE is not None
NEEDED = RELEASE.all


def held(missing: int = 0, **changes: Any) -> UpgradeImages:
    usual = {"node": N1, "needed": NEEDED, "missing": NEEDED[:missing]}
    usual |= {"registry": "registry.mirantis.com"} if missing else {}
    return UpgradeImages(**{**times(), **usual, **changes})


def images(seen: Seen) -> Looks:
    return {("containers", N1): containers(N1), ("upgrade_images", N1): seen}


def have(name: str, seen: Seen, *verdicts: Expected, way: str = "ssh") -> None:
    pre_4(name, images(seen), *verdicts, inventory=nodes(1, way=way), **GOES)


have("all are there", held(), passes(A, "node-1 has all 4 images of 2.10.4", about=(thing("node", N1),)))
have(
    "the registry answers",
    held(4, reached="answers", detail="status 401"),
    passes(A, "lacks 4 images of 2.10.4", "registry.mirantis.com responds there (status 401)"),
)
have(
    "no registry answers",
    held(2, reached="unreachable", detail="curl: (6) Could not resolve host"),
    fails(
        A,
        f"node-1 lacks 2 images of 2.10.4, {VENDORS}dtr:2.10.4 among them",
        "does not respond there (curl: (6)",
        reason="pre.images-missing",
        seen=NEEDED[:2],
        about=(thing("node", N1),),
    ),
)
have(
    "something else answers",
    held(1, reached="unclear", detail="status 403"),
    unknown(A, "was not seen (status 403)", reason="pre.images-unseen", about=(thing("node", N1),)),
)
have(
    "MKE lists those in use alone",
    held(4, whole=False, reached="unreachable", detail="curl: (7)"),
    unknown(A, "as far as MKE lists them", reason="pre.images-unseen"),
)
have(
    "no shell to ask from",
    held(4),
    unknown(A, "needs ssh: or shell: to node-1", reason="pre.no-shell", about=(thing("inventory", "nodes.node-1"),)),
    way="docker",
)
have("no shell, and all are there", held(), passes(A), way="docker")
have("of several registries", held(needed=[]), unknown(A, "of no one registry", reason="pre.images-unnamed"))
have("the engine does not answer", NoResponse("docker.refused", "connection refused"), unknown(A, "refused"))
pre_4(
    "no way to the node",
    {},
    unknown(A, "add ssh: or docker: to node-1", reason="pre.no-shell"),
    inventory=nodes(1, nodes=[{"name": N1}]),
    **GOES,
)

CASES = (pre_4, pre_5)
