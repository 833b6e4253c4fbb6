"""Names in an inventory that the catalogue does not have."""

from __future__ import annotations

from typing import Any

import pytest

from checks.engine.inventory_names import refuse_unknown_names
from tests.checks.case import CONDITIONS
from tests.checks.facts import inventory

WAIVER = {"reason": "known", "until": "2026-12-01"}


def told(**changes: Any) -> str:
    """Why an inventory is refused that names conditions."""
    with pytest.raises(pytest.UsageError) as caught:
        refuse_unknown_names(inventory(**changes), CONDITIONS.values())
    return str(caught.value)


def waived(condition: str, code: str, **keys: Any) -> dict[str, Any]:
    return {"waivers": [{**WAIVER, "condition": condition, "code": code, **keys}]}


def test_conditions_areas_and_reasons_that_there_are_may_be_named() -> None:
    waivers = [{**WAIVER, "condition": "STATUS-13", "code": "status.read-only"}, {**WAIVER, "condition": "TLS-2"}]
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


@pytest.mark.parametrize(
    ("condition", "code", "words"),
    [
        ("STATUS-13", "status.readonly", "STATUS-13 has no reason status.readonly; did you mean status.read-only"),
        ("PING-1", "ping.refsed", "PING-1 has no reason ping.refsed; did you mean ping.refused"),
        ("STATUS-13", "ssh.max-session", "did you mean ssh.max-sessions"),
        ("STATUS-13", "x.y", "its reasons are status.read-only, status.readonly-not-reported"),
        ("STATUS-13", "http.timeout", "http.timeout is a reason of UNKNOWN: add covers: [unknown]"),
    ],
)
def test_a_reason_that_the_condition_never_gives(condition: str, code: str, words: str) -> None:
    assert words in told(**waived(condition, code))


@pytest.mark.parametrize(("condition", "code"), [("PING-1", "ping.refused"), ("STATUS-13", "http.timeout")])
def test_reasons_of_no_response_and_of_what_could_not_be_checked(condition: str, code: str) -> None:
    changes = waived(condition, code, covers=["fail", "unknown"])
    refuse_unknown_names(inventory(**changes), CONDITIONS.values())
