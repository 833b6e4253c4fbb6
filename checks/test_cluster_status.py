"""The guide's section "Cluster status": what each replica says of the cluster and of the others."""

from collections.abc import Sequence
from datetime import timedelta

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.cluster_views import SERVER, Views, answered, begin, largest_group, quorum, with_servers
from checks.rules.rethinkdb_issues import issue_keys, issues_by_type
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.subjects import Pair, Role
from fixtures.inventory import Inventory, Replica
from fixtures.probes.cluster_status import Access, ClusterStatus
from fixtures.probes.previous_run import PreviousGcLock

GUIDE = "Cluster status"


@condition("STATUS-1", severity=CRITICAL, documented=GUIDE, remedy="read-the-logs", owns=True)
def test_cluster_status_is_told(cluster_status: ClusterStatus) -> Verdict:
    """`/api/v0/meta/cluster_status` answers an administrator with the documented object."""
    return passed(
        f"{len(cluster_status.tables.table_status)} tables, {len(cluster_status.status.replica_health)} replicas"
    )


@condition("STATUS-2", severity=CRITICAL, documented=GUIDE, remedy="restrict-status")
def test_cluster_status_is_for_administrators(role: Role, status_access: Access) -> Verdict:
    """It requires administrator credentials: anonymous is answered 401, a reader 403."""
    expected = 401 if role.subject == "anonymous" else 403
    if status_access.status in (401, 403):
        return passed(f"refused with {status_access.told}", seen=status_access.status, expected=expected)
    if status_access.status == 200:
        message = f"replica {status_access.replica} shows the cluster's status to {role.subject}"
        return failed(message, seen=200, expected=expected)
    return unknown(f"replica {status_access.replica} answered {status_access.told}", expected=expected)


@condition("STATUS-3", severity=CRITICAL, documented=GUIDE, remedy="rethinkdb-issues")
def test_rethinkdb_has_no_issues(replica: Replica, cluster_status: ClusterStatus) -> Sequence[Verdict]:
    """`current_issues` is empty as this replica's database server sees it."""
    return issues_by_type(replica.id, cluster_status.issues)


@condition("STATUS-4", severity=CRITICAL, documented=GUIDE, remedy="recover-replica")
def test_replica_is_said_to_be_healthy(subject_replica: Replica, cluster_status: ClusterStatus) -> Verdict:
    """`replica_health` says exactly "OK" of the replica."""
    health = cluster_status.status.replica_health.get(subject_replica.id)
    if health is None:
        return unknown(
            f"replica {cluster_status.replica} does not know {subject_replica.id}, see STATUS-6", expected="OK"
        )
    if health == "OK":
        return passed("OK", seen=health, expected="OK")
    return failed(health or "an empty text instead of OK", seen=health, expected="OK")


@condition("STATUS-5", severity=CRITICAL, documented="Recover from an unhealthy replica", remedy="stale-health")
def test_health_report_is_fresh(
    replica: Replica, every_cluster_status: Views, earlier_cluster_status: dict[str, ClusterStatus]
) -> Verdict:
    """The replica's own health report is fresh: a dead replica keeps its last "OK"."""
    told = [(view, at) for view in answered(every_cluster_status) if (at := view.health_reported_at(replica.id))]
    if not told:
        return unknown("no replica's replica_timestamp tells when it last reported its health, see STATUS-6")
    view, at = max(told, key=lambda each: each[1])
    age = min(view.now - at for view, at in told)
    before = [x for view in earlier_cluster_status.values() if (x := view.health_reported_at(replica.id))]
    seen = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    message = f"Replica reported health too long ago: {seen}, {age.total_seconds() / 60:.1f} min before the answer"
    # The report is written about once a minute.
    if age <= timedelta(minutes=3):
        return passed(f"{max(age.total_seconds(), 0):.0f} s old", seen=seen, expected="at most 3 min old")
    advancing = bool(before) and max(before) < at
    told_as = warned if age <= timedelta(minutes=5) or advancing else failed
    return told_as(f"{message}, as replica {view.replica} sees it", seen=seen, expected="at most 3 min old")


@condition("STATUS-6", severity=CRITICAL, documented=GUIDE, remedy="ghost-replica")
def test_known_replicas_are_those_of_the_inventory(
    every_cluster_status: Views, inventory: Inventory
) -> Sequence[Verdict]:
    """The replicas that the cluster knows are those of the inventory: none is missing, none is a ghost."""
    views = answered(every_cluster_status)
    expected = {replica.id for replica in inventory.replicas}
    known = {view.replica: set(view.status.replica_health) for view in views}
    # An interrupted join leaves a database server, with copies of the tables, that is no replica's.
    servers = {view.replica: with_servers(view) for view in views}
    verdicts = []
    for replica in sorted(expected.union(*known.values(), *servers.values())):
        knowing = sorted(asked for asked, replicas in known.items() if replica in replicas)
        missing = sorted(set(known) - set(knowing))
        if replica not in expected and not knowing:
            told = sorted(asked for asked, replicas in servers.items() if replica in replicas)
            message = f"a database server, {SERVER}{replica}, is connected that is of no replica"
            verdicts.append(failed(f"{message}, told by {', '.join(told)}", seen=told, subject=replica))
        elif replica not in expected:
            message = "the cluster knows a replica that the inventory does not name"
            verdicts.append(failed(f"{message}, told by {', '.join(knowing)}", seen=knowing, subject=replica))
        elif missing:
            verdicts.append(failed(f"not known to {', '.join(missing)}", seen=missing, expected=[], subject=replica))
        else:
            verdicts.append(passed(f"known to all {len(views)} that answered", subject=replica))
    return verdicts


