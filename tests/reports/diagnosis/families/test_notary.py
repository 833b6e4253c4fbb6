"""Causes at notary-servers, each for itself, and where all replicas tell the same."""

from __future__ import annotations

import pytest

from reports.records import Because, Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, diagnose, fail, found, unseen, well


def feed(replica: str, reason: str, name: str = "global") -> Result:
    return fail("FEED-1", f"{name}:{replica}", reason, f"notary:{replica}")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("feed.timeout", "notary-hung"),
        ("feed.no-notary-server", "notary-down"),
        ("feed.database-unreadable", "notary-database"),
        ("feed.malformed", "notary-misbehaves"),
        ("feed.not-json", "notary-misbehaves"),
        ("feed.no-right", "notary-misbehaves"),
    ],
)
def test_notary_server_of_one_replica_is_at_fault(reason: str, kind: str) -> None:
    """What was not read of it follows, whatever that is about."""
    because = Because(f"global:{C}", probe="newest_records")
    causes = found(
        *(well("FEED-1", f"global:{each}") for each in (A, B)),
        feed(C, reason),
        unseen("FEED-9", f"{A}:{C}", "http.not-json", f"replica:{C}", because=because),
    )
    assert causes == [(kind, (f"notary:{C}",))]


def test_notary_server_without_its_database_makes_its_replica_call_itself_unhealthy() -> None:
    """`/_ping` asks it last; one that names RethinkDB's issues says something else."""
    blind = feed(C, "feed.database-unreadable")
    ping = fail("PING-1", C, "ping.unhealthy", f"replica:{C}", seen=503)
    health = fail("STATUS-4", f"{A}:{C}", "status.unhealthy", f"replica:{C}", witnesses=(f"replica:{A}",))
    assert found(blind, ping, health) == [("notary-database", (f"notary:{C}",))]
    issues = fail("PING-1", C, "ping.database-issues", f"replica:{C}", seen=503)
    assert {kind for kind, _ in found(blind, issues)} == {"notary-database", "replica-unhealthy"}


def test_restart_is_offered_only_where_another_notary_server_works() -> None:
    one = diagnose(feed(C, "feed.timeout"))[0]
    every = diagnose(*(feed(each, "feed.timeout") for each in (A, B, C)))[0]
    assert "restart-container" in one.ladder
    assert every.ladder == ("repair-first",)
    assert every.things == tuple(f"notary:{each}" for each in (A, B, C))


def test_hung_notary_server_is_found_without_a_token() -> None:
    """A request that needs no token timed out there."""
    silent = unseen("FEED-8", "admin:global", "http.timeout", f"notary:{A}", because=Because(A, probe="notary_front"))
    refused = unseen("FEED-8", "admin:global", "http.timeout", f"replica:{A}", because=Because(A, probe="ping"))
    assert found(silent) == [("notary-hung", (f"notary:{A}",))]
    assert found(refused) == [("not-seen", (f"replica:{A}",))]


def test_right_that_lacks_everywhere_is_the_administrators() -> None:
    """The same refusal of a client of the audit logs follows; that of another client does not."""
    refused = [feed(each, "feed.no-right") for each in (A, B, C)]
    client = fail("FEED-8", "admin:global", "feed.reader-refused", "feed:global")
    reader = fail("FEED-8", "reader:ci:library.alpine", "feed.reader-refused", "feed:library.alpine")
    assert found(*refused, client, reader) == [
        ("administrator-without-rights", ("account:admin",)),
        ("reader-refused", ("account:reader:ci",)),
    ]


def test_dead_database_explains_what_its_notary_server_cannot_read() -> None:
    stopped = fail("CTR-1", f"{C}:rethinkdb", "ctr.exited", f"container:rethinkdb-{C}")
    assert found(stopped, feed(C, "feed.database-unreadable"))[0] == ("database-down", (f"database:{C}",))
    assert len(found(stopped, feed(C, "feed.database-unreadable"))) == 1
