"""A lab and a command together in namespaces that are thrown away: nothing is added to the machine's network.

Whatever ends the outer process, kill -9 included, ends all of it: the inner one is the first of a pid namespace.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from lab.swarm import janitor
from lab.swarm.commands import run
from lab.swarm.lab import Lab, new_directory
from lab.swarm.namespaces import DIES_WITH_ITS_PARENT
from lab.swarm.plan import Plan

PATIENCE_SECONDS = 60.0
"""How long a command that is told to end may take for it."""
INNER = "inside"


class Told(BaseException):
    """SIGTERM came."""


def _raise(_number: int, _frame: FrameType | None) -> None:
    raise Told


def enter(arguments: Sequence[str]) -> int:
    """Run `python -m lab.swarm inside DIRECTORY …` in new namespaces; the exit code is that of its command."""
    directory = new_directory()
    sweeper = janitor.engage(directory)
    namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]
    inside = [sys.executable, "-m", "lab.swarm", INNER, str(directory), *arguments]
    signal.signal(signal.SIGTERM, _raise)
    process = subprocess.Popen([*DIES_WITH_ITS_PARENT, "unshare", *namespaces, "--", *inside])  # noqa: S603
    try:
        return _awaited(process)
    finally:
        process.kill()
        process.wait(20)
        janitor.sweep(directory)
        sweeper.communicate(timeout=janitor.SECONDS + 10)


def _awaited(process: "subprocess.Popen[bytes]") -> int:
    """On Ctrl-C, which the inner process gets as well, and on SIGTERM, it may come to an end by itself."""
    try:
        return process.wait()
    except (KeyboardInterrupt, Told) as told:
        if isinstance(told, Told):
            for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)
        return 128 + (signal.SIGTERM if isinstance(told, Told) else signal.SIGINT)


def inside(directory: Path, plan: Plan, command: Sequence[str]) -> int:
    """Bring the lab up, run the command, take it down. The command finds the inventory in SWARM_INVENTORY."""
    signal.signal(signal.SIGTERM, _raise)
    run("ip", "link", "set", "lo", "up")
    try:
        with Lab(plan, directory=directory, tell=lambda line: print(line, file=sys.stderr)) as lab:  # noqa: T201
            environment = {"SWARM_INVENTORY": str(lab.inventory), "SWARM_DIRECTORY": str(directory)}
            return _run(command, {**os.environ, **environment})
    except (KeyboardInterrupt, Told):
        return 1


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=environment)  # noqa: S603 - the operator's own
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127
    try:
        return process.wait()
    except (KeyboardInterrupt, Told) as told:
        if isinstance(told, Told):
            process.terminate()
        ends = time.monotonic() + PATIENCE_SECONDS / 2
        while process.poll() is None and time.monotonic() < ends:
            time.sleep(0.05)
        raise
