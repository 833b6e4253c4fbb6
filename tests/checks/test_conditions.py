"""Every condition, on facts on which it holds and on facts on which it does not."""

from __future__ import annotations

import pytest

from fixtures.loading import load_modules
from tests.checks import cases
from tests.checks.case import CONDITIONS, Case, judged, verify

CASES: list[Case] = [case for module in load_modules(cases) for each in module.CASES for case in each]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_says_what_the_facts_say(case: Case) -> None:
    verify(case)


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
def test_each_condition_has_a_case_that_holds_and_one_that_fails(condition: str) -> None:
    own = [case for case in CASES if case.condition == condition]
    assert any(case.holds for case in own), f"no case shows that {condition} can hold"
    assert any(case.fails for case in own), f"no case shows that {condition} can fail"


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
def test_every_reason_of_a_condition_is_given_by_a_case(condition: str) -> None:
    own = [case for case in CASES if case.condition == condition]
    given = {each.verdict.reason for case in own for each in judged(case).values()}
    missing = set(CONDITIONS[condition].reasons) - given
    assert not missing, f"no case of {condition} gives {', '.join(sorted(missing))}"


def test_no_two_cases_are_the_same_one() -> None:
    names = [str(case) for case in CASES]
    assert len(set(names)) == len(names)
