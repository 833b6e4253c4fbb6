"""`python -m lab.embedded`."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from lab.embedded import scenes
from lab.embedded.__main__ import main

ROOT = Path(__file__).parents[2]


@contextmanager
def _program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "lab.embedded", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        watchdog = threading.Timer(20, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_serves_until_it_is_told_to_end(tmp_path: Path, told: signal.Signals) -> None:
    with _program("--scene", "one-replica-gone", "--latency", "5", "--directory", str(tmp_path)) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C"):
                break
        process.send_signal(told)
        assert process.wait(10) == 0
    text = "".join(lines)
    assert lines[0].startswith("one-replica-gone: ")
    inventory = tmp_path / "inventory.yaml"
    assert str(inventory) in text
    assert inventory.read_text(encoding="utf-8") in text
    assert f"pytest --inventory={inventory}" in text
    assert len(yaml.safe_load(inventory.read_text(encoding="utf-8"))["replicas"]) == 3
    assert (tmp_path / "admin-password").read_text(encoding="utf-8").strip() not in text


def test_lists_the_scenes_with_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(scenes())
    assert all(line.endswith(scene.title) for line, scene in zip(lines, scenes().values(), strict=True))


def test_unknown_scene_is_one_line_and_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--scene", "no-such-scene"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no-such-scene" in line
    assert "one-replica-gone" in line


def test_impossible_size_is_one_line_and_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--replicas", "21"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "not 21" in line
