"""The guide's section "Cluster status": what the answers of all replicas say together."""

from collections.abc import Sequence
from datetime import timedelta

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.cluster_views import Views, answered, begin, largest_group, quorum, things, with_servers
from checks.rules.rethinkdb_issues import issue_keys
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.store import Unavailable
from fixtures.core.subjects import Pair
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import server_name
from fixtures.probes.cluster_status import ClusterStatus
from fixtures.probes.previous_run import PreviousGcLock

GUIDE = "Cluster status"


@condition(
    "STATUS-5",
    severity=CRITICAL,
    documented="Recover from an unhealthy replica",
    remedy="stale-health",
    reasons={
        "status.stale-health": "its last health report is too old",
        "status.report-time-not-told": "no replica knows when it last reported its health",
    },
    measured="reported",
)
def test_health_report_is_fresh(
    replica: Replica, every_cluster_status: Views, earlier_cluster_status: dict[str, ClusterStatus]
) -> Verdict:
    """The replica's own health report is fresh: a dead replica keeps its last "OK"."""
    told = [(view, at) for view in answered(every_cluster_status) if (at := view.health_reported_at(replica.id))]
    if not told:
        message = "no replica's replica_timestamp tells when it last reported its health, see STATUS-6"
        because = Because(replica.id, condition="STATUS-6")
        raise Unavailable("status.report-time-not-told", message, because=because)
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
    return told_as(
        "status.stale-health",
        f"{message}, as replica {view.replica} sees it",
        seen=seen,
        expected="at most 3 min old",
        witnesses=things("replica", {view.replica} - {replica.id}),
        since=at,
    )


@condition(
    "STATUS-6",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="ghost-replica",
    reasons={
        "status.replica-missing": Reason(
            "a replica of the inventory is not known to all that answered", remedy="missing-replica"
        ),
        "status.ghost-replica": "the cluster knows a replica that the inventory does not name",
        "status.ghost-server": "a database server that is of no replica is connected",
    },
    measured="reported",
)
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
            message = f"a database server, {server_name(replica)}, is connected that is of no replica"
            verdicts.append(
                failed(
                    "status.ghost-server",
                    f"{message}, told by {', '.join(told)}",
                    seen=told,
                    subject=replica,
                    about=things("database", [replica]),
                    witnesses=things("replica", told),
                )
            )
        elif replica not in expected:
            message = "the cluster knows a replica that the inventory does not name"
            verdicts.append(
                failed(
                    "status.ghost-replica",
                    f"{message}, told by {', '.join(knowing)}",
                    seen=knowing,
                    subject=replica,
                    about=things("replica", [replica]),
                    witnesses=things("replica", knowing),
                )
            )
        elif missing:
            others = set(missing) - {replica}
            # Few do not know it: it is they who are cut off.
            cut_off = others if 0 < len(others) * 2 < len(expected) else set()
            verdicts.append(
                failed(
                    "status.replica-missing",
                    f"not known to {', '.join(missing)}",
                    seen=missing,
                    expected=[],
                    subject=replica,
                    about=things("replica", cut_off or {replica}),
                    witnesses=things("replica", knowing if cut_off else others),
                )
            )
        else:
            verdicts.append(passed(f"known to all {len(views)} that answered", subject=replica))
    return verdicts


@condition(
    "STATUS-7",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="split-view",
    reasons={
        "status.different-replicas": "they know different replicas",
        "status.different-health": "they know the same replicas, and call different ones unhealthy",
        "status.different-issues": "they tell different issues of RethinkDB, and the same replicas and health",
    },
    measured="derived",
)
def test_replicas_tell_the_same_story(pair: Pair, every_cluster_status: Views) -> Verdict:
    """Two replicas tell the same of membership, health and issues: there is no split view."""
    first, second = every_cluster_status[pair.first.id], every_cluster_status[pair.second.id]
    differences = []
    reasons = []
    for reason, what, one, other in (
        (
            "status.different-replicas",
            "replicas",
            sorted(first.status.replica_health),
            sorted(second.status.replica_health),
        ),
        ("status.different-health", "unhealthy replicas", _unhealthy(first), _unhealthy(second)),
        ("status.different-issues", "issues", issue_keys(first.issues), issue_keys(second.issues)),
    ):
        if one != other:
            only_one, only_other = sorted(set(one) - set(other)), sorted(set(other) - set(one))
            reasons.append(reason)
            differences.append({"what": what, pair.first.id: only_one, pair.second.id: only_other})
    if not differences:
        return passed("the same replicas, health and issues")
    whats = ", ".join(str(each["what"]) for each in differences)
    return failed(reasons[0], f"they tell different {whats}", seen=differences, expected="the same")


