"""Replicas of the inventory that the cluster does not know."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, is_of_replica, name_of, things_of, type_of, unknown
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import without_databases
from reports.diagnosis.reach import gone_without, silent_replicas
from reports.records import Result

family = Family()


@family.cause(
    "replica-missing", "{things} {is} not part of the cluster", remedy="missing-replica", harms=(Harm.NEXT_FAILURE,)
)
def replica_missing(case: Case) -> Iterator[Finding]:
    """A replica of the inventory is not known to the cluster.

    Needs: STATUS-6 does not find it.
    Predicts: its copies, links, containers and volumes, which do not exist, and that it is silent.
    Contradicted by: a split, in which each side misses the other.
    """
    own = case.found("status.replica-missing")
    if not own or case.found("status.different-replicas"):
        return
    gone = {name_of(thing) for thing in things_of(own, "replica")}
    silent = gone & set(silent_replicas(case))
    unasked, lost = gone_without(case, silent), without_databases(case, silent)

    def follows(each: Result) -> bool:
        if each.reason == "status.table-copy-missing":
            return {name_of(thing) for thing in each.about if type_of(thing) == "database"} <= gone
        if each.reason in ("ctr.missing", "ctr.volume-missing"):
            return all(any(is_of_replica(thing, name) for name in gone) for thing in each.about)
        if each.condition in ("STATUS-7", "STATUS-8"):
            return bool(gone & set(each.subject.split(":")))
        if each.condition == "PING-1":
            return each.subject in silent
        return (
            each.reason == "status.tolerates-too-few"
            or (unknown(each) and bool(each.about) and {name_of(thing) for thing in each.about} <= gone)
            or unasked(each)
            or lost(each)
        )

    yield Finding(things_of(own, "replica"), tuple(own), predicts=follows)
