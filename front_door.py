"""The front door: has pytest load the plugins, wherever it was started. It is named in pyproject.toml."""

from __future__ import annotations

import pytest

PLUGINS = ["fixtures.plugin", "checks.plugin", "reports.plugin"]


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """After the plugins that are installed, so that ours are asked first."""
    for name in PLUGINS:
        early_config.pluginmanager.import_plugin(name)
