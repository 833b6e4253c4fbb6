"""A lost majority is said as RethinkDB reports it, and against no view in which the tables take writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reports.diagnosis.finding import Harm
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import (
    A,
    B,
    C,
    apart,
    availability,
    container,
    diagnose,
    fail,
    found,
    kinds,
    unseen,
    warn,
    well,
)

_NO_READS = fail("STATUS-11", "dtr2.tags", "status.table-no-reads", "table:dtr2.tags", witnesses=(f"replica:{A}",))
_TWO_GONE = (container("rethinkdb", B), container("rethinkdb", C), apart(A, B), apart(A, C))
_SILENT = tuple(fail("RDB-1", each, "rdb.refused", f"database:{each}") for each in (B, C))
_ERRORS = tuple(fail("STATUS-1", each, "status.error-status", f"replica:{each}") for each in (B, C))
_UNTOLD = tuple(unseen("STATUS-3", each, "http.error-status", f"replica:{each}") for each in (B, C))
_LOST = (
    *_TWO_GONE, *_SILENT, *_ERRORS, *_UNTOLD, _NO_READS,
    availability("STATUS-3", A, B, C, critical=True), availability("RDB-1", A, B, C, critical=True),
)  # fmt: skip


def test_lost_majority_is_one_cause_and_its_containers_come_first() -> None:
    """Tables without reads and two databases that exited: their containers first, everything else follows."""
    logged_out = fail("TOKEN-1", f"admin:{A}", "token.server-error", f"token-service:{A}")
    causes = diagnose(*_LOST, logged_out)
    assert [(each.id, each.things) for each in causes] == [("majority-lost", (f"database:{B}", f"database:{C}"))]
    assert [each.subject for each in causes[0].shown_by[:2]] == [f"{B}:rethinkdb", f"{C}:rethinkdb"]
    assert causes[0].shown_by[2].reason == "status.table-availability"
    assert causes[0].harms[0] is Harm.START_WORKLOADS


def test_balancer_that_fails_by_itself_does_not_follow() -> None:
    """The public address fails without a replica behind it: another fault."""
    alone = fail("PING-2", "msr.example.org", "ping.server-error", "balancer")
    through = fail("PING-2", "msr.example.org", "ping.server-error", "balancer", f"replica:{A}")
    assert len(found(*_LOST, alone)) == 2
    assert len(found(*_LOST, through)) == 1


def test_view_with_writes_contradicts_it() -> None:
    """One view in which every table takes writes, and no majority is lost."""
    others = [each for each in _LOST if each.subject != f"{A}:table_availability"]
    fine = [availability("STATUS-3", A, B, C, critical=False), availability("RDB-1", A, B, C, critical=False)]
    assert "majority-lost" not in kinds(diagnose(*others, *fine))


def test_tables_without_writes_and_a_majority_that_is_connected() -> None:
    """One of three is down, and a table takes no writes: two causes, no lost majority."""
    causes = kinds(
        diagnose(
            container("rethinkdb", C),
            apart(A, C),
            apart(B, C),
            fail("STATUS-11", "dtr2.tags", "status.table-no-writes", "table:dtr2.tags", witnesses=(f"replica:{A}",)),
            availability("STATUS-3", A, C, critical=True),
            availability("STATUS-3", B, C, critical=True),
        )
    )
    assert causes == ["tables-take-no-writes", "database-down"]


def test_failed_conditions_are_no_lost_votes() -> None:
    """Faults of two of three replicas that leave their databases alone lose no majority."""
    causes = kinds(
        diagnose(
            fail("JOB-1", B, "job.worker-dead", f"replica:{B}"),
            fail("VERSION-1", C, "version.other", f"replica:{C}"),
            container("api", A),
        )
    )
    assert sorted(causes) == ["container-down", "job-worker-dead", "upgrade-interrupted"]


def test_nobody_can_tell() -> None:
    """Two databases stopped and no view of the tables: it cannot be told, and nothing destructive is offered."""
    blind = [unseen(name, "cluster", "http.error-status", f"replica:{A}") for name in ("STATUS-11", "STATUS-8")]
    mute = [unseen("RDB-1", each, "rethinkdb.timeout", f"database:{each}") for each in (A, B, C)]
    stopped = [container("rethinkdb", B), container("rethinkdb", C)]
    untold = [unseen("STATUS-3", each, "http.error-status", f"replica:{each}") for each in (A, B, C)]
    sick = [fail("PING-1", each, "ping.server-error", f"replica:{each}") for each in (A, B, C)]
    causes = diagnose(*blind, *mute, *stopped, *untold, *sick)
    assert (causes[0].id, causes[0].things) == ("majority-unknown", (f"database:{B}", f"database:{C}"))
    assert not {"emergency-repair", "restore", "remove-join"} & set(causes[0].ladder)


def test_healthy_replica_contradicts_that_nobody_can_tell() -> None:
    """Databases that this machine does not reach, and replicas that are healthy by their own word: nothing is lost."""
    blind = [unseen(name, "cluster", "http.error-status", f"replica:{A}") for name in ("STATUS-11", "STATUS-8")]
    mute = [fail("RDB-1", each, "rdb.refused", f"database:{each}") for each in (A, B, C)]
    assert kinds(diagnose(*blind, *mute))[0] == "database-silent"


def test_apis_fail_because_of_those_that_stopped() -> None:
    """Two stopped databases alone leave no majority: the third is not named for the error of its own API."""
    blind = unseen("STATUS-11", "cluster", "http.error-status", f"replica:{A}")
    unasked = [unseen("RDB-1", each, "rethinkdb.timeout", f"database:{each}") for each in (A, B, C)]
    stopped = [container("rethinkdb", B), container("rethinkdb", C)]
    sick = [fail("PING-1", each, "ping.server-error", f"replica:{each}") for each in (A, B, C)]
    errors = [fail("STATUS-1", each, "status.error-status", f"replica:{each}") for each in (A, B, C)]
    causes = diagnose(blind, *unasked, *stopped, *sick, *errors)
    assert (causes[0].id, causes[0].things) == ("majority-unknown", (f"database:{B}", f"database:{C}"))
    causes = diagnose(blind, *unasked, *sick, *errors)
    assert causes[0].things == tuple(f"database:{each}" for each in (A, B, C))


def test_what_was_not_looked_at_is_not_lost() -> None:
    """One server names two as missing, whose replicas are well: they are not lost."""
    issue = availability("STATUS-3", A, B, C, critical=True)
    unasked = [unseen("RDB-1", each, "rethinkdb.timeout", f"database:{each}") for each in (A, B, C)]
    others = [unseen("STATUS-3", each, "http.timeout", f"replica:{each}") for each in (B, C)]
    assert "majority-lost" not in kinds(diagnose(issue, *unasked, *others, _NO_READS))


def test_somebody_tells() -> None:
    """The same with one database that answers: then it can be told."""
    blind = [unseen("STATUS-11", "cluster", "http.error-status", f"replica:{A}")]
    stopped = [container("rethinkdb", B), container("rethinkdb", C), *_SILENT, well("RDB-1", A)]
    assert "majority-unknown" not in kinds(diagnose(*blind, *stopped))


def test_dead_database_and_an_upgrade_are_two() -> None:
    """A database that is down, and another replica's job worker and version: separate causes, no lost majority."""
    causes = found(
        container("rethinkdb", C),
        apart(A, C),
        apart(B, C),
        fail("JOB-1", B, "job.worker-dead", f"replica:{B}"),
        fail("VERSION-1", B, "version.other", f"replica:{B}"),
        fail("STATUS-14", "cluster", "status.tolerates-too-few", "cluster"),
    )
    assert sorted(causes) == [
        ("database-down", (f"database:{C}",)),
        ("job-worker-dead", (f"replica:{B}",)),
        ("upgrade-interrupted", (f"replica:{B}",)),
    ]


