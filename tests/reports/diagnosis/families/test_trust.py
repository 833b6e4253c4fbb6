"""Causes at audit logs and trust data: the log where all tell the same, else who tells another one."""

from __future__ import annotations

import pytest

from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, diagnose, fail, found, unseen, warn, well

ALL = tuple(f"replica:{each}" for each in (A, B, C))


def records(condition: str, subject: str, reason: str, *about: str) -> Result:
    return fail(condition, subject, reason, *about, witnesses=ALL if about[0].startswith("feed:") else ())


def test_fault_that_all_replicas_tell_is_the_feeds_and_no_witness_is_blamed() -> None:
    twice = records("FEED-2", "global", "feed.id-twice", "feed:global")
    assert found(twice) == [("feed-damaged", ("feed:global",))]


def test_records_that_all_replicas_tell_malformed_are_the_feeds() -> None:
    """Where one replica returns them sound, the others' notary-servers are at fault."""
    wrong = [fail("FEED-1", f"global:{each}", "feed.malformed", f"notary:{each}") for each in (A, B, C)]
    assert found(*wrong) == [("feed-damaged", ("feed:global",))]
    assert found(well("FEED-1", f"global:{A}"), *wrong[1:]) == [("notary-misbehaves", (f"notary:{B}", f"notary:{C}"))]


def test_fault_of_one_replicas_records_is_its_notary_servers() -> None:
    alone = records("FEED-2", "global", "feed.out-of-order", f"notary:{C}")
    assert found(alone) == [("feed-differs", (f"notary:{C}",))]


def test_feed_that_differs_is_that_of_the_one_that_no_other_agrees_with() -> None:
    """Of two alone nobody knows which."""
    pairs = [fail("FEED-9", f"{each}:{C}", "feed.differs", f"notary:{each}", f"notary:{C}") for each in (A, B)]
    assert found(*pairs, well("FEED-9", f"{A}:{B}")) == [("feed-differs", (f"notary:{C}",))]
    assert found(pairs[0]) == [("feed-differs", (f"notary:{A}", f"notary:{C}"))]


def test_versions_that_are_lost_need_no_support() -> None:
    lost = warn("FEED-6", "library.alpine", "feed.versions-lost", "feed:library.alpine", witnesses=ALL)
    twice = records("FEED-6", "library.nginx", "feed.version-twice", "feed:library.nginx")
    assert diagnose(lost)[0].ladder == ("repair-first",)
    assert diagnose(lost, twice)[0].ladder == ("call-support",)


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("feed.timestamp-lost", "trust-data-lost"),
        ("feed.timestamp-differs", "trust-differs"),
        ("feed.timestamp-version", "trust-differs"),
        ("feed.timestamp-unreadable", "trust-unreadable"),
        ("feed.another-name", "trust-under-another-name"),
    ],
)
def test_trust_data_is_that_of_the_repository(reason: str, kind: str) -> None:
    at = (f"replica:{B}",)
    wrong = fail("FEED-7", "library.alpine", reason, "feed:library.alpine", witnesses=at)
    assert found(wrong) == [(kind, ("repository:library.alpine",))]


def test_trust_data_that_may_just_be_deleted_is_not_lost() -> None:
    gone = unseen("FEED-7", "library.alpine", "feed.timestamp-not-there", "feed:library.alpine")
    assert found(gone) == [("trust-just-deleted", ("repository:library.alpine",))]


def test_event_that_is_missing_is_the_feeds() -> None:
    lost = warn("FEED-7", "library.alpine", "feed.newest-event-missing", "feed:library.alpine", witnesses=ALL[:1])
    assert found(lost) == [("feed-event-lost", ("feed:library.alpine",))]
