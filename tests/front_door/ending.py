"""A plugin (`-p tests.front_door.ending`) that breaks a run where a test says: in a hook of its own, or by Ctrl-C."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PLUGIN = f"-ptests.front_door.{Path(__file__).stem}"
WHERE = "FRONT_DOOR_BREAKS"
BOOM = "the plugin broke"


def _break(where: str, what: type[BaseException] = RuntimeError) -> None:
    if os.environ[WHERE] == where:
        raise what(BOOM)


def pytest_runtest_setup() -> None:
    _break("setup")


def pytest_runtest_call() -> None:
    _break("call")
    _break("ctrl-c", KeyboardInterrupt)
    if os.environ[WHERE] == "exit":
        pytest.exit(BOOM, returncode=42)


def pytest_runtest_teardown() -> None:
    _break("teardown")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        _break("logreport")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    _break("sessionfinish")
