"""Answers as S3 does for an address that the registry signed: with bytes, or with an error in XML."""

from __future__ import annotations

from lab.embedded.accounts import Caller
from lab.embedded.images import is_signed
from lab.embedded.reply import Asked, Reply, text
from lab.embedded.state import Cluster


def _error(status: int, code: str) -> Reply:
    page = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{code}</Message></Error>'
    return text(status, page, "application/xml")


def answer(cluster: Cluster, asked: Asked) -> tuple[Reply, Caller]:
    """A range is answered with 206; credentials beside the signature are refused, as S3 refuses them."""
    store = cluster.object_storage
    if asked.authorization:
        return _error(400, "InvalidArgument"), Caller("somebody")
    blobs = {digest: content for image in cluster.images for digest, content in image.blobs.items()}
    digest = next((each for each in blobs if store.path(each) == asked.path), None)
    if digest is None or digest in store.lost:
        return _error(404, "NoSuchKey"), Caller()
    if not is_signed(asked.method, digest, asked.query):
        return _error(403, "SignatureDoesNotMatch"), Caller()
    if store.error is not None:
        return _error(*store.error), Caller()
    content = blobs[digest]
    if asked.range == "bytes=0-0":
        headers = (("Content-Range", f"bytes 0-0/{len(content)}"),)
        return Reply(206, content[:1], "application/octet-stream", headers), Caller()
    return Reply(200, content, "application/octet-stream"), Caller()
