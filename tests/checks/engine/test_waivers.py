"""Waivers: what they cover, until when, and what they never cover."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.engine.evaluate import Judgement
from checks.engine.waivers import covering, refuse_unknown_names, waived
from checks.verdict import CRITICAL, Outcome, Verdict
from fixtures.inventory import Waiver
from tests.checks.case import CONDITIONS
from tests.checks.facts import NOW, A, B, inventory

TODAY = date(2026, 11, 23)


def waiver(until: str = "2026-12-01", subject: str | None = A, condition: str = "STATUS-13") -> Waiver:
    return Waiver.model_validate(
        {"condition": condition, "subject": subject, "reason": "migration", "ticket": "CHG-1234", "until": until}
    )


def judgement(outcome: Outcome) -> Judgement:
    return Judgement(Verdict(outcome, "said", 1, 2), A, CRITICAL, NOW, 0.5, 1)


@pytest.mark.parametrize(
    ("each", "covers"),
    [
        (waiver(), True),
        (waiver(subject=None), True),
        (waiver(subject=B), False),
        (waiver(condition="STATUS-1"), False),
        (waiver(until="2026-11-23"), True),
        (waiver(until="2026-11-22"), False),
    ],
    ids=["it", "every subject", "another subject", "another condition", "its last day", "the day after"],
)
def test_what_a_waiver_covers(each: Waiver, covers: bool) -> None:
    assert covering([each], "STATUS-13", A, TODAY) == (each if covers else None)


def test_the_first_one_that_covers_it_counts() -> None:
    expired, first, second = waiver(until="2026-01-01"), waiver(subject=None), waiver()
    assert covering([expired, first, second], "STATUS-13", A, TODAY) is first
    assert covering([], "STATUS-13", A, TODAY) is None


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.WARN])
def test_a_fault_is_waived(outcome: Outcome) -> None:
    each = waived(judgement(outcome), waiver())
    assert each.verdict.outcome is Outcome.WAIVED
    assert (each.verdict.message, each.verdict.seen, each.verdict.expected) == ("said", 1, 2)
    assert each.waiver == waiver()


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.SKIPPED, Outcome.NOT_APPLICABLE])
def test_what_could_not_be_seen_is_never_waived(outcome: Outcome) -> None:
    assert waived(judgement(outcome), waiver()) == judgement(outcome)


def test_a_waiver_that_is_not_needed_is_told() -> None:
    each = waived(judgement(Outcome.PASS), waiver())
    assert each.verdict.outcome is Outcome.PASS
    assert each.verdict.message == "said; the waiver (migration) is no longer needed"
    assert each.waiver is None


@pytest.mark.parametrize("outcome", list(Outcome))
def test_without_a_waiver_nothing_changes(outcome: Outcome) -> None:
    assert waived(judgement(outcome), None) == judgement(outcome)


def told(**changes: Any) -> str:
    """Why an inventory is refused that names conditions."""
    with pytest.raises(pytest.UsageError) as caught:
        refuse_unknown_names(inventory(**changes), CONDITIONS.values())
    return str(caught.value)


WAIVER = {"reason": "known", "until": "2026-12-01"}


def test_conditions_and_areas_that_there_are_may_be_named() -> None:
    waivers = [{**WAIVER, "condition": "STATUS-13"}, {**WAIVER, "condition": "TLS-2"}]
    refuse_unknown_names(inventory(waivers=waivers, require=["PING", "PING-1", "STATUS"]), CONDITIONS.values())
    refuse_unknown_names(inventory(), CONDITIONS.values())


def test_a_waiver_of_a_condition_that_there_is_not() -> None:
    text = told(waivers=[{**WAIVER, "condition": "STATUS-13"}, {**WAIVER, "condition": "STATUS-99"}])
    assert "there is no condition STATUS-99" in text
    assert "waivers[1].condition" in text
    assert "STATUS-13" not in text


def test_everything_unknown_that_is_required_is_told_at_once() -> None:
    text = told(require=["PING", "PONG", "PING-9"], waivers=[{**WAIVER, "condition": "PONG-1"}])
    for name in ("no condition and no area PONG", "no condition and no area PING-9", "no condition PONG-1"):
        assert name in text
    assert "area PING\n" not in text
    assert "pytest --conditions" in text
