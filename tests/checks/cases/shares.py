"""STORE-3: the share behind /storage."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import Because, thing
from fixtures.core.store import NoResponse, Unavailable
from fixtures.probes.shares import Look, RegistryStorage, Room, Shares
from tests.checks.case import Cases, Facts, Seen, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import THREE, A, B, C, times
from tests.checks.node_facts import GIB, N1, N2, N3, NODES, nodes

CLUSTER, NAS = "cluster", "nas:/exports/msr"
SHARE = "nas_exports_msr"
ABOUT = (thing("volume", NAS),)
FIRST = (thing("node", N1),)
SWARM = nodes()

store_3 = Cases("STORE-3")


def storage(replica: str, **changes: Any) -> RegistryStorage:
    """Of a registry that runs, on the share, which its node has mounted."""
    usual: dict[str, Any] = {
        "replica": replica,
        "node": NODES[THREE.index(replica)],
        "where": f"nfs {NAS}",
        "share": NAS,
    }
    usual |= {"kind": "nfs", "path": f"/var/lib/docker/volumes/dtr-nfs-registry-{replica}/_data", "runs": True}
    return RegistryStorage(**{**times(), **usual, "mounted": True, "read_only": False, **changes})


def look(free: int = 600, of: int = 900, inodes_free: int = 1000, **changes: Any) -> Look:
    room = Room(used=(of - free) * GIB, free=free * GIB, inodes_used=1000, inodes_free=inodes_free)
    return Look(**{"share": NAS, "node": N1, "room": room, **changes})


def shares(*looks: Look, why: str = "") -> Shares:
    """why: there was no look at the share."""
    return Shares(**times(), looks=list(looks), not_looked={NAS: why} if why else {})


def seen(own: Look | Shares | Unavailable, *changed: RegistryStorage) -> Facts:
    """All three on the share, but for those that are changed."""
    kept: dict[tuple[str, str], Seen] = {("registry_storage", each): storage(each) for each in THREE}
    kept |= {("registry_storage", each.replica): each for each in changed}
    return {**kept, ("shares", CLUSTER): shares(own) if isinstance(own, Look) else own}


store_3(
    "room",
    seen(look()),
    passes(SHARE, "644.2 GB free (67 %) on nfs nas:/exports/msr", about=ABOUT),
    inventory=SWARM,
)
store_3("no inodes are told", seen(look(inodes_free=0)), fails(SHARE, reason="store.inodes-short"), inventory=SWARM)
store_3(
    "inodes of none",
    seen(look(room=Room(used=GIB, free=600 * GIB, inodes_used=None, inodes_free=None))),
    passes(SHARE),
    inventory=SWARM,
)
store_3("little room", seen(look(20)), warns(SHARE, reason="store.disk-short", about=ABOUT), inventory=SWARM)
store_3("hardly any room", seen(look(5)), fails(SHARE, reason="store.disk-short"), inventory=SWARM)
store_3("much, though a small share", seen(look(40)), passes(SHARE), inventory=SWARM)
store_3(
    "it hangs",
    seen(look(room=None, hangs=True)),
    fails(SHARE, "within 5 s on node-1", reason="store.share-hangs", about=ABOUT, witnesses=FIRST),
    inventory=SWARM,
)
store_3(
    "it is stale",
    seen(look(room=None, stale=True, error="df: /x: Stale file handle")),
    fails(SHARE, "Stale file handle", reason="store.share-stale", about=ABOUT, witnesses=FIRST),
    inventory=SWARM,
)
HANGS: dict[str, Any] = {"room": None, "hangs": True}
STALE: dict[str, Any] = {"room": None, "stale": True, "error": "df: /x: Stale file handle"}
store_3(
    "it is stale on the third node alone",
    seen(shares(look(), look(node=N2), look(node=N3, **STALE))),
    fails(
        SHARE,
        "on node-3: df: /x: Stale file handle; it responds on node-1, node-2",
        reason="store.share-stale",
        seen=[N3],
        about=ABOUT,
        witnesses=(thing("node", N3),),
    ),
    inventory=SWARM,
)
store_3(
    "it hangs on the second node, and was stale on the first",
    seen(shares(look(node=N2, **HANGS), look(**STALE))),
    fails(SHARE, "within 5 s on node-2", reason="store.share-hangs", witnesses=(thing("node", N2),)),
    inventory=SWARM,
)
store_3(
    "room on all nodes",
    seen(shares(look(), look(node=N2), look(node=N3))),
    passes(SHARE, "on nfs nas:/exports/msr"),
    inventory=SWARM,
)
store_3(
    "room, and one node was not asked",
    seen(shares(look(), look(node=N3))),
    passes(SHARE, "nas:/exports/msr (not looked at on node-2)"),
    inventory=SWARM,
)
store_3(
    "df fails on one node",
    seen(shares(look(), look(node=N2, room=None, error="df: Input/output error"), look(node=N3))),
    unknown(SHARE, "on node-2: df: Input/output error; it responds on node-1, node-3", reason="store.share-not-seen"),
    inventory=SWARM,
)
store_3(
    "df fails on one node, and there is little room",
    seen(shares(look(5), look(node=N2, room=None, error="df: Input/output error"))),
    fails(SHARE, reason="store.disk-short"),
    inventory=SWARM,
)
store_3(
    "read-only on two nodes, and full",
    seen(look(5), storage(B, read_only=True), storage(C, read_only=True)),
    fails(SHARE, "read-only on node-2, node-3", reason="store.share-read-only", seen=[N2, N3], about=ABOUT),
    inventory=SWARM,
)
store_3(
    "not mounted on one node",
    seen(look(), storage(C, mounted=False, read_only=None)),
    warns(SHARE, "node-3 has not mounted", reason="store.share-not-mounted", about=ABOUT, witnesses=(f"node:{N3}",)),
    inventory=SWARM,
)
store_3(
    "not mounted where the registry does not run",
    seen(look(), storage(C, runs=False, mounted=False, read_only=None)),
    passes(SHARE),
    inventory=SWARM,
)
store_3("mounts of one node are not known", seen(look(), storage(C, mounted=None)), passes(SHARE), inventory=SWARM)
store_3(
    "df says something else",
    seen(look(room=None, error="df: Permission denied")),
    unknown(SHARE, "Permission denied", reason="store.share-not-seen", about=ABOUT),
    inventory=SWARM,
)
store_3(
    "the look itself failed",
    seen(shares(why="ssh to node-1: no response")),
    unknown(SHARE, "no response", reason="store.share-not-seen"),
    inventory=SWARM,
)
store_3("nobody looked", seen(NoResponse("shell.timeout", "late")), unknown(CLUSTER), inventory=SWARM)
store_3(
    "two shares",
    {**seen(look(), storage(C, share="nas2:/msr")), ("shares", CLUSTER): shares(look(), look(5, share="nas2:/msr"))},
    passes(SHARE),
    fails("nas2_msr", reason="store.disk-short"),
    inventory=SWARM,
)
store_3(
    "no shell",
    seen(shares(why="no shell")),
    skipped(SHARE, "add ssh: or shell:"),
    inventory=nodes(way="docker"),
)
store_3(
    "no share",
    {**{("registry_storage", each): storage(each, share="", kind="") for each in THREE}, ("shares", CLUSTER): shares()},
    not_applicable(CLUSTER, "no replica keeps its images on a share"),
    inventory=SWARM,
)
for reason, condition, subject in (
    ("docker.no-container", "CTR-1", f"{A}:registry"),
    ("container.no-volume", "CTR-5", A),
):
    missing = Unavailable(reason, "nothing there", because=Because(subject, condition=condition))
    store_3(
        f"{reason} of all",
        {**{("registry_storage", each): missing for each in THREE}, ("shares", CLUSTER): shares()},
        unknown(CLUSTER, reason=reason, because=Because(subject, condition=condition)),
        inventory=SWARM,
    )
store_3(
    "one replica is not seen, and the others keep images elsewhere",
    {
        ("registry_storage", A): Unavailable("docker.no-container", "none"),
        ("registry_storage", B): storage(B, share="", kind=""),
        ("shares", CLUSTER): shares(),
    },
    not_applicable(CLUSTER),
    inventory=SWARM,
)
store_3("no nodes", {}, skipped(CLUSTER, "under nodes:"))

CASES = [store_3]
