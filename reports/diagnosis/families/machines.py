"""Faults of the machines: power, disk, memory, clock, the Docker engine and the way in to them."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, things_of
from reports.diagnosis.finding import Family, Finding, Harm

family = Family()


@family.cause(
    "disk-full",
    "The disk of {things} is full",
    remedy="disk-full",
    harms=(Harm.START_WORKLOADS, Harm.PUSH, Harm.NEXT_FAILURE),
)
def disk_full(case: Case) -> Iterator[Finding]:
    """A disk of a node has no free space, or no free inodes.

    Needs: NODE-2 fails.
    Predicts: RethinkDB cannot write its log on that node.
    Contradicted by: nothing that a run sees.
    """
    own = [
        each for each in case.found("node.disk-short", "node.inodes-short") if each.critical and each.verdict == "FAIL"
    ]
    if own:
        nodes = {each.subject.partition(":")[0] for each in own}
        databases = {f"database:{name}" for node in nodes for name in case.replicas_on(node)}
        yield Finding(
            things_of(own, "node"),
            tuple(own),
            predicts=lambda each: (
                each.reason in ("status.log-write-error", "rdb.log-write-error") and set(each.about) <= databases
            ),
        )


@family.cause("disk-filling", "The disk of {things} is filling up", remedy="disk-full", harms=(Harm.UNNOTICED,))
def disk_filling(case: Case) -> Iterator[Finding]:
    """A disk of a node has little free space left.

    Needs: NODE-2 warns.
    Predicts: nothing yet.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("node.disk-short", "node.inodes-short"):
        yield Finding(things_of(own, "node"), tuple(own))
