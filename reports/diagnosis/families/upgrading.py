"""What stands in the way of an upgrade, one cause for each condition and reason."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, things_of
from reports.diagnosis.finding import Family, Finding
from reports.records import Result

family = Family()


@family.cause("not-ready-to-upgrade", "", remedy="", harms=())
def not_ready_to_upgrade(case: Case) -> Iterator[Finding]:
    """What `--before-upgrade` asks for does not hold, and no fault that was found explains it.

    Needs: a PRE condition fails.
    Predicts: nothing; nobody suffers before the upgrade.
    Contradicted by: nothing.
    """
    groups: dict[tuple[str, str | None], list[Result]] = {}
    for each in case.found("pre."):
        groups.setdefault((each.condition, each.reason), []).append(each)
    for own in groups.values():
        yield Finding(things_of(own), tuple(own))
