"""The command that writes a run in another format."""

from __future__ import annotations

import html
import subprocess
import sys
from pathlib import Path

import pytest

from reports.records import CauseLine
from reports.render import FORMATS, main
from reports.results import Results
from tests.reports.samples import HOSTILE, dead, header, healthy, mixed
from tests.suite import ROOT


def written(directory: Path, *, whole: bool = True, code: int = 0) -> Path:
    causes: tuple[CauseLine, ...] = ()
    with Results.open(directory, header()) as results:
        for each in dead() if code else healthy():
            results.add(each)
        if whole:
            results.finish(code, causes)
    return directory


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_written_or_printed(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = written(tmp_path / "run")
    assert main([str(found), "--as", name]) == 0
    printed = capsys.readouterr().out
    assert "prod-eu" in printed
    target = tmp_path / "made"
    assert main([str(found / "results.jsonl"), "--as", name, f"--output={target}"]) == 0
    assert target.read_bytes().decode() == printed
    assert sorted(each.name for each in tmp_path.iterdir()) == ["made", "run"]


def test_nagios_has_the_exit_codes_of_a_plugin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(written(tmp_path / "dead", code=1)), "--as", "nagios"]) == 2
    assert main([str(written(tmp_path / "killed", whole=False)), "--as", "nagios"]) == 3
    capsys.readouterr()
    assert main([str(tmp_path / "none"), "--as", "nagios"]) == 3
    assert capsys.readouterr().out.startswith("MSR UNKNOWN: ")


def test_a_run_that_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none"), "--as", "text"]) == 4
    told = capsys.readouterr()
    assert (told.out, "cannot read the results of a run" in told.err) == ("", True)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = written(tmp_path / "run")
    assert main([str(found), "--as", "text", f"--output={tmp_path / 'none' / 'x'}"]) == 4
    assert "cannot write " in capsys.readouterr().err


def test_the_page_is_made_again_from_the_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Results.open(tmp_path, header()) as out:
        for result in mixed():
            out.add(result)
    assert main([str(tmp_path), "--as", "html"]) == 0
    page = capsys.readouterr().out
    assert html.escape(HOSTILE, quote=True).replace("&quot;", "&#34;") in page
    assert HOSTILE not in page


@pytest.mark.parametrize(
    ("name", "says"),
    [("html", "INCOMPLETE"), ("text", "NOT WHOLE"), ("summary", '"whole": false'), ("junit", "not whole")],
)
def test_what_is_made_of_a_killed_run_says_so(
    name: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, whole=False)
    path = tmp_path / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-30])
    assert main([str(tmp_path), "--as", name]) == 0
    assert says in capsys.readouterr().out


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "reports.render", str(written(tmp_path)), "--as", "text"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "prod-eu" in done.stdout
