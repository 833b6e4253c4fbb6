"""Causes at known errors in logs: their own, and those that another cause explains."""

from __future__ import annotations

import pytest

from reports.diagnosis.finding import Harm
from tests.reports.diagnosis.families.cluster_run import A, B, C, diagnose, fail, found, kinds, unseen, warn

FULL = fail("NODE-2", "node-3:_var_lib_docker", "node.disk-short", "node:node-3")


@pytest.mark.parametrize("reason", ["log.storage-stale", "log.storage-credentials", "log.storage-clock"])
def test_a_storage_that_the_registry_cannot_read_hinders_pulls(reason: str) -> None:
    (cause,) = diagnose(warn("LOG-1", f"{C}:registry", reason, f"container:registry-{C}"))
    assert (cause.id, cause.harms) == ("logged-error", (Harm.PULL, Harm.PUSH))


def test_another_line_hinders_nobody_yet() -> None:
    (cause,) = diagnose(warn("LOG-1", f"{C}:api", "log.fatal", f"container:api-{C}"))
    assert cause.harms == (Harm.UNNOTICED,)


def test_a_full_disk_explains_what_its_own_replica_logs() -> None:
    there = warn("LOG-1", f"{C}:registry", "log.disk-full", f"container:registry-{C}")
    elsewhere = warn("LOG-1", f"{A}:registry", "log.disk-full", f"container:registry-{A}")
    assert kinds(diagnose(FULL, there)) == ["disk-full"]
    assert kinds(diagnose(FULL, elsewhere)) == ["disk-full", "logged-error"]


def test_logs_that_were_not_read_are_one_cause() -> None:
    unread = [unseen("LOG-1", f"{each}:api", "log.not-read", f"container:api-{each}") for each in (A, B)]
    assert found(*unread) == [("log-unread", tuple(f"container:api-{each}" for each in (A, B)))]


LOST = [warn("LOG-2", node, "log.gossip-failed", f"node:{node}") for node in ("node-1", "node-2")]


def test_engines_that_lost_a_node_that_answers_are_one_cause() -> None:
    (cause,) = diagnose(*LOST)
    assert (cause.id, cause.things) == ("logged-error", ("node:node-1", "node:node-2"))
    assert cause.harms == (Harm.NEXT_FAILURE,)


@pytest.mark.parametrize(("reason", "kind"), [("node.hangs", "engine-hung"), ("node.not-running", "engine-down")])
def test_an_engine_that_is_gone_explains_what_all_others_log(reason: str, kind: str) -> None:
    assert kinds(diagnose(fail("NODE-1", "node-3", reason, "node:node-3"), *LOST)) == [kind]


def test_a_full_disk_explains_what_its_own_engine_logs() -> None:
    there = warn("LOG-2", "node-3", "log.engine-disk-full", "node:node-3")
    elsewhere = warn("LOG-2", "node-1", "log.engine-disk-full", "node:node-1")
    assert kinds(diagnose(FULL, there)) == ["disk-full"]
    assert kinds(diagnose(FULL, elsewhere)) == ["disk-full", "logged-error"]


def test_a_short_memory_explains_a_kill() -> None:
    short = warn("NODE-4", "node-3", "node.memory-short", "node:node-3")
    killed = warn("LOG-2", "node-3", "log.kernel-out-of-memory", "node:node-3")
    assert kinds(diagnose(short, killed)) == ["memory-pressure"]


def test_a_refused_attachment_explains_addresses_that_lack() -> None:
    """A manager logs them, whichever node the container is on."""
    refused = fail("NET-1", "node-3", "net.not-attached", "node:node-3")
    lacking = warn("LOG-2", "node-1", "log.overlay-addresses", "node:node-1")
    assert kinds(diagnose(refused, lacking)) == ["attach-refused"]


def test_engines_logs_that_were_not_read_are_one_cause() -> None:
    unread = [unseen("LOG-2", node, "log.engine-not-read", f"node:{node}") for node in ("node-1", "node-2")]
    assert found(*unread) == [("engine-log-unread", ("node:node-1", "node:node-2"))]
