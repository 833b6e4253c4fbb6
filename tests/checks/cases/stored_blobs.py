"""STORE-2."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import Because
from fixtures.core.store import NotConfigured, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.probes.blob_rows import BlobSample, SampledBlob
from fixtures.probes.listed_blobs import ListedBlobs
from fixtures.probes.stored_blobs import StoredBlobs
from tests.checks.case import Cases, Facts, Looks, Seen, fails, not_applicable, passes, skipped, unknown
from tests.checks.facts import A, B, C, settings, storage, times
from tests.checks.node_facts import nodes

store_2 = Cases("STORE-2")
SAMPLED = nodes(storage={"sample": 5})
WHERE = f"/storage of dtr-registry-{A}"
OF_A, IMAGE = (f"replica:{A}",), "library/alpine:3.20"


def key(number: int) -> str:
    return f"{number}0d6e4c2-0000-4000-8000-000000000000"


def blob(number: int) -> SampledBlob:
    return SampledBlob(key=key(number), id=key(number), digest=f"sha256:{str(number) * 64}")


def sample(number: int = 5) -> BlobSample:
    return BlobSample(**times(), blobs=[blob(each) for each in range(number)])


def stored(replica: str, lacks: tuple[int, ...] = (), empty: tuple[int, ...] = (), **changes: Any) -> StoredBlobs:
    """The five files, but for those."""
    sizes = {key(each): 0 if each in empty else 100 for each in range(5) if each not in lacks}
    usual = {"replica": replica, "node": "node-1", "root": "/storage", "sizes": sizes, "laid_out": True}
    return StoredBlobs.model_validate(times() | usual | {"looked_for": [key(each) for each in range(5)]} | changes)


def bare(replica: str) -> StoredBlobs:
    """An empty directory."""
    return stored(replica, (0, 1, 2, 3, 4), laid_out=False)


def listed(*numbers: int, images: tuple[str, ...] = ()) -> ListedBlobs:
    found = {key(each): list(images) for each in numbers} if images else {}
    return ListedBlobs(**times(), keys=[key(each) for each in numbers], images=found)


def facts(at_a: Seen, *others: Seen, again: Seen | None = None, driver: str | None = "filesystem") -> Looks:
    at_b, at_c = others or (stored(B), stored(C))
    return {
        ("settings", CLUSTER): settings(),
        ("storage", CLUSTER): storage(driver),
        ("blob_sample", CLUSTER): sample(),
        ("stored_blobs", A): at_a,
        ("stored_blobs", B): at_b,
        ("stored_blobs", C): at_c,
        ("listed_blobs", CLUSTER): again or listed(),
    }


def case(name: str, seen: Facts, verdict: Any, given: Any = SAMPLED) -> None:
    store_2(name, seen, verdict, inventory=given)


case("all are there", facts(stored(A)), passes(A, f"5 sampled blobs found in {WHERE}", seen=0, expected=0))
case(
    "a row is gone when asked again",
    facts(stored(A, (1,)), stored(B, (1,)), stored(C, (1,))),
    passes(A, f"4 sampled blobs found in {WHERE}; 1 blob deleted meanwhile"),
)
MISSING = facts(
    stored(A, (1, 2)), stored(B, (1, 2)), stored(C, (1, 2)), again=listed(1, 2, images=(IMAGE, "library/alpine:3"))
)
case(
    "missing everywhere",
    MISSING,
    fails(
        A,
        f"2 of 5 sampled blobs (sha256:111111111111, sha256:222222222222) missing in {WHERE}, needed by {IMAGE}",
        reason="store.blob-missing",
        about=("repository:library/alpine",),
        seen=2,
        expected=0,
    ),
)
NO_SHELL = NotConfigured("add ssh: or shell: to node-3")
case(
    "missing wherever it was looked for, of an image that was not found",
    facts(stored(A, (1,)), stored(B, (1,)), NO_SHELL, again=listed(1)),
    fails(A, "; 1 other replica not looked at", reason="store.blob-missing", about=("cluster",)),
)
case(
    "missing here",
    facts(stored(A, (1,)), stored(B), stored(C, (1,)), again=listed(1)),
    fails(
        A,
        f"1 of 5 sampled blobs (sha256:111111111111) missing or empty in {WHERE}, and whole at {B}",
        reason="store.blob-missing-here",
        about=OF_A,
    ),
)
case(
    "empty here",
    facts(stored(A, empty=(1,)), again=listed(1)),
    fails(A, f"and whole at {B}, {C}", reason="store.blob-missing-here", about=OF_A),
)
case(
    "empty everywhere",
    facts(stored(A, empty=(1,)), stored(B, empty=(1,)), stored(C, empty=(1,)), again=listed(1, images=(IMAGE,))),
    fails(A, f"(sha256:111111111111) empty in {WHERE}, needed by {IMAGE}", reason="store.blob-empty"),
)
case(
    "not mounted here",
    facts(bare(A), again=listed(0, 1, 2, 3, 4)),
    fails(A, f"{WHERE} has no docker/registry/v2/blobs", reason="store.empty-here", about=OF_A),
)
case(
    "not mounted anywhere",
    facts(bare(A), bare(B), bare(C), again=listed(0, 1, 2, 3, 4)),
    fails(A, f"{WHERE} has no docker/registry/v2/blobs", reason="store.empty", about=OF_A),
)
ALL = (0, 1, 2, 3, 4)
case(
    "laid out in another way",
    facts(stored(A, ALL), stored(B, ALL), stored(C, ALL), again=listed(*ALL)),
    unknown(A, "none of 5 sampled blobs found", reason="store.none-found", about=OF_A),
)
case(
    "nothing here, and laid out as usual elsewhere",
    facts(stored(A, ALL), again=listed(*ALL)),
    fails(A, "5 of 5 sampled blobs", reason="store.blob-missing-here"),
)
case(
    "it hangs",
    facts(stored(A, ALL, held=True)),
    fails(A, f"{WHERE} does not respond within 5 s", reason="store.no-response", about=OF_A),
)
LEFT_ALONE = Unavailable(
    "shell.share-hangs",
    "the share nas:/exports/msr does not respond on node-1, so its files are not looked at, see STORE-3",
    about=["volume:nas:/exports/msr"],
    because=Because("nas_exports_msr", condition="STORE-3"),
)
case("its share hung already", facts(LEFT_ALONE), unknown(A, "see STORE-3", reason="shell.share-hangs"))
case(
    "another one's hangs, so that nothing is known of its files",
    facts(stored(A, (1,)), stored(B, ALL, held=True), stored(C, (1,)), again=listed(1)),
    fails(A, reason="store.blob-missing"),
)
case(
    "it is stale",
    facts(stored(A, ALL, trouble="Stale file handle")),
    fails(A, f"{WHERE} cannot be read: Stale file handle", reason="store.read-error", about=OF_A),
)
DENIED = Unavailable("shell.not-reported", "Permission denied", about=["node:node-1"], because=Because(A, probe="x"))
case("the files may not be looked at", facts(DENIED), unknown(A, "Permission denied", reason="shell.not-reported"))
STOPPED = Unavailable(
    "docker.no-container", "does not run", because=Because(f"{A}:registry", condition="CTR-1"), about=["container:x"]
)
case("its registry does not run", facts(STOPPED), unknown(A, "does not run", reason="docker.no-container"))
case("there is no shell", facts(NotConfigured("add ssh: or shell: to node-1")), skipped(A, "add ssh: or shell:"))
UNREAD = Unavailable("rethinkdb.query-failed", "no rows", about=["database:x"])
case(
    "it is not known what is listed still",
    facts(stored(A, (1,)), again=UNREAD),
    unknown(A, "no rows", reason="rethinkdb.query-failed"),
)
case("images are in object storage", facts(stored(A), driver="s3"), not_applicable(A, "object storage"))
case("nothing is listed", facts(stored(A)) | {("blob_sample", CLUSTER): sample(0)}, not_applicable(A, "no blobs"))
case("no sample", facts(stored(A, (1,)), again=listed(1)), skipped(A, "storage: {sample: 20}"), nodes())

CASES = [store_2]
