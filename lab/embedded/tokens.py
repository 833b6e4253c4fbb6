"""Access tokens as garant issues them: ES256, the grants of the asked scopes, nothing for what is not allowed."""

import base64
import json
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from lab.embedded.state import Account

LIFETIME = 300


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _grants(account: Account | None, scopes: list[str], host: str, public: frozenset[str]) -> list[dict[str, Any]]:
    """`registry:catalog:*` for administrators, of a repository what the account may do; malformed scopes count not."""
    granted = []
    for scope in scopes:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        bare = name.removeprefix(f"{host}/")
        admin = account is not None and account.admin
        reads = bare in public or (account is not None and bare in (*account.reads, *account.also_reads))
        if kind == "registry" and account is not None and account.admin and account.sees_the_catalog:
            granted.append({"type": kind, "name": name, "actions": actions.split(",")})
        if kind == "repository" and (admin or reads):
            allowed = actions.split(",") if admin else [action for action in actions.split(",") if action == "pull"]
            granted.append({"type": kind, "name": name, "actions": allowed})
    return granted


class Issuer:
    """Signs tokens with a key of its own."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        numbers = self._key.public_key().public_numbers()
        point = {"x": _segment(numbers.x.to_bytes(32, "big")), "y": _segment(numbers.y.to_bytes(32, "big"))}
        self._header: dict[str, Any] = {"typ": "JWT", "alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", **point}}

    @property
    def key(self) -> tuple[ec.EllipticCurvePublicKey, str]:
        """The key that its tokens are verified with, and the id under which a token may name it."""
        return self._key.public_key(), str(self._header["jwk"]["x"])

    def token(
        self, account: Account | None, query: str, host: str, at: datetime, public: frozenset[str] = frozenset()
    ) -> dict[str, Any]:
        """The answer of /auth/token; account None is `anonymous`. `public`: repositories that anyone may pull."""
        asked = parse_qs(query)
        now = int(at.timestamp())
        claims = {
            "iss": host,
            "sub": account.name if account else "anonymous",
            "aud": asked.get("service", [""])[0],
            "exp": now + LIFETIME,
            "nbf": now - LIFETIME,
            "iat": now,
            "jti": secrets.token_urlsafe(15),
            "access": _grants(account, asked.get("scope", []), host, public),
        }
        token = self.signed(self._header, claims)
        issued = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {"token": token, "access_token": token, "expires_in": LIFETIME, "issued_at": issued}

    def signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A token of any header and claims, signed with this key."""
        text = ".".join(_segment(json.dumps(part).encode()) for part in (header, claims))
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(SHA256())))
        return f"{text}.{_segment(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"
