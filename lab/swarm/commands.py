"""Runs the system's own commands, and waits, always within a time."""

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from docker.errors import DockerException
from requests import RequestException


class LabError(Exception):
    """The lab could not do what it was told; the text says what was tried and what came of it."""

    @property
    def cause(self) -> str:
        """Its first line that tells a cause: without the command."""
        return str(self).partition(" ended with ")[2] or str(self)


class Ended(LabError):
    """What was waited for cannot come about any more."""


def run(*command: str, seconds: float = 20, stdin: str | None = None) -> str:
    """What the command printed; LabError if it fails or takes longer."""
    try:
        done = subprocess.run(  # noqa: S603 - the lab's own words
            command, input=stdin, capture_output=True, text=True, errors="replace", timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LabError(f"{' '.join(command)}: {error}") from error
    if done.returncode:
        raise LabError(f"{' '.join(command)} ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


@contextmanager
def engine_errors() -> Iterator[None]:
    """A refusal of a Docker engine is an error of the lab like any other: LabError."""
    try:
        yield
    except (DockerException, RequestException) as error:
        raise LabError(f"a Docker engine of the lab: {error}") from error


def in_network_of(pid: int, command: Sequence[str], seconds: float = 20) -> str:
    """The same in the network namespace of a process."""
    return run("nsenter", f"--net=/proc/{pid}/ns/net", "--", *command, seconds=seconds)


def until(condition: Callable[[], object], what: str, *, seconds: float, pause: float = 0.05) -> None:
    """Wait until the condition holds; LabError names `what` did not come about, and the last error on the way."""
    ends, last = time.monotonic() + seconds, ""
    while True:
        try:
            if condition():
                return
        except Ended:
            raise
        except Exception as error:
            last = f": {error}"
        if time.monotonic() > ends:
            raise LabError(f"{what} did not come about in {seconds:g} s{last}")
        time.sleep(pause)
