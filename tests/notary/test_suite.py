"""The suite against real programs: what it says of them sound, just published to, and damaged; and what it asks."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from lab.notary import DAMAGES, Notary, missing
from tests.notary.asking import Asker
from tests.suite import Outcome, Suite

LACKING = missing()
BLACKOUT = 60.0
"""Seconds that a record of the product is old when its feed first tells it."""

LARGEST_PAGE = 1000
GIVEN_UP = 499
"""nginx's own status: whoever asked did not wait any longer."""


@pytest.fixture
def aged(lab: Notary, asker: Asker) -> Notary:
    """The lab when no record is younger than any that the product would tell."""
    newest = max(datetime.fromisoformat(record["CreatedAt"]) for record in asker.feed())
    time.sleep(max(0.0, newest.timestamp() + BLACKOUT + 1 - time.time()))
    return lab


def _run(suite: Suite, lab: Notary) -> Outcome:
    return suite.run(f"--inventory={lab.inventory}")


def test_sound_programs_are_found_sound(suite: Suite, aged: Notary) -> None:
    outcome = _run(suite, aged)
    assert outcome.tripped == {}, outcome.output
    assert outcome.code == 0
    judged = {condition for condition, _ in outcome.verdicts}
    assert {f"TOKEN-{number}" for number in range(5)} | {f"FEED-{number}" for number in range(1, 10)} <= judged
    told = {each["condition"] for each in outcome.results if each["verdict"] == "PASS"}
    # The inventory names no sample of blobs and no client bundle of MKE, and no share is behind the registries.
    assert judged - told == {"STORE-2", "STORE-3", "MKE-2"}


def test_it_only_reads_and_asks_nothing_dangerous(suite: Suite, aged: Notary) -> None:
    """From nginx's own log: a page of more than 1000 records ends notary-server, a plain timestamp.json can write."""
    before = len(aged.fronts.requests)
    _run(suite, aged)
    asked = aged.fronts.requests[before:]
    assert {each.method for each in asked} == {"GET", "HEAD"}
    heads = [each.target for each in asked if each.method == "HEAD"]
    assert not [target for target in heads if not re.fullmatch(r"/v2/library/alpine/blobs/sha256:[0-9a-f]{64}", target)]
    paths = Counter(urlsplit(each.target).path for each in asked)
    trust = [path for path in paths if "/_trust/tuf/" in path]
    assert trust
    allowed = r"/_trust/tuf/(timestamp\.[0-9a-f]{64}|[1-9][0-9]*\.timestamp)\.json$"
    assert not [path for path in trust if not re.search(allowed, path)]
    pages = [parse_qs(urlsplit(each.target).query) for each in asked if "/_trust/changefeed" in each.target]
    assert pages
    assert all(abs(int(page["records"][0])) <= LARGEST_PAGE for page in pages if "records" in page)
    assert not [page for page in pages if page.get("change_id") == ["1"]]


def test_what_was_just_published_is_found_too_young(suite: Suite, tmp_path: Path) -> None:
    if LACKING:
        pytest.skip(LACKING)
    with Notary(tmp_path / "lab") as lab:
        expect = lab.expectations()
        expect.fail("FEED-4", *expect.feeds)
        outcome = _run(suite, lab)
    assert outcome.tripped == expect.verdicts, outcome.output
    assert outcome.code == 1


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_and_nothing_else(suite: Suite, aged: Notary, damage: str) -> None:
    before = len(aged.fronts.requests)
    with DAMAGES[damage].to(aged) as expected:
        outcome = _run(suite, aged)
        asked = aged.fronts.requests[before:]
    assert outcome.tripped == expected, outcome.output
    assert outcome.code == (1 if expected else 0)
    # Of a frozen server FEED-1 waits for every feed. All else gives up after two silences; two more may have begun.
    unanswered = Counter(each.replica for each in asked if each.status == GIVEN_UP)
    assert max(unanswered.values(), default=0) <= len(aged.expectations().feeds) + 4


def test_one_young_record_is_found_in_its_two_feeds(suite: Suite, aged: Notary) -> None:
    """After a deletion a repository is signed anew: that, and its age alone, is what there is to see."""
    aged.publisher.first("library/gone")
    outcome = _run(suite, aged)
    assert outcome.tripped == {("FEED-4", "global"): "FAIL", ("FEED-4", "library.gone"): "FAIL"}, outcome.output
