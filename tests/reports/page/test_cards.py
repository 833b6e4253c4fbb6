"""What to do, filled in for all that it is about: whoever copies a command has nothing to look up."""

from __future__ import annotations

import pytest

from reports.diagnosis.diagnosis import diagnose
from reports.diagnosis.grouping import group
from reports.page.cards import Card, cards, other_remedies
from reports.records import Result
from reports.remedies import Remedy, remedies
from tests.reports.samples import IDS, header, healthy, verdict

# The run knows nobody's name who administers MSR.
KNOWN = (
    "<replica id>",
    "<node of the replica>",
    "<address of the replica",
    "<address of MSR>",
    "<mirantis/dtr:",
    "<id of a healthy replica>",
    "<subject>",
    "the node of the replica",
    "the subject",
)
TWO = IDS[:2]


def failing(found: Remedy, *replicas: str) -> list[Result]:
    """A run in which this is what to do about these replicas."""
    own = [
        verdict("STORE-1", each, "FAIL", "wrong", remedy=found.id, about=(f"replica:{each}",), reason="store.wrong")
        for each in replicas
    ]
    return [each for each in healthy() if each.condition != "STORE-1"] + own


def made_of(results: list[Result]) -> list[Card]:
    """The cards of a run."""
    return cards(header(), results, diagnose(header(), results))


@pytest.mark.parametrize("found", remedies().values(), ids=lambda found: found.id)
def test_nothing_that_the_run_knows_is_left_to_fill_in(found: Remedy) -> None:
    made = made_of(failing(found, *TWO))
    shown = [each.remedy for each in made if each.remedy and each.remedy.id == found.id]
    assert len(shown) == 1
    for one in shown[0].commands:
        assert not any(word in f"{one.run} {one.where}" for word in KNOWN), one


def test_there_is_one_command_for_each_replica() -> None:
    made = made_of(failing(remedies()["recover-replica"], *TWO))
    assert made[0].remedy is not None
    run = [one.run for one in made[0].remedy.commands]
    for each in TWO:
        assert sum(f"dtr-rethinkdb-{each}" in line for line in run) >= 1
    assert len(made[0].remedy.commands) == len(set(made[0].remedy.commands))


@pytest.mark.parametrize("name", ["database-links", "ghost-replica", "missing-volume"])
def test_what_only_follows_is_filled_in_too(name: str) -> None:
    results = failing(remedies()["recover-replica"], *TWO)
    made = made_of(results)
    follows = [
        verdict("CTR-1", f"{each}:nginx", "FAIL", "wrong", remedy=name, about=(f"container:nginx-{each}",))
        for each in TWO
    ]
    made[0].follows.extend(group(follows))
    (other,) = other_remedies(header(), results, made)
    shown = other.commands
    assert {each for each in TWO for one in shown if each in one.run} == set(TWO)
    assert not any(word in f"{one.run} {one.where}" for word in KNOWN for one in shown)
