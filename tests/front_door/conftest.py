"""What the front-door tests share: the suite as an operator runs it, and the runs that several tests read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.front_door import network_watch
from tests.front_door.sharing import Seen, made_once
from tests.front_door.staging import inventory_with, scene
from tests.suite import Outcome, Suite


@dataclass
class Watched:
    """A suite whose every connection is written down."""

    suite: Suite
    log: Path

    def run(self, *arguments: str, reports: bool = True) -> Outcome:
        return self.suite.run(network_watch.PLUGIN, *arguments, reports=reports)

    @property
    def network(self) -> list[str]:
        """What was asked of the network so far; fails where nobody watched."""
        return self.log.read_text(encoding="utf-8").splitlines()

    def connections(self, host: str, port: int) -> int:
        return self.network.count(f"connect {host} {port}")


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    log = tmp_path / "network.txt"
    return Watched(Suite(tmp_path / "reports", {network_watch.VARIABLE: str(log)}), log)


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A whole run on a sound cluster."""

    def make(directory: Path) -> Seen:
        with scene("healthy", directory) as cluster:
            outcome = Suite(directory / "reports").run(f"--inventory={cluster.inventory}")
            return Seen(outcome, cluster.requests, cluster.expected)

    return made_once(tmp_path_factory, "healthy", make)


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A whole run with every verdict but NOT APPLICABLE: a replica is gone, one fault is waived, MKE is not named."""

    def make(directory: Path) -> Seen:
        waiver = {"condition": "JOB-1", "reason": "its worker is replaced", "ticket": "CHG-7", "until": "2999-12-31"}
        with scene("one-replica-gone", directory) as cluster:
            inventory = inventory_with(cluster, mke=None, waivers=[waiver])
            outcome = Suite(directory / "reports").run(f"--inventory={inventory}")
            expected = {key: word for key, word in cluster.expected.items() if key[0] != "JOB-1"}
            return Seen(outcome, cluster.requests, expected)

    return made_once(tmp_path_factory, "faulty", make)
