"""What is advised against each kind of cause, where the same kind may need another step: by what else was measured."""

from __future__ import annotations

from reports.diagnosis.cause import Cause
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import C, diagnose, fail


def only(*results: Result) -> Cause:
    """The one cause of a run."""
    (cause,) = diagnose(*results)
    return cause


def advice(*results: Result) -> tuple[str | None, tuple[str, ...]]:
    """The remedy of the one cause of a run, and its ladder."""
    cause = only(*results)
    return cause.remedy, cause.ladder


def test_who_lets_anybody_in_is_a_security_incident() -> None:
    """And no matter of a user's rights, or of a licence."""
    for each in (
        fail("TOKEN-3", "cluster", "token.wrong-password-accepted", f"token-service:{C}"),
        fail("REG-1", C, "reg.open", f"replica:{C}"),
        fail("FEED-8", "anonymous:global", "feed.open", "feed:global"),
    ):
        assert only(each).remedy == "security-incident"
