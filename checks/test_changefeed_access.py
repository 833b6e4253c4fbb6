"""The guide's section "Changefeed API": what an audit log leads to, who can read it, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from checks.condition import CRITICAL, condition
from checks.rules.feeds import (
    BLACKOUT,
    NOT_READ,
    NOT_SOUND,
    difference,
    documented_feed,
    named,
    only_if_read,
    settled_until,
    when,
    within_both,
)
from checks.rules.wording import many
from checks.verdict import Verdict, failed, not_applicable, passed, unknown, warned
from fixtures.core.evidence import Thing, thing
from fixtures.core.feed_subjects import GLOBAL, ClientFeed, Feed, repository_feeds
from fixtures.core.store import Unavailable
from fixtures.core.subjects import Pair
from fixtures.inventory import Inventory
from fixtures.probes.feeds.access import FeedAccess
from fixtures.probes.feeds.causes import INSUFFICIENT, likely_cause
from fixtures.probes.feeds.changefeed import Newest, NewestRecords
from fixtures.probes.feeds.records import Record
from fixtures.probes.feeds.timestamps import TrustTimestamp
from fixtures.probes.previous_run import PreviousTimestamps

GUIDE = "Changefeed API"
JUST_DELETED = "deleted within the last minute? Run again in 2 minutes, or with --wait 2m"
READS, REFUSED = "reads", "refused"
# An event is in the feed when it is a minute old by the database's clock; that of the writer may be a minute off.
SETTLED = 2 * BLACKOUT


@condition(
    "FEED-7",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="trust-data",
    reasons={
        "feed.another-name": "the repository is signed under another name of the registry, only or as well",
        "feed.timestamp-lost": "the newest timestamp is lost: the feed has no deletion, or the one before it exists",
        "feed.timestamp-not-there": "the newest timestamp does not exist: its deletion may not be in the feed yet",
        "feed.timestamp-unreadable": "notary-server returns its feed, and neither a timestamp nor that there is none",
        "feed.timestamp-differs": "the timestamp has another SHA256 than its record",
        "feed.timestamp-version": "the timestamp has another version than its record",
        "feed.newest-event-missing": "a newer version exists, and its event is lost or dated in the future",
    },
)
def test_newest_update_leads_to_its_timestamp(
    repository: Feed,
    trust_timestamp: TrustTimestamp,
    earlier_trust_timestamp: Mapping[str, TrustTimestamp],
    previous_timestamps: PreviousTimestamps,
    every_newest_records: Newest,
) -> Verdict:
    """The SHA256 of a repository's newest update fetches exactly that timestamp, and no newer version exists."""
    seen, record = trust_timestamp, trust_timestamp.record
    witnesses = [thing("replica", seen.replica)]
    if seen.failure:
        message, about = (
            f"the feed is readable, and its timestamp is not: {seen.failure}",
            [thing("notary", seen.replica)],
        )
        return failed("feed.timestamp-unreadable", message, expected=200, about=about)
    if record is None:
        return _newer(seen, witnesses) or _unsigned(repository, seen, every_newest_records)
    where = f"the timestamp of version {record.version} at replica {seen.replica}"
    if seen.status == 404:
        newest = documented_feed(every_newest_records, repository.subject, seen.replica)
        since = _missing_since(seen, earlier_trust_timestamp.get(repository.subject), previous_timestamps)
        if seen.older_is_there:
            message = f"{where} is lost; the timestamp of the version before it exists"
        elif since and since < settled_until(newest):
            message = f"{where} is missing since {when(since)} or before, and the feed contains no deletion since"
        else:
            message = f"{where} does not exist: was {repository.repository} {JUST_DELETED}"
            return unknown(Unavailable("feed.timestamp-not-there", message), seen=404, expected=200)
        return failed("feed.timestamp-lost", message, seen=404, expected=200, witnesses=witnesses)
    if seen.body_sha256 != record.sha256:
        reason, message = "feed.timestamp-differs", f"{where} has another SHA256"
        return failed(reason, message, seen=seen.body_sha256, expected=record.sha256, witnesses=witnesses)
    if seen.body_version != record.version:
        reason, message = "feed.timestamp-version", f"{where} contains another version"
        return failed(reason, message, seen=seen.body_version, expected=record.version, witnesses=witnesses)
    beside = _newer(seen, witnesses) or _also_under_another_name(seen, every_newest_records)
    return beside or passed(f"version {record.version} exists, and its SHA256 and version match", seen=record.version)


def _missing_since(
    seen: TrustTimestamp, earlier: TrustTimestamp | None, previous: PreviousTimestamps
) -> datetime | None:
    """When the timestamp of the same record was first missing, in this run or in the runs before it."""
    record_id = seen.record.id if seen.record else ""
    if previous.missing.get(seen.feed) and previous.missing[seen.feed].record == record_id:
        return previous.missing[seen.feed].since
    if earlier and earlier.missing and earlier.record and earlier.record.id == record_id:
        return earlier.now
    return None


def _newer(seen: TrustTimestamp, witnesses: Sequence[Thing]) -> Verdict | None:
    """WARN where a version exists that the log should tell of by now."""
    newer = seen.newer
    if newer is None or newer.written_at is None or abs(seen.now - newer.written_at) < SETTLED:
        return None
    last = f"the update to version {seen.record.version}" if seen.record else "a deletion"
    message = (
        f"version {newer.version} exists, written {when(newer.written_at)}, and the feed ends with {last}:"
        " the newer event is lost, or dated in the future"
    )
    reason = "feed.newest-event-missing"
    return warned(reason, message, seen=newer.version, expected=newer.version - 1, witnesses=witnesses)


