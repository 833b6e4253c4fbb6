"""Waivers: what they cover, until when, what they never cover, and what a run says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from checks.engine.evaluate import Judgement
from checks.engine.waivers import Waivers
from checks.engine.waivers_told import effects, ends
from checks.verdict import CRITICAL, Outcome, Verdict
from fixtures.inventory import Waiver
from tests.checks.facts import NOW, A, B, C

TODAY = date(2026, 11, 23)
BAD = "status.read-only"


def waiver(subject: str | None = A, **keys: Any) -> Waiver:
    usual = {"condition": "STATUS-13", "reason": "migration", "ticket": "CHG-1234", "until": "2026-12-01"}
    return Waiver.model_validate(usual | {"subject": subject} | keys)


def judgement(outcome: Outcome, subject: str = A, reason: str | None = BAD) -> Judgement:
    held = outcome not in (Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN)
    return Judgement(Verdict(outcome, "said", 1, 2, reason=None if held else reason), subject, CRITICAL, NOW, 0.5, 1)


def run(waivers: Sequence[Waiver], *judgements: Judgement) -> Waivers:
    return Waivers(waivers, [("STATUS-13", each) for each in judgements], TODAY)


def words(waivers: Waivers) -> list[str]:
    """The verdicts, after what is waived."""
    applied = waivers.apply("STATUS-13", [each for _, each in waivers.judged])
    return [str(each.verdict.outcome) for each in applied]


@pytest.mark.parametrize(
    ("each", "covers"),
    [
        (waiver(), True),
        (waiver(None), True),
        (waiver(B), False),
        (waiver("f22*"), True),
        (waiver("*:*"), False),
        (waiver("*"), True),
        (waiver("f22"), False),
        (waiver(condition="STATUS-1"), False),
        (waiver(until="2026-11-23"), True),
        (waiver(until="2026-11-22"), False),
        (waiver(code=BAD), True),
        (waiver(code="status.other"), False),
        (waiver(covers=["fail"]), True),
        (waiver(covers=["warn", "unknown"]), False),
        (waiver(count=1), True),
    ],
)
def test_what_a_waiver_covers(each: Waiver, covers: bool) -> None:
    assert (run([each], judgement(Outcome.FAIL)).covering("STATUS-13", judgement(Outcome.FAIL)) is each) == covers


def test_the_first_one_that_covers_it_counts() -> None:
    expired, first, second = waiver(until="2026-01-01"), waiver(None), waiver()
    assert run([expired, first, second]).covering("STATUS-13", judgement(Outcome.FAIL)) is first
    assert run([]).covering("STATUS-13", judgement(Outcome.FAIL)) is None


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.WARN])
def test_a_fault_is_waived(outcome: Outcome) -> None:
    (each,) = run([waiver()], judgement(outcome)).apply("STATUS-13", [judgement(outcome)])
    assert each.verdict.outcome is Outcome.WAIVED
    assert (each.verdict.message, each.verdict.seen, each.verdict.expected) == ("said", 1, 2)
    assert (each.waiver, each.covered) == (waiver(), outcome)


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.SKIPPED, Outcome.NOT_APPLICABLE])
def test_what_could_not_be_seen_is_not_waived(outcome: Outcome) -> None:
    assert run([waiver()], judgement(outcome)).apply("STATUS-13", [judgement(outcome)]) == [judgement(outcome)]


def test_what_could_not_be_seen_is_waived_on_purpose_and_an_error_of_ours_never() -> None:
    unseen = judgement(Outcome.UNKNOWN)
    on_purpose = waiver(covers=["unknown"])
    assert words(run([on_purpose], unseen)) == ["WAIVED"]
    assert words(run([on_purpose], replace(unseen, internal_error=True))) == ["UNKNOWN"]
    assert words(run([on_purpose], judgement(Outcome.FAIL))) == ["FAIL"]


def test_a_waiver_that_is_not_needed_is_told() -> None:
    (each,) = run([waiver()], judgement(Outcome.PASS)).apply("STATUS-13", [judgement(Outcome.PASS)])
    assert each.verdict.outcome is Outcome.PASS
    assert each.verdict.message == "said; the waiver (migration) is no longer needed"
    assert (each.waiver, each.covered) == (None, None)


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.UNKNOWN])
def test_a_waiver_is_needed_while_anything_that_it_names_may_be_wrong(outcome: Outcome) -> None:
    held, other = judgement(Outcome.PASS), judgement(outcome, B)
    assert run([waiver(None)], held, other).apply("STATUS-13", [held]) == [held]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_without_a_waiver_nothing_changes(outcome: Outcome) -> None:
    assert run([], judgement(outcome)).apply("STATUS-13", [judgement(outcome)]) == [judgement(outcome)]


def test_a_count_is_of_what_the_waiver_names() -> None:
    fails = [judgement(Outcome.FAIL, each) for each in (A, B)]
    beside = [judgement(Outcome.FAIL, C, "status.other"), judgement(Outcome.UNKNOWN, "d"), judgement(Outcome.PASS, "e")]
    assert words(run([waiver(None, count=2, code=BAD)], *fails, *beside))[:3] == ["WAIVED", "WAIVED", "FAIL"]
    assert words(run([waiver(None, count=2)], *fails, *beside)) == ["FAIL", "FAIL", "FAIL", "UNKNOWN", "PASS"]
    assert words(run([waiver(None, count=2), waiver(A)], *fails, *beside))[:3] == ["WAIVED", "FAIL", "FAIL"]


def test_a_waiver_that_is_exceeded_is_told() -> None:
    fails = [judgement(Outcome.FAIL, each) for each in (A, B)]
    told = effects(run([waiver("f*", count=1)], *fails), ())
    more = "STATUS-13 f*: 2 do not pass and its count is 1, so none of them is waived"
    assert told == {"waivers_missed": [], "waivers_exceeded": [more]}


FAIL, PASS, UNKNOWN, OTHER = (
    judgement(Outcome.FAIL),
    judgement(Outcome.PASS, B),
    judgement(Outcome.UNKNOWN, C),
    judgement(Outcome.FAIL, "f0", "status.other"),
)


@pytest.mark.parametrize(
    ("waivers", "judgements", "missed"),
    [
        ([waiver()], [FAIL, PASS], []),
        ([waiver(until="2026-11-22")], [PASS], []),
        ([waiver(condition="STATUS-1")], [PASS], []),
        ([waiver(B)], [FAIL, PASS], [f"STATUS-13 {B}: the verdict is PASS"]),
        ([waiver(None)], [PASS, UNKNOWN], ["STATUS-13: the verdicts are 1 PASS, 1 UNKNOWN"]),
        ([waiver(A[:6])], [PASS, FAIL], [f"STATUS-13 {A[:6]}: the condition's subjects are {A}, {B}"]),
        ([waiver("f58*")], [PASS], [f"STATUS-13 f58*: the condition's only subject is {B}"]),
        ([waiver(None), waiver()], [FAIL], [f"STATUS-13 {A}: an earlier waiver covers the same"]),
        (
            [waiver("f*", code=BAD)],
            [OTHER, PASS],
            [f"STATUS-13 f* {BAD}: what does not pass has the code status.other"],
        ),
    ],
)
def test_a_waiver_that_covered_nothing_is_told(
    waivers: list[Waiver], judgements: list[Judgement], missed: list[str]
) -> None:
    assert effects(run(waivers, *judgements), ())["waivers_missed"] == missed


def test_of_a_condition_that_was_judged_in_part_nothing_is_told() -> None:
    assert effects(run([waiver(C)], PASS), ["STATUS-13"])["waivers_missed"] == []


def test_waivers_whose_last_day_is_past_or_near() -> None:
    days = ("2026-11-22", "2026-11-23", "2026-12-07", "2026-12-08")
    told = ends([waiver(until=day) for day in days], TODAY)
    assert {name: [each["until"] for each in listed] for name, listed in told.items()} == {
        "waivers_expired": ["2026-11-22"],
        "waivers_expiring": ["2026-11-23", "2026-12-07"],
    }