_BLIND = unseen("STATUS-11", "cluster", "http.error-status", f"replica:{A}")
_UNASKED = tuple(unseen("RDB-1", each, "rethinkdb.timeout", f"database:{each}") for each in (A, B, C))
_SICK = tuple(fail("PING-1", each, "ping.server-error", f"replica:{each}") for each in (A, B, C))


def test_tables_that_all_take_writes_contradict_it() -> None:
    """No table is reported without reads or writes: whatever an issue says of them, the majority is there."""
    assert "majority-lost" in kinds(diagnose(*_LOST))
    assert "majority-lost" not in kinds(diagnose(*(each for each in _LOST if each is not _NO_READS)))


def test_servers_that_are_reported_missing_are_lost_where_their_replicas_are_ill() -> None:
    """Nobody could ask the databases: they are lost where a view misses them and their own replicas fail."""
    missing = [fail("STATUS-8", f"{A}:{each}", "status.server-missing", f"database:{each}") for each in (B, C)]
    views = [unseen("STATUS-3", each, "http.timeout", f"replica:{each}") for each in (A, B, C)]
    causes = diagnose(_NO_READS, *missing, *_UNASKED, *views, *_SICK[1:])
    assert ("majority-lost", (f"database:{B}", f"database:{C}")) in [(each.id, each.things) for each in causes]
    assert "majority-lost" not in kinds(diagnose(_NO_READS, *missing, *_UNASKED, *views))