def _unsigned(repository: Feed, seen: TrustTimestamp, every_newest_records: Newest) -> Verdict:
    elsewhere = _under_other_names(seen, every_newest_records)
    if not elsewhere:
        return not_applicable(f"{repository.repository} has no trust data")
    guns = sorted({record.gun for record in elsewhere})
    message = f"signed only under another name: {guns[0]}; was the registry renamed?"
    return warned("feed.another-name", message, seen=guns[:20], expected=seen.gun)


def _also_under_another_name(seen: TrustTimestamp, every_newest_records: Newest) -> Verdict | None:
    """WARN where another name is in use beside the own one; what is older than all of that is of before a renaming."""
    own = [
        record.created_at
        for fact in every_newest_records.values()
        if fact.gun == seen.gun
        for record in fact.records
        if record.gun == seen.gun
    ]
    elsewhere = [each for each in _under_other_names(seen, every_newest_records) if each.created_at > min(own)]
    if not elsewhere:
        return None
    message = f"also signed under another name of the registry: {named(elsewhere[-1])}"
    seen_guns = sorted({record.gun for record in elsewhere})[:20]
    return warned("feed.another-name", message, seen=seen_guns, expected=seen.gun)


def _under_other_names(own: TrustTimestamp, every_newest_records: Newest) -> list[Record]:
    """Records of the repository with another host, as a registry that was renamed keeps them, oldest first."""
    repository = own.gun.partition("/")[2]
    found = {
        record.id: record
        for fact in every_newest_records.values()
        if fact.gun is None and fact.sound
        for record in fact.records
        if record.gun.partition("/")[2] == repository and record.gun != own.gun
    }
    return sorted(found.values(), key=lambda record: record.created_at)


@condition(
    "FEED-8",
    severity=CRITICAL,
    documented="Check notary audit logs",
    remedy="access-rules",
    reasons={
        "feed.open": "the feed is readable without a token",
        "feed.reads-too-much": "a client reads a feed that it may not read",
        "feed.reader-refused": "a client may read a feed and is refused",
        "feed.refused-otherwise": "the refusal is not the documented one",
    },
)
def test_feed_is_readable_only_by_its_readers(client_feed: ClientFeed, feed_access: FeedAccess) -> Verdict:
    """An administrator reads every audit log, other users only those of repositories they can read, anonymous none."""
    expected = READS if client_feed.reads else REFUSED
    if client_feed.client.account is None and feed_access.without_token == 200:
        return failed("feed.open", "the feed is readable without a token", seen=READS, expected=expected)
    if feed_access.status == 200:
        if client_feed.reads:
            return passed("the client reads the feed", seen=READS, expected=READS)
        if client_feed.reads is None and feed_access.granted:
            return passed(
                "the client reads the feed: the repository is public", seen=READS, expected="refused, or public"
            )
        return failed("feed.reads-too-much", "the client reads the feed, and may not", seen=READS, expected=REFUSED)
    if client_feed.reads:
        cause = likely_cause(feed_access.status, feed_access.error, feed_access.detail)
        message = f"the client may read the feed, and is refused: {cause}"
        return failed("feed.reader-refused", message, seen=REFUSED, expected=READS)
    if feed_access.status == 401 and (feed_access.error == INSUFFICIENT or client_feed.client.account is None):
        return passed("access is refused", seen=REFUSED, expected=REFUSED)
    message = f"access is refused, but not as documented: notary-server returns {feed_access.detail}"
    seen = f"{feed_access.status} {feed_access.error}".strip()
    return warned("feed.refused-otherwise", message, seen=seen, expected=f"401 {INSUFFICIENT}")


@condition(
    "FEED-9",
    severity=CRITICAL,
    documented="Beyond the guide: one log for all replicas",
    remedy="audit-log",
    measured="derived",
    reasons={"feed.differs": "two replicas return different records", **NOT_SOUND, **NOT_READ},
)
def test_replicas_return_the_same_feed(pair: Pair, every_newest_records: Newest, inventory: Inventory) -> Verdict:
    """Two replicas return the same audit logs within their common window."""
    feeds = [GLOBAL, *(feed.subject for feed in repository_feeds(inventory))]
    unseen: list[Unavailable] = []
    windows: list[NewestRecords] = []
    compared = 0
    for feed in feeds:
        try:
            first = documented_feed(every_newest_records, feed, pair.first.id)
            second = documented_feed(every_newest_records, feed, pair.second.id)
        except Unavailable as cause:
            unseen.append(cause)
            continue
        windows += first, second
        here, there = within_both(first, second)
        wrong = difference(here, there, f"on {pair.first.id}", f"on {pair.second.id}")
        if wrong:
            about = [thing("notary", pair.first.id), thing("notary", pair.second.id)]
            message = f"the feed {feed} differs: {wrong}"
            return failed("feed.differs", message, expected="the same records at both", about=about)
        compared += len(here)
    if unseen:
        raise unseen[0]
    message = f"{many(compared, 'record')} of {many(len(feeds), 'feed')}, the same on both replicas"
    return only_if_read(passed(message, seen=compared), windows)
