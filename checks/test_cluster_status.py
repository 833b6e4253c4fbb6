"""The guide's section "Cluster status": what each replica says of the cluster and of the others."""

import re
from collections.abc import Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.cluster_views import things
from checks.rules.rethinkdb_issues import issue_reasons, issues_by_type
from checks.verdict import Verdict, failed, passed, unknown
from fixtures.core.evidence import Because, thing
from fixtures.core.store import Unavailable
from fixtures.core.subjects import Role
from fixtures.inventory import Inventory, Replica
from fixtures.probes.cluster_status import Access, ClusterStatus

GUIDE = "Cluster status"


@condition(
    "STATUS-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="read-the-logs",
    owns=True,
    reasons={
        "status.forbidden": Reason("it is refused to the account of the administrator", remedy="check-credentials")
    },
)
def test_cluster_status_is_told(cluster_status: ClusterStatus) -> Verdict:
    """`/api/v0/meta/cluster_status` answers an administrator with the documented object."""
    return passed(
        f"{len(cluster_status.tables.table_status)} tables, {len(cluster_status.status.replica_health)} replicas"
    )


@condition(
    "STATUS-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="restrict-status",
    reasons={
        "status.exposed": "it is shown to somebody who is no administrator",
        "status.access-unclear": "the answer is neither the status nor a refusal",
    },
)
def test_cluster_status_is_for_administrators(role: Role, status_access: Access) -> Verdict:
    """It requires administrator credentials: anonymous is answered 401, a reader 403."""
    expected = 401 if role.subject == "anonymous" else 403
    asked = [thing("replica", status_access.replica)]
    if status_access.status in (401, 403):
        return passed(f"refused with {status_access.told}", seen=status_access.status, expected=expected)
    if status_access.status == 200:
        message = f"replica {status_access.replica} shows the cluster's status to {role.subject}"
        return failed("status.exposed", message, seen=200, expected=expected, about=asked)
    message = f"replica {status_access.replica} answered {status_access.told}"
    return unknown(Unavailable("status.access-unclear", message, about=asked), expected=expected)


@condition(
    "STATUS-3",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="rethinkdb-issues",
    reasons=issue_reasons("status"),
    measured="reported",
)
def test_rethinkdb_has_no_issues(replica: Replica, cluster_status: ClusterStatus) -> Sequence[Verdict]:
    """`current_issues` is empty as this replica's database server sees it."""
    return issues_by_type("status", thing("replica", replica.id), cluster_status.issues)


@condition(
    "STATUS-4",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="recover-replica",
    reasons={
        "status.unhealthy": "its health is told as another than OK",
        "status.unhealthy-for-others": "its health is told as another than OK, and names other replicas for it",
        "status.health-not-told": "who is asked does not know the replica",
    },
    measured="reported",
)
def test_replica_is_said_to_be_healthy(
    subject_replica: Replica, cluster_status: ClusterStatus, inventory: Inventory
) -> Verdict:
    """`replica_health` says exactly "OK" of the replica."""
    asked, subject = cluster_status.replica, subject_replica.id
    health = cluster_status.status.replica_health.get(subject)
    if health is None:
        message = f"replica {asked} does not know {subject}, see STATUS-6"
        because = Because(subject, condition="STATUS-6")
        about = things("replica", [subject])
        return unknown(Unavailable("status.health-not-told", message, about=about, because=because), expected="OK")
    if health == "OK":
        return passed("OK", seen=health, expected="OK")
    blamed = _named(inventory, health) - {asked, subject}
    return failed(
        "status.unhealthy-for-others" if blamed else "status.unhealthy",
        health or "an empty text instead of OK",
        seen=health,
        expected="OK",
        about=things("replica", blamed or {subject}),
        witnesses=things("replica", {asked, subject} if blamed else {asked} - {subject}),
    )


def _named(inventory: Inventory, health: str) -> set[str]:
    """The replicas that a text about somebody's health names."""
    return {each.id for each in inventory.replicas if re.search(rf"(?<![0-9A-Za-z]){re.escape(each.id)}", health)}
