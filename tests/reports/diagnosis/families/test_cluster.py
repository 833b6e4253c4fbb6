"""Causes between database servers, and of what belongs to the cluster."""

from __future__ import annotations

from reports.diagnosis.finding import Harm
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

_NON_TRANSITIVE = fail(
    "STATUS-3", f"{A}:non_transitive_error", "status.non-transitive-error", f"database:{B}", f"database:{C}"
)


def test_cut_link_is_the_link_and_nobody_is_lost() -> None:
    """Two servers apart: what the two alone report follows, and no majority is lost."""
    causes = diagnose(
        apart(B, C),
        _NON_TRANSITIVE,
        fail("STATUS-11", "dtr2.tags", "status.table-no-reads", "table:dtr2.tags", witnesses=(f"replica:{B}",)),
        fail("STATUS-7", f"{A}:{B}", "status.different-issues", f"link:{A}>{B}"),
        warn("STATUS-14", "cluster", "status.tolerates-too-few", "cluster"),
    )
    assert [(each.id, each.things) for each in causes] == [("servers-apart", (f"link:{B}>{C}",))]
    assert causes[0].harms[0] is Harm.SIGN_IN


def test_what_a_third_server_reports_does_not_follow_from_a_cut_link() -> None:
    """A table that is not ready for a server with all its links is another fault."""
    waits = fail("STATUS-11", "dtr2.tags", "status.table-no-writes", "table:dtr2.tags", witnesses=(f"replica:{A}",))
    assert sorted(kinds(diagnose(apart(B, C), waits))) == ["servers-apart", "tables-take-no-writes"]


def test_views_that_differ_in_two_pairs_are_of_all_four() -> None:
    """Nobody is in both pairs, so that nothing says who is right."""
    pairs = [(A, B), (C, "b1c2d3e4f5a6")]
    apart_views = [
        fail("STATUS-7", f"{one}:{two}", "status.different-replicas", f"link:{one}>{two}") for one, two in pairs
    ]
    (cause,) = diagnose(*apart_views)
    assert cause.id == "views-differ"
    assert sorted(cause.things) == sorted(f"replica:{each}" for pair in pairs for each in pair)


def test_split() -> None:
    """Two sides that each know only themselves: the smaller side is on its own, and pushes may be lost."""
    causes = diagnose(
        *(fail("STATUS-7", f"{each}:{C}", "status.different-replicas", f"link:{each}>{C}") for each in (A, B)),
        *(fail("STATUS-6", each, "status.replica-missing", f"replica:{C}") for each in (A, B)),
        apart(A, C),
        apart(B, C),
        fail("STATUS-12", "dtr2.tags", "status.table-copy-missing", "table:dtr2.tags", f"database:{C}"),
    )
    assert [(each.id, each.things) for each in causes] == [("split-view", (f"replica:{C}",))]
    assert causes[0].harms[0] is Harm.LOSE_PUSHES
    assert causes[0].ladder == ("call-support",)


def test_replica_that_the_cluster_does_not_know_is_no_split() -> None:
    """All views agree, and lack a replica of the inventory."""
    missing = fail("STATUS-6", C, "status.replica-missing", f"replica:{C}")
    copies = fail("STATUS-12", "dtr2.tags", "status.table-copy-missing", "table:dtr2.tags", f"database:{C}")
    assert found(missing, copies, apart(A, C)) == [("replica-missing", (f"replica:{C}",))]


def test_replica_that_was_removed_is_one_cause() -> None:
    """Its containers and volumes were taken away with it; where its containers are there, they are another matter."""
    missing = fail("STATUS-6", C, "status.replica-missing", f"replica:{C}")
    silent = fail("PING-1", C, "ping.refused", f"replica:{C}")
    gone = [container(name, C, "ctr.missing") for name in COMPONENTS]
    volumes = fail("CTR-5", C, "ctr.volume-missing", f"volume:dtr-rethink-{C}")
    idle = fail("JOB-1", C, "job.no-worker", f"replica:{C}")
    closed = fail("RDB-1", C, "rdb.refused", f"database:{C}")
    links = [apart(A, C), apart(B, C)]
    assert found(missing, silent, *gone, volumes, idle, closed, *links) == [("replica-missing", (f"replica:{C}",))]
    stopped = container("scanningstore", C)
    assert sorted(kinds(diagnose(missing, stopped))) == ["container-down", "replica-missing"]


