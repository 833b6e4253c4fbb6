"""What checks write and what reports read is the same: neither room imports the other, so this compares them."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from checks.condition import AREAS
from checks.verdict import Outcome, Severity
from fixtures.core import evidence
from fixtures.core.parsing import first_error
from reports import records
from tests.checks.case import CONDITIONS


def test_the_words_of_verdicts_and_their_order() -> None:
    assert [str(each) for each in Outcome] == [str(each) for each in records.VerdictWord]


def test_severities_and_ways_of_knowing() -> None:
    assert {str(each) for each in Severity} == set(get_args(records.Severity))
    assert get_args(evidence.Measured) == get_args(records.Measured)


@pytest.mark.parametrize("kind", evidence.THING_TYPES)
def test_every_type_of_thing_is_in_the_published_schema(kind: str) -> None:
    named = [text for text in (evidence.thing(kind), evidence.thing(kind, "a:b")) if re.fullmatch(records.THING, text)]
    assert named
    assert not re.fullmatch(records.THING, f"un{named[0]}")


def test_whose_failure_it_is() -> None:
    assert {each.name for each in fields(evidence.Because)} == {each.name for each in fields(records.Because)}


def test_every_area_has_a_condition_and_a_title() -> None:
    assert {each.area for each in CONDITIONS.values()} == set(AREAS)


def test_what_is_wrong_with_a_document_is_said_alike() -> None:
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(records.Result).validate_json('{"cluster": 7}')
    with pytest.raises(ValueError, match="cluster") as told:
        records.Result.from_json({"cluster": 7})
    assert str(told.value) == first_error(raised.value, "the line")
