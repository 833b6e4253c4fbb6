"""REG-2."""

from __future__ import annotations

from typing import Any

from fixtures.core.evidence import Because
from fixtures.core.store import NotConfigured, Unavailable
from fixtures.probes.image_pulls import NO_IMAGE, NOT_A_MANIFEST, NOT_ACCEPTED, Blob, ImagePull
from tests.checks.case import Cases, Facts, Inherited, fails, passes, skipped, unknown
from tests.checks.facts import A, B, C, inventory, reader, times

reg_2 = Cases("REG-2")
INVENTORY = inventory(accounts=reader(), pull=[{"image": "library/alpine:3.20"}])
IMAGE = "library.alpine_3.20"
AT_A = f"{IMAGE}:{A}"
OF_A, OF_IMAGE = (f"replica:{A}",), ("repository:library/alpine",)
DIGESTS = [f"sha256:{digit * 64}" for digit in "12345"]
UNKNOWN_TAG: dict[str, Any] = {"status": 404, "error": "MANIFEST_UNKNOWN", "detail": "404 MANIFEST_UNKNOWN: unknown"}


def blob(number: int, status: int = 200, length: int | None = 100, **changes: Any) -> Blob:
    return Blob.model_validate({"digest": DIGESTS[number], "size": 100, "status": status, "length": length, **changes})


def blobs(**first: Any) -> list[Blob]:
    """Five, of which the first is as given."""
    return [blob(0, **first), *(blob(number) for number in range(1, 5))]


def pull(replica: str = A, **changes: Any) -> ImagePull:
    """A pull that goes well, with changes."""
    whole = {"status": 200, "platform": "linux/amd64", "blobs": blobs(), "described": 5, "granted": True}
    if changes.get("status", 200) != 200 or changes.get("error"):
        whole |= {"blobs": [], "described": 0, "platform": ""}
    made = {"image": IMAGE, "replica": replica, "account": "reader:ci", **whole, **changes}
    return ImagePull.model_validate(times() | made)


def seen(at_a: ImagePull, *others: ImagePull) -> Facts:
    return {("pull", f"{IMAGE}:{each.replica}"): each for each in (at_a, *others)}


WELL = (pull(B), pull(C))


def case(name: str, at_a: ImagePull, verdict: Any, *others: ImagePull) -> None:
    reg_2(name, seen(at_a, *(others or WELL)), verdict, inventory=INVENTORY)


case(
    "all is there",
    pull(),
    passes(
        AT_A,
        message="library/alpine:3.20 (linux/amd64) can be pulled as reader:ci: manifest and 5 blobs",
        seen=5,
        expected=5,
    ),
)
case("an image for one platform", pull(platform=""), passes(AT_A, "library/alpine:3.20 can be pulled"))
case("the manifest tells no sizes", pull(blobs=blobs(size=None)), passes(AT_A))
case("the registry tells no length", pull(blobs=blobs(length=None)), passes(AT_A))
case("more blobs than are asked for", pull(described=240), passes(AT_A, "; 235 more blobs not requested"))
REDIRECTED: dict[str, Any] = {"status": 307, "length": None, "store": "s3.example.org"}
case("object storage returns the first byte", pull(blobs=blobs(**REDIRECTED, store_status=206)), passes(AT_A))
case("it takes no ranges", pull(blobs=blobs(**REDIRECTED, store_status=200)), passes(AT_A))
case(
    "object storage is not named",
    pull(blobs=blobs(**REDIRECTED, detail="no https host")),
    passes(AT_A, "; 1 blob in s3.example.org not read (no https host)"),
)
case(
    "object storage has no access for this machine",
    pull(blobs=blobs(**REDIRECTED, store_status=403, store_error="AccessDenied")),
    passes(AT_A, "not read (it returns 403 AccessDenied)"),
)
for code in ("InvalidAccessKeyId", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "ExpiredToken"):
    case(
        f"object storage refuses a signature: {code}",
        pull(blobs=blobs(**REDIRECTED, store_status=403, store_error=code)),
        fails(AT_A, "s3.example.org", code, reason="reg.storage-refuses", about=OF_A, seen=code),
    )
case(
    "object storage lacks a blob",
    pull(blobs=blobs(**REDIRECTED, store_status=404, store_error="NoSuchKey")),
    fails(AT_A, "1 of 5 blobs", "s3.example.org", reason="reg.storage-lacks", about=OF_IMAGE),
)
for status in (500, 503, 403):
    case(
        f"blob {status}",
        pull(blobs=blobs(status=status)),
        fails(AT_A, f"{status}", reason="reg.blob-error", about=OF_A),
    )
