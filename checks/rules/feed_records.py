"""What must hold among the records of one feed, at each replica by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from checks.rules.feeds import blame, difference, documented_feed, named, within_both
from checks.rules.wording import reported_by
from checks.verdict import Verdict, failed
from fixtures.core.feed_subjects import GLOBAL
from fixtures.core.store import Unavailable
from fixtures.probes.feeds.changefeed import Newest, NewestRecords

OUT_OF_ORDER: Mapping[str, str] = {
    "feed.out-of-order": "a record follows a newer one",
    "feed.id-twice": "two records have the same ID",
}
NOT_ITS_PART: Mapping[str, str] = {
    "feed.foreign-record": "the feed of a repository contains a record of another repository",
    "feed.differs-from-global": "the feed of a repository differs from the global feed filtered by it",
}


def first_of(found: Mapping[str, Verdict], feed: str, asked: Sequence[str]) -> Verdict:
    """The verdict on the first of the replicas at which something was found, on behalf of all that show the same."""
    verdict = next(iter(found.values()))
    alike = [replica for replica, each in found.items() if each.reason == verdict.reason]
    at_fault = blame(feed, alike, asked)
    return replace(verdict, about=at_fault.about, witnesses=at_fault.witnesses)


def out_of_order(fact: NewestRecords) -> Verdict | None:
    """What is wrong with the order of a feed's records, or with their IDs; None where nothing is."""
    for before, record in zip(fact.records, fact.records[1:], strict=False):
        if record.created_at < before.created_at:
            message = f"{named(record)} follows {named(before)} {reported_by([fact.replica])}"
            seen = [before.id, record.id]
            return failed("feed.out-of-order", message, seen=seen, expected="from the oldest to the newest")
    times = Counter(record.id for record in fact.records)
    twice = sorted(each for each, count in times.items() if count > 1)
    if twice:
        message = f"{times[twice[0]]} records have the ID {twice[0]} {reported_by([fact.replica])}"
        return failed("feed.id-twice", message, seen=twice[:20], expected="every ID once")
    return None


def compared_with_the_global_one(fact: NewestRecords, every_newest_records: Newest) -> Verdict | int | None:
    """What is wrong; or how many records are the same in both; None where the replica's global feed was not seen."""
    foreign = [record for record in fact.records if record.gun != fact.gun]
    if foreign:
        message = f"the feed contains {named(foreign[0])} {reported_by([fact.replica])}"
        seen = sorted({record.gun for record in foreign})[:20]
        return failed("feed.foreign-record", message, seen=seen, expected=fact.gun)
    try:
        everything = documented_feed(every_newest_records, GLOBAL, fact.replica)
    except Unavailable:
        return None
    own, part = within_both(fact, everything, fact.gun)
    wrong = difference(own, part, "in its feed", "in the global feed")
    if wrong:
        message = f"{wrong} {reported_by([fact.replica])}"
        return failed("feed.differs-from-global", message, expected="the same records in both")
    return len(own)
