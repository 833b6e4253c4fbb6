"""The command `msr-checks`: the checks of this checkout, from any directory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.front_door.sharing import Seen
from tests.front_door.staging import inventory_with, scene
from tests.suite import ROOT, operators_environment

VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
INSTALLED = shutil.which("msr-checks", path=sysconfig.get_path("scripts"))


def ran(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command's module from a directory, as its script does where the project is installed."""
    return _run(directory, operators_environment() | {"PYTHONPATH": str(ROOT)}, "msr_checks", *arguments)


def _run(
    directory: Path, environment: Mapping[str, str], module: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version_is_the_projects(tmp_path: Path) -> None:
    done = ran(tmp_path, "--version")
    assert done.returncode == 0
    assert done.stdout == f"msr-checks {VERSION} (pytest {pytest.__version__})\n"


@pytest.mark.parametrize(
    ("option", "shown"),
    [("--conditions", "PING-1     critical"), ("--help", "--inventory=FILE"), ("--demo", "conditions judged")],
)
def test_it_runs_from_another_directory_and_leaves_nothing_there(tmp_path: Path, option: str, shown: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    done = ran(tmp_path / "elsewhere", option, f"--report-dir={tmp_path / 'reports'}")
    assert done.returncode == 0, done.stdout
    assert shown in done.stdout
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_project_of_another_directory_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = ["--no-such-option"]\n')
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    assert ran(tmp_path, "--conditions").returncode == 0


def test_paths_are_those_of_the_directory_where_it_is_run(tmp_path: Path) -> None:
    with scene("licence-gone", tmp_path) as cluster:
        inventory = inventory_with(cluster, require=[])
        done = ran(inventory.parent, "--inventory", inventory.name, "-k", "no_alert", "--report-dir", "reports")
    assert done.returncode == 1, done.stdout
    assert (inventory.parent / "reports" / "report.html").is_file()


WEB = {"TLS-1", "TLS-2"}
TLS = {*WEB, "TLS-3"}


def judged(reports: Path) -> set[str]:
    lines = map(json.loads, (reports / "results.jsonl").read_text(encoding="utf-8").splitlines())
    return {line["condition"] for line in lines if line["kind"] == "verdict"}


@pytest.mark.parametrize("start", ["", "docs", "elsewhere"])
@pytest.mark.parametrize(
    ("test", "conditions"),
    [("checks/test_tls.py", WEB), ("checks/test_tls.py::test_certificate_is_trusted", {"TLS-1"})],
)
def test_a_path_or_a_test_replaces_the_checks(tmp_path: Path, start: str, test: str, conditions: set[str]) -> None:
    start_in = tmp_path if start == "elsewhere" else ROOT / start
    done = ran(start_in, "--demo", "-W", "error", test, f"--report-dir={tmp_path / 'reports'}")
    assert done.returncode == 7, done.stdout
    assert judged(tmp_path / "reports") == conditions


def test_a_path_that_is_none_is_told(tmp_path: Path) -> None:
    done = ran(tmp_path, "checks/test_nothing.py", "--demo", f"--report-dir={tmp_path / 'reports'}")
    assert done.returncode == 4, done.stdout
    assert "file or directory not found: checks/test_nothing.py" in done.stdout


@pytest.mark.parametrize("start", ["docs", "reports", "checks", "tests"])
def test_pytest_runs_the_checks_from_a_subdirectory(tmp_path: Path, start: str) -> None:
    done = pytest_in(ROOT / start, "--demo", "-W", "error", "-k", "TLS", f"--report-dir={tmp_path / 'reports'}")
    assert done.returncode == 7, done.stdout
    assert judged(tmp_path / "reports") == TLS


def test_pytest_runs_the_checks_from_elsewhere_with_the_projects_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    arguments = ("-c", str(ROOT / "pyproject.toml"), "--demo", "-W", "error", "-k", "TLS")
    done = pytest_in(tmp_path / "elsewhere", *arguments, f"--report-dir={tmp_path / 'reports'}")
    assert done.returncode == 7, done.stdout
    assert judged(tmp_path / "reports") == TLS
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_without_a_cluster_a_subdirectory_says_what_to_type_and_tests_are_its_own() -> None:
    done = pytest_in(ROOT / "docs")
    assert done.returncode == 4, done.stdout
    assert "name the cluster to check" in done.stdout
    own = pytest_in(ROOT / "tests" / "docs", "--collect-only", "-q")
    assert own.returncode == 0, own.stdout
    assert "tests/docs/test_docs.py::" in own.stdout
    assert "checks/" not in own.stdout


def pytest_in(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest from a directory, with nothing of the project on its path."""
    return _run(directory, operators_environment(), "pytest", *arguments)


def test_ctrl_c_while_it_loads_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "early.py").write_text("raise KeyboardInterrupt\n")
    environment = operators_environment() | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    done = _run(tmp_path, environment, "msr_checks", "-p", "early", "--demo")
    assert (done.returncode, done.stdout) == (2, "ERROR: interrupted before anything was asked\n")


def test_its_exit_code_is_pytests(tmp_path: Path) -> None:
    assert ran(tmp_path).returncode == 4
    assert ran(tmp_path, "--no-such-option").returncode == 4
    assert ran(tmp_path, "--demo", "-k", "no_check_has_this_name", "--report-dir=reports").returncode == 5


@pytest.mark.skipif(INSTALLED is None, reason="the project is not installed here: pip install --editable .")
def test_the_installed_command_is_this_checkouts(tmp_path: Path) -> None:
    done = subprocess.run([str(INSTALLED), "--version"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"msr-checks {VERSION} ")


def test_a_run_and_its_reports_name_the_version(healthy: Seen) -> None:
    outcome = healthy.outcome
    assert outcome.output.splitlines()[2] == f"msr-checks {VERSION}"
    assert f"msr-checks {VERSION}" in (outcome.reports / "report.html").read_text(encoding="utf-8")
    properties = ElementTree.parse(outcome.reports / "junit.xml").getroot().iter("property")
    assert {each.get("name"): each.get("value") for each in properties}["msr-checks-version"] == VERSION
