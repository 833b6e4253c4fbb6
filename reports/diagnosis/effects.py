"""What follows from a fault beneath: a node, a database or a replica that is gone, or a network that is cut."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reports.diagnosis.case import Case, name_of, nodes_in, replicas_in, type_of, unknown
from reports.records import Result

Follows = Callable[[Result], bool]

# What is reported of replicas or of tables when a database server is gone; RDB and FEED as their services lack it.
_OF_DATABASES = frozenset({"PING", "STATUS", "JOB", "FEED", "RDB"})
# What else goes wrong everywhere when no majority is left.
_NEEDS_A_MAJORITY = _OF_DATABASES | {"ALERT", "VERSION", "STORE", "REG", "TOKEN"}
_NOT_OF_ONE_LOSS = frozenset(
    {"status.table-no-reads", "status.table-no-writes", "status.table-no-primary", "status.table-no-shard"}
)
# Faults of their own, whatever else is gone.
_APART = frozenset(
    {"status.ghost-replica", "status.ghost-server", "status.read-only", "status.console-open", "status.exposed"}
)


def of_lost_databases(case: Case, lost: Collection[str]) -> Follows:
    """What follows where the database servers of these replicas are gone and a majority is left."""
    gone = set(lost)

    def follows(result: Result) -> bool:
        if result.area not in _OF_DATABASES or result.reason in _APART | _NOT_OF_ONE_LOSS:
            return result.reason == "net.database-unresolved" and names_of_databases(result) <= gone
        at_fault = replicas_in(case, result)
        if unknown(result):
            return bool(at_fault) and at_fault <= gone
        if result.reason == "status.tolerates-too-few":
            return True
        if any(type_of(thing) == "link" for thing in result.about):
            return bool(at_fault & gone)
        return bool(at_fault) and at_fault <= gone

    return follows


def of_a_lost_majority(case: Case, lost: Collection[str]) -> Follows:
    """What follows where the database has no majority any more: whatever is served from it."""
    one = of_lost_databases(case, lost)

    def follows(result: Result) -> bool:
        return one(result) or (result.area in _NEEDS_A_MAJORITY and result.reason not in _APART)

    return follows


def of_a_lost_replica(case: Case, replicas: Collection[str]) -> Follows:
    """What follows where replicas are gone with all that they have: silent, without a database, without containers."""
    databases, gone = of_lost_databases(case, replicas), set(replicas)

    def follows(result: Result) -> bool:
        if databases(result):
            return True
        if result.reason in _APART | _NOT_OF_ONE_LOSS or result.reason == "ctr.volume-missing":
            return False
        at_fault = replicas_in(case, result)
        return bool(at_fault) and at_fault <= gone and result.area != "NET"

    return follows


def of_cut_replicas(case: Case, replicas: Collection[str]) -> Follows:
    """What replicas report that do not reach each other: of the link of two of them, or of those that are cut off."""
    ends = set(replicas)

    def follows(result: Result) -> bool:
        if result.reason == "net.database-unresolved":
            return names_of_databases(result) <= ends
        if result.area not in _OF_DATABASES or result.reason in _APART:
            return False
        if result.reason in _NOT_OF_ONE_LOSS or result.reason in ("status.tolerates-too-few", "status.majority-lost"):
            return True
        at_fault = replicas_in(case, result)
        if len(ends) == 2 and len(case.replicas) > 2:
            # One of the two may be ill for itself: only what is said of both is said of the link.
            return at_fault == ends or (bool(at_fault) and at_fault <= ends and _of_a_view(result)) or _compared(result)
        return bool(at_fault) and (at_fault <= ends or any(type_of(thing) == "link" for thing in result.about))

    return follows


def _compared(result: Result) -> bool:
    """Whether two views differ: that of an end, and that of a third who sees both."""
    return result.reason in ("status.different-issues", "status.different-health")


def _of_a_view(result: Result) -> bool:
    """Whether it is what one database server sees of others, and not what a replica reports of itself."""
    if result.reason == "feed.database-unreadable":
        return True
    return result.condition in ("STATUS-3", "STATUS-7", "STATUS-8", "STATUS-11", "STATUS-12", "RDB-1", "FEED-9")


def unseen_at(case: Case, nodes: Collection[str]) -> Follows:
    """What is UNKNOWN because a node could not be asked: about it, or about what is on it."""
    there, carried = set(nodes), {name for node in nodes for name in case.replicas_on(node)}

    def follows(result: Result) -> bool:
        if not unknown(result):
            return False
        at_fault, on = replicas_in(case, result), nodes_in(result)
        return bool(at_fault or on) and at_fault <= carried and on <= there

    return follows


def names_of_databases(result: Result) -> set[str]:
    """The replicas whose databases a verdict is about."""
    return {name_of(thing) for thing in result.about if type_of(thing) == "database"}


def either(*rules: Follows) -> Follows:
    """What follows from any of these."""
    return lambda result: any(rule(result) for rule in rules)
