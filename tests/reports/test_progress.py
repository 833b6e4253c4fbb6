"""What is shown while a run waits."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

import pytest

from reports.progress import Progress
from tests.reports.samples import IDS


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(text)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def shown(terminal: io.StringIO) -> str:
    """What stands on the line at the end."""
    return terminal.getvalue().rpartition("\x1b[2K")[2]


def test_a_terminal_shows_what_is_awaited() -> None:
    clock, terminal = Clock(), Terminal()
    progress = Progress(terminal, clock=clock)
    for name in IDS[:3]:
        clock.now += 1
        progress.started("ping", name)
    clock.now += 1
    progress.ended("ping", IDS[0], True)
    assert shown(terminal) == f"1 of 3 observations; waiting for ping {IDS[1]}, ping {IDS[2]}"
    progress.close()
    assert terminal.getvalue().endswith("\r\x1b[2K")


def test_the_line_fits_the_terminal() -> None:
    clock, terminal = Clock(), Terminal()
    progress = Progress(terminal, clock=clock)
    for name in IDS:
        clock.now += 1
        progress.started("cluster_status", name)
    line = shown(terminal)
    assert len(line) < 80
    assert line == f"0 of 7 observations; waiting for cluster_status {IDS[0]} and 6 more"
    assert "\n" not in terminal.getvalue()


def test_a_name_that_is_wider_than_the_terminal_is_left_out() -> None:
    terminal = Terminal()
    Progress(terminal).started("x" * 200, "subject")
    assert shown(terminal) == "0 of 1 observation; 1 pending"


def test_a_terminal_is_not_written_to_more_often_than_people_can_read() -> None:
    terminal = Terminal()
    progress = Progress(terminal, clock=Clock())
    for number in range(1000):
        progress.started("ping", str(number))
    for number in range(1000):
        progress.ended("ping", str(number), True)
    assert terminal.getvalue().count("\x1b[2K") == 2
    assert shown(terminal) == "1000 of 1000 observations"


def test_a_message_stands_above_the_line() -> None:
    clock, terminal = Clock(), Terminal()
    progress = Progress(terminal, clock=clock)
    progress.started("ping", IDS[0])
    progress.message("looking again at 3")
    assert f"\x1b[2Klooking again at 3\n\r\x1b[2K0 of 1 observation; waiting for ping {IDS[0]}" in terminal.getvalue()


def test_in_ci_there_is_one_line_for_each_probe() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    for name in IDS[:3]:
        progress.started("ping", name)
        progress.started("version", name)
    for name in IDS[:3]:
        progress.ended("ping", name, name != IDS[1])
    progress.close()
    assert stream.getvalue() == "ping: 3 done, 1 without a response (3 of 6 observations)\n"


def test_a_probe_that_goes_on_is_told_once() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    for name in IDS[:3]:
        progress.started("ping", name)
        progress.ended("ping", name, True)
    progress.close()
    assert stream.getvalue() == "ping: 3 done (3 of 3 observations)\n"


def test_in_ci_something_is_said_at_least_every_few_seconds() -> None:
    stream = io.StringIO()
    progress = Progress(stream, every=0.02)
    progress.started("ping", IDS[0])
    until(lambda: stream.getvalue().count(f"0 of 1 observation; waiting for ping {IDS[0]}\n") >= 2)
    progress.ended("ping", IDS[0], False)
    until(lambda: "ping: 1 done, 1 without a response" in stream.getvalue())
    before = stream.getvalue()
    time.sleep(0.1)
    assert stream.getvalue() == before
    progress.close()


def test_nothing_is_written_after_the_end_and_no_thread_is_left() -> None:
    stream = io.StringIO()
    progress = Progress(stream, every=0.01)
    progress.started("ping", IDS[0])
    progress.close()
    progress.close()
    before = stream.getvalue()
    progress.message("late")
    progress.ended("ping", IDS[0], True)
    progress.started("ping", IDS[1])
    assert stream.getvalue() == before
    assert "progress" not in [thread.name for thread in threading.enumerate()]


def test_without_a_thread_the_lines_are_written_when_there_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_thread)
    stream = io.StringIO()
    progress = Progress(stream)
    progress.started("ping", IDS[0])
    progress.ended("ping", IDS[0], True)
    progress.close()
    assert stream.getvalue() == "ping: 1 done (1 of 1 observation)\n"


def test_an_answer_that_nobody_waits_for_is_not_counted() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    progress.ended("ping", IDS[0], True)
    progress.close()
    assert stream.getvalue() == ""


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_what_is_told_cannot_move_the_cursor(stream: io.StringIO) -> None:
    progress = Progress(stream)
    progress.message("a\x1b[2Jb\nc")
    assert "a [2Jb c\n" in stream.getvalue()


def test_a_reader_that_went_away_does_not_end_the_run() -> None:
    progress = Progress(Broken())
    progress.message("hello")
    progress.message("again")
    progress.close()