def test_ghost_is_one_line_and_its_lock_another() -> None:
    """A ghost's database server is explained by it; a lock that is not released is handled by itself."""
    ghost = fail("STATUS-6", "0123456789ab", "status.ghost-replica", "replica:0123456789ab")
    server = fail("STATUS-6", "0123456789ab:server", "status.ghost-server", "database:0123456789ab")
    assert found(ghost, server) == [("ghost-replica", ("replica:0123456789ab",))]
    assert found(server) == [("ghost-server", ("database:0123456789ab",))]
    lock = warn("STATUS-16", "cluster", "status.gc-lock-of-nobody", "replica:0123456789ab")
    assert sorted(kinds(diagnose(ghost, lock))) == ["gc-lock", "ghost-replica"]


def test_api_alone_with_its_view() -> None:
    """An API that misses a server which its own database has: that API, and no link."""
    missing = fail("STATUS-8", f"{A}:{C}", "status.server-missing", f"database:{C}", witnesses=(f"replica:{A}",))
    differs = fail("RDB-4", A, "rdb.api-differs", f"replica:{A}")
    few = warn("STATUS-14", "cluster", "status.tolerates-too-few", "cluster")
    assert found(missing, differs, few) == [("views-differ", (f"replica:{A}",))]
    assert sorted(kinds(diagnose(apart(B, C), differs, few))) == ["servers-apart", "views-differ"]


def test_row_that_is_missing() -> None:
    """No row of a server that answers and that no issue names; without the row's absence, its links are cut."""
    rowless = unseen("STATUS-9", C, "status.no-server-row", f"database:{C}")
    assert found(apart(A, C), apart(B, C), rowless) == [("server-row-missing", (f"database:{C}",))]
    assert kinds(diagnose(apart(A, C), apart(B, C))) == ["servers-apart"]


def test_collisions_are_one_cause_and_for_support() -> None:
    """Names that collide: once, whoever reports them, with the questions that fail for it."""
    causes = diagnose(
        *(fail("STATUS-3", f"{each}:db_name_collision", "status.db-name-collision", "cluster") for each in (A, B)),
        fail("STATUS-3", f"{C}:table_name_collision", "status.table-name-collision", "table:dtr2.tags"),
        unseen("RDB-2", C, "rethinkdb.query-failed", f"database:{C}"),
        fail("PING-1", A, "ping.database-issues", f"replica:{A}"),
    )
    assert [(each.id, each.things) for each in causes] == [("name-collision", ("cluster", "table:dtr2.tags"))]
    assert causes[0].ladder == ("call-support",)


def test_issue_alone_names_the_link() -> None:
    """RethinkDB's own word for it, while no view misses a link: the two databases that it names are its ends."""
    causes = diagnose(_NON_TRANSITIVE)
    assert [(each.id, each.things) for each in causes] == [("servers-apart", (f"link:{B}>{C}",))]
    assert causes[0].harms == (Harm.NEXT_FAILURE,)


def test_views_differ_while_all_links_are_up() -> None:
    """Two replicas report another health: with a link that is cut that is no wonder, and else a cause."""
    differs = fail("STATUS-7", f"{A}:{B}", "status.different-health", f"link:{A}>{B}")
    assert found(differs) == [("views-differ", (f"replica:{A}", f"replica:{B}"))]
    assert found(apart(B, C), differs) == [("servers-apart", (f"link:{B}>{C}",))]
    third = fail("STATUS-7", f"{B}:{C}", "status.different-health", f"link:{B}>{C}")
    assert found(differs, third) == [("views-differ", (f"replica:{B}",))]
    issues = fail("STATUS-7", f"{A}:{B}", "status.different-issues", f"link:{A}>{B}")
    assert found(issues) == [("views-differ", (f"replica:{A}", f"replica:{B}"))]
    told = availability("STATUS-3", A, C, critical=False)
    assert found(issues, told) == [("issue-tables", (f"database:{C}",))]


def test_what_belongs_to_a_replica_that_the_cluster_does_not_know() -> None:
    """What cannot be seen of it follows; what is wrong at it, while it answers, does not."""
    missing = fail("STATUS-6", C, "status.replica-missing", f"replica:{C}")
    unreported = unseen("STATUS-5", C, "status.health-not-reported", f"replica:{C}")
    assert found(missing, unreported) == [("replica-missing", (f"replica:{C}",))]
    assert len(found(missing, fail("VERSION-1", C, "version.other", f"replica:{C}"))) == 2
    assert len(found(missing, unseen("STATUS-5", B, "status.health-not-reported", f"replica:{B}"))) == 2
