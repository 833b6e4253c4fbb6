"""The token service, passwords and clocks."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lab.embedded import expected_trust, faults
from lab.embedded.expectations import Expectations
from lab.embedded.reply import Reply
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster, Edit, Fault

TOKEN = "/auth/token"  # noqa: S105 -- a path

collection = Collection()
scene = collection.scene


def given(fault: Fault) -> Fault:
    """A fault of answers that give something; refusals stay as they are."""
    return lambda right: fault(right) if right.status == 200 else right


def _malformed(edit: Edit) -> Play:
    """One replica's token service; its tokens are good."""

    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.faults[TOKEN] = given(faults.edited(edit))
        expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, [cluster.bad.id]))
        expect.cause("token-service-misbehaves", f"token-service:{cluster.bad.id}")

    return play


def _with(key: str, value: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        document[key] = value

    return edit


def _another_access_token(document: dict[str, Any]) -> None:
    document["access_token"] += "x"


scene("token-without-issued-at", "One replica's token service leaves out when a token was issued.")(
    _malformed(faults.without("issued_at"))
)
scene("token-with-two-tokens", "One replica's token service gives another access_token than token.")(
    _malformed(_another_access_token)
)
scene("token-expires-never", "One replica's token service says no number of seconds in expires_in.")(
    _malformed(_with("expires_in", "never"))
)
scene("token-expired-on-arrival", "One replica's token service says that its token was issued an hour ago.")(
    _malformed(_with("issued_at", "2020-01-01T00:00:00Z"))
)


def _no_token(fault: Fault, cause: str, offers: str = "repair-first") -> Play:
    """One replica gives no token that could be used there; log-ins go to the others."""

    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.faults[TOKEN] = fault
        expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, [cluster.bad.id]))
        expect.unknown("TOKEN-2", *expected_trust.refused_at([cluster.bad.id]))
        expect.unknown("REG-2", *expect.pulls(cluster.bad))
        expected_trust.no_feed_at(expect, [cluster.bad])
        expect.cause(cause, f"token-service:{cluster.bad.id}", offers=offers)

    return play


scene("token-service-down", "One replica's token service is down: 502.")(
    _no_token(faults.html(502, "502 Bad Gateway"), "token-service-down")
)
scene("token-too-long", "One replica's token service gives a token of 1 MB.")(
    _no_token(
        given(faults.edited(lambda body: body.update(token="x" * 2**20, access_token="x" * 2**20))),
        "token-service-misbehaves",
    )
)


scene("token-service-refuses-right-passwords", "One replica's token service refuses every password: 401.")(
    _no_token(
        faults.json_text('{"details":"unable to get identity token from basic auth credentials"}', 401),
        "token-service-refuses",
    )
)
scene("token-service-is-a-page", "One replica's token service answers everything with a web page.")(
    _no_token(faults.html(200, "Maintenance"), "token-service-misbehaves")
)


EVERYBODY = (*expected_trust.ACCOUNTS, "anonymous")


def _at_all(expect: Expectations) -> list[str]:
    """The token service of every replica, as a cause is about it."""
    return [f"token-service:{replica}" for replica in expect.everywhere]


def _no_token_anywhere(fault: Fault, cause: str, clients: tuple[str, ...] = EVERYBODY) -> Play:
    """No token service gives any: what needs none is judged as ever. Anonymous may need none to be refused a feed."""

    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.faults[TOKEN] = fault
        expect.fail("TOKEN-0", *expected_trust.ACCOUNTS)
        expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, expect.everywhere))
        expected_trust.no_token(expect, *clients)
        expect.cause(cause, *_at_all(expect))

    return play


scene("token-services-down", "The token service of every replica is down: 502.")(
    _no_token_anywhere(faults.html(502, "502 Bad Gateway"), "token-service-down")
)
scene("token-services-are-a-page", "The token service of every replica answers everything with a web page.")(
    _no_token_anywhere(faults.html(200, "Maintenance"), "token-service-misbehaves")
)
scene("token-services-refuse-right-passwords", "The token service of every replica refuses every password: 401.")(
    _no_token_anywhere(
        faults.json_text('{"details":"unable to get identity token from basic auth credentials"}', 401),
        "token-service-refuses",
        expected_trust.ACCOUNTS,
    )
)


