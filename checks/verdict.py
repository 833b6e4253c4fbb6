"""What a check returns: passed, warned, failed, unknown or not applicable, with its evidence as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from fixtures.core.evidence import Because, Measured, Thing
from fixtures.core.store import Unavailable


class Severity(StrEnum):
    """CRITICAL fails the run; WARNING only warns."""

    CRITICAL = "critical"
    WARNING = "warning"


CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


class Outcome(StrEnum):
    """The word of a verdict, the worst first: what was not judged hides behind no PASS."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WARN = "WARN"
    WAIVED = "WAIVED"
    SKIPPED = "SKIPPED"
    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    NOT_APPLICABLE = "NOT_APPLICABLE"


def gravity(outcome: Outcome) -> int:
    """Its place among the words of verdicts, 0 for the worst."""
    return list(Outcome).index(outcome)


@dataclass(frozen=True)
class Verdict:
    """One verdict. The message is for people, and nobody parses it; all else is evidence for whoever reasons on.

    reason: for FAIL, WARN and UNKNOWN a code of the condition's list; that of an UNKNOWN may be of a way in. subject:
    where only the answer names it (a table, an alert), else that of the check. about: what is at fault as far as this
    verdict shows; where none is given, what the check is about. witnesses: who reported it; none of them is at fault.
    measured: where it differs from the condition's. since: when it began. because: whose failure left it unseen.
    severity: where this one's is not that of its condition.
    """

    outcome: Outcome
    message: str
    seen: Any = None
    expected: Any = None
    subject: str | None = None
    reason: str | None = None
    about: tuple[Thing, ...] = ()
    witnesses: tuple[Thing, ...] = ()
    measured: Measured | None = None
    since: datetime | None = None
    because: Because | None = None
    severity: Severity | None = None


class Evidence(TypedDict, total=False):
    """What a verdict may carry besides its reason and its message; see `Verdict`."""

    seen: Any
    expected: Any
    subject: str | None
    about: Sequence[Thing]
    witnesses: Sequence[Thing]
    measured: Measured
    since: datetime | None


def _verdict(
    outcome: Outcome, reason: str | None, message: str, evidence: Evidence, severity: Severity | None = None
) -> Verdict:
    return Verdict(
        outcome,
        message,
        evidence.get("seen"),
        evidence.get("expected"),
        evidence.get("subject"),
        reason,
        tuple(evidence.get("about", ())),
        tuple(evidence.get("witnesses", ())),
        evidence.get("measured"),
        evidence.get("since"),
        severity=severity,
    )


def passed(message: str = "", **evidence: Unpack[Evidence]) -> Verdict:
    """The condition holds."""
    return _verdict(Outcome.PASS, None, message, evidence)


def warned(reason: str, message: str, **evidence: Unpack[Evidence]) -> Verdict:
    """The condition holds no longer quite: its first limit is passed, or what is wrong can wait."""
    return _verdict(Outcome.WARN, reason, message, evidence)


def failed(reason: str, message: str, *, severity: Severity | None = None, **evidence: Unpack[Evidence]) -> Verdict:
    """The condition does not hold; where its severity (or the one given) is a warning, this is one."""
    return _verdict(Outcome.FAIL, reason, message, evidence, severity)


def unknown(cause: Unavailable, *, seen: Any = None, expected: Any = None, subject: str | None = None) -> Verdict:
    """It could not be seen, for that cause: for one of several subjects. What all of it hangs on is raised instead."""
    return Verdict(
        Outcome.UNKNOWN,
        str(cause),
        seen,
        expected,
        subject,
        cause.reason,
        about=cause.about,
        because=cause.because,
    )


def not_applicable(message: str, *, subject: str | None = None) -> Verdict:
    """The condition has no meaning for this cluster."""
    return Verdict(Outcome.NOT_APPLICABLE, message, subject=subject)


def skipped(message: str, *, subject: str | None = None) -> Verdict:
    """The inventory does not give what is needed; the message names the line to add."""
    return Verdict(Outcome.SKIPPED, message, subject=subject)