case(
    "a blob that others have",
    pull(blobs=blobs(status=404)),
    fails(AT_A, "1 of 5 blobs (sha256:111111111111)", reason="reg.blob-unknown-here", about=OF_A, seen=404),
)
case(
    "a blob that nobody has",
    pull(blobs=blobs(status=404)),
    fails(AT_A, "not found (404)", reason="reg.blob-unknown", about=OF_IMAGE),
    pull(B, blobs=blobs(status=404)),
    pull(C, blobs=blobs(status=500)),
)
case(
    "an emptied blob that others have whole",
    pull(blobs=blobs(length=0)),
    fails(AT_A, "(0 bytes instead of 100)", reason="reg.blob-size-here", about=OF_A, seen=0, expected=100),
)
case(
    "an emptied blob",
    pull(blobs=blobs(length=0)),
    fails(AT_A, "(0 bytes instead of 100)", reason="reg.blob-size", about=OF_IMAGE),
    pull(B, blobs=blobs(length=0)),
)
case(
    "a tag that others know",
    pull(**UNKNOWN_TAG),
    fails(AT_A, "unknown here", f"known at {B}, {C}", reason="reg.unknown-here", about=OF_A),
)
case(
    "a tag that nobody knows",
    pull(**UNKNOWN_TAG),
    fails(AT_A, "the tag library/alpine:3.20 does not exist", reason="reg.tag-unknown", about=OF_IMAGE),
    pull(B, **UNKNOWN_TAG),
)
case(
    "a tag whose manifest nobody has",
    pull(**UNKNOWN_TAG, platform="linux/amd64"),
    fails(AT_A, "for linux/amd64", "though the tag names it", reason="reg.manifest-unknown", about=OF_IMAGE),
    pull(B, **UNKNOWN_TAG, platform="linux/amd64"),
)
case(
    "a tag whose manifest others have",
    pull(**UNKNOWN_TAG, platform="linux/amd64"),
    fails(AT_A, f"known at {B}", reason="reg.unknown-here", about=OF_A),
)
for status in (500, 502, 400, 302):
    told = f"{status} as told"
    case(
        f"manifest {status}",
        pull(status=status, detail=told),
        fails(AT_A, told, reason="reg.manifest-error", about=OF_A, seen=status),
    )
case("a page for a manifest", pull(error=NOT_A_MANIFEST), fails(AT_A, reason="reg.manifest-invalid", about=OF_A))
case(
    "an index without an image",
    pull(error=NO_IMAGE),
    unknown(AT_A, "no image for a platform", reason="reg.no-image", because=Because(AT_A, probe="pull")),
)
case(
    "no right",
    pull(status=401, error="insufficient_scope", granted=False, detail="401 UNAUTHORIZED"),
    fails(AT_A, "reader:ci may not pull", reason="reg.pull-denied", about=("account:reader:ci",)),
)
case("denied", pull(status=403, error="DENIED", granted=None), fails(AT_A, reason="reg.pull-denied"))
case(
    "a token that is refused as invalid",
    pull(status=401, error="invalid_token", granted=None),
    fails(AT_A, "a fresh token", reason="reg.token-invalid", about=OF_A),
)
case(
    "a token that grants the pull, and is refused",
    pull(status=401, error="insufficient_scope"),
    fails(AT_A, "a fresh token", reason="reg.token-invalid"),
)
case(
    "a token for a service that the registry may not be",
    pull(status=401, error="invalid_token", granted=None, stopped=NOT_ACCEPTED, detail="401 x"),
    unknown(AT_A, "ended early: 401 x", reason=NOT_ACCEPTED, because=Because(A, condition="REG-1")),
)
case(
    "no licence",
    pull(status=402, detail="402"),
    fails(AT_A, "no licence", reason="reg.no-licence", about=("cluster",)),
)
LIMITED = unknown(AT_A, "limits the requests of this machine (429)", about=("this-machine",))
case("too many requests", pull(status=429, detail="429"), LIMITED)
case("too many requests for blobs", pull(blobs=blobs(status=429)), LIMITED)
HANGS: dict[str, Any] = {"stopped": "http.timeout", "timed_out": True, "detail": "no complete response within 10 s"}
case(
    "a blob that does not come",
    pull(**HANGS, blobs=[blob(0)]),
    fails(AT_A, "no complete response", reason="reg.pull-timeout", about=OF_A),
)
case("a manifest that does not come", pull(**HANGS, status=0), fails(AT_A, reason="reg.pull-timeout"))
case(
    "what is wrong before it stopped",
    pull(**HANGS, blobs=[blob(0, status=500)]),
    fails(AT_A, reason="reg.blob-error"),
)
case(
    "the connection is lost",
    pull(stopped="http.reset", detail="connection reset", blobs=[]),
    unknown(AT_A, "ended early: connection reset", reason="http.reset", because=Because(AT_A, probe="pull")),
)
case(
    "a webhook would be sent",
    pull(webhook="TAG_PULL", status=0),
    skipped(AT_A, "would send a webhook (TAG_PULL)", "webhooks: ok"),
)
reg_2(
    "no pull is wanted",
    {("pull", AT_A): NotConfigured("--no-pull is set: no image is pulled")},
    skipped(AT_A, "--no-pull"),
    inventory=INVENTORY,
)
SILENT = Unavailable("http.refused", "connection refused", because=Because(A, condition="PING-1"))
reg_2(
    "a replica that is silent",
    {("pull", AT_A): Inherited(SILENT)},
    unknown(AT_A, "connection refused", because=SILENT.because),
    inventory=INVENTORY,
)
reg_2("no image is named", {}, skipped("image", "add pull: [{image: namespace/name:tag, account: USER}]"))

CASES = [reg_2]
