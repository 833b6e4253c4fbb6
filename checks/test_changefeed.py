"""The guide's section "Changefeed API": the audit logs of content trust, as each replica returns them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from checks.condition import CRITICAL, condition
from checks.rules import feed_paging as paging_rules
from checks.rules import feed_records, feed_versions
from checks.rules.clocks import DATE_SECONDS, clocks, spread
from checks.rules.feed_records import compared_with_the_global_one, first_of, out_of_order
from checks.rules.feed_versions import other_versions, own_versions
from checks.rules.feeds import (
    BLACKOUT,
    MARGIN,
    NOT_READ,
    NOT_SOUND,
    blame,
    documented_feed,
    documented_feeds,
    named,
    only_if_read,
    reach,
    refusal_reason,
)
from checks.rules.wording import many, reported_by
from checks.verdict import Verdict, failed, not_applicable, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.feed_subjects import GLOBAL, Feed, repository_feeds
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.endpoints import Ping
from fixtures.probes.feeds.causes import likely_cause
from fixtures.probes.feeds.changefeed import Newest, NewestRecords, Paging
from fixtures.probes.feeds.records import Record

GUIDE = "Changefeed API"
EMPTY = "the feed is empty: content trust was never used"
# The guide's value for the newest record: the report says once that it is left out.
NOT_ASKED = (
    "the documented change_id=1 is not requested: notary-server returns 500 for it and logs an error; it uses -1"
)


@condition(
    "FEED-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="audit-log",
    owns=True,
    reasons={
        "feed.token-invalid": "a fresh token is refused as invalid",
        "feed.no-right": "the administrator is refused for insufficient rights",
        "feed.too-many-log-ins": "too many failed log-ins: log-ins are blocked for a while (429)",
        "feed.database-unreadable": "notary-server cannot read its database (500)",
        "feed.no-notary-server": "nginx gets no response from notary-server",
        "feed.other-status": "notary-server returns another status",
        "feed.malformed": "the count or a record is not as documented",
        "feed.window-refused": "notary-server returns the newest records, and not the older ones before them",
        "feed.window-not-read": "not all of the newest records could be read in time",
    },
)
def test_feed_answers_as_documented(newest_records: NewestRecords) -> Verdict:
    """Each replica returns the audit log to the administrator, with the right count and all records as documented."""
    feed = newest_records
    if feed.status != 200:
        message = likely_cause(feed.status, feed.error, feed.detail)
        return failed(refusal_reason(feed.status, feed.error), message, seen=feed.status, expected=200)
    if feed.problems:
        message, expected = "; ".join(feed.problems), "count, and records as documented"
        return failed("feed.malformed", message, seen=feed.problems, expected=expected)
    if feed.stopped and feed.stopped_by.startswith("run."):
        because = Because(f"{feed.feed}:{feed.replica}", probe="newest_records")
        about = [thing("feed", feed.feed)]
        cause = Unavailable("feed.window-not-read", reach(feed), about=about, because=because)
        return unknown(cause, seen=len(feed.records))
    if feed.stopped:
        about = [thing("notary", feed.replica)]
        return failed("feed.window-refused", reach(feed), seen=len(feed.records), about=about)
    return passed(reach(feed), seen=len(feed.records))


@condition(
    "FEED-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="audit-log",
    reasons={**feed_records.OUT_OF_ORDER, **NOT_SOUND, **NOT_READ},
)
def test_records_are_in_order(feed: Feed, every_newest_records: Newest) -> Verdict:
    """Records are ordered from the oldest to the newest, and no ID repeats."""
    feeds = documented_feeds(every_newest_records, feed.subject)
    found = {fact.replica: verdict for fact in feeds if (verdict := out_of_order(fact)) is not None}
    if found:
        return first_of(found, feed.subject, [fact.replica for fact in feeds])
    if not any(fact.records for fact in feeds):
        return not_applicable(EMPTY)
    records = many(max(len(fact.records) for fact in feeds), "record")
    read = [fact for fact in feeds if not fact.stopped] or feeds
    verdict = passed(f"{records} in order on {many(len(read), 'replica')}")
    return only_if_read(verdict, *([fact] for fact in feeds))


@condition(
    "FEED-3",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="audit-log",
    reasons={**paging_rules.REASONS, **NOT_SOUND, **NOT_READ},
)
def test_paging_loses_nothing(feed: Feed, feed_paging: Paging, every_newest_records: Newest) -> Verdict:
    """`change_id` is exclusive, and paging forwards and backwards returns the same records."""
    newest = documented_feed(every_newest_records, feed.subject, feed_paging.replica)
    note = f"; {NOT_ASKED}" if feed.subject == GLOBAL else ""
    if not newest.records:
        return not_applicable(EMPTY + note)
    wrong = paging_rules.fault(newest, feed_paging)
    if wrong:
        reason, words = wrong
        message, about = f"{words} {reported_by([newest.replica])}{note}", [thing("notary", newest.replica)]
        return failed(reason, message, expected="the same records both ways", about=about)
    if not paging_rules.reached_the_newest(newest, feed_paging):
        last = feed_paging.forwards[-1].id if feed_paging.forwards else feed_paging.anchor
        because = Because(feed.subject, probe="feed_paging")
        message = f"no time left: paged forwards only to record {last}{note}"
        about = [thing("feed", feed.subject)]
        return unknown(Unavailable(paging_rules.NOT_PAGED, message, about=about, because=because))
    verdict = passed(f"the same records forwards and backwards; {reach(newest)}{note}", seen=len(newest.records))
    return only_if_read(verdict, [newest])


@condition(
    "FEED-4",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="audit-log",
    reasons={
        "feed.too-early": "a record is returned before it is 60 s old",
        "feed.too-early-by-clocks": "a record seems younger than 60 s, and the replicas' clocks may explain it",
        "feed.no-date": "no response has a Date header, so the age of the records is unknown",
        **NOT_SOUND,
    },
)
def test_no_record_is_returned_too_early(
    feed: Feed, every_newest_records: Newest, every_ping: PerSubject[Ping]
) -> Verdict:
    """The feed returns only records that are more than 60 s old."""
    dated = [fact for fact in documented_feeds(every_newest_records, feed.subject) if fact.server_date is not None]
    if not dated:
        raise Unavailable("feed.no-date", "no response has a Date header, so the age of the records is unknown")
    ages = [(_seconds_old(fact, record), fact, record) for fact in dated for record in fact.records]
    if not ages:
        return not_applicable(EMPTY)
    seconds, fact, record = min(ages, key=lambda each: each[0])
    earliest = (BLACKOUT - MARGIN).total_seconds()
    if seconds + DATE_SECONDS >= earliest:
        return passed(f"the newest record is {seconds:.0f} s old", seen=seconds, expected="60 s")
    early = [each.replica for age, each, _ in ages if age + DATE_SECONDS < earliest]
    at_fault = blame(feed.subject, early, [each.replica for each in dated])
    about, witnesses = at_fault.about, at_fault.witnesses
    apart = spread(clocks(every_ping))
    message = f"replica {fact.replica} returns {named(record)} at an age of {seconds:.1f} s"
    if seconds + DATE_SECONDS + apart >= earliest:
        message += f"; the replicas' clocks, {apart:.1f} s apart, may explain it, see TOKEN-4"
        reason = "feed.too-early-by-clocks"
        return warned(reason, message, seen=seconds, expected="60 s", about=about, witnesses=witnesses)
    return failed("feed.too-early", message, seen=seconds, expected="60 s", about=about, witnesses=witnesses)


def _seconds_old(fact: NewestRecords, record: Record) -> float:
    return round((fact.now - record.created_at).total_seconds(), 3)


@condition(
    "FEED-5",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="audit-log",
    measured="derived",
    reasons={**feed_records.NOT_ITS_PART, **NOT_SOUND, **NOT_READ},
)
def test_feed_of_repository_is_its_part_of_the_global_one(repository: Feed, every_newest_records: Newest) -> Verdict:
    """A repository's feed equals the global feed filtered by the repository, and contains no other one."""
    documented_feeds(every_newest_records, GLOBAL)
    feeds = documented_feeds(every_newest_records, repository.subject)
    judged = {fact.replica: compared_with_the_global_one(fact, every_newest_records) for fact in feeds}
    found = {replica: each for replica, each in judged.items() if isinstance(each, Verdict)}
    if found:
        return first_of(found, repository.subject, list(judged))
    compared = max((each for each in judged.values() if isinstance(each, int)), default=0)
    if not any(fact.records for fact in feeds) and not compared:
        return not_applicable(f"{repository.repository} has no record: it was never signed")
    verdict = passed(f"{many(compared, 'record')} in both feeds, within their common window", seen=compared)
    everything = {fact.replica: fact for fact in every_newest_records.values() if fact.feed == GLOBAL and fact.sound}
    both = ([fact, everything[fact.replica]] if fact.replica in everything else [fact] for fact in feeds)
    return only_if_read(verdict, *both)


@condition(
    "FEED-6",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="audit-log",
    reasons={**feed_versions.REASONS, **NOT_SOUND, **NOT_READ},
)
def test_versions_grow(every_newest_records: Newest, inventory: Inventory) -> Sequence[Verdict]:
    """Versions of a repository never repeat or decrease, and restart at 1 after a deletion, which has no version."""
    own, host = repository_feeds(inventory), urlsplit(inventory.url).netloc.removesuffix(":443")
    guns = {f"{host}/{feed.repository}" for feed in own}
    return [*(own_versions(feed, every_newest_records) for feed in own), *other_versions(guns, every_newest_records)]
