"""Which tables keep a majority, counted per table as RethinkDB reports them; running containers are no votes."""

from __future__ import annotations

from collections.abc import Collection

from reports.diagnosis.case import Case, name_of, type_of, wrong
from reports.diagnosis.standing import Standing, every, shown
from reports.records import Result, VerdictWord

_NO_WRITES = ("status.table-no-reads", "status.table-no-writes")
_AVAILABILITY = ("status.table-availability", "rdb.table-availability")


def lives_without(case: Case, replicas: Collection[str]) -> Standing:
    """Whether every table takes reads and writes, and goes on without the databases of these replicas."""
    tables = case.of("STATUS-11")
    if not tables or not case.of("STATUS-12") or _left_out(case):
        return Standing.NOT_SHOWN
    copies = {each.subject: each for each in case.of("STATUS-12")}
    return every(_one(case, each, copies.get(each.subject), replicas) for each in tables)


def takes_no_writes(case: Case) -> Standing:
    """Whether no table takes writes now, so that nothing more can be lost for users."""
    tables = case.of("STATUS-11")
    if not tables or _left_out(case):
        return Standing.NOT_SHOWN
    return every(
        shown(wrong(each) and each.reason in _NO_WRITES if wrong(each) or each.verdict is VerdictWord.PASS else None)
        for each in tables
    )


def lost_majority(case: Case) -> Standing:
    """Whether RethinkDB reports a table that takes no writes, and names a majority of its databases as missing."""
    enough = len(case.replicas) - len(case.replicas) // 2
    named = [
        each
        for each in case.of("STATUS-11", "STATUS-3", "RDB-1")
        if wrong(each) and each.reason in (*_NO_WRITES, *_AVAILABILITY) and len(_databases(each)) >= enough
    ]
    if named:
        return Standing.MET
    return shown(False if any(each.verdict is VerdictWord.PASS for each in case.of("STATUS-11")) else None)


def ready_tables(case: Case, replica: str) -> int:
    """How many tables do not wait for a replica's database."""
    return sum(f"database:{replica}" not in each.about for each in case.of("STATUS-11"))


def _one(case: Case, table: Result, copies: Result | None, without: Collection[str]) -> Standing:
    """One table: its voters are the replicas that have a copy, and whom it waits for."""
    if table.verdict not in (VerdictWord.PASS, VerdictWord.FAIL) or copies is None:
        return Standing.NOT_SHOWN
    if copies.verdict not in (VerdictWord.PASS, VerdictWord.FAIL):
        return Standing.NOT_SHOWN
    if table.reason not in (None, "status.table-copy-not-ready"):
        return Standing.UNMET
    if copies.reason not in (None, "status.table-copy-missing"):
        return Standing.UNMET
    waits_for = _databases(table)
    voters = (frozenset(case.replicas) | waits_for) - _databases(copies)
    alive = voters - waits_for - frozenset(without)
    return shown(len(alive) >= len(voters) // 2 + 1)


def _databases(result: Result) -> frozenset[str]:
    return frozenset(name_of(thing) for thing in result.about if type_of(thing) == "database")


def _left_out(case: Case) -> bool:
    return any(case.header.left_out.get(condition) for condition in ("STATUS-11", "STATUS-12"))
