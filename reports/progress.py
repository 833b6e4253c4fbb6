"""What a run is waiting for: one line that is rewritten on a terminal, plain lines in CI."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from typing import TextIO

from reports.plain import fit, many, one_line

EVERY_SECONDS = 5.0
_ERASE = "\r\x1b[2K"
# A terminal is not written to more often than people can read.
_REDRAW_SECONDS = 0.05


class Progress:
    """Counts the observations that are requested and those that have ended; threads may share it.

    On a stream that is no terminal a line is written for each probe when all its observations have ended, and at least
    every `every` seconds while any is pending. As more of them may follow at once, a probe's line waits for a moment.
    """

    def __init__(
        self, stream: TextIO, *, every: float = EVERY_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._every = every
        self._clock = clock
        self._terminal = stream.isatty()
        self._lock = threading.Lock()
        self._pending: dict[tuple[str, str], None] = {}
        self._asked: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self._ended = 0
        self._done: dict[str, float] = {}
        self._written = float("-inf")
        self._closed = threading.Event()
        self._ticker: threading.Thread | None = None

    def started(self, probe: str, subject: str) -> None:
        """An observation of this subject by this probe was requested."""
        with self._lock:
            self._pending[probe, subject] = None
            self._asked[probe] = self._asked.get(probe, 0) + 1
            self._done.pop(probe, None)
            if self._terminal:
                self._redraw()
            elif self._ticker is None and not self._closed.is_set():
                self._written = self._clock()
                ticker = threading.Thread(target=self._tick, name="progress", daemon=True)
                # Where this machine has no thread left, lines are written when there is another reason to.
                with contextlib.suppress(RuntimeError):
                    ticker.start()
                    self._ticker = ticker

    def ended(self, probe: str, subject: str, ok: bool) -> None:
        """It has ended; `ok` says that there was a response. An observation that was not requested is not counted."""
        with self._lock:
            if (probe, subject) not in self._pending:
                return
            del self._pending[probe, subject]
            self._ended += 1
            self._failed[probe] = self._failed.get(probe, 0) + (not ok)
            if self._terminal:
                self._redraw(force=not self._pending)
            elif all(waiting != probe for waiting, _ in self._pending):
                self._done[probe] = self._clock()

    def message(self, text: str) -> None:
        """Write a line of its own."""
        with self._lock:
            if self._terminal:
                self._write(_ERASE)
            self._write_done()
            self._line(text)
            if self._terminal and self._pending:
                self._redraw(force=True)

    def close(self) -> None:
        """Take the line away; nothing is written afterwards. May be called twice."""
        with self._lock:
            if self._terminal and not self._closed.is_set():
                self._write(_ERASE)
            self._write_done()
            self._closed.set()
        if self._ticker is not None and self._ticker is not threading.current_thread():
            self._ticker.join(timeout=1)

    def _tick(self) -> None:
        moment = self._every / 5
        while not self._closed.wait(moment):
            with self._lock:
                self._write_done(self._clock() - moment)
                if self._pending and self._clock() - self._written >= self._every:
                    self._line(self._state(width=200))

    def _write_done(self, until: float = float("inf")) -> None:
        """A line for each probe whose observations had all ended at that moment."""
        for probe in [probe for probe, at in self._done.items() if at <= until]:
            del self._done[probe]
            without = f", {self._failed[probe]} without a response" if self._failed[probe] else ""
            self._line(f"{probe}: {self._asked[probe]} done{without} ({self._tally()})")

    def _tally(self) -> str:
        return f"{self._ended} of {many(self._ended + len(self._pending), 'observation')}"

    def _state(self, width: int) -> str:
        """The tally and as many of the pending observations as fit into the width."""
        observations = [one_line(f"{probe} {subject}") for probe, subject in self._pending]
        for shown in range(len(observations), 0, -1):
            more = f" and {len(observations) - shown} more" if shown < len(observations) else ""
            text = f"{self._tally()}; waiting for {', '.join(observations[:shown])}{more}"
            if len(text) <= width:
                return text
        return fit(f"{self._tally()}; {len(observations)} pending" if observations else self._tally(), width)

    def _width(self) -> int:
        try:
            return os.get_terminal_size(self._stream.fileno()).columns - 1
        except (OSError, ValueError):
            return 79

    def _redraw(self, *, force: bool = False) -> None:
        now = self._clock()
        if force or now - self._written >= _REDRAW_SECONDS:
            self._written = now
            self._write(_ERASE + self._state(self._width()))

    def _line(self, text: str) -> None:
        self._written = self._clock()
        self._write(one_line(text) + "\n")

    def _write(self, text: str) -> None:
        if self._closed.is_set():
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            # A reader that went away (`| head`) must not end the run; nobody reads it any more.
            self._closed.set()
