"""Recorded states of a real RethinkDB cluster of three servers, 19 tables each, judged as one replica told them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from checks.engine.evaluate import Judge
from checks.verdict import Outcome
from fixtures.core.store import NoResponse
from lab.embedded import recorded
from tests.checks.case import INVENTORY, Facts, asked, store_of
from tests.checks.documents import document, parsed, put
from tests.checks.facts import THREE, A, B, C

FAIL, WARN, UNKNOWN, PASS = Outcome.FAIL, Outcome.WARN, Outcome.UNKNOWN, Outcome.PASS


def facts(state: str) -> Facts:
    """What replica A told in that state; of the others' nothing is known."""
    rows = recorded.with_times(recorded.tables(state), timedelta(0))
    body = document()
    put(("rethink_system_tables",), rows)(body)
    silent = {("cluster_status", name): NoResponse("http.refused", "connection refused") for name in (B, C)}
    return {("cluster_status", A): parsed(A, body, recorded.recorded_at(state)), **silent}


def found(condition: str, state: str) -> dict[str, Outcome]:
    store = store_of(facts(state))
    judgements = [each for one in asked(condition, INVENTORY) for each in Judge(store, INVENTORY).verdicts(one)]
    assert not [each for each in judgements if each.internal_error]
    return {each.subject: each.verdict.outcome for each in judgements}


@pytest.mark.parametrize(
    ("state", "issues"),
    [
        (recorded.HEALTHY, {A: PASS}),
        (recorded.KILLED, {f"{A}:table_availability": FAIL}),
        (recorded.HUNG, {f"{A}:table_availability": FAIL}),
        (recorded.TWO_DEAD, {f"{A}:table_availability": FAIL}),
    ],
)
def test_issues(state: str, issues: dict[str, Outcome]) -> None:
    assert found("STATUS-3", state) == {**issues, B: UNKNOWN, C: UNKNOWN}


@pytest.mark.parametrize(
    ("state", "critical", "away"),
    [(recorded.KILLED, False, 1), (recorded.HUNG, False, 1), (recorded.TWO_DEAD, True, 2)],
)
def test_how_grave_the_issues_are(state: str, critical: bool, away: int) -> None:
    (one,) = [each for each in asked("STATUS-3", INVENTORY) if each.subject == A]
    (judgement,) = Judge(store_of(facts(state)), INVENTORY).verdicts(one)
    seen = judgement.verdict.seen
    assert (seen["critical"], len(seen["tables"]), len(seen["servers"])) == (critical, 19, away)
    assert judgement.verdict.message.startswith("19 tables: Table `")
    assert f"({'critical' if critical else 'not critical'})" in judgement.verdict.message


@pytest.mark.parametrize(
    ("state", "links"),
    [
        (recorded.HEALTHY, {f"{A}:{B}": PASS, f"{A}:{C}": PASS, f"{B}:{C}": PASS}),
        (recorded.KILLED, {f"{A}:{B}": PASS, f"{A}:{C}": FAIL, f"{B}:{C}": FAIL}),
        (recorded.TWO_DEAD, {f"{A}:{B}": FAIL, f"{A}:{C}": FAIL, f"{B}:{C}": FAIL}),
    ],
)
def test_links(state: str, links: dict[str, Outcome]) -> None:
    assert found("STATUS-8", state) == links


@pytest.mark.parametrize(
    ("state", "tolerated"), [(recorded.HEALTHY, PASS), (recorded.KILLED, WARN), (recorded.TWO_DEAD, WARN)]
)
def test_redundancy(state: str, tolerated: Outcome) -> None:
    assert found("STATUS-14", state) == {"cluster": tolerated}


@pytest.mark.parametrize(
    ("state", "ready"), [(recorded.HEALTHY, PASS), (recorded.KILLED, FAIL), (recorded.TWO_DEAD, FAIL)]
)
def test_tables_are_ready(state: str, ready: Outcome) -> None:
    assert Counter(found("STATUS-11", state).values()) == {ready: 19}


@pytest.mark.parametrize(
    ("state", "copied"),
    [(recorded.HEALTHY, {PASS: 19}), (recorded.KILLED, {PASS: 19}), (recorded.TWO_DEAD, {PASS: 7, FAIL: 12})],
)
def test_tables_have_their_copies(state: str, copied: dict[Outcome, int]) -> None:
    """A copy that cannot be reached stays one; a primary is lost where it was on a server that is gone."""
    assert Counter(found("STATUS-12", state).values()) == copied


@pytest.mark.parametrize("state", [recorded.HEALTHY, recorded.KILLED, recorded.HUNG, recorded.TWO_DEAD])
def test_the_databases_are_there_all_the_time(state: str) -> None:
    assert set(found("STATUS-10", state).values()) == {PASS}


def test_a_server_without_a_row_has_no_address() -> None:
    assert found("STATUS-9", recorded.KILLED) == {A: PASS, B: PASS, C: UNKNOWN}


def test_the_recordings_are_of_the_replicas_of_these_tests() -> None:
    names = {row["name"] for row in recorded.tables()["server_status"]}
    assert names == {f"dtr_rethinkdb_{name}" for name in THREE}
