"""Causes at one database server: down, hung, silent, or not as it is set up; never where something shows it well."""

from __future__ import annotations

import pytest

from reports.diagnosis.finding import Harm
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import (
    COMPONENTS,
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
)

_MISSED = (apart(A, C), apart(B, C))
_ERROR = fail("STATUS-1", C, "status.error-status", f"replica:{C}")


def test_dead_database_explains_what_its_replica_and_the_others_say() -> None:
    """One cause, shown by its container first; what `/_ping` of the others repeats follows."""
    causes = diagnose(
        *_MISSED,
        _ERROR,
        availability("STATUS-3", A, C, critical=False),
        unseen("STATUS-9", C, "status.no-server-row", f"database:{C}"),
        fail("STATUS-11", "dtr2.tags", "status.table-copy-not-ready", "table:dtr2.tags", f"database:{C}"),
        fail("PING-1", A, "ping.other-database", f"database:{C}", witnesses=(f"replica:{A}",)),
        fail("PING-1", C, "ping.container-unreachable", f"container:rethinkdb-{C}", f"database:{C}"),
        fail("STATUS-4", f"{A}:{A}", "status.unhealthy-for-others", f"replica:{C}"),
        fail("STATUS-5", C, "status.stale-health", f"replica:{C}"),
        fail("JOB-1", C, "job.worker-dead", f"replica:{C}"),
        fail("FEED-1", f"global:{C}", "feed.database-unreadable", f"notary:{C}"),
        container("rethinkdb", C),
    )
    assert [(each.id, each.things) for each in causes] == [("database-down", (f"database:{C}",))]
    assert causes[0].shown_by[0].condition == "CTR-1"
    assert causes[0].harms == (Harm.NEXT_FAILURE,)


def test_database_that_everybody_misses_is_down_without_docker() -> None:
    """No container was seen: its links and its API show it; what runs is restarted, not started."""
    causes = diagnose(*_MISSED, _ERROR, fail("RDB-1", C, "rdb.refused", f"database:{C}"))
    assert kinds(causes) == ["database-down"]
    assert "start" not in causes[0].ladder


def test_link_that_is_up_contradicts_it() -> None:
    """One server still sees it: a link is cut, not a database down."""
    assert found(apart(B, C)) == [("servers-apart", (f"link:{B}>{C}",))]


def test_api_that_reports_the_cluster_contradicts_it() -> None:
    """Its replica's API tells of the cluster: its database works, whatever this machine reaches of it."""
    assert "database-down" not in kinds(diagnose(*_MISSED, fail("RDB-1", C, "rdb.refused", f"database:{C}")))


def test_hung_database() -> None:
    """Its port accepts and nothing answers, and the others miss it; where they do not, it is only silent to us."""
    mute = fail("RDB-1", C, "rdb.no-handshake", f"database:{C}")
    assert kinds(diagnose(mute, *_MISSED, _ERROR)) == ["database-hung"]
    assert kinds(diagnose(mute, *_MISSED, _ERROR, container("rethinkdb", C))) == ["database-down"]
    assert kinds(diagnose(mute)) == ["not-reachable-from-here"]


def test_issue_is_told_once_and_not_of_every_replica() -> None:
    """An issue that every `/_ping` repeats is one cause; a replica that says more is another."""
    issue = fail("STATUS-3", f"{A}:log_write_error", "status.log-write-error", f"database:{C}")
    repeats = [fail("PING-1", each, "ping.other-database", f"database:{C}") for each in (A, B)]
    own = fail("PING-1", C, "ping.database-issues", f"replica:{C}")
    repeated = fail("STATUS-4", f"{A}:{C}", "status.unhealthy", f"replica:{C}")
    assert found(issue, *repeats, own, repeated) == [("log-write-failed", (f"database:{C}",))]
    sick = fail("PING-1", B, "ping.unhealthy", f"replica:{B}")
    assert len(found(issue, own, sick)) > 1


