"""The registry's `/v2/`, with and without a token."""

import re
from dataclasses import replace
from typing import Any

from lab.embedded.bearer import CATALOG, Judge, Scope, pull_of
from lab.embedded.images import digest_of
from lab.embedded.reply import Asked, Manner, Reply, as_json
from lab.embedded.state import Cluster, Replica
from lab.embedded.tokens import Issuer

JSON = "application/json; charset=utf-8"
_MANIFEST = re.compile(r"/v2/([^/]+/[^/]+)/manifests/([^/]+)")
_BLOB = re.compile(r"/v2/([^/]+/[^/]+)/blobs/(sha256:[0-9a-f]{64})")
API_VERSION = (("Docker-Distribution-Api-Version", "registry/2.0"),)


class Registry:
    """Any valid token opens `/v2/`; a repository wants the right to pull, by its name without the host."""

    def __init__(self, cluster: Cluster, issuer: Issuer) -> None:
        self._cluster = cluster
        self._issuer = issuer

    def answer(self, replica: Replica, asked: Asked) -> Reply:
        host = self._cluster.host
        key, key_id = self._issuer.key if replica.registry_trusts_tokens else Issuer().key
        repository, scope = _wanted(asked.path)
        judge = Judge(key, key_id, host, host)
        error = judge.refusal(asked.authorization, scope, self._cluster.now(replica).timestamp())
        if error is not None:
            challenge = f'Bearer realm="https://{self._cluster.realm_host or host}/auth/token",service="{host}"'
            challenge += f',scope="{scope}"' if scope else ""
            challenge += f',error="{error}"' if error else ""
            reply = _error(401, "UNAUTHORIZED", "authentication required", None)
            return replace(reply, headers=(*API_VERSION, ("WWW-Authenticate", challenge)))
        if repository is None:
            return Reply(200, b"{}", JSON, API_VERSION)
        if reference := _MANIFEST.fullmatch(asked.path):
            return self._manifest(replica, reference[1], reference[2])
        if digest := _BLOB.fullmatch(asked.path):
            return self._blob(replica, digest[2], asked)
        if repository not in {change.repository for change in self._cluster.trust.changes}:
            return _error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": repository})
        tags = as_json(200, {"name": repository, "tags": ["latest"]}, indent=None, content_type=JSON)
        return replace(tags, headers=API_VERSION)

    def _manifest(self, replica: Replica, repository: str, reference: str) -> Reply:
        """By tag or digest; storage that fails has no manifest either."""
        stored = next((each for each in self._cluster.images if each.repository == repository), None)
        found = stored.manifest(reference) if stored and reference not in replica.lost_manifests else None
        if found is None:
            detail = {"Digest" if reference.startswith("sha256:") else "Tag": reference}
            return _error(404, "MANIFEST_UNKNOWN", "manifest unknown", detail)
        return Reply(200, found[1], found[0], (*API_VERSION, ("Docker-Content-Digest", digest_of(found[1]))))

    def _blob(self, replica: Replica, digest: str, asked: Asked) -> Reply:
        """Its own bytes, or where object storage is in use an address there, signed for the method that was asked."""
        blobs = {each: content for image in self._cluster.images for each, content in image.blobs.items()}
        if replica.storage_hangs:
            return Reply(200, manner=Manner.HELD)
        if replica.storage_error:
            return _error(500, "UNKNOWN", "unknown error", {"Op": "stat", "Err": 116})
        if digest not in blobs or digest in replica.lost_blobs:
            return _error(404, "BLOB_UNKNOWN", "blob unknown to registry", digest)
        store = self._cluster.object_storage
        if store.in_use:
            return Reply(307, headers=(*API_VERSION, ("Location", store.signed(asked.method, digest))))
        content = blobs[digest][: replica.cut_blobs.get(digest)]
        headers = (*API_VERSION, ("Docker-Content-Digest", digest))
        return Reply(200, content, "application/octet-stream", headers)


def _wanted(path: str) -> tuple[str | None, Scope | None]:
    if path == "/v2/_catalog":
        return None, CATALOG
    if found := _MANIFEST.fullmatch(path) or _BLOB.fullmatch(path):
        return found[1], pull_of(found[1])
    if path.endswith("/tags/list"):
        repository = path.removeprefix("/v2/").removesuffix("/tags/list")
        return repository, pull_of(repository)
    return None, None


def _error(status: int, code: str, message: str, detail: Any) -> Reply:
    body = {"errors": [{"code": code, "message": message, "detail": detail}]}
    return replace(as_json(status, body, indent=None, content_type=JSON), headers=API_VERSION)
