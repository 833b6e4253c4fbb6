"""May a manager of a real swarm be stopped now? One of three may; once it is gone, no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from lab.swarm import Lab
from lab.swarm.commands import until
from lab.swarm.faults import MANAGERS
from tests.suite import Outcome, Suite
from tests.swarm.conftest import Labs

BY_HAND = "a lab's node is started by the lab, and has no systemd"


def _waived(lab: Lab) -> Path:
    """Its inventory: that a node of the lab comes back is stated, since nothing on it would say so."""
    day = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    waiver = {"condition": "STOP-6", "covers": ["fail", "unknown"], "reason": BY_HAND, "until": day}
    tree = yaml.safe_load(lab.inventory.read_text(encoding="utf-8")) | {"waivers": [waiver]}
    path = lab.inventory.with_name("inventory-stopping.yaml")
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path


def _answer(outcome: Outcome) -> str:
    return next(line for line in reversed(outcome.output.splitlines()) if "swarm-lab" in line)


def test_one_manager_of_three_can_be_stopped_and_then_no_other(labs: Labs, suite: Suite) -> None:
    lab = labs.of(MANAGERS)
    inventory = _waived(lab)
    first = suite.run(f"--inventory={inventory}", "--ok-to-stop=node-3")
    assert first.code == 0, first.output
    assert "node-3 can be stopped now; users may see errors for up to 16 s; waived: STOP-6" in _answer(first)
    assert first.verdicts["STOP-2", "node-3"] == "PASS"
    # What its own engine says, as a user in the docker group may ask, is measured: autolock is off.
    assert first.verdicts["STOP-6", "node-3:autolock"] == "PASS"
    assert first.verdicts["STOP-6", "node-3:package"] == "PASS"
    unwaived = suite.run(f"--inventory={lab.inventory}", "--ok-to-stop=node-3")
    assert unwaived.code in (1, 7), unwaived.output
    try:
        lab.node(3).end()
        until(lambda: _unreachable(lab), "the managers missing the third", seconds=60)
        second = suite.run(f"--inventory={inventory}", "--ok-to-stop=node-2")
        assert second.code == 1, second.output
        assert "node-2 must not be stopped now: " in _answer(second)
        assert second.verdicts["STOP-2", "node-2"] == "FAIL"
    finally:
        labs.discard()


def _unreachable(lab: Lab) -> bool:
    rows = lab.node(1).docker.nodes()
    reachable = [row for row in rows if row["ManagerStatus"]["Reachability"] == "reachable"]
    return len(reachable) == 2
