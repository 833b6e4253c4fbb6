"""What a registry or a notary-server makes of a Bearer token: its signature, times and scopes, as measured."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

# How far exp and nbf may be off.
LEEWAY = 60


@dataclass(frozen=True)
class Scope:
    """What a path wants: of a repository `pull`, of everything else `registry:catalog:*`."""

    kind: str
    name: str
    action: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}:{self.action}"

    def granted_by(self, claims: dict[str, Any]) -> bool:
        """An action is also granted by `*`."""
        return any(
            (grant["type"], grant["name"]) == (self.kind, self.name) and {self.action, "*"} & set(grant["actions"])
            for grant in claims["access"]
        )


CATALOG = Scope("registry", "catalog", "*")


def pull_of(name: str) -> Scope:
    return Scope("repository", name, "pull")


@dataclass(frozen=True)
class Judge:
    """Whom a service believes: the key of the token service, and what a token must say."""

    key: ec.EllipticCurvePublicKey
    key_id: str
    issuer: str
    service: str

    def refusal(self, authorization: str | None, scope: Scope | None, now: float) -> str | None:
        """Why a request is refused: "" without a token, else the `error` of the challenge; None where it is let in."""
        token = bearer_of(authorization)
        if not token:
            return ""
        claims = self.claims(token, now)
        if claims is None:
            return "invalid_token"
        return None if scope is None or scope.granted_by(claims) else "insufficient_scope"

    def claims(self, token: str, now: float) -> dict[str, Any] | None:
        """The claims of a token that is valid now, else None."""
        try:
            header, payload, signature = token.split(".")
            head, claims, raw = json.loads(_decoded(header)), json.loads(_decoded(payload)), _decoded(signature)
            if head["alg"] != "ES256" or not self._names_the_key(head) or len(raw) != 64:
                return None
            pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
            self.key.verify(pair, f"{header}.{payload}".encode(), ec.ECDSA(SHA256()))
        except (ValueError, KeyError, TypeError, InvalidSignature):
            return None
        in_time = claims["nbf"] - LEEWAY <= now <= claims["exp"] + LEEWAY
        mine = (claims["iss"], claims["aud"]) == (self.issuer, self.service)
        return claims if in_time and mine else None

    def _names_the_key(self, head: dict[str, Any]) -> bool:
        """A token says which key it is signed with, by the key itself or its id; another's certificate is none."""
        if "jwk" in head:
            x, y = (int.from_bytes(_decoded(head["jwk"][part]), "big") for part in ("x", "y"))
            numbers = self.key.public_numbers()
            return (x, y) == (numbers.x, numbers.y)
        return bool(head.get("kid") == self.key_id)


def bearer_of(authorization: str | None) -> str:
    """The token of an Authorization header; empty for none and for other schemes. The scheme's case does not matter."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def subject_of(authorization: str | None) -> str | None:
    """Whose token it says it is, for the record; None where it says nothing."""
    try:
        claims = json.loads(_decoded(bearer_of(authorization).split(".")[1]))
        return str(claims["sub"])
    except (ValueError, LookupError, TypeError):
        return None


def _decoded(segment: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from None
