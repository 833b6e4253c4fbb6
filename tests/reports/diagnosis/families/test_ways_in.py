"""Accounts, certificates and limits on the way in."""

from __future__ import annotations

import pytest

from tests.reports.diagnosis.families.cluster_run import A, B, C, diagnose, fail, found, unseen, well

IDS = (A, B, C)
REFUSED = fail("TOKEN-0", "admin", "token.credentials-refused", "account:admin")


def test_account_that_is_refused_takes_what_needs_it() -> None:
    blind = unseen("STATUS-1", A, "http.login-refused", "account:admin")
    assert found(REFUSED, blind) == [("credentials-wrong", ("account:admin",))]


def test_account_that_is_refused_does_not_take_what_needs_none() -> None:
    causes = found(REFUSED, unseen("NGINX-2", A, "http.timeout", f"replica:{A}"))
    assert ("not-seen", (f"replica:{A}",)) in causes


def test_account_is_not_wrong_where_mke_checks_no_log_in() -> None:
    causes = found(REFUSED, fail("MKE-1", "mke.example.org", "mke.unhealthy", "mke"))
    assert causes == [("mke-down", ("mke",))]


def test_mke_that_logs_somebody_in_leaves_the_account_wrong() -> None:
    causes = found(REFUSED, fail("MKE-1", "mke.example.org", "mke.unhealthy", "mke"), well("TOKEN-0", "reader:ci"))
    assert sorted(causes) == [("credentials-wrong", ("account:admin",)), ("mke-unhealthy", ("mke",))]


def test_locked_account_is_not_a_wrong_password() -> None:
    locked = fail("TOKEN-0", "admin", "token.too-many-log-ins", "account:admin")
    assert found(locked) == [("account-locked", ("account:admin",))]


def test_password_of_rethinkdb_is_that_of_its_account() -> None:
    own = [unseen("RDB-1", each, "rethinkdb.login-refused", "account:auditor") for each in IDS]
    assert found(*own) == [("credentials-wrong", ("account:auditor",))]


def test_certificate_of_the_inventory_is_not_that_of_rethinkcli() -> None:
    own = [unseen("RDB-1", each, "rethinkdb.client-refused", "inventory:rethinkdb") for each in IDS]
    assert found(*own) == [("client-certificate", tuple(f"database:{each}" for each in IDS))]
    of_the_volume = unseen("RDB-1", C, "rethinkdb.client-refused", f"database:{C}")
    assert found(of_the_volume) == [("rethinkcli-failed", (f"database:{C}",))]


def test_missing_right_leaves_no_row_read() -> None:
    own = [unseen("RDB-1", each, "rethinkdb.no-permission", f"database:{each}") for each in IDS]
    no_row = unseen("RDB-3", "cluster", "rdb.no-row-read", "table:dtr2.repositories")
    assert found(*own, no_row) == [("database-rights", ("account:rethinkdb",))]
    assert found(no_row) == [("not-seen", ("table:dtr2.repositories",))]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("shell.not-run", "account-restricted"),
        ("docker.no-permission", "account-restricted"),
        ("ssh.max-sessions", "session-limit"),
        ("ssh.no-forwarding", "session-limit"),
    ],
)
def test_way_in_is_at_fault_and_not_the_node(reason: str, kind: str) -> None:
    assert found(unseen("NODE-2", "node-3", reason, "node:node-3")) == [(kind, ("node:node-3",))]


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("docker.wrapper-prints", "wrapper-prints"),
        ("docker.no-permission", "account-restricted"),
        ("ssh.max-sessions", "sshd-limits"),
    ],
)
def test_what_keeps_the_account_from_asking_says_what_to_correct(reason: str, remedy: str) -> None:
    """A line that a wrapper prints is not in sshd_config."""
    (cause,) = diagnose(unseen("CTR-7", "node-3", reason, "node:node-3"))
    assert cause.remedy == remedy


def test_locked_account_is_not_tried_again() -> None:
    """One more failure would prolong the lock."""
    (cause,) = diagnose(fail("TOKEN-0", "admin", "token.too-many-log-ins", "account:admin"))
    assert cause.remedy == "account-locked"


