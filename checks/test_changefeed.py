"""The guide's section "Changefeed API": the audit logs of content trust, and who may read them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from checks.condition import CRITICAL, condition
from checks.rules import feed_paging as paging_rules
from checks.rules.clocks import DATE_SECONDS, clocks, spread
from checks.rules.feed_versions import judge_versions, worst
from checks.rules.feeds import BLACKOUT, MARGIN, difference, named, reach, telling, tellings, within_both
from checks.verdict import Outcome, Verdict, failed, not_applicable, passed, unknown, warned
from fixtures.core.feed_subjects import GLOBAL, ClientFeed, Feed, repository_feeds
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import Pair
from fixtures.inventory import Inventory
from fixtures.probes.endpoints import Ping
from fixtures.probes.feeds.access import FeedAccess
from fixtures.probes.feeds.causes import INSUFFICIENT, likely_cause
from fixtures.probes.feeds.changefeed import Newest, NewestRecords, Paging
from fixtures.probes.feeds.timestamps import TrustTimestamp

GUIDE = "Changefeed API"
EMPTY = "the feed is empty: trust was not used"
# The guide's value for the newest record: the report says once that it is left out.
NOT_ASKED = (
    "the documented change_id=1 is not asked: the real server answers 500 to it and logs an error, its own word is -1"
)
JUST_DELETED = "deleted within the last minute, as it may be? Run again in two minutes, or with --wait 2m"
READS, REFUSED = "reads", "refused"


@condition("FEED-1", severity=CRITICAL, documented=GUIDE, remedy="audit-log", owns=True)
def test_feed_answers_as_documented(newest_records: NewestRecords) -> Verdict:
    """Each replica tells the audit log to the administrator: the right count, every record in the documented form."""
    told = newest_records
    if told.status == 402:
        return unknown("no licence, so that no audit log is told, see REG-1", seen=402)
    if told.status != 200:
        return failed(likely_cause(told.status, told.error, told.told), seen=told.status, expected=200)
    if told.problems:
        return failed("; ".join(told.problems), seen=told.problems, expected="count, and records as documented")
    return passed(reach(told), seen=len(told.records))


@condition("FEED-2", severity=CRITICAL, documented=GUIDE, remedy="audit-log")
def test_records_are_in_order(feed: Feed, every_newest_records: Newest) -> Verdict:
    """Records stand from the oldest to the newest, and no ID stands twice."""
    told = tellings(every_newest_records, feed.subject)
    for fact in told:
        for before, record in zip(fact.records, fact.records[1:], strict=False):
            if record.created_at < before.created_at:
                message = f"{named(record)} stands after {named(before)}, as replica {fact.replica} tells it"
                return failed(message, seen=[before.id, record.id], expected="from the oldest to the newest")
        ids = [record.id for record in fact.records]
        twice = sorted({each for each in ids if ids.count(each) > 1}) if len(set(ids)) < len(ids) else []
        if twice:
            message = f"ID {twice[0]} stands on {ids.count(twice[0])} records, as replica {fact.replica} tells it"
            return failed(message, seen=twice[:20], expected="every ID once")
    if not any(fact.records for fact in told):
        return not_applicable(EMPTY)
    return passed(f"{max(len(fact.records) for fact in told)} records in order, at {len(told)} replicas")


@condition("FEED-3", severity=CRITICAL, documented=GUIDE, remedy="audit-log")
def test_paging_loses_nothing(feed: Feed, feed_paging: Paging, every_newest_records: Newest) -> Verdict:
    """`change_id` is exclusive, and paging forwards and backwards gives the same records."""
    told = telling(every_newest_records, feed.subject, feed_paging.replica)
    note = f"; {NOT_ASKED}" if feed.subject == GLOBAL else ""
    if not told.records:
        return not_applicable(EMPTY + note)
    wrong = paging_rules.fault(told, feed_paging)
    if wrong:
        return failed(f"{wrong}, as replica {told.replica} tells it{note}", expected="the same records both ways")
    return passed(f"the same records forwards and backwards; {reach(told)}{note}", seen=len(told.records))


@condition("FEED-4", severity=CRITICAL, documented=GUIDE, remedy="audit-log")
def test_nothing_is_told_too_early(feed: Feed, every_newest_records: Newest, every_ping: PerSubject[Ping]) -> Verdict:
    """Only what is more than 60 s old is told."""
    told = [fact for fact in tellings(every_newest_records, feed.subject) if fact.server_date is not None]
    if not told:
        raise Unavailable("no answer has a Date, so that the age of its records is not known")
    youngest = [(fact.now - record.created_at, fact, record) for fact in told for record in fact.records]
    if not youngest:
        return not_applicable(EMPTY)
    age, fact, record = min(youngest, key=lambda each: each[0])
    seconds = round(age.total_seconds(), 3)
    earliest = (BLACKOUT - MARGIN).total_seconds()
    if seconds + DATE_SECONDS >= earliest:
        return passed(f"the youngest is {seconds:.0f} s old", seen=seconds, expected="60 s")
    apart = spread(clocks(every_ping))
    message = f"{named(record)} was told by replica {fact.replica} when it was {seconds:.1f} s old"
    if seconds + DATE_SECONDS + apart >= earliest:
        message += f", which the replicas' clocks may explain: they are {apart:.1f} s apart, see TOKEN-4"
        return warned(message, seen=seconds, expected="60 s")
    return failed(message, seen=seconds, expected="60 s")


@condition("FEED-5", severity=CRITICAL, documented=GUIDE, remedy="audit-log")
def test_feed_of_repository_is_its_part_of_the_global_one(repository: Feed, every_newest_records: Newest) -> Verdict:
    """A repository's feed is the global feed filtered by it, and holds no other repository."""
    tellings(every_newest_records, GLOBAL)
    compared = 0
    for fact in tellings(every_newest_records, repository.subject):
        foreign = [record for record in fact.records if record.gun != fact.gun]
        if foreign:
            message = f"it holds {named(foreign[0])}, as replica {fact.replica} tells it"
            return failed(message, seen=sorted({record.gun for record in foreign})[:20], expected=fact.gun)
        try:
            everything = telling(every_newest_records, GLOBAL, fact.replica)
        except Unavailable:
            continue
        own, part = within_both(fact, everything, fact.gun)
        wrong = difference(own, part, "in its feed", "in the global feed")
        if wrong:
            return failed(f"{wrong}, as replica {fact.replica} tells it", expected="the same records in both")
        compared = max(compared, len(own))
    told = tellings(every_newest_records, repository.subject)
    if not any(fact.records for fact in told) and not compared:
        return not_applicable(f"no record of it: {repository.repository} was not signed")
    return passed(f"{compared} records in both, inside their common window", seen=compared)


