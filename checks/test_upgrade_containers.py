"""What an upgrade undoes: it re-creates the containers of MSR. Asked by `--before-upgrade`."""

from __future__ import annotations

from checks.condition import CRITICAL, condition
from checks.rules.made_by_hand import changes
from checks.rules.wording import many
from checks.verdict import Verdict, failed, passed
from fixtures.core.evidence import Because, thing
from fixtures.core.question import BEFORE_UPGRADE
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory
from fixtures.probes.containers import Containers


@condition(
    "PRE-11",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-made-by-hand",
    reasons={
        "pre.other-restart-policy": "a container has another restart policy than most of MSR's",
        "pre.other-environment": "a container has variables that the same one of other replicas lacks, or lacks some",
        "pre.other-labels": "a container has labels that the same one of other replicas lacks, or lacks some",
        "pre.other-mounts": "a container has mounts that the same one of other replicas lacks, or lacks some",
        "pre.other-networks": "a container is in a network that the same one of other replicas is not in",
        "pre.other-limits": "a container has other limits of memory or processors than the same one of other replicas",
        "pre.other-image": "a container runs another image than the same one of other replicas, or of another registry",
        "pre.settings-unseen": "what containers were made with was not seen",
        "pre.no-container": "no container of MSR was seen",
    },
    measured="derived",
    question=BEFORE_UPGRADE,
)
def test_no_container_was_changed_by_hand(
    every_containers: PerSubject[Containers], inventory: Inventory
) -> list[Verdict]:
    """No container of MSR differs from its like in what an upgrade undoes, as far as Docker shows it."""
    ids = {replica.id for replica in inventory.replicas}
    containers = [each for seen in every_containers.values() for each in seen.msr if each.replica in ids]
    found = [
        failed(
            f"pre.other-{change.kind}",
            f"{change.container.name} {change.text}: an upgrade re-creates the container without that",
            subject=f"{change.container.replica}:{change.container.component}:{change.kind}",
            about=[thing("container", f"{change.container.component}-{change.container.replica}")],
        )
        for change in changes(containers)
    ]
    if found:
        return found
    for cause in every_containers.causes.values():
        raise cause
    if not containers:
        message = "no container of MSR was seen: add the nodes under nodes:, with ssh: or docker:"
        about = [thing("inventory", "nodes")]
        raise Unavailable("pre.no-container", message, about=about, because=Because(CLUSTER, probe="containers"))
    if any(each.environment is None or each.labels is None or each.limits is None for each in containers):
        message = "variables, labels and limits of the containers are not in the facts: look again"
        raise Unavailable("pre.settings-unseen", message, about=[thing("cluster")])
    among = f"{many(len(containers), 'container')} of {many(len({each.replica for each in containers}), 'replica')}"
    return [passed(f"{among} do not differ from their like in what an upgrade undoes", seen=len(containers))]
