"""The nodes run the engine that was asked for, and the suite looks where that one keeps its images."""

from __future__ import annotations

import pytest

from lab.swarm import Lab
from lab.swarm.engines import Engine
from tests.suite import Suite


def test_nodes_run_the_engine_that_was_asked_for(lab: Lab, engine: Engine) -> None:
    for node in lab.nodes:
        assert engine.will_do(node.docker.version()["Version"])
        status = dict(node.docker.info()["DriverStatus"])
        assert (status.get("driver-type") == "io.containerd.snapshotter.v1") == engine.containerd
        assert bool(node.processes("containerd"))


@pytest.mark.parametrize("way", ["ssh", "tcp"])
def test_the_disk_of_its_images_is_judged(lab: Lab, suite: Suite, engine: Engine, way: str) -> None:
    outcome = suite.run(f"--inventory={lab.inventories[way]}", "-k", "NODE-2")
    stores = ("docker", "containerd") if engine.containerd else ("docker",)
    expected = {("NODE-2", f"{node.machine.name}:_var_lib_{store}") for node in lab.nodes for store in stores}
    assert {key for key in outcome.verdicts if key[0] == "NODE-2"} == expected, outcome.output
    assert set(outcome.verdicts.values()) == {"PASS"}
