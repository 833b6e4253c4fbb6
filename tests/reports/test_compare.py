"""Two runs side by side."""

from __future__ import annotations

import pytest

from reports.compare import compare, only_new
from reports.records import Result
from tests.reports.samples import dead, healthy, run, verdict


def one(word: str | None, subject: str = "f2277ad178f7") -> list[Result]:
    return [verdict("STATUS-5", subject, word)] if word else []


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        ("PASS", "FAIL", "new"),
        (None, "FAIL", "new"),
        ("SKIPPED", "UNKNOWN", "new"),
        ("WAIVED", "FAIL", "new"),
        ("WARN", "FAIL", "worse"),
        ("UNKNOWN", "FAIL", "worse"),
        ("WARN", "UNKNOWN", "worse"),
        ("FAIL", "FAIL", "same"),
        ("FAIL", "UNKNOWN", "same"),
        ("FAIL", "WARN", "same"),
        ("FAIL", "PASS", "resolved"),
        ("WARN", "WAIVED", "resolved"),
        ("FAIL", "NOT_APPLICABLE", "resolved"),
        ("FAIL", "SKIPPED", "not_judged"),
        ("FAIL", None, "not_judged"),
        ("PASS", "PASS", None),
        ("PASS", "SKIPPED", None),
    ],
)
def test_every_change(before: str | None, now: str | None, kind: str | None) -> None:
    found = compare(run(one(before)), run(one(now)))
    kinds = {name for name in ("new", "worse", "same", "resolved", "not_judged") if getattr(found, name)}
    assert kinds == ({kind} if kind else set())


@pytest.mark.parametrize(("before", "now"), [("PASS", "FAIL"), ("WARN", "FAIL"), ("FAIL", "FAIL"), ("FAIL", "WARN")])
def test_what_counts_is_what_is_new_or_worse(before: str, now: str) -> None:
    found = compare(run(one(before)), run(one(now)))
    assert only_new(one(now), one(before)) == (*found.new, *(change.now for change in found.worse))


def test_an_issue_that_is_no_longer_named_is_gone() -> None:
    before = [verdict("STATUS-3", "a:table_availability", "FAIL"), verdict("STATUS-3", "b")]
    found = compare(run(before), run([verdict("STATUS-3", "a"), verdict("STATUS-3", "b")]))
    assert [result.subject for result in found.resolved] == ["a:table_availability"]


def test_an_issue_that_nobody_could_ask_about_is_lost_from_sight() -> None:
    before = [verdict("STATUS-3", "a:table_availability", "FAIL")]
    found = compare(run(before), run([verdict("STATUS-3", "a", "UNKNOWN"), verdict("STATUS-3", "b")]))
    assert [result.subject for result in found.not_judged] == ["a:table_availability"]
    assert not found.resolved


def test_another_cluster_is_another_verdict() -> None:
    other = [verdict("STATUS-5", "f2277ad178f7", "FAIL", cluster="prod-us")]
    assert len(compare(run(other), run(one("FAIL"))).new) == 1


def test_a_whole_run() -> None:
    found = compare(run(healthy()), run(dead()))
    assert not found.same
    assert not found.worse
    assert not found.resolved
    assert len(found.new) == 86
    back = compare(run(dead()), run(healthy()))
    assert len(back.resolved) == 86
    assert not back.new
