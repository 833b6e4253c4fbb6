"""A run of a part: what -k, -m, --deselect and paths take, and that it is never told as more than that part."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.front_door.page import Page
from tests.front_door.sharing import Seen
from tests.front_door.staging import inventory_with, scene, state_of
from tests.suite import Outcome, Suite

PING_1 = "checks/test_endpoints.py::test_replica_answers_ping"


def again(suite: Suite, seen: Seen, *arguments: str) -> Outcome:
    """A run of a part of the checks on what another run saw."""
    return suite.run(f"--facts={seen.outcome.reports / 'facts.json'}", *arguments)


def replicas_of(seen: Seen) -> list[str]:
    return list(seen.outcome.header["replicas"])


@pytest.mark.parametrize("how", ["--deselect", "-k", "-m and -k"])
def test_a_run_that_leaves_out_one_subject_is_partial_and_lacks_what_is_required(
    suite: Suite, healthy: Seen, how: str
) -> None:
    bad = replicas_of(healthy)[-1]
    arguments = {
        "--deselect": (f"--deselect={PING_1}[{bad}]",),
        "-k": ("-k", f"not (PING-1 and {bad})"),
        "-m and -k": ("-m", "ping", "-k", f"not (PING-1 and {bad})"),
    }[how]
    outcome = again(suite, healthy, *arguments)
    assert outcome.code == 7, outcome.output
    assert outcome.header["left_out"] == {"PING-1": [bad]}
    assert "PING-1" not in outcome.header["deselected"]
    assert "HEALTHY" not in outcome.output
    assert re.search(
        r"demo UNKNOWN: \d+ of \d+ conditions judged; deselected in part: PING-1; required but", outcome.output
    )
    assert f"deselected in part: PING-1 ({bad})" in Page(outcome.reports / "report.html").text


def test_what_is_not_required_and_left_out_at_one_subject_is_partial(suite: Suite, healthy: Seen) -> None:
    bad = replicas_of(healthy)[0]
    outcome = again(suite, healthy, f"--deselect=checks/test_endpoints.py::test_replica_answers_ping_in_time[{bad}]")
    number = len(outcome.header["catalogue"])
    assert outcome.code == 0, outcome.output
    # STORE-2 and MKE-2 are skipped as well: the inventory does not ask for them.
    assert f"demo PARTIAL: {number - 3} of {number} conditions judged; deselected in part: PING-3" in outcome.output


def test_a_problem_whose_subject_is_left_out_is_not_called_resolved(suite: Suite, tmp_path: Path) -> None:
    with scene("registry-502", tmp_path) as cluster:
        bad = state_of(cluster).bad.id
        before = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "challenges")
    facts = f"--facts={before.reports / 'facts.json'}"
    outcome = suite.run(facts, "-k", f"challenges and not {bad}", f"--baseline={before.reports}")
    assert "0 resolved, 1 not judged again" in outcome.output


def test_a_waiver_whose_subject_is_left_out_is_not_said_to_match_nothing(suite: Suite, tmp_path: Path) -> None:
    with scene("registry-502", tmp_path) as cluster:
        bad = state_of(cluster).bad.id
        waivers = [{"condition": "REG-1", "subject": bad, "reason": "known", "until": "2999-12-31"}]
        inventory = inventory_with(cluster, require=[], waivers=waivers)
        outcome = suite.run(f"--inventory={inventory}", "-k", f"challenges and not {bad}")
    assert outcome.code == 0, outcome.output
    assert outcome.header["waivers_missed"] == []


def selected(suite: Suite, seen: Seen, *arguments: str) -> set[tuple[str, str]]:
    """The condition and the subject of each check that a selection takes."""
    outcome = suite.run(f"--facts={seen.outcome.reports / 'facts.json'}", "-W", "error", *arguments)
    assert outcome.code in (0, 7), outcome.output
    return {(line["condition"], line["subject"]) for line in outcome.results}


def conditions(suite: Suite, seen: Seen, *arguments: str) -> set[str]:
    return {condition for condition, _ in selected(suite, seen, *arguments)}


def entries(seen: Seen, **wanted: str) -> set[str]:
    """The conditions of the catalogue with these values."""
    catalogue = seen.outcome.header["catalogue"]
    return {entry["id"] for entry in catalogue if all(entry[key] == value for key, value in wanted.items())}


def test_k_takes_ids_and_areas_as_a_whole(suite: Suite, healthy: Seen) -> None:
    bad = replicas_of(healthy)[-1]
    assert conditions(suite, healthy, "-k", "STATUS-1") == {"STATUS-1"}
    assert conditions(suite, healthy, "-k", "NET") == entries(healthy, area="NET")
    assert conditions(suite, healthy, "-k", "NET or (STATUS-1 and not STATUS)") == entries(healthy, area="NET")
    assert selected(suite, healthy, "-k", f"PING-1 and {bad}") == {("PING-1", bad)}


def test_k_takes_parts_of_names_as_in_pytest(suite: Suite, healthy: Seen) -> None:
    assert conditions(suite, healthy, "-k", "ping_in_time or trusted") == {"PING-3", "TLS-1"}
    assert {"NET-1", "CTR-4"} <= conditions(suite, healthy, "-k", "overlay")


def test_m_takes_severities_areas_and_ids(suite: Suite, healthy: Seen) -> None:
    assert conditions(suite, healthy, "-m", "critical and net") == entries(healthy, area="NET", severity="critical")
    assert conditions(suite, healthy, "-m", "warning and (CTR or ping)") == (
        entries(healthy, area="CTR", severity="warning") | entries(healthy, area="PING", severity="warning")
    )
    assert conditions(suite, healthy, "-m", "STATUS-1 or ping-1") == {"STATUS-1", "PING-1"}


@pytest.mark.parametrize(
    "arguments", [("-k", "STATUS-99"), ("-k", "PING-0"), ("-k", "NODE-9"), ("-m", "PING-1 and net")]
)
def test_what_no_check_has_selects_nothing(suite: Suite, healthy: Seen, arguments: tuple[str, str]) -> None:
    outcome = again(suite, healthy, *arguments)
    assert outcome.code == 5, outcome.output
    assert "conditions judged" not in outcome.output


def test_a_marker_that_is_none_is_refused(suite: Suite, healthy: Seen) -> None:
    outcome = again(suite, healthy, "-m", "STATUS-99")
    assert outcome.code == 4, outcome.output
    assert "Unknown marker(s) in '-m' expression: STATUS-99" in outcome.output


def test_the_markers_are_listed(suite: Suite, healthy: Seen) -> None:
    outcome = suite.run("--markers", "-W", "error", reports=False)
    assert outcome.code == 0, outcome.output
    wanted = {"critical", "warning", *(entry["id"] for entry in healthy.outcome.header["catalogue"])}
    assert wanted | {area.lower() for area in healthy.outcome.header["areas"]} <= set(
        re.findall(r"^@pytest\.mark\.([\w-]+):", outcome.output, re.MULTILINE)
    )
