"""What a run hands to the reports: plain data, so that reports need to know neither the probes nor the checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports.progress import Progress
from reports.results import Mask


@pytest.hookspec
def pytest_msr_cluster(config: pytest.Config, cluster: str) -> None:
    """Which cluster is named, before pytest opens its cache."""


@pytest.hookspec
def pytest_msr_run(
    config: pytest.Config,
    cluster: str,
    mask: Mask,
    mask_name: Callable[[str], str],
    mask_text: Callable[[str], str],
) -> None:
    """A run of a cluster is about to begin: how secrets are masked in values, in names and in texts."""


@pytest.hookspec
def pytest_msr_file(config: pytest.Config, name: str, text: str) -> None:
    """A file of the run, besides its reports, that only its owner may read: its facts."""


@pytest.hookspec(firstresult=True)
def pytest_msr_previous_run(config: pytest.Config) -> Path | None:
    """The directory of the cluster's run before this one, where there was one."""


@pytest.hookspec(firstresult=True)
def pytest_msr_watcher(config: pytest.Config) -> Progress:
    """What shows the pending observations while probes run."""
    raise NotImplementedError


@pytest.hookspec
def pytest_msr_header(config: pytest.Config, header: dict[str, Any]) -> None:
    """All observations have ended and verdicts follow: the first line of results.jsonl."""


@pytest.hookspec
def pytest_msr_verdicts(item: pytest.Item, verdicts: list[dict[str, Any]]) -> None:
    """The verdicts of one test item, as results.jsonl has them."""
