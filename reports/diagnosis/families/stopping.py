"""What keeps a node or a replica from being stopped now, one cause for each condition and reason."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, things_of
from reports.diagnosis.finding import Family, Finding
from reports.records import Result

family = Family()


@family.cause("not-ok-to-stop", "", remedy="", harms=())
def not_ok_to_stop(case: Case) -> Iterator[Finding]:
    """A node or a replica that `--ok-to-stop` asks about must not be stopped now.

    Needs: a STOP condition fails.
    Predicts: nothing; nobody suffers before it is stopped.
    Contradicted by: nothing.
    """
    groups: dict[tuple[str, str | None], list[Result]] = {}
    for each in case.found("stop."):
        groups.setdefault((each.condition, each.reason), []).append(each)
    for own in groups.values():
        yield Finding(things_of(own), tuple(own))
