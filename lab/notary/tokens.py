"""The token service in garant's place: ES256 tokens whose certificate stands in their header, grants as garant's.

Everybody gets a token, nobody more in it than they may do: the catalogue is for administrators, a repository's `pull`
for who can read it. The name of the registry before that of a repository is taken off to look it up, and stays in the
token. What scopes cannot be read are left out.
"""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from lab.embedded.reply import Asked, Reply, as_json, text
from lab.notary.keys import Key

LIFETIME = 300
FAILURES_UNTIL_LOCKED = 5
WRONG = '{"details":"unable to get identity token from basic auth credentials: unauthorized"}'
LOCKED = '{"details":"too many failed login attempts for username or IP address"}'


@dataclass
class User:
    """reads: repositories without the name of the registry; an administrator reads all."""

    name: str
    password: str
    admin: bool = False
    reads: set[str] = field(default_factory=set)


class TokenService:
    """Answers /auth/token. `key`, what a user reads and what is public may change at any time.

    users: the address of users, which is the issuer and the name before repositories.
    public: repositories that anybody may pull.
    """

    def __init__(self, users: str, accounts: Iterable[User]) -> None:
        self._users = users
        self._accounts = {account.name: account for account in accounts}
        self.public: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.key = Key()

    def account(self, name: str) -> User:
        return self._accounts[name]

    def answer(self, asked: Asked) -> Reply:
        if asked.method != "GET":
            return text(405, "Method Not Allowed\n")
        if asked.authorization and asked.authorization.lower().startswith("basic "):
            account = self._log_in(asked.authorization[6:])
            return account if isinstance(account, Reply) else self._given(account, asked.query)
        return self._given(None, asked.query)

    def _log_in(self, credentials: str) -> User | Reply:
        try:
            name, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            name, password = "", ""
        account = self._accounts.get(name)
        with self._lock:
            if self._failures[name] >= FAILURES_UNTIL_LOCKED:
                return text(429, LOCKED)
            if account and secrets.compare_digest(password.encode(), account.password.encode()):
                return account
            self._failures[name] += 1
        return replace(text(401, WRONG), headers=(("WWW-Authenticate", f'Basic realm="{self._users}"'),))

    def _given(self, account: User | None, query: str) -> Reply:
        asked = parse_qs(query)
        at = time.time_ns()
        now = at // 10**9
        claims = {
            "iss": self._users,
            "sub": account.name if account else "anonymous",
            "aud": asked.get("service", [""])[0],
            "exp": now + LIFETIME,
            "nbf": now - LIFETIME,
            "iat": now,
            "jti": secrets.token_urlsafe(15),
            "access": [grant for scope in asked.get("scope", []) if (grant := self._grant(account, scope))],
        }
        token = self.key.token(claims)
        answer = {"token": token, "access_token": token, "expires_in": LIFETIME, "issued_at": _rfc3339_nano(at)}
        return as_json(200, answer, indent=None)

    def _grant(self, account: User | None, scope: str) -> dict[str, Any] | None:
        """What is granted of a scope `type:name:action,…`, whose name may hold colons; None: nothing."""
        kind, _, rest = scope.partition(":")
        name, _, words = rest.rpartition(":")
        actions = [action for action in words.split(",") if self._may(account, kind, name, action)]
        return {"type": kind, "name": name, "actions": actions} if actions else None

    def _may(self, account: User | None, kind: str, name: str, action: str) -> bool:
        admin = account is not None and account.admin
        if kind == "registry":
            return admin and (name, action) == ("catalog", "*")
        if kind != "repository" or not action:
            return False
        repository = name.removeprefix(f"{self._users}/")
        readable = repository in self.public or (account is not None and repository in account.reads)
        return admin or (readable and action == "pull")


def _rfc3339_nano(at: int) -> str:
    """As Go writes a time in nanoseconds: without the zeros that end it."""
    seconds, fraction = divmod(at, 10**9)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{fraction:09}".rstrip("0").rstrip(".") + "Z"
