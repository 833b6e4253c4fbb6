"""The catalogue of conditions is closed: each says all that it must, and no two say the same."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

import checks
import checks.condition
from checks.condition import CRITICAL, GUIDE_SECTIONS, WARNING, CatalogueError, Condition, Reason, condition
from checks.verdict import Verdict, passed
from reports.diagnosis.engine import KINDS, RECOVERED
from reports.remedies import remedies
from tests.checks.case import CONDITIONS

EVERY = [pytest.param(each, id=name) for name, each in sorted(CONDITIONS.items())]
COMPLETE: dict[str, Any] = {
    "severity": CRITICAL,
    "documented": "Cluster status",
    "remedy": "read-the-logs",
    "reasons": {"ping.unhealthy": "it answers that it is not healthy"},
}


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
    check = condition("PING-90", **COMPLETE)(test_holds)
    new = empty["PING-90"]
    assert check is test_holds
    assert check.__condition__ is new  # type: ignore[attr-defined]
    assert (new.area, new.title, new.owns) == ("PING", "It holds.", False)


@pytest.mark.parametrize("condition_id", ["", "PING", "ping-90", "PING-", "PING-90a", "PING_90", "PING-90\n"])
def test_an_id_that_is_none(empty: dict[str, Condition], condition_id: str) -> None:
    with pytest.raises(CatalogueError, match="AREA-NUMBER"):
        condition(condition_id, **COMPLETE)(test_holds)
    assert not empty


@pytest.mark.parametrize("missing", ["documented", "remedy", "severity", "reasons"])
def test_something_missing(empty: dict[str, Condition], missing: str) -> None:
    with pytest.raises(CatalogueError, match=f"PING-90 has no {missing}"):
        condition("PING-90", **{**COMPLETE, missing: cast(Any, {} if missing == "reasons" else "")})(test_holds)
    assert not empty


def test_a_severity_must_be_given() -> None:
    with pytest.raises(TypeError, match="severity"):
        condition("PING-90", documented="x", remedy="x", reasons={})  # type: ignore[call-arg]


def test_an_area_that_there_is_not(empty: dict[str, Condition]) -> None:
    with pytest.raises(CatalogueError, match=r"area NOD, which does not exist; did you mean NODE"):
        condition("NOD-1", **COMPLETE)(test_holds)
    assert not empty


@pytest.mark.parametrize("code", ["ping", "ping.", "status.unhealthy", "ping.Un_healthy", "ping.un healthy"])
def test_a_reason_that_is_none(empty: dict[str, Condition], code: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(f"{code!r} is no reason of PING-90")):
        condition("PING-90", **{**COMPLETE, "reasons": {code: "so"}})(test_holds)
    assert not empty


def test_a_reason_may_have_a_remedy_of_its_own(empty: dict[str, Condition]) -> None:
    reasons = {"ping.a": "as the condition", "ping.b": Reason("otherwise", remedy="not-tls")}
    condition("PING-90", **{**COMPLETE, "reasons": reasons, "owns": True})(test_holds)
    new = empty["PING-90"]
    assert [new.remedy_for(code) for code in ("ping.a", "ping.b", None)] == [
        "read-the-logs",
        "not-tls",
        "read-the-logs",
    ]
    assert [new.allows(code) for code in ("ping.a", "http.refused", "ping.refused", "ping.c", None)] == [
        *(True, True, True, False, False)
    ]


def test_a_check_without_a_docstring(empty: dict[str, Condition]) -> None:
    def silent() -> Verdict:
        return passed()

    with pytest.raises(CatalogueError, match="PING-90 has no title"):
        condition("PING-90", **COMPLETE)(silent)
    assert not empty


def test_an_id_that_is_taken(empty: dict[str, Condition]) -> None:
    condition("PING-90", **COMPLETE)(test_holds)
    first = empty["PING-90"]
    with pytest.raises(CatalogueError, match="two checks are named PING-90"):
        condition("PING-90", **COMPLETE)(test_holds)
    assert empty == {"PING-90": first}


# --- the conditions that there are ----------------------------------------------------------------------------------


def remedies_of(each: Condition) -> set[str]:
    named = {each.remedy, each.no_response_remedy, *(reason.remedy for reason in each.reasons.values())}
    return {remedy for remedy in named if remedy}


@pytest.mark.parametrize("each", EVERY)
def test_its_remedies_exist(each: Condition) -> None:
    missing = remedies_of(each) - set(remedies())
    assert not missing, f"reports/remedies.yaml has no {', '.join(missing)}"


def test_every_remedy_is_of_a_condition_or_of_a_cause() -> None:
    of_causes = {RECOVERED, *(name for kind in KINDS for name in (kind.remedy, *kind.others))}
    named = set().union(*map(remedies_of, CONDITIONS.values())) | of_causes
    assert not set(remedies()) - named, "no condition, no reason and no cause names these remedies"


def test_the_remedy_of_a_cause_exists() -> None:
    named = [(kind.id, name) for kind in KINDS for name in (kind.remedy, *kind.others) if name]
    assert [each for each in named if each[1] not in remedies()] == []


@pytest.mark.parametrize("each", EVERY)
def test_what_its_reasons_mean_is_said_in_a_few_words(each: Condition) -> None:
    for reason in each.reasons.values():
        assert 3 < len(reason.meaning) <= 120
        assert not reason.meaning.endswith(".")


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
        ("RDB-1", "rdb.db-name-collision", "name-collision"),
        ("RDB-1", "rdb.table-name-collision", "name-collision"),
        ("STATUS-1", "status.forbidden", "check-credentials"),
        ("STATUS-1", "status.refused", "read-the-logs"),
        ("STATUS-3", "status.log-write-error", "database-log"),
        ("STATUS-3", "status.non-transitive-error", "database-links"),
        ("STATUS-3", "status.outdated-index", "outdated-index"),
        ("STATUS-3", "status.server-name-collision", "name-collision"),
        ("STATUS-3", "status.unknown-issue", "rethinkdb-issues"),
        ("STATUS-6", "status.replica-missing", "missing-replica"),
        ("STATUS-6", "status.ghost-replica", "ghost-replica"),
        ("PING-1", "ping.not-tls", "not-tls"),
        ("PING-1", "ping.unresolved", "unreached-address"),
        ("TOKEN-0", "token.server-error", "token-service"),
        ("NET-1", "net.not-attached", "not-attached"),
        ("NET-1", "net.no-network", "network-itself"),
        ("NODE-1", "node.drained", "drained-node"),
        ("NODE-1", "node.paused", "drained-node"),
        ("NODE-1", "node.not-in-swarm", "not-in-the-swarm"),
    ],
)
def test_what_to_do_is_that_of_the_reason(condition_id: str, reason: str | None, remedy: str) -> None:
    assert CONDITIONS[condition_id].remedy_for(reason) == remedy
