"""The registry's `/v2/`, with and without a token."""

from dataclasses import replace
from typing import Any

from lab.embedded.bearer import CATALOG, Judge, Scope, pull_of
from lab.embedded.reply import Asked, Reply, as_json
from lab.embedded.state import Cluster, Replica
from lab.embedded.tokens import Issuer

JSON = "application/json; charset=utf-8"
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
        if repository not in {change.repository for change in self._cluster.trust.changes}:
            return _error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": repository})
        tags = as_json(200, {"name": repository, "tags": ["latest"]}, indent=None, content_type=JSON)
        return replace(tags, headers=API_VERSION)


def _wanted(path: str) -> tuple[str | None, Scope | None]:
    if path == "/v2/_catalog":
        return None, CATALOG
    if path.endswith("/tags/list"):
        repository = path.removeprefix("/v2/").removesuffix("/tags/list")
        return repository, pull_of(repository)
    return None, None


def _error(status: int, code: str, message: str, detail: Any) -> Reply:
    body = {"errors": [{"code": code, "message": message, "detail": detail}]}
    return replace(as_json(status, body, indent=None, content_type=JSON), headers=API_VERSION)
