"""What the feed tells of what was published, and what nginx writes down of who asked."""

from __future__ import annotations

import hashlib
import re
import time
from typing import Any

import pytest

from lab.nginx import Logged
from lab.notary import history
from tests.notary.asking import CATALOG, GLOBAL, Asker

CREATED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def test_the_feed_tells_what_was_published(asker: Asker) -> None:
    records = asker.feed()[: len(history.RECORDS)]
    guns = [(record["GUN"], record["Version"]) for record in records]
    assert guns == [(f"{asker.lab.users}/{repository}", version) for repository, version in history.RECORDS]
    for record in records:
        assert list(record) == ["ID", "CreatedAt", "GUN", "Version", "SHA256", "Category"]
        assert CREATED.fullmatch(record["CreatedAt"])
        deleted = record["Version"] == 0
        assert record["Category"] == ("deletion" if deleted else "update")
        assert re.fullmatch("" if deleted else "[0-9a-f]{64}", record["SHA256"])
    assert len({record["ID"] for record in records}) == len(records)


def test_what_was_just_published_is_told_at_once(asker: Asker) -> None:
    """The memory store has no 60 seconds of delay: the newest record is there as soon as the client is done."""
    before = asker.feed()
    asker.lab.publisher.first("library/young")
    assert asker.feed()[:-1] == before


def test_a_repository_has_the_global_feeds_records_of_it(asker: Asker) -> None:
    everything = asker.feed()
    for repository in {repository for repository, _ in history.RECORDS}:
        gun = f"{asker.lab.users}/{repository}"
        assert asker.feed(repository) == [record for record in everything if record["GUN"] == gun]
    assert asker.feed("library/unknown") == []


def test_pages_forwards_and_backwards_are_the_same_records(asker: Asker) -> None:
    everything = asker.feed()
    forwards: list[dict[str, Any]] = []
    last = "0"
    while page := asker.feed(records=4, change_id=last):
        forwards += page
        last = page[-1]["ID"]
    backwards: list[dict[str, Any]] = []
    first = "-1"
    while page := asker.feed(records=-4, change_id=first):
        backwards = page + backwards
        first = page[0]["ID"]
        if first == everything[0]["ID"]:
            break
    assert forwards == backwards == everything


@pytest.mark.parametrize("replica", [0, 1, 2])
def test_every_replica_tells_the_same(asker: Asker, replica: int) -> None:
    token = asker.token("admin", CATALOG)
    answer = asker.get(f"{GLOBAL}?records=100&change_id=0", token, replica=replica)
    assert answer.json()["records"] == asker.feed()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_the_hash_of_an_update_fetches_that_timestamp(asker: Asker) -> None:
    newest = asker.feed("finance/ledger")[-1]
    path = f"/v2/{newest['GUN']}/_trust/tuf/timestamp.{newest['SHA256']}.json"
    answer = asker.get(path, asker.token("admin", asker.scope("finance/ledger")))
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == newest["SHA256"]
    assert answer.json()["signed"]["version"] == newest["Version"]
    gone = next(record for record in asker.feed("library/gone") if record["Version"] == 1)
    path = f"/v2/{gone['GUN']}/_trust/tuf/timestamp.{gone['SHA256']}.json"
    assert asker.get(path, asker.token("admin", asker.scope("library/gone"))).status_code == 404


def test_nginx_writes_down_what_was_asked_at_which_replica(asker: Asker) -> None:
    feed = f"{GLOBAL}?records=10&change_id=0&this=test"
    asker.get("/nginx_status?this=test", replica=1)
    asker.get(feed, asker.token("ci", CATALOG), replica=2, method="POST")
    asker.token_answer("ci", CATALOG, "this=test", password="wrong")
    first, second, third = asker.lab.fronts.replicas
    status, changes, token = _logged(asker, "this", 3)
    assert (status.replica, status.method, status.target) == (second, "GET", "/nginx_status?this=test")
    assert (status.status, status.user) == (200, None)
    assert (changes.replica, changes.method, changes.target) == (third, "POST", feed)
    assert (changes.status, changes.user) == (401, None)
    assert token.target.startswith("/auth/token?")
    assert (token.replica, token.method, token.status, token.user) == (first, "GET", 401, "ci")
    assert status.time <= changes.time <= token.time


def _logged(asker: Asker, word: str, number: int) -> list[Logged]:
    """So many requests with that word, for which nginx may take a moment after it answered."""
    ends = time.monotonic() + 5
    while True:
        found = [logged for logged in asker.lab.fronts.requests if word in logged.target]
        if len(found) >= number or time.monotonic() > ends:
            return found
        time.sleep(0.05)
