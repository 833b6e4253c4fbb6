"""The front door: has pytest load the plugins, wherever it was started. It is named in pyproject.toml."""

from __future__ import annotations

import os
import sys
import tempfile

import pytest

from msr_checks import INTERRUPTED

PLUGINS = ["fixtures.plugin", "checks.plugin", "reports.plugin"]


def _open_what_is_closed() -> None:
    """Give a run that was started with a closed standard stream an empty one: pytest writes to it all the same."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _refuse_what_no_run_can_do_without() -> None:
    """Raises pytest.UsageError (exit 4): pytest would end with code 1, as where a critical condition failed."""
    if sys.flags.optimize > 1:
        raise pytest.UsageError(
            "Python runs without docstrings, which are the titles of the conditions: unset PYTHONOPTIMIZE (-OO)"
        )
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        raise pytest.UsageError("no directory for temporary files can be written: set TMPDIR") from None


_open_what_is_closed()
_refuse_what_no_run_can_do_without()


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """After the plugins that are installed, so that ours are asked first. To import them takes most of the start."""
    try:
        for name in PLUGINS:
            early_config.pluginmanager.import_plugin(name)
    except KeyboardInterrupt:
        sys.stderr.write(INTERRUPTED)
        raise SystemExit(pytest.ExitCode.INTERRUPTED) from None