@condition(
    "STATUS-13",
    severity=WARNING,
    documented=GUIDE,
    remedy="read-only",
    reasons={
        "status.read-only": "its registry is read-only",
        "status.readonly-not-told": "no replica knows whether it is read-only",
    },
    measured="reported",
)
def test_replica_takes_writes(replica: Replica, every_cluster_status: Views) -> Verdict:
    """The replica's registry is not read-only."""
    told = {view.replica: view.status.replica_readonly.get(replica.id) for view in answered(every_cluster_status)}
    saying_so = {asked for asked, read_only in told.items() if read_only is True}
    if saying_so:
        witnesses = things("replica", saying_so - {replica.id})
        return failed("status.read-only", "its registry is read-only", seen=True, expected=False, witnesses=witnesses)
    if False in told.values():
        return passed("it takes writes", seen=False, expected=False)
    cause = Unavailable("status.readonly-not-told", "replica_readonly does not say whether it is")
    return unknown(cause, seen=[each for each in told.values() if each is not None])


@condition(
    "STATUS-14",
    severity=WARNING,
    documented="Beyond the guide: quorum",
    remedy="restore-redundancy",
    reasons={
        "status.majority-lost": "fewer database servers than a majority are connected to each other",
        "status.tolerates-too-few": "it stands fewer failures than are expected",
        "status.even-number": Reason("an even number of replicas: the last one brings nothing", remedy="even-number"),
    },
    measured="derived",
)
def test_cluster_tolerates_failures(every_cluster_status: Views, inventory: Inventory) -> Verdict:
    """The cluster stands as many failures of replicas as the inventory expects."""
    number = len(inventory.replicas)
    promised = number - quorum(number)
    expected = promised if inventory.expect.tolerates is None else inventory.expect.tolerates
    up = largest_group(every_cluster_status, [replica.id for replica in inventory.replicas])
    stands = max(up - quorum(number), 0)
    about = [thing("cluster")]
    seen = f"{up} of {number} database servers are connected to each other, {quorum(number)} are a majority"
    if up < quorum(number):
        message = f"the majority is lost: {seen}"
        return failed("status.majority-lost", message, seen=0, expected=expected, about=about)
    if stands < expected:
        message = f"it stands {stands} more failures, {expected} are expected: {seen}"
        return failed("status.tolerates-too-few", message, seen=stands, expected=expected, about=about)
    if number % 2 == 0:
        stand = f"{promised} failure{'s' if promised > 1 else ''}" if promised else "no failure"
        message = f"{number} replicas stand {stand}, as {number - 1} would: the last one brings nothing"
        either = f"{number - 1} or {number + 1}"
        return failed("status.even-number", message, seen=number, expected=either, about=about)
    return passed(f"it stands {stands} more failures", seen=stands, expected=expected)


@condition(
    "STATUS-16",
    severity=WARNING,
    documented="Beyond the guide: garbage collection",
    remedy="gc-lock",
    reasons={
        "status.gc-lock-of-nobody": "who holds the garbage collector's lock is no replica of the inventory",
        "status.gc-lock-held-long": "a replica holds the garbage collector's lock for more than 12 hours",
    },
    measured="reported",
)
def test_gc_lock_is_let_go(
    every_cluster_status: Views, inventory: Inventory, previous_gc_lock: PreviousGcLock
) -> Verdict:
    """The garbage collector's lock is free, or held by a known replica for less than 12 hours."""
    views = answered(every_cluster_status)
    holders = sorted({view.status.gc_lock_holder for view in views} - {""})
    if not holders:
        return passed("free", seen="", expected="")
    holder = holders[0]
    known = {replica.id for replica in inventory.replicas if replica.id in holder}
    since = previous_gc_lock.since if previous_gc_lock.holder == holder else None
    about = things("replica", known or {holder})
    if not known:
        message = f"held by {holder}, which is no replica of the inventory"
        return failed("status.gc-lock-of-nobody", message, seen=holder, expected="", about=about, since=since)
    if since and since < begin(None, timedelta(hours=12), views[0].now):
        message = f"held by {holder} since {since:%Y-%m-%d %H:%M} UTC at least"
        return failed("status.gc-lock-held-long", message, seen=holder, expected="under 12 h", about=about, since=since)
    return passed(f"held by {holder}: garbage collection runs", seen=holder)


def _unhealthy(view: ClusterStatus) -> list[str]:
    return sorted(replica for replica, health in view.status.replica_health.items() if health != "OK")
