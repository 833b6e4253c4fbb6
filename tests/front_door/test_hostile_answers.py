"""What a cluster answers takes neither memory nor time without end, whatever it is and wherever it comes from."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.embedded import Embedded
from lab.embedded.state import Cluster
from tests.fixtures.servers import Server, answering, http, showing
from tests.front_door import hostile
from tests.front_door.meanwhile import until
from tests.front_door.running import Running, started
from tests.front_door.staging import inventory_with, scene, staged
from tests.patience import patient

REPLICAS = 6
# As many values as fit into what is read.
BODY = b"[" + b"{}," * (1_300_000) + b"{}]"
MOST_MEMORY_KB = 500_000


def test_a_body_of_nothing_but_values_at_every_replica_takes_no_memory(tmp_path: Path) -> None:
    with contextlib.ExitStack() as servers:
        ports = [servers.enter_context(Server(answering(http(BODY)), showing())).port for _ in range(REPLICAS)]
        inventory = {
            "url": f"https://127.0.0.1:{ports[0]}",
            "tls": {"insecure": True},
            "accounts": {"admin": {"username": "admin", "password": {"exec": ["echo", "secret-word-1"]}}},
            "replicas": [
                {"id": f"{number:012x}", "address": "127.0.0.1", "port": port} for number, port in enumerate(ports)
            ],
        }
        file = tmp_path / "inventory.yaml"
        file.write_text(yaml.safe_dump(inventory), encoding="utf-8")
        with started(tmp_path, f"--inventory={file}", "--time-limit=60s") as run:
            used = used_by(run, 300)
    assert run.process.returncode in (1, 7), run.terminal.read_text(encoding="utf-8")
    assert used.memory_kb < MOST_MEMORY_KB
    assert "the response holds more than 200,000 values" in (run.reports / "results.jsonl").read_text(encoding="utf-8")


def test_a_hundred_thousand_alerts_take_neither_memory_nor_a_hundred_thousand_lines(tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        cluster.alerts = [{"id": f"{number}"} for number in range(99_000)]

    with staged(tmp_path, play) as cluster:
        # Long enough for a busy machine: what the run takes is counted in the processor's seconds.
        limits = ("--no-containers", "--time-limit=240s")
        with started(tmp_path, f"--inventory={cluster.inventory}", *limits) as run:
            used = used_by(run, 300)
    results = (run.reports / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert run.process.returncode == 0, run.terminal.read_text(encoding="utf-8")
    assert used.seconds < patient(30)
    assert used.memory_kb < MOST_MEMORY_KB
    assert len(results) < 2000
    assert any("98,001 more that are not listed" in line for line in results)


SHELL = """
import re, sys
mark = re.search(r"^mark=(\\S+)", sys.stdin.read(), re.M)[1]
print(f"{mark} begin x\\n" * 60_000, "0" * 300_000)
"""


def test_a_shell_that_repeats_the_mark_holds_no_run(tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        nodes = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))["nodes"]
        command = [sys.executable, "-c", SHELL]
        hostile = [{"name": each["name"], "shell": {"command": [*command, each["name"]]}} for each in nodes]
        inventory = inventory_with(cluster, nodes=hostile)
        with started(tmp_path, f"--inventory={inventory}", "-k", "NODE", "--time-limit=10s") as run:
            outcome = run.ended(60)
    assert outcome.code in (1, 7), outcome.output


# A run ends within five seconds of its limit, on a machine that does nothing else. On a busy one the clock says little,
# and the processor's seconds are longer: what the run then does is counted in these, and what it waits for has limits
# of its own.
LIMIT, AFTER_IT, PATIENCE = 12.0, 8.0, 90.0

DOCKER_COMMAND = """
import subprocess, sys
script = sys.stdin.read()
told = subprocess.run(sys.argv[2:], input=script, capture_output=True, text=True).stdout
for piece in told.splitlines(keepends=True):
    sys.stdout.write(piece)
    if " begin containers" in piece or " begin images" in piece or " begin sockets" in piece:
        sys.stdout.write(sys.argv[1] * (1_900_000 // len(sys.argv[1])))
"""


def through_rethinkcli(cluster: Cluster) -> None:
    cluster.rethink.via = "rethinkcli"


def by_command_line(cluster: Embedded, line: str) -> Path:
    """The inventory without engines: each node's shell prints this line without number."""
    nodes = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))["nodes"]
    shells = [
        {
            "name": node["name"],
            "shell": {"command": [sys.executable, "-c", DOCKER_COMMAND, line, *node["shell"]["command"]]},
        }
        for node in nodes
    ]
    return inventory_with(cluster, nodes=shells)


