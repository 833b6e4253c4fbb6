"""Runs of the suite that are forked from a process which has imported already what every run imports.

Importing and compiling is half of what a run costs. Each run is still a process of its own, with an environment of its
own; that a fresh interpreter does the same is seen where tests start one (`tests.front_door.running`, tox, the bench).
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest


class Forking:
    """A process that waits to fork runs, one after the other. checkout: where they run."""

    def __init__(self, checkout: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"],
            cwd=checkout,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._lock = threading.Lock()

    def run(self, arguments: list[str], environment: Mapping[str, str], timeout: float) -> tuple[int, str, float]:
        """What `python -m pytest ARGUMENTS` ended with, all that it printed, and how many seconds it took.

        Raises TimeoutError with what was printed until then where it does not end in time; it is killed.
        """
        with self._lock, tempfile.NamedTemporaryFile() as output:
            asked = {"arguments": arguments, "environment": dict(environment), "output": output.name}
            started = time.monotonic()
            run = int(self._told(json.dumps(asked)))
            killed = threading.Event()
            watchdog = threading.Timer(timeout, _kill, (run, killed))
            watchdog.start()
            code = int(self._told())
            watchdog.cancel()
            seconds = time.monotonic() - started
            text = Path(output.name).read_text(encoding="utf-8")
        if killed.is_set():
            raise TimeoutError(f"no end within {timeout} s: {text}")
        return code, text, seconds

    def _told(self, line: str = "") -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        return self._process.stdout.readline()

    def close(self) -> None:
        self._process.communicate(timeout=10)


def _kill(run: int, killed: threading.Event) -> None:
    killed.set()
    os.kill(run, signal.SIGKILL)


def _serve() -> None:
    """For each line of standard input fork a run: tell its process, and then how it ended."""
    from reports.page.render import render_static
    from tests.reports.samples import dead, header

    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--conditions"])
    render_static(header(), dead())
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
        _tell(child)
        _tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(asked: Mapping[str, Any]) -> None:
    """Turn this process into the run, as `python -m pytest ARGUMENTS` is one."""
    output = os.open(asked["output"], os.O_WRONLY | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["pytest", *asked["arguments"]]
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
