"""Certificates that no user sees: each is a cause of its own, and an expired one explains what it shuts out."""

from __future__ import annotations

import pytest

from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, C, diagnose, fail, found, unseen, warn
from tests.reports.diagnosis.families.nodes_run import refused

NODE = ("node:node-3",)
SERVER = (f"database:{C}",)


@pytest.mark.parametrize("state", ["expiring", "expired"])
def test_root_of_the_swarm(state: str) -> None:
    wrong = fail("TLS-3", "swarm-ca", f"tls.swarm-ca-{state}", "swarm")
    assert found(wrong) == [("swarm-ca", ("swarm",))]
    (cause,) = diagnose(wrong)
    assert cause.title.endswith("has expired") == (state == "expired")
    assert cause.remedy == {"expiring": "swarm-ca", "expired": "swarm-ca-expired"}[state]


@pytest.mark.parametrize("state", ["expiring", "expired"])
def test_older_root_of_the_swarm_is_a_rotation_that_is_not_complete(state: str) -> None:
    wrong = warn("TLS-3", "swarm-ca-older", f"tls.older-swarm-ca-{state}", "swarm")
    assert found(wrong) == [("swarm-ca-rotation", ("swarm",))]


@pytest.mark.parametrize(
    ("first", "again", "kind"),
    [
        (warn("TLS-3", "swarm-ca", "tls.swarm-ca-expiring", "swarm"), "pre.certificate-ends", "swarm-ca"),
        (warn("TLS-3", "node-3", "tls.node-not-renewed", *NODE), "pre.certificate-not-renewed", "swarm-certificate"),
        (fail("TLS-3", "node-3", "tls.node-expired", *NODE), "pre.certificate-ends", "swarm-certificate"),
        (warn("TLS-3", C, "tls.database-expiring", *SERVER), "pre.certificate-ends", "database-certificate-expiring"),
        (
            warn("TLS-3", "rethinkdb-client", "tls.client-expiring", "inventory:rethinkdb"),
            "pre.certificate-ends",
            "client-certificate-expiring",
        ),
        (warn("TLS-2", C, "tls.expiring", f"certificate:{C}"), "pre.certificate-ends", "certificate-expiring"),
    ],
)
def test_what_is_said_again_before_an_upgrade_is_of_the_same_cause(first: Result, again: str, kind: str) -> None:
    """Of another certificate it is a cause of its own."""
    assert [name for name, _ in found(first, fail("PRE-9", "x", again, *first.about))] == [kind]
    other = fail("PRE-9", "x", again, "node:node-1")
    assert sorted(name for name, _ in found(first, other)) == sorted([kind, "not-ready-to-upgrade"])


@pytest.mark.parametrize("lost", ["node.not-ready", "node.swarm-error"])
def test_expired_certificate_of_a_node_shuts_it_out(lost: str) -> None:
    """What is wrong with another node stays."""
    expired = fail("TLS-3", "node-3", "tls.node-expired", *NODE)
    listed = fail("NODE-1", "node-3", lost, *NODE)
    assert found(listed, expired, *refused("node-3")) == [("swarm-certificate", NODE)]
    other = fail("NODE-1", "node-1", "node.not-ready", "node:node-1")
    assert ("node-not-ready", ("node:node-1",)) in found(expired, other)


def test_certificate_that_is_still_valid_shuts_nothing_out() -> None:
    late = warn("TLS-3", "node-3", "tls.node-not-renewed", *NODE)
    listed = fail("NODE-1", "node-3", "node.not-ready", *NODE)
    assert sorted(found(late, listed)) == [("node-not-ready", NODE), ("swarm-certificate", NODE)]


def test_expired_certificate_of_a_server_is_one_cause_with_what_was_not_asked() -> None:
    expired = fail("TLS-3", C, "tls.database-expired", *SERVER)
    unasked = [unseen(each, C, "rethinkdb.certificate-dates", *SERVER) for each in ("RDB-1", "RDB-2")]
    assert found(expired, *unasked) == [("database-certificate", SERVER)]
    assert found(warn("TLS-3", C, "tls.database-expiring", *SERVER)) == [("database-certificate-expiring", SERVER)]


def test_expired_certificate_of_the_client() -> None:
    """Servers that require none still respond."""
    expired = fail("TLS-3", "rethinkdb-client", "tls.client-expired", "inventory:rethinkdb")
    assert found(expired) == [("client-certificate-expiring", ("inventory:rethinkdb",))]
    refused_there = unseen("RDB-1", A, "rethinkdb.client-refused", "inventory:rethinkdb")
    assert found(expired, refused_there) == [("client-certificate", (f"database:{A}",))]