def test_user_of_rethinkdb_is_none_of_mke() -> None:
    own = [unseen("RDB-1", each, "rethinkdb.login-refused", "account:auditor") for each in IDS]
    assert [each.remedy for each in diagnose(*own)] == ["database-user"]
    assert [each.remedy for each in diagnose(REFUSED)] == ["check-credentials"]
    rights = unseen("RDB-1", C, "rethinkdb.no-permission", f"database:{C}")
    assert [each.remedy for each in diagnose(rights)] == ["database-rights"]


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("rethinkdb.unresolved", "rethinkcli-name"),
        ("rethinkdb.client-refused", "database-certificate"),
        ("rethinkdb.tls-alert", "database-certificate"),
        ("container.rethinkcli-failed", "rethinkcli"),
    ],
)
def test_rethinkcli_that_fails_says_for_what(reason: str, remedy: str) -> None:
    """A name of the overlay network, the certificate of its volume, or an error of its own."""
    (cause,) = diagnose(unseen("RDB-1", C, reason, f"database:{C}"))
    assert (cause.id, cause.remedy) == ("rethinkcli-failed", remedy)


def test_password_of_rethinkdb_is_named_by_its_default_account() -> None:
    """The inventory names none."""
    assert found(fail("RDB-1", C, "rdb.login-refused", f"database:{C}")) == [
        ("credentials-wrong", ("account:rethinkdb",))
    ]


def test_locked_account_is_named_and_takes_what_needs_it() -> None:
    """Whatever else shows the lock; where only an audit log does, that is named."""
    feed = fail("FEED-1", f"global:{C}", "feed.too-many-log-ins", f"notary:{C}")
    locked = fail("TOKEN-0", "admin", "token.too-many-log-ins", "account:admin")
    blind = unseen("STATUS-1", A, "http.login-refused", f"replica:{A}")
    causes = diagnose(feed, locked, blind)
    assert [(each.id, each.things) for each in causes] == [("account-locked", ("account:admin",))]
    assert causes[0].shown_by[0].condition == "TOKEN-0"
    assert found(feed) == [("account-locked", (f"notary:{C}",))]


def test_client_certificate_is_that_of_the_servers_that_refuse_it() -> None:
    """One server: the others accept it. Where none was asked, the inventory's own files are at fault."""
    refused = unseen("RDB-1", C, "rethinkdb.client-refused", "inventory:rethinkdb")
    unusable = unseen("RDB-3", "cluster", "inventory.client-certificate", "inventory:rethinkdb")
    assert found(refused) == [("client-certificate", (f"database:{C}",))]
    assert found(unusable) == [("client-certificate", ("inventory:rethinkdb",))]


def test_rethinkcli_is_named_by_the_database_that_it_asked() -> None:
    """Not by the node on which it ran, unless nothing else is known."""
    reason = "container.rethinkcli-failed"
    assert found(unseen("RDB-1", C, reason, f"database:{C}", "node:node-3")) == [
        ("rethinkcli-failed", (f"database:{C}",))
    ]
    assert found(unseen("RDB-1", C, reason, "node:node-3")) == [("rethinkcli-failed", ("node:node-3",))]


def test_way_in_that_is_at_fault_is_that_of_the_node() -> None:
    """What fails is said first, the node is named alone, and what was to be asked of its replica follows."""
    blind = unseen("CTR-1", f"{C}:api", "docker.no-permission", "node:node-3", f"container:api-{C}")
    failed = fail("NODE-1", "node-3", "node.no-permission", "node:node-3")
    left = unseen("CTR-7", f"{C}:api", "run.not-seen", f"container:api-{C}")
    causes = diagnose(blind, failed, left)
    assert [(each.id, each.things) for each in causes] == [("account-restricted", ("node:node-3",))]
    assert causes[0].shown_by[0].condition == "NODE-1"
    elsewhere = unseen("CTR-7", f"{A}:api", "run.not-seen", f"container:api-{A}")
    assert len(found(blind, failed, elsewhere)) == 2
    forward = unseen("RDB-1", C, "rethinkdb.no-forwarding", f"database:{C}")
    assert found(forward) == [("session-limit", (f"database:{C}",))]


def test_rethinkcli_that_fails_for_two_reasons_is_two_causes() -> None:
    own = [unseen("RDB-1", B, "rethinkdb.unresolved", f"database:{B}")]
    own += [unseen("RDB-1", C, "container.rethinkcli-failed", f"database:{C}")]
    assert {(each.things, each.remedy) for each in diagnose(*own)} == {
        ((f"database:{B}",), "rethinkcli-name"),
        ((f"database:{C}",), "rethinkcli"),
    }
