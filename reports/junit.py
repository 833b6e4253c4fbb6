"""junit.xml: one case for each verdict, with the counts of these; made of the run alone, like all reports.

Readers agree on what pytest writes (junit_family xunit1) but for one thing: the schema of Jenkins' xUnit plugin
(junit-10.xsd) allows no properties in a case, and `strict` leaves them out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from reports.diagnosis.grouping import area_title
from reports.plain import cut, page_text
from reports.records import Header, Result, VerdictWord
from reports.results import Run

_ELEMENTS = {
    VerdictWord.FAIL: "failure",
    VerdictWord.UNKNOWN: "error",
    VerdictWord.SKIPPED: "skipped",
    VerdictWord.NOT_APPLICABLE: "skipped",
    VerdictWord.WAIVED: "skipped",
}
_COUNTS = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def document(
    run: Run,
    summary: Sequence[str] = (),
    broken: Iterable[str] = (),
    *,
    strict: bool = False,
    mask: Callable[[str], str] = str,
) -> bytes:
    """The file. summary: lines for the suite's system-out. broken: what failed beside the checks, a case for each.

    mask: of what is written, all but names. A run that did not come to its end has a case that says so.
    """
    header = run.header
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", name="msr-checks")
    SubElement(suite, "properties").extend(_property(name, value) for name, value in _about(run) if value is not None)
    for result in run.results:
        suite.append(_case(header, result, mask, strict=strict))
    for number, what in enumerate(broken, 1):
        case = SubElement(
            suite, "testcase", classname=f"{_part(header.cluster)}.pytest", name=f"error {number}", time="0"
        )
        SubElement(case, "error", message=mask(what))
    if run.truncated:
        case = SubElement(
            suite, "testcase", classname=f"{_part(header.cluster)}.run", name="the run came to its end", time="0"
        )
        SubElement(case, "error", message="the run did not come to its end: what is here is not whole")
    if summary:
        SubElement(suite, "system-out").text = mask("\n".join(summary))
    for attribute, tag in _COUNTS.items():
        suite.set(attribute, str(sum(1 for _ in suite.iter(tag))))
    suite.set("time", f"{_seconds(run):.3f}")
    suite.set("timestamp", header.started.removesuffix("Z").partition(".")[0])
    suite.set("hostname", header.machine or "")
    for element in root.iter():
        element.text = page_text(element.text) if element.text else element.text
        for name, value in element.attrib.items():
            element.set(name, page_text(value))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _about(run: Run) -> list[tuple[str, str | None]]:
    header = run.header
    return [
        ("msr-checks-version", header.version),
        ("cluster", header.cluster),
        ("url", header.url),
        ("DEMO", header.demo),
        ("offline", "saved facts were judged" if header.offline else None),
        ("insecure", "TLS was not verified" if header.insecure else None),
    ]


def _property(name: str, value: str) -> Element:
    return Element("property", name=name, value=value)


def _case(header: Header, result: Result, mask: Callable[[str], str], *, strict: bool) -> Element:
    """Named by its condition and subject, in the class of its cluster and area."""
    case = Element(
        "testcase",
        classname=f"{_part(header.cluster)}.{_part(area_title(header, result.area))}",
        name=f"{result.condition} {result.subject}",
        time=f"{result.seconds or 0:.3f}",
    )
    if not strict:
        SubElement(case, "properties").extend(_property(name, mask(value)) for name, value in _properties(result))
    kind = _kind(header, result)
    message = mask(_message(result))
    if kind:
        SubElement(case, kind, type=result.reason or result.verdict.value, message=message).text = mask(
            _details(result)
        )
    elif result.verdict is VerdictWord.WARN:
        SubElement(case, "system-out").text = f"{message}\n{mask(_details(result))}"
    return case


def _part(name: str) -> str:
    """A part of a class name, which readers split at dots."""
    return name.replace(".", "_")


def _kind(header: Header, result: Result) -> str | None:
    """The element that a verdict is; a warning is a failure where the run takes it for one."""
    if result.verdict is VerdictWord.WARN:
        return "failure" if header.fail_on == "warning" else None
    return _ELEMENTS.get(result.verdict)


def _message(result: Result) -> str:
    """The verdict's word first, then the subject; of what is waived, until when, why, and by which ticket."""
    said = f"{result.subject}: {cut(result.message)}"
    waiver = result.waiver
    if result.verdict is not VerdictWord.WAIVED or waiver is None:
        return f"{result.verdict.shown}: {said}"
    until = f" until {waiver.until}" if waiver.until else ""
    ticket = f" ({waiver.ticket})" if waiver.ticket else ""
    return f"WAIVED{until}{ticket}: {waiver.reason}; {waiver.covered or 'it is'}: {said}"


def _properties(result: Result) -> list[tuple[str, str]]:
    waiver = result.waiver
    known = {
        "verdict": result.verdict.shown,
        "severity": result.severity,
        "reason": result.reason,
        "since": result.since,
        "recovered_at": result.recovered_at,
        "ticket": waiver and waiver.ticket,
    }
    return [(name, value) for name, value in known.items() if value]


def _details(result: Result) -> str:
    """What was seen and expected, and where the rule is from."""
    parts = {
        "seen": result.seen,
        "expected": result.expected,
        "about": " ".join(result.about) or None,
        "since": result.since,
        "documented": result.documented or None,
        "remedy": result.remedy,
    }
    return "\n".join(f"{name}: {_text(value)}" for name, value in parts.items() if value is not None)


def _text(value: object) -> str:
    return cut(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))


def _seconds(run: Run) -> float:
    """How long it took, until now where it has not ended yet; 0 where nobody knows."""
    if run.truncated:
        return 0.0
    ended = datetime.fromisoformat(run.end.ended) if run.end else datetime.now(UTC)
    return max((ended - datetime.fromisoformat(run.header.begun or run.header.started)).total_seconds(), 0.0)
