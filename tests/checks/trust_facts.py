"""Facts about tokens and audit logs, built by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from fixtures.core.evidence import Because
from fixtures.core.store import Unavailable
from fixtures.probes.feeds.access import FeedAccess
from fixtures.probes.feeds.changefeed import NewestRecords, Paging
from fixtures.probes.feeds.records import Page, Record
from fixtures.probes.feeds.timestamps import TrustTimestamp
from fixtures.probes.refused_pulls import Pull, RefusedPulls
from fixtures.probes.tokens import AccountTokens, MadeUpLogin, TokenAnswer
from tests.checks.case import Facts, Seen
from tests.checks.facts import NOW, THREE, USERS, A, inventory, reader, times

ALPINE, LEDGER = "library.alpine", "finance.ledger"
READER = inventory(accounts=reader(reads=["library/alpine"], cannot_read=["finance/ledger"]))
FEEDS = ("global", ALPINE, LEDGER)


def gun(feed: str) -> str:
    return f"{USERS}/{feed.replace('.', '/')}"


def update(number: int, version: int = 1, feed: str = ALPINE, **changes: Any) -> Record:
    """A record of a signed push, `number` hours after the first of them, two days ago."""
    made = {
        "id": f"id-{number}",
        "created_at": NOW - timedelta(days=2) + timedelta(hours=number),
        "gun": gun(feed),
        "version": version,
        "sha256": hashlib.sha256(f"{feed} {version}".encode()).hexdigest(),
        "category": "update",
    }
    return Record.model_validate(made | changes)


def deletion(number: int, feed: str = ALPINE, **changes: Any) -> Record:
    return update(number, **{"version": 0, "feed": feed, "sha256": "", "category": "deletion", **changes})


LOG = (update(1, 1), update(2, 1, LEDGER), update(3, 2), update(4, 3), update(5, 2, LEDGER))


def of(feed: str, records: Sequence[Record] = LOG) -> list[Record]:
    return [record for record in records if feed == "global" or record.gun == gun(feed)]


def newest(records: Sequence[Record], feed: str = "global", replica: str = A, **changes: Any) -> NewestRecords:
    """A feed as a replica tells it; whole, unless said otherwise."""
    made = {
        **times(),
        "feed": feed,
        "replica": replica,
        "gun": None if feed == "global" else gun(feed),
        "status": 200,
        "error": "",
        "detail": "",
        "records": list(records),
        "problems": [],
        "whole": True,
        "stopped": "",
    }
    return NewestRecords.model_validate(made | changes)


def refused(status: int, error: str = "", told: str = "", feed: str = "global", replica: str = A) -> NewestRecords:
    return newest([], feed, replica, status=status, error=error, detail=told, whole=False)


def told(records: Sequence[Record] = LOG, instead: Mapping[str, Seen] | None = None) -> Facts:
    """All feeds as all replicas tell them alike, but for what is named as `feed:replica`."""
    facts: dict[tuple[str, str], Seen | list[Seen]] = {}
    for feed in FEEDS:
        for replica in THREE:
            name = f"{feed}:{replica}"
            facts["newest_records", name] = (instead or {}).get(name) or newest(of(feed, records), feed, replica)
    return facts


NO_LOG_IN = Unavailable(
    "http.login-refused",
    "the log-in of admin was refused (401), see TOKEN-0",
    about=["account:admin"],
    because=Because("admin", condition="TOKEN-0"),
)


def unseen() -> Facts:
    return {("newest_records", f"{feed}:{replica}"): NO_LOG_IN for feed in FEEDS for replica in THREE}


def paging(
    feed: str = "global", records: Sequence[Record] = LOG, changes: Mapping[str, object] | None = None
) -> Paging:
    """How a replica pages rightly through records that were seen whole."""
    own = of(feed, records)
    half = max(2, len(own) // 2)
    middle = len(own) // 2
    made: dict[str, Any] = {
        "feed": feed,
        "replica": A,
        "beginning": Page(change_id="0", asked=half, records=own[:half]),
        "anchor": own[min(half, len(own)) - 1].id if own else "",
        "forwards": own[half:],
        "ended": True,
        "middle": middle,
        "backwards": Page(change_id="x", asked=-max(1, middle), records=own[:middle]),
    }
    return Paging.model_validate({**times(), **made, **(changes or {})})


def timestamp(record: Record | None, feed: str = ALPINE, changes: Mapping[str, object] | None = None) -> TrustTimestamp:
    """The right timestamp of a record."""
    made: dict[str, Any] = {"feed": feed, "replica": A, "gun": gun(feed), "record": record}
    if record:
        made |= {"status": 200, "body_sha256": record.sha256, "body_version": record.version}
    return TrustTimestamp.model_validate({**times(), **made, **(changes or {})})


def access(status: int, error: str = "", **changes: Any) -> FeedAccess:
    made = {"replica": A, "status": status, "error": error, "detail": f"{status} as told", "granted": []}
    return FeedAccess.model_validate({**times(), **made, "without_token": 401, **changes})


def tokens(
    account: str = "admin",
    issued: datetime = NOW,
    replica: str = A,
    *,
    accepted: bool = True,
    **changes: Any,
) -> AccountTokens:
    """A token as documented, for all feeds at once. accepted: whether the password was accepted in this run."""
    if changes.get("status", 200) != 200:
        changes.setdefault("unusable", "it gave no token")
    made: dict[str, Any] = {
        "feeds": FEEDS,
        "at": NOW,
        "status": 200,
        "detail": "",
        "missing": [],
        "same": True,
        "expires_in": "300",
        "issued_at": f'"{issued:%Y-%m-%dT%H:%M:%S}.123456789Z"',
        "granted": [],
        "unusable": "",
    }
    answers = [TokenAnswer.model_validate(made | changes)]
    return AccountTokens(**times(), account=account, replica=replica, accepted=accepted, answers=answers)


def made_up(status: int | None, *, token: bool = False) -> MadeUpLogin:
    return MadeUpLogin(**times(), replica=A, status=status, token=token, detail=f"{status} as told")


def pulls(*statuses: tuple[int, str], granted: list[str] | None = None, status: int = 200) -> RefusedPulls:
    """What the registry answers for each repository: status and error."""
    made = [Pull(repository="finance/ledger", status=s, error=error, detail=f"{s} as told") for s, error in statuses]
    return RefusedPulls(**times(), replica=A, status=status, detail=f"{status} as told", granted=granted, pulls=made)
