"""The ports of the databases over a real overlay network, where the inventory asks for them."""

from __future__ import annotations

import yaml

from lab.swarm import Lab
from lab.swarm.faults.network import VXLAN, Drops
from tests.suite import Outcome, Suite

TO_29015 = ("-m", "u32", "--u32", "70&0xFFFF=29015")
"""The port that TCP within goes to: bytes 2 and 3 behind 70 of IP, UDP, VXLAN, Ethernet and IP."""


def _of_net_6(outcome: Outcome) -> dict[str, str]:
    return {subject: verdict for (condition, subject), verdict in outcome.verdicts.items() if condition == "NET-6"}


def test_a_port_that_is_filtered_on_one_way_is_found_there(lab: Lab, suite: Suite) -> None:
    tree = yaml.safe_load(lab.inventory.read_text(encoding="utf-8"))
    tree["overlay"]["database_ports"] = True
    inventory = lab.inventory.with_name("inventory-database-ports.yaml")
    inventory.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    sound = _of_net_6(suite.run(f"--inventory={inventory}"))
    assert set(sound.values()) == {"PASS"}
    drops = Drops(((2, 3, (*VXLAN, *TO_29015)),))
    drops.put_in(lab)
    try:
        outcome = suite.run(f"--inventory={inventory}")
    finally:
        drops.take_out(lab)
    wrong = f"node-2:{lab.node(3).machine.replica}"
    assert _of_net_6(outcome) == sound | {wrong: "FAIL"}, outcome.output
    assert "gets no answer of port 29015" in outcome.output
    assert outcome.tripped == lab.expected | {("NET-6", wrong): "FAIL"}