@condition("FEED-6", severity=CRITICAL, documented=GUIDE, remedy="audit-log")
def test_versions_grow(every_newest_records: Newest, inventory: Inventory) -> Sequence[Verdict]:
    """Versions of a repository never repeat or fall, and begin again at 1 after a deletion, which has none itself."""
    own, host = repository_feeds(inventory), urlsplit(inventory.url).netloc.removesuffix(":443")
    guns = {f"{host}/{feed.repository}" for feed in own}
    return [*(_own_versions(feed, every_newest_records) for feed in own), *_other_versions(guns, every_newest_records)]


def _own_versions(feed: Feed, every_newest_records: Newest) -> Verdict:
    """Of a repository that the inventory names, by its own feed: that reaches further back than the global one."""
    try:
        told = tellings(every_newest_records, feed.subject)
    except Unavailable as cause:
        return unknown(str(cause), subject=feed.subject)
    own = [[record for record in fact.records if record.gun == fact.gun] for fact in told]
    if not any(own):
        return not_applicable(f"no record of it: {feed.repository} was not signed", subject=feed.subject)
    return _about(worst(judge_versions(records) for records in own if records), feed.subject)


def _other_versions(own: set[str], every_newest_records: Newest) -> list[Verdict]:
    """Of all others by the global feed: one verdict where they are well, and one for each that is not."""
    try:
        told = tellings(every_newest_records, GLOBAL)
    except Unavailable as cause:
        return [unknown(str(cause), subject=GLOBAL)]
    found: dict[str, list[Verdict]] = {}
    for fact in told:
        for gun in {record.gun for record in fact.records}:
            if gun not in own:
                verdict = judge_versions(record for record in fact.records if record.gun == gun)
                found.setdefault(gun, []).append(verdict)
    judged = {gun: worst(verdicts) for gun, verdicts in found.items()}
    bad = [_about(judged[gun], gun.partition("/")[2].replace("/", ".") or gun) for gun in sorted(judged)]
    bad = [verdict for verdict in bad if verdict.outcome is not Outcome.PASS]
    well = len(judged) - len(bad)
    if not judged:
        return [not_applicable("the global feed has no record of another repository", subject=GLOBAL)]
    return [*bad, passed(f"{well} other repositories of the global feed", seen=well, subject=GLOBAL)]


