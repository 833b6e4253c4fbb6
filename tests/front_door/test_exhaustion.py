"""This machine has too few file descriptors for a run: that is told as this machine's, and accuses nobody."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lab import embedded
from tests.suite import ROOT, operators_environment


def results(inventory: Path, environment: Mapping[str, str], limit: int, reports: Path) -> list[dict[str, Any]]:
    """The verdicts of a run that may hold so many files open at once."""
    suite = [sys.executable, "-m", "pytest", "checks", "-q", "-p", "no:cacheprovider", f"--inventory={inventory}"]
    command = ["sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh", *suite, f"--report-dir={reports}"]
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=300, check=False)
    lines = [json.loads(line) for line in (reports / "results.jsonl").read_text().splitlines()]
    return [each for each in lines if each["kind"] == "verdict"]


@pytest.mark.parametrize("limit", [18, 24, 30])
def test_too_few_file_descriptors_accuse_nobody(tmp_path: Path, limit: int) -> None:
    with embedded.start("healthy", directory=tmp_path / "lab") as cluster:
        found = results(cluster.inventory, operators_environment(), limit, tmp_path / "reports")
    wrong = [(each["condition"], each["subject"], each["message"]) for each in found if each["verdict"] == "FAIL"]
    assert not wrong
    own = [each for each in found if each["reason"] == "run.exhausted"]
    assert own
    assert {tuple(each["about"]) for each in own} == {("this-machine",)}
    assert all("this machine lacks file descriptors" in each["message"] for each in own)
