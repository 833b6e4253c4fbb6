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
