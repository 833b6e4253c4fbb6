"""The suite on the sound lab: green by every way into its nodes, and what it does there, in Docker's own events."""

from __future__ import annotations

import time

import pytest

from lab.swarm import Lab
from tests.suite import Suite

TAKEN_BACK = {"create", "attach", "start", "exec_create", "exec_start", "exec_die", "kill", "die", "destroy"}


@pytest.mark.parametrize("way", ["ssh", "sudo", "tcp"])
def test_sound_lab_is_found_sound(lab: Lab, suite: Suite, way: str) -> None:
    outcome = suite.run(f"--inventory={lab.inventories[way]}")
    assert outcome.tripped == lab.expected, outcome.output
    assert outcome.code == 0
    looked = {condition for condition, _ in outcome.verdicts}
    assert {"NET-1", "NET-2", "NET-4", "NET-5", "CTR-1", "CTR-5", "NODE-1", "NODE-2", "NODE-6"} <= looked


def test_one_probe_per_node_is_created_and_removed_and_nothing_else(lab: Lab, suite: Suite) -> None:
    # Docker's events are asked for by whole seconds, and a run begins with a second of getting ready.
    began = int(time.time()) + 1
    outcome = suite.run(f"--inventory={lab.inventory}")
    ended = int(time.time()) + 2
    assert outcome.code == 0
    for node in lab.nodes:
        events = list(node.docker.events(since=began, until=ended, decode=True, filters={"type": "container"}))
        # The health check of nginx is an exec of the engine's own.
        ours = [event for event in events if "msr-checks.run" in event["Actor"]["Attributes"]]
        others = [event for event in events if event not in ours and not event["Action"].startswith("exec_")]
        assert others == []
        actions = [event["Action"].partition(":")[0] for event in ours]
        assert (actions.count("create"), actions.count("destroy")) == (1, 1), actions
        assert set(actions) <= TAKEN_BACK
        assert not node.docker.containers(all=True, filters={"label": "msr-checks.run"})
