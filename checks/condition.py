"""The catalogue of conditions: closed, with one home for id, severity, source and remedy."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from checks.verdict import CRITICAL, WARNING, Severity, Verdict
from fixtures.core.refusals import Refused, where

Check = TypeVar("Check", bound=Callable[..., Verdict | Sequence[Verdict]])

GUIDE = "https://docs.mirantis.com/docker-enterprise/v3.1/dockeree-products/msr/msr-monitor-and-troubleshoot.html"
GUIDE_SECTIONS = {
    "Monitor MSR": "monitor-msr",
    "Health check endpoints": "health-check-endpoints",
    "Cluster status": "cluster-status",
    "Check notary audit logs": "check-notary-audit-logs",
    "Get an authentication token": "get-an-authentication-token",
    "Changefeed API": "changefeed-api",
    "Troubleshoot overlay networks": "troubleshoot-overlay-networks",
    "Access RethinkDB directly, via RethinkCLI": "via-rethinkcli",
    "Access RethinkDB directly, via API": "via-api",
    "Recover from an unhealthy replica": "recover-from-an-unhealthy-replica",
}


@dataclass(frozen=True)
class Condition:
    """A health condition. `owns`: silence of what it looks at is its own FAIL, for all others UNKNOWN."""

    id: str
    severity: Severity
    documented: str
    remedy: str
    owns: bool
    check: Callable[..., Verdict | Sequence[Verdict]]

    @property
    def area(self) -> str:
        return self.id.partition("-")[0]

    @property
    def title(self) -> str:
        return (inspect.getdoc(self.check) or "").partition("\n")[0]

    @property
    def guide(self) -> str | None:
        """The link to the section of the vendor's guide; None for what is beyond the guide."""
        anchor = GUIDE_SECTIONS.get(self.documented)
        return f"{GUIDE}#{anchor}" if anchor else None

    def entry(self) -> dict[str, Any]:
        """Its entry in the catalogue of a report."""
        return {
            "id": self.id,
            "severity": str(self.severity),
            "area": self.area,
            "title": self.title,
            "documented": self.documented,
            "guide": self.guide,
            "remedy": self.remedy,
        }


CATALOGUE: dict[str, Condition] = {}


class CatalogueError(Refused):
    """A check that does not say all that a condition needs, or says what another one says already."""


def condition(
    condition_id: str, *, severity: Severity, documented: str, remedy: str, owns: bool = False
) -> Callable[[Check], Check]:
    """Make a check of a condition.

    documented: the section of the vendor's guide, or in a few words where else the rule comes from. remedy: an id of
    reports/remedies.yaml. The first line of the check's docstring is the condition's title.
    """

    def register(check: Check) -> Check:
        new = Condition(condition_id, severity, documented, remedy, owns, check)
        _refuse_incomplete(new)
        if condition_id in CATALOGUE:
            first = where(CATALOGUE[condition_id].check)
            raise CatalogueError(f"two checks are named {condition_id}: {first}, and {where(check)}")
        CATALOGUE[condition_id] = new
        check.__condition__ = new  # type: ignore[attr-defined]
        return check

    return register


def condition_of(function: object) -> Condition | None:
    """The condition that a function checks, if it checks one."""
    return getattr(function, "__condition__", None)


def _refuse_incomplete(new: Condition) -> None:
    if not re.fullmatch(r"[A-Z]+-[0-9]+", new.id):
        raise CatalogueError(f"{where(new.check)}: {new.id!r} is no condition id: AREA-NUMBER")
    for field in ("title", "severity", "documented", "remedy"):
        if not getattr(new, field):
            raise CatalogueError(f"{where(new.check)}: {new.id} has no {field}")


__all__ = ["CATALOGUE", "CRITICAL", "WARNING", "CatalogueError", "Condition", "condition", "condition_of"]
