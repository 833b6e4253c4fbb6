"""A copy of the suite, to write checks and probes into that are wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.suite import ROOT, operators_environment

PARTS = ("checks", "fixtures", "reports", "inventories")


@dataclass
class Scratch:
    """A checkout without a lab and without tests."""

    root: Path
    _written: list[Path] = field(default_factory=list)

    def write(self, path: str, text: str) -> None:
        """Add a module to it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self._written.append(file)

    def clear(self) -> None:
        """Remove what was added. What Python compiled of the rest stays, so that the next run is quick."""
        for file in self._written:
            file.unlink()
            for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
                compiled.unlink()
        self._written.clear()

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """How `pytest ARGUMENTS` ended there, and all that it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *arguments],
            cwd=self.root,
            env=operators_environment() | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


def scratch(directory: Path) -> Scratch:
    """A copy in this directory."""
    for part in PARTS:
        shutil.copytree(ROOT / part, directory / part, ignore=shutil.ignore_patterns("runs", "latest"))
    for name in ("front_door.py", "msr_checks.py", "pyproject.toml"):
        shutil.copy(ROOT / name, directory / name)
    return Scratch(directory)
