"""tox: the environment `checks` passes the environment through and keeps the exit code."""

from __future__ import annotations

import configparser
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.front_door.planted import plain
from tests.front_door.staging import inventory_with, scene, state_of
from tests.suite import ROOT, operators_environment


def tox() -> list[str] | None:
    """How to run tox: named by TOX, importable here, on the path, or where the README has it installed."""
    if "TOX" in os.environ:
        return shlex.split(os.environ["TOX"])
    if importlib.util.find_spec("tox"):
        return [sys.executable, "-m", "tox"]
    readme = ROOT / ".venv" / "bin" / "tox"
    found = shutil.which("tox") or (str(readme) if readme.exists() else None)
    return [found] if found else None


TOX = tox()


def ran(command: list[str], directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command from the checkout, without what a tox around this test says of itself."""
    inherited = {name: value for name, value in operators_environment().items() if not name.startswith("TOX_")}
    return subprocess.run(
        command,
        cwd=directory,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


def configured() -> configparser.SectionProxy:
    """The environment `checks` as tox.ini has it."""
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(ROOT / "tox.ini", encoding="utf-8")
    return ini["testenv:checks"]


def test_the_command_of_tox_runs_the_checks(tmp_path: Path) -> None:
    assert configured()["pass_env"] == "*"
    (line,) = configured()["commands"].splitlines()
    assert line.startswith("python -m msr_checks ")
    assert line.endswith(" {posargs}")
    with scene("licence-gone", tmp_path) as cluster:
        options = f"--inventory {inventory_with(cluster, require=[])} -k no_alert --report-dir {tmp_path / 'reports'}"
        command = line.replace("{posargs}", options)
        done = ran([sys.executable, *shlex.split(command)[1:]], ROOT)
    assert done.returncode == 1, done.stdout
    assert "ALERT-1" in done.stdout


@pytest.mark.skipif(TOX is None, reason="tox is not installed: pip install tox, or name it in TOX")
@pytest.mark.parametrize(
    ("selected", "code"), [("no_alert", 7), ("log_in", 0), ("no_check_has_this_name", 5), ("not a <selection>", 4)]
)
def test_tox_passes_secrets_through_and_keeps_the_exit_code(tmp_path: Path, selected: str, code: int) -> None:
    """The packages are those of this environment: what tox would install is not what is tested."""
    packages = sysconfig.get_path("purelib")
    secret = plain()
    with scene("alerts-and-jobs-unreadable", tmp_path) as cluster:
        state_of(cluster).account("admin").password = secret
        accounts = {"admin": {"username": "admin", "password": "env:FRONT_DOOR_ADMIN"}}
        overrides = ("dependency_groups=", "deps=", f"set_env=PYTHONPATH={packages}", f"base_python={sys.executable}")
        command = [*(TOX or []), "run", "-e", "checks", "--workdir", str(tmp_path / "tox")]
        for override in overrides:
            command += ["-x", f"testenv:checks.{override}"]
        command += ["--", "--inventory", str(inventory_with(cluster, accounts=accounts, require=[]))]
        command += ["-k", selected, f"--report-dir={tmp_path / 'reports'}"]
        done = ran(command, ROOT, FRONT_DOOR_ADMIN=secret)
    assert done.returncode == code, done.stdout
    assert secret not in done.stdout