@dataclass
class Used:
    """What a run has taken so far: the most memory, and seconds of the processor."""

    memory_kb: int = 0
    seconds: float = 0.0

    def look(self, process: int) -> None:
        # Not that of wait4, which counts what this process had before the run was started from it.
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        if peak := re.search(r"^VmHWM:\s+(\d+) kB$", status, re.M):
            self.memory_kb = int(peak[1])
        words = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        self.seconds = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def used_by(run: Running, seconds: float) -> Used:
    """What a run has taken when it ends, or is seen to go on for so long."""
    used, ends = Used(), time.monotonic() + seconds
    while run.process.poll() is None and time.monotonic() < ends:
        used.look(run.process.pid)
        time.sleep(0.02)
    return used


@contextlib.contextmanager
def bounded(cluster: Embedded, tmp_path: Path, inventory: Path, *arguments: str) -> Iterator[Running]:
    """A run that has begun to look. It must take no memory, and end soon after what happens inside."""
    before = Used()
    with started(tmp_path, f"--inventory={inventory}", *arguments) as run:
        assert until(lambda: bool(cluster.requests), 60)
        yield run
        before.look(run.process.pid)
        used = used_by(run, PATIENCE)
        output = run.terminal.read_text(encoding="utf-8")
        assert run.process.returncode is not None, output
    assert "Traceback" not in output
    assert "internal error" not in output
    assert used.memory_kb < MOST_MEMORY_KB
    assert used.seconds - before.seconds < AFTER_IT


@pytest.mark.parametrize(
    ("blow", "play"),
    [(hostile.rows, lambda _: None), (hostile.texts, lambda _: None), (hostile.rows, through_rethinkcli)],
    ids=["rows", "texts", "rows through rethinkcli"],
)
def test_no_answer_takes_a_run_beyond_its_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blow: Callable[[Any], Any], play: Callable[[Cluster], None]
) -> None:
    """Seven replicas and nodes of which each answers as much as is read, to everything."""
    hostile.everywhere(monkeypatch, blow)
    with (
        staged(tmp_path, play, replicas=7) as cluster,
        bounded(cluster, tmp_path, cluster.inventory, f"--time-limit={LIMIT:g}s") as run,
    ):
        time.sleep(LIMIT)
    assert run.process.returncode in (1, 7), run.terminal.read_text(encoding="utf-8")


@pytest.mark.parametrize("line", ["{}\n", "ab\n"], ids=["rows", "words"])
def test_no_output_of_a_node_takes_a_run_beyond_its_limits(tmp_path: Path, line: str) -> None:
    with (
        staged(tmp_path, replicas=5) as cluster,
        bounded(cluster, tmp_path, by_command_line(cluster, line), f"--time-limit={LIMIT:g}s") as run,
    ):
        time.sleep(LIMIT)
    assert run.process.returncode in (1, 7), run.terminal.read_text(encoding="utf-8")


@pytest.mark.parametrize(("moment", "number"), [(3.0, signal.SIGINT), (8.0, signal.SIGTERM)])
def test_a_signal_ends_a_run_that_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: float, number: signal.Signals
) -> None:
    hostile.everywhere(monkeypatch, hostile.rows)
    with staged(tmp_path, replicas=7) as cluster, bounded(cluster, tmp_path, cluster.inventory) as run:
        time.sleep(moment)
        run.signal(number)
    assert run.process.returncode == 2, run.terminal.read_text(encoding="utf-8")
