"""The headline never calls healthy what was not looked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.diagnosis.headline import counts_per_area, headline
from reports.records import Header, Result, VerdictWord, Waiver
from tests.reports.samples import CATALOGUE, IDS, changed, cut_off, dead, header, healthy, mixed, run, verdict


def text(results: list[Result], **fields: object) -> str:
    return headline(header(3, **fields), results).text


def without(*conditions: str) -> list[Result]:
    return [result for result in healthy() if result.condition not in conditions]


def turned(word: str, *conditions: str) -> list[Result]:
    change = {result.key: verdict(result.condition, result.subject, word) for result in healthy()}
    return changed(healthy(), lambda result: change[result.key] if result.condition in conditions else None)


def test_healthy() -> None:
    assert text(healthy()) == "HEALTHY: 33 of 33 conditions judged"


def test_what_does_not_apply_is_judged() -> None:
    assert text(turned("NOT_APPLICABLE", "STATUS-7", "STATUS-8")) == "HEALTHY: 33 of 33 conditions judged"


def test_what_is_waived_is_counted() -> None:
    assert text(turned("WAIVED", "STATUS-13")) == "HEALTHY: 33 of 33 conditions judged; 1 condition waived"


def test_what_could_not_be_checked_is_not_judged_where_a_waiver_accepts_it() -> None:
    waiver = Waiver("known", covered="UNKNOWN")
    results = [replace(each, waiver=waiver) for each in turned("WAIVED", "STATUS-13")]
    assert text(results) == "PARTIAL: 32 of 33 conditions judged; 1 condition waived"


def test_what_was_skipped_or_deselected_is_partial() -> None:
    assert text(turned("SKIPPED", "MKE-1")) == "PARTIAL: 32 of 33 conditions judged"
    assert text(without("MKE-1"), deselected=("MKE-1",)) == "PARTIAL: 32 of 33 conditions judged"
    assert text(without("MKE-1")) == "PARTIAL: 32 of 33 conditions judged"


def test_what_was_left_out_at_one_subject_is_not_judged() -> None:
    left_out = {"PING-3": (IDS[0],)}
    assert text(healthy(), left_out=left_out) == "PARTIAL: 32 of 33 conditions judged; deselected in part: PING-3"
    required = text(healthy(), left_out={"PING-1": (IDS[0],)})
    assert required.endswith("deselected in part: PING-1; required but not judged: PING-1")
    assert required.startswith("UNKNOWN: 32 of 33")


def test_a_run_of_one_subject_alone_is_partial() -> None:
    results = [result for result in healthy() if result.key[1:] == ("PING-3", IDS[0])]
    told = text(results, left_out={"PING-3": IDS[1:]}, require=())
    assert told == "PARTIAL: 0 of 33 conditions judged; deselected in part: PING-3"


def test_one_subject_that_was_not_looked_at_is_enough() -> None:
    results = [*healthy(), verdict("TOKEN-0", "reader:cd", "SKIPPED")]
    assert text(results) == "PARTIAL: 32 of 33 conditions judged"


def test_warnings() -> None:
    assert text(turned("WARN", "TLS-2")) == "WARNED: 33 of 33 conditions judged; 1 condition with warnings"
    assert text(turned("WARN", "TLS-2"), fail_on="warning").startswith("FAILED: ")


def test_failed() -> None:
    assert text(turned("FAIL", "TLS-2", "PING-1")) == "FAILED: 33 of 33 conditions judged; 2 conditions failed"
    assert text(dead()).startswith(
        "FAILED: 18 of 33 conditions judged; 8 conditions failed; 1 condition with warnings; 15 conditions unknown"
    )


def test_unknown() -> None:
    assert text(turned("UNKNOWN", "TLS-2")) == "UNKNOWN: 32 of 33 conditions judged; 1 condition unknown"
    assert text(turned("UNKNOWN", "NGINX-3")) == "PARTIAL: 32 of 33 conditions judged; 1 condition unknown"
    assert text(turned("UNKNOWN", "NGINX-3"), fail_on="warning").startswith("UNKNOWN: ")


def test_required_and_not_judged() -> None:
    line = "UNKNOWN: 32 of 33 conditions judged; required but not judged: STATUS-1"
    assert text(without("STATUS-1"), deselected=("STATUS-1",)) == line


def test_nothing_judged_is_unknown() -> None:
    assert text([], require=()) == "UNKNOWN: 0 of 33 conditions judged"
    assert text(turned("SKIPPED", *(entry.id for entry in CATALOGUE)), require=()).startswith("UNKNOWN: 0 of 33")


@pytest.mark.parametrize("results", [mixed(), dead(), cut_off(), dead(7), without("PING-1")])
def test_only_a_whole_run_is_healthy(results: list[Result]) -> None:
    assert "HEALTHY" not in text(results)


def test_a_header_without_a_catalogue_counts_what_is_there() -> None:
    assert headline(header(catalogue=()), [verdict("PING-1", IDS[0])]).text.endswith(
        "judged: STATUS-1, STATUS-3, STATUS-4"
    )


def test_counts_per_area() -> None:
    found: Header = run(dead()).header
    assert found.cluster == "prod-eu"
    assert counts_per_area(header(), dead())["STATUS"][VerdictWord.FAIL] == 65
