"""The project under its own name: its version, and the command `msr-checks`.

It runs from its checkout and is never built into a wheel, so pyproject.toml always lies beside this file.
"""

from __future__ import annotations

import importlib.metadata
import os
import runpy
import shlex
import sys
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent
INTERRUPTED = "ERROR: interrupted before anything was asked\n"
"""What Ctrl-C prints while a run still starts."""


@cache
def version() -> str:
    """The version of this checkout. What pip has on record is that of the day on which it was installed."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def main() -> None:
    """Run the checks as `python -m pytest` runs them in the checkout, from any directory and with any of its arguments.

    Returns after `--version`; otherwise pytest ends the process with its exit code, and Ctrl-C while it loads with 2.
    """
    arguments = sys.argv[1:]
    if not {"--version", "-V"}.isdisjoint(arguments):
        sys.stdout.write(f"msr-checks {version()} (pytest {importlib.metadata.version('pytest')})\n")
        return
    try:
        shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError as error:
        # pytest would end with a traceback, and with the code of a condition that failed.
        sys.stderr.write(f"ERROR: PYTEST_ADDOPTS cannot be read: {error}\n")
        raise SystemExit(4) from None
    # So that pytest takes no other directory for the project, wherever the inventory lies.
    sys.argv[1:] = ["-c", str(ROOT / "pyproject.toml"), *arguments]
    try:
        runpy.run_module("pytest", run_name="__main__")
    except KeyboardInterrupt:
        sys.stderr.write(INTERRUPTED)
        sys.exit(2)


if __name__ == "__main__":
    main()
