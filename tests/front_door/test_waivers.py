"""Waivers through the front door: what they cover by pattern, code and count, and what a run says of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.front_door.page import Page
from tests.front_door.staging import inventory_with, scene, state_of
from tests.suite import Outcome, Suite

STRICT = "--fail-on=warning"
READ_ONLY = "status.read-only"


def waiver(condition: str = "STATUS-13", **keys: Any) -> dict[str, Any]:
    return {"condition": condition, "reason": "migration", "until": "2999-12-31"} | keys


def run(
    suite: Suite,
    directory: Path,
    *waivers: dict[str, Any],
    read_only: int = 1,
    play: str = "healthy",
    selected: str = "takes_writes",
    require: tuple[str, ...] = (),
) -> Outcome:
    """A run of one condition, at a cluster whose last replicas are read-only."""
    with scene(play, directory) as cluster:
        replicas = state_of(cluster).replicas
        for replica in replicas[len(replicas) - read_only :]:
            replica.read_only = True
        inventory = inventory_with(cluster, require=list(require), waivers=list(waivers))
        return suite.run(f"--inventory={inventory}", "-k", selected, STRICT)


def alerts(suite: Suite, directory: Path, *waivers: dict[str, Any], require: tuple[str, ...] = ()) -> Outcome:
    """A run that cannot check whether there are alerts, and passes beside."""
    selected = "no_alert or in_time"
    scene_of = "alerts-and-jobs-unreadable"
    return run(suite, directory, *waivers, read_only=0, play=scene_of, selected=selected, require=require)


def words(outcome: Outcome) -> list[str]:
    """The verdicts, replica by replica."""
    return [outcome.verdicts[key] for key in sorted(outcome.verdicts)]


def said(outcome: Outcome, sentence: str) -> None:
    """The terminal and the page both say it."""
    assert sentence in outcome.output
    assert sentence.partition(": ")[2] in Page(outcome.reports / "report.html").text


def test_a_pattern_and_a_code_cover_what_they_name(suite: Suite, tmp_path: Path) -> None:
    outcome = run(suite, tmp_path, waiver(subject="f3*"), waiver(subject="*5*", code=READ_ONLY, ticket="CHG-1"))
    assert (outcome.code, words(outcome)) == (0, ["PASS", "PASS", "WAIVED"])
    line = outcome.results[-1]
    assert line["reason"] == READ_ONLY
    assert line["waiver"] == {"reason": "migration", "ticket": "CHG-1", "until": "2999-12-31", "covered": "WARN"}
    unneeded = [each["subject"][:2] for each in outcome.results if "no longer needed" in each["message"]]
    assert unneeded == ["f3"]
    said(outcome, "Waiver covered nothing in this run: STATUS-13 f3*: the verdict is PASS")


def test_another_code_covers_nothing(suite: Suite, tmp_path: Path) -> None:
    outcome = run(suite, tmp_path, waiver(code="status.readonly-not-reported"))
    assert (outcome.code, words(outcome)) == (1, ["PASS", "PASS", "WARN"])
    said(
        outcome,
        "Waiver covered nothing in this run: STATUS-13 status.readonly-not-reported:"
        " what does not pass has the code status.read-only",
    )


@pytest.mark.parametrize(("read_only", "count", "covers"), [(1, 1, True), (2, 2, True), (2, 1, False), (3, 2, False)])
def test_more_than_its_count_is_not_covered_at_all(
    suite: Suite, tmp_path: Path, read_only: int, count: int, covers: bool
) -> None:
    outcome = run(suite, tmp_path, waiver(count=count), read_only=read_only)
    assert words(outcome)[-read_only:] == ["WAIVED" if covers else "WARN"] * read_only
    assert outcome.code == (0 if covers else 1)
    assert len(outcome.header["waivers_exceeded"]) == (0 if covers else 1)
    assert outcome.header["waivers_missed"] == []
    if not covers:
        more = f"STATUS-13: {read_only} do not pass and its count is {count}, so none of them is waived"
        said(outcome, f"Waiver exceeded: {more}")


def test_what_could_not_be_checked_is_covered_on_purpose_alone(suite: Suite, tmp_path: Path) -> None:
    usual = alerts(suite, tmp_path / "1", waiver("ALERT-1"))
    assert (usual.code, words(usual)) == (7, ["UNKNOWN", "PASS", "PASS", "PASS"])
    said(usual, "Waiver covered nothing in this run: ALERT-1: the verdict is UNKNOWN")
    outcome = alerts(suite, tmp_path / "2", waiver("ALERT-1", covers=["unknown"]))
    assert (outcome.code, words(outcome)) == (0, ["WAIVED", "PASS", "PASS", "PASS"])
    assert outcome.of("ALERT-1", "cluster")["waiver"]["covered"] == "UNKNOWN"
    assert "demo PARTIAL: 1 of" in outcome.output
    required = alerts(suite, tmp_path / "3", waiver("ALERT-1", covers=["unknown"]), require=("ALERT-1",))
    assert required.code == 7
    assert "required but not judged: ALERT-1" in required.output


def test_a_waiver_of_what_could_not_be_checked_covers_no_failure(suite: Suite, tmp_path: Path) -> None:
    outcome = run(suite, tmp_path, waiver(covers=["unknown"]))
    assert (outcome.code, words(outcome)) == (1, ["PASS", "PASS", "WARN"])
    said(outcome, "Waiver covered nothing in this run: STATUS-13: the verdicts are 2 PASS, 1 WARN")


def test_what_an_earlier_waiver_covers_is_told(suite: Suite, tmp_path: Path) -> None:
    outcome = run(suite, tmp_path, waiver(), waiver(subject="f5*"))
    assert words(outcome)[-1] == "WAIVED"
    said(outcome, "Waiver covered nothing in this run: STATUS-13 f5*: an earlier waiver covers the same")


def test_fourteen_days_before_its_end_a_waiver_is_announced(suite: Suite, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    ends = {days: (today + timedelta(days=days)).isoformat() for days in (-1, 0, 1, 14, 15)}
    outcome = run(suite, tmp_path, *(waiver(until=end, ticket=f"CHG-{days}") for days, end in ends.items()))
    if datetime.now(UTC).date() != today:
        pytest.skip("midnight passed")
    assert [each["until"] for each in outcome.header["waivers_expiring"]] == [ends[0], ends[1], ends[14]]
    page = Page(outcome.reports / "report.html").text.replace(" :", ":")
    for days, when in ((0, "today"), (1, "in 1 day"), (14, "in 14 days")):
        assert f"Waiver expires {when} ({ends[days]}): STATUS-13, migration" in outcome.output
        assert f"STATUS-13: expires {when} ({ends[days]}), CHG-{days}, migration" in page
    assert f"Waiver expired ({ends[-1]}): STATUS-13, migration" in outcome.output
    assert ends[15] not in outcome.output


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (
            {"code": "status.readonly"},
            "waivers[0].code: STATUS-13 has no reason status.readonly; did you mean status.read",
        ),
        ({"code": "net.lost-packets"}, "waivers[0].code: STATUS-13 has no reason net.lost-packets"),
        ({"code": "http.timeout"}, "http.timeout is a reason of UNKNOWN: add covers: [unknown]"),
        ({"code": "read-only"}, "waivers[0].code: must be a reason code such as status.read-only"),
        ({"subject": "f5?"}, "waivers[0].subject: must be a subject as the report shows it"),
        ({"count": 0}, "waivers[0].count: must be 1 or more"),
        ({"covers": ["unkown"]}, "waivers[0].covers[0]: must be fail, warn or unknown"),
        ({"covers": []}, "waivers[0].covers: must have at least one item"),
    ],
)
def test_a_mistake_is_told_in_words(suite: Suite, tmp_path: Path, keys: dict[str, Any], words: str) -> None:
    outcome = run(suite, tmp_path, waiver(**keys))
    assert outcome.code == 4, outcome.output
    assert words in outcome.output
    assert "Traceback" not in outcome.output
