"""Who is let in: the challenge, tokens and grants of the real servers, and of the token service before them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.notary.asking import CATALOG, GLOBAL, Asker

PAGE = "?records=10&change_id=0"


def _challenge(asker: Asker, scope: str, error: str = "") -> str:
    users = asker.lab.users
    told = f'Bearer realm="https://{users}/auth/token",service="{users}",scope="{scope}"'
    return told + (f',error="{error}"' if error else "")


def _claims(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims


@pytest.mark.parametrize("replica", [0, 1, 2])
def test_nobody_is_told_where_to_get_a_token(asker: Asker, replica: int) -> None:
    answer = asker.get(GLOBAL + PAGE, replica=replica)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == _challenge(asker, CATALOG)
    assert answer.headers["X-Replica-ID"] == asker.lab.fronts.replicas[replica]
    assert answer.json()["errors"][0]["code"] == "UNAUTHORIZED"


def test_a_repository_wants_its_own_scope(asker: Asker) -> None:
    answer = asker.get(f"/v2/{asker.lab.users}/library/alpine/_trust/changefeed{PAGE}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == _challenge(asker, asker.scope("library/alpine"))


@pytest.mark.parametrize("token", ["garbage", "a.b.c"])
def test_what_is_no_token_is_invalid(asker: Asker, token: str) -> None:
    answer = asker.get(GLOBAL + PAGE, token)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == _challenge(asker, CATALOG, "invalid_token")


# (who, scope that is asked for, feed that is read with it, what is answered)
CASES = {
    "administrator, global": ("admin", CATALOG, None, 200),
    "administrator, a repository": ("admin", "library/alpine", "library/alpine", 200),
    "administrator, one that was never signed": ("admin", "library/unknown", "library/unknown", 200),
    "the catalogue's token at a repository": ("admin", CATALOG, "library/alpine", 401),
    "a repository's token at the global feed": ("admin", "library/alpine", None, 401),
    "another repository's token": ("admin", "library/nginx", "library/alpine", 401),
    "reader, global": ("ci", CATALOG, None, 401),
    "reader, its repository": ("ci", "library/alpine", "library/alpine", 200),
    "reader, another's": ("ci", "finance/ledger", "finance/ledger", 401),
    "reader, one that nobody told of": ("ci", "library/nginx", "library/nginx", 401),
    "nobody, global": (None, CATALOG, None, 401),
    "nobody, a repository": (None, "library/alpine", "library/alpine", 401),
}


@pytest.mark.parametrize(("user", "asked", "feed", "status"), CASES.values(), ids=list(CASES))
def test_roles_and_feeds(asker: Asker, user: str | None, asked: str, feed: str | None, status: int) -> None:
    token = asker.token(user, asked if asked == CATALOG else asker.scope(asked))
    path = GLOBAL if feed is None else f"/v2/{asker.lab.users}/{feed}/_trust/changefeed"
    answer = asker.get(path + PAGE, token)
    assert answer.status_code == status
    if status == 401:
        wanted = CATALOG if feed is None else asker.scope(feed)
        assert answer.headers["WWW-Authenticate"] == _challenge(asker, wanted, "insufficient_scope")


@pytest.mark.parametrize("user", ["ci", None])
def test_a_token_is_given_even_where_it_grants_nothing(asker: Asker, user: str | None) -> None:
    answer = asker.token_answer(user, asker.scope("finance/ledger"), CATALOG)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token"], body["expires_in"]) == (body["access_token"], 300)
    claims = _claims(body["token"])
    assert claims["access"] == []
    assert claims["sub"] == (user or "anonymous")
    assert (claims["iss"], claims["aud"]) == (asker.lab.users, asker.lab.users)


def test_grants_are_what_is_asked_and_allowed(asker: Asker) -> None:
    scopes = (asker.scope("library/alpine", "pull,push"), asker.scope("finance/ledger"), "nonsense", "repository::pull")
    assert _claims(asker.token("ci", *scopes))["access"] == [
        {"type": "repository", "name": f"{asker.lab.users}/library/alpine", "actions": ["pull"]}
    ]


def test_what_is_public_anybody_may_pull(asker: Asker) -> None:
    public = asker.lab.tokens.public
    public.add("library/nginx")
    try:
        token = asker.token(None, asker.scope("library/nginx"))
        answer = asker.get(f"/v2/{asker.lab.users}/library/nginx/_trust/changefeed{PAGE}", token)
    finally:
        public.remove("library/nginx")
    assert answer.status_code == 200
    assert answer.json()["count"] == 1


def test_wrong_passwords_are_refused_until_the_account_is_locked(asker: Asker) -> None:
    name = "nobody-of-that-name"
    told = [asker.token_answer(name, CATALOG, password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in told] == [401] * 5 + [429]
    assert told[0].headers["WWW-Authenticate"] == f'Basic realm="{asker.lab.users}"'
    assert asker.token_answer("admin", CATALOG).status_code == 200


def test_the_registry_takes_the_same_tokens(asker: Asker) -> None:
    refused = asker.get("/v2/")
    users = asker.lab.users
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == f'Bearer realm="https://{users}/auth/token",service="{users}"'
    assert refused.headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    anyone = asker.get("/v2/", asker.token(None))
    assert (anyone.status_code, anyone.text) == (200, "{}")
    repository = "/v2/library/alpine/tags/list"
    assert asker.get(repository, asker.token("ci", "repository:finance/ledger:pull")).status_code == 401
    assert asker.get(repository, asker.token("ci", "repository:library/alpine:pull")).status_code == 200
