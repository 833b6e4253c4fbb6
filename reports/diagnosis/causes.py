"""Which of many verdicts belong together: one dead server fails 29 tables, one refused log-in blinds a whole area.

Pure: from header and results to an ordered list of causes, what explains others first. It reads nothing but the
fields of results.jsonl. Grouping only orders what is shown: it never changes a verdict or the exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from reports.diagnosis.access_failures import impostors, licence, log_ins, untrusted
from reports.diagnosis.blame import (
    blamed,
    cut_off,
    fails,
    lost_with_majority,
    majority_lost,
    silent,
    unhealthy,
    unknown,
    unreached,
)
from reports.diagnosis.cause import Cause, Kind, Pool
from reports.diagnosis.grouping import same_cause
from reports.diagnosis.node_faults import NodeFault, node_faults
from reports.diagnosis.partitions import Partition, follows, partitions
from reports.records import Header, Result, VerdictWord

# What a replica that is down breaks although the verdict may not name it (one server, 29 tables).
_FOLLOWS_A_LOSS = frozenset({"STATUS-11", "STATUS-12", "STATUS-14"})
_NOT_OF_ONE_LOSS = frozenset(
    {"status.table-no-reads", "status.table-no-writes", "status.table-no-primary", "status.table-no-shard"}
)
# What shows that a replica which responds has lost its database.
_SHOWS_A_LOSS = frozenset({"STATUS-3", "STATUS-4", "STATUS-5", "STATUS-8", "RDB-1"})
# What goes wrong everywhere when the database has lost its majority.
_NEEDS_THE_DATABASE = frozenset({"PING", "STATUS", "ALERT", "JOB", "VERSION", "STORE", "REG", "TOKEN", "FEED", "RDB"})
# What is UNKNOWN because its owner failed at the same replica, though the replica responds.
_OWNED = {
    "STATUS-1": ("STATUS-3", "STATUS-4", "STATUS-7", "RDB-4"),
    "STATUS-8": ("STATUS-9", "STATUS-15"),
    "RDB-1": ("RDB-2", "RDB-4"),
    "NGINX-1": ("NGINX-2", "NGINX-3"),
    "TOKEN-1": ("FEED-1", "FEED-9"),
    "FEED-1": tuple(f"FEED-{number}" for number in range(2, 10)),
}


def find_causes(header: Header, results: Sequence[Result]) -> tuple[Cause, ...]:
    """The causes behind all problems of a run, in the order in which to handle them. Every problem is in one."""
    pool = Pool(results)
    unanswering = silent(results)
    if cut_off(header, results, unanswering):
        return (Cause("cut off", pool.take(fails), pool.take(lambda _: True), replicas=unanswering),)
    faults = node_faults(header, results)
    # A node that is down with its replica is shown with that replica.
    hidden = [
        fault for fault in faults if fault.down and fault.nodes & {header.replicas[name].node for name in unanswering}
    ]
    # One that an earlier one explains is no cause of its own.
    causes = [_node(header, pool, fault) for fault in faults if fault not in hidden and fault.own in pool.left]
    causes += [_overlay(header, pool, each) for each in partitions(header, pool.left)]
    causes += impostors(header, pool)
    explained = {result.key for cause in causes for result in (*cause.results, *cause.explains)}
    others = [result for result in results if result.key not in explained]
    unanswering = tuple(
        result.subject for result in pool.left if result.condition == "PING-1" and result.subject in unanswering
    )
    impaired = unhealthy(header, others, unanswering)
    here = unreached(header, results, unanswering)
    gone = tuple(name for name in unanswering if name not in here)
    if majority_lost(header, others, (*gone, *impaired), here):
        causes.append(_loss(header, pool, lost_with_majority(header, others, gone, impaired), hidden))
    elif gone:
        causes.append(_unresponsive(header, pool, gone, hidden))
    if here:
        causes += _unreached(header, pool, here)
    causes += untrusted(header, pool)
    causes += licence(pool)
    logged_in = any(r.condition == "TOKEN-0" and r.verdict is VerdictWord.PASS for r in results)
    causes += log_ins(pool, any_log_in=logged_in)
    causes += [
        _unhealthy_replica(header, pool, name)
        for name in impaired
        if any(fails(r) and name in blamed(header, r) for r in pool.left)
    ]
    causes += _by_remedy(header, pool, lambda r: fails(r) and r.critical, "failure")
    causes += _blindness(header, pool)
    causes += _by_remedy(header, pool, lambda r: not unknown(r), "warning")
    return tuple(causes)


def _node(header: Header, pool: Pool, fault: NodeFault) -> Cause:
    """A node that is down, drained, or out of the swarm; or a swarm without a leader."""
    own = pool.take(lambda r: r is fault.own)
    explained = pool.take(lambda r: fault.explains(header, r))
    return Cause("failure", own, explained, fault.replicas, fault.own.remedy)


def _overlay(header: Header, pool: Pool, partition: Partition) -> Cause:
    """Nodes that do not reach each other: what their replicas report follows from it."""
    taken = pool.take(lambda r: r in partition.own)
    return Cause("failure", taken, pool.take(lambda r: follows(header, partition, r)), remedy=taken[0].remedy)


def _loss(header: Header, pool: Pool, down: Sequence[str], faults: Sequence[NodeFault]) -> Cause:
    own = pool.take(lambda r: r.condition == "PING-1" and fails(r))
    lost = set(down)

    def follows(result: Result) -> bool:
        if any(result is fault.own or fault.explains(header, result) for fault in faults):
            return True
        # A volume is missing for a reason of its own, and forbids what brings other replicas back.
        if result.condition == "CTR-5":
            return False
        at_fault = blamed(header, result) | lost.intersection(result.subject.split(":"))
        return result.area in _NEEDS_THE_DATABASE or bool(at_fault & lost)

    return Cause("majority", own, pool.take(follows), tuple(down), own[0].remedy if own else "recover-replica")


def _unresponsive(header: Header, pool: Pool, unanswering: tuple[str, ...], faults: Sequence[NodeFault]) -> Cause:
    """Replicas that do not respond; what their nodes report of that comes first, since it is nearer to the cause."""
    pinged = pool.take(lambda r: r.condition == "PING-1" and r.subject in unanswering)
    down = set(unanswering)
    volumes = pool.take(lambda r: fails(r) and r.condition == "CTR-5" and r.subject in down)
    nodes = pool.take(lambda r: any(r is fault.own for fault in faults))
    stopped = () if nodes else pool.take(lambda r: fails(r) and r.condition == "CTR-1" and _is_front(r, unanswering))
    own = (*volumes, *nodes, *stopped, *pinged)

    def follows(result: Result) -> bool:
        if any(fault.explains(header, result) for fault in faults):
            return True
        at_fault = blamed(header, result)
        unnamed = result.condition == "STATUS-3" and not at_fault
        there = down.intersection(result.subject.split(":"))
        of_a_loss = result.condition in _FOLLOWS_A_LOSS
        return bool(at_fault & down or there or unnamed or of_a_loss) and not _not_of_one_loss(result)

    return Cause("silent", own, pool.take(follows), unanswering, own[0].remedy)


def _unreached(header: Header, pool: Pool, names: tuple[str, ...]) -> list[Cause]:
    """Replicas that only this machine does not reach: nothing of them may be restarted for it."""
    pinged = pool.take(lambda r: r.condition == "PING-1" and r.subject in names)
    if not pinged:
        return []
    at = set(names)
    follows = pool.take(lambda r: unknown(r) and bool(at & (blamed(header, r) | set(r.subject.split(":")))))
    return [Cause("unreached", pinged, follows, names, "unreached-address")]


def _not_of_one_loss(result: Result) -> bool:
    """Whether a table takes no reads or no writes: no loss of one replica does that while a majority lives."""
    return result.reason in _NOT_OF_ONE_LOSS


def _is_front(result: Result, replicas: Sequence[str]) -> bool:
    """Whether it is about the container by which a replica responds at all."""
    return result.subject in {f"{name}:nginx" for name in replicas}


def _unhealthy_replica(header: Header, pool: Pool, name: str) -> Cause:
    own = pool.take(lambda r: fails(r) and name in blamed(header, r))
    conditions = {r.condition for r in own}
    lost = {owned for condition in conditions for owned in _OWNED.get(condition, ())}
    followers = _FOLLOWS_A_LOSS if conditions & _SHOWS_A_LOSS else frozenset()

    def follows(result: Result) -> bool:
        if unknown(result):
            return name in result.subject.split(":") and (result.condition in lost or name in blamed(header, result))
        if _not_of_one_loss(result):
            return False
        return result.condition in followers or (result.verdict is VerdictWord.WARN and name in blamed(header, result))

    nearest, *others = sorted(own, key=partial(_distance, name))
    return Cause("replica", (nearest,), (*others, *pool.take(follows)), (name,), nearest.remedy)


def _distance(name: str, result: Result) -> int:
    """How near a verdict is to why a replica is unhealthy: a missing volume, since then nothing may be restarted; what
    its node reports of its database; its own health check.
    """
    if result.condition == "CTR-5":
        return -1
    if result.condition in ("CTR-1", "CTR-4") and result.subject == f"{name}:rethinkdb":
        return 0
    return 1 if (result.condition, result.subject) == ("PING-1", name) else 2


def _by_remedy(header: Header, pool: Pool, wanted: Callable[[Result], bool], kind: Kind) -> list[Cause]:
    """What is left, one cause for each remedy: what needs the same action is one line."""
    actions: dict[str, list[Result]] = {}
    for result in pool.take(wanted):
        actions.setdefault(result.remedy or result.condition, []).append(result)
    return [
        Cause(kind, tuple(own), pool.take(partial(_owned_by, header, own)), remedy=own[0].remedy)
        for own in actions.values()
    ]


def _refers_to(header: Header, owner: Result, result: Result) -> bool:
    """Whether a verdict on what all replicas report, such as a feed, names the owner as the reason."""
    of_one_replica = any(part in header.replicas for part in result.subject.split(":"))
    return not of_one_replica and result.because is not None and result.because.condition == owner.condition


def _owned_by(header: Header, owners: Sequence[Result], result: Result) -> bool:
    """Whether it is UNKNOWN only because one of the owners failed at the same replica, or names it as the reason."""
    parts = set(result.subject.split(":"))
    return unknown(result) and any(
        result.condition in _OWNED.get(owner.condition, ())
        and (parts.intersection(owner.subject.split(":")) or _refers_to(header, owner, result))
        for owner in owners
    )


def _blindness(header: Header, pool: Pool) -> list[Cause]:
    """What could not be checked, each cause once: those that could have failed the run first."""
    warned = [r for r in pool.left if not unknown(r)]
    causes: dict[object, list[Result]] = {}
    for result in pool.take(lambda r: unknown(r) and not _owned_by(header, warned, r)):
        causes.setdefault(same_cause(result), []).append(result)
    ordered = sorted(causes.values(), key=lambda found: not any(r.critical for r in found))
    return [Cause("unknown", tuple(found)) for found in ordered]
