"""Who may read what, at a glance: clients and audit logs, what is expected and what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.records import Result, VerdictWord

CONDITION = "FEED-8"
GLOBAL = "global"


@dataclass(frozen=True)
class AccessMatrix:
    """`cells[i][j]` is the verdict on `clients[i]` and `feeds[j]`, None where the inventory says nothing of it."""

    clients: tuple[str, ...]
    feeds: tuple[str, ...]
    cells: tuple[tuple[Result | None, ...], ...]


def access_matrix(results: Sequence[Result]) -> AccessMatrix | None:
    """The matrix of a run; None where access was not judged."""
    found: dict[tuple[str, str], Result] = {}
    for result in results:
        client, colon, feed = result.subject.rpartition(":")
        if result.condition == CONDITION and colon and result.verdict is not VerdictWord.SKIPPED:
            found[client, feed] = result
    if not found:
        return None
    clients = tuple(dict.fromkeys(client for client, _ in found))
    feeds = tuple(sorted(dict.fromkeys(feed for _, feed in found), key=lambda feed: feed != GLOBAL))
    return AccessMatrix(clients, feeds, tuple(tuple(found.get((c, f)) for f in feeds) for c in clients))


def seen_in(result: Result) -> str:
    """What a cell says was seen; the verdict's word where nothing was."""
    return result.seen if isinstance(result.seen, str) else result.verdict.shown


def expected_in(result: Result) -> str:
    """What a cell says is expected; empty where that is what was seen, or is not given."""
    return result.expected if isinstance(result.expected, str) and result.expected != result.seen else ""
