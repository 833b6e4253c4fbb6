"""The programs that a run starts on this machine, and what they are given."""

from __future__ import annotations

from pathlib import Path

from tests.front_door.staging import inventory_with, scene
from tests.suite import Suite

ADMIN, READER = "Env-Of-The-Admin-91", "Env-Of-The-Reader-92"


def recording(path: Path, prints: str) -> str:
    """A program that writes down its environment; gives its path."""
    path.write_text(f"#!/bin/sh\nenv > {path}.environment\n{prints}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_no_program_that_a_run_starts_has_its_secrets_in_the_environment(tmp_path: Path) -> None:
    command = recording(tmp_path / "password", "echo not-the-right-one")
    shell = recording(tmp_path / "shell", "exit 1")
    accounts = {
        "admin": {"username": "admin", "password": "env:MSR_ADMIN_PASSWORD"},
        "readers": [
            {"username": "ci", "password": "env:CI_PASSWORD", "reads": ["library/alpine"]},
            {"username": "other", "password": {"exec": [command]}, "reads": ["library/alpine"]},
        ],
    }
    suite = Suite(tmp_path / "reports", {"MSR_ADMIN_PASSWORD": ADMIN, "CI_PASSWORD": READER, "SITE": "eu-1"})
    with scene("healthy", tmp_path) as cluster:
        nodes = [{"name": f"node-{number}", "shell": {"command": [shell, str(number)]}} for number in (1, 2, 3)]
        inventory = inventory_with(cluster, accounts=accounts, nodes=nodes, pull=None, require=[])
        outcome = suite.run(f"--inventory={inventory}", "-k", "NODE or TOKEN-0")
    assert outcome.code != 4, outcome.output
    for program in (command, shell):
        given = Path(f"{program}.environment").read_text(encoding="utf-8")
        assert "SITE=eu-1" in given
        assert ADMIN not in given, program
        assert READER not in given, program
