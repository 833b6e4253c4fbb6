"""`python -m lab.notary`."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from lab.notary import DAMAGES, missing
from lab.notary.__main__ import main
from tests.suite import ROOT

LACKING = missing()


@pytest.mark.skipif(LACKING is not None, reason=str(LACKING))
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serves_until_it_is_told_to_end(tmp_path: Path, told: signal.Signals) -> None:
    command = [sys.executable, "-m", "lab.notary", "--damage", "server-frozen", "--directory", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        process.send_signal(told)
        assert process.wait(30) == 0
        watchdog.cancel()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    text = "".join(lines)
    assert lines[0] == f"server-frozen: {DAMAGES['server-frozen'].title}\n"
    inventory = tmp_path / "embedded" / "notary.yaml"
    assert inventory.read_text(encoding="utf-8") in text
    assert f"pytest --inventory={inventory}" in text
    assert len(yaml.safe_load(inventory.read_text(encoding="utf-8"))["replicas"]) == 3
    assert inventory.with_name("admin-password").read_text(encoding="utf-8").strip() not in text


def test_lists_the_damages_with_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(DAMAGES)
    assert all(line.endswith(damage.title) for line, damage in zip(lines, DAMAGES.values(), strict=True))


def test_an_unknown_damage_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--damage", "everything"]) == 2
    assert "no damage 'everything'; there are: key-swapped, " in capsys.readouterr().err
