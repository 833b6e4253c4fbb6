"""junit.xml of a run, by verdict."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.suite import Outcome

ELEMENTS = {
    "FAIL": "failure",
    "UNKNOWN": "error",
    "SKIPPED": "skipped",
    "NOT_APPLICABLE": "skipped",
    "WAIVED": "skipped",
}
COUNTS = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def assert_it_tells_the_verdicts(outcome: Outcome) -> list[Element]:
    """One case for each verdict, with its element and nothing else, and the right totals.

    What broke in pytest beside the checks, each a case of its own.
    """
    (suite,) = ElementTree.parse(outcome.reports / "junit.xml").getroot().findall("testsuite")
    cases = suite.findall("testcase")
    broken = [case for case in cases if case.get("classname", "").endswith(".pytest")]
    told = {case.get("name"): case for case in cases if case not in broken}
    assert len(told) == len(cases) - len(broken) == len(outcome.results)
    for line in outcome.results:
        name = f"{line['condition']} {line['subject']}"
        case, word = told[name], line["verdict"].replace("_", " ")
        found = [each for each in case if each.tag in ELEMENTS.values()]
        assert [each.tag for each in found] == [tag for tag in [ELEMENTS.get(line["verdict"])] if tag], name
        assert all(each.get("message", "").startswith(word) for each in found), name
        assert [each.get("value") for each in case.iterfind(".//property[@name='verdict']")] == [word]
    for attribute, tag in COUNTS.items():
        assert suite.get(attribute) == str(sum(1 for _ in suite.iter(tag)))
    return broken
