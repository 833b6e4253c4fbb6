"""The metrics of a run, read by Prometheus' own parser."""

from __future__ import annotations

import re
from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

from reports.formats.prometheus import render
from reports.overview import overview
from reports.records import Result
from tests.reports.samples import HOSTILE, dead, ended, healthy, killed, mixed, verdict

Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def read(results: list[Result]) -> Samples:
    found: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for family in text_string_to_metric_families(render(overview(ended(results)))):
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, f"{key} is there twice"
            found[key] = sample.value
    return found


def of(found: Samples, name: str, **labels: str) -> float:
    return found[f"msr_checks_{name}", tuple(sorted({"cluster": "prod-eu", **labels}.items()))]


def test_verdicts_and_conditions_are_counted() -> None:
    found = read(dead())
    assert of(found, "verdicts", area="PING", verdict="FAIL") == 1
    assert of(found, "verdicts", area="PING", verdict="PASS") == 5
    assert of(found, "conditions") == 33
    assert of(found, "conditions_by_state", state="judged") == 18
    assert of(found, "conditions_by_state", state="failed") == 8
    assert of(found, "run_exit_code") == 1
    assert of(found, "run_complete") == 1


def test_a_cause_is_named_with_what_is_at_fault_and_its_rank() -> None:
    found = read(dead())
    causes = {key: rank for key, rank in found.items() if key[0] == "msr_checks_cause"}
    assert min(causes.values()) == 1
    assert of(found, "causes") >= 1


def test_what_did_not_pass_is_named_and_what_passed_is_not() -> None:
    found = read(dead())
    told = {"condition": "PING-1", "subject": "f3712d9c419a", "severity": "critical", "verdict": "FAIL"}
    assert of(found, "problem", **told) == 1
    assert not [key for key in read(healthy()) if key[0] == "msr_checks_problem"]


def test_times_are_seconds_since_1970() -> None:
    found = read(healthy())
    assert of(found, "run_start_timestamp_seconds") == 1795402684
    assert of(found, "run_end_timestamp_seconds") == 1795402690
    assert of(found, "run_duration_seconds") == 6
    assert of(found, "observation_seconds", area="PING") == 0.12


def test_a_run_that_was_killed_has_no_end() -> None:
    text = render(overview(killed(healthy())))
    assert 'msr_checks_run_complete{cluster="prod-eu"} 0' in text
    assert "msr_checks_run_end_timestamp_seconds{" not in text
    assert "msr_checks_run_duration_seconds{" not in text


def test_hostile_names_stay_labels() -> None:
    for hostile in (HOSTILE, 'a"} 1\nmsr_checks_fake 1', "back\\slash", "\u2028x"):
        found = read([*mixed(), verdict("ALERT-1", hostile, "FAIL", "x", about=())])
        assert not [key for key in found if "fake" in key[0]]
        subjects = [dict(labels)["subject"] for name, labels in found if name == "msr_checks_problem"]
        assert " ".join(re.sub("[\u2028\n]", " ", hostile).split()) in subjects
