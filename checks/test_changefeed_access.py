"""The guide's section "Changefeed API": what an audit log leads to, who can read it, and where."""

from __future__ import annotations

from checks.condition import CRITICAL, condition
from checks.rules.feeds import NOT_SOUND, difference, documented_feed, within_both
from checks.rules.wording import many
from checks.verdict import Verdict, failed, not_applicable, passed, unknown, warned
from fixtures.core.evidence import thing
from fixtures.core.feed_subjects import GLOBAL, ClientFeed, Feed, repository_feeds
from fixtures.core.store import Unavailable
from fixtures.core.subjects import Pair
from fixtures.inventory import Inventory
from fixtures.probes.feeds.access import FeedAccess
from fixtures.probes.feeds.causes import INSUFFICIENT, likely_cause
from fixtures.probes.feeds.changefeed import Newest
from fixtures.probes.feeds.timestamps import TrustTimestamp

GUIDE = "Changefeed API"
JUST_DELETED = "deleted within the last minute? Run again in 2 minutes, or with --wait 2m"
READS, REFUSED = "reads", "refused"


@condition(
    "FEED-7",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="trust-data",
    reasons={
        "feed.another-name": "the repository is signed only under another name of the registry",
        "feed.timestamp-lost": "the newest timestamp is lost, and the one before it exists",
        "feed.timestamp-not-there": "the newest timestamp does not exist: its deletion may not be in the feed yet",
        "feed.timestamp-differs": "the timestamp has another SHA256 than its record",
        "feed.timestamp-version": "the timestamp has another version than its record",
    },
)
def test_newest_update_leads_to_its_timestamp(
    repository: Feed, trust_timestamp: TrustTimestamp, every_newest_records: Newest
) -> Verdict:
    """The SHA256 of a repository's newest update fetches exactly that timestamp."""
    record = trust_timestamp.record
    if record is None:
        elsewhere = _under_other_names(trust_timestamp, every_newest_records)
        if elsewhere:
            message = f"signed only under another name: {elsewhere[0]}; was the registry renamed?"
            return warned("feed.another-name", message, seen=elsewhere[:20], expected=trust_timestamp.gun)
        return not_applicable(f"{repository.repository} has no trust data")
    where = f"the timestamp of version {record.version} at replica {trust_timestamp.replica}"
    witnesses = [thing("replica", trust_timestamp.replica)]
    if trust_timestamp.status == 404:
        if not trust_timestamp.older_is_there:
            message = f"{where} does not exist: was {repository.repository} {JUST_DELETED}"
            return unknown(Unavailable("feed.timestamp-not-there", message), seen=404, expected=200)
        message = f"{where} is lost; the timestamp of the version before it exists"
        return failed("feed.timestamp-lost", message, seen=404, expected=200, witnesses=witnesses)
    if trust_timestamp.body_sha256 != record.sha256:
        reason, message = "feed.timestamp-differs", f"{where} has another SHA256"
        seen = trust_timestamp.body_sha256
        return failed(reason, message, seen=seen, expected=record.sha256, witnesses=witnesses)
    if trust_timestamp.body_version != record.version:
        reason, message = "feed.timestamp-version", f"{where} contains another version"
        version = trust_timestamp.body_version
        return failed(reason, message, seen=version, expected=record.version, witnesses=witnesses)
    return passed(f"version {record.version} exists, and its SHA256 and version match", seen=record.version)


def _under_other_names(own: TrustTimestamp, every_newest_records: Newest) -> list[str]:
    """Names of the repository with another host, as a registry that was renamed keeps them."""
    repository = own.gun.partition("/")[2]
    guns = {
        record.gun
        for fact in every_newest_records.values()
        if fact.gun is None and fact.sound
        for record in fact.records
    }
    return sorted(gun for gun in guns if gun.partition("/")[2] == repository and gun != own.gun)


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
    reasons={"feed.differs": "two replicas return different records", **NOT_SOUND},
)
def test_replicas_return_the_same_feed(pair: Pair, every_newest_records: Newest, inventory: Inventory) -> Verdict:
    """Two replicas return the same audit logs within their common window."""
    feeds = [GLOBAL, *(feed.subject for feed in repository_feeds(inventory))]
    unseen: list[Unavailable] = []
    compared = 0
    for feed in feeds:
        try:
            first = documented_feed(every_newest_records, feed, pair.first.id)
            second = documented_feed(every_newest_records, feed, pair.second.id)
        except Unavailable as cause:
            unseen.append(cause)
            continue
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
    return passed(message, seen=compared)
