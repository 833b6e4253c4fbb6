"""Has a stand-in cluster answer as much as is read, to everything: rows without number, or texts without end.

What is answered is the right answer, blown up: its lists have thousands of rows, or its texts thousands of words.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from lab.embedded import api, cluster, rethinkcli
from lab.embedded.accounts import Caller
from lab.embedded.nodes import engine
from lab.embedded.nodes.http import Answer, Question, frames
from lab.embedded.reply import Asked, Reply
from lab.embedded.reql import server as reql
from lab.embedded.reql.contents import Contents
from lab.embedded.state import Cluster, Replica

# A little below what is read of an answer.
VALUES, SIZE = 190_000, 3_900_000
# Where a row is of something else than the one that it is a copy of.
NAMES = ("id", "Id", "ID", "name", "Name", "Hostname", "GUN", "server", "table")
WORDS = "eyJ.-_a password: x=.Bearer http://a:b@ "
LOG = b'2026-11-25T09:08:47.000000000Z Connected to server "x" 0\n' * 40_000
ATOM = 1

Blow = Callable[[Any], Any]


def rows(value: Any) -> Any:
    """The same with many more rows in each of its lists."""
    grown = copy.deepcopy(value)
    found = list(_lists(grown))
    values, size = _weight(grown)
    if found:
        most_values, most_size = (max(1, sum(each)) for each in zip(*map(_weight, found), strict=True))
        times = min((VALUES - values) // most_values, (SIZE - size) // most_size)
        for each in found:
            each += [_renamed(row, number) for number in range(times) for row in list(each)] if times > 0 else []
    return grown


def texts(value: Any) -> Any:
    """The same with many more words in each of its texts."""
    grown = copy.deepcopy(value)
    found = list(_texts(grown))
    if found:
        length = max(0, (SIZE - _weight(grown)[1]) // len(found) - 10)
        for place, key in found:
            place[key] += (WORDS * (length // len(WORDS) + 1))[:length]
    return grown


def _weight(value: Any) -> tuple[int, int]:
    text = json.dumps(value, separators=(",", ":"))
    return text.count(",") + text.count("[") + text.count("{"), len(text)


def _lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list) and value:
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _lists(each)


def _texts(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(each, dict | list):
            yield from _texts(each)
        elif isinstance(each, str) and key != "CreatedAt":
            yield value, key


def _renamed(value: Any, number: int, key: object = "") -> Any:
    if isinstance(value, dict):
        return {name: _renamed(each, number, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_renamed(each, number, key) for each in value]
    if not isinstance(value, str) or key not in NAMES:
        return value
    return f"{value[:56]}{number:08x}" if len(value) == 64 else f"{value}-{number}"


class _Known:
    """Blows each answer up once: the test's own process is to take little time from the run."""

    def __init__(self, blow: Blow) -> None:
        self._blow = blow
        self._lock = threading.Lock()
        self._grown: dict[Any, Any] = {}

    def grown(self, key: Any, value: Any) -> Any:
        with self._lock:
            if key not in self._grown:
                self._grown[key] = self._blow(value)
            return self._grown[key]

    def body(self, key: Any, body: bytes) -> bytes:
        try:
            value = json.loads(body)
        except ValueError:
            return body
        return json.dumps(self.grown(key, value), separators=(",", ":")).encode()


def everywhere(monkeypatch: pytest.MonkeyPatch, blow: Blow) -> None:
    """From now on stand-in clusters answer so: over HTTP, their engines and logs, their databases, and rethinkcli."""
    known = _Known(blow)
    of_api, of_engine = api.Api.answer, engine.Engine._routed
    of_database, of_rethinkcli = reql._Session._started, rethinkcli.rethinkcli

    def answer(self: api.Api, replica: Replica, asked: Asked) -> tuple[Reply, Caller]:
        reply, caller = of_api(self, replica, asked)
        if reply.status != 200 or asked.path == "/auth/token":
            return reply, caller
        key = (replica.id, asked.path, asked.query, caller.name)
        return replace(reply, body=known.body(key, reply.body)), caller

    def routed(self: engine.Engine, asked: Question) -> Answer:
        told = of_engine(self, asked)
        if told.raw is not None and asked.path.endswith("/logs"):
            return replace(told, raw=frames([(1, LOG)]))
        if told.value is None or told.status != 200 or asked.method != "GET" or asked.path == "/version":
            return told
        return replace(told, value=known.grown((self._node.name, asked.path, str(asked.query)), told.value))

    def started(self: Any, token: int, term: Any, contents: Contents) -> dict[str, Any]:
        told = of_database(self, token, term, contents)
        if told["t"] == ATOM:
            told["r"] = [known.grown((self._replica.id, str(term)), told["r"][0])]
        return told

    def printed_by(shown: Cluster, replica: Replica, expression: str, record: Any = None) -> str:
        printed = of_rethinkcli(shown, replica, expression, record)
        return known.body((replica.id, expression), printed.encode()).decode()

    monkeypatch.setattr(api.Api, "answer", answer)
    monkeypatch.setattr(engine.Engine, "_routed", routed)
    monkeypatch.setattr(reql._Session, "_started", started)
    monkeypatch.setattr(cluster, "rethinkcli", printed_by)