def test_stopped_databases_come_first_where_nobody_can_tell() -> None:
    """What Docker shows of the containers is said before what they do not answer."""
    stopped = [container("rethinkdb", B), container("rethinkdb", C)]
    silent = unseen("RDB-1", A, "rethinkdb.timeout", f"database:{A}")
    causes = diagnose(_BLIND, silent, *_SILENT, *_SICK, *stopped)
    assert causes[0].id == "majority-unknown"
    assert [each.condition for each in causes[0].shown_by] == ["CTR-1", "CTR-1", "RDB-1", "RDB-1"]


def test_second_fault_where_nobody_can_tell() -> None:
    """A container that the tables do not need is a cause of its own."""
    stopped = [container("rethinkdb", B), container("rethinkdb", C)]
    causes = kinds(diagnose(_BLIND, *_UNASKED, *stopped, *_SICK, container("scanningstore", A)))
    assert sorted(causes) == ["container-down", "majority-unknown"]


def test_one_silent_database_leaves_a_majority() -> None:
    """What one replica alone says of its own database is not counted against the others."""
    mute = fail("RDB-1", C, "rdb.refused", f"database:{C}")
    others = [unseen("RDB-1", each, "rethinkdb.timeout", f"database:{each}") for each in (A, B)]
    error = fail("STATUS-1", C, "status.error-status", f"replica:{C}")
    links = unseen("STATUS-8", "cluster", "http.error-status", f"replica:{A}")
    assert "majority-unknown" not in kinds(diagnose(_BLIND, links, mute, *others, *_SICK))
    assert "majority-unknown" not in kinds(diagnose(_BLIND, *_UNASKED, error, *_SICK))


@pytest.mark.parametrize(
    "answer",
    [well("RDB-1", A), fail("RDB-1", f"{A}:log_write_error", "rdb.log-write-error", f"database:{A}")],
    ids=["no issue", "an issue"],
)
def test_database_that_answers_can_tell(answer: Result) -> None:
    """No replica is healthy, and one database answers with its issues, or that it has none: it is not unknown."""
    stopped = [container("rethinkdb", B), container("rethinkdb", C)]
    assert "majority-unknown" in kinds(diagnose(_BLIND, *_UNASKED, *stopped, *_SICK))
    assert "majority-unknown" not in kinds(diagnose(_BLIND, answer, *_UNASKED[1:], *stopped, *_SICK))


@pytest.mark.parametrize(("word", "stopped"), [(fail, True), (warn, False)], ids=["down", "runs again"])
def test_database_that_was_killed_is_stopped_unless_it_runs_again(word: Callable[..., Result], stopped: bool) -> None:
    """Memory ran out: it counts as lost only where it stayed down."""
    killed = [word("CTR-1", f"{each}:rethinkdb", "ctr.oom-killed", f"container:rethinkdb-{each}") for each in (B, C)]
    issue = availability("STATUS-3", A, B, C, critical=True)
    assert ("majority-lost" in kinds(diagnose(_NO_READS, issue, *_UNASKED, *_UNTOLD, *killed))) is stopped
