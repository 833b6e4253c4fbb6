"""The guide's section "Cluster status": what the answers of all replicas show together."""

from collections.abc import Sequence
from datetime import timedelta

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.cluster_views import Views, answered, largest_group, quorum, things, with_servers
from checks.rules.rethinkdb_issues import issue_keys
from checks.rules.wording import many, reported_by
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.look_back import begin
from fixtures.core.store import Unavailable
from fixtures.core.subjects import Pair
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import server_name
from fixtures.probes.cluster_status import ClusterStatus, Server
from fixtures.probes.previous_run import PreviousGcLock

GUIDE = "Cluster status"


@condition(
    "STATUS-5",
    severity=CRITICAL,
    documented="Recover from an unhealthy replica",
    remedy="stale-health",
    reasons={
        "status.stale-health": "the replica's last health report is too old",
        "status.report-time-not-reported": "no replica reports when the replica last reported its health",
    },
    measured="reported",
)
def test_health_report_is_fresh(
    replica: Replica, every_cluster_status: Views, earlier_cluster_status: dict[str, ClusterStatus]
) -> Verdict:
    """The replica's health report is recent: a dead replica keeps its last "OK"."""
    views = answered(every_cluster_status)
    reports = [(view, at) for view in views if (at := view.health_reported_at(replica.id))]
    if not reports:
        told = any(replica.id in view.status.replica_timestamp for view in views)
        untimed, untold = "the health report of {} has no time", "no replica_timestamp contains {}"
        message = (untimed if told else untold).format(replica.id)
        because = Because(views[0].replica, probe="cluster_status")
        raise Unavailable("status.report-time-not-reported", message, because=because)
    view, at = max(reports, key=lambda each: each[1])
    age = min(view.now - at for view, at in reports)
    before = [x for view in earlier_cluster_status.values() if (x := view.health_reported_at(replica.id))]
    seen = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    # The report is written about once a minute.
    if age <= timedelta(minutes=3):
        return passed(
            f"the health report is {max(age.total_seconds(), 0):.0f} s old", seen=seen, expected="at most 3 min old"
        )
    advancing = bool(before) and max(before) < at
    verdict = warned if age <= timedelta(minutes=5) or advancing else failed
    minutes = f"{age.total_seconds() / 60:.1f} min old, limit 3 min"
    return verdict(
        "status.stale-health",
        f"the last health report, of {seen}, is {minutes} {reported_by([view.replica])}",
        seen=seen,
        expected="at most 3 min old",
        witnesses=things("replica", {view.replica} - {replica.id}),
        since=at,
    )


def _replicas(inventory: Inventory) -> list[str]:
    return [replica.id for replica in inventory.replicas]


@condition(
    "STATUS-6",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="ghost-replica",
    reasons={
        "status.replica-missing": Reason(
            "not all replicas that responded know a replica of the inventory", remedy="missing-replica"
        ),
        "status.ghost-replica": "the cluster knows a replica that the inventory does not name",
        "status.ghost-server": "a database server that belongs to no replica is connected",
        "status.server-renamed": Reason(
            "the database server of a replica has another name than MSR gives it", remedy="server-renamed"
        ),
    },
    measured="reported",
    subjects=_replicas,
)
def test_known_replicas_are_those_of_the_inventory(
    every_cluster_status: Views, inventory: Inventory
) -> Sequence[Verdict]:
    """The cluster knows exactly the replicas of the inventory: none is missing, none is unexpected."""
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
            listing = sorted(asked for asked, replicas in servers.items() if replica in replicas)
            name = next((row.name for view in views if (row := view.server(replica))), replica)
            message = f"database server {name} is connected, and belongs to no replica"
            verdicts.append(
                failed(
                    "status.ghost-server",
                    f"{message} {reported_by(listing)}",
                    seen=listing,
                    subject=replica,
                    about=things("database", [replica]),
                    witnesses=things("replica", listing),
                )
            )
        elif replica not in expected:
            message = f"the cluster knows replica {replica}, which is not in the inventory"
            verdicts.append(
                failed(
                    "status.ghost-replica",
                    f"{message} {reported_by(knowing)}",
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
                    f"replica {replica} is unknown to replica{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
                    seen=missing,
                    expected=[],
                    subject=replica,
                    about=things("replica", cut_off or {replica}),
                    witnesses=things("replica", knowing if cut_off else others),
                )
            )
        elif renamed := {view.replica: row.name for view in views if (row := _renamed(view, replica))}:
            name = next(iter(renamed.values()))
            message = f"the database server of {replica} is named {name}"
            verdicts.append(
                failed(
                    "status.server-renamed",
                    f"{message} {reported_by(sorted(renamed))}",
                    seen=name,
                    expected=server_name(replica),
                    subject=replica,
                    about=things("database", [replica]),
                    witnesses=things("replica", renamed),
                    severity=WARNING,
                )
            )
        else:
            verdicts.append(
                passed(f"known to {len(views)} of {many(len(views), 'replica')} that responded", subject=replica)
            )
    return verdicts


