"""Causes at token services: which one, or what all of them share."""

from __future__ import annotations

import pytest

from reports.diagnosis.finding import Harm
from reports.records import Because, Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, diagnose, fail, found, unseen


def token(replica: str, reason: str, account: str = "admin") -> Result:
    return fail("TOKEN-1", f"{account}:global:{replica}", reason, f"token-service:{replica}")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("token.timeout", "token-service-hung"),
        ("token.server-error", "token-service-down"),
        ("token.incomplete", "token-service-misbehaves"),
        ("token.expired", "token-service-misbehaves"),
        ("token.right-password-refused", "token-service-refuses"),
    ],
)
def test_token_service_is_named_by_what_it_does(reason: str, kind: str) -> None:
    """What needs its token follows; that of another replica does not."""
    service = f"token-service:{C}"
    causes = diagnose(
        token(C, reason),
        unseen("FEED-1", f"global:{C}", "http.timeout", service, because=Because(f"admin:{C}", probe="account_tokens")),
        unseen("FEED-1", f"global:{B}", "http.refused", f"replica:{B}"),
    )
    assert [(each.id, each.things) for each in causes] == [(kind, (service,)), ("not-seen", (f"replica:{B}",))]
    assert causes[0].harms[0] is Harm.SIGN_IN


def test_restart_is_offered_only_where_another_token_service_works() -> None:
    """Where all fail alike, what they share is at fault; that nobody logs in follows."""
    everywhere = [f"token-service:{each}" for each in (A, B, C)]
    one = diagnose(token(C, "token.server-error"))[0]
    every = diagnose(
        fail("TOKEN-0", "admin", "token.no-log-in", *everywhere),
        *(token(each, "token.server-error") for each in (A, B, C)),
    )
    assert "restart-container" in one.ladder
    assert [each.condition for each in every[0].shown_by] == ["TOKEN-1", "TOKEN-1", "TOKEN-1", "TOKEN-0"]
    assert [(each.id, each.things, each.ladder) for each in every] == [
        ("token-service-down", tuple(everywhere), ("repair-first",))
    ]


def test_two_services_with_two_faults_are_two_causes() -> None:
    assert sorted(found(token(B, "token.timeout"), token(C, "token.server-error"))) == [
        ("token-service-down", (f"token-service:{C}",)),
        ("token-service-hung", (f"token-service:{B}",)),
    ]


def test_fresh_token_that_is_refused_is_the_fault_of_who_refuses_it() -> None:
    """And not of the token service, nor of the account that lacks a right."""
    invalid = fail("FEED-1", f"global:{C}", "feed.token-invalid", f"notary:{C}")
    at_registry = fail("TOKEN-2", f"reader:ci:{B}", "token.invalid-at-registry", f"token-service:{B}")
    assert found(invalid, at_registry) == [("token-key-or-clock", (f"container:registry-{B}", f"notary:{C}"))]


def test_reader_has_too_much_only_where_no_anonymous_client_reads_it() -> None:
    reader = fail("FEED-8", "reader:ci:finance.ledger", "feed.reads-too-much", "feed:finance.ledger")
    anonymous = fail("FEED-8", "anonymous:finance.ledger", "feed.reads-too-much", "feed:finance.ledger")
    assert found(reader) == [("token-grants-too-much", ("account:reader:ci",))]
    assert found(reader, anonymous) == [("feeds-open", ("feed:finance.ledger",))]


def test_wrong_password_that_is_accepted_exposes_the_cluster() -> None:
    accepted = fail("TOKEN-3", "cluster", "token.wrong-password-accepted", f"token-service:{B}")
    assert [(each.id, each.things, each.harms) for each in diagnose(accepted)] == [
        ("any-password-accepted", ("cluster",), (Harm.EXPOSED,))
    ]
