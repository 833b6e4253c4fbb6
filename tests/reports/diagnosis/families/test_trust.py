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


def test_odd_records_wait_for_the_day() -> None:
    """Nobody is kept from anything by one record: nothing is stopped for it, and nobody is called at night."""
    lost = warn("FEED-6", "library.alpine", "feed.versions-lost", "feed:library.alpine", witnesses=ALL)
    twice = records("FEED-6", "library.nginx", "feed.version-twice", "feed:library.nginx")
    young = records("FEED-4", "global", "feed.too-early", "feed:global")
    advice = [(each.remedy, each.ladder) for wrong in ((lost,), (lost, twice), (young,)) for each in diagnose(*wrong)]
    assert advice == [(name, ("repair-first",)) for name in ("records-lost", "odd-records", "odd-records")]


def test_log_that_was_compared_is_not_to_be_compared_again() -> None:
    pair = fail("FEED-9", f"{B}:{C}", "feed.differs", f"notary:{B}", f"notary:{C}")
    assert diagnose(pair, well("FEED-9", f"{A}:{B}"))[0].remedy == "log-of-one-differs"


def test_missing_event_and_deletion_have_their_own_advice() -> None:
    lost = warn("FEED-7", "library.alpine", "feed.newest-event-missing", "feed:library.alpine", witnesses=ALL[:1])
    gone = unseen("FEED-7", "library.alpine", "feed.timestamp-not-there", "feed:library.alpine")
    assert [diagnose(each)[0].remedy for each in (lost, gone)] == ["trust-data", "just-deleted"]


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
