"""How long a run takes, measured on this machine: `python -m tests.bench` (or `tox run -e bench`).

The embedded cluster runs in a process of its own, so that it does not share an interpreter with what is measured.
The serial baseline is the same suite on the same cluster with one probe at a time (`limits: {concurrency: 1}`).
Times are wall clock of a whole run as an operator starts it, from the command to its end, and medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from lab import embedded
from tests.suite import ROOT, operators_environment

SIZES = (3, 7)
LATENCIES = (0, 200)
START_TARGET = 1.0
ABOVE_START_TARGET = 1.5


@dataclass(frozen=True)
class Row:
    """A cluster, and what the suite took on it: medians in seconds. `start` is the bare start-up."""

    replicas: int
    latency: int
    requests: int
    start: float
    at_once: float
    serial: float


@contextmanager
def served(replicas: int, latency: int, directory: Path) -> Iterator[Path]:
    """A healthy cluster in a process of its own, and its inventory; `latency` in milliseconds."""
    options = ("--scene=healthy", f"--replicas={replicas}", f"--latency={latency}", f"--directory={directory}")
    process = subprocess.Popen(
        [sys.executable, "-m", "lab.embedded", *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        # It says how to end it when it serves.
        for line in process.stdout:
            if line.startswith("Ctrl-C"):
                break
        yield directory / "inventory.yaml"
    finally:
        process.terminate()
        process.communicate()


def changed(inventory: Path, name: str, **keys: object) -> Path:
    """The same inventory with other values of these keys, under that name beside it."""
    tree = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    other = inventory.with_name(name)
    other.write_text(yaml.safe_dump(tree | keys), encoding="utf-8")
    return other


def seconds(inventory: Path, *options: str) -> float:
    """The wall clock of one run; ends the bench where it does not find the cluster healthy."""
    with tempfile.TemporaryDirectory() as reports:
        command = [sys.executable, "-m", "pytest", "-q", f"--inventory={inventory}", f"--report-dir={reports}"]
        began = time.monotonic()
        done = subprocess.run(
            [*command, *options],
            cwd=ROOT,
            env=operators_environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        took = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"{' '.join(done.args)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return took


def requests(replicas: int) -> int:
    """How many requests a run makes; counted in a run of its own, with the cluster in this process."""
    with (
        tempfile.TemporaryDirectory() as directory,
        embedded.start("healthy", replicas=replicas, directory=Path(directory)) as cluster,
    ):
        seconds(cluster.inventory)
        return len(cluster.requests)


def measured(replicas: int, latency: int, runs: int) -> Row:
    """Start-up, run and serial run take turns, so that what else the machine does falls on all of them."""
    start: list[float] = []
    at_once: list[float] = []
    serial: list[float] = []
    with tempfile.TemporaryDirectory() as directory, served(replicas, latency, Path(directory)) as inventory:
        one_at_a_time = changed(inventory, "serial.yaml", limits={"concurrency": 1})
        for _ in range(runs):
            start.append(seconds(inventory, "--collect-only"))
            at_once.append(seconds(inventory))
            serial.append(seconds(one_at_a_time))
    medians = (statistics.median(each) for each in (start, at_once, serial))
    return Row(replicas, latency, requests(replicas), *medians)


def table(rows: Sequence[Row]) -> str:
    """The rows, and whether the targets were met."""
    lines = ["replicas  added ms  requests  start-up  all at once  above start-up  one by one  times as fast"]
    for row in rows:
        above = row.at_once - row.start
        lines.append(
            f"{row.replicas:8}  {row.latency:8}  {row.requests:8}  {row.start:6.2f} s  {row.at_once:9.2f} s  "
            f"{above:12.2f} s  {row.serial:8.2f} s  {row.serial / row.at_once:13.1f}"
        )
    hardest = rows[-1]
    above = hardest.at_once - hardest.start
    start = statistics.median(row.start for row in rows)
    lines += [
        "",
        f"start-up under {START_TARGET:g} s: {start:.2f} s, {_met(start, START_TARGET)}",
        f"{hardest.replicas} replicas with {hardest.latency} ms within {ABOVE_START_TARGET:g} s of the start-up: "
        f"{above:.2f} s, {_met(above, ABOVE_START_TARGET)}",
    ]
    return "\n".join(lines) + "\n"


def _met(seen: float, target: float) -> str:
    return "met" if seen <= target else "MISSED"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; how fast the machine is fails nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each kind (3)")
    given = parser.parse_args(arguments)
    load, cores = os.getloadavg()[0], os.cpu_count()
    rows = []
    for replicas in SIZES:
        for latency in LATENCIES:
            sys.stderr.write(f"{replicas} replicas, {latency} ms added …\n")
            rows.append(measured(replicas, latency, given.runs))
    sys.stdout.write(table(rows))
    sys.stdout.write(f"medians of {given.runs} runs; load {load:.1f} on {cores} cores before the first\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
