"""What replicas report that cannot reach each other over the network: it is no fault of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reports.diagnosis.case import Case, name_of, type_of, unknown, wrong
from reports.diagnosis.families.majority import majority_effect, not_available, view_with_writes
from reports.diagnosis.finding import Harm
from reports.diagnosis.follows import without_databases
from reports.diagnosis.nodes import majority_gone
from reports.records import Result

Predicate = Callable[[Result], bool]

_ISSUES = ("status.table-availability", "rdb.table-availability", "status.non-transitive-error",
           "rdb.non-transitive-error")  # fmt: skip
_TABLES = ("STATUS-11", "STATUS-12")
_VIEWS = ("status.different-issues", "status.different-health", "status.different-replicas")
_READS = (Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.NEXT_FAILURE)
_WRITES = (Harm.PUSH, Harm.DELETE, Harm.NEXT_FAILURE)


def ends_of(link: str) -> tuple[str, str]:
    """`node-1` and `node-2` of `link:node-1>node-2`."""
    first, _, second = name_of(link).partition(">")
    return first, second


def databases_of(result: Result) -> set[str]:
    """The replicas whose databases a verdict is about."""
    return {name_of(thing) for thing in result.about if type_of(thing) == "database"}


def apart(first: Collection[str], second: Collection[str]) -> Predicate:
    """What follows where the replicas of one side and those of another do not reach each other, both ways or one way:
    their databases are apart, and what each of them alone reports of tables and issues.
    """
    ends = {*first, *second}

    def between(names: Collection[str]) -> bool:
        found = set(names)
        return bool(found & set(first)) and bool(found & set(second))

    def told_there(result: Result) -> bool:
        witnesses = {name_of(thing) for thing in result.witnesses}
        return bool(witnesses) and witnesses <= ends

    def follows(result: Result) -> bool:
        if not first or not second:
            return False
        if result.condition == "STATUS-8":
            return between(result.subject.split(":"))
        if result.reason in ("status.non-transitive-error", "rdb.non-transitive-error"):
            return databases_of(result) <= ends
        if result.condition in _TABLES or result.reason in _ISSUES:
            return told_there(result)
        if result.reason in _VIEWS:
            return bool(ends & set(result.subject.split(":")))
        if result.reason in ("feed.database-unreadable", "ping.database-issues", "status.error-status"):
            return {name_of(thing) for thing in result.about if thing != "balancer"} <= ends
        if result.reason == "ping.other-database":
            return databases_of(result) <= ends
        return result.reason in ("status.tolerates-too-few", "status.majority-lost")

    return follows


def cut_off(case: Case, replicas: Collection[str]) -> Predicate:
    """What follows where these replicas are cut off from all others, which still reach each other: nothing where the
    connections of their databases have outlived it.
    """
    others = [each for each in case.replicas if each not in replicas]
    databases, both = without_databases(case, replicas), apart(replicas, others)
    gone = majority_gone(case, replicas)
    own = set(replicas)
    if not any(wrong(each) and own & set(each.subject.split(":")) for each in case.of("STATUS-8")):
        return lambda _result: False

    def follows(result: Result) -> bool:
        # What a container or a database is for itself: RDB-1 of a whole server did not ask it.
        if not own or result.condition == "CTR-2" or (result.condition == "RDB-1" and result.subject in own):
            return False
        if result.reason == "status.replica-missing":
            return True
        if result.condition in _TABLES:
            alone = {name_of(thing) for thing in result.witnesses} <= own and bool(result.witnesses)
            away = databases_of(result)
            return (bool(away) and away <= own) or alone or (gone and majority_effect(result))
        if result.condition == "STATUS-4" and unknown(result):
            return bool(own & set(result.subject.split(":")))
        return databases(result) or (bool(others) and both(result)) or (gone and majority_effect(result))

    return follows


def all_apart(case: Case) -> Predicate:
    """What follows where no replica reaches another."""
    every = case.replicas
    between = apart(every, every)
    databases = without_databases(case, every)
    if view_with_writes(case):
        return between
    return lambda result: between(result) or databases(result) or majority_effect(result)


def harms_of_tables(case: Case, follows: Predicate) -> tuple[Harm, ...] | None:
    """What cannot be done, as far as the tables that follow say; None where they say nothing."""
    lost = [each for each in case.left if wrong(each) and not_available(each) and follows(each)]
    if any(each.reason in ("status.table-no-reads", "status.table-no-primary") for each in lost):
        return _READS
    return _WRITES if lost else None
