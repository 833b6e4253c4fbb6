"""STATUS-14 and STATUS-16: what holds of the cluster as a whole."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

from fixtures.core.store import NoResponse
from tests.checks.case import NOBODY, Cases, Facts, passes, unknown, views, warns
from tests.checks.documents import SERVERS, link, put, view
from tests.checks.facts import IDS, NOW, THREE, A, B, C, gc_lock, inventory

GHOST = "563f02aba617"

status_14 = Cases("STATUS-14")


def cluster(count: int, gone: int = 0) -> Facts:
    """A cluster of which the last replicas are gone, as those that are left see it."""
    ids, alive = IDS[:count], IDS[: count - gone]
    facts: Facts = {
        ("cluster_status", name): view(name, put(SERVERS, view_rows(alive)), ids=ids)
        if name in alive
        else NoResponse("http.refused", "connection refused")
        for name in ids
    }
    return facts


def view_rows(alive: tuple[str, ...]) -> list[dict[str, object]]:
    rows = view(alive[0], ids=alive).tables.server_status
    return [row.model_dump(mode="json") for row in rows]


def links_broken(*pairs: tuple[str, str]) -> Facts:
    return views(*(link(first, second) for first, second in pairs))


# Replicas, how many are gone, what it must say.
for count, gone, expected in (
    (1, 0, passes("cluster", "tolerates 0 more failures", seen=0, expected=0)),
    (
        2,
        0,
        warns(
            "cluster",
            "2 replicas tolerate 0 failures, as many as 1 would",
            seen=2,
            expected="1 or 3",
            reason="status.even-number",
        ),
    ),
    (3, 0, passes("cluster", "tolerates 1 more failure", seen=1, expected=1)),
    (4, 0, warns("cluster", "4 replicas tolerate 1 failure, as many as 3 would", seen=4)),
    (5, 0, passes("cluster", "tolerates 2 more failures", seen=2, expected=2)),
    (6, 0, warns("cluster", "6 replicas tolerate 2 failures, as many as 5 would", seen=6)),
    (7, 0, passes("cluster", "tolerates 3 more failures", seen=3, expected=3)),
    (
        2,
        1,
        warns(
            "cluster",
            "the cluster has no majority",
            "1 of 2",
            seen=0,
            reason="status.majority-lost",
            about=("cluster",),
            measured="derived",
        ),
    ),
    (
        3,
        1,
        warns(
            "cluster",
            "tolerates 0 more failures (1 expected)",
            "2 of 3",
            "(majority 2)",
            seen=0,
            reason="status.tolerates-too-few",
        ),
    ),
    (3, 2, warns("cluster", "the cluster has no majority", "1 of 3", seen=0)),
    (5, 1, warns("cluster", "tolerates 1 more failure (2 expected)", "4 of 5", seen=1)),
    (5, 3, warns("cluster", "the cluster has no majority", "2 of 5", seen=0)),
    (7, 3, warns("cluster", "tolerates 0 more failures (3 expected)", "4 of 7", "(majority 4)", seen=0)),
):
    status_14(f"{count} replicas, {gone} gone", cluster(count, gone), expected, inventory=inventory(count))
status_14(
    "fewer failures are expected than its number promises",
    cluster(5, 1),
    passes("cluster", "tolerates 1 more failure", expected=1),
    inventory=inventory(5, expect={"tolerates": 1}),
)
status_14(
    "more failures are expected than its number promises",
    cluster(3),
    warns("cluster", "tolerates 1 more failure (2 expected)", expected=2),
    inventory=inventory(expect={"tolerates": 2}),
)
status_14("one broken link of three", links_broken((A, B)), warns("cluster", "2 of 3", "tolerates 0 more failures"))
status_14(
    "a partial partition: two have no row of each other",
    {
        ("cluster_status", A): view(A, put(SERVERS, view_rows((A, C)))),
        ("cluster_status", B): view(B, put(SERVERS, view_rows((B, C)))),
        ("cluster_status", C): view(C, link(A, B)),
    },
    warns("cluster", "2 of 3", "tolerates 0 more failures"),
)
status_14(
    "no two are connected",
    links_broken(*combinations(THREE, 2)),
    warns("cluster", "1 of 3", "the cluster has no majority"),
)
status_14("nobody tells", NOBODY, unknown("cluster", "STATUS_CHECK_FAILED"))

status_16 = Cases("STATUS-16")


def lock(holder: object, before: str = "", since: timedelta | None = None) -> Facts:
    previous = gc_lock(before, None if since is None else NOW - since)
    return {**views(put(("gc_lock_holder",), holder)), ("previous_gc_lock", "cluster"): previous}


status_16("free", lock(""), passes("cluster", "free", seen=""))
status_16("free, written as null", lock(None), passes("cluster", "free"))
status_16("held by a replica", lock(A), passes("cluster", f"held by {A}", seen=A))
status_16("held by a job of a replica", lock(f"{B}-job-7"), passes("cluster", f"held by {B}-job-7"))
status_16(
    "held by nobody known",
    lock(GHOST),
    warns(
        "cluster",
        GHOST,
        "no replica of the inventory",
        seen=GHOST,
        reason="status.gc-lock-of-nobody",
        about=(f"replica:{GHOST}",),
        since=None,
    ),
)
status_16("held for twelve hours", lock(A, A, timedelta(hours=12)), passes("cluster", "garbage collection runs"))
status_16(
    "held for longer than twelve hours",
    lock(A, A, timedelta(hours=12, seconds=1)),
    warns(
        "cluster",
        f"held by {A} since 2026-11-23 01:59 UTC",
        expected="under 12 h",
        reason="status.gc-lock-held-long",
        about=(f"replica:{A}",),
        since=NOW - timedelta(hours=12, seconds=1),
    ),
)
status_16("held by another one before", lock(A, B, timedelta(days=2)), passes("cluster", f"held by {A}"))
status_16("free now, held for days before", lock("", A, timedelta(days=2)), passes("cluster", "free"))

CASES = [status_14, status_16]
