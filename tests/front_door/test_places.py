"""From where the suite may be run, and where the inventory may lie."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.front_door.sharing import Seen
from tests.front_door.staging import inventory_with, scene
from tests.suite import ROOT, Suite, operators_environment


def test_the_inventory_may_lie_anywhere(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        # Not as an argument of its own: from one, pytest would guess another root.
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "ping_in_time")
    assert outcome.code == 0, outcome.output
    assert set(outcome.verdicts.values()) == {"PASS"}


def test_the_suite_runs_from_another_directory(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with scene("healthy", tmp_path) as cluster:
        options = ("--inventory", str(inventory_with(cluster, require=[])), "-k", "ping_in_time")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", f"{ROOT}/checks", *options, f"--report-dir={tmp_path / 'reports'}"],
            cwd=tmp_path / "elsewhere",
            env=operators_environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_run_that_is_started_with_closed_streams(tmp_path: Path, closed: str) -> None:
    """As some supervisors start it; what it would have printed is in the reports."""
    reports = tmp_path / "reports"
    with scene("healthy", tmp_path) as cluster:
        options = (
            f"--inventory={inventory_with(cluster, require=[])}",
            "-k",
            "ping_in_time",
            f"--report-dir={reports}",
        )
        done = subprocess.run(
            ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "msr_checks", *options],
            cwd=ROOT,
            env=operators_environment(),
            timeout=60,
            check=False,
        )
    assert done.returncode == 0
    assert {each.name for each in reports.iterdir()} == {"report.html", "junit.xml", "results.jsonl", "facts.json"}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"PYTEST_ADDOPTS": "--durations='3"}, "PYTEST_ADDOPTS cannot be read: No closing quotation"),
        ({"PYTHONOPTIMIZE": "2"}, "Python runs without docstrings, which are the titles of the conditions"),
    ],
)
def test_a_variable_that_keeps_a_run_from_its_start_is_named(
    tmp_path: Path, variables: dict[str, str], told: str
) -> None:
    """Code 1 would say that a critical condition failed."""
    reports = tmp_path / "reports"
    assert_not_started([sys.executable, "-m", "msr_checks", "--demo", f"--report-dir={reports}"], variables, told)
    assert not reports.exists()


def test_a_machine_without_a_directory_for_temporary_files_is_told(tmp_path: Path) -> None:
    nowhere = (
        "import runpy, sys, tempfile; tempfile._candidate_tempdir_list = lambda: ['/proc/1/nowhere']; "
        "sys.argv = ['msr_checks', '--demo', '--report-dir=' + sys.argv[1]]; "
        "runpy.run_module('msr_checks', run_name='__main__')"
    )
    reports = tmp_path / "reports"
    told = "no directory for temporary files can be written: set TMPDIR"
    assert_not_started([sys.executable, "-c", nowhere, str(reports)], {}, told)
    assert not reports.exists()


def assert_not_started(command: list[str], variables: dict[str, str], told: str) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=operators_environment() | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    assert f"ERROR: {told}" in done.stderr
    assert "Traceback" not in done.stderr


def test_runs_are_kept_under_the_clusters_name_and_the_latest_is_linked(suite: Suite, tmp_path: Path) -> None:
    name = f"front-door-{secrets.token_hex(6)}"
    runs = ROOT / "reports" / "runs" / name
    try:
        with scene("healthy", tmp_path) as cluster:
            inventory = inventory_with(cluster, cluster=name, require=[])
            for number in (1, 2):
                outcome = suite.run(f"--inventory={inventory}", "-k", "ping_in_time", reports=False)
                assert outcome.code == 0, outcome.output
                directories = sorted(each for each in runs.iterdir() if not each.is_symlink() and each.name[0] != ".")
                assert len(directories) == number
        assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{6}", each.name) for each in directories)
        newest = max(directories, key=lambda each: each.stat().st_mtime)
        assert (runs / "latest").resolve() == newest
        assert {each.name for each in runs.iterdir()} == {
            ".pytest_cache",
            "latest",
            *(each.name for each in directories),
        }
        assert str(newest / "report.html") in outcome.output
        # A run that gave no verdict is none to compare with.
        with scene("healthy", tmp_path / "again") as cluster:
            inventory = inventory_with(cluster, cluster=name, require=[])
            assert suite.run(f"--inventory={inventory}", "-k", "no_such_check", reports=False).code == 5
        assert (runs / "latest").resolve() == newest
    finally:
        shutil.rmtree(runs, ignore_errors=True)


def test_a_report_directory_is_flat(healthy: Seen) -> None:
    names = {each.name for each in healthy.outcome.reports.iterdir()}
    assert names == {"report.html", "junit.xml", "results.jsonl", "facts.json"}


def test_a_report_directory_that_takes_no_file_is_told_before_anything_is_asked(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        # /proc/self is there, and takes no file even from root.
        outcome = suite.run(f"--inventory={cluster.inventory}", "--report-dir=/proc/self", reports=False)
        assert cluster.requests == []
    assert outcome.code == 4, outcome.output
    assert "cannot write reports to /proc/self" in outcome.output
    assert "Traceback" not in outcome.output
