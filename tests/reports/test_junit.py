"""junit.xml is XML that a CI server reads, whatever a cluster says."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from reports.junit import finished
from reports.results import Run
from tests.reports.samples import header, verdict

EVIL = "\x00\x1b[31m\x85\u202e\ud800\ufffe\uffff<script>&quot;"
# As pytest leaves it when the run is interrupted.
CUT = '<testsuites><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="0" time="0"/></testsuites>'


def test_no_character_of_a_message_makes_it_something_else(tmp_path: Path) -> None:
    (tmp_path / "junit.xml").write_text(CUT, encoding="utf-8")
    run = Run(header(), (verdict("PING-1", f"a{EVIL}", "FAIL", f"it says {EVIL}"),))
    written = finished(tmp_path / "junit.xml", str, str, run)
    assert written is not None
    [failure] = ElementTree.fromstring(written).iter("failure")
    assert failure.attrib["message"].startswith("FAIL: a")
    assert not set(failure.attrib["message"]) & set("\x00\x1b\x85\u202e\ud800\ufffe\uffff")
