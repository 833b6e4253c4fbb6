"""/_ping and cluster_status: what one replica tells of its cluster."""

import json
import time
from datetime import timedelta
from typing import Any

from lab.embedded.recorded import rfc3339
from lab.embedded.state import Cluster, Replica
from lab.embedded.system_tables import current_issues, members, system_tables

Document = dict[str, Any]


def health(cluster: Cluster, replica: Replica) -> str:
    """The `Error` of /_ping, empty when healthy; what it runs, in order: the first failure wins."""
    if not replica.registry_up:
        return f"Failed to connect to container at dtr-registry-{replica.id}:5000: dial tcp: connection refused"
    if not replica.database_up:
        host = f"dtr-rethinkdb-{replica.id}.dtr-ol:28015"
        return f"Failed to connect to container at {host}: dial tcp: connection refused"
    issues = current_issues(cluster, replica) if cluster.pings_tell_issues else []
    if issues:
        return f"Rethinkdb has issues: {json.dumps(issues)}"
    return replica.ping_error


def _report(cluster: Cluster, replica: Replica) -> str:
    """What it last wrote of its health: the verdict of its own check, as long as its database takes it."""
    if replica.health != "OK" or replica.last_report is not None:
        return replica.health
    return health(cluster, replica) or "OK"


def _reported_at(cluster: Cluster, replica: Replica, position: int) -> str:
    """Every minute, each replica at its own second, unless it stopped."""
    if replica.last_report is not None:
        return rfc3339((cluster.started - replica.last_report).replace(microsecond=0))
    phase = timedelta(seconds=7 + 13 * position)
    return rfc3339((cluster.now(replica) - phase).replace(second=0, microsecond=0) + phase)


def cluster_status(cluster: Cluster, viewer: Replica) -> Document:
    """The five documented keys. The maps hold the replicas of the configuration, not those that are alive."""
    positions = {replica.id: position for position, replica in enumerate(cluster.replicas)}
    known = sorted(members(cluster, viewer), key=lambda replica: replica.id)
    long_ago = rfc3339((cluster.started - timedelta(days=41)).replace(microsecond=0))
    document: Document = {
        "gc_lock_holder": cluster.gc_lock_holder,
        "replica_health": {r.id: _report(cluster, r) for r in known} | dict.fromkeys(cluster.ghosts, "OK"),
        "replica_readonly": {r.id: r.read_only for r in known} | dict.fromkeys(cluster.ghosts, False),
        "replica_timestamp": {r.id: _reported_at(cluster, r, positions[r.id]) for r in known}
        | dict.fromkeys(cluster.ghosts, long_ago),
        "rethink_system_tables": system_tables(cluster, viewer),
    }
    for edit in cluster.edits + viewer.edits:
        edit(document)
    return document


def held_up(cluster: Cluster) -> float:
    """Seconds for which a hung database server still holds up cluster_status, counted from the first look."""
    if not cluster.hung_for:
        return 0.0
    if cluster.first_look is None:
        cluster.first_look = time.monotonic()
    return max(0.0, cluster.first_look + cluster.hung_for - time.monotonic())
