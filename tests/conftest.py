"""What all the suite's own tests share."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.suite import Suite, forking


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, where everything is installed, a skipped test is a failed one."""
    report = yield
    if os.environ.get("MSR_CHECKS_NO_SKIPS") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and nothing may be skipped here: {report.longrepr}"
    return report


def pytest_unconfigure() -> None:
    if forking.cache_info().currsize:
        forking().close()


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """The suite itself, run as an operator runs it."""
    return Suite(tmp_path / "reports")
