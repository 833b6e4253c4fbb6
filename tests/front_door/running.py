"""A run in the background, for tests that end it before its end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.suite import ROOT, Outcome, operators_environment


@dataclass
class Running:
    """A run that has been started. `signal` is told to it alone, as a supervisor does."""

    process: subprocess.Popen[bytes]
    reports: Path
    terminal: Path
    began: float

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ended(self, seconds: float) -> Outcome:
        """Wait for its end; raises TimeoutExpired where it takes longer."""
        code = self.process.wait(seconds)
        return Outcome(code, self.terminal.read_text(encoding="utf-8"), self.reports, time.monotonic() - self.began)


@contextmanager
def started(directory: Path, *arguments: str) -> Iterator[Running]:
    """Start the suite with these arguments; it is killed at the end where it still runs."""
    reports, terminal = directory / "reports", directory / "terminal.txt"
    with terminal.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", f"--report-dir={reports}", *arguments],
            cwd=ROOT,
            env=operators_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Running(process, reports, terminal, time.monotonic())
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
