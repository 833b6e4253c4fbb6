"""summary.json, by its schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reports.formats.summary import render, schema
from reports.overview import overview
from reports.records import Result
from tests.reports.samples import cut_off, dead, ended, healthy, killed, mixed, refused


def made(results: list[Result]) -> Any:
    return json.loads(render(overview(ended(results))))


@pytest.mark.parametrize("results", [healthy(), dead(), cut_off(), refused(), mixed()])
def test_it_is_as_its_schema_says(results: list[Result]) -> None:
    Draft202012Validator.check_schema(schema())
    found = made(results)
    assert not list(Draft202012Validator(schema()).iter_errors(found))
    assert sum(found["verdicts"].values()) == len(results)
    assert sum(number for area in found["areas"].values() for number in area.values()) == len(results)


def test_it_names_the_cause_and_what_was_not_judged() -> None:
    found = made(dead())
    assert (found["state"], found["exit_code"], found["whole"]) == ("FAILED", 1, True)
    assert "f3712d9c419a" in found["causes"][0]["text"]
    assert found["causes"][0]["step"]
    assert found["conditions"]["judged"] + len(found["conditions"]["not_judged"]) == found["conditions"]["total"] == 33


def test_a_killed_run_is_not_whole() -> None:
    found = json.loads(render(overview(killed(healthy()))))
    assert (found["whole"], found["ended"]) == (False, None)


def test_a_waiver_is_named() -> None:
    assert {each["waiver"]["ticket"] for each in made(mixed())["waived"]} == {"CHG-1234"}
