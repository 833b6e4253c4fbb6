"""The table of exit codes, cell by cell, through the front door."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.front_door.staging import inventory_with, scene, state_of
from tests.suite import Suite

STRICT = "--fail-on=warning"


def waiver(condition: str) -> dict[str, list[dict[str, str]]]:
    return {"waivers": [{"condition": condition, "reason": "known", "until": "2999-12-31"}]}


def required(*conditions: str) -> dict[str, list[str]]:
    return {"require": list(conditions)}


@dataclass(frozen=True)
class Cell:
    """A cluster, which checks of it, what the inventory says, and which verdicts and which code that must give.

    strict_code: the code with `--fail-on warning`, where the table has one of its own.
    """

    scene: str
    selected: str
    verdicts: set[tuple[str, str]]
    code: int
    strict_code: int | None = None
    inventory: dict[str, Any] = field(default_factory=dict)


NO_MKE = {("MKE-1", "SKIPPED"), ("MKE-2", "SKIPPED")}
CELLS = {
    "PASS": Cell("healthy", "in_time", {("PING-3", "PASS")}, 0),
    "FAIL, critical": Cell("licence-gone", "no_alert", {("ALERT-1", "FAIL")}, 1, 1),
    "FAIL, warning, is WARN": Cell("one-replica-read-only", "takes_writes", {("STATUS-13", "WARN")}, 0, 1),
    "WARN, critical": Cell("certificate-expiring", "stays_valid", {("TLS-2", "WARN")}, 0, 1),
    "UNKNOWN, critical": Cell("alerts-and-jobs-unreadable", "no_alert", {("ALERT-1", "UNKNOWN")}, 7, 7),
    "UNKNOWN, warning": Cell("nginx-status-is-html", "overrun", {("NGINX-3", "UNKNOWN")}, 0, 7),
    "UNKNOWN beside FAIL": Cell(
        "administrator-locked-out", "log_in or no_alert", {("TOKEN-0", "FAIL"), ("ALERT-1", "UNKNOWN")}, 1
    ),
    "UNKNOWN beside WARN": Cell(
        "nginx-status-forbidden", "nginx_serves or overrun", {("NGINX-1", "WARN"), ("NGINX-3", "UNKNOWN")}, 0, 1
    ),
    "WAIVED, critical": Cell("licence-gone", "no_alert", {("ALERT-1", "WAIVED")}, 0, inventory=waiver("ALERT-1")),
    "WAIVED, warning": Cell(
        "one-replica-read-only", "takes_writes", {("STATUS-13", "WAIVED")}, 0, 0, waiver("STATUS-13")
    ),
    "UNKNOWN is never waived": Cell(
        "alerts-and-jobs-unreadable", "no_alert", {("ALERT-1", "UNKNOWN")}, 7, inventory=waiver("ALERT-1")
    ),
    "NOT APPLICABLE": Cell("single-replica", "same_cluster", {("STATUS-7", "NOT_APPLICABLE")}, 0),
    "SKIPPED": Cell("healthy", "mke", NO_MKE, 0, 0, {"mke": None}),
    "required and judged": Cell("healthy", "in_time", {("PING-3", "PASS")}, 0, inventory=required("PING-3")),
    "required and deselected": Cell("healthy", "in_time", {("PING-3", "PASS")}, 7, 7, required("REG-1")),
    "required by its area and deselected": Cell("healthy", "in_time", {("PING-3", "PASS")}, 7, None, required("PING")),
    "required by default and deselected": Cell("healthy", "in_time", {("PING-3", "PASS")}, 7, None, {"require": None}),
    "required and SKIPPED": Cell("healthy", "mke", NO_MKE, 7, None, required("MKE-1") | {"mke": None}),
    "required and UNKNOWN, warning": Cell(
        "nginx-status-is-html", "overrun", {("NGINX-3", "UNKNOWN")}, 7, None, required("NGINX-3")
    ),
    "required and WAIVED": Cell(
        "licence-gone", "no_alert", {("ALERT-1", "WAIVED")}, 0, None, required("ALERT-1") | waiver("ALERT-1")
    ),
    "required and not judged, beside FAIL": Cell(
        "licence-gone", "no_alert", {("ALERT-1", "FAIL")}, 1, None, required("ALERT-1", "REG-1")
    ),
}


@pytest.mark.parametrize("cell", CELLS)
def test_exit_code_is_that_of_the_table(suite: Suite, tmp_path: Path, cell: str) -> None:
    told = CELLS[cell]
    with scene(told.scene, tmp_path) as cluster:
        inventory = inventory_with(cluster, **{"require": []} | told.inventory)
        outcome = suite.run(f"--inventory={inventory}", "-k", told.selected)
    judged = {(line["condition"], line["verdict"]) for line in outcome.results}
    # Beside the fault stand subjects that have none.
    assert judged - {(condition, "PASS") for condition, _ in told.verdicts} == told.verdicts - {("PING-3", "PASS")}
    assert outcome.code == told.code, outcome.output
    if told.strict_code is not None:
        # The same facts under the other rule: judging is all that differs.
        again = suite.run(f"--facts={outcome.reports / 'facts.json'}", "-k", told.selected, STRICT)
        assert again.verdicts == outcome.verdicts
        assert again.code == told.strict_code, again.output


def test_what_the_baseline_had_fails_no_run_that_asks_only_for_the_new(suite: Suite, tmp_path: Path) -> None:
    with scene("licence-gone", tmp_path) as cluster:
        arguments = (f"--inventory={inventory_with(cluster, require=[])}", "-k", "no_alert or takes_writes")
        before = suite.run(*arguments)
        assert before.code == 1
        same = suite.run(*arguments, f"--baseline={before.reports}", "--only-new")
        assert same.code == 0, same.output
        assert same.verdicts == before.verdicts
        assert "Problems since the baseline" in same.output
        assert "only new or worse problems decide the exit code" in same.output
        assert "demo no new or worse problem since the baseline; still FAILED: " in same.output
        state_of(cluster).bad.read_only = True
        worse = suite.run(*arguments, f"--baseline={same.reports / 'results.jsonl'}", "--only-new", STRICT)
        assert worse.code == 1, worse.output
        assert "1 new" in worse.output


def test_a_baseline_of_another_cluster_is_refused(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        before = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "no_alert")
        asked = len(cluster.requests)
        other = inventory_with(cluster, cluster="prod-eu")
        outcome = suite.run(f"--inventory={other}", f"--baseline={before.reports}", "-k", "no_alert")
    assert outcome.code == 4, outcome.output
    assert "is a run of cluster demo, this run is of prod-eu" in outcome.output
    assert len(cluster.requests) == asked


def test_an_inventory_that_cannot_be_used_leaves_the_reports_of_before(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        there = f"--report-dir={tmp_path / 'out'}"
        arguments = ("-k", "no_alert", there)
        assert suite.run(f"--inventory={inventory_with(cluster, require=[])}", *arguments, reports=False).code == 0
        before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
        wrong = inventory_with(cluster, require=["STATUS-99"])
        outcome = suite.run(f"--inventory={wrong}", *arguments, reports=False)
    assert outcome.code == 4, outcome.output
    assert "there is no condition and no area STATUS-99" in outcome.output
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_baseline_that_was_healthy_excuses_nothing(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        arguments = (f"--inventory={inventory_with(cluster, require=['PING-1'])}", "-k", "no_alert or answers_ping")
        before = suite.run(*arguments)
        assert before.code == 0, before.output
        state_of(cluster).alerts.append({"id": "NO_LICENSE", "class": "alert", "message": "Your license is expired."})
        assert suite.run(*arguments, f"--baseline={before.reports}", "--only-new").code == 1


def test_a_waiver_covers_until_its_day_and_says_when_it_is_not_needed(suite: Suite, tmp_path: Path) -> None:
    in_force = {"condition": "ALERT-1", "subject": "NO_LICENSE", "reason": "ordered", "ticket": "CHG-1"}
    expired = {"condition": "STATUS-13", "reason": "migration", "ticket": "CHG-2"}
    stale = {"condition": "PING-3", "reason": "a slow link", "ticket": "CHG-3"}
    waivers = [
        in_force | {"until": "2999-12-31"},
        expired | {"until": "2020-01-31"},
        stale | {"until": "2999-12-31"},
        stale | {"subject": "replica-3", "until": "2999-12-31"},
    ]
    with scene("licence-gone", tmp_path) as cluster:
        bad = state_of(cluster).bad
        bad.read_only = True
        inventory = inventory_with(cluster, require=[], waivers=waivers)
        outcome = suite.run(f"--inventory={inventory}", "-k", "no_alert or takes_writes or in_time", STRICT)
    assert outcome.code == 1, outcome.output
    waived = outcome.of("ALERT-1", "NO_LICENSE")
    assert waived["verdict"] == "WAIVED"
    assert waived["waiver"] == {"reason": "ordered", "ticket": "CHG-1", "until": "2999-12-31", "covered": "FAIL"}
    assert "license is expired" in waived["message"]
    assert outcome.of("STATUS-13", bad.id)["verdict"] == "WARN"
    assert outcome.of("STATUS-13", bad.id)["waiver"] is None
    every = {"subject": None, "code": None, "count": None, "covers": ["fail", "warn"]}
    assert outcome.header["waivers_expired"] == [expired | every | {"until": "2020-01-31"}]
    assert "Waiver expired (2020-01-31): STATUS-13, migration" in outcome.output
    for line in outcome.results:
        if line["condition"] == "PING-3":
            assert line["verdict"] == "PASS"
            assert "the waiver (a slow link) is no longer needed" in line["message"]
    nothing = (
        f"PING-3 replica-3: the condition's subjects are {', '.join(sorted(r.id for r in state_of(cluster).replicas))}"
    )
    assert outcome.header["waivers_missed"] == ["PING-3: the verdicts are 3 PASS", nothing]
    for missed in outcome.header["waivers_missed"]:
        assert f"Waiver covered nothing in this run: {missed}" in outcome.output
    page = (outcome.reports / "report.html").read_text(encoding="utf-8")
    assert [word for word in ("CHG-1", "ordered", "2020-01-31", "CHG-2", "no longer needed") if word not in page] == []
