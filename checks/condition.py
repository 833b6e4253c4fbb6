"""The catalogue of conditions: closed, with one home for id, severity, source and remedy."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from checks.verdict import CRITICAL, WARNING, Severity, Verdict
from fixtures.core.evidence import Measured
from fixtures.core.question import QuestionName
from fixtures.core.reasons import REASONS
from fixtures.core.refusals import Refused, is_unknown, where

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

AREAS = {
    "PING": "Health check",
    "IDENT": "Replica identity",
    "TLS": "Certificates",
    "NGINX": "nginx front end",
    "STATUS": "Cluster status",
    "ALERT": "Alerts",
    "JOB": "Jobs",
    "CRON": "Scheduled jobs",
    "SCAN": "Vulnerability scans",
    "REG": "Registry",
    "VERSION": "Versions",
    "STORE": "Image storage",
    "MKE": "MKE",
    "TOKEN": "Log-ins and tokens",
    "FEED": "Audit logs",
    "NET": "Overlay network",
    "CTR": "Containers",
    "LOG": "Logs",
    "RDB": "RethinkDB",
    "NODE": "Nodes",
    "STOP": "May it be stopped",
    "PRE": "Before an upgrade",
}
"""The areas of conditions, in the order in which they are shown, with their titles."""


@dataclass(frozen=True)
class Reason:
    """What a reason code means, in a few words; remedy: what to do then, where that is not the condition's own."""

    meaning: str
    remedy: str | None = None


@dataclass(frozen=True)
class Condition:
    """A health condition.

    owns: it fails when what it looks at does not respond; every other condition is UNKNOWN then. reasons: the closed
    list of why it fails, warns or is UNKNOWN. measured: how its verdicts know what they report. no_response_remedy:
    what to do where nothing could be looked at, where that is not its own remedy. subjects: those of its verdicts
    by the inventory and its own, where they are others; they are the same where nothing could be looked at. question:
    the one that it belongs to: it is judged only where that is asked.
    """

    id: str
    severity: Severity
    documented: str
    remedy: str
    owns: bool
    check: Callable[..., Verdict | Sequence[Verdict]]
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    measured: Measured = "directly"
    no_response_remedy: str | None = None
    subjects: Callable[..., Sequence[str]] | None = None
    question: QuestionName | None = None

    @property
    def area(self) -> str:
        return self.id.partition("-")[0]

    def no_response(self, reason: str) -> str:
        """The code of its own failure where what it owns does not respond: `ping.refused` for `http.refused`."""
        return f"{self.area.lower()}.{reason.partition('.')[2]}"

    def allows(self, reason: str | None) -> bool:
        """Whether a FAIL, a WARN or an UNKNOWN of it may carry this code."""
        if reason in self.reasons or reason in REASONS:
            return True
        return self.owns and reason in {self.no_response(each) for each in REASONS}

    def remedy_for(self, reason: str | None) -> str:
        """The id of what to do: that of the reason, that of no response, or else its own."""
        own = self.reasons.get(reason or "")
        unanswered = self.no_response_remedy if reason and own is None else None
        return (own.remedy if own else unanswered) or self.remedy

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
            "owns": self.owns,
            "reasons": {code: reason.meaning for code, reason in self.reasons.items()},
            "question": self.question,
        }


CATALOGUE: dict[str, Condition] = {}


class CatalogueError(Refused):
    """A check that does not give all that a condition needs, or repeats the id of another one."""


def condition(
    condition_id: str,
    *,
    severity: Severity,
    documented: str,
    remedy: str,
    reasons: Mapping[str, str | Reason],
    owns: bool = False,
    measured: Measured = "directly",
    no_response_remedy: str | None = None,
    subjects: Callable[..., Sequence[str]] | None = None,
    question: QuestionName | None = None,
) -> Callable[[Check], Check]:
    """Make a check of a condition.

    documented: the section of the vendor's guide, or in a few words where else the rule comes from. remedy: an id of
    reports/remedies.yaml. reasons: each code that `failed`, `warned` or `unknown` is given here, with what it means; a
    `Reason` names a remedy of its own. no_response_remedy, subjects, question: as `Condition` says. The first line of
    the check's docstring is the condition's title.
    """
    named = {code: each if isinstance(each, Reason) else Reason(each) for code, each in reasons.items()}

    def register(check: Check) -> Check:
        new = Condition(
            condition_id,
            severity,
            documented,
            remedy,
            owns,
            check,
            named,
            measured,
            no_response_remedy,
            subjects,
            question,
        )
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
    if new.area not in AREAS:
        raise CatalogueError(f"{where(new.check)}: {new.id} is of the area {is_unknown(new.area, AREAS)}")
    for name in ("title", "severity", "documented", "remedy", "reasons"):
        if not getattr(new, name):
            raise CatalogueError(f"{where(new.check)}: {new.id} has no {name}")
    for code in new.reasons:
        area, _, what = code.partition(".")
        if area != new.area.lower() or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", what):
            raise CatalogueError(
                f"{where(new.check)}: {code!r} is no reason of {new.id}: {new.area.lower()}.what-is-so"
            )


__all__ = [
    "AREAS",
    "CATALOGUE",
    "CRITICAL",
    "WARNING",
    "CatalogueError",
    "Condition",
    "Reason",
    "condition",
    "condition_of",
]
