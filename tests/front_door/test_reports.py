"""The reports of a run: page, JUnit, results, and what they must never leave out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from lab.embedded.state import Cluster
from reports.page.__main__ import main
from reports.remedies import remedy
from tests.front_door.lines import END, HEADER, VERDICT
from tests.front_door.page import Page
from tests.front_door.sharing import Seen
from tests.front_door.staging import inventory_with, scene, staged, state_of
from tests.suite import Outcome, Suite

WORST_FIRST = ("FAIL", "UNKNOWN", "WARN", "WAIVED", "SKIPPED", "PASS", "NOT_APPLICABLE")
ELEMENTS = {"FAIL": "failure", "UNKNOWN": "error"} | dict.fromkeys(("WAIVED", "SKIPPED", "NOT_APPLICABLE"), "skipped")


def assert_as_promised(outcome: Outcome) -> None:
    """Every line of results.jsonl has the promised form, and its condition stands in the catalogue."""
    jsonschema.validate(outcome.header, HEADER)
    for line in outcome.results:
        jsonschema.validate(line, VERDICT)
    jsonschema.validate(outcome.lines[-1], END)
    assert outcome.lines[-1]["exit_code"] == outcome.code
    known = {entry["id"]: entry for entry in outcome.header["catalogue"]}
    assert all(line["documented"] == known[line["condition"]]["documented"] for line in outcome.results)
    counted = Counter((line["condition"], line["subject"]) for line in outcome.results)
    assert [key for key, number in counted.items() if number > 1] == []


def test_the_faulty_run_has_the_verdicts_that_it_should(faulty: Seen) -> None:
    assert faulty.outcome.code == 1, faulty.outcome.output
    assert faulty.outcome.tripped == faulty.expected
    assert set(faulty.outcome.verdicts.values()) == set(WORST_FIRST)


def test_results_have_the_promised_form_line_by_line(faulty: Seen, healthy: Seen) -> None:
    for outcome in (faulty.outcome, healthy.outcome):
        assert_as_promised(outcome)
        assert outcome.header["demo"] is None
        assert outcome.header["deselected"] == []
        assert set(outcome.header["versions"]) <= set(outcome.header["replicas"])


def junit_cases(outcome: Outcome) -> dict[str, ElementTree.Element]:
    """The test cases of junit.xml by pytest's node id; fails where two have the same."""
    tree = ElementTree.parse(outcome.reports / "junit.xml")
    cases = tree.getroot().findall(".//testcase")
    named = {f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}": case for case in cases}
    assert len(named) == len(cases)
    return named


def test_junit_has_one_case_for_each_check_and_begins_with_the_verdict(faulty: Seen) -> None:
    cases = junit_cases(faulty.outcome)
    tests: dict[str, list[dict[str, Any]]] = {}
    for line in faulty.outcome.results:
        tests.setdefault(line["test"], []).append(line)
    assert set(cases) == set(tests)
    for name, case in cases.items():
        properties = [(each.get("name"), each.get("value")) for each in case.findall("properties/property")]
        told = {f"{line['subject']}: {line['verdict'].replace('_', ' ')}" for line in tests[name]}
        assert {value for key, value in properties if key == "verdict"} == told
        assert ("condition", tests[name][0]["condition"]) in properties
        worst = min((line["verdict"] for line in tests[name]), key=WORST_FIRST.index)
        complaints = [each for each in case if each.tag in ("failure", "error", "skipped")]
        assert [each.tag for each in complaints] == ([ELEMENTS[worst]] if worst in ELEMENTS else []), name
        assert all(each.get("message", "").startswith(f"{worst.replace('_', ' ')}: ") for each in complaints), name


def test_junit_says_not_applicable_first(suite: Suite, tmp_path: Path) -> None:
    with scene("single-replica", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "same_cluster")
    assert_as_promised(outcome)
    (case,) = junit_cases(outcome).values()
    (skipped,) = case.findall("skipped")
    assert skipped.get("message", "").startswith("NOT APPLICABLE: a single replica has no pairs")


def test_page_has_every_problem_with_its_subject_remedy_and_link(faulty: Seen) -> None:
    page = Page(faulty.outcome.reports / "report.html")
    catalogue = {entry["id"]: entry for entry in faulty.outcome.header["catalogue"]}
    for (condition, subject), word in faulty.outcome.tripped.items():
        assert condition in page.text, condition
        assert subject in page.text, (condition, subject)
        if word == "FAIL":
            entry = catalogue[condition]
            found = remedy(entry["remedy"])
            assert found is not None, condition
            assert f"What it means, and how to look closer: {found.title}" in page.text, condition
            assert f"remedy-{found.id}" in page.ids, condition
            assert not entry["guide"] or entry["guide"] in page.links, condition
    assert "FAILED" in page.text
    assert "CHG-7" in page.text


def test_page_stands_alone_and_its_links_lead_somewhere(faulty: Seen) -> None:
    page = Page(faulty.outcome.reports / "report.html")
    assert page.fetched == []
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []


