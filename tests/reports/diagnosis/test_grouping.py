"""Verdicts that say the same of many subjects are shown once."""

from __future__ import annotations

from dataclasses import replace

from reports.diagnosis.grouping import area_title, by_area, count, group
from reports.records import VerdictWord, worst
from tests.reports.samples import TABLES, dead, header, healthy, verdict


def test_29_tables_are_one_group() -> None:
    (found,) = group(r for r in dead() if r.condition == "STATUS-11")
    assert found.subjects == TABLES
    assert found.same_values
    assert not found.same_message


def test_who_told_it_is_no_difference() -> None:
    said = "the server of f58cf364e3df is missing, as replica {} sees it"
    results = [
        verdict("STATUS-8", f"{a}:f58cf364e3df", "FAIL", said.format(a)) for a in ("f2277ad178f7", "f3712d9c419a")
    ]
    (found,) = group(results)
    assert len(found.results) == 2


def test_another_word_severity_or_reason_is_another_group() -> None:
    one = verdict("STATUS-11", "dtr2.tags", "FAIL", "not ready")
    others = [
        verdict("STATUS-11", "dtr2.blobs", "WARN", "not ready"),
        verdict("STATUS-11", "dtr2.blobs", "FAIL", "not ready", reason="status.table-no-writes"),
        verdict("STATUS-12", "dtr2.blobs", "FAIL", "not ready"),
        verdict("STATUS-11", "dtr2.blobs", "FAIL", "not ready", severity="warning"),
    ]
    assert len(group([one, *others])) == 5


def test_what_is_unknown_for_one_cause_is_one_group() -> None:
    unknown = [r for r in dead() if r.verdict is VerdictWord.UNKNOWN]
    (found,) = group(unknown)
    assert len(found.conditions) > 10
    assert found.severity == "critical"


def test_what_is_unknown_at_another_place_or_for_another_reason_is_another_group() -> None:
    one = verdict("REG-1", "f2277ad178f7", "UNKNOWN", "no", reason="http.refused")
    elsewhere = verdict("REG-1", "f3712d9c419a", "UNKNOWN", "no", reason="http.refused")
    otherwise = verdict("REG-1", "f2277ad178f7", "UNKNOWN", "no", reason="http.timeout")
    assert len(group([one, elsewhere, otherwise])) == 3


def test_what_this_run_left_unseen_is_one_group_wherever_it_is() -> None:
    at = ("f2277ad178f7", "f3712d9c419a")
    assert len(group(verdict("REG-1", each, "UNKNOWN", "the end", reason="run.time-limit") for each in at)) == 1
    assert len(group(verdict("REG-1", each, "UNKNOWN", "late", reason="run.deadline") for each in at)) == 2


def test_values_that_differ_are_kept() -> None:
    results = [verdict("NGINX-3", name, "WARN", "too many", seen=n) for n, name in enumerate(("aaa", "bbb"))]
    (found,) = group(results)
    assert not found.same_values


def test_areas_come_in_the_order_in_which_people_look() -> None:
    titled = header(areas={"TLS": "Certificates", "CTR": "Containers", "PING": "Health check"})
    assert list(by_area(titled, [verdict("TOKEN-0", "admin"), *healthy()]))[:3] == ["TLS", "PING", "IDENT"]
    assert list(by_area(header(), reversed(healthy())))[:3] == ["PING", "IDENT", "NGINX"]
    assert area_title(titled, "CTR") == "Containers"
    assert by_area(header(), [replace(verdict("PING-1", "a"), condition="NEW-AREA-1")]).keys() == {"NEW-AREA"}


def test_counts_and_the_worst() -> None:
    results = [verdict("PING-1", "a"), verdict("PING-1", "b", "UNKNOWN"), verdict("PING-1", "c", "FAIL")]
    assert count(results)[VerdictWord.FAIL] == 1
    assert worst(results).subject == "c"
    assert worst(results[:2]).subject == "b"
