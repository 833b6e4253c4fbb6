"""What all the suite's own tests share."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.long import LONG, share
from tests.scenes.played import played
from tests.suite import Suite, forking

# By the clock nothing is said of a machine that has other things to do.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

LONGEST = ("scenes", "front_door")
SHARED = {"front_door", "swarm"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, where everything is installed, a skipped test is a failed one."""
    report = yield
    if os.environ.get("MSR_CHECKS_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and nothing may be skipped here: {report.longrepr}"
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What waits for whole runs goes first, so that no worker is left alone with it at the end.

    Of whole runs a share is enough where more than one file is tested.
    """
    items.sort(key=lambda item: next((n for n, name in enumerate(LONGEST) if name in item.path.parts), len(LONGEST)))
    if LONG or len({item.path for item in items}) == 1:
        return
    left_out = [item for item in items if not _is_tried(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if _is_tried(item)]


def _is_tried(item: pytest.Item) -> bool:
    """All that is no case among others; of scenes those that stand for the rest, of other whole runs a quarter."""
    if not isinstance(item, pytest.Function) or not hasattr(item, "callspec"):
        return True
    if "scene" in item.callspec.params and "scenes" in item.path.parts:
        return item.callspec.params["scene"] in played()
    first = set(item.callspec.indices.values()) == {0}
    return first or not SHARED & set(item.path.parts) or bool(share([item.nodeid], 4))


def pytest_unconfigure() -> None:
    if forking.cache_info().currsize:
        forking().close()


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """The suite itself, run as an operator runs it."""
    return Suite(tmp_path / "reports")
