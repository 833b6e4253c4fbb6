"""pytest-html with our hooks, as an operator gets it; and the page made again from results.jsonl."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.page.__main__ import main
from reports.page.pytest_html import HtmlReport
from reports.results import Results
from tests.reports.samples import HOSTILE, dead, header, mixed, run
from tests.suite import ROOT

CONFTEST = """
import pytest
from reports.page.pytest_html import HtmlReport
from tests.reports.samples import mixed, run

RUN = run(mixed(), demo="one-dead")
TLS = [result for result in RUN.results if result.condition == "TLS-2"]


def pytest_configure(config):
    config.pluginmanager.register(HtmlReport(lambda: RUN), "ours")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if "one" in item.name:
        report.msr_results = TLS[:1]
    if "many" in item.name:
        report.msr_results = list(TLS)
    return report
"""
TESTS = """
import pytest

@pytest.fixture
def broken():
    raise RuntimeError("set-up")

@pytest.fixture
def late():
    yield
    raise RuntimeError("tear-down")

def test_one(): pass
def test_many(): assert 0
def test_plain(): pass
def test_set_up(broken): pass
def test_tear_down(late): pass
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail
def test_waived(): assert 0
@pytest.mark.parametrize("x", ["<img src=x onerror=alert(3)>"])
def test_hostile(x): pass
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page that pytest-html writes of a run with every kind of outcome, a broken module included."""
    place = tmp_path_factory.mktemp("run")
    (place / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (place / "test_all.py").write_text(TESTS, encoding="utf-8")
    (place / "test_broken.py").write_text("import nothing_of_that_name", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-c", "/dev/null"]
    command += [
        "--rootdir",
        str(place),
        "--continue-on-collection-errors",
        "--html=report.html",
        "--self-contained-html",
    ]
    done = subprocess.run(
        command,
        cwd=place,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout
    return (place / "report.html").read_text(encoding="utf-8")


def table(report: str) -> dict[str, list[list[str]]]:
    found = re.search(r'data-jsonblob="(.*?)"', report)
    assert found
    tests: dict[str, list[dict[str, Any]]] = json.loads(html.unescape(found[1]))["tests"]
    return {name: [row["resultsTableRow"] for row in rows] for name, rows in tests.items()}


def test_our_report_is_the_page(report: str) -> None:
    assert '<title id="head-title">msr-checks: prod-eu (DEMO)</title>' in report
    assert report.index('class="headline failed"') < report.index('<table id="results-table">')
    assert report.count('<div class="msr">') == 1


def test_every_row_has_as_many_cells_as_the_header(report: str) -> None:
    head = re.search(r'<thead id="results-table-head">(.*?)</thead>', report, re.S)
    assert head
    columns = re.findall(r"<th[ >]", head[1])
    rows = [row for found in table(report).values() for row in found]
    assert len(rows) == 10
    assert {len(row) for row in rows} == {len(columns)} == {7}


def test_rows_tell_their_verdicts(report: str) -> None:
    rows = {name.rpartition("::")[2]: found[0][-3:] for name, found in table(report).items()}
    condition, severity = '<td class="col-condition">TLS-2</td>', '<td class="col-severity">critical</td>'
    assert rows["test_one"] == [condition, severity, '<td class="col-verdict">WARN</td>']
    subjects = "f2277ad178f7, f3712d9c419a, f58cf364e3df, msr.example.org"
    assert rows["test_many"] == [condition, severity, f'<td class="col-verdict">WARN: {subjects}</td>']
    assert rows["test_plain"] == [f'<td class="col-{name}"></td>' for name in ("condition", "severity", "verdict")]


def test_what_pytest_html_does_not_escape_is_escaped(report: str) -> None:
    assert "<img src=x" not in report
    cells = "".join(cell for found in table(report).values() for row in found for cell in row)
    assert "<img src=x" not in cells
    assert "&lt;img src=x onerror=alert(3)&gt;" in cells


def test_the_only_script_is_pytest_htmls_own(report: str) -> None:
    assert report.count("<script>") == 1
    assert report.index("<script>") > report.index('<div id="data-container"')


def test_without_a_run_the_page_is_pytest_htmls() -> None:
    hooks = HtmlReport(lambda: None)
    prefix: list[str] = []
    hooks.pytest_html_results_summary(prefix)
    assert prefix == []


def test_a_row_that_was_taken_out_stays_out() -> None:
    cells: list[str] = []
    HtmlReport(lambda: None).pytest_html_results_table_row(object(), cells)
    assert cells == []


def test_the_page_is_made_again_from_the_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Results.open(tmp_path, header()) as out:
        for result in mixed():
            out.add(result)
    assert main([str(tmp_path)]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html.escape(HOSTILE, quote=True).replace("&quot;", "&#34;") in page
    assert capsys.readouterr().out == f"{tmp_path / 'report.html'}\n"
    assert main([str(tmp_path / "results.jsonl")]) == 0


def test_the_page_of_a_killed_run_says_so(tmp_path: Path) -> None:
    with Results.open(tmp_path, header()) as out:
        for result in dead():
            out.add(result)
    path = tmp_path / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    assert main([str(tmp_path)]) == 0
    assert "INCOMPLETE" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_what_is_no_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 4
    assert "cannot read the results of a run" in capsys.readouterr().err
    assert main([]) == 4
    assert "usage" in capsys.readouterr().err


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    with Results.open(tmp_path, run([]).header):
        pass
    command = [sys.executable, "-W", "error", "-m", "reports.page", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
