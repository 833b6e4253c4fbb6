"""How the tests ask the lab: httpx alone, verified TLS, the public name as SNI and Host."""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import yaml

from lab.notary import Notary

GLOBAL = "/v2/_trust/changefeed"
CATALOG = "registry:catalog:*"


class Asker:
    """Asks one lab as its inventory says; closing ends its connections."""

    def __init__(self, lab: Notary) -> None:
        inventory: dict[str, Any] = yaml.safe_load(lab.inventory.read_text(encoding="utf-8"))
        self.lab = lab
        self.ports: list[int] = [replica["port"] for replica in inventory["replicas"]]
        (ca,) = inventory["tls"]["ca"]
        self._client = httpx.Client(verify=ssl.create_default_context(cafile=ca), trust_env=False, timeout=5)

    def close(self) -> None:
        self._client.close()

    def get(self, target: str, token: str | None = None, *, replica: int = 0, method: str = "GET") -> httpx.Response:
        """What that replica answers to exactly this path and query."""
        headers = {"Host": self.lab.users} | ({"Authorization": f"Bearer {token}"} if token is not None else {})
        return self._client.request(method, f"https://localhost:{self.ports[replica]}{target}", headers=headers)

    def token_answer(self, user: str | None, *scopes: str, password: str | None = None) -> httpx.Response:
        """What the token service answers to a user with its right password, another one, or to nobody."""
        asked = {"service": self.lab.users, "scope": list(scopes)}
        auth = None
        if user is not None:
            auth = (user, self.lab.tokens.account(user).password if password is None else password)
        url = f"https://localhost:{self.ports[0]}/auth/token"
        return self._client.get(url, params=asked, auth=auth, headers={"Host": self.lab.users})

    def token(self, user: str | None, *scopes: str) -> str:
        token: str = self.token_answer(user, *scopes).json()["token"]
        return token

    def scope(self, repository: str, actions: str = "pull") -> str:
        return f"repository:{self.lab.users}/{repository}:{actions}"

    def feed(self, repository: str | None = None, **parameters: str | int) -> list[dict[str, Any]]:
        """The records of the global feed, or of a repository's, as the administrator reads them."""
        path = GLOBAL if repository is None else f"/v2/{self.lab.users}/{repository}/_trust/changefeed"
        scope = CATALOG if repository is None else self.scope(repository)
        asked = {"records": 100, "change_id": 0} | parameters
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        answer = self.get(f"{path}?{query}", self.token("admin", scope))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        records: list[dict[str, Any]] = body["records"] or []
        assert body["count"] == len(records)
        return records
