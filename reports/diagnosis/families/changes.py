"""What stands in the way of a stop or an upgrade: one cause for each condition and reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
    yield from _one_for_each_reason(case, "stop.")


@family.cause("not-ready-to-upgrade", "", remedy="", harms=())
def not_ready_to_upgrade(case: Case) -> Iterator[Finding]:
    """What `--before-upgrade` asks for does not hold, and no fault that was found explains it.

    Needs: a PRE condition fails.
    Predicts: nothing; nobody suffers before the upgrade.
    Contradicted by: nothing.
    """
    yield from _one_for_each_reason(case, "pre.")


def said_before_an_upgrade(own: Sequence[Result]) -> Callable[[Result], bool]:
    """What `--before-upgrade` says again of the certificates that these are about."""
    things = {thing for each in own for thing in each.about}

    def follows(result: Result) -> bool:
        of_certificates = result.reason in ("pre.certificate-ends", "pre.certificate-not-renewed")
        return of_certificates and bool(result.about) and set(result.about) <= things

    return follows


def _one_for_each_reason(case: Case, prefix: str) -> Iterator[Finding]:
    groups: dict[tuple[str, str | None], list[Result]] = {}
    for each in case.found(prefix):
        groups.setdefault((each.condition, each.reason), []).append(each)
    for own in groups.values():
        yield Finding(things_of(own), tuple(own))
