"""Every scene of the embedded cluster trips what it declared before the run: all of that, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lab import embedded
from reports.results import read
from tests.proof import records
from tests.scenes.scrambling import conclusions, scrambled
from tests.scenes.wording import faults
from tests.suite import BAD, Outcome, Suite, causes

BECAUSE = {"licence-gone": "REG-1"}
"""The condition that everything unseen names, of scenes where nothing else is the cause."""


@pytest.mark.parametrize("scene", embedded.scenes())
def test_scene_trips_what_it_declares(suite: Suite, tmp_path: Path, scene: str) -> None:
    with embedded.start(scene, directory=tmp_path / "lab") as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *cluster.scene.options)
        expected, sound = cluster.expected, cluster.scene.sound
        declared = cluster.expected_causes
    records.keep(records.SCENES, scene, cluster.scene.title, outcome, expected, declared, sound=cluster.scene.sound)
    assert not _differences(outcome.tripped, expected), outcome.output
    assert causes(outcome) == [(each.id, list(each.things), each.offers) for each in declared], outcome.output
    assert not (sound and expected)
    assert outcome.code == _code(outcome), outcome.output
    assert not [each for each in outcome.results if each["reason"] == "run.internal-error"]
    assert "Traceback" not in outcome.output
    # What masks secrets by pattern must not take our own words for one.
    assert not [each["message"] for each in outcome.results if "[masked]" in each["message"]]
    assert [each for each in outcome.results if not _has_evidence(each)] == []
    assert _blamed_in_vain(outcome.results) == []
    if scene in BECAUSE:
        assert _because(outcome.results) == {BECAUSE[scene]}
    run = read(outcome.reports)
    texts = [*(each.message for each in run.results), *_words(outcome)]
    assert {text: found for text in texts if (found := faults(text))} == {}
    assert conclusions(run.header, scrambled(run.results)) == conclusions(run.header, run.results)


def _words(outcome: Outcome) -> list[str]:
    """What a person reads of the causes."""
    return [each[name] for each in outcome.causes for name in ("text", "impact", "step")]


def _has_evidence(line: dict[str, Any]) -> bool:
    """Whatever is wrong says why, what is at fault, and how that is known; what was not seen, whose failure it is."""
    if line["verdict"] not in BAD:
        return line["reason"] is None
    how = line["because"] if line["verdict"] == "UNKNOWN" else line["measured"]
    return all((line["reason"], line["about"], how))


def _because(lines: Sequence[dict[str, Any]]) -> set[str | None]:
    """The conditions that what was not seen names."""
    return {line["because"]["condition"] for line in lines if line["verdict"] == "UNKNOWN"}


def _blamed_in_vain(lines: Sequence[dict[str, Any]]) -> list[str]:
    """What was not seen because of a verdict that does not exist, or that found nothing wrong.

    A condition may judge parts of what it looks at: TOKEN-1 at admin:f2277ad178f7 is told for each scope.
    """
    bad = [(line["condition"], set(line["subject"].split(":"))) for line in lines if line["verdict"] in BAD]
    blamed = {
        (because["condition"], because["subject"])
        for line in lines
        if (because := line["because"]) and because["condition"]
    }
    return [
        f"{condition} {subject}"
        for condition, subject in sorted(blamed)
        if not any(condition == other and set(subject.split(":")) <= parts for other, parts in bad)
    ]


def _differences(tripped: Mapping[tuple[str, str], str], expected: Mapping[tuple[str, str], str]) -> list[str]:
    """What was tripped and is not declared in the scene, and the other way round."""
    found = [f"{' '.join(key)} is {word}, not declared" for key, word in sorted(tripped.items() - expected.items())]
    return found + [
        f"{' '.join(key)} is not {word} as declared" for key, word in sorted(expected.items() - tripped.items())
    ]


def _code(outcome: Outcome) -> int:
    """A FAIL is critical, since the failure of a warning is a WARN; of what is UNKNOWN only the critical counts.

    For a question that is asked alone, what is SKIPPED was not seen, either.
    """
    if "FAIL" in outcome.tripped.values():
        return 1
    unseen = ("UNKNOWN", "SKIPPED") if (outcome.header["question"] or {}).get("name") == "ok-to-stop" else ("UNKNOWN",)
    unknown = [each for each in outcome.results if each["verdict"] in unseen and each["severity"] == "critical"]
    return 7 if unknown else 0
