"""A plugin (`-p tests.front_door.crashing`) that breaks probes, checks or pytest itself while they hold secrets."""

from __future__ import annotations

import functools
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

SECRETS = "FRONT_DOOR_SECRETS"
MODE = "FRONT_DOOR_MODE"
PLUGIN = f"-ptests.front_door.{Path(__file__).stem}"
# A replica's version is told by its containers too.
PROBES_TO_BREAK = ("version", "containers", "storage")
CHECKS_TO_BREAK = ("test_replica_answers_ping", "test_registry_raises_no_alert")


def _modes() -> list[str]:
    """What is to break: "checks", "probes", "hook"; with "print", probes and a hook only print what they hold."""
    return os.environ[MODE].split()


def _held(what: str) -> str:
    """All secrets in one text."""
    held: list[str] = json.loads(Path(os.environ[SECRETS]).read_text(encoding="utf-8"))
    return f"{what} holds {' and '.join(held)}"


def _tell(text: str) -> None:
    print(text)  # noqa: T201
    print(text, file=sys.stderr)  # noqa: T201
    logging.getLogger(__name__).error("%s", text)


def _broken_check(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def broken(**_arguments: Any) -> Any:
        local = _held(function.__name__)
        _tell(local)
        warnings.warn(local, stacklevel=1)
        raise RuntimeError(local)

    return broken


def _broken_probe(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def broken(**arguments: Any) -> Any:
        local = _held(function.__name__)
        if "print" in _modes():
            _tell(local)
            return function(**arguments)
        raise RuntimeError(local)

    return broken


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from fixtures.core.probe import PROBES

    for name in PROBES_TO_BREAK:
        if {"probes", "print"} & set(_modes()):
            PROBES[name] = replace(PROBES[name], function=_broken_probe(PROBES[name].function))
    for item in items:
        if "checks" in _modes() and isinstance(item, pytest.Function) and item.originalname in CHECKS_TO_BREAK:
            item.obj = _broken_check(item.obj)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and "print" in _modes():
        _tell(_held("a hook"))
    if report.when == "call" and "hook" in _modes():
        local = _held("a hook")
        raise RuntimeError(local)
