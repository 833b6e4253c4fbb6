"""junit.xml, as its readers take it."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from reports.junit import document
from reports.results import Result, Run
from tests.reports.samples import HOSTILE, cut_off, dead, ended, header, healthy, killed, mixed, verdict

EVIL = "\x00\x1b[31m\x85\u202e\ud800\ufffe\uffff<script>&quot;"
# What the schema of Jenkins' xUnit plugin (junit-10.xsd) allows within each element, and which attributes.
STRICT = {
    "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "errors"}),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id", "package"},
    ),
    "properties": ({"property"}, set()),
    "property": (set(), {"name", "value"}),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name", "time", "classname", "group"},
    ),
    "failure": (set(), {"type", "message"}),
    "error": (set(), {"type", "message"}),
    "skipped": (set(), {"type", "message"}),
    "system-out": (set(), set()),
}
RUNS = {
    "healthy": ended(healthy()),
    "dead": ended(dead()),
    "cut off": ended(cut_off()),
    "mixed": ended(mixed()),
    "strictly": ended([*healthy(), verdict("NGINX-3", "x", "WARN", "many")], fail_on="warning"),
    "killed": killed(healthy()),
}


def case_of(run: Run, name: str) -> ElementTree.Element:
    (found,) = ElementTree.fromstring(document(run)).iterfind(f".//testcase[@name='{name}']")
    return found


def one(result: Result, **fields: Any) -> ElementTree.Element:
    return case_of(ended([result], **fields), f"{result.condition} {result.subject}")


@pytest.mark.parametrize("name", RUNS)
def test_its_readers_take_it(name: str) -> None:
    """The schema of Jenkins' xUnit plugin is the strictest; it takes no properties in a case."""
    root = ElementTree.fromstring(document(RUNS[name], ["a", "b"], ["broke"], strict=True))
    for element in root.iter():
        children, attributes = STRICT[element.tag]
        assert {each.tag for each in element} <= children
        assert set(element.attrib) <= attributes
    (suite,) = root
    assert {"name", "tests", "failures", "errors"} <= set(suite.attrib)
    assert re.fullmatch(r"\d*\.\d{3}", suite.attrib["time"])
    assert ElementTree.fromstring(document(RUNS[name])).find(".//testcase/properties") is not None


@pytest.mark.parametrize("name", RUNS)
def test_junitparser_counts_the_verdicts(name: str) -> None:
    run = RUNS[name]
    suite: Any
    (suite,) = JUnitXml.fromstring(document(run))
    cases: list[Any] = list(suite)
    told = suite.tests, suite.failures, suite.errors, suite.skipped
    suite.update_statistics()
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == told
    assert len(cases) == len(run.results) + run.truncated
    for case, result in zip(cases, run.results, strict=False):
        assert case.name == f"{result.condition} {result.subject}"
        assert case.classname == f"prod-eu.{result.area}"
        kinds = [type(each) for each in case.result if type(each) in (Failure, Error, Skipped)]
        words = {"FAIL": [Failure], "UNKNOWN": [Error], "SKIPPED": [Skipped], "WAIVED": [Skipped]}
        assert kinds == {**words, "NOT_APPLICABLE": [Skipped]}.get(result.verdict.value, []) or name == "strictly"


def test_a_warning_is_seen() -> None:
    case = one(verdict("NGINX-3", "x", "WARN", "9,000 connections", seen=9000))
    assert (case.findtext("system-out") or "").splitlines() == [
        "WARN: x: 9,000 connections",
        "seen: 9000",
        "documented: Health check endpoints",
        "remedy: nginx-busy",
    ]
    assert case.find("failure") is None


def test_a_warning_that_fails_the_run_is_a_failure() -> None:
    failure = one(verdict("NGINX-3", "x", "WARN", "many"), fail_on="warning").find("failure")
    assert failure is not None
    assert failure.get("message") == "WARN: x: many"


def test_a_waiver_is_told_with_its_end_its_ticket_and_its_reason() -> None:
    waived = next(each for each in mixed() if each.verdict.value == "WAIVED")
    (skipped,) = one(waived).findall("skipped")
    begin = "WAIVED until 2026-12-01 (CHG-1234): read-only during migration; "
    assert (skipped.get("message") or "").startswith(begin)


def test_a_dot_in_a_name_begins_no_new_package() -> None:
    run = ended([verdict("PING-1", "x", "PASS")], cluster="prod.eu", areas={"PING": "Health v1.2"})
    assert case_of(run, "PING-1 x").get("classname") == "prod_eu.Health v1_2"


def test_what_broke_beside_the_checks_is_a_case_of_its_own() -> None:
    root = ElementTree.fromstring(document(RUNS["healthy"], broken=["a plugin broke", "another"]))
    assert [each.get("message") for each in root.iter("error")] == ["a plugin broke", "another"]


def test_a_killed_run_says_that_it_is_not_whole() -> None:
    assert case_of(RUNS["killed"], "the run came to its end").find("error") is not None


def test_causes_are_in_the_suites_output() -> None:
    (suite,) = ElementTree.fromstring(document(RUNS["dead"], ["Impact: x", "1. y"]))
    assert suite.findtext("system-out") == "Impact: x\n1. y"


def test_no_character_of_a_message_makes_it_something_else() -> None:
    run = ended([verdict("PING-1", f"a{EVIL}", "FAIL", f"it says {EVIL} {HOSTILE}", seen=EVIL)])
    written = document(run, [EVIL], [EVIL])
    [failure] = ElementTree.fromstring(written).iter("failure")
    assert failure.attrib["message"].startswith("FAIL: a")
    text = written.decode()
    assert not set(text) & set("\x00\x1b\x85\u202e\ufffe\uffff")


def test_what_is_masked_is_masked_everywhere_but_in_names() -> None:
    run = ended([verdict("PING-1", "hunter2", "FAIL", "hunter2", seen="hunter2")])
    text = document(run, ["hunter2"], ["hunter2"], mask=lambda text: text.replace("hunter2", "[masked]")).decode()
    assert text.count("hunter2") == 1
    assert header().cluster in text
