"""A lab that stays: `up` starts a process that keeps it, `down` ends that, `status` looks at its nodes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

from lab.swarm.commands import LabError, until
from lab.swarm.lab import Lab
from lab.swarm.plan import Plan

RECORD = Path(tempfile.gettempdir()) / "swarm-lab.json"
DOWN_SECONDS = 40.0
KEEPER = "keep"
READY = "inventory: "


def up(arguments: list[str]) -> str:
    """Start a lab in the background and return the path of its inventory; LabError if one runs or it fails.

    What it tells on the way is passed on to stderr.
    """
    if _kept():
        raise LabError("a lab is up already; `python -m lab.swarm down` ends it")
    reading, writing = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - fixed words
        [sys.executable, "-m", "lab.swarm", KEEPER, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=writing,
        start_new_session=True,
    )
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        for line in told:
            if line.startswith(READY):
                return line.removeprefix(READY).strip()
            sys.stderr.write(line)
    raise LabError(f"the lab did not come up: its process ended with {process.wait(DOWN_SECONDS)}")


def keep(plan: Plan) -> None:
    """Bring a lab up, print its inventory's path, let go of the output, and keep it until SIGTERM or SIGINT."""
    told_to_end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_end.set())
    with Lab(plan, tell=lambda line: print(line, flush=True)) as lab:  # noqa: T201
        tree = {
            "pid": os.getpid(),
            "started": _started(os.getpid()),
            "inventory": str(lab.inventory),
            "api": plan.engine.api,
            "nodes": {node.machine.name: str(node.directory) for node in lab.nodes},
        }
        RECORD.touch(mode=0o600)
        RECORD.write_text(json.dumps(tree))
        try:
            sys.stdout.write(f"{READY}{lab.inventory}\n")
            sys.stdout.flush()
            _let_go()
            while lab.switch.alive and not told_to_end.wait(1.0):
                pass
        finally:
            RECORD.unlink(missing_ok=True)


def _let_go() -> None:
    """Who started this may be waiting for the end of its output."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
        os.dup2(nowhere.fileno(), sys.stderr.fileno())


def down() -> bool:
    """End it; False if none was up."""
    record = _kept()
    if record is None:
        RECORD.unlink(missing_ok=True)
        return False
    pid: int = record["pid"]
    os.kill(pid, signal.SIGTERM)
    try:
        until(lambda: _started(pid) != record["started"], "the end of the lab", seconds=DOWN_SECONDS)
    except LabError:
        os.kill(pid, signal.SIGKILL)
        raise
    return True


def status() -> list[str]:
    """A line per node of the lab that is up; empty if none is."""
    record = _kept()
    if record is None:
        return []
    lines = [f"{name}: {_engine(Path(directory), record['api'])}" for name, directory in record["nodes"].items()]
    return [*lines, f"{READY}{record['inventory']}"]


def _engine(directory: Path, api: str) -> str:
    try:
        engine = docker.APIClient(base_url=f"unix://{directory}/run/docker.sock", version=api, timeout=5)
        about = engine.info()
    except (DockerException, RequestException) as error:
        return f"its engine does not answer: {error}"
    role = "manager" if about["Swarm"].get("ControlAvailable") else "worker"
    return f"{role}, swarm {about['Swarm']['LocalNodeState']}, {about['ContainersRunning']} containers run"


def _kept() -> dict[str, Any] | None:
    """The record of the lab that is up, if its process still runs; only root's word is taken."""
    try:
        if RECORD.is_symlink() or RECORD.stat().st_uid != 0:
            raise LabError(f"{RECORD} is not root's: remove it")
        record: dict[str, Any] = json.loads(RECORD.read_text())
    except FileNotFoundError:
        return None
    return record if _started(record["pid"]) == record["started"] else None


def _started(pid: int) -> str | None:
    """When a process started, in ticks of the kernel; None if there is none or it has ended."""
    try:
        rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if rest[0] in "ZX" else rest[19]
