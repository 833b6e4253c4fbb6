"""What no other rule explains: a failure by itself, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, things_of, unknown
from reports.diagnosis.finding import Family, Finding
from reports.diagnosis.grouping import same_cause
from reports.records import Result

family = Family()


@family.cause("unexplained", "", remedy="", harms=())
def unexplained(case: Case) -> Iterator[Finding]:
    """A condition fails, and no rule of this release knows why.

    Needs: a failure or a warning that no other cause explains.
    Predicts: only what is UNKNOWN because of it.
    Contradicted by: nothing.
    """
    groups: dict[object, list[Result]] = {}
    for each in case.left:
        if not unknown(each):
            groups.setdefault((each.condition, each.reason, each.remedy), []).append(each)
    for own in groups.values():
        yield Finding(things_of(own), tuple(own))


@family.cause("not-seen", "", remedy="", harms=())
def not_seen(case: Case) -> Iterator[Finding]:
    """Something could not be checked, and nothing that was found says why.

    Needs: what is UNKNOWN for one reason at the same things.
    Predicts: nothing.
    Contradicted by: nothing.
    """
    groups: dict[object, list[Result]] = {}
    for each in case.left:
        groups.setdefault(same_cause(each), []).append(each)
    for own in groups.values():
        yield Finding(things_of(own), tuple(own))
