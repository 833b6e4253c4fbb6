"""A plugin (`-p tests.front_door.interrupting`) that sends its own run a signal at a moment that a test names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PLUGIN = f"-ptests.front_door.{Path(__file__).stem}"
MOMENT = "FRONT_DOOR_MOMENT"
NUMBER = "FRONT_DOOR_SIGNAL"


def _now(moment: str) -> None:
    if os.environ[MOMENT] == moment:
        os.kill(os.getpid(), int(os.environ[NUMBER]))


def _before(moment: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def interrupted(*arguments: Any) -> Any:
        _now(moment)
        return function(*arguments)

    return interrupted


def pytest_configure() -> None:
    from checks.engine import run
    from fixtures.core import facts_file

    facts_file.text = _before("saving", facts_file.text)
    run._arguments = _before("judging", run._arguments)


def pytest_runtest_call(item: pytest.Item) -> None:
    if "fresh" in item.name:
        _now("testing")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    _now("telling")
