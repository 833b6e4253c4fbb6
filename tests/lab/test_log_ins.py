"""The log-in at /auth/token, access tokens, and what wrong passwords do."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from lab.embedded.accounts import FAILURES_UNTIL_LOCKED
from tests.lab.asking import STATUS, Asker
from tests.lab.conftest import Start


def _decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(_decoded(token.split(".")[1]))
    return claims


def _token(asker: Asker, query: str, account: str | None) -> dict[str, Any]:
    login = asker.credentials(account) if account else None
    return _claims(asker.ask(f"/auth/token?{query}", login=login).json["token"])


def test_token_has_the_documented_form(healthy: Asker) -> None:
    answer = healthy.ask("/auth/token?service=dtr", login=healthy.credentials("admin"))
    assert answer.headers["Content-Type"] == "application/json"
    assert sorted(answer.json) == ["access_token", "expires_in", "issued_at", "token"]
    assert answer.json["token"] == answer.json["access_token"]
    assert answer.json["expires_in"] == 300
    datetime.fromisoformat(answer.json["issued_at"])
    claims = _claims(answer.json["token"])
    assert (claims["sub"], claims["aud"], claims["iss"]) == (
        "admin",
        "dtr",
        healthy.cluster.url.removeprefix("https://"),
    )
    assert claims["exp"] - claims["iat"] == claims["iat"] - claims["nbf"] == 300


def test_token_is_signed_by_the_key_that_it_names(healthy: Asker) -> None:
    header, claims, signature = healthy.ask("/auth/token").json["token"].split(".")
    head = json.loads(_decoded(header))
    assert (head["typ"], head["alg"]) == ("JWT", "ES256")
    x, y = (int.from_bytes(_decoded(head["jwk"][part]), "big") for part in ("x", "y"))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    raw = _decoded(signature)
    pair = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(pair, f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))


def test_grants(healthy: Asker) -> None:
    host = healthy.cluster.url.removeprefix("https://")
    catalogue = [{"type": "registry", "name": "catalog", "actions": ["*"]}]
    assert _token(healthy, "scope=registry:catalog:*", "admin")["access"] == catalogue
    assert _token(healthy, "scope=registry:catalog:*", "ci")["access"] == []
    (grant,) = _token(healthy, f"scope=repository:{host}/library/alpine:pull,push", "ci")["access"]
    assert grant == {"type": "repository", "name": f"{host}/library/alpine", "actions": ["pull"]}
    assert _token(healthy, f"scope=repository:{host}/finance/ledger:pull", "ci")["access"] == []
    assert _token(healthy, "scope=repository:finance/ledger:pull", "admin")["access"]
    assert _token(healthy, "scope=nonsense", "admin")["access"] == []


def test_strangers_get_a_token_of_anonymous(healthy: Asker) -> None:
    claims = _token(healthy, "scope=repository:library/alpine:pull", None)
    assert (claims["sub"], claims["access"]) == ("anonymous", [])


def test_wrong_password_is_401_at_the_log_in(healthy: Asker) -> None:
    answer = healthy.ask("/auth/token", login=("admin", "wrong"))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "unable to get identity token" in answer.json["details"]


def test_too_many_failures_lock_the_account_everywhere(healthy: Asker) -> None:
    for _ in range(FAILURES_UNTIL_LOCKED):
        assert healthy.ask("/auth/token", login=("admin", "wrong")).status == 401
    right = healthy.credentials("admin")
    for position in range(3):
        answer = healthy.ask("/auth/token", position, login=right)
        assert (answer.status, "too many failed login attempts" in answer.json["details"]) == (429, True)
    assert healthy.ask(STATUS, login=right).status == 401
    assert healthy.ask("/auth/token", login=healthy.credentials("ci")).status == 200


def test_without_mke_nobody_logs_in_and_nobody_is_locked_out(start: Start) -> None:
    asker = start("mke-down")
    for _ in range(FAILURES_UNTIL_LOCKED + 2):
        assert asker.ask("/auth/token", login=asker.credentials("admin")).status == 401
    assert asker.ask("/_ping").status == 200
    assert asker.ask("/auth/token").status == 200


def test_nonsense_for_credentials_is_refused(healthy: Asker) -> None:
    connection = healthy.connection(0)
    try:
        for value in ("Basic !!!", "Basic /w=="):
            connection.request("GET", "/auth/token", headers={"Authorization": value})
            response = connection.getresponse()
            response.read()
            assert response.status == 401
    finally:
        connection.close()


def test_an_access_token_serves_as_the_password(start: Start) -> None:
    asker = start("administrator-with-token")
    admin = asker.inventory["accounts"]["admin"]
    assert "password" not in admin
    token = (asker.directory / admin["token"].removeprefix("file:")).read_text(encoding="utf-8").strip()
    assert asker.ask(STATUS, login=("admin", token)).status == 200
