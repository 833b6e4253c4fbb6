"""The guide's overlay test against this suite's, on real nodes: `python -m tests.bench_overlay`.

The guide's is typed as documented: by ssh on one node a container that waits, by ssh on another one that pings it, for
every ordered pair, one after the other, each only when the one before is done. The suite's is a whole run with the
overlay conditions alone, from the command to its end, and another with everything. Times are wall clock.
"""

from __future__ import annotations

import argparse
import itertools
import os
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from lab import swarm
from lab.swarm import Lab, Machine, Plan
from lab.swarm.keys import DOCKER_USER
from lab.swarm.plan import IMAGE, NETWORK
from tests.bench import changed, seconds

SIZES = (3, 5, 7)
# The smallest that was measured for fresh containers on every node, names looked up, three echoes one second apart.
SMALLEST = {3: 3.1, 5: 3.9, 7: 4.6}
WITHIN = 1.3
TIMES_AS_FAST = {5: 15.0}
EVERYTHING_WITHIN = 1.5
OVERLAY = ("checks/test_overlay.py", "checks/test_overlay_names.py")
PROMPT = b"# "
PATIENCE = 60.0
FIRST = f"docker run -it --rm --net {NETWORK} --name overlay-test1 --entrypoint sh {IMAGE}"
SECOND = f"docker run -it --rm --net {NETWORK} --name overlay-test2 --entrypoint ping {IMAGE} -c 3 overlay-test1"


@dataclass(frozen=True)
class Row:
    """Seconds on so many nodes: the guide's commands; the suite's start-up, overlay conditions alone, everything."""

    nodes: int
    guide: float
    start: float
    overlay: float
    everything: float


def on(lab: Lab, machine: Machine, command: str) -> list[str]:
    """That command by ssh, with a terminal as the guide's needs."""
    return ["ssh", "-tt", "-F", str(lab.keys.ssh_config), f"{DOCKER_USER}@{machine.address}", command]


def documented(lab: Lab) -> float:
    """The guide's commands for every ordered pair of nodes; ends the bench where one does not succeed."""
    began = time.monotonic()
    for first, second in itertools.permutations(lab.plan.machines, 2):
        with subprocess.Popen(
            on(lab, first, FIRST), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as waiting:
            assert waiting.stdin is not None
            assert waiting.stdout is not None
            _await_prompt(waiting.stdout.fileno())
            pinged = subprocess.run(
                on(lab, second, SECOND), stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
            )
            waiting.stdin.write(b"exit\n")
            waiting.stdin.close()
            waiting.stdout.read()
        if pinged.returncode:
            raise SystemExit(f"{second.name} does not reach {first.name}:\n{pinged.stdout.decode(errors='replace')}")
    return time.monotonic() - began


def _await_prompt(terminal: int) -> None:
    """Until the shell in the container asks for a command; a shell may ask where the cursor is behind its prompt."""
    said = b""
    while PROMPT not in said:
        more = os.read(terminal, 4096) if select.select([terminal], [], [], PATIENCE)[0] else b""
        if not more:
            raise SystemExit(f"the first container did not start:\n{said.decode(errors='replace')}")
        said += more


def measured(nodes: int, runs: int) -> Row:
    """One lab of that size, a replica on each node."""
    with Lab(Plan(nodes=nodes, managers=1, replicas=nodes)) as lab:
        start, overlay, everything = ([] for _ in range(3))  # type: tuple[list[float], list[float], list[float]]
        # What else is required by default is left out of the run on purpose.
        overlay_alone = changed(lab.inventory, "overlay.yaml", require=["NET-2"])
        for _ in range(runs):
            start.append(seconds(lab.inventory, "--collect-only"))
            overlay.append(seconds(overlay_alone, *OVERLAY))
            everything.append(seconds(lab.inventory))
        medians = (statistics.median(each) for each in (start, overlay, everything))
        return Row(nodes, documented(lab), *medians)


def table(rows: Sequence[Row]) -> str:
    """The rows, and whether the targets were met; the suite's own times without its start-up."""
    lines = ["nodes  pairs  the guide  start-up  overlay alone  above start-up  times as fast  everything"]
    for row in rows:
        lines.append(
            f"{row.nodes:5}  {row.nodes * (row.nodes - 1):5}  {row.guide:7.1f} s  {row.start:6.2f} s  "
            f"{row.overlay:11.2f} s  {row.overlay - row.start:12.2f} s  {row.guide / row.overlay:13.1f}  "
            f"{row.everything:8.2f} s"
        )
    lines.append("")
    for row in rows:
        above, most = row.overlay - row.start, SMALLEST[row.nodes] * WITHIN
        lines.append(f"{row.nodes} nodes: overlay alone above start-up within {most:.1f} s: {_met(above, most)}")
        if least := TIMES_AS_FAST.get(row.nodes):
            lines.append(
                f"{row.nodes} nodes: {least:g} times as fast as the guide: {_met(-row.guide / row.overlay, -least)}"
            )
        ratio = row.everything / row.overlay
        lines.append(
            f"{row.nodes} nodes: everything within {EVERYTHING_WITHIN:g} times overlay alone: "
            f"{ratio:.2f}, {_met(ratio, EVERYTHING_WITHIN)}"
        )
    return "\n".join(lines) + "\n"


def _met(seen: float, target: float) -> str:
    return "met" if seen <= target else "MISSED"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; how fast the machine is fails nothing, and where no lab may run there is none."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench_overlay", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of the suite of each kind (3)")
    parser.add_argument("--nodes", type=int, nargs="+", default=SIZES, choices=SIZES, help="sizes of labs (3 5 7)")
    given = parser.parse_args(arguments)
    if reason := swarm.missing():
        sys.stdout.write(f"no overlay network to measure here: {reason}\n")
        return 0
    rows = []
    load, cores = os.getloadavg()[0], os.cpu_count()
    with swarm.isolated():
        for nodes in given.nodes:
            sys.stderr.write(f"{nodes} nodes …\n")
            rows.append(measured(nodes, given.runs))
    sys.stdout.write(table(rows))
    sys.stdout.write(
        f"medians of {given.runs} runs, of the guide's commands one; load {load:.1f} on {cores} cores before\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
