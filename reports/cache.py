"""Where pytest keeps what failed last, for `--lf`, `--ff`, `--nf` and `--sw`: with the runs of the cluster."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

NAME = ".pytest_cache"


def keep_cache_in(config: pytest.Config, directory: Path) -> None:
    """Have pytest keep it in this directory, before it opens its cache; `-o cache_dir=…` goes first."""
    if any(setting.startswith("cache_dir=") for setting in config.getoption("override_ini", None) or ()):
        return
    if not _takes_files(directory):
        # pytest would warn at the end of each run in a clone that cannot be written.
        scratch = tempfile.TemporaryDirectory(prefix="msr-checks-cache-")
        config.add_cleanup(scratch.cleanup)
        directory = Path(scratch.name)
    settings: Any = config
    settings._inicache["cache_dir"] = str(directory / NAME)


def _takes_files(directory: Path) -> bool:
    there = next(each for each in (directory, *directory.parents) if each.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
