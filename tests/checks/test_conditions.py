"""Every condition, on facts on which it holds and on facts on which it does not."""

from __future__ import annotations

import pytest

from tests.checks.case import CONDITIONS, Case, judged, verify
from tests.checks.cases import (
    administration,
    containers,
    database_servers,
    database_tables,
    endpoints,
    feeds,
    feeds_compared,
    nodes,
    overlay,
    rethinkdb,
    status_asked,
    status_cluster,
    status_compared,
    tokens,
    ways_in,
)

MODULES = (
    endpoints,
    overlay,
    rethinkdb,
    feeds,
    feeds_compared,
    status_asked,
    status_compared,
    status_cluster,
    database_servers,
    database_tables,
    administration,
    containers,
    nodes,
    tokens,
    ways_in,
)
CASES: list[Case] = [case for module in MODULES for cases in module.CASES for case in cases]


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
    assert set(CONDITIONS[condition].reasons) - given == set()


def test_no_two_cases_are_the_same_one() -> None:
    names = [str(case) for case in CASES]
    assert len(set(names)) == len(names)
