"""Causes at what a machine has: disks, clocks, memory, ports."""

from __future__ import annotations

import pytest

from reports.diagnosis.finding import Harm
from tests.reports.diagnosis.families.cluster_run import A, C, diagnose, fail, found, kinds, unseen, warn, well
from tests.reports.diagnosis.families.nodes_run import silent

NODE = ("node:node-3",)
FULL = fail("NODE-2", "node-3:_var_lib_docker", "node.disk-short", "node:node-3")


def test_full_disk_is_first_and_explains_what_could_not_be_written() -> None:
    """RethinkDB's log there, and the probe container; not those of another node."""
    log = fail("STATUS-3", f"{A}:log_write_error", "status.log-write-error", f"database:{C}")
    probe = unseen("NET-2", "node-1:node-3", "container.not-made", "node:node-3")
    assert found(FULL, log, probe) == [("disk-full", NODE)]
    other = fail("STATUS-3", f"{A}:log_write_error", "status.log-write-error", f"database:{A}")
    assert kinds(diagnose(FULL, other)) == ["disk-full", "log-write-failed"]


def test_full_disk_has_no_room_for_the_images_of_an_upgrade() -> None:
    """On its own node; where there is room, and less than documented, nothing is full."""
    room = fail("PRE-5", f"{C}:disk", "pre.disk-short", "node:node-3")
    assert found(FULL, room) == [("disk-full", NODE)]
    elsewhere = fail("PRE-5", f"{A}:disk", "pre.disk-short", "node:node-1")
    assert kinds(diagnose(FULL, elsewhere)) == ["disk-full", "not-ready-to-upgrade"]
    assert found(room) == [("not-ready-to-upgrade", NODE)]


def test_disk_that_fills_up_only_warns() -> None:
    """No failure yet."""
    assert found(warn("NODE-2", "node-3:_", "node.disk-short", "node:node-3")) == [("disk-filling", NODE)]


def test_disk_without_inodes_is_not_called_full() -> None:
    """It has space: what is missing, and what helps, is another thing."""
    gone = fail("NODE-2", "node-3:_data", "node.inodes-short", "node:node-3")
    probe = unseen("NET-2", "node-1:node-3", "container.not-made", "node:node-3")
    full, inodes = diagnose(FULL, gone)
    assert (full.title, full.remedy) == ("A disk of {things} is full", "disk-full")
    assert (inodes.title, inodes.remedy) == ("A disk of {things} has no free inodes", "no-inodes")
    assert found(gone, probe) == [("disk-full", NODE)]
    (few,) = diagnose(warn("NODE-2", "node-3:_data", "node.inodes-short", "node:node-3"))
    assert (few.id, few.title, few.remedy) == (
        "disk-filling",
        "A disk of {things} has few free inodes",
        "no-inodes",
    )


def test_disk_that_fills_up_is_not_treated_as_one_that_is_full() -> None:
    """No container has exited yet."""
    (cause,) = diagnose(warn("NODE-2", "node-3:_", "node.disk-short", "node:node-3"))
    assert cause.remedy == "disk-filling"


def test_closed_port_of_the_swarm_is_the_engines() -> None:
    """That of a replica is published for nginx."""
    (swarm,) = diagnose(fail("NODE-5", "node-3", "node.swarm-port-closed", "node:node-3"))
    (web,) = diagnose(fail("NODE-5", "node-3", "node.web-port-closed", "node:node-3"))
    assert (swarm.remedy, web.remedy) == ("swarm-port", "web-port")


def test_clock_of_a_node_explains_its_tokens_alone() -> None:
    """TOKEN-4 at its replica; at another it is another clock."""
    clock = fail("NODE-3", "node-3", "node.clock-off", "node:node-3")
    here = warn("TOKEN-4", C, "token.clock-apart", f"replica:{C}")
    there = warn("TOKEN-4", A, "token.clock-apart", f"replica:{A}")
    assert found(clock, here) == [("clock-off", NODE)]
    assert found(clock, there) == [("clock-off", NODE), ("clock-off", (f"replica:{A}",))]


@pytest.mark.parametrize("reason", ["node.memory-short", "node.database-swapped"])
def test_memory_of_a_node_explains_the_issue_of_its_database(reason: str) -> None:
    """RethinkDB's memory_error there, not elsewhere."""
    short = warn("NODE-4", "node-3", reason, "node:node-3")
    here = fail("STATUS-3", f"{A}:memory_error", "status.memory-error", f"database:{C}")
    there = fail("STATUS-3", f"{A}:memory_error", "status.memory-error", f"database:{A}")
    assert found(short, here) == [("memory-pressure", NODE)]
    assert sorted(found(short, there)) == [("memory-pressure", (f"database:{A}",)), ("memory-pressure", NODE)]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [("node.web-port-closed", "web-port-closed"), ("node.swarm-port-closed", "swarm-port-closed")],
)
def test_closed_port(reason: str, kind: str) -> None:
    """A cause of its own, but for a node that is out of the swarm."""
    closed = fail("NODE-5", "node-3", reason, "node:node-3")
    out = fail("NODE-1", "node-3", "node.not-in-swarm", "node:node-3")
    assert found(closed) == [(kind, NODE)]
    assert found(closed, out) == [("node-out-of-the-swarm", NODE)]
    late = fail("NODE-1", "node-3", "node.not-ready", "node:node-3")
    assert sorted(found(closed, late)) == sorted([(kind, NODE), ("node-not-ready", NODE)])


def test_clock_that_is_a_little_off_keeps_nobody_out() -> None:
    """Tokens are refused only where it fails."""
    off = "node.clock-off"
    assert diagnose(fail("NODE-3", "node-3", off, "node:node-3"))[0].harms == (Harm.SIGN_IN, Harm.PULL)
    assert diagnose(warn("NODE-3", "node-3", off, "node:node-3"))[0].harms == (Harm.UNNOTICED,)


def test_clock_is_judged_by_tokens_only_where_it_was_not_read() -> None:
    """A node whose clock is right has another fault."""
    ahead = warn("TOKEN-4", C, "token.clock-apart", f"replica:{C}")
    unread = unseen("NODE-3", "node-3", "shell.not-asked", "node:node-3")
    assert ("clock-off", (f"replica:{C}",)) in found(ahead, unread)
    assert "clock-off" not in kinds(diagnose(ahead, well("NODE-3", "node-3")))


def test_closed_web_port_explains_that_its_replica_is_silent() -> None:
    """And what was not asked there; not that another one is."""
    closed = fail("NODE-5", "node-3", "node.web-port-closed", "node:node-3")
    assert found(closed, *silent(C)) == [("web-port-closed", NODE)]
    assert len(found(closed, *silent(A))) > 1
    other = fail("VERSION-1", C, "version.other", f"replica:{C}")
    assert len(found(closed, *silent(C), other)) == 2


def test_account_that_does_not_see_enough() -> None:
    """Nothing of the cluster is at fault."""
    hidden = unseen("NODE-4", "node-3", "node.process-hidden", "node:node-3")
    assert found(hidden) == [("processes-hidden", NODE)]
    assert diagnose(hidden)[0].remedy == "account-sees-little"
