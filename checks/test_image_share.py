"""The share behind /storage, on which all replicas keep their images. Beyond the guide."""

from collections.abc import Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.disks import room_left
from checks.rules.wording import one_line
from checks.verdict import Outcome, Verdict, failed, not_applicable, skipped, unknown, warned
from fixtures.access.ssh.image_share import SHARE_SECONDS
from fixtures.core.dimensions import NO_NODES
from fixtures.core.evidence import thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory
from fixtures.probes.shares import Look, RegistryStorage, Shares, subject_of_share


@condition(
    "STORE-3",
    severity=CRITICAL,
    documented="Beyond the guide: shared storage",
    remedy="image-share",
    reasons={
        "store.share-hangs": "the share of images does not respond on a node",
        "store.share-stale": "a node has a stale handle of the share of images",
        "store.share-not-mounted": "a node's table of mounts does not have the share that its registry uses",
        "store.share-read-only": "a node has mounted the share of images read-only",
        "store.disk-short": Reason("the share of images has little free space", "share-full"),
        "store.inodes-short": Reason("the share of images has free space and few free inodes", "share-full"),
        "store.share-not-seen": "df fails on a node, or no node showed what room the share of images has",
    },
)
def test_image_share_is_sound(
    every_registry_storage: PerSubject[RegistryStorage],
    every_shares: PerSubject[Shares],
    inventory: Inventory,
) -> Sequence[Verdict]:
    """The share behind /storage is mounted and not read-only, responds, and has free space and inodes."""
    if not inventory.nodes:
        return [skipped(NO_NODES.reason)]
    by_share: dict[str, list[RegistryStorage]] = {}
    for each in every_registry_storage.values():
        if each.share:
            by_share.setdefault(each.share, []).append(each)
    if by_share:
        return [_of_share(name, mounts, every_shares, inventory) for name, mounts in by_share.items()]
    if not every_registry_storage:
        for cause in every_registry_storage.causes.values():
            raise cause
    return [not_applicable("no replica keeps its images on a share that its node mounts")]


def _of_share(
    name: str, mounts: Sequence[RegistryStorage], shares: PerSubject[Shares], inventory: Inventory
) -> Verdict:
    """One verdict on a share; what keeps it from working comes before what little room it has."""
    subject, about = subject_of_share(name), [thing("volume", name)]
    shown = f"{mounts[0].kind} {name}"
    seen = shares[CLUSTER]
    looks = [each for each in seen.looks if each.share == name]
    hanging = next((each for each in looks if each.hangs), None)
    if hanging is not None:
        message = f"{shown} does not respond within {SHARE_SECONDS} s on {hanging.node}{_elsewhere(looks)}"
        witnesses = [thing("node", hanging.node)]
        return failed("store.share-hangs", message, subject=subject, about=about, witnesses=witnesses)
    if stale := [each for each in looks if each.stale]:
        nodes = [each.node for each in stale]
        message = f"{shown} on {', '.join(nodes)}: {one_line(stale[0].error)}{_elsewhere(looks)}"
        return failed(
            "store.share-stale", message, seen=nodes, expected=[], subject=subject, about=about,
            witnesses=[thing("node", node) for node in nodes],
        )  # fmt: skip
    running = [each for each in mounts if each.runs]
    read_only = [each.node for each in running if each.read_only]
    if read_only:
        message = f"{shown} is mounted read-only on {', '.join(read_only)}"
        witnesses = [thing("node", node) for node in read_only]
        return failed(
            "store.share-read-only", message, seen=read_only, expected=[], subject=subject, about=about,
            witnesses=witnesses,
        )  # fmt: skip
    missing = [each.node for each in running if each.mounted is False]
    if missing:
        message = f"{', '.join(missing)} {'has' if len(missing) == 1 else 'have'} not mounted {shown}, see /proc/mounts"
        witnesses = [thing("node", node) for node in missing]
        return warned(
            "store.share-not-mounted", message, seen=missing, expected=[], subject=subject, about=about,
            witnesses=witnesses,
        )  # fmt: skip
    look = next((each for each in looks if each.room), looks[0] if looks else None)
    if look is None and not any(inventory.node(each.node).has_shell for each in mounts):
        return skipped("this is read in a shell on a node: add ssh: or shell: to it under nodes:", subject=subject)
    if look is None or look.room is None:
        why = look.error if look else seen.not_looked.get(name, "no registry runs that uses it")
        cause = Unavailable("store.share-not-seen", f"{shown}: {one_line(why)}", about=about)
        return unknown(cause, subject=subject)
    unseen = [each.node for each in running if each.node not in {one.node for one in looks}]
    where = f"{shown} (not looked at on {', '.join(unseen)})" if unseen else shown
    found = room_left(look.room, where, subject, inventory.limits, area="store", about=about)
    failing = next((each for each in looks if each.room is None), None)
    if found.outcome is not Outcome.PASS or failing is None:
        return found
    message = f"{shown} on {failing.node}: {one_line(failing.error)}{_elsewhere(looks)}"
    return unknown(Unavailable("store.share-not-seen", message, about=about), subject=subject)


def _elsewhere(looks: Sequence[Look]) -> str:
    """On which nodes it is well, as a message ends."""
    well = [each.node for each in looks if each.room]
    return f"; it responds on {', '.join(well)}" if well else ""