@pytest.mark.parametrize(
    ("verdict", "cause"),
    [
        (fail("RDB-1", C, "rdb.connection-lost", f"database:{C}"), "database-misbehaves"),
        (unseen("RDB-4", C, "rethinkdb.unexpected", f"database:{C}"), "database-misbehaves"),
        (unseen("RDB-1", C, "rethinkdb.untrusted", f"database:{C}"), "database-certificate"),
        (fail("STATUS-9", C, "status.console-open", f"database:{C}"), "console-open"),
        (warn("STATUS-9", C, "status.address-differs", f"database:{C}"), "address-differs"),
        (warn("STATUS-15", C, "status.other-rethinkdb", f"database:{C}"), "rethinkdb-version"),
        (warn("STATUS-15", C, "status.reconnected", f"database:{C}"), "database-reconnected"),
        (warn("STATUS-6", C, "status.server-renamed", f"database:{C}"), "server-renamed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_fault_is_one_cause(verdict: Result, cause: str) -> None:
    """Each of these is a cause by itself."""
    assert found(verdict) == [(cause, (f"database:{C}",))]


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        (unseen("RDB-1", C, "rethinkdb.untrusted", f"database:{C}"), "database-certificate"),
        (warn("STATUS-9", C, "status.address-differs", f"database:{C}"), "database-address"),
        (fail("STATUS-9", C, "status.console-open", f"database:{C}"), "database-console"),
    ],
    ids=["certificate", "address", "console"],
)
def test_what_is_set_up_otherwise_says_what_to_look_at(wrong: Result, remedy: str) -> None:
    """RethinkDB's certificate is not the web certificate, and a console is closed only where one is open."""
    assert [each.remedy for each in diagnose(wrong)] == [remedy]


@pytest.mark.parametrize(
    ("own", "ill"),
    [
        ((), False),
        ((fail("PING-1", C, "ping.unhealthy", f"replica:{C}"),), True),
        ((fail("PING-1", C, "ping.other-database", f"database:{A}"),), False),
        ((fail("RDB-1", C, "rdb.connection-lost", f"database:{C}"),), True),
    ],
    ids=["nothing", "its health", "another database", "no answer"],
)
def test_missed_database_is_down_where_its_own_replica_is_ill(own: tuple[Result, ...], ill: bool) -> None:
    """Only what its replica says of itself tells a database that is down from links that are cut."""
    unasked = [unseen("STATUS-1", C, "http.timeout", f"replica:{C}")]
    if not any(each.condition == "RDB-1" for each in own):
        unasked.append(unseen("RDB-1", C, "rethinkdb.timeout", f"database:{C}"))
    causes = kinds(diagnose(*_MISSED, *unasked, *own))
    assert ("database-down" in causes) is ill
    assert ("servers-apart" in causes) is not ill


def test_replica_of_which_nothing_was_seen_is_down() -> None:
    """It is silent, the others miss its database, and neither its containers nor its database were judged."""
    silent = fail("PING-1", C, "ping.no-connection", f"replica:{C}")
    unasked = [unseen(name, C, "http.no-connection", f"replica:{C}") for name in ("STATUS-1", "STATUS-3", "VERSION-1")]
    unasked += [unseen("CTR-1", f"{C}:{name}", "docker.not-asked", f"container:{name}-{C}") for name in COMPONENTS]
    unasked += [unseen("RDB-1", C, "rethinkdb.not-asked", f"database:{C}"), unseen("JOB-1", C, "http.no-connection")]
    assert found(silent, *_MISSED, *unasked) == [("replica-down", (f"replica:{C}",))]
    seen = [each for each in unasked if each.condition != "CTR-1"]
    assert "replica-down" not in kinds(diagnose(silent, *_MISSED, *seen))


def test_health_report_of_others_repeats_an_issue_of_the_same_database_alone() -> None:
    """What a replica reports of another one follows from the issue of that one's database, and of no other."""
    issue = fail("STATUS-3", f"{A}:log_write_error", "status.log-write-error", f"database:{C}")
    same = fail("STATUS-4", f"{A}:{C}", "status.unhealthy-for-others", f"replica:{C}")
    other = fail("STATUS-4", f"{A}:{B}", "status.unhealthy-for-others", f"replica:{B}")
    assert found(issue, same) == [("log-write-failed", (f"database:{C}",))]
    assert len(found(issue, other)) == 2