def test_a_demo_says_so_in_every_report(suite: Suite) -> None:
    outcome = suite.run("--demo", "-k", "ping_in_time")
    assert outcome.header["demo"] == "healthy"
    assert "[DEMO healthy] demo" in outcome.output
    assert "DEMO This is not a real cluster: scene healthy" in Page(outcome.reports / "report.html").text
    assert '"demo": "healthy"' in (outcome.reports / "facts.json").read_text()
    assert "DEMO" in (outcome.reports / "junit.xml").read_text()


def test_insecure_shows_in_every_report_and_tls_is_never_passed(suite: Suite, tmp_path: Path) -> None:
    with scene("certificate-of-unknown-ca", tmp_path) as cluster:
        inventory = inventory_with(cluster, tls={"ca": ["ca.pem"], "insecure": True}, require=[])
        outcome = suite.run(f"--inventory={inventory}", "-k", "trusted or ping_in_time")
    assert outcome.code == 0, outcome.output
    words = {(line["condition"], line["verdict"]) for line in outcome.results}
    assert words == {("TLS-1", "WARN"), ("PING-3", "PASS")}
    assert outcome.header["insecure"] is True
    assert "TLS NOT VERIFIED" in outcome.output
    assert "TLS NOT VERIFIED" in Page(outcome.reports / "report.html").text
    assert '"insecure": true' in (outcome.reports / "facts.json").read_text()
    assert "insecure" in (outcome.reports / "junit.xml").read_text()


def test_a_selection_is_called_partial(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "ping_in_time")
    assert outcome.code == 0
    number = len(outcome.header["catalogue"])
    assert f"PARTIAL: 1 of {number} conditions judged" in outcome.output
    assert f"PARTIAL 1 of {number} conditions judged" in Page(outcome.reports / "report.html").text
    assert len(outcome.header["deselected"]) == number - 1
    assert "HEALTHY" not in outcome.output


HOSTILE = "<script>alert(1)</script> a/b \u202e]]>"


def _hostile(cluster: Cluster) -> None:
    """Everything that only an answer names has a name that is none."""
    info = {"db": HOSTILE, "table": HOSTILE}
    issue = {"id": "1", "type": HOSTILE, "critical": True, "description": HOSTILE, "info": info}

    def edit(document: dict[str, Any]) -> None:
        document["rethink_system_tables"]["current_issues"].append(issue)
        table = document["rethink_system_tables"]["table_status"][0]
        table |= {"name": HOSTILE, "db": HOSTILE}
        table["status"]["ready_for_writes"] = False

    cluster.edits.append(edit)
    cluster.ghosts.append(HOSTILE)
    cluster.alerts.append({"id": HOSTILE, "class": HOSTILE, "message": HOSTILE})
    cluster.jobs[0].action = HOSTILE
    cluster.jobs[0].status = "errored"
    cluster.replicas[0].health = HOSTILE
    cluster.replicas[1].ping_error = HOSTILE


def test_names_that_answers_give_keep_to_the_grammar_of_subjects_and_cannot_write_the_page(
    suite: Suite, tmp_path: Path
) -> None:
    with staged(tmp_path, _hostile) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}")
        bad = state_of(cluster).replicas[1].id
    assert outcome.code == 1, outcome.output
    tripped = {condition for condition, _ in outcome.tripped}
    assert {"ALERT-1", "JOB-2", "PING-1", "STATUS-3", "STATUS-4", "STATUS-6", "STATUS-11"} <= tripped
    assert "alert(1)" in outcome.of("PING-1", bad)["message"]
    assert "<script>alert(1)" not in (outcome.reports / "report.html").read_text(encoding="utf-8")
    assert junit_cases(outcome)
    assert_as_promised(outcome)


@pytest.mark.parametrize("name", ["report.html", "junit.xml", "results.jsonl", "facts.json"])
def test_reports_name_no_path_of_the_machine_that_made_them(healthy: Seen, name: str) -> None:
    text = (healthy.outcome.reports / name).read_text(encoding="utf-8")
    assert str(healthy.outcome.reports.parent) not in text


def test_a_text_of_a_megabyte_makes_no_report_of_megabytes(suite: Suite, tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        cluster.alerts.append({"id": "NO_LICENSE", "class": "alert", "message": "expired " * 130_000})

    with staged(tmp_path, play) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "no_alert", "-v")
    assert outcome.of("ALERT-1", "NO_LICENSE")["message"].startswith("expired expired")
    sizes = {each.name: each.stat().st_size for each in outcome.reports.iterdir()}
    assert all(size < 300_000 for size in sizes.values()), sizes
    assert len(outcome.output) < 100_000


def test_no_page_holds_a_control_character_that_an_answer_sent(suite: Suite, tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        message = "expired\x00 \x1b]0;title\x07 \x9b31m \u202egnp.exe"
        cluster.alerts.append({"id": "NO_LICENSE", "class": "alert", "message": message})

    with staged(tmp_path, play) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "no_alert")
    page = outcome.reports / "report.html"
    again = tmp_path / "again"
    again.mkdir()
    (again / "results.jsonl").write_bytes((outcome.reports / "results.jsonl").read_bytes())
    assert main([str(again)]) == 0
    for text in (page.read_text(encoding="utf-8"), (again / "report.html").read_text(encoding="utf-8")):
        assert "expired\ufffd" in text
        assert [character for character in "\x00\x07\x1b\x9b\u202e" if character in text] == []
