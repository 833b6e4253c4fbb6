"""The questions before an upgrade, asked of the nodes, engines and containers of a real swarm."""

from __future__ import annotations

from lab.embedded.product import NEWER
from lab.swarm import Lab
from tests.suite import Suite

# Of the lab's nodes: their Docker is none that MSR is released for, they reach no registry, their disk is 1 GiB of
# memory. Of its inventory: it names no way back.
STANDS_IN_THE_WAY = {"PRE-2", "PRE-4", "PRE-5", "PRE-12"}
# Of the lab: the MKE that it has is a ping, it has no backups, and nobody stated when the licence ends.
NOT_KNOWN = {"PRE-2", "PRE-3", "PRE-7", "PRE-9"}


def test_what_an_upgrade_needs_is_asked_of_a_real_swarm(lab: Lab, suite: Suite) -> None:
    outcome = suite.run(f"--inventory={lab.inventory}", f"--before-upgrade={NEWER}")
    assert outcome.code == 1, outcome.output
    assert f"swarm-lab must not be upgraded to {NEWER} now: " in outcome.output
    asked = {where: verdict for where, verdict in outcome.verdicts.items() if where[0].startswith("PRE-")}
    assert {condition for condition, _ in asked} == {f"PRE-{number}" for number in range(1, 13)}
    assert {condition for (condition, _), verdict in asked.items() if verdict == "FAIL"} == STANDS_IN_THE_WAY
    assert {condition for (condition, _), verdict in asked.items() if verdict == "UNKNOWN"} == NOT_KNOWN
    for machine in lab.plan.machines[: lab.plan.replicas]:
        replica = str(machine.replica)
        assert asked["PRE-1", replica] == "PASS"
        assert asked["PRE-4", replica] == "FAIL"
        assert asked["PRE-5", f"{replica}:memory"] == "PASS"
        assert asked["PRE-5", f"{replica}:disk"] == "FAIL"
        assert asked["PRE-7", machine.name] == "PASS"
        assert asked["PRE-9", replica] == "PASS"
    # Of its own containers none was changed by hand, and what a manager says of its CA is long enough.
    assert asked["PRE-11", "cluster"] == "PASS"
    assert asked["PRE-9", "swarm-ca"] == "PASS"
