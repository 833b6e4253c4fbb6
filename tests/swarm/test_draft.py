"""A file of Launchpad becomes an inventory for the lab, whose first run judges most of what there is to judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from lab.swarm import Lab
from lab.swarm.keys import DOCKER_USER
from lab.swarm.plan import IMAGE
from tests.launchpad_file import written
from tests.suite import Suite

JUDGED = ("PASS", "WARN", "FAIL")
ADMINISTRATORS_SECRET = "not-the-one-that-is-used"


def launchpad_file(lab: Lab, directory: Path, url: str) -> Path:
    """As who installed the lab with Launchpad has it: numbers for addresses, one key, and no ids of replicas."""
    hosts = [
        {
            "role": "msr" if machine.replica else "manager" if machine.manager else "worker",
            "ssh": {"address": machine.address, "user": DOCKER_USER, "keyPath": str(lab.keys.ssh / "id")},
        }
        for machine in lab.plan.machines
    ]
    spec = {
        "hosts": hosts,
        "mke": {"version": "3.7.8", "adminUsername": "admin", "adminPassword": ADMINISTRATORS_SECRET},
        "msr": {
            "version": IMAGE.rpartition(":")[2],
            "imageRepo": IMAGE.rpartition("/")[0],
            "installFlags": [f"--dtr-external-url={url}", f"--ucp-url={_of(lab)['mke']['url']}"],
        },
    }
    tree = {"apiVersion": "launchpad.mirantis.com/mke/v1.4", "kind": "mke+msr", "spec": spec}
    return written(directory, tree)


def _of(lab: Lab) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(lab.inventory.read_text())
    return tree


def _secrets(lab: Lab, directory: Path) -> dict[str, str]:
    """The environment of the operator: the password, and the CAs of the lab in one file."""
    tree, beside = _of(lab), lab.inventory.parent
    admin = tree["accounts"]["admin"]
    password = (beside / admin["password"].removeprefix("file:")).read_text().strip()
    authorities = directory / "authorities.pem"
    authorities.write_text("".join((beside / ca).read_text() for ca in tree["tls"]["ca"]))
    return {"MSR_ADMIN_USERNAME": admin["username"], "MSR_ADMIN_PASSWORD": password, "SSL_CERT_FILE": str(authorities)}


def test_a_drafted_inventory_judges_more_than_half(lab: Lab, tmp_path: Path) -> None:
    """Nothing is written into the draft but where the host keys are that its operator has accepted by hand."""
    path = launchpad_file(lab, tmp_path, _of(lab)["url"])
    suite = Suite(tmp_path / "reports", _secrets(lab, tmp_path))
    outcome = suite.run(f"--inventory-draft={path}", reports=False)
    assert outcome.code == 0, outcome.output
    assert ADMINISTRATORS_SECRET not in outcome.output
    draft = yaml.safe_load(outcome.output)
    assert {each["id"]: (each["node"], each["address"]) for each in draft["replicas"]} == {
        machine.replica: (machine.name, machine.address) for machine in lab.plan.machines if machine.replica
    }
    known = tmp_path / "ssh_config"
    known.write_text(f"UserKnownHostsFile {lab.keys.ssh}/known_hosts\nGlobalKnownHostsFile none\n")
    inventory = tmp_path / "prod.yaml"
    inventory.write_text(outcome.output.replace("ssh: {", f'ssh: {{config: "{known}", '))

    run = suite.run(f"--inventory={inventory}")
    conditions = {each["condition"]: False for each in run.results}
    for each in run.results:
        conditions[each["condition"]] |= each["verdict"] in JUDGED
    judged = sum(conditions.values())
    print(f"{judged} of {len(conditions)} conditions judged")  # noqa: T201
    assert judged > len(conditions) / 2, run.output
    assert (run.tripped, run.code) == (lab.expected, 0), run.output
