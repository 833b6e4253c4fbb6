"""The guide's section "Cluster status": what each replica reports of the cluster and of the others."""

from collections.abc import Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.cluster_views import things
from checks.rules.pings import replicas_named
from checks.rules.rethinkdb_issues import issue_reasons, issues_by_type
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, passed, unknown
from fixtures.core.evidence import Because, link, thing
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
    reasons={"status.forbidden": Reason("cluster_status is refused to the administrator", remedy="check-credentials")},
)
def test_cluster_status_is_returned(cluster_status: ClusterStatus) -> Verdict:
    """`/api/v0/meta/cluster_status` returns the documented object to an administrator."""
    tables, replicas = len(cluster_status.tables.table_status), len(cluster_status.status.replica_health)
    return passed(f"{many(tables, 'table')}, {many(replicas, 'replica')}")


@condition(
    "STATUS-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="restrict-status",
    reasons={
        "status.exposed": "cluster_status is readable without administrator rights",
        "status.access-unclear": "the response is neither the status nor a refusal",
    },
)
def test_cluster_status_is_for_administrators(role: Role, status_access: Access) -> Verdict:
    """cluster_status requires administrator credentials: anonymous requests get 401, readers get 403."""
    expected = 401 if role.subject == "anonymous" else 403
    asked = [thing("replica", status_access.replica)]
    if status_access.status in (401, 403):
        return passed(f"access is refused with {status_access.detail}", seen=status_access.status, expected=expected)
    if status_access.status == 200:
        message = f"replica {status_access.replica} returns cluster_status to {role.subject}"
        return failed("status.exposed", message, seen=200, expected=expected, about=asked)
    message = f"replica {status_access.replica} returns {status_access.detail}"
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
    """`current_issues` of the replica's database server is empty."""
    of = cluster_status.replica_by_name
    return issues_by_type("status", thing("replica", replica.id), cluster_status.issues, of)


@condition(
    "STATUS-4",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="recover-replica",
    reasons={
        "status.unhealthy": "the replica's health is reported as other than OK",
        "status.unhealthy-for-others": "the replica's health is reported as other than OK because of other replicas",
        "status.health-not-reported": "the replica that was queried does not report the replica's health",
    },
    measured="reported",
)
def test_replica_health_is_ok(subject_replica: Replica, cluster_status: ClusterStatus, inventory: Inventory) -> Verdict:
    """`replica_health` is exactly "OK" for the replica."""
    asked, subject = cluster_status.replica, subject_replica.id
    health = cluster_status.status.replica_health.get(subject)
    if health is None:
        message = f"replica {asked} does not know {subject}, see STATUS-6"
        because = Because(subject, condition="STATUS-6")
        about = [link(asked, subject)]
        return unknown(Unavailable("status.health-not-reported", message, about=about, because=because), expected="OK")
    if health == "OK":
        return passed("OK", seen=health, expected="OK")
    blamed = set(replicas_named(health, inventory)) - {asked, subject}
    return failed(
        "status.unhealthy-for-others" if blamed else "status.unhealthy",
        one_line(health) or "the health is empty instead of OK",
        seen=health,
        expected="OK",
        about=things("replica", blamed or {subject}),
        witnesses=things("replica", {asked, subject} if blamed else {asked} - {subject}),
    )
