"""The files of a run: whole or not there, whatever lies in their place and however full the disk is."""

from __future__ import annotations

import json
import os
import resource
import secrets
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.front_door.staging import inventory_with, scene
from tests.suite import ROOT, Outcome, Suite, operators_environment

FILES = ("facts.json", "junit.xml", "report.html", "results.jsonl")
PING = ("-k", "answers_ping")


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Path]:
    with scene("healthy", tmp_path) as cluster:
        yield inventory_with(cluster, require=[], cluster=f"front-door-{secrets.token_hex(6)}")


def assert_whole(reports: Path) -> None:
    """Every file that is there is whole, and no other one is there."""
    names = {each.name for each in reports.iterdir()}
    assert names <= set(FILES), names
    if "facts.json" in names:
        json.loads((reports / "facts.json").read_bytes())
    if "junit.xml" in names:
        ElementTree.parse(reports / "junit.xml")
    if "report.html" in names:
        assert (reports / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    if "results.jsonl" in names:
        lines = (reports / "results.jsonl").read_text(encoding="utf-8")
        assert lines == "" or lines.endswith("\n")
        for line in lines.splitlines():
            json.loads(line)


def run_with_files_of(largest: int, reports: Path, inventory: Path) -> Outcome:
    """A run that can write no file of more bytes than these, as on a disk that is full."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            f"--report-dir={reports}",
            f"--inventory={inventory}",
        ],
        cwd=ROOT,
        env=operators_environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return Outcome(done.returncode, done.stdout, reports, 0.0)


@pytest.mark.parametrize("largest", [500, 3_000, 60_000, 150_000])
def test_on_a_full_disk_a_run_says_so_and_leaves_only_whole_files(
    tmp_path: Path, inventory: Path, largest: int
) -> None:
    outcome = run_with_files_of(largest, tmp_path / "reports", inventory)
    assert outcome.code == 3, outcome.output
    assert "Traceback" not in outcome.output
    assert "INTERNALERROR" not in outcome.output
    told = [line for line in outcome.output.splitlines() if line.startswith("ERROR: cannot write ")]
    assert told
    assert all("File too large" in line or "cut short" in line for line in told), told
    assert_whole(outcome.reports)


@pytest.mark.parametrize("option", ["--junitxml", "--html"])
def test_a_page_that_cannot_be_written_where_it_should_is_told(suite: Suite, inventory: Path, option: str) -> None:
    outcome = suite.run(f"--inventory={inventory}", f"{option}=/dev/full", *PING)
    assert outcome.code == 3, outcome.output
    assert "ERROR: cannot write /dev/full (No space left on device)" in outcome.output
    assert "PARTIAL" in outcome.output
    assert "Traceback" not in outcome.output
    assert set(outcome.verdicts.values()) == {"PASS"}
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@pytest.mark.parametrize("kind", ["directory", "file", "dangling link", "link to a directory"])
def test_whatever_lies_in_the_place_of_the_link_to_the_latest_run(
    suite: Suite, tmp_path: Path, inventory: Path, kind: str
) -> None:
    runs = ROOT / "reports" / "runs" / inventory.read_text(encoding="utf-8").split("cluster: ")[1].split("\n")[0]
    latest = runs / "latest"
    runs.mkdir(parents=True)
    try:
        if kind == "directory":
            latest.mkdir()
            (latest / "kept").touch()
        elif kind == "file":
            latest.touch()
        else:
            latest.symlink_to(tmp_path if kind == "link to a directory" else "nowhere")
        outcome = suite.run(f"--inventory={inventory}", *PING, reports=False)
        [run] = [each for each in runs.iterdir() if each.name != "latest" and not each.name.startswith(".")]
        assert "Traceback" not in outcome.output
        assert_whole(run)
        if kind == "directory":
            assert outcome.code == 3, outcome.output
            assert f"ERROR: cannot write {latest} (Is a directory)" in outcome.output
            assert (latest / "kept").exists()
        else:
            assert outcome.code == 0, outcome.output
            assert latest.resolve() == run
    finally:
        shutil.rmtree(runs)


@pytest.mark.parametrize("name", ["junit.xml", "report.html", "results.jsonl"])
def test_a_directory_in_the_place_of_a_file_is_told_before_anything_is_asked(
    suite: Suite, tmp_path: Path, name: str
) -> None:
    reports = tmp_path / "given"
    (reports / name).mkdir(parents=True)
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", f"--report-dir={reports}", reports=False)
        assert cluster.requests == []
    assert outcome.code == 4, outcome.output
    assert f"cannot write reports to {reports / name} (Is a directory)" in outcome.output


def test_no_file_is_written_through_a_link(suite: Suite, tmp_path: Path, inventory: Path) -> None:
    reports, theirs = tmp_path / "given", tmp_path / "theirs"
    reports.mkdir()
    theirs.mkdir()
    for name in FILES:
        (theirs / name).write_text("kept", encoding="utf-8")
        (reports / name).symlink_to(theirs / name)
    outcome = suite.run(f"--inventory={inventory}", f"--report-dir={reports}", *PING, reports=False)
    assert outcome.code == 0, outcome.output
    assert {(theirs / name).read_text(encoding="utf-8") for name in FILES} == {"kept"}
    assert not any(each.is_symlink() for each in reports.iterdir())
    assert_whole(reports)


def test_only_its_owner_may_read_the_facts(suite: Suite, inventory: Path) -> None:
    before = os.umask(0o022)
    try:
        outcome = suite.run(f"--inventory={inventory}", *PING)
    finally:
        os.umask(before)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in outcome.reports.iterdir()}
    assert modes == dict.fromkeys(FILES, 0o644) | {"facts.json": 0o600}
