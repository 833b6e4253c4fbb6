"""What replicas' answers of one audit log have in common: windows, and what differs inside of both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.rules.wording import many
from checks.verdict import Outcome, Verdict, unknown
from fixtures.access.http.answer import NO_UPSTREAM
from fixtures.core.evidence import Because, Thing, thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.probes.feeds.causes import INSUFFICIENT, INVALID
from fixtures.probes.feeds.changefeed import NewestRecords
from fixtures.probes.feeds.records import Record

# Only records older than this are returned; and what may lie between a server's Date and its database's clock.
BLACKOUT, MARGIN = timedelta(seconds=60), timedelta(seconds=2)
UNSOUND = "feed.not-as-documented"
NOT_SOUND = {UNSOUND: "no replica that is needed returns the feed as documented, see FEED-1"}
"""The reason of `documented_feeds` and `documented_feed`, for the conditions that call them."""
CUT = "feed.window-cut"
NOT_READ = {CUT: "fewer of the newest records were read than `feed_records` promises, see FEED-1"}
"""The reason of `only_if_read`, for the conditions that call it."""


@dataclass(frozen=True)
class Blame:
    """What is at fault when replicas send a feed with a fault, and who sent it so."""

    about: tuple[Thing, ...]
    witnesses: tuple[Thing, ...] = ()


def refusal_reason(status: int, error: str) -> str:
    """The code of an answer that is no audit log; `likely_cause` says it in a sentence."""
    if status == 401 and error in (INVALID, INSUFFICIENT):
        return "feed.token-invalid" if error == INVALID else "feed.no-right"
    if status in NO_UPSTREAM:
        return "feed.no-notary-server"
    return {429: "feed.too-many-log-ins", 500: "feed.database-unreadable"}.get(status, "feed.other-status")


def blame(feed: str, faulty: Iterable[str], asked: Iterable[str]) -> Blame:
    """A fault that all replicas send alike is the feed's; one that only some send is that of their notary-servers."""
    wrong = list(dict.fromkeys(faulty))
    if set(wrong) == set(asked):
        return Blame((thing("feed", feed),), tuple(thing("replica", each) for each in wrong))
    return Blame(tuple(thing("notary", each) for each in wrong))


def documented_feeds(every_newest_records: PerSubject[NewestRecords], feed: str) -> list[NewestRecords]:
    """A feed of each replica that returns it as documented; raises why where none does."""
    found = [fact for fact in every_newest_records.values() if fact.feed == feed]
    sound = [fact for fact in found if fact.sound]
    if sound:
        return sound
    if found:
        because = Because(f"{feed}:{found[0].replica}", condition="FEED-1")
        message = f"no replica returns the feed {feed} as documented, see FEED-1"
        raise Unavailable(UNSOUND, message, about=[thing("feed", feed)], because=because)
    causes = every_newest_records.causes
    not_asked = Unavailable("run.not-queried", f"the feed {feed} was not requested", about=[thing("feed", feed)])
    raise next((causes[key] for key in causes if key.startswith(f"{feed}:")), not_asked)


def documented_feed(every_newest_records: PerSubject[NewestRecords], feed: str, replica: str) -> NewestRecords:
    """A feed of one replica; raises why it cannot be judged."""
    fact = every_newest_records[f"{feed}:{replica}"]
    if not fact.sound:
        because = Because(f"{feed}:{replica}", condition="FEED-1")
        message = f"replica {replica} does not return the feed {feed} as documented, see FEED-1"
        raise Unavailable(UNSOUND, message, about=[thing("notary", replica)], because=because)
    return fact


def only_if_read(verdict: Verdict, *windows: Sequence[NewestRecords]) -> Verdict:
    """UNKNOWN in place of nothing wrong, where every window has a part that ended before its promised beginning.

    windows: what was judged together, each enough by itself.
    """
    cut = [next((fact for fact in window if fact.stopped), None) for window in windows]
    first = cut[0] if cut and all(cut) else None
    if first is None or verdict.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE):
        return verdict
    because = Because(f"{first.feed}:{first.replica}", condition="FEED-1")
    message = f"nothing wrong so far, but replica {first.replica} {reach(first)}, see FEED-1"
    cause = Unavailable(CUT, message, about=[thing("feed", first.feed)], because=because)
    return unknown(cause, seen=len(first.records), subject=verdict.subject)


def settled_until(fact: NewestRecords) -> datetime:
    """Up to when every record had to be in the answer."""
    return fact.now - BLACKOUT - MARGIN


def within_both(
    first: NewestRecords, second: NewestRecords, gun: str | None = None
) -> tuple[list[Record], list[Record]]:
    """The records of two answers inside their common window; `gun`: of this repository alone.

    At a begin that is not the feed's, records of the same instant may have been cut apart: they are left out.
    """
    until = min(settled_until(first), settled_until(second))
    begins = [fact.records[0].created_at for fact in (first, second) if fact.records and not fact.whole]
    after = max(begins, default=None)

    def inside(record: Record) -> bool:
        in_time = record.created_at <= until and (after is None or record.created_at > after)
        return in_time and gun in (None, record.gun)

    return [record for record in first.records if inside(record)], [r for r in second.records if inside(r)]


def difference(first: Sequence[Record], second: Sequence[Record], here: str, there: str) -> str | None:
    """How two lists of records differ, in one sentence; None where they do not."""
    if list(first) == list(second):
        return None
    one, other = ({record.id: record for record in records} for records in (first, second))
    for records, ids, has, lacks in ((first, other, here, there), (second, one, there, here)):
        missing = [record for record in records if record.id not in ids]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            verb = "are" if more else "is"
            return f"{named(missing[0])}{more} {verb} returned {has}, and not {lacks}"
    for record in first:
        if other[record.id] != record:
            return f"{named(record)} is not the same {here} and {there}"
    return f"the same records are in another order {here} than {there}"


def named(record: Record) -> str:
    """A record, as messages name it."""
    return f"record {record.id} ({record.gun}, {record.category} {record.version}, {when(record.created_at)})"


def when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def reach(fact: NewestRecords) -> str:
    """How far a window reached."""
    if not fact.records:
        return "no records"
    back = f"back to {when(fact.records[0].created_at)}"
    if fact.whole:
        return f"read the whole feed: {many(len(fact.records), 'record')}, {back}"
    if fact.stopped:
        return f"read only the newest {many(len(fact.records), 'record')}, {back}: {fact.stopped}"
    return f"read the newest {many(len(fact.records), 'record')}, {back}"
