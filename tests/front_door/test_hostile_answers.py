"""What a cluster answers takes neither memory nor time without end."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import yaml

from lab.embedded.state import Cluster
from tests.fixtures.servers import Server, answering, http, showing
from tests.front_door.running import started
from tests.front_door.staging import inventory_with, scene, staged

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
            _, status, used = os.wait4(run.process.pid, 0)
            run.process.returncode = os.waitstatus_to_exitcode(status)
    assert run.process.returncode in (1, 7), run.terminal.read_text(encoding="utf-8")
    assert used.ru_maxrss < MOST_MEMORY_KB
    assert "the response holds more than 200,000 values" in (run.reports / "results.jsonl").read_text(encoding="utf-8")


def test_a_hundred_thousand_alerts_end_within_the_limit_and_are_no_hundred_thousand_lines(tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        cluster.alerts = [{"id": f"{number}"} for number in range(99_000)]

    with staged(tmp_path, play) as cluster:
        limits = ("--no-containers", "--time-limit=30s")
        with started(tmp_path, f"--inventory={cluster.inventory}", *limits) as run:
            _, status, used = os.wait4(run.process.pid, 0)
            run.process.returncode = os.waitstatus_to_exitcode(status)
    results = (run.reports / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert run.process.returncode == 0, run.terminal.read_text(encoding="utf-8")
    assert used.ru_utime + used.ru_stime < 30
    assert used.ru_maxrss < MOST_MEMORY_KB
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