@condition("STATUS-7", severity=CRITICAL, documented=GUIDE, remedy="split-view")
def test_replicas_tell_the_same_story(pair: Pair, every_cluster_status: Views) -> Verdict:
    """Two replicas tell the same of membership, health and issues: there is no split view."""
    first, second = every_cluster_status[pair.first.id], every_cluster_status[pair.second.id]
    differences = []
    for what, one, other in (
        ("replicas", sorted(first.status.replica_health), sorted(second.status.replica_health)),
        ("unhealthy replicas", _unhealthy(first), _unhealthy(second)),
        ("issues", issue_keys(first.issues), issue_keys(second.issues)),
    ):
        if one != other:
            only_one, only_other = sorted(set(one) - set(other)), sorted(set(other) - set(one))
            differences.append({"what": what, pair.first.id: only_one, pair.second.id: only_other})
    if not differences:
        return passed("the same replicas, health and issues")
    whats = ", ".join(str(each["what"]) for each in differences)
    return failed(f"they tell different {whats}", seen=differences, expected="the same")


@condition("STATUS-13", severity=WARNING, documented=GUIDE, remedy="read-only")
def test_replica_takes_writes(replica: Replica, every_cluster_status: Views) -> Verdict:
    """The replica's registry is not read-only."""
    told = [view.status.replica_readonly.get(replica.id) for view in answered(every_cluster_status)]
    if True in told:
        return failed("its registry is read-only", seen=True, expected=False)
    if False in told:
        return passed("it takes writes", seen=False, expected=False)
    return unknown("replica_readonly does not say whether it is", seen=[each for each in told if each is not None])


@condition("STATUS-14", severity=WARNING, documented="Beyond the guide: quorum", remedy="restore-redundancy")
def test_cluster_tolerates_failures(every_cluster_status: Views, inventory: Inventory) -> Verdict:
    """The cluster stands as many failures of replicas as the inventory expects."""
    number = len(inventory.replicas)
    promised = number - quorum(number)
    expected = promised if inventory.expect.tolerates is None else inventory.expect.tolerates
    up = largest_group(every_cluster_status, [replica.id for replica in inventory.replicas])
    stands = max(up - quorum(number), 0)
    seen = f"{up} of {number} database servers are connected to each other, {quorum(number)} are a majority"
    if up < quorum(number):
        return failed(f"the majority is lost: {seen}", seen=0, expected=expected)
    if stands < expected:
        return failed(
            f"it stands {stands} more failures, {expected} are expected: {seen}", seen=stands, expected=expected
        )
    if number % 2 == 0:
        stand = f"{promised} failure{'s' if promised > 1 else ''}" if promised else "no failure"
        message = f"{number} replicas stand {stand}, as {number - 1} would: the last one brings nothing"
        return failed(message, seen=number, expected=f"{number - 1} or {number + 1}", remedy="even-number")
    return passed(f"it stands {stands} more failures", seen=stands, expected=expected)


@condition("STATUS-16", severity=WARNING, documented="Beyond the guide: garbage collection", remedy="gc-lock")
def test_gc_lock_is_let_go(
    every_cluster_status: Views, inventory: Inventory, previous_gc_lock: PreviousGcLock
) -> Verdict:
    """The garbage collector's lock is free, or held by a known replica for less than 12 hours."""
    views = answered(every_cluster_status)
    holders = sorted({view.status.gc_lock_holder for view in views} - {""})
    if not holders:
        return passed("free", seen="", expected="")
    holder = holders[0]
    if not any(replica.id in holder for replica in inventory.replicas):
        return failed(f"held by {holder}, which is no replica of the inventory", seen=holder, expected="")
    since = previous_gc_lock.since if previous_gc_lock.holder == holder else None
    if since and since < begin(None, timedelta(hours=12), views[0].now):
        return failed(f"held by {holder} since {since:%Y-%m-%d %H:%M} UTC at least", seen=holder, expected="under 12 h")
    return passed(f"held by {holder}: garbage collection runs", seen=holder)


def _unhealthy(view: ClusterStatus) -> list[str]:
    return sorted(replica for replica, health in view.status.replica_health.items() if health != "OK")
