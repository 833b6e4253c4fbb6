"""Runs of the suite that are forked from a process which has imported already what every run imports.

A scene is looked at in a run of its own; importing and compiling is half of what such a run costs. Each run is still
a process of its own.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import runpy
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from reports.page import render_static
from tests.reports.samples import dead, header
from tests.suite import ROOT, Outcome, clean_environment

# Plugins that only the tests have: an operator's run does not load them.
WITHOUT = ("-p", "no:hypothesispytest", "-p", "no:xdist", "-p", "no:xdist.looponfail")


class WarmSuite:
    """Runs the suite as `tests.suite.Suite` does, in processes that are forked from one."""

    def __init__(self) -> None:
        self._forking = subprocess.Popen(
            [sys.executable, "-m", "tests.warm"],
            cwd=ROOT,
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, reports: Path, timeout: float = 240) -> Outcome:
        """Run pytest with these arguments from the checkout."""
        assert self._forking.stdin is not None
        assert self._forking.stdout is not None
        started = time.monotonic()
        with tempfile.NamedTemporaryFile() as output:
            asked = {"arguments": [f"--report-dir={reports}", *arguments], "output": output.name}
            watchdog = threading.Timer(timeout, self._forking.kill)
            watchdog.start()
            self._forking.stdin.write(json.dumps(asked) + "\n")
            self._forking.stdin.flush()
            code = self._forking.stdout.readline()
            watchdog.cancel()
            text = Path(output.name).read_text(encoding="utf-8")
        assert code, f"no end within {timeout} s: {text}"
        return Outcome(int(code), text, reports, time.monotonic() - started)

    def close(self) -> None:
        self._forking.communicate(timeout=10)


@contextlib.contextmanager
def warm_suite() -> Iterator[WarmSuite]:
    suite = WarmSuite()
    try:
        yield suite
    finally:
        suite.close()


def _serve() -> None:
    """Fork a run for each line of standard input, and tell how it ended."""
    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*WITHOUT, "--conditions"])
    render_static(header(), dead())
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _become(asked)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()


def _become(asked: Mapping[str, Any]) -> None:
    """Turn this process into the run, as `python -m pytest ARGUMENTS` is one."""
    output = os.open(asked["output"], os.O_WRONLY | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    arguments: Sequence[str] = asked["arguments"]
    sys.argv = ["pytest", *WITHOUT, *arguments]
    runpy.run_module("pytest", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
