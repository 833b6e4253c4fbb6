"""Nothing is left of a lab: not after its end, and not after its process was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.swarm.engines import Engine
from lab.swarm.switch import LINK_NAME
from tests.suite import ROOT, clean_environment

# Other tests leave this process in a network of their own; who started it is still in the machine's.
IN_THE_MACHINES_NETWORK = ("nsenter", f"--net=/proc/{os.getppid()}/ns/net", "--")
SMALL = ("--nodes", "2", "--replicas", "1")
PAUSE = "ssh -F ${SWARM_INVENTORY%/*}/keys/ssh/config ops@10.213.0.11 docker pause dtr-garant-f2277ad178f7 >/dev/null"
pytestmark = pytest.mark.usefixtures("machine")


class Program:
    """`python -m lab.swarm` with a temporary directory of its own, by which what belongs to its labs is known."""

    def __init__(self, directory: Path, engine: Engine) -> None:
        self._directory = directory
        self._engine = ["--engine", engine.name]
        self._labs: set[str] = set()

    @contextmanager
    def started(self, command: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        engine = [] if command in ("down", "status") else self._engine
        process = subprocess.Popen(
            [*IN_THE_MACHINES_NETWORK, sys.executable, "-m", "lab.swarm", command, *engine, *arguments],
            cwd=ROOT,
            env=clean_environment() | {"TMPDIR": str(self._directory)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def done(self, *arguments: str) -> tuple[int, str, str]:
        with self.started(*arguments) as process:
            out, err = process.communicate(timeout=120)
            return process.returncode, out, err

    def there(self) -> set[str]:
        """What there is of its labs: files, control groups, processes, and their link in the machine's network."""
        files = {path.name for path in self._directory.iterdir()}
        self._labs |= {name for name in files if not name.endswith(".json")}
        groups = {str(path) for path in Path("/sys/fs/cgroup").glob("*/swarm-*") if path.name in self._labs}
        mark = f"={self._directory}".encode()  # TMPDIR of the lab's own, SWARM_NODE of the nodes'
        processes = {path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if mark in _read(path)}
        links = {LINK_NAME} if Path(f"/sys/class/net/{LINK_NAME}").exists() else set()
        return files | groups | processes | links


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def lab_program(engine: Engine) -> Iterator[Program]:
    # Short: the sockets of its nodes lie in it.
    directory = Path(tempfile.mkdtemp(prefix="t"))
    # One at a time on a machine: it has one network.
    with (Path(tempfile.gettempdir()) / "swarm-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Program(directory, engine)
    shutil.rmtree(directory, ignore_errors=True)


def until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(0.1)
    return True


def comes_up(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    lines = []
    for told in process.stdout:
        lines.append(told.strip())
        if lines[-1].endswith(line):
            return
    pytest.fail(f"it did not come up: {lines}")


def test_run_gives_the_commands_exit_code_and_leaves_nothing(lab_program: Program) -> None:
    code, out, err = lab_program.done("run", *SMALL, "--", "sh", "-c", "cat $SWARM_INVENTORY; exit 5")
    assert (code, out.partition("\n")[0]) == (5, "cluster: swarm-lab"), err
    assert lab_program.there() == set()


def test_run_adds_nothing_to_the_machines_network(lab_program: Program) -> None:
    with lab_program.started("run", *SMALL, "--", "sh", "-c", "echo up; sleep 60") as process:
        comes_up(process, "up")
        assert LINK_NAME not in lab_program.there()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
    assert lab_program.there() == set()


@pytest.mark.parametrize("before", ["true", PAUSE], ids=["as it is", "with a paused container"])
def test_nothing_outlives_a_kill_of_run(lab_program: Program, before: str) -> None:
    """What is frozen is not ended by a kill: it must be thawed for that."""
    with lab_program.started("run", *SMALL, "--", "sh", "-c", f"{before} && echo up; sleep 60") as process:
        comes_up(process, "up")
        assert lab_program.there()
        process.kill()
    assert until(lambda: not lab_program.there()), lab_program.there()


def test_up_status_and_down(lab_program: Program) -> None:
    code, out, err = lab_program.done("up", *SMALL)
    try:
        assert code == 0, err
        assert Path(out.strip()).name == "inventory.yaml"
        code, told, _ = lab_program.done("status")
        assert code == 0
        assert "node-1: manager, swarm active, 9 containers run" in told
        assert "node-2: worker, swarm active, 0 containers run" in told
        assert lab_program.done("up", *SMALL)[0] == 1
        assert LINK_NAME in lab_program.there()
    finally:
        ended = lab_program.done("down")
    assert ended == (0, "", "")
    assert lab_program.there() == set()
    assert lab_program.done("status")[:2] == (3, "no lab is up\n")


def test_nothing_outlives_a_kill_of_what_keeps_the_lab(lab_program: Program) -> None:
    with lab_program.started("keep", *SMALL) as process:
        comes_up(process, "inventory.yaml")
        lab_program.there()
        process.kill()
    # Its record is all that nobody could remove.
    assert until(lambda: lab_program.there() <= {"swarm-lab.json"}), lab_program.there()
    assert lab_program.done("status")[0] == 3
    assert lab_program.done("down")[:2] == (0, "no lab was up\n")
    assert lab_program.there() == set()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--nodes", "0"), "a lab has 1 to 20 nodes, not 0"),
        (("--nodes", "2", "--managers", "3"), "2 nodes have 1 to 2 managers, not 3"),
        (("--nodes", "2", "--replicas", "3"), "2 nodes carry 1 to 2 replicas, not 3"),
    ],
)
def test_numbers_that_do_not_fit_are_told(lab_program: Program, arguments: tuple[str, ...], told: str) -> None:
    code, _, err = lab_program.done("run", *arguments, "--", "true")
    assert (code, err.strip()) == (1, told)
