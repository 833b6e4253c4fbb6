"""What a check says: held, warned, failed or not applicable, with what was seen and expected as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """CRITICAL fails the run; WARNING only warns."""

    CRITICAL = "critical"
    WARNING = "warning"


CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


class Outcome(StrEnum):
    """The word of a verdict, in the order of what to look at first."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WARN = "WARN"
    WAIVED = "WAIVED"
    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    NOT_APPLICABLE = "NOT_APPLICABLE"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True)
class Verdict:
    """One verdict.

    subject: where only the answer names it (a table, an alert), else that of the check. severity, remedy: where this
    one's are not those of its condition.
    """

    outcome: Outcome
    message: str
    seen: Any = None
    expected: Any = None
    subject: str | None = None
    severity: Severity | None = None
    remedy: str | None = None


def passed(message: str = "", *, seen: Any = None, expected: Any = None, subject: str | None = None) -> Verdict:
    """The condition holds."""
    return Verdict(Outcome.PASS, message, seen, expected, subject)


def warned(
    message: str, *, seen: Any = None, expected: Any = None, subject: str | None = None, remedy: str | None = None
) -> Verdict:
    """The condition holds no longer quite: its first limit is passed, or what is wrong can wait."""
    return Verdict(Outcome.WARN, message, seen, expected, subject, remedy=remedy)


def failed(
    message: str,
    *,
    seen: Any = None,
    expected: Any = None,
    subject: str | None = None,
    severity: Severity | None = None,
    remedy: str | None = None,
) -> Verdict:
    """The condition does not hold; where its severity (or the one given) is a warning, this is one."""
    return Verdict(Outcome.FAIL, message, seen, expected, subject, severity, remedy)


def unknown(message: str, *, seen: Any = None, expected: Any = None, subject: str | None = None) -> Verdict:
    """One of several subjects could not be seen."""
    return Verdict(Outcome.UNKNOWN, message, seen, expected, subject)


def not_applicable(message: str, *, subject: str | None = None) -> Verdict:
    """The condition has no meaning for this cluster."""
    return Verdict(Outcome.NOT_APPLICABLE, message, subject=subject)


def skipped(message: str, *, subject: str | None = None) -> Verdict:
    """The inventory does not give what is needed; the message names the line to add."""
    return Verdict(Outcome.SKIPPED, message, subject=subject)
