"""The stand-in's notary-server answers every recorded question as the real one did: status, challenge and body."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from lab.embedded.healthy import healthy_cluster
from lab.embedded.notary import Notary
from lab.embedded.reply import Asked, Reply
from lab.embedded.state import Cluster
from lab.embedded.tokens import Issuer
from lab.embedded.trust import Change, Trust
from tests.lab.asking import Asker
from tests.lab.conftest import Start
from tests.patience import patient

RECORDED = Path(__file__).parent.parent / "data" / "notary"
HOST = "msr.example.org"
CATALOG: dict[str, Any] = {"type": "registry", "name": "catalog", "actions": ["*"]}
ALPHA, BETA, PUBLIC = (
    {"type": "repository", "name": f"{HOST}/lib/{name}", "actions": ["pull"]} for name in ("alpha", "beta", "public")
)


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def trust() -> Trust:
    """What had been published when the answers were recorded."""
    log = Trust()
    for row in json.loads(cases("parameters_global_feed")[0]["response"]["body"])["records"]:
        at, name = datetime.fromisoformat(row["CreatedAt"]), row["GUN"].partition("/")[2]
        log.changes.append(Change(row["ID"], at, name, row["Version"], row["SHA256"], row["Category"]))
    for case in cases("sha256_lookup"):
        if case["response"]["status"] == 200:
            body = case["response"]["body"]
            version = json.loads(body)["signed"]["version"]
            own = next(c for c in log.of("lib/alpha") if c.version == version)
            log.bodies["lib/alpha", own.sha256] = body.encode()
    return log


class Named(Cluster):
    """A cluster of the recorded name."""

    @property
    def public_name(self) -> str:
        return HOST


@pytest.fixture(scope="module")
def notary() -> tuple[Notary, Cluster, Issuer]:
    usual = healthy_cluster(1)
    cluster = Named(usual.replicas, usual.tables, usual.databases, usual.accounts, usual.swarm)
    cluster.trust = trust()
    issuer = Issuer()
    return Notary(cluster, issuer), cluster, issuer


Claims = dict[str, Any]
Make = Callable[[Issuer, Claims, Claims], str]


def signed(issuer: Issuer, header: Claims, claims: Claims) -> str:
    return issuer.signed(header, claims)


def _plain(_issuer: Issuer, header: Claims, claims: Claims) -> str:
    """alg none: nobody signed it."""
    parts = (json.dumps(part).encode() for part in (header | {"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def _broken(issuer: Issuer, header: Claims, claims: Claims) -> str:
    token = issuer.signed(header, claims)
    return token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]


def _foreign(_issuer: Issuer, header: Claims, claims: Claims) -> str:
    return Issuer().signed({key: value for key, value in header.items() if key != "jwk"} | {"x5c": ["MII"]}, claims)


def _by_id(issuer: Issuer, _header: Claims, claims: Claims) -> str:
    return issuer.signed({"typ": "JWT", "alg": "ES256", "kid": issuer.key[1]}, claims)


def _no_key(issuer: Issuer, _header: Claims, claims: Claims) -> str:
    return issuer.signed({"typ": "JWT", "alg": "ES256"}, claims)


# What the tokens of the recorded cases were, by what the cases are called; exp and nbf in seconds from now.
TOKENS: dict[str, tuple[list[Claims], Claims, Make]] = {
    "global: broken signature": ([CATALOG], {}, _broken),
    "global: signed by another key (x5c)": ([CATALOG], {}, _foreign),
    "global: alg none": ([CATALOG], {}, _plain),
    "global: wrong issuer": ([CATALOG], {"iss": "elsewhere"}, signed),
    "global: wrong audience/service": ([CATALOG], {"aud": "elsewhere"}, signed),
    "global: expired 30 s ago (within leeway)": ([CATALOG], {"exp": -30}, signed),
    "global: expired 61 s ago": ([CATALOG], {"exp": -62}, signed),
    "global: expired 1 h ago": ([CATALOG], {"exp": -3600}, signed),
    "global: nbf 30 s ahead (within leeway)": ([CATALOG], {"nbf": 30}, signed),
    "global: nbf 120 s ahead": ([CATALOG], {"nbf": 120}, signed),
    "global: key named by kid": ([CATALOG], {}, _by_id),
    "global: no key in header": ([CATALOG], {}, _no_key),
    "global: admin, repository scope only": ([ALPHA], {}, signed),
    "global: alice asked catalog, granted nothing": ([], {}, signed),
    "global: anonymous asked catalog": ([], {}, signed),
    "global: catalog scope with action 'pull' only": ([CATALOG | {"actions": ["pull"]}], {}, signed),
    "repo alpha: admin, catalog scope only": ([CATALOG], {}, signed),
    "repo alpha: alice (reader)": ([ALPHA], {}, signed),
    "repo beta: alice's alpha token": ([ALPHA], {}, signed),
    "repo beta: alice asked beta, granted nothing": ([], {}, signed),
    "repo alpha: nobody": ([], {}, signed),
    "repo alpha: anonymous token": ([], {}, signed),
    "repo public: anonymous token": ([PUBLIC], {}, signed),
    "repo alpha: push-only scope": ([ALPHA | {"actions": ["push"]}], {}, signed),
    "repo alpha: scope '*' only": ([ALPHA | {"actions": ["*"]}], {}, signed),
    "repo alpha: scope without the registry host": ([ALPHA | {"name": "lib/alpha"}], {}, signed),
    "both scopes in one token, global": ([CATALOG, ALPHA], {}, signed),
    "both scopes in one token, repo": ([CATALOG, ALPHA], {}, signed),
}
GARBAGE = {
    "global: empty bearer": "Bearer ",
    "global: not a JWT": "Bearer garbage",
    "global: three parts, not base64 JSON": "Bearer a.b.c",
    "global: basic auth, right password": "Basic YWRtaW46cGFzc3dvcmQ=",
}


def authorization(name: str, url: str, recorded: str | None, issuer: Issuer) -> str | None:
    if recorded is None:
        return None
    if name in GARBAGE:
        return GARBAGE[name]
    path = unquote(urlsplit(url).path).removeprefix("/v2/").partition("/_trust")[0]
    everything = [CATALOG, {"type": "repository", "name": path, "actions": ["pull"]}]
    access, changes, make = TOKENS.get(name, (everything, {}, signed))
    claims: dict[str, Any] = {
        "iss": HOST,
        "aud": "dtr",
        "sub": "x",
        "exp": 300,
        "nbf": -300,
        "access": access,
    } | changes
    now = int(time.time())
    claims |= {"iat": now, "exp": now + claims["exp"], "nbf": now + claims["nbf"]}
    return f"{recorded.partition(' ')[0]} {make(issuer, dict(issuer._header), claims)}"


EVERY = [
    pytest.param(case, id=f"{name}: {case['name']}")
    for name in ("access", "parameters_global_feed", "parameters_repository_feed", "sha256_lookup")
    for case in cases(name)
]


def test_there_are_all_of_them() -> None:
    assert len(EVERY) == 47 + 45 + 19 + 8


@pytest.mark.parametrize("case", EVERY)
def test_it_answers_as_recorded(case: dict[str, Any], notary: tuple[Notary, Cluster, Issuer]) -> None:
    server, cluster, issuer = notary
    request, expected = case["request"], case["response"]
    parts = urlsplit(request["url"])
    sent = authorization(case["name"], request["url"], request["authorization"], issuer)
    reply = server.answer(cluster.replicas[0], Asked(request["method"], parts.path, parts.query, sent))
    headers = {name.lower(): value for name, value in expected["headers"]}
    assert (reply.status, reply.body.decode()) == (expected["status"], expected["body"])
    assert _header(reply, "www-authenticate") == headers.get("www-authenticate")
    assert reply.content_type == headers.get("content-type", reply.content_type)
    for name in ("cache-control", "last-modified"):
        assert _header(reply, name) == headers.get(name)


def _header(reply: Reply, name: str) -> str | None:
    return next((value for key, value in reply.headers if key.lower() == name), None)


# --- what no recording shows ----------------------------------------------------------------------------------------


def asked(asker: Asker, path: str, account: str | None = "admin", scope: str = "registry:catalog:*") -> Any:
    """Ask with a token of that account."""
    import http.client

    login = asker.credentials(account) if account else None
    token = asker.ask(f"/auth/token?service=dtr&scope={scope}", login=login).json["token"]
    connection = asker.connection(0)
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        response: http.client.HTTPResponse = connection.getresponse()
        return response.status, response.getheader("Content-Type"), response.read()
    finally:
        connection.close()


def test_a_record_is_told_when_it_is_a_minute_old(start: Start) -> None:
    asker = start()
    log = asker.cluster._cluster.trust
    path = "/v2/_trust/changefeed?change_id=-1&records=1"
    young = log.sign("library/alpine", datetime.now(UTC) - timedelta(seconds=58))
    assert young.id not in asked(asker, path)[2].decode()
    assert asked(asker, f"/v2/_trust/changefeed?change_id={young.id}&records=1")[2] == b'{"count":0,"records":[]}'
    young.at -= timedelta(seconds=3)
    assert young.id in asked(asker, path)[2].decode()


def test_too_many_records_end_the_server(start: Start) -> None:
    asker = start()
    path = "/v2/_trust/changefeed?change_id=0&records="
    assert asked(asker, f"{path}1000")[0] == 200
    assert asked(asker, f"{path}2147483647")[0] == 502
    assert asked(asker, f"{path}1")[0] == 502


def test_without_its_database_it_tells_nothing(start: Start) -> None:
    asker = start("two-of-three-dead")
    status, kind, body = asked(asker, "/v2/_trust/changefeed?change_id=0&records=1")
    assert (status, kind) == (500, "application/json; charset=utf-8")
    assert body == b'{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{}}]}\n'
    assert asked(asker, "/v2/_trust/changefeed?change_id=0&records=1", None)[0] == 401


def test_a_busy_feed_is_answered_in_good_time(start: Start) -> None:
    asker = start("feed-of-5000-records")
    begun = time.monotonic()
    status, _, body = asked(asker, "/v2/_trust/changefeed?change_id=-1&records=-1000")
    assert (status, len(json.loads(body)["records"])) == (200, 1000)
    assert time.monotonic() - begun < patient(5)


def test_the_registry_takes_any_valid_token_and_tells_tags_to_readers(start: Start) -> None:
    asker = start()
    host = asker.cluster.url.removeprefix("https://")
    service = f"&service={host}"
    assert asked(asker, "/v2/", "ci", f"x{service}")[0] == 401
    connection = asker.connection(0)
    try:
        for account, repository, status in (
            ("ci", "library/alpine", 200),
            ("ci", "finance/ledger", 401),
            ("admin", "finance/ledger", 200),
            ("admin", "no/such", 404),
        ):
            query = f"service={host}&scope=repository:{repository}:pull"
            token = asker.ask(f"/auth/token?{query}", login=asker.credentials(account)).json["token"]
            bearer = {"Authorization": f"Bearer {token}"}
            connection.request("GET", f"/v2/{repository}/tags/list", headers=bearer)
            response = connection.getresponse()
            response.read()
            assert (response.status, account) == (status, account)
            connection.request("GET", "/v2/", headers=bearer)
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"{}")
    finally:
        connection.close()
