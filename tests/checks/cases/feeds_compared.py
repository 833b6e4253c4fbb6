"""FEED-6 to FEED-9."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from checks.verdict import Outcome
from fixtures.core.evidence import Because
from fixtures.core.store import NoResponse
from fixtures.probes.feeds.records import Record
from fixtures.probes.feeds.timestamps import NewerTimestamp
from fixtures.probes.previous_run import MissingTimestamp, PreviousTimestamps
from tests.checks.case import Cases, Expected, Facts, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import NOW, USERS, A, B, C, ago, inventory, reader, times
from tests.checks.trust_facts import (
    ALPINE,
    LEDGER,
    LOG,
    NO_LOG_IN,
    READER,
    access,
    deletion,
    gun,
    newest,
    refused,
    timestamp,
    told,
    unseen,
    update,
)

SILENT = NoResponse("http.refused", "refused")
ALL_THREE = (f"replica:{A}", f"replica:{B}", f"replica:{C}")
feed_6 = Cases("FEED-6")
NO_OTHER = not_applicable("global", "no record of another")


def own(name: str, records: list[Record], expected: Expected) -> None:
    """The records of one repository, which all replicas tell alike; nothing else was signed."""
    feed_6(name, told(records), expected, not_applicable(LEDGER), NO_OTHER, inventory=READER)


own("grow", [update(1, 1), update(2, 2), update(3, 3)], passes(ALPINE, "3 updates", "version 3", seen=3))
own("history begins later", [update(1, 7), update(2, 8)], passes(ALPINE))
own(
    "repeated",
    [update(1, 1), update(2, 2), update(3, 2)],
    fails(
        ALPINE,
        "version 2 is repeated (an event was recorded twice): record id-3",
        seen=2,
        reason="feed.version-twice",
        about=(f"feed:{ALPINE}",),
        witnesses=ALL_THREE,
    ),
)
own(
    "fall",
    [update(1, 1), update(2, 3), update(3, 2)],
    fails(
        ALPINE,
        "version 2 follows 3 (the replicas' clocks differ, see TOKEN-4): record id-3",
        expected=4,
        reason="feed.version-falls",
    ),
)
own(
    "a gap",
    [update(1, 1), update(2, 3)],
    warns(
        ALPINE,
        "version 3 follows 1, events in between are lost",
        "lost",
        seen=3,
        expected=2,
        reason="feed.versions-lost",
    ),
)
own("deleted", [update(1, 1), deletion(2)], passes(ALPINE, "1 update, the newest"))
own("signed anew", [update(1, 1), update(2, 2), deletion(3), update(4, 1)], passes(ALPINE, "version 1"))
own(
    "deleted, and going on",
    [update(1, 1), update(2, 2), deletion(3), update(4, 3)],
    warns(ALPINE, "version 3 follows 0", reason="feed.versions-lost"),
)
own("only a deletion", [deletion(1)], passes(ALPINE, "deleted, and not signed again"))
own(
    "deleted twice",
    [update(1, 1), deletion(2), deletion(3)],
    warns(ALPINE, "deleted twice", seen="id-3", reason="feed.deleted-twice"),
)
own(
    "a deletion with a version",
    [update(1, 1), deletion(2, version=2)],
    fails(
        ALPINE,
        "deletion",
        seen={"Version": 2, "SHA256": ""},
        expected={"Version": 0, "SHA256": ""},
        reason="feed.deletion-with-a-version",
    ),
)
own("a deletion with a SHA256", [update(1, 1), deletion(2, sha256="a" * 64)], fails(ALPINE, "deletion"))
own(
    "of one instant, in the order of random IDs",
    [update(1, 1), update(2, 3), update(3, 2, created_at=update(2).created_at)],
    passes(ALPINE),
)
own("out of order, which is FEED-2's", [update(2, 2), update(1, 1)], passes(ALPINE))
feed_6(
    "wrong at one replica",
    told([update(1, 1)], {f"library.alpine:{C}": newest([update(1, 1), update(2, 1)], ALPINE, C)}),
    fails(ALPINE, "is repeated (an event was recorded twice)", about=(f"notary:{C}",), witnesses=()),
    not_applicable(LEDGER),
    NO_OTHER,
    inventory=READER,
)
NO_TIME: dict[str, Any] = {
    "whole": False,
    "stopped": "no time left for more records",
    "stopped_by": "run.no-time-left",
}
CUT: dict[str, Any] = {"reason": "feed.window-cut", "because": Because(f"global:{A}", condition="FEED-1")}
feed_6(
    "the global window was cut short everywhere",
    told(LOG, {f"global:{each}": newest(LOG, replica=each, **NO_TIME) for each in (A, B, C)}),
    passes(ALPINE),
    passes(LEDGER),
    unknown("global", "newest 5 records", **CUT),
    inventory=READER,
)
OTHERS = [update(1, 1, "tools.ci"), update(2, 1, "a.b"), update(3, 2, "tools.ci"), update(4, 2, "a.b")]
feed_6(
    "others are well",
    told(OTHERS),
    passes("global", "2 other repositories", seen=2, about=("feed:global",)),
    not_applicable(ALPINE),
    not_applicable(LEDGER),
    inventory=READER,
)
feed_6(
    "another one is not",
    told([*OTHERS, update(5, 2, "a.b")]),
    fails(
        "a.b",
        "is repeated (an event was recorded twice)",
        reason="feed.version-twice",
        about=("feed:a.b",),
        witnesses=ALL_THREE,
    ),
    passes("global", "1 other repository of"),
    not_applicable(ALPINE),
    not_applicable(LEDGER),
    inventory=READER,
)
feed_6("no repository is named", {("newest_records", f"global:{A}"): newest(LOG)} | {
    ("newest_records", f"global:{name}"): SILENT for name in (B, C)
}, passes("global", "2 other repositories"))  # fmt: skip
SEE_TOKEN_0 = Because("admin", condition="TOKEN-0")
feed_6(
    "unseen",
    unseen(),
    unknown("global", "TOKEN-0", reason="http.login-refused", because=SEE_TOKEN_0),
    others=Outcome.UNKNOWN,
    inventory=READER,
)
feed_6(
    "nobody tells it as documented",
    told(LOG, {f"global:{name}": refused(500, replica=name) for name in (A, B, C)}),
    unknown(
        "global",
        "see FEED-1",
        reason="feed.not-as-documented",
        about=("feed:global",),
        because=Because(f"global:{A}", condition="FEED-1"),
    ),
    passes(ALPINE),
    passes(LEDGER),
    inventory=READER,
)
feed_6("empty", told([]), NO_OTHER, others=Outcome.NOT_APPLICABLE, inventory=READER)

ODD = f"{USERS}:4443/a%2Fb/c d.e"
feed_6(
    "a name of odd characters",
    told([update(1, 1, gun=ODD), update(2, 1, gun=ODD)]),
    fails("a_2Fb.c_d.e", "is repeated (an event was recorded twice)", about=("feed:a_2Fb.c_d.e",)),
    passes("global", "0 other"),
    not_applicable(ALPINE),
    not_applicable(LEDGER),
    inventory=READER,
)

feed_7 = Cases("FEED-7")
NEWEST = LOG[3]


def fetched(
    record: Record | None, records: tuple[Record, ...] = LOG, before: Facts | None = None, **changes: Any
) -> Facts:
    """before: what earlier runs, or the first look of this one, saw."""
    earlier: Facts = {("previous_timestamps", "cluster"): previous()}
    return {
        **told(records),
        **earlier,
        ("trust_timestamp", ALPINE): timestamp(record, changes=changes),
        **(before or {}),
    }


def previous(record: str = "", since: datetime = NOW) -> PreviousTimestamps:
    """What the run before missed."""
    missing = {ALPINE: MissingTimestamp(record=record, since=since)} if record else {}
    return PreviousTimestamps(**times(), missing=missing)


def seventh(name: str, facts: Facts, expected: Expected) -> None:
    feed_7(name, facts, expected, inventory=READER)


seventh("is there", fetched(NEWEST), passes(ALPINE, "version 3 exists", seen=3))


def damaged(name: str, reason: str, *words: str, seen: Any, expected: Any, **changes: Any) -> None:
    """Told by the one replica that was asked; the trust data is that of all."""
    own = fails(
        ALPINE,
        *words,
        seen=seen,
        expected=expected,
        reason=reason,
        about=(f"feed:{ALPINE}",),
        witnesses=(f"replica:{A}",),
    )
    seventh(name, fetched(NEWEST, **changes), own)


VERSION, SHA = "feed.timestamp-version", NEWEST.sha256
damaged(
    "another body",
    "feed.timestamp-differs",
    "another SHA256",
    seen="b" * 64,
    expected=SHA,
    body_sha256="b" * 64,
)
damaged("another version", VERSION, "another version", seen=2, expected=3, body_version=2)
damaged("no version", VERSION, "another version", seen=None, expected=3, body_version=None)
GONE: dict[str, Any] = {"status": 404, "body_sha256": None, "body_version": None}
damaged("lost", "feed.timestamp-lost", "is lost", seen=404, expected=200, **GONE, older_is_there=True)
seventh(
    "all gone",
    fetched(NEWEST, **GONE, older_is_there=False),
    unknown(
        ALPINE,
        "deleted within the last minute",
        seen=404,
        expected=200,
        reason="feed.timestamp-not-there",
        about=(f"feed:{ALPINE}",),
    ),
)
seventh("the only one gone", fetched(NEWEST, **GONE), unknown(ALPINE, "--wait 2m"))
LOST = fails(
    ALPINE,
    "is missing since",
    "the feed contains no deletion since",
    seen=404,
    expected=200,
    reason="feed.timestamp-lost",
    about=(f"feed:{ALPINE}",),
    witnesses=(f"replica:{A}",),
)
MISSED = {("previous_timestamps", "cluster"): previous(NEWEST.id, NOW - timedelta(seconds=63))}
seventh("all gone in the run before, too", fetched(NEWEST, before=MISSED, **GONE), LOST)
for name, missed in (
    ("all gone in the run before, a moment ago", previous(NEWEST.id, NOW - timedelta(seconds=61))),
    ("another one gone in the run before", previous("another", NOW - timedelta(hours=1))),
):
    seventh(
        name, fetched(NEWEST, before={("previous_timestamps", "cluster"): missed}, **GONE), unknown(ALPINE, "--wait 2m")
    )


def waited(seconds: float, first: Mapping[str, Any] = GONE) -> Facts:
    """Two looks of one run, so far apart."""
    then = timestamp(NEWEST, changes={**first, "server_date": NOW - timedelta(seconds=seconds)})
    return {("trust_timestamp", ALPINE): [then, timestamp(NEWEST, changes=GONE)]}


seventh("all gone for longer than the delay", fetched(NEWEST, before=waited(63)), LOST)
seventh("all gone for less than the delay", fetched(NEWEST, before=waited(61)), unknown(ALPINE, "--wait 2m"))
seventh("gone since the first look", fetched(NEWEST, before=waited(63, {})), unknown(ALPINE, "--wait 2m"))
seventh(
    "unreadable",
    fetched(NEWEST, failure="notary-server cannot read its database (500)"),
    fails(ALPINE, "cannot read its database", reason="feed.timestamp-unreadable", about=(f"notary:{A}",)),
)


def unlogged(written: datetime | None, version: int = 4) -> Any:
    return {"newer": NewerTimestamp(version=version, written_at=written)}


MISSING_EVENT = {"reason": "feed.newest-event-missing", "witnesses": (f"replica:{A}",)}
for name, written in (("an hour ago", NOW - timedelta(hours=1)), ("a day ahead", NOW + timedelta(days=1))):
    seventh(
        f"a newer version of {name}",
        fetched(NEWEST, **unlogged(written)),
        warns(ALPINE, "version 4 exists", "ends with the update to version 3", seen=4, expected=3, **MISSING_EVENT),
    )
seventh("a newer version of a moment ago", fetched(NEWEST, **unlogged(NOW - timedelta(seconds=90))), passes(ALPINE))
seventh("a newer version of unknown age", fetched(NEWEST, **unlogged(None)), passes(ALPINE))
seventh(
    "signed again, and not logged",
    fetched(None, **unlogged(NOW - timedelta(hours=1), 1)),
    warns(ALPINE, "version 1 exists", "ends with a deletion", **MISSING_EVENT),
)
BESIDE = update(6, 1, gun="old.example.org/library/alpine", id="elsewhere")
seventh(
    "under another name as well",
    fetched(NEWEST, (*LOG, BESIDE)),
    warns(
        ALPINE,
        "also signed under another name",
        "record elsewhere (old.example.org/library/alpine, update 1,",
        seen=["old.example.org/library/alpine"],
        expected=f"{USERS}/library/alpine",
        reason="feed.another-name",
    ),
)
seventh("deleted", fetched(None), not_applicable(ALPINE, "no trust data"))
seventh("never signed", fetched(None, ()), not_applicable(ALPINE, "library/alpine"))
RENAMED = tuple(record.model_copy(update={"gun": "old.example.org/library/alpine"}) for record in LOG[:1])
seventh(
    "under another name",
    fetched(None, RENAMED),
    warns(ALPINE, "old.example.org/library/alpine", "renamed", reason="feed.another-name"),
)
seventh("under both names", fetched(NEWEST, (*RENAMED, *LOG[1:])), passes(ALPINE))
seventh(
    "unseen",
    fetched(None, before={("trust_timestamp", ALPINE): SILENT}),
    unknown(ALPINE, "refused", reason="http.refused"),
)
feed_7("none is named", {}, skipped("repository", "reads: [namespace/name]"))

feed_8 = Cases("FEED-8")


def cell(name: str, subject: str, seen: object, expected: Expected, accounts: object = None) -> None:
    where = inventory(accounts=accounts) if accounts else READER
    feed_8(name, {("feed_access", subject): seen}, expected, inventory=where)  # type: ignore[dict-item]


REFUSED = access(401, "insufficient_scope")
CI = "reader:ci"
cell("admin reads", "admin:global", access(200), passes("admin:global", seen="reads", expected="reads"))
cell("admin reads all", f"admin:{LEDGER}", access(200), passes(f"admin:{LEDGER}"))
cell(
    "admin refused",
    "admin:global",
    REFUSED,
    fails(
        "admin:global",
        "permission denied",
        seen="refused",
        expected="reads",
        reason="feed.reader-refused",
        about=("feed:global",),
    ),
)
cell("reader reads", f"{CI}:{ALPINE}", access(200), passes(f"{CI}:{ALPINE}", seen="reads"))
cell(
    "reader is refused",
    f"{CI}:{ALPINE}",
    REFUSED,
    fails(f"{CI}:{ALPINE}", "the client may read the feed, and is refused", seen="refused"),
)
cell("reader refused", f"{CI}:{LEDGER}", REFUSED, passes(f"{CI}:{LEDGER}", seen="refused", expected="refused"))
cell(
    "reader reads too much",
    f"{CI}:{LEDGER}",
    access(200),
    fails(f"{CI}:{LEDGER}", "may not", seen="reads", reason="feed.reads-too-much"),
)
cell("reader and the global one", f"{CI}:global", REFUSED, passes(f"{CI}:global"))
cell("reader reads all", f"{CI}:global", access(200), fails(f"{CI}:global", "may not"))
cell(
    "refused in another way",
    f"{CI}:global",
    access(403),
    warns(f"{CI}:global", "403", expected="401 insufficient_scope", reason="feed.refused-otherwise"),
)
cell("anonymous", "anonymous:global", REFUSED, passes("anonymous:global"))
cell("anonymous is told nothing else", "anonymous:global", access(401), passes("anonymous:global"))
cell("anonymous reads all", "anonymous:global", access(200), fails("anonymous:global", "may not"))
cell(
    "anonymous without a token",
    "anonymous:global",
    access(401, without_token=200),
    fails("anonymous:global", "readable without a token", reason="feed.open"),
)
cell("anonymous and a private one", f"anonymous:{ALPINE}", REFUSED, passes(f"anonymous:{ALPINE}"))
PULL = [f"repository:{gun(ALPINE)}:pull"]
cell("public", f"anonymous:{ALPINE}", access(200, granted=PULL), passes(f"anonymous:{ALPINE}", "public", seen="reads"))
cell("not public", f"anonymous:{ALPINE}", access(200), fails(f"anonymous:{ALPINE}", "may not"))
cell("an opaque token", f"anonymous:{ALPINE}", access(200, granted=None), fails(f"anonymous:{ALPINE}", "may not"))
cell(
    "public, though a reader cannot read it",
    f"anonymous:{LEDGER}",
    access(200, granted=[f"repository:{gun(LEDGER)}:pull"]),
    fails(f"anonymous:{LEDGER}", "may not"),
)
cell("unseen", "admin:global", NO_LOG_IN, unknown("admin:global", "see TOKEN-0", because=SEE_TOKEN_0))
cell("silent", "admin:global", SILENT, unknown("admin:global", reason="http.refused"))
cell("no repository is named", "anonymous:global", REFUSED, passes("anonymous:global"), reader())
feed_8("none is named", {}, skipped("repository", "reads: [namespace/name]"))

feed_9 = Cases("FEED-9")
AB, BC = f"{A}:{B}", f"{B}:{C}"


def ninth(name: str, facts: Facts, expected: Expected) -> None:
    feed_9(name, facts, expected, inventory=READER)


ninth("the same", told(), passes(AB, "10 records of 3 feeds, the same on both replicas", seen=10))
MORE = update(6, 4)
ONE_MORE = {f"global:{B}": newest([*LOG, MORE], replica=B)}
ninth(
    "one more",
    told(LOG, ONE_MORE),
    fails(
        AB,
        "the feed global differs",
        "id-6",
        f"on {B}, and not on {A}",
        reason="feed.differs",
        about=(f"notary:{A}", f"notary:{B}"),
        witnesses=(),
        measured="derived",
    ),
)
ninth("one more, seen from the other side", told(LOG, ONE_MORE), fails(BC, f"on {B}, and not on {C}"))
ninth("lost in a repository", told(LOG, {f"library.alpine:{A}": newest(LOG[:1], ALPINE)}), fails(AB, ALPINE, "id-3"))
ninth("in another order", told(LOG, {f"global:{B}": newest(LOG[::-1], replica=B)}), fails(AB, "another order"))
ninth(
    "too young for both",
    told(LOG, {f"global:{B}": newest([*LOG, update(6, 4, created_at=ago(seconds=61))], replica=B)}),
    passes(AB),
)
ninth(
    "a clock that is ahead tells more",
    told(
        LOG,
        {
            f"global:{B}": newest(
                [*LOG, update(6, 4, created_at=ago(seconds=30))], replica=B, server_date=ago(seconds=-90)
            )
        },
    ),
    passes(AB),
)
ninth(
    "a shorter window",
    told(LOG, {f"global:{B}": newest(LOG[2:], replica=B, whole=False)}),
    passes(AB, "7 records of 3 feeds, the same on both replicas"),
)
ninth("both empty", told([]), passes(AB, "0 records of 3 feeds, the same on both replicas"))
ninth("one silent", told(LOG, {f"global:{B}": SILENT}), unknown(AB, "refused", reason="http.refused"))
ninth(
    "one malformed",
    told(LOG, {f"global:{B}": refused(500, replica=B)}),
    unknown(
        AB,
        "see FEED-1",
        reason="feed.not-as-documented",
        about=(f"notary:{B}",),
        because=Because(f"global:{B}", condition="FEED-1"),
    ),
)
ninth(
    "what differs goes before what could not be seen",
    told(LOG, {f"global:{B}": SILENT, f"library.alpine:{A}": newest(LOG[:1], ALPINE)}),
    fails(AB, ALPINE),
)
ninth(
    "a window that was cut short",
    told(LOG, {f"global:{A}": newest(LOG, **NO_TIME)}),
    unknown(AB, "newest 5 records", **CUT),
)
feed_9("alone", {}, not_applicable("none", "single replica"), inventory=inventory(1))

CASES = [feed_6, feed_7, feed_8, feed_9]
