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
        # Python would leave compiled modules that were cut short in the checkout, and could import them no more.
        env=operators_environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
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


@pytest.mark.parametrize(
    ("given", "where"),
    [("~/reports", "home/reports"), ("$PLACE/reports", "place/reports"), ("${UNSET_HERE}x", "cwd/${UNSET_HERE}x")],
)
def test_all_reports_are_where_the_option_says(tmp_path: Path, inventory: Path, given: str, where: str) -> None:
    """No shell completes what follows `--report-dir=`, and pytest completes only the places of its own pages."""
    outcome = run_in(tmp_path, inventory, f"--report-dir={given}")
    assert outcome.returncode == 0, outcome.stdout
    assert {each.name for each in (tmp_path / where).iterdir()} == set(FILES)
    assert [each.name for each in (tmp_path / "cwd").iterdir()] == [each for each in [given] if where == f"cwd/{each}"]
    assert f"Reports: {tmp_path / where}" in outcome.stdout or where.startswith("cwd")


@pytest.mark.parametrize("option", ["--html", "--junitxml"])
@pytest.mark.parametrize("given", ["~/page", "$PLACE/page"])
def test_a_page_whose_place_pytest_completes_is_finished_there(
    tmp_path: Path, inventory: Path, option: str, given: str
) -> None:
    (tmp_path / "place").mkdir()
    outcome = run_in(tmp_path, inventory, f"--report-dir={tmp_path / 'reports'}", f"{option}={given}")
    assert outcome.returncode == 0, outcome.stdout
    page = tmp_path / given.replace("~", "home").replace("$PLACE", "place")
    assert ("msr-checks-version" if option == "--junitxml" else "</html>") in page.read_text(encoding="utf-8")
    assert f"Reports: {tmp_path / 'reports'}" in outcome.stdout or str(page) in outcome.stdout
    assert list((tmp_path / "cwd").iterdir()) == []


def test_a_directory_whose_name_pytest_takes_for_a_variable_is_refused(tmp_path: Path, inventory: Path) -> None:
    (tmp_path / "cwd/$HOME").mkdir(parents=True)
    outcome = run_in(tmp_path, inventory, "--report-dir=reports", cwd="cwd/$HOME")
    assert outcome.returncode == 4, outcome.stdout
    assert "cannot write reports to " in outcome.stderr
    assert "a variable of the environment" in outcome.stderr
    assert list((tmp_path / "cwd/$HOME").iterdir()) == []


def run_in(directory: Path, cluster: Path | str, *options: str, cwd: str = "cwd") -> subprocess.CompletedProcess[str]:
    """A run in a directory below this one, with a home and a variable there. cluster: the inventory, or an option."""
    if isinstance(cluster, Path):
        cluster = f"--inventory={cluster}"
    for name in ("home", cwd):
        (directory / name).mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "msr_checks", cluster, *PING, *options],
        cwd=directory / cwd,
        env=operators_environment()
        | {"HOME": str(directory / "home"), "PLACE": str(directory / "place"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("option", ["--inventory", "--facts", "--baseline"])
def test_a_file_in_the_home_directory_is_found(tmp_path: Path, inventory: Path, option: str) -> None:
    (tmp_path / "home").mkdir()
    first = run_in(tmp_path, inventory, "--report-dir=~/before")
    assert first.returncode == 0, first.stdout
    (tmp_path / "home/lab").symlink_to(inventory.parent)
    given = {"--inventory": f"~/lab/{inventory.name}", "--facts": "~/before/facts.json", "--baseline": "~/before"}[
        option
    ]
    options = [f"{option}={given}", f"--report-dir={tmp_path / 'after'}"]
    second = run_in(tmp_path, *options) if option != "--baseline" else run_in(tmp_path, inventory, *options)
    assert "there is no such file" not in second.stderr, second.stderr
    assert second.returncode == 0, second.stdout + second.stderr


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
