"""What to do first: at most five steps, one for each cause, and every problem behind exactly one of them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.diagnosis.engine import find_causes
from reports.diagnosis.headline import first_steps
from reports.records import PROBLEMS, Result, VerdictWord
from tests.long import examples
from tests.reports.samples import (
    AT_REPLICA,
    ENTRIES,
    IDS,
    cut_off,
    dead,
    header,
    healthy,
    mixed,
    refused,
    run,
    steps,
    verdict,
    with_verdicts,
)

A, B, C = IDS[:3]


def bad(condition: str, subject: str, message: str, word: str = "FAIL", **fields: object) -> Result:
    return verdict(condition, subject, word, message, **fields)


def test_nothing_to_do() -> None:
    assert steps(healthy()) == []


@pytest.mark.parametrize("replicas", [3, 7])
def test_one_dead_replica_is_one_step(replicas: int) -> None:
    # Copies that are missing in the configuration follow from no dead server.
    (line,) = steps([each for each in dead(replicas) if each.condition != "STATUS-12"])
    assert line.startswith(f"Replica {B} (node-2, 10.0.0.12) is down: ")


def test_a_verdict_s_own_remedy_goes_before_that_of_its_condition() -> None:
    own = [bad("STATUS-10", "cluster", "x", remedy="check-credentials")]
    (step,) = first_steps(header(), with_verdicts(*own))
    assert step.found is not None
    assert "try the account once by hand" in step.found.step


def test_what_cannot_be_checked_is_said_once_with_a_count() -> None:
    late = [bad("REG-1", name, "the time limit is over", "UNKNOWN", reason="run.time-limit") for name in (A, B, C)]
    (line,) = steps(with_verdicts(*late))
    assert "the time limit is over" in line
    assert line.count("time limit") == 1


def test_failures_then_what_is_not_known_then_warnings() -> None:
    results = with_verdicts(
        bad("STATUS-13", A, "warned", "WARN"),
        bad("REG-1", A, "not known", "UNKNOWN"),
        bad("STORE-1", "cluster", "failed"),
    )
    assert [line.rpartition(": ")[2] for line in steps(results)] == ["failed.", "not known.", "warned."]


def test_a_full_disk_goes_before_whatever_else_fails() -> None:
    """Nothing that is repaired above it stays repaired."""
    full = bad("NODE-2", "node-3", "0 GB free", reason="node.disk-short")
    shut = [bad("REG-1", each, "no licence: 402", reason="reg.no-licence", about=("cluster",)) for each in (A, B, C)]
    first, second = steps(with_verdicts(*shut, full))
    assert "disk" in first
    assert "licence" in second


def test_never_more_than_five_steps() -> None:
    names = ("STORE-1", "STATUS-10", "STATUS-16", "ALERT-1", "JOB-2", "STATUS-2", "PING-2")
    results = with_verdicts(*(bad(name, "cluster", f"trouble {name}", remedy=name) for name in names))
    lines = steps(results)
    assert len(lines) == 5
    assert lines[-1].startswith("Then 3 more steps, listed in the report: ")


def test_what_was_required_and_deselected_is_said() -> None:
    results = [r for r in healthy() if r.condition != "STATUS-1"]
    (line,) = steps(results, deselected=("STATUS-1",))
    assert line.startswith(
        "Required but not judged in this run: STATUS-1 (deselected; run without -k, -m and paths, or change `require`)."
    )


def test_what_was_required_and_skipped_is_said_with_the_line_to_add() -> None:
    results = with_verdicts(bad("STATUS-1", A, "the inventory has no administrator: add `accounts.admin`", "SKIPPED"))
    (line,) = steps(results)
    assert "add `accounts.admin`" in line


SAMPLES = [healthy(), dead(), dead(7), cut_off(), refused(), mixed(), dead(1, 0), dead(2)]


@pytest.mark.parametrize("results", SAMPLES)
def test_every_problem_is_in_exactly_one_cause(results: list[Result]) -> None:
    causes = find_causes(run(results).header, results)
    found = Counter(r.key for cause in causes for r in cause.problems)
    assert found == Counter(r.key for r in results if r.verdict in PROBLEMS)


@pytest.mark.parametrize("results", SAMPLES)
def test_lines_are_short_enough_to_read(results: list[Result]) -> None:
    for line in steps(results):
        assert len(line) < 600
        assert "\n" not in line


def test_what_is_no_problem_has_no_cause() -> None:
    assert not find_causes(header(), [verdict("PING-1", A, word) for word in ("PASS", "WAIVED", "SKIPPED")])
    assert VerdictWord.NOT_APPLICABLE not in PROBLEMS


NODES = ("node-1", "node-2", "node-3")
REASONS = (
    "ping.refused",
    "ping.not-tls",
    "ping.unhealthy",
    "ping.other-database",
    "node.no-leader",
    "node.disk-short",
    "node.refused",
    "reg.no-licence",
    "http.untrusted",
    "run.time-limit",
    "alert.licence",
    "status.stale-health",
    "status.servers-apart",
    "status.table-no-writes",
    "status.majority-lost",
    "ctr.exited",
    "ctr.missing",
    "rdb.refused",
    "net.no-reply",
    "token.credentials-refused",
    "feed.database-unreadable",
)
THINGS = (f"replica:{A}", f"database:{B}", f"container:nginx-{C}", "node:node-3", "link:node-1>node-2", f"link:{A}>{B}")
PARTS = (*IDS[:3], *NODES)
SUBJECTS = (*PARTS, "cluster", "admin", *(f"{a}:{b}" for a in PARTS for b in (B, "node-2", "nginx", "rethinkdb")))


def anything() -> st.SearchStrategy[Result]:
    """One verdict, on a subject that its condition may have."""
    conditions = st.sampled_from(sorted(ENTRIES))
    named = conditions.flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(IDS[:3] if name in AT_REPLICA else SUBJECTS))
    )
    return st.builds(
        lambda key, word, reason, about, seen: verdict(
            key[0], key[1], word, "x", reason=reason, about=about, seen=seen
        ),
        named,
        st.sampled_from(["FAIL", "WARN", "UNKNOWN", "PASS"]),
        st.sampled_from(REASONS),
        st.lists(st.sampled_from(THINGS), max_size=2).map(tuple),
        st.sampled_from([None, 402, 503, {"status": 500}]),
    )


def mixes() -> st.SearchStrategy[list[Result]]:
    """Random verdicts on different subjects."""
    return st.lists(anything(), max_size=40, unique_by=lambda result: result.key)


@settings(max_examples=examples(300), deadline=None)
@given(mixes())
def test_whatever_goes_wrong_together_is_in_exactly_one_cause(results: list[Result]) -> None:
    causes = find_causes(header(), results)
    found = Counter(r.key for cause in causes for r in cause.problems)
    assert found == Counter(r.key for r in results if r.verdict in PROBLEMS)
    assert all(cause.shown_by for cause in causes)
    first_steps(header(), results)
