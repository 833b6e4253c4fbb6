"""Changes to a cluster while it is looked at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LONGEST_SECONDS = 60.0
EVERY_SECONDS = 0.02


def until(condition: Callable[[], bool], seconds: float = LONGEST_SECONDS) -> bool:
    """Wait for something; False when it did not come about in time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(EVERY_SECONDS)
    return condition()


@contextmanager
def meanwhile(when: Callable[[], bool], then: Callable[[], None]) -> Iterator[None]:
    """In the background, do something as soon as a condition holds; fails at the end where it never held."""
    done = threading.Event()
    left = threading.Event()

    def watch() -> None:
        if until(lambda: left.is_set() or when()) and not left.is_set():
            then()
            done.set()

    watcher = threading.Thread(target=watch, name="meanwhile", daemon=True)
    watcher.start()
    yield
    left.set()
    watcher.join(5)
    assert done.is_set(), "what this test waits for never came about"
