"""The images that the registries keep, as a build for several platforms makes them, and the object storage behind them.

An index names an image for each platform, and beside each an attestation of platform `unknown/unknown`, as BuildKit
writes them. The blobs of an image are its config and its layers.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LAYERS = 4


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class StoredImage:
    """manifests, blobs: by digest; a manifest with its media type. index: that of the tag."""

    repository: str
    tag: str
    index: str
    manifests: dict[str, tuple[str, bytes]]
    blobs: dict[str, bytes]
    beside: dict[str, bytes]
    """The blobs of the attestation."""

    @property
    def everything(self) -> dict[str, bytes]:
        """The blobs of all its manifests."""
        return self.blobs | self.beside

    @property
    def layers(self) -> list[str]:
        """The digests of the blobs, the config first."""
        return list(self.blobs)

    def manifest(self, reference: str) -> tuple[str, bytes] | None:
        """By tag or digest."""
        return self.manifests.get(self.index if reference == self.tag else reference)


def _described(kind: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"mediaType": kind, "digest": digest_of(content), "size": len(content), **more}


def _manifest(kind: str, config: bytes, layers: list[bytes]) -> bytes:
    document = {
        "schemaVersion": 2,
        "mediaType": kind,
        "config": _described(CONFIG, config),
        "layers": [_described(LAYER, layer) for layer in layers],
    }
    return json.dumps(document).encode()


def built(repository: str, tag: str) -> StoredImage:
    """An index of one image and its attestation; the attestation is listed first, as nobody must rely on the order."""
    blobs = [json.dumps({"architecture": "amd64", "os": "linux", "of": repository}).encode()]
    blobs += [f"{repository} layer {number} ".encode() * 40 * number for number in range(1, 1 + LAYERS)]
    image = _manifest(MANIFEST, blobs[0], blobs[1:])
    beside = [b'{"os":"unknown"}', b'{"_type":"https://in-toto.io/Statement/v0.1"}']
    attestation = _manifest(MANIFEST, beside[0], beside[1:])
    nobody = {"architecture": "unknown", "os": "unknown"}
    marks = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": digest_of(image)}
    rows = [
        _described(MANIFEST, attestation, annotations=marks, platform=nobody),
        _described(MANIFEST, image, platform={"architecture": "amd64", "os": "linux"}),
    ]
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}).encode()
    manifests = {digest_of(index): (INDEX, index)}
    manifests |= {digest_of(each): (MANIFEST, each) for each in (image, attestation)}
    own, others = ({digest_of(each): each for each in contents} for contents in (blobs, beside))
    return StoredImage(repository, tag, digest_of(index), manifests, own, others)


@dataclass
class ObjectStorage:
    """Storage that the registries send clients to for blobs. in_use: whether they do.

    listed: whether the inventory names it. error: what it answers to an address that is signed, as status and code.
    unreachable: nobody listens there. scheme: of the addresses that the registries sign.
    """

    port: int = 0
    in_use: bool = False
    listed: bool = True
    error: tuple[int, str] | None = None
    unreachable: bool = False
    scheme: str = "https"
    lost: set[str] = field(default_factory=set)
    """Digests of blobs that are not in it, though the registries believe so."""

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    def signed(self, method: str, digest: str) -> str:
        """The address under which a client reads a blob: it is signed for one method."""
        return f"{self.scheme}://{self.host}{self.path(digest)}?X-Amz-Signature={_signature(method, digest)}"

    @staticmethod
    def path(digest: str) -> str:
        name = digest.removeprefix("sha256:")
        return f"/msr/docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data"


def _signature(method: str, digest: str) -> str:
    return hashlib.sha256(f"{method} {digest}".encode()).hexdigest()


def is_signed(method: str, digest: str, query: str) -> bool:
    """Whether the query of an address holds the signature for this method."""
    return query == f"X-Amz-Signature={_signature(method, digest)}"
