"""What a user does most: the pull of an image, from each replica. Beyond the guide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.wording import many
from checks.verdict import Verdict, failed, passed, skipped
from fixtures.access.http.licence import NO_LICENCE
from fixtures.core.evidence import Because, thing
from fixtures.core.pull_subjects import ImageAt
from fixtures.core.store import PerSubject, Unavailable
from fixtures.probes.feeds.causes import INVALID
from fixtures.probes.image_pulls import (
    NO_IMAGE,
    NOT_A_MANIFEST,
    NOT_ACCEPTED,
    REDIRECTS,
    Blob,
    ImagePull,
)
from fixtures.probes.webhooks import Webhooks

TOO_MANY_REQUESTS = 429
# What object storage answers where the registry's signature of an address is wrong, for every client alike.
SIGNATURE_REFUSED = (
    "AuthenticationFailed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
)
OF_STORAGE = "registry-storage"
OF_ONE = "replica-storage"
OF_IMAGE = "image-incomplete"
# Of many digests that a message would hold.
FEW = 2


@condition(
    "REG-2",
    severity=CRITICAL,
    documented="Beyond the guide: pull",
    remedy=OF_STORAGE,
    reasons={
        "reg.no-licence": Reason("MSR has no licence (402)", remedy="registry-challenge"),
        "reg.token-invalid": Reason("the registry refuses a fresh token of its replica", remedy="token-service"),
        "reg.pull-denied": Reason("the account has no right to pull the image", remedy="pull-list"),
        "reg.tag-unknown": Reason("no replica knows the tag", remedy="pull-list"),
        "reg.manifest-unknown": Reason("no replica has the manifest that the tag names", remedy=OF_IMAGE),
        "reg.unknown-here": Reason("the replica does not know a manifest that another one returns", remedy=OF_ONE),
        "reg.manifest-error": "the registry does not return the manifest",
        "reg.manifest-invalid": "the registry returns something else than a manifest",
        "reg.no-image": Reason("the tag lists no image for a platform", remedy="pull-list"),
        "reg.blob-error": "the registry does not return blobs that the manifest names",
        "reg.blob-unknown-here": Reason("the replica does not have blobs that another one has", remedy=OF_ONE),
        "reg.blob-unknown": Reason("no replica has blobs that the manifest names", remedy=OF_IMAGE),
        "reg.blob-size-here": Reason("the replica has blobs of another size than others", remedy=OF_ONE),
        "reg.blob-size": Reason("blobs have another size than the manifest says", remedy=OF_IMAGE),
        "reg.pull-timeout": "the registry does not respond to a pull in time",
        "reg.storage-refuses": Reason("object storage refuses the registry's signature", remedy="object-storage"),
        "reg.storage-lacks": Reason("object storage does not have a blob", remedy=OF_IMAGE),
    },
)
def test_image_can_be_pulled(
    image_at: ImageAt,
    pull: ImagePull,
    every_pull: PerSubject[ImagePull],
    every_webhooks: PerSubject[Webhooks],  # noqa: ARG001 - looked at again with the pull
) -> Verdict:
    """The image can be pulled: the account gets a token, the manifest and, of the size that it names, each blob."""
    name, repository = image_at.image.name, (thing("repository", image_at.image.repository),)
    if pull.webhook:
        line = "add webhooks: ok to the image under pull: to pull it anyway"
        return skipped(f"a pull of {name} would send a webhook ({pull.webhook}): {line}")
    others = [each for each in every_pull.values() if each.image == pull.image and each.replica != pull.replica]
    if pull.stopped and not pull.timed_out:
        because = Because(image_at.replica, condition="REG-1") if pull.stopped == NOT_ACCEPTED else _own(image_at)
        raise Unavailable(pull.stopped, f"the pull of {name} ended early: {pull.detail}", because=because)
    found = _of_blobs(pull, others, image_at) if pull.has_manifest else _of_manifest(pull, others, image_at)
    if found is not None:
        return found
    if pull.timed_out:
        message = f"the registry does not respond to a pull of {name}: {pull.detail}"
        return failed("reg.pull-timeout", message, expected="a response within 10 s")
    if pull.error == NO_IMAGE:
        message = f"{name} lists no image for a platform, so that its blobs are unknown"
        raise Unavailable("reg.no-image", message, about=repository, because=_own(image_at))
    of = f" ({pull.platform})" if pull.platform else ""
    text = f"{name}{of} can be pulled as {pull.account}: manifest and {many(len(pull.blobs), 'blob')}"
    return passed(text + _not_read(pull), seen=len(pull.blobs), expected=pull.described)


def _own(image_at: ImageAt) -> Because:
    return Because(image_at.subject, probe="pull")


def _of_manifest(pull: ImagePull, others: Sequence[ImagePull], image_at: ImageAt) -> Verdict | None:
    """What is wrong where there is no manifest; None where nothing is."""
    name, status = image_at.image.name, pull.status
    what = f"the manifest of {name} for {pull.platform}" if pull.platform else f"the manifest of {name}"
    about = [thing("repository", image_at.image.repository)]
    if status == 404:
        knowing = [each for each in others if (each.has_manifest if pull.platform else each.knows_tag)]
        if knowing:
            message = f"{what} is unknown here (404 {pull.error}), and known at {_replicas(knowing)}"
            return failed("reg.unknown-here", message, seen=404, expected=200)
        if pull.platform:
            message = f"{what} is unknown ({pull.detail}), though the tag names it"
            return failed("reg.manifest-unknown", message, seen=404, expected=200, about=about)
        message = f"the tag {name} does not exist ({pull.detail})"
        return failed("reg.tag-unknown", message, seen=404, expected=200, about=about)
    if status == NO_LICENCE:
        message = f"the registry has no licence: the pull of {name} is refused"
        return failed("reg.no-licence", message, seen=status, expected=200, about=[thing("cluster")])
    if status == TOO_MANY_REQUESTS:
        message = f"{what}: a filter or balancer limits the requests of this machine (429)"
        raise Unavailable("http.error-status", message, about=[thing("this-machine")], because=_own(image_at))
    if status in (401, 403):
        return _refused(pull, name)
    if pull.error == NOT_A_MANIFEST:
        message = f"the registry returns something else than {what}"
        return failed("reg.manifest-invalid", message, seen=status)
    if status not in (0, 200):
        return failed("reg.manifest-error", f"{what}: the registry returns {pull.detail}", seen=status, expected=200)
    return None


def _refused(pull: ImagePull, name: str) -> Verdict:
    """A token that is refused though it grants the pull is the registry's fault; else the account lacks the right."""
    if pull.error == INVALID or pull.granted:
        message = f"the registry refuses a fresh token of {pull.account} for {name}: {pull.detail}"
        return failed("reg.token-invalid", message, seen=pull.status, expected=200)
    message = f"{pull.account} may not pull {name}: the registry returns {pull.detail}"
    about = [thing("account", pull.account)]
    return failed("reg.pull-denied", message, seen=pull.status, expected=200, about=about)


