"""One page of plain text."""

from __future__ import annotations

from reports.formats.ticket import render
from reports.overview import overview
from tests.reports.samples import cut_off, dead, ended, healthy, killed, mixed, verdict


def test_it_says_the_verdict_who_suffers_and_what_to_do() -> None:
    lines = render(overview(ended(dead()))).splitlines()
    assert lines[0] == "MSR prod-eu (https://msr.example.org): FAILED"
    assert any(line.startswith("Users: ") for line in lines)
    assert any(line.startswith("1. ") and "f3712d9c419a" in line for line in lines)
    assert any(line.startswith("   Next: ") for line in lines)
    assert lines[-1] == "Exit code 1: a critical condition failed, or what counts as one"


def test_a_healthy_run_is_short() -> None:
    lines = render(overview(ended(healthy()))).splitlines()
    assert lines[:2] == ["MSR prod-eu (https://msr.example.org): HEALTHY", "HEALTHY: 33 of 33 conditions judged"]
    assert f"{len(healthy())} results passed." in lines
    assert len(lines) < 12


def test_it_is_one_page_whatever_is_wrong() -> None:
    down = [verdict("NODE-1", f"node-{n}", "FAIL", "is down", reason=f"node.down-{n}") for n in range(12)]
    for results in (dead(), cut_off(), mixed(), down):
        lines = render(overview(ended(results))).splitlines()
        assert len(lines) <= 60
        assert all(len(line) <= 100 for line in lines)
    assert "7 more causes, in the report." in render(overview(ended(down)))


def test_what_must_not_be_overlooked_is_at_the_top() -> None:
    head = render(overview(ended(healthy(), demo="one-dead", offline=True, insecure=True))).splitlines()[2:5]
    assert head == [
        "DEMO (one-dead): this is no real cluster",
        "OFFLINE: saved facts were judged",
        "TLS was not verified",
    ]
    assert "NOT WHOLE: the run did not come to its end" in render(overview(killed(healthy()))).splitlines()
