"""junit.xml: pytest writes it; here it is completed and masked.

Messages begin with the verdict's word, version, DEMO and `insecure` become properties. Each check has the element of
its worst verdict, also where pytest did not come to run it (`-x`, Ctrl-C) or another plugin broke there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from reports.plain import page_text
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


def finished(
    path: Path,
    mask: Callable[[str], str],
    mask_name: Callable[[str], str],
    run: Run | None,
    diagnosis: Sequence[str] = (),
) -> bytes | None:
    """pytest's file, completed; None where it was cut short. Texts are masked as they are read, not as XML escapes.

    diagnosis: its lines, for the suite's system-out. Counts, times and the names of cases stay what CI servers read,
    whatever word a secret is.
    """
    try:
        tree = ElementTree.parse(path)  # noqa: S314 - pytest wrote it a moment ago
    except ElementTree.ParseError:
        return None
    suite = tree.find("testsuite")
    if run is not None and suite is not None:
        suite.insert(0, _about(run.header))
        _complete(suite, run.results)
        if diagnosis:
            SubElement(suite, "system-out").text = "\n".join(diagnosis)
    for element in tree.iter():
        element.text = page_text(mask(element.text)) if element.text else element.text
        for name, value in element.attrib.items():
            hide = mask if name == "message" else mask_name
            element.set(name, page_text(hide(_PYTEST_PREFIX.sub(r"\1", value))))
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
    """One case for each check, with the element of its worst verdict; what another plugin broke there stays beside."""
    cases: dict[tuple[str, str], Element] = {}
    for case in suite.findall("testcase"):
        key = (case.get("classname", ""), case.get("name", ""))
        # The one that was interrupted has no name; what breaks after a failed call makes a second case.
        if not key[1] or key in cases:
            suite.remove(case)
        else:
            cases[key] = case
    for test, verdicts in groupby(results, key=lambda result: result.test):
        module, _, name = test.partition("::")
        key = (module.removesuffix(".py").replace("/", "."), name)
        if key not in cases:
            cases[key] = SubElement(suite, "testcase", classname=key[0], name=key[1], time="0")
        _settle(cases[key], list(verdicts))
    for attribute, tag in {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        suite.set(attribute, str(sum(1 for _ in suite.iter(tag))))


def _settle(case: Element, verdicts: Sequence[Result]) -> None:
    """Give the case the element of its worst verdict and its properties, where pytest wrote none or another."""
    shown = worst(verdicts)
    kind, word = _ELEMENTS.get(shown.verdict), f"{shown.verdict.shown}: "
    if case.find("properties/property[@name='condition']") is None:
        properties = Element("properties")
        case.insert(0, properties)
        for name, value in properties_of(verdicts):
            SubElement(properties, "property", name=name, value=value)
    for each in [each for each in case if each.tag in _ELEMENTS.values()]:
        said = _PYTEST_PREFIX.sub(r"\1", each.get("message", ""))
        if each.tag == kind and said.startswith(word):
            kind = None
        else:
            case.remove(each)
            SubElement(case, "system-err").text = each.text or said
    if kind:
        SubElement(case, kind, message=f"{word}{shown.subject}: {shown.message}")


def properties_of(verdicts: Sequence[Result]) -> list[tuple[str, str]]:
    """The properties of a check's case: its condition, and every verdict with its subject."""
    first = verdicts[0]
    words = [("verdict", f"{each.subject}: {each.verdict.shown}") for each in verdicts]
    return [("condition", first.condition), ("severity", first.severity), *words]