def _of_blobs(pull: ImagePull, others: Sequence[ImagePull], image_at: ImageAt) -> Verdict | None:
    """What is wrong with the blobs, what concerns most images first; None where nothing is."""
    of, repository = f"of {image_at.image.name}", [thing("repository", image_at.image.repository)]
    elsewhere = {blob.digest for each in others for blob in each.blobs if _is_whole(blob)}

    def wrong(those: Callable[[Blob], bool]) -> list[Blob]:
        return [blob for blob in pull.blobs if those(blob)]

    if any(blob.status == TOO_MANY_REQUESTS for blob in pull.blobs):
        message = f"the blobs {of}: a filter or balancer limits the requests of this machine (429)"
        raise Unavailable("http.error-status", message, about=[thing("this-machine")], because=_own(image_at))
    if blobs := wrong(_is_error):
        message = f"the registry returns {blobs[0].status} for {_blobs(blobs, pull)} {of}"
        return failed("reg.blob-error", message, seen=blobs[0].status, expected=200)
    if blobs := wrong(lambda blob: blob.status == 404):
        here = [blob for blob in blobs if blob.digest in elsewhere]
        if here:
            message = f"{_blobs(here, pull)} {of} not found here (404), and found at other replicas"
            return failed("reg.blob-unknown-here", message, seen=404, expected=200)
        message = f"{_blobs(blobs, pull)} {of} not found (404)"
        return failed("reg.blob-unknown", message, seen=404, expected=200, about=repository)
    if blobs := wrong(_is_of_wrong_size):
        first = blobs[0]
        sizes = f"{first.length} bytes instead of {first.size}"
        here = [blob for blob in blobs if blob.digest in elsewhere]
        if here:
            message = f"{_blobs(here, pull)} {of} of another size here ({sizes}), and whole at other replicas"
            return failed("reg.blob-size-here", message, seen=first.length, expected=first.size)
        message = f"{_blobs(blobs, pull)} {of} of another size than the manifest says ({sizes})"
        return failed("reg.blob-size", message, seen=first.length, expected=first.size, about=repository)
    if blobs := wrong(lambda blob: blob.store_error in SIGNATURE_REFUSED):
        first = blobs[0]
        message = f"{first.store} refuses an address that the registry signed: {first.store_status} {first.store_error}"
        return failed("reg.storage-refuses", message, seen=first.store_error, expected=206)
    if blobs := wrong(lambda blob: blob.store_status == 404):
        message = f"{_blobs(blobs, pull)} {of} not found in {blobs[0].store} (404)"
        return failed("reg.storage-lacks", message, seen=404, expected=206, about=repository)
    return None


def _is_error(blob: Blob) -> bool:
    return blob.status not in (200, 206, 404, *REDIRECTS)


def _is_of_wrong_size(blob: Blob) -> bool:
    return blob.status == 200 and None not in (blob.length, blob.size) and blob.length != blob.size


def _is_whole(blob: Blob) -> bool:
    return blob.status != 404 and not _is_error(blob) and not _is_of_wrong_size(blob)


def _blobs(blobs: Sequence[Blob], pull: ImagePull) -> str:
    """How many of the blobs, and the digests of the first."""
    named = ", ".join(blob.digest[:19] for blob in blobs[:FEW])
    more = ", …" if len(blobs) > FEW else ""
    return f"{len(blobs)} of {many(len(pull.blobs), 'blob')} ({named}{more})"


def _replicas(pulls: Iterable[ImagePull]) -> str:
    return ", ".join(each.replica for each in pulls)


def _not_read(pull: ImagePull) -> str:
    """What was not looked at, and why."""
    told = []
    if left := pull.described - len(pull.blobs):
        told.append(f"{many(left, 'more blob')} not requested")
    unread = [blob for blob in pull.blobs if blob.store and blob.store_status not in (200, 206)]
    if unread:
        first = unread[0]
        why = first.detail or f"it returns {first.store_status} {first.store_error}".rstrip()
        told.append(f"{many(len(unread), 'blob')} in {first.store} not read ({why})")
    return "".join(f"; {each}" for each in told)
