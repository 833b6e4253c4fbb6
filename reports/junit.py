"""junit.xml: pytest writes it; here it is completed and masked.

Messages begin with the verdict's word, version, DEMO and `insecure` become properties, and checks whose facts an
interrupted run had, but that pytest did not run, get their cases: an empty file would read as nothing wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from reports.records import Header, Result, VerdictWord, worst
from reports.results import Run

_PYTEST_PREFIX = re.compile(r'^failed on (?:setup|teardown) with "(.*)"$', re.DOTALL)
_ELEMENTS = {
    VerdictWord.FAIL: "failure",
    VerdictWord.UNKNOWN: "error",
    VerdictWord.SKIPPED: "skipped",
    VerdictWord.NOT_APPLICABLE: "skipped",
    VerdictWord.WAIVED: "skipped",
}


def finished(path: Path, mask: Callable[[str], str], run: Run | None) -> bytes | None:
    """pytest's file, completed; None where it was cut short. Texts are masked as they are read, not as XML escapes."""
    try:
        tree = ElementTree.parse(path)  # noqa: S314 - pytest wrote it a moment ago
    except ElementTree.ParseError:
        return None
    suite = tree.find("testsuite")
    if run is not None and suite is not None:
        suite.insert(0, _about(run.header))
        _complete(suite, run.results)
    for element in tree.iter():
        element.text = mask(element.text) if element.text else element.text
        for name, value in element.attrib.items():
            element.set(name, mask(_PYTEST_PREFIX.sub(r"\1", value)))
    return bytes(ElementTree.tostring(tree.getroot(), encoding="utf-8", xml_declaration=True))


def _about(header: Header) -> Element:
    properties = Element("properties")
    values = {"msr-checks-version": header.version, "cluster": header.cluster, "url": header.url, "DEMO": header.demo}
    values["insecure"] = "TLS was not verified" if header.insecure else None
    for name, value in values.items():
        if value is not None:
            SubElement(properties, "property", name=name, value=value)
    return properties


def _complete(suite: Element, results: Sequence[Result]) -> None:
    for case in suite.findall("testcase"):
        # The one that was interrupted: pytest writes it without a name, and does not count it.
        if case.get("name") is None:
            suite.remove(case)
    there = {(case.get("classname"), case.get("name")) for case in suite.iter("testcase")}
    for test, verdicts in groupby(results, key=lambda result: result.test):
        module, _, name = test.partition("::")
        key = (module.removesuffix(".py").replace("/", "."), name)
        if key not in there:
            _add_case(suite, key, list(verdicts))


def _add_case(suite: Element, key: tuple[str, str], verdicts: Sequence[Result]) -> None:
    case = SubElement(suite, "testcase", classname=key[0], name=key[1], time="0")
    properties = SubElement(case, "properties")
    for name, value in properties_of(verdicts):
        SubElement(properties, "property", name=name, value=value)
    shown = worst(verdicts)
    _count(suite, "tests")
    kind = _ELEMENTS.get(shown.verdict)
    if kind:
        SubElement(case, kind, message=f"{shown.verdict.shown}: {shown.subject}: {shown.message}")
        _count(suite, {"failure": "failures", "error": "errors", "skipped": "skipped"}[kind])


def _count(suite: Element, attribute: str) -> None:
    suite.set(attribute, str(int(suite.get(attribute, "0")) + 1))


def properties_of(verdicts: Sequence[Result]) -> list[tuple[str, str]]:
    """The properties of a check's case: its condition, and every verdict with its subject."""
    first = verdicts[0]
    words = [("verdict", f"{each.subject}: {each.verdict.shown}") for each in verdicts]
    return [("condition", first.condition), ("severity", first.severity), *words]