@scene("token-services-frozen", "The token service of every replica takes a request and never answers.")
def token_services_frozen(cluster: Cluster, expect: Expectations) -> None:
    cluster.faults[TOKEN] = faults.held
    expect.fail("TOKEN-0", *expected_trust.ACCOUNTS)
    expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, expect.everywhere))
    expected_trust.no_token(expect, *EVERYBODY)
    expect.cause("token-service-hung", *_at_all(expect))


@scene("registry-mistrusts-tokens", "One replica's registry has another key than its token service: invalid_token.")
def registry_mistrusts_tokens(cluster: Cluster, expect: Expectations) -> None:
    """The notary-server of that replica takes the same tokens, so that they are not at fault."""
    cluster.bad.registry_trusts_tokens = False
    expect.fail("TOKEN-2", *expected_trust.refused_at([cluster.bad.id]))
    expect.fail("REG-2", *expect.pulls(cluster.bad))
    expect.cause("token-key-or-clock", f"container:registry-{cluster.bad.id}")


@scene("many-repositories", "A reader can read 150 repositories: more scopes than one URL and one token can hold.",
       sound=True)  # fmt: skip
def many_repositories(cluster: Cluster, _expect: Expectations) -> None:
    names = tuple(f"department-{number % 7}/service-with-a-long-name-{number:03}" for number in range(149))
    cluster.account("ci").reads = ("library/alpine", *names)
    for name in names[::10]:
        cluster.trust.sign(name, cluster.started - timedelta(hours=2))


@scene(
    "token-and-notary-frozen",
    "The token service and the notary-server of every replica never answer.",
)
def token_and_notary_frozen(cluster: Cluster, expect: Expectations) -> None:
    """Without a token, one notary-server alone is asked, and is seen not to answer."""
    for replica in cluster.replicas:
        replica.notary_frozen = True
    token_services_frozen(cluster, expect)
    expect.cause("notary-hung", f"notary:{cluster.replicas[0].id}")


@scene("token-service-frozen", "One replica's token service takes a request and never answers.")
def token_service_frozen(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.faults[TOKEN] = faults.held
    expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, [cluster.bad.id]))
    expect.unknown("TOKEN-2", *expected_trust.refused_at([cluster.bad.id]))
    expect.unknown("REG-2", *expect.pulls(cluster.bad))
    expected_trust.no_feed_at(expect, [cluster.bad])
    expect.cause("token-service-hung", f"token-service:{cluster.bad.id}", offers="restart-container")


def _as_text(right: Reply) -> Reply:
    body = json.loads(right.body)
    return replace(right, body=json.dumps(body | {"expires_in": str(body["expires_in"])}).encode())


@scene("token-numbers-as-text", "The token service tells seconds as text.", sound=True)
def token_numbers_as_text(cluster: Cluster, _expect: Expectations) -> None:
    cluster.faults[TOKEN] = given(_as_text)


@scene("tokens-for-the-host", "The notary-server wants tokens for the registry's own name as the service.", sound=True)
def tokens_for_the_host(cluster: Cluster, _expect: Expectations) -> None:
    """Then a token for the service of the guide opens nothing: the challenge says which one does."""
    cluster.trust.service = cluster.host


@scene("reader-was-given-more", "A reader can read a repository of which the inventory says that he cannot.")
def reader_was_given_more(cluster: Cluster, expect: Expectations) -> None:
    cluster.account("ci").also_reads = ("finance/ledger",)
    expect.fail("TOKEN-2", *expected_trust.refused_at(expect.everywhere))
    expect.fail("FEED-8", "reader:ci:finance.ledger")
    expect.cause("token-grants-too-much", "account:reader:ci")


@scene("any-password-works", "The log-in takes any password, and any user.")
def any_password_works(cluster: Cluster, expect: Expectations) -> None:
    cluster.mke.takes_any_password = True
    expect.fail("TOKEN-3", "cluster")
    expect.cause("any-password-accepted", "cluster")
