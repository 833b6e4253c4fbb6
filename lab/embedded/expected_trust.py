"""What tokens and audit logs say in a scene: which of their conditions go together."""

from __future__ import annotations

from collections.abc import Iterable

from lab.embedded.expecting import Expecting
from lab.embedded.state import Replica

ACCOUNTS = ("admin", "reader:ci")
GLOBAL = "global"
PER_FEED = ("FEED-2", "FEED-3", "FEED-4", "FEED-6")
PER_REPOSITORY = ("FEED-5", "FEED-7")


def feeds_at(expect: Expecting, replicas: Iterable[str]) -> list[str]:
    """Each feed at these replicas, as FEED-1 names them."""
    where = list(replicas)
    return [f"{feed}:{replica}" for feed in expect.feeds for replica in where]


def cells(expect: Expecting, *clients: str) -> list[str]:
    """Each of these clients with each feed, as FEED-8 names them."""
    return [f"{client}:{feed}" for client in clients for feed in expect.feeds]


def tokens_at(expect: Expecting, replicas: Iterable[str], accounts: Iterable[str] = ACCOUNTS) -> list[str]:
    """Each scope of these accounts at these replicas, as TOKEN-1 names them."""
    where = list(replicas)
    return [f"{account}:{feed}:{replica}" for account in accounts for feed in expect.feeds for replica in where]


def refused_at(replicas: Iterable[str]) -> list[str]:
    """The reader's token at these replicas for what it cannot read, as TOKEN-2 names it."""
    return [f"reader:ci:{replica}" for replica in replicas]


def no_tokens(expect: Expecting, replicas: Iterable[str], accounts: Iterable[str] = ACCOUNTS) -> None:
    """The token services of these replicas could not be asked."""
    expect.unknown("TOKEN-1", *tokens_at(expect, replicas, accounts))


def not_asked(expect: Expecting, replicas: Iterable[Replica]) -> None:
    """Nothing could be asked of these replicas: what the others tell is judged, and compared among them."""
    lost = list(replicas)
    no_tokens(expect, [replica.id for replica in lost])
    expect.unknown("TOKEN-2", *refused_at(replica.id for replica in lost))
    if lost:
        expect.unknown("REG-2", *expect.pulls(*lost))
    no_feed_at(expect, lost)
    # A clock that is left alone has no other to be compared with.
    left = expect.others(*lost)
    expect.unknown("TOKEN-4", *(replica.id for replica in lost), *(left if len(left) == 1 else ()))
    if not left:
        no_feed(expect)


def no_feed_at(expect: Expecting, replicas: Iterable[Replica]) -> None:
    """No feed could be asked for at these replicas."""
    lost = list(replicas)
    expect.unknown("FEED-1", *feeds_at(expect, [replica.id for replica in lost]))
    expect.unknown("FEED-9", *expect.pairs(*lost))


def feeds_fail_at(expect: Expecting, replicas: Iterable[Replica]) -> None:
    """These replicas answer, and tell no feed."""
    lost = list(replicas)
    expect.fail("FEED-1", *feeds_at(expect, [replica.id for replica in lost]))
    expect.unknown("FEED-9", *expect.pairs(*lost))


def nothing_told_of(expect: Expecting, *feeds: str) -> None:
    """No replica tells these feeds as documented."""
    repositories = [feed for feed in feeds if feed != GLOBAL]
    for condition in PER_FEED:
        expect.unknown(condition, *feeds)
    for condition in PER_REPOSITORY:
        expect.unknown(condition, *repositories)


def no_feed(expect: Expecting) -> None:
    """No audit log can be read by those who may."""
    nothing_told_of(expect, *expect.feeds)
    expect.unknown("FEED-8", *cells(expect, "admin"), *expect.readable)


def no_admin(expect: Expecting) -> None:
    """The administrator, whom all feeds are asked as, cannot log in."""
    no_tokens(expect, expect.everywhere, ["admin"])
    expect.unknown("FEED-1", *feeds_at(expect, expect.everywhere))
    expect.unknown("FEED-9", *expect.pairs())
    nothing_told_of(expect, *expect.feeds)
    expect.unknown("FEED-8", *cells(expect, "admin"))


def no_token(expect: Expecting, *clients: str) -> None:
    """These clients get no token: what needs one is unknown, and nothing else."""
    expect.unknown("TOKEN-2", *refused_at(expect.everywhere))
    expect.unknown("REG-2", *expect.pulls())
    expect.unknown("TOKEN-3", "cluster")
    expect.unknown("FEED-1", *feeds_at(expect, expect.everywhere))
    expect.unknown("FEED-9", *expect.pairs())
    nothing_told_of(expect, *expect.feeds)
    expect.unknown("FEED-8", *cells(expect, *clients))


def no_reader(expect: Expecting) -> None:
    """The reader cannot log in."""
    no_tokens(expect, expect.everywhere, ["reader:ci"])
    expect.unknown("TOKEN-2", *refused_at(expect.everywhere))
    expect.unknown("REG-2", *expect.pulls())
    expect.unknown("FEED-8", *cells(expect, "reader:ci"))


def nobody(expect: Expecting) -> None:
    """Nobody logs in, and strangers get no token either."""
    no_admin(expect)
    no_reader(expect)
    expect.unknown("TOKEN-3", "cluster")
    expect.unknown("FEED-8", *cells(expect, "anonymous"))
