"""What a run still waits for, while it waits: one line that is rewritten on a terminal, plain lines in CI."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import TextIO

from reports.plain import fit, one_line

EVERY_SECONDS = 5.0
_ERASE = "\r\x1b[2K"
# A terminal is not written to more often than people can read.
_REDRAW_SECONDS = 0.05


class Progress:
    """Told of every look that is asked for and of every answer; threads may share it.

    On a stream that is no terminal a line is written for each probe when its answers are in, and at least every `every`
    seconds while something is awaited. As more of its looks may follow at once, a probe's line waits for a moment.
    """

    def __init__(
        self, stream: TextIO, *, every: float = EVERY_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._every = every
        self._clock = clock
        self._terminal = stream.isatty()
        self._lock = threading.Lock()
        self._awaited: dict[tuple[str, str], None] = {}
        self._asked: dict[str, int] = {}
        self._failed: dict[str, int] = {}
        self._answers = 0
        self._done: dict[str, float] = {}
        self._written = float("-inf")
        self._closed = threading.Event()
        self._ticker: threading.Thread | None = None

    def started(self, probe: str, subject: str) -> None:
        """A look of this probe at this subject was asked for."""
        with self._lock:
            self._awaited[probe, subject] = None
            self._asked[probe] = self._asked.get(probe, 0) + 1
            self._done.pop(probe, None)
            if self._terminal:
                self._redraw()
            elif self._ticker is None and not self._closed.is_set():
                self._written = self._clock()
                self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)
                self._ticker.start()

    def ended(self, probe: str, subject: str, ok: bool) -> None:
        """It has ended; `ok` says that there was an answer. A look that was not asked for is not counted."""
        with self._lock:
            if (probe, subject) not in self._awaited:
                return
            del self._awaited[probe, subject]
            self._answers += 1
            self._failed[probe] = self._failed.get(probe, 0) + (not ok)
            if self._terminal:
                self._redraw(force=not self._awaited)
            elif all(waiting != probe for waiting, _ in self._awaited):
                self._done[probe] = self._clock()

    def message(self, text: str) -> None:
        """Write a line of its own."""
        with self._lock:
            if self._terminal:
                self._write(_ERASE)
            self._tell_done()
            self._line(text)
            if self._terminal and self._awaited:
                self._redraw(force=True)

    def close(self) -> None:
        """Take the line away; nothing is written afterwards. May be called twice."""
        with self._lock:
            if self._terminal and not self._closed.is_set():
                self._write(_ERASE)
            self._tell_done()
            self._closed.set()
        if self._ticker is not None and self._ticker is not threading.current_thread():
            self._ticker.join(timeout=1)

    def _tick(self) -> None:
        moment = self._every / 5
        while not self._closed.wait(moment):
            with self._lock:
                self._tell_done(self._clock() - moment)
                if self._awaited and self._clock() - self._written >= self._every:
                    self._line(self._state(width=200))

    def _tell_done(self, until: float = float("inf")) -> None:
        """A line for each probe that has had all its answers since that moment."""
        for probe in [probe for probe, at in self._done.items() if at <= until]:
            del self._done[probe]
            without = f", {self._failed[probe]} without an answer" if self._failed[probe] else ""
            self._line(f"{probe}: {self._asked[probe]} looked at{without} ({self._tally()})")

    def _tally(self) -> str:
        return f"{self._answers} of {self._answers + len(self._awaited)} answers"

    def _state(self, width: int) -> str:
        """The tally and as many of the awaited looks as fit into the width."""
        observations = [one_line(f"{probe} {subject}") for probe, subject in self._awaited]
        for shown in range(len(observations), 0, -1):
            more = f" +{len(observations) - shown}" if shown < len(observations) else ""
            text = f"{self._tally()}; awaiting {', '.join(observations[:shown])}{more}"
            if len(text) <= width:
                return text
        return fit(f"{self._tally()}; awaiting {len(observations)}" if observations else self._tally(), width)

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
            # A reader that went away (`| head`) must not end the run; there is nobody left to tell.
            self._closed.set()
