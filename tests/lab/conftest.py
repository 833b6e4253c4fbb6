"""Stand-in clusters that end with the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import embedded
from tests.lab.asking import Asker

Start = Callable[..., Asker]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a scene, with the options of `lab.embedded.start`, and ask it."""
    with ExitStack() as stack:

        def started(scene: str = "healthy", *, replicas: int | None = None, latency: float = 0.0) -> Asker:
            cluster = embedded.start(scene, replicas=replicas, latency=latency, directory=tmp_path / scene)
            return Asker(stack.enter_context(cluster))

        yield started


@pytest.fixture
def healthy(start: Start) -> Asker:
    return start()
