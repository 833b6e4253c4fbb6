"""Containers of joins, upgrades and tests: one that failed, that stopped half-way, or that was left behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.diagnosis.case import Case
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()


def _nodes(own: Sequence[Result]) -> tuple[str, ...]:
    return tuple(f"node:{each.subject}" for each in own)


@family.cause(
    "join-failed", "A join or an upgrade failed on {things}", remedy="failed-join", harms=(Harm.NEXT_FAILURE,)
)
def join_failed(case: Case) -> Iterator[Finding]:
    """A join or an upgrade ended with an error within the last day.

    Needs: CTR-7 shows a container of it that failed.
    Predicts: tables without a copy on a replica of that node.
    Contradicted by: nothing; no other recovery is offered until it is finished or undone.
    """
    if own := case.found("ctr.join-failed"):
        yield Finding(_nodes(own), tuple(own), predicts=lambda each: each.reason == "status.table-copy-missing")


@family.cause(
    "join-interrupted",
    "A join or an upgrade stopped half-way on {things}",
    remedy="helper-containers",
    harms=(Harm.NEXT_FAILURE,),
)
def join_interrupted(case: Case) -> Iterator[Finding]:
    """A container of a join or an upgrade was left behind, and the cluster is not as after one that ended.

    Needs: CTR-7 shows the container; tables lack a copy, versions differ, or a replica is not known to the cluster.
    Predicts: tables without a copy.
    Contradicted by: a cluster that lacks nothing: then the container is a left-over.
    """
    signs = ("status.table-copy-missing", "status.replica-missing", "status.ghost-", "version.other", "ctr.mixed-")
    own = case.found("ctr.join-helper")
    half = any((each.reason or "").startswith(signs) for each in case.results)
    if own and half:
        yield Finding(_nodes(own), tuple(own), predicts=lambda each: each.reason == "status.table-copy-missing")


@family.cause("helper-left-over", "A helper container is left over on {things}", remedy="helper-containers")
def helper_left_over(case: Case) -> Iterator[Finding]:
    """A container of an overlay test, or of a join or an upgrade that did its work, is left over.

    Needs: CTR-7 shows it.
    Predicts: nothing.
    Contradicted by: signs of a join that stopped half-way: then that is the cause.
    """
    if own := case.found("ctr.test-helper", "ctr.join-helper"):
        yield Finding(_nodes(own), tuple(own))


@family.cause(
    "probe-left-over", "A probe container of these checks is left over on {things}", remedy="probe-containers"
)
def probe_left_over(case: Case) -> Iterator[Finding]:
    """A probe container of a killed run of these checks is left over.

    Needs: CTR-7 shows it.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.probe-container"):
        yield Finding(_nodes(own), tuple(own))
