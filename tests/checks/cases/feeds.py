"""FEED-1 to FEED-5."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fixtures.core.evidence import Because
from fixtures.core.store import NoResponse
from fixtures.probes.feeds.records import Page, Record
from tests.checks.case import Cases, Facts, Inherited, Seen, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.cases.tokens import apart
from tests.checks.facts import NOW, A, B, C, ago
from tests.checks.trust_facts import (
    ALPINE,
    LEDGER,
    LOG,
    READER,
    gun,
    newest,
    of,
    paging,
    refused,
    told,
    unseen,
    update,
)

AT = f"global:{A}"
feed_1 = Cases("FEED-1")


def one(seen: Seen) -> Facts:
    return {("newest_records", AT): seen}


feed_1("whole", one(newest(LOG)), passes(AT, "read the whole feed: 5 records, back to 2026-11-21 15:00:00", seen=5))
feed_1("one record", one(newest(LOG[:1])), passes(AT, "1 record,"))
feed_1("empty", one(newest([])), passes(AT, "no records", seen=0))
feed_1("a window", one(newest(LOG, whole=False)), passes(AT, "read the newest 5 records"))
NO_TIME: dict[str, Any] = {"whole": False, "stopped": "no time left for more records", "stopped_by": "run.no-time-left"}
TIMED_OUT: dict[str, Any] = {"whole": False, "stopped": "no complete answer within 10 s", "stopped_by": "http.timeout"}
feed_1(
    "a walk for which there was no time",
    one(newest(LOG, **NO_TIME)),
    unknown(
        AT,
        "read only the newest 5 records, back to 2026-11-21 15:00:00",
        "no time left for more records",
        reason="feed.window-not-read",
        because=Because(AT, probe="newest_records"),
    ),
)
feed_1(
    "a walk that the server ended",
    one(newest(LOG, **TIMED_OUT)),
    fails(
        AT,
        "read only the newest 5 records, back to 2026-11-21 15:00:00",
        "no complete answer within 10 s",
        reason="feed.window-refused",
        about=(f"notary:{A}",),
    ),
)
feed_1(
    "malformed",
    one(newest(LOG, problems=["count is 6, and there are 5 records"])),
    fails(
        AT,
        "count is 6",
        seen=["count is 6, and there are 5 records"],
        reason="feed.malformed",
        about=(f"notary:{A}",),
    ),
)


def turned_away(name: str, seen: Seen, reason: str, *words: str) -> None:
    feed_1(name, one(seen), fails(AT, *words, reason=reason, about=(f"notary:{A}",)))


turned_away("clock skew", refused(401, "invalid_token"), "feed.token-invalid", "clocks", "TOKEN-4", "key", "service")
turned_away("no right", refused(401, "insufficient_scope"), "feed.no-right", "permission denied")
turned_away("no database", refused(500, told="500 UNKNOWN"), "feed.database-unreadable", "its database", "STATUS-3")
turned_away("too many log-ins", refused(429, told="429"), "feed.too-many-log-ins", "too many log-ins")
turned_away("another answer", refused(404, told="404 x"), "feed.other-status", "404 x")
turned_away("another refusal", refused(401, told="401 x"), "feed.other-status", "401 x")
for status in (502, 503, 504):
    told_so = refused(status, told=f"{status} with HTML")
    turned_away(f"no notary-server: {status}", told_so, "feed.no-notary-server", "no response from notary-server")
TIMEOUT = NoResponse("http.timeout", "no complete answer within 10 s")
turned_away("silent", TIMEOUT, "feed.timeout", "no complete answer")
REFUSED = NoResponse("http.refused", "connection refused")
feed_1("silent replica", one(Inherited(REFUSED)), unknown(AT, "connection refused", reason="http.refused"))
feed_1("no repository is named", {}, skipped("repository", "reads: [namespace/name]", "cannot_read:"))
feed_1(
    "of a repository",
    {("newest_records", f"{ALPINE}:{B}"): newest(of(ALPINE), ALPINE, B)},
    passes(f"{ALPINE}:{B}", "3 records"),
    inventory=READER,
)

feed_2 = Cases("FEED-2")


def at_b(*records: Record) -> Facts:
    return told(LOG, {f"global:{B}": newest(records, replica=B)})


feed_2("in order", told(), passes("global", "5 records in order on 3 replicas"), inventory=READER)
feed_2(
    "two swapped",
    at_b(LOG[1], LOG[0]),
    fails(
        "global",
        "id-1",
        "follows record id-2",
        "id-2",
        f"replica {B}",
        reason="feed.out-of-order",
        about=(f"notary:{B}",),
        witnesses=(),
    ),
    inventory=READER,
)
feed_2(
    "two swapped, which all tell alike",
    told([LOG[1], LOG[0]]),
    fails(
        "global",
        f"replica {A}",
        reason="feed.out-of-order",
        about=("feed:global",),
        witnesses=(f"replica:{A}", f"replica:{B}", f"replica:{C}"),
    ),
    inventory=READER,
)
feed_2(
    "two swapped at the only one that tells",
    told([LOG[1], LOG[0]], {f"global:{B}": REFUSED, f"global:{C}": REFUSED}),
    fails("global", about=("feed:global",), witnesses=(f"replica:{A}",)),
    inventory=READER,
)
feed_2(
    "of one instant", at_b(update(1), update(2, 2, created_at=update(1).created_at)), passes("global"), inventory=READER
)
feed_2(
    "an ID twice",
    at_b(LOG[0], update(2, 2, id="id-1")),
    fails("global", "2 records have the ID id-1", reason="feed.id-twice", about=(f"notary:{B}",)),
    inventory=READER,
)
feed_2(
    "an ID twice at one, and two swapped at another",
    told(
        LOG,
        {
            f"global:{A}": newest([LOG[0], update(2, 2, id="id-1")]),
            f"global:{B}": newest([LOG[1], LOG[0]], replica=B),
        },
    ),
    fails("global", reason="feed.id-twice", about=(f"notary:{A}",)),
    inventory=READER,
)
feed_2("empty", told([]), not_applicable("global", "empty"), inventory=READER)
feed_2(
    "unseen",
    unseen(),
    unknown(
        "global",
        "see TOKEN-0",
        reason="http.login-refused",
        about=("account:admin",),
        because=Because("admin", condition="TOKEN-0"),
    ),
    inventory=READER,
)
NOT_SOUND = unknown(
    "global",
    "see FEED-1",
    reason="feed.not-as-documented",
    about=("feed:global",),
    because=Because(f"global:{A}", condition="FEED-1"),
)
NOBODY = {f"global:{replica}": refused(500, replica=replica) for replica in (A, B, C)}
feed_2(
    "nobody tells it as documented",
    told(LOG, NOBODY),
    NOT_SOUND,
    inventory=READER,
)
feed_2(
    "judged by those who do",
    told(LOG, {f"global:{A}": refused(500), f"global:{B}": REFUSED}),
    passes("global", "on 1 replica"),
    inventory=READER,
)

feed_3 = Cases("FEED-3")


def pages(feed: str = "global", records: tuple[Record, ...] = LOG, **changes: object) -> Facts:
    return {**told(records), ("feed_paging", feed): paging(feed, records, changes)}


def page(*records: Record, asked: int = 2) -> Page:
    return Page(change_id="x", asked=asked, records=list(records))


feed_3("fits", pages(), passes("global", "change_id=1 is not requested", "5 records", seen=5), inventory=READER)
feed_3("fits in a repository", pages(ALPINE), passes(ALPINE), inventory=READER)
feed_3("one record", pages(records=LOG[:1]), passes("global"), inventory=READER)
feed_3("two records", pages(records=LOG[:2]), passes("global"), inventory=READER)
feed_3("empty", pages(records=()), not_applicable("global", "empty", "change_id=1 is not requested"), inventory=READER)
feed_3(
    "lost forwards",
    pages(forwards=LOG[3:]),
    fails("global", "id-3", "not forwards from id-2", reason="feed.paging-differs", about=(f"notary:{A}",)),
    inventory=READER,
)
feed_3(
    "inclusive",
    pages(forwards=LOG[1:]),
    fails("global", "not exclusive", reason="feed.change-id-inclusive", about=(f"notary:{A}",)),
    inventory=READER,
)
feed_3(
    "inclusive backwards",
    pages(backwards=page(LOG[1], LOG[2], asked=-2)),
    fails("global", "before id-3", "not exclusive", reason="feed.change-id-inclusive"),
    inventory=READER,
)
feed_3(
    "lost backwards",
    pages(backwards=page(LOG[0], asked=-2)),
    fails("global", "id-2", "not backwards", reason="feed.paging-differs"),
    inventory=READER,
)
feed_3(
    "another beginning",
    pages(beginning=page(*LOG[1:3])),
    fails("global", "id-3", "on the first page", reason="feed.paging-differs"),
    inventory=READER,
)
feed_3(
    "no beginning",
    pages(beginning=page()),
    fails("global", "change_id=0 returns no records", reason="feed.no-beginning", about=(f"notary:{A}",)),
    inventory=READER,
)
feed_3(
    "malformed",
    pages(problems=["the same page again"]),
    fails("global", "the same page again", reason="feed.page-malformed", about=(f"notary:{A}",)),
    inventory=READER,
)
feed_3(
    "more has come meanwhile",
    pages(forwards=[*LOG[2:], update(9, 4, created_at=ago(seconds=60))]),
    passes("global"),
    inventory=READER,
)
feed_3(
    "more that was there before",
    pages(forwards=[*LOG[2:], update(9, 4, created_at=ago(seconds=90))]),
    fails("global", "id-9", "is returned forwards, and not backwards", reason="feed.paging-differs"),
    inventory=READER,
)


feed_3(
    "not to the end",
    pages(forwards=LOG[2:4], ended=False),
    unknown("global", "forwards only to record id-4", reason="feed.paging-not-read"),
    inventory=READER,
)
feed_3("to the end of a window that grows", pages(forwards=LOG[2:], ended=False), passes("global"), inventory=READER)


def cut(*replicas: str, feed: str = "global") -> Facts:
    """The feed was not read as far as it was to be at these replicas."""
    return told(instead={f"{feed}:{each}": newest(of(feed, LOG), feed, each, **NO_TIME) for each in replicas})


CUT: dict[str, Any] = {"reason": "feed.window-cut", "because": Because(f"global:{A}", condition="FEED-1")}
EVERYWHERE = cut(A, B, C)
feed_2(
    "a window that was cut short everywhere",
    EVERYWHERE,
    unknown("global", "newest 5 records", **CUT),
    inventory=READER,
)
feed_2("a window that was cut short at one", cut(A), passes("global", "2 replicas"), inventory=READER)
feed_3(
    "a window that was cut short",
    {**cut(A), ("feed_paging", "global"): paging()},
    unknown("global", "newest 5 records", **CUT),
    inventory=READER,
)
feed_3("a loss before the end", pages(forwards=LOG[3:4], ended=False), fails("global", "id-3"), inventory=READER)


def window(**changes: object) -> Facts:
    """The last three of a longer feed; the beginning is older, and forwards begins where the window does."""
    seen = {f"global:{A}": newest(LOG[2:], whole=False)}
    fits: dict[str, object] = {
        "beginning": page(*LOG[:2], asked=10),
        "anchor": "id-3",
        "forwards": LOG[3:],
        "middle": 1,
        "backwards": page(LOG[2], asked=-1),
    }
    return {**told(LOG, seen), ("feed_paging", "global"): paging(changes=fits | changes)}


feed_3("a window fits", window(), passes("global", "the newest 3 records"), inventory=READER)
feed_3("overlaps its beginning", window(beginning=page(*LOG[:4], asked=10)), passes("global"), inventory=READER)
feed_3(
    "leaves out what lies between",
    window(beginning=page(*LOG[:2], LOG[3], asked=10)),
    fails("global", "contains newer records", reason="feed.paging-differs"),
    inventory=READER,
)
feed_3(
    "begins too late",
    window(beginning=page(update(9), asked=10)),
    fails("global", "not the oldest record", reason="feed.paging-differs"),
    inventory=READER,
)
feed_3("a window loses one", window(forwards=LOG[4:]), fails("global", "id-4"), inventory=READER)
feed_3("unseen", {**told(), ("feed_paging", "global"): REFUSED}, unknown("global"), inventory=READER)
feed_3(
    "not as documented when it was asked again",
    {**pages(), ("newest_records", f"global:{A}"): refused(500)},
    unknown(
        "global",
        "see FEED-1",
        reason="feed.not-as-documented",
        about=(f"notary:{A}",),
        because=Because(f"global:{A}", condition="FEED-1"),
    ),
    inventory=READER,
)

feed_4 = Cases("FEED-4")


def youngest(seconds: float, clocks: Facts | None = None) -> Facts:
    records = [*LOG, update(6, 4, created_at=NOW - timedelta(seconds=seconds))]
    return {**told(records), **(clocks or apart(0, 0, 0))}


feed_4("old enough", youngest(60), passes("global", "60 s old", seen=60.0), inventory=READER)
feed_4("within 2 s and a whole second", youngest(57), passes("global"), inventory=READER)
ALL_THREE = (f"replica:{A}", f"replica:{B}", f"replica:{C}")
feed_4(
    "5 s",
    youngest(5),
    fails(
        "global",
        "id-6",
        "at an age of 5.0 s",
        seen=5.0,
        expected="60 s",
        reason="feed.too-early",
        about=("feed:global",),
        witnesses=ALL_THREE,
    ),
    inventory=READER,
)
YOUNG = update(6, 4, created_at=ago(seconds=5))
feed_4(
    "5 s at one of them",
    {**told(LOG, {f"global:{B}": newest([*LOG, YOUNG], replica=B)}), **apart(0, 0, 0)},
    fails("global", f"replica {B}", reason="feed.too-early", about=(f"notary:{B}",), witnesses=()),
    inventory=READER,
)
feed_4("nobody tells it as documented", {**told(LOG, NOBODY), **apart(0, 0, 0)}, NOT_SOUND, inventory=READER)
feed_4("not yet", youngest(-30), fails("global", "at an age of -30.0 s"), inventory=READER)
feed_4(
    "clocks explain it",
    youngest(25, apart(0, 0, 40)),
    warns("global", "40.0 s apart", "TOKEN-4", reason="feed.too-early-by-clocks", about=("feed:global",)),
    inventory=READER,
)
feed_4("clocks do not explain it", youngest(5, apart(0, 0, 40)), fails("global"), inventory=READER)
feed_4("empty", {**told([]), **apart(0, 0, 0)}, not_applicable("global", "empty"), inventory=READER)
feed_4(
    "no Date",
    {
        **told(LOG, {f"global:{name}": newest(LOG, replica=name, server_date=None) for name in (A, B, C)}),
        **apart(0, 0, 0),
    },
    unknown("global", "no response has a Date", reason="feed.no-date"),
    inventory=READER,
)

feed_5 = Cases("FEED-5")


def repository(*records: Record, whole: bool = True) -> Facts:
    return told(LOG, {f"library.alpine:{A}": newest(records, ALPINE, whole=whole)})


OWN = of(ALPINE)
feed_5("the same", told(), passes(ALPINE, "3 records in both", seen=3), inventory=READER)
feed_5("of another", told(), passes(LEDGER, "2 records in both"), inventory=READER)
feed_5(
    "a foreign one",
    repository(*OWN[:2], LOG[1]),
    fails(
        ALPINE,
        gun(LEDGER),
        f"replica {A}",
        seen=[gun(LEDGER)],
        expected=gun(ALPINE),
        reason="feed.foreign-record",
        about=(f"notary:{A}",),
        measured="derived",
    ),
    inventory=READER,
)
feed_5(
    "lost in its own",
    repository(*OWN[1:]),
    fails(
        ALPINE,
        "id-1",
        "in the global feed, and not in its",
        reason="feed.differs-from-global",
        about=(f"notary:{A}",),
    ),
    inventory=READER,
)
feed_5(
    "lost in its own, at all of them",
    told(LOG, {f"library.alpine:{replica}": newest(OWN[1:], ALPINE, replica) for replica in (A, B, C)}),
    fails(ALPINE, "id-1", reason="feed.differs-from-global", about=(f"feed:{ALPINE}",), witnesses=ALL_THREE),
    inventory=READER,
)
feed_5("only in its own", repository(*OWN, update(6, 4)), fails(ALPINE, "id-6", "not in the global"), inventory=READER)
feed_5(
    "another version", repository(*OWN[:2], update(4, 9)), fails(ALPINE, "id-4", "is not the same"), inventory=READER
)
feed_5("the global window was cut short", EVERYWHERE, unknown(ALPINE, "newest 5 records", **CUT), inventory=READER)
feed_5("the global window was cut short at one", cut(A), passes(ALPINE), inventory=READER)
feed_5("its window is shorter", repository(*OWN[1:], whole=False), passes(ALPINE, "3 records"), inventory=READER)
feed_5(
    "younger than both windows",
    repository(*OWN, update(6, 4, created_at=ago(seconds=61))),
    passes(ALPINE),
    inventory=READER,
)
feed_5(
    "never signed",
    told([LOG[1], LOG[4]]),
    not_applicable(ALPINE, "library/alpine has no record: it was never signed"),
    inventory=READER,
)
feed_5("unseen", unseen(), unknown(ALPINE, "see TOKEN-0"), inventory=READER)
feed_5("none is named", {}, skipped("repository", "reads: [namespace/name]"))
feed_5(
    "the global one is malformed there",
    told(LOG, {f"global:{name}": newest(LOG, replica=name, problems=["x"]) for name in (A, B, C)}),
    unknown(
        ALPINE,
        "the feed global as documented, see FEED-1",
        reason="feed.not-as-documented",
        about=("feed:global",),
        because=Because(f"global:{A}", condition="FEED-1"),
    ),
    inventory=READER,
)

CASES = [feed_1, feed_2, feed_3, feed_4, feed_5]
