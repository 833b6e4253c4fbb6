"""The catalogue of conditions is closed: each says all that it must, and no two say the same."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from typing import Any, cast

import pytest

import checks
import checks.condition
from checks.condition import CRITICAL, GUIDE_SECTIONS, WARNING, CatalogueError, Condition, condition
from checks.verdict import Verdict, passed
from fixtures.core.dimensions import DIMENSIONS
from fixtures.core.probe import split_form
from reports.remedies import remedies
from tests.checks.case import CONDITIONS

EVERY = [pytest.param(each, id=name) for name, each in sorted(CONDITIONS.items())]
COMPLETE: dict[str, Any] = {"severity": CRITICAL, "documented": "Cluster status", "remedy": "read-the-logs"}


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> dict[str, Condition]:
    """The catalogue, with nothing in it for the while of a test."""
    nothing: dict[str, Condition] = {}
    monkeypatch.setattr(checks.condition, "CATALOGUE", nothing)
    return nothing


def test_holds() -> Verdict:
    """It holds."""
    return passed()


test_holds.__test__ = False  # type: ignore[attr-defined]


def test_a_complete_one_is_registered(empty: dict[str, Condition]) -> None:
    check = condition("NEW-1", **COMPLETE)(test_holds)
    new = empty["NEW-1"]
    assert check is test_holds
    assert check.__condition__ is new  # type: ignore[attr-defined]
    assert (new.area, new.title, new.owns) == ("NEW", "It holds.", False)


@pytest.mark.parametrize("condition_id", ["", "NEW", "new-1", "NEW-", "NEW-1a", "NEW_1", "NEW-1\n"])
def test_an_id_that_is_none(empty: dict[str, Condition], condition_id: str) -> None:
    with pytest.raises(CatalogueError, match="AREA-NUMBER"):
        condition(condition_id, **COMPLETE)(test_holds)
    assert not empty


@pytest.mark.parametrize("missing", ["documented", "remedy", "severity"])
def test_something_missing(empty: dict[str, Condition], missing: str) -> None:
    with pytest.raises(CatalogueError, match=f"NEW-1 has no {missing}"):
        condition("NEW-1", **{**COMPLETE, missing: cast(Any, "")})(test_holds)
    assert not empty


def test_a_severity_must_be_given() -> None:
    with pytest.raises(TypeError, match="severity"):
        condition("NEW-1", documented="Cluster status", remedy="read-the-logs")  # type: ignore[call-arg]


def test_a_check_without_a_docstring(empty: dict[str, Condition]) -> None:
    def silent() -> Verdict:
        return passed()

    with pytest.raises(CatalogueError, match="NEW-1 has no title"):
        condition("NEW-1", **COMPLETE)(silent)
    assert not empty


def test_an_id_that_is_taken(empty: dict[str, Condition]) -> None:
    condition("NEW-1", **COMPLETE)(test_holds)
    first = empty["NEW-1"]
    with pytest.raises(CatalogueError, match="two checks are named NEW-1"):
        condition("NEW-1", **COMPLETE)(test_holds)
    assert empty == {"NEW-1": first}


# --- the conditions that there are ----------------------------------------------------------------------------------


def test_every_check_is_a_condition() -> None:
    for module in pkgutil.iter_modules(checks.__path__):
        members = vars(importlib.import_module(f"checks.{module.name}"))
        for name, member in members.items():
            if name.startswith("test_") and inspect.isfunction(member):
                assert any(each.check is member for each in CONDITIONS.values()), f"{module.name}.{name}"


@pytest.mark.parametrize("each", EVERY)
def test_its_remedy_exists(each: Condition) -> None:
    assert each.remedy in remedies()


@pytest.mark.parametrize("each", EVERY)
def test_its_source_is_a_section_of_the_guide_or_beyond_it(each: Condition) -> None:
    assert each.documented in GUIDE_SECTIONS or each.documented.startswith("Beyond the guide: ")
    assert (each.guide is None) == each.documented.startswith("Beyond")
    if each.guide:
        assert re.fullmatch(r"https://docs\.mirantis\.com/\S+\.html#[a-z-]+", each.guide)


@pytest.mark.parametrize("each", EVERY)
def test_its_title_is_one_sentence(each: Condition) -> None:
    assert each.title.endswith(".")
    assert len(each.title) <= 120
    assert each.entry()["title"] == each.title


@pytest.mark.parametrize("each", EVERY)
def test_it_asks_only_for_what_there_is(each: Condition) -> None:
    for name in inspect.signature(each.check).parameters:
        assert name in DIMENSIONS or split_form(name) or name in ("inventory", "options"), name


@pytest.mark.parametrize("each", EVERY)
def test_its_severity_is_one_of_the_two(each: Condition) -> None:
    assert each.severity in (CRITICAL, WARNING)
    assert each.entry()["severity"] in ("critical", "warning")


def test_each_way_in_has_one_owner() -> None:
    owners = {each.id for each in CONDITIONS.values() if each.owns}
    assert owners == {
        "PING-1", "PING-2", "NGINX-1", "STATUS-1", "REG-1", "MKE-1", "TOKEN-0", "TOKEN-1", "FEED-1", "NODE-1", "RDB-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("condition_id", "reason", "remedy"),
    [
        ("RDB-1", "rdb.refused", "database-silent"),
        ("RDB-1", "rethinkdb.login-refused", "database-silent"),
        ("RDB-1", "rdb.memory-error", "database-memory"),
        ("RDB-1", "rdb.table-availability", "rethinkdb-issues"),
        ("RDB-1", None, "rethinkdb-issues"),
        ("STATUS-1", "status.login-refused", "check-credentials"),
        ("STATUS-1", "status.refused", "read-the-logs"),
        ("STATUS-6", "status.replica-missing", "missing-replica"),
        ("STATUS-6", "status.ghost-replica", "ghost-replica"),
    ],
)
def test_what_to_do_is_that_of_the_reason(condition_id: str, reason: str | None, remedy: str) -> None:
    assert CONDITIONS[condition_id].remedy_for(reason) == remedy
