"""What must hold among the records of one repository: versions grow by one, and restart after a deletion."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from checks.rules.feeds import blame, documented_feeds, named, only_if_read
from checks.rules.wording import many
from checks.verdict import Outcome, Verdict, failed, gravity, not_applicable, passed, unknown, warned
from fixtures.core.evidence import thing
from fixtures.core.feed_subjects import GLOBAL, Feed
from fixtures.core.store import Unavailable
from fixtures.core.subjects import in_grammar
from fixtures.probes.feeds.changefeed import Newest
from fixtures.probes.feeds.records import DELETION, UPDATE, Record

REASONS: Mapping[str, str] = {
    "feed.deletion-with-a-version": "a deletion names a version or a SHA256",
    "feed.deleted-twice": "a repository is deleted twice without an update in between",
    "feed.version-twice": "a version is repeated",
    "feed.version-falls": "a version is lower than the one before it",
    "feed.versions-lost": "versions are missing between two records",
}


def own_versions(feed: Feed, every_newest_records: Newest) -> Verdict:
    """Of a repository that the inventory names, by its own feed: that reaches further back than the global one."""
    try:
        feeds = documented_feeds(every_newest_records, feed.subject)
    except Unavailable as cause:
        return unknown(cause, subject=feed.subject)
    own = {fact.replica: [record for record in fact.records if record.gun == fact.gun] for fact in feeds}
    if not any(own.values()):
        return not_applicable(f"{feed.repository} has no record: it was never signed", subject=feed.subject)
    judged = {replica: _judge_versions(records) for replica, records in own.items() if records}
    return only_if_read(_worst_of(judged, feed.subject), *([fact] for fact in feeds))


def other_versions(own: set[str], every_newest_records: Newest) -> list[Verdict]:
    """Of all others by the global feed: one verdict where they are well, and one for each that is not."""
    try:
        feeds = documented_feeds(every_newest_records, GLOBAL)
    except Unavailable as cause:
        return [unknown(cause, subject=GLOBAL)]
    found: dict[str, dict[str, Verdict]] = {}
    for fact in feeds:
        records: dict[str, list[Record]] = {}
        for record in fact.records:
            if record.gun not in own:
                records.setdefault(record.gun, []).append(record)
        for gun, its in records.items():
            found.setdefault(gun, {})[fact.replica] = _judge_versions(its)
    judged = [_worst_of(found[gun], gun.partition("/")[2].replace("/", ".") or gun) for gun in sorted(found)]
    bad = [verdict for verdict in judged if verdict.outcome is not Outcome.PASS]
    well = len(judged) - len(bad)
    windows = [[fact] for fact in feeds]
    if not judged:
        nothing = not_applicable("the global feed has no record of another repository", subject=GLOBAL)
        return [only_if_read(nothing, *windows)]
    about = [thing("feed", GLOBAL)]
    message = f"{many(well, 'other repository', 'other repositories')} of the global feed in order"
    return [*bad, only_if_read(passed(message, seen=well, subject=GLOBAL, about=about), *windows)]


def _worst_of(judged: Mapping[str, Verdict], subject: str) -> Verdict:
    """The worst verdict on the records of one repository, on behalf of all replicas that show the same."""
    verdict = min(judged.values(), key=_gravity)
    alike = [replica for replica, each in judged.items() if each.reason == verdict.reason]
    at_fault = blame(in_grammar(subject), alike, judged)
    witnesses = at_fault.witnesses if verdict.reason else ()
    return replace(verdict, subject=subject, about=at_fault.about, witnesses=witnesses)


def _gravity(verdict: Verdict) -> int:
    return gravity(verdict.outcome)


def _judge_versions(records: Iterable[Record]) -> Verdict:
    """The verdict on the records of one repository, in the order of the feed."""
    ordered = list(_in_time(records))
    found = list(_found(ordered))
    if found:
        return min(found, key=_gravity)
    updates = [record.version for record in ordered if record.category == UPDATE]
    if not updates:
        return passed("deleted, and not signed again")
    return passed(f"{many(len(updates), 'update')}, the newest is version {updates[-1]}", seen=updates[-1])


def _in_time(records: Iterable[Record]) -> Iterator[Record]:
    """Updates of the same instant are in the order of their random IDs (measured): that is no order of versions."""
    ordered = sorted(records, key=lambda record: record.created_at)
    for _, instant in itertools.groupby(ordered, key=lambda record: record.created_at):
        together = list(instant)
        only_updates = all(record.category == UPDATE for record in together)
        yield from sorted(together, key=lambda record: record.version) if only_updates else together


def _found(records: Iterable[Record]) -> Iterator[Verdict]:
    """`before` is None where the window begins, and 0 after a deletion."""
    before: int | None = None
    deleted = False
    for record in records:
        if record.category == DELETION:
            if record.version or record.sha256:
                seen = {"Version": record.version, "SHA256": record.sha256}
                message = f"a deletion names a version or a SHA256: {named(record)}"
                yield failed("feed.deletion-with-a-version", message, seen=seen, expected={"Version": 0, "SHA256": ""})
            if deleted:
                message = f"deleted twice without an update in between: {named(record)}"
                yield warned("feed.deleted-twice", message, seen=record.id)
            before, deleted = 0, True
            continue
        if before is not None and record.version <= before:
            if record.version == before:
                reason, words = (
                    "feed.version-twice",
                    f"version {record.version} is repeated (an event was recorded twice)",
                )
            else:
                reason = "feed.version-falls"
                words = f"version {record.version} follows {before} (the replicas' clocks differ, see TOKEN-4)"
            yield failed(reason, f"{words}: {named(record)}", seen=record.version, expected=before + 1)
        elif before is not None and record.version > before + 1:
            message = f"version {record.version} follows {before}, events in between are lost: {named(record)}"
            yield warned("feed.versions-lost", message, seen=record.version, expected=before + 1)
        before, deleted = record.version, False
