"""Causes at tables: who cannot do what is by the table's database and by what it does not take."""

from __future__ import annotations

import pytest

from reports.diagnosis.finding import Harm
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, availability, diagnose, fail, found, warn


def _table(condition: str, name: str, reason: str, *about: str) -> Result:
    return fail(condition, name, reason, f"table:{name}", *about, witnesses=(f"replica:{A}",))


@pytest.mark.parametrize(
    ("name", "reason", "cause", "harms"),
    [
        ("dtr2.tags", "status.table-no-reads", "tables-take-no-reads", (Harm.SIGN_IN, Harm.PULL, Harm.PUSH)),
        ("dtr2.tags", "status.table-no-writes", "tables-take-no-writes", (Harm.PUSH, Harm.DELETE)),
        ("jobrunner.jobs", "status.table-no-writes", "tables-take-no-writes", (Harm.JOBS,)),
        ("notarysigner.private_keys", "status.table-no-reads", "tables-take-no-reads", (Harm.SIGN,)),
    ],
)
def test_harms_are_by_what_is_measured(name: str, reason: str, cause: str, harms: tuple[Harm, ...]) -> None:
    """A table of dtr2 without writes: no push and no delete; without reads: nobody signs in."""
    causes = diagnose(_table("STATUS-11", name, reason))
    assert [(each.id, each.things, each.harms) for each in causes] == [(cause, (f"table:{name}",), harms)]


def test_tables_of_one_kind_are_one_cause_with_the_primary_that_they_lack() -> None:
    """STATUS-11 and STATUS-12 of the same tables, and the issue of it, are one."""
    names = ("dtr2.events", "dtr2.tags")
    shown = [_table("STATUS-11", name, "status.table-no-reads") for name in names]
    shown += [_table("STATUS-12", name, "status.table-no-primary") for name in names]
    assert found(*shown, availability("STATUS-3", A, critical=False)) == [
        ("tables-take-no-reads", tuple(f"table:{name}" for name in names))
    ]


def test_tables_that_the_api_hides() -> None:
    """Every API reports a table as ready that takes no writes: the table is at fault, and nobody can push."""
    hidden = [fail("RDB-4", each, "rdb.table-no-writes", "table:dtr2.tags", f"replica:{each}") for each in (A, B, C)]
    causes = diagnose(*hidden)
    assert [(each.id, each.things) for each in causes] == [("tables-take-no-writes", ("table:dtr2.tags",))]
    assert Harm.PUSH in causes[0].harms


def test_outdated_index_does_not_follow_from_its_table() -> None:
    """A table without writes that also has an outdated index: two causes."""
    index = fail("STATUS-3", f"{A}:outdated_index", "status.outdated-index", "table:dtr2.tags")
    kinds = [each for each, _ in found(index, _table("STATUS-11", "dtr2.tags", "status.table-no-writes"))]
    assert kinds == ["tables-take-no-writes", "outdated-index"]


def test_two_tables_with_two_faults_are_two_causes() -> None:
    """What one table lacks does not follow from another."""
    writes = _table("STATUS-11", "dtr2.tags", "status.table-no-writes")
    waits = _table("STATUS-11", "dtr2.blobs", "status.table-copy-not-ready", f"database:{B}")
    assert found(writes, waits) == [
        ("tables-take-no-writes", ("table:dtr2.tags",)),
        ("table-backfilling", ("table:dtr2.blobs",)),
    ]


def test_table_that_lacks_a_copy_and_takes_no_writes_is_one() -> None:
    """What another condition says of the same table follows."""
    writes = _table("STATUS-11", "dtr2.tags", "status.table-no-writes")
    copies = _table("STATUS-12", "dtr2.tags", "status.table-copy-missing", f"database:{C}")
    assert found(writes, copies) == [("tables-take-no-writes", ("table:dtr2.tags",))]


def test_missing_database_takes_its_tables_and_no_other_fault() -> None:
    """The repositories are missing with it; a registry that is read-only is not so for that."""
    missing = fail("STATUS-10", "dtr2", "status.database-missing", "cluster")
    empty = warn("RDB-3", "cluster", "rdb.no-repositories", "table:dtr2.repositories")
    assert found(missing, empty) == [("database-missing", ("cluster",))]
    locked = warn("STATUS-13", C, "status.read-only", f"replica:{C}")
    assert sorted(found(missing, locked)) == [("database-missing", ("cluster",)), ("read-only", (f"replica:{C}",))]


def test_issue_of_tables_is_repeated_by_health_alone() -> None:
    """A replica whose health only repeats it is not ill."""
    issue = availability("STATUS-3", A, C, critical=False)
    repeated = fail("PING-1", A, "ping.database-issues", f"replica:{A}")
    assert found(issue, repeated) == [("issue-tables", (f"database:{C}",))]
    locked = warn("STATUS-13", C, "status.read-only", f"replica:{C}")
    assert len(found(issue, locked)) == 2


@pytest.mark.parametrize(
    ("verdict", "cause", "things"),
    [
        (_table("STATUS-12", "dtr2.tags", "status.table-copy-missing"), "table-copies-missing", "table:dtr2.tags"),
        (_table("STATUS-11", "dtr2.tags", "status.table-unsettled"), "table-unsettled", "table:dtr2.tags"),
        (fail("STATUS-10", "dtr2", "status.database-missing", "cluster"), "database-missing", "cluster"),
        (fail("RDB-2", C, "rdb.database-empty", f"database:{C}"), "table-missing", "cluster"),
        (warn("RDB-3", "cluster", "rdb.no-repositories", "table:dtr2.repositories"), "table-missing",
         "table:dtr2.repositories"),
        (warn("RDB-3", "cluster", "rdb.fields-missing", "table:dtr2.repositories"), "table-fields",
         "table:dtr2.repositories"),
        (fail("STATUS-3", f"{A}:outdated_index", "status.outdated-index", "table:dtr2.tags"), "outdated-index",
         "table:dtr2.tags"),
        (fail("STATUS-3", f"{A}:new", "status.unknown-issue", f"database:{C}"), "unknown-issue", f"database:{C}"),
        (availability("STATUS-3", A, C, critical=False), "issue-tables", f"database:{C}"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_one_fault_is_one_cause(verdict: Result, cause: str, things: str) -> None:
    """Each of these is a cause by itself."""
    assert found(verdict) == [(cause, (things,))]
