"""Causes that users do not notice yet: versions, locks, storage, redundancy."""

from __future__ import annotations

import pytest

from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, apart, fail, found, said, warn

_OTHER = {each: fail("VERSION-1", each, "version.other", f"replica:{each}") for each in (A, B, C)}


def test_versions() -> None:
    """One of three: an upgrade stopped half-way, or runs where its container does; all three: another one expected."""
    runs = said("CTR-7", "node-3", "PASS", None, ("container:dtr-phase2",))
    assert found(_OTHER[C]) == [("upgrade-interrupted", (f"replica:{C}",))]
    assert found(_OTHER[C], runs) == [("upgrade-running", (f"replica:{C}",))]
    assert found(*_OTHER.values()) == [("version-unexpected", tuple(f"replica:{each}" for each in (A, B, C)))]


def test_worker_that_an_upgrade_stopped_is_no_cause_of_its_own() -> None:
    """The containers of that replica are replaced; a worker elsewhere, or after an upgrade, is ill by itself."""
    worker = {each: fail("JOB-1", each, "job.worker-dead", f"replica:{each}") for each in (B, C)}
    runs = said("CTR-7", "node-3", "PASS", None, ("container:dtr-phase2",))
    assert found(_OTHER[C], runs, worker[C]) == [("upgrade-running", (f"replica:{C}",))]
    assert ("job-worker-dead", (f"replica:{B}",)) in found(_OTHER[C], runs, *worker.values())
    assert ("job-worker-dead", (f"replica:{C}",)) in found(_OTHER[C], worker[C])


@pytest.mark.parametrize(
    ("verdict", "cause", "things"),
    [
        (warn("STATUS-14", "cluster", "status.even-number", "cluster"), "few-replicas", "cluster"),
        (warn("STATUS-16", "cluster", "status.gc-lock-held-long", f"replica:{B}"), "gc-lock", "cluster"),
        (fail("STORE-1", "cluster", "store.own-disk", f"replica:{A}"), "storage-not-shared", "cluster"),
        (fail("STORE-1", "cluster", "store.different-storage", f"replica:{A}"), "storage-differs", "cluster"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_fault_is_one_cause(verdict: Result, cause: str, things: str) -> None:
    """Each of these is a cause by itself."""
    assert found(verdict) == [(cause, (things,))]


def test_redundancy_that_a_cut_link_takes_is_no_cause_of_its_own() -> None:
    """Too few failures tolerated follows from what is lost."""
    few = warn("STATUS-14", "cluster", "status.tolerates-too-few", "cluster")
    assert found(few) == [("few-replicas", ("cluster",))]
    assert found(few, apart(B, C)) == [("servers-apart", (f"link:{B}>{C}",))]
