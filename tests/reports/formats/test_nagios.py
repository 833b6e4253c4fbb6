"""The line of a monitoring plugin, by the rules of the Monitoring Plugins' guidelines."""

from __future__ import annotations

import re

import pytest

from reports.formats import nagios
from reports.overview import Overview, overview
from tests.reports.samples import HOSTILE, cut_off, dead, ended, healthy, killed, mixed, verdict

# label=value[UOM];[warn];[crit];[min];[max], labels without spaces.
PERFORMANCE = re.compile(r"[a-z]+=\d+(;\d*){0,4}")


def test_healthy_is_ok() -> None:
    found = overview(ended(healthy()))
    assert nagios.code(found) == 0
    assert nagios.render(found).startswith("MSR OK: prod-eu HEALTHY: 33 of 33 conditions judged | failed=0;;0;0 ")


def test_warnings_alone_are_warning() -> None:
    results = [*healthy(), verdict("NGINX-3", "x", "WARN", "many")]
    found = overview(ended(results))
    assert nagios.code(found) == 1
    assert nagios.render(found).startswith("MSR WARNING: ")


def test_a_failure_is_critical_and_its_cause_is_below() -> None:
    found = overview(ended(dead()))
    assert nagios.code(found) == 2
    first, *causes = nagios.render(found).splitlines()
    assert first.startswith("MSR CRITICAL: prod-eu FAILED: ")
    assert "f3712d9c419a" in causes[0]
    assert all("|" not in line for line in causes)


@pytest.mark.parametrize("exit_code", [2, 3, 4, 5, 6, 7])
def test_what_was_not_judged_is_unknown(exit_code: int) -> None:
    found = overview(ended(healthy(), exit_code))
    assert nagios.code(found) == 3
    assert nagios.render(found).startswith("MSR UNKNOWN: ")


def test_what_is_not_whole_is_unknown_whatever_it_found() -> None:
    for results in (healthy(), dead()):
        found = overview(killed(results))
        assert nagios.code(found) == 3
        assert nagios.render(found).startswith("MSR UNKNOWN: prod-eu not whole: ")


@pytest.mark.parametrize("found", [overview(ended(each)) for each in (healthy(), dead(), cut_off(), mixed())])
def test_the_performance_data_is_well_formed(found: Overview) -> None:
    first = nagios.render(found).splitlines()[0]
    text, _, performance = first.partition(" | ")
    assert "|" not in text
    assert all(PERFORMANCE.fullmatch(each) for each in performance.split())
    assert len(nagios.render(found).encode()) < 4096


def test_no_answer_of_a_cluster_begins_performance_data() -> None:
    hostile = verdict("ALERT-1", "cluster", "FAIL", f"x | failed=0;;0\n{HOSTILE}", about=())
    text = nagios.render(overview(ended([hostile])))
    assert text.count("|") == 1


def test_more_causes_than_a_monitor_shows_are_counted() -> None:
    down = [verdict("NODE-1", f"node-{n}", "FAIL", "is down", reason=f"node.down-{n}") for n in range(12)]
    found = overview(ended(down))
    assert len(found.diagnosis.causes) == 12
    assert nagios.render(found).splitlines()[-1] == "2 more causes are in the report"
