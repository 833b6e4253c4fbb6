"""What lies beneath a container, a replica or a node: while that is at fault, nothing above it is started."""

from __future__ import annotations

from collections.abc import Sequence

from reports.diagnosis.case import Case, name_of, type_of
from reports.diagnosis.cause import Cause
from reports.diagnosis.targets import component_of, node_of, replica_of

# Kinds of causes that lie beneath all containers.
_ALL = frozenset({"swarm-leaderless", "network-missing", "network-not-attachable", "overlay-down", "addresses-used-up"})
# Those that lie beneath everything on the nodes, or of the replicas, that they name.
_PLACES = frozenset(
    {
        "node-down",
        "engine-down",
        "engine-hung",
        "engine-lost-its-store",
        "containerd-hung",
        "disk-full",
        "clock-off",
        "node-drained",
        "node-paused",
        "node-out-of-the-swarm",
        "node-not-ready",
        "manager-unreachable",
        "cloned-node",
        "wrong-host-behind-ssh",
        "swarm-port-closed",
        "network-unknown-to-node",
        "attach-refused",
        "node-cut-off",
        "link-cut",
        "gossip-cut",
        "address-twice",
        "node-address-changed",
        "mtu-hole",
        "volume-missing",
    }
)
# Those that lie beneath some containers alone, where these are named.
_COMPONENTS = {
    "stale-name": frozenset({"rethinkdb"}),
    "database-certificate": frozenset({"rethinkdb"}),
    "log-write-failed": frozenset({"rethinkdb"}),
    "memory-pressure": frozenset({"rethinkdb"}),
    "storage-not-shared": frozenset({"registry"}),
    "storage-differs": frozenset({"registry"}),
    "storage-of-one": frozenset({"registry"}),
    "storage-unreadable": frozenset({"registry"}),
    "object-storage-refuses": frozenset({"registry"}),
    "licence-missing": frozenset({"registry", "garant", "notary-server"}),
    "mke-down": frozenset({"garant", "api"}),
    "mke-unhealthy": frozenset({"garant", "api"}),
    "certificate-expired": frozenset({"nginx"}),
    "certificate-not-yet-valid": frozenset({"nginx"}),
    "certificate-wrong-name": frozenset({"nginx"}),
    "ca-expired": frozenset({"nginx"}),
    "unknown-ca": frozenset({"nginx"}),
}
BENEATH = _ALL | _PLACES | frozenset(_COMPONENTS)
"""The ids of all of these kinds."""


def beneath(case: Case, causes: Sequence[Cause], cause: Cause, thing: str) -> tuple[Cause, ...]:
    """The causes that lie beneath a thing, other than this one; nothing lies on a node that is declared lost."""
    return tuple(
        each for each in causes if each is not cause and not _lost(case, each) and _concerns(case, each, thing)
    )


def _lost(case: Case, cause: Cause) -> bool:
    nodes = {node for thing in cause.things for node in _places(case, thing) if node in case.header.nodes}
    return bool(nodes) and nodes <= case.lost


def _concerns(case: Case, lower: Cause, thing: str) -> bool:
    kind = lower.id
    if kind in _ALL:
        return True
    if kind in _PLACES:
        return _together(case, lower, thing)
    component = component_of(case, thing)
    return kind in _COMPONENTS and component in (None, *_COMPONENTS[kind]) and _together(case, lower, thing)


def _together(case: Case, lower: Cause, thing: str) -> bool:
    """Whether a cause is where a thing is; one that names no place is everywhere."""
    own = _places(case, thing)
    places = [_places(case, each) for each in lower.things]
    return any(not each or each & own for each in places)


def _places(case: Case, thing: str) -> frozenset[str]:
    """The nodes and replicas of a thing."""
    if type_of(thing) == "link":
        ends = [_places(case, f"{kind}:{end}") for end in name_of(thing).split(">") for kind in ("node", "replica")]
        known = {*case.header.nodes, *case.replicas}
        return frozenset(name for each in ends for name in each if name in known)
    found = {node_of(case, thing), replica_of(case, thing)}
    return frozenset(name for name in found if name)