def _about(verdict: Verdict, subject: str) -> Verdict:
    return Verdict(verdict.outcome, verdict.message, verdict.seen, verdict.expected, subject)


@condition("FEED-7", severity=CRITICAL, documented=GUIDE, remedy="trust-data")
def test_newest_update_leads_to_its_timestamp(
    repository: Feed, trust_timestamp: TrustTimestamp, every_newest_records: Newest
) -> Verdict:
    """The SHA256 of a repository's newest update fetches that very timestamp."""
    record = trust_timestamp.record
    if record is None:
        elsewhere = _under_other_names(trust_timestamp, every_newest_records)
        if elsewhere:
            message = f"signed only under another name: {elsewhere[0]}; was the registry renamed?"
            return warned(message, seen=elsewhere[:20], expected=trust_timestamp.gun)
        return not_applicable(f"{repository.repository} has no trust data now")
    where = f"the timestamp of version {record.version} at replica {trust_timestamp.replica}"
    if trust_timestamp.status == 404:
        if trust_timestamp.older_is_there:
            return failed(f"{where} is lost, that of the version before is there", seen=404, expected=200)
        return unknown(f"{where} is not there: was {repository.repository} {JUST_DELETED}", seen=404, expected=200)
    if trust_timestamp.body_sha256 != record.sha256:
        return failed(f"{where} has another SHA256", seen=trust_timestamp.body_sha256, expected=record.sha256)
    if trust_timestamp.body_version != record.version:
        message = f"{where} says another version of itself"
        return failed(message, seen=trust_timestamp.body_version, expected=record.version)
    return passed(f"version {record.version} is there, SHA256 and version match", seen=record.version)


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


@condition("FEED-8", severity=CRITICAL, documented="Check notary audit logs", remedy="access-rules")
def test_feed_is_told_to_those_who_may_read_it(client_feed: ClientFeed, feed_access: FeedAccess) -> Verdict:
    """An administrator reads every audit log, others those of repositories that they can read, strangers none."""
    expected = READS if client_feed.reads else REFUSED
    if client_feed.client.account is None and feed_access.without_token == 200:
        return failed("told without any token", seen=READS, expected=expected)
    if feed_access.status == 200:
        if client_feed.reads:
            return passed("reads it", seen=READS, expected=READS)
        if client_feed.reads is None and feed_access.granted:
            return passed(
                "reads it: the registry calls the repository public", seen=READS, expected="refused, or public"
            )
        return failed("reads it, and may not", seen=READS, expected=REFUSED)
    if client_feed.reads:
        cause = likely_cause(feed_access.status, feed_access.error, feed_access.told)
        return failed(f"may read it, and is refused: {cause}", seen=REFUSED, expected=READS)
    if feed_access.status == 401 and (feed_access.error == INSUFFICIENT or client_feed.client.account is None):
        return passed("refused", seen=REFUSED, expected=REFUSED)
    message = f"refused, but not as documented: it answered {feed_access.told}"
    return warned(message, seen=f"{feed_access.status} {feed_access.error}".strip(), expected=f"401 {INSUFFICIENT}")


@condition("FEED-9", severity=CRITICAL, documented="Beyond the guide: one log for all replicas", remedy="audit-log")
def test_replicas_tell_the_same_feed(pair: Pair, every_newest_records: Newest, inventory: Inventory) -> Verdict:
    """Two replicas tell the same audit logs, inside their common window."""
    feeds = [GLOBAL, *(feed.subject for feed in repository_feeds(inventory))]
    unseen: list[Unavailable] = []
    compared = 0
    for feed in feeds:
        try:
            first = telling(every_newest_records, feed, pair.first.id)
            second = telling(every_newest_records, feed, pair.second.id)
        except Unavailable as cause:
            unseen.append(cause)
            continue
        here, there = within_both(first, second)
        wrong = difference(here, there, f"at {pair.first.id}", f"at {pair.second.id}")
        if wrong:
            return failed(f"the feed {feed} differs: {wrong}", expected="the same records at both")
        compared += len(here)
    if unseen:
        raise unseen[0]
    return passed(f"the same {compared} records of {len(feeds)} feeds at both", seen=compared)