@condition(
    "STATUS-7",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="split-view",
    reasons={
        "status.different-replicas": "the two replicas know different replicas",
        "status.different-health": "the two replicas report different replicas as unhealthy",
        "status.different-issues": "the two replicas report different issues of RethinkDB",
    },
    measured="derived",
)
def test_replicas_report_the_same_cluster(pair: Pair, every_cluster_status: Views) -> Verdict:
    """Two replicas report the same members, health and issues: there is no split view."""
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
        return passed("both report the same replicas, health and issues")
    whats = ", ".join(str(each["what"]) for each in differences)
    return failed(
        reasons[0],
        f"{pair.first.id} and {pair.second.id} report different {whats}",
        seen=differences,
        expected="the same",
    )


@condition(
    "STATUS-13",
    severity=WARNING,
    documented=GUIDE,
    remedy="read-only",
    reasons={
        "status.read-only": "the registry of the replica is read-only",
        "status.readonly-not-reported": "no replica reports whether the replica is read-only",
    },
    measured="reported",
)
def test_replica_takes_writes(replica: Replica, every_cluster_status: Views) -> Verdict:
    """The replica's registry is not read-only."""
    read_only_by = {
        view.replica: view.status.replica_readonly.get(replica.id) for view in answered(every_cluster_status)
    }
    reporting = {asked for asked, read_only in read_only_by.items() if read_only is True}
    if reporting:
        witnesses = things("replica", reporting - {replica.id})
        return failed(
            "status.read-only",
            "the registry of the replica is read-only",
            seen=True,
            expected=False,
            witnesses=witnesses,
        )
    if False in read_only_by.values():
        return passed("the replica accepts writes", seen=False, expected=False)
    cause = Unavailable("status.readonly-not-reported", f"no replica_readonly contains {replica.id}")
    return unknown(cause, seen=[each for each in read_only_by.values() if each is not None])


@condition(
    "STATUS-14",
    severity=WARNING,
    documented="Beyond the guide: quorum",
    remedy="restore-redundancy",
    reasons={
        "status.majority-lost": "fewer database servers than a majority are connected to each other",
        "status.tolerates-too-few": "the cluster tolerates fewer failures than expected",
        "status.even-number": Reason(
            "an even number of replicas: the last one adds no fault tolerance", remedy="even-number"
        ),
    },
    measured="derived",
)
def test_cluster_tolerates_failures(every_cluster_status: Views, inventory: Inventory) -> Verdict:
    """The cluster tolerates as many replica failures as the inventory expects."""
    number = len(inventory.replicas)
    promised = number - quorum(number)
    expected = promised if inventory.expect.tolerates is None else inventory.expect.tolerates
    up = largest_group(every_cluster_status, [replica.id for replica in inventory.replicas])
    tolerates = max(up - quorum(number), 0)
    about = [thing("cluster")]
    seen = f"{up} of {number} database servers are connected to each other (majority {quorum(number)})"
    if up < quorum(number):
        message = f"the cluster has no majority: {seen}"
        return failed("status.majority-lost", message, seen=0, expected=expected, about=about)
    if tolerates < expected:
        message = f"the cluster tolerates {many(tolerates, 'more failure')} ({expected} expected): {seen}"
        return failed("status.tolerates-too-few", message, seen=tolerates, expected=expected, about=about)
    if number % 2 == 0:
        message = f"{number} replicas tolerate {many(promised, 'failure')}, as many as {number - 1} would"
        either = f"{number - 1} or {number + 1}"
        return failed("status.even-number", message, seen=number, expected=either, about=about)
    return passed(f"the cluster tolerates {many(tolerates, 'more failure')}", seen=tolerates, expected=expected)


@condition(
    "STATUS-16",
    severity=WARNING,
    documented="Beyond the guide: garbage collection",
    remedy="gc-lock",
    reasons={
        "status.gc-lock-of-nobody": "the holder of the garbage collection lock is no replica of the inventory",
        "status.gc-lock-held-long": "a replica holds the garbage collection lock for more than 12 hours",
    },
    measured="reported",
)
def test_gc_lock_is_released(
    every_cluster_status: Views, inventory: Inventory, previous_gc_lock: PreviousGcLock
) -> Verdict:
    """The garbage collection lock is free, or held by a known replica for less than 12 hours."""
    views = answered(every_cluster_status)
    holders = sorted({view.status.gc_lock_holder for view in views} - {""})
    if not holders:
        return passed("the lock is free", seen="", expected="")
    holder = holders[0]
    known = {replica.id for replica in inventory.replicas if replica.id in holder}
    since = previous_gc_lock.since if previous_gc_lock.holder == holder else None
    about = things("replica", known or {holder})
    if not known:
        message = f"the lock is held by {holder}, which is no replica of the inventory"
        return failed("status.gc-lock-of-nobody", message, seen=holder, expected="", about=about, since=since)
    if since and since < begin(None, timedelta(hours=12), views[0].now):
        message = f"the lock is held by {holder} since {since:%Y-%m-%d %H:%M} UTC or earlier (limit 12 h)"
        return failed("status.gc-lock-held-long", message, seen=holder, expected="under 12 h", about=about, since=since)
    return passed(f"the lock is held by {holder}: garbage collection runs", seen=holder)


def _renamed(view: ClusterStatus, replica: str) -> Server | None:
    """The row of a replica's database server, where it has another name than MSR gives it."""
    row = view.server(replica)
    return row if row and row.name != server_name(replica) else None


def _unhealthy(view: ClusterStatus) -> list[str]:
    return sorted(replica for replica, health in view.status.replica_health.items() if health != "OK")
