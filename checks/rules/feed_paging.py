"""How pages of an audit log must fit together."""

from __future__ import annotations

from collections.abc import Mapping

from checks.rules.feeds import difference, named, settled_until
from fixtures.probes.feeds.changefeed import NewestRecords, Paging
from fixtures.probes.feeds.records import Page, Record

MALFORMED, NO_BEGINNING, INCLUSIVE, DIFFERS = (
    "feed.page-malformed",
    "feed.no-beginning",
    "feed.change-id-inclusive",
    "feed.paging-differs",
)
NOT_PAGED = "feed.paging-not-read"
REASONS: Mapping[str, str] = {
    MALFORMED: "a page is not as documented",
    NO_BEGINNING: "change_id=0 returns no records, though there are some",
    INCLUSIVE: "a page contains the record that it must begin after or end before",
    DIFFERS: "paging forwards, backwards and from the beginning returns different records",
    NOT_PAGED: "there was no time to page forwards through all of the newest records",
}

Fault = tuple[str, str]
"""A code of `REASONS`, and the same in one sentence."""


def fault(newest: NewestRecords, paging: Paging) -> Fault | None:
    """What of the paging does not fit to the newest records; None where all does."""
    if paging.problems:
        return MALFORMED, "; ".join(paging.problems)
    if paging.beginning is None:
        return None
    return _beginning(newest, paging.beginning) or _forwards(newest, paging) or _backwards(newest, paging)


def reached_the_newest(newest: NewestRecords, paging: Paging) -> bool:
    """Whether the pages forwards went as far as the newest record that was known before."""
    place = _place(newest.records, paging.anchor)
    return place is None or paging.ended or len(paging.forwards) >= len(newest.records) - place - 1


def _differs(words: str | None) -> Fault | None:
    return (DIFFERS, words) if words else None


def _beginning(newest: NewestRecords, page: Page) -> Fault | None:
    """The first page from 0: in a feed that was seen whole it is the begin of what was seen."""
    if not page.records:
        return NO_BEGINNING, "change_id=0 returns no records, though there are some"
    if newest.whole:
        first = newest.records[: page.asked]
        return _differs(difference(page.records, first, "on the first page", "backwards from the newest"))
    overlapping = [record for record in page.records if record in newest.records]
    if overlapping != newest.records[: len(overlapping)]:
        return DIFFERS, "the first page contains newer records, and omits older ones"
    if page.records[0].created_at > newest.records[0].created_at:
        words = f"change_id=0 begins with {named(page.records[0])}, which is not the oldest record"
        return DIFFERS, words
    return None


def _forwards(newest: NewestRecords, paging: Paging) -> Fault | None:
    """From an ID on: exactly what follows it, and at the end perhaps what has turned 60 s old meanwhile."""
    place = _place(newest.records, paging.anchor)
    if place is None:
        return None
    expected = newest.records[place + 1 :]
    if not paging.ended:
        # A wide window may take more time than there is: up to where it came it must fit all the same.
        last = _place(newest.records, paging.forwards[-1].id) if paging.forwards else place
        expected = expected if last is None else newest.records[place + 1 : last + 1]
    came = paging.forwards[: len(expected)]
    if paging.anchor in {record.id for record in paging.forwards}:
        return INCLUSIVE, f"the page after {paging.anchor} contains that record: change_id is not exclusive"
    wrong = difference(came, expected, f"forwards from {paging.anchor}", "backwards from the newest")
    if wrong:
        return DIFFERS, wrong
    early = [record for record in paging.forwards[len(expected) :] if record.created_at <= settled_until(newest)]
    return _differs(f"{named(early[0])} is returned forwards, and not backwards" if early else None)


def _backwards(newest: NewestRecords, paging: Paging) -> Fault | None:
    """Before an ID: exactly what precedes it."""
    middle, page = paging.middle, paging.backwards
    if middle is None or page is None:
        return None
    anchor = newest.records[middle].id
    if anchor in {record.id for record in page.records}:
        return INCLUSIVE, f"the page before {anchor} contains that record: change_id is not exclusive"
    expected = newest.records[max(0, middle + page.asked) : middle]
    came = page.records if newest.whole else page.records[len(page.records) - len(expected) :]
    return _differs(difference(came, expected, f"backwards from {anchor}", "backwards from the newest"))


def _place(records: list[Record], record_id: str) -> int | None:
    return next((number for number, record in enumerate(records) if record.id == record_id), None)
