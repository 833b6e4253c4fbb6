"""Whatever a cluster prints is read in a time that grows as it does: for twice as much at most three times as long."""

from __future__ import annotations

import socket
import subprocess
from typing import NoReturn

import pytest

from tests import finding_parsers

PATTERNS = list(finding_parsers.patterns())
FUNCTIONS = list(finding_parsers.functions())


@pytest.fixture(autouse=True)
def _nothing_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise OSError("a reader of text connects to nothing")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)


def test_every_pattern_stands_where_it_is_measured() -> None:
    """At the head of a module, in a table there, or written out where it is used."""
    assert finding_parsers.made_elsewhere() == []


@pytest.mark.parametrize("reader", PATTERNS, ids=lambda reader: reader.name)
def test_a_pattern_is_found_in_linear_time(reader: finding_parsers.Reader) -> None:
    assert finding_parsers.slowest(reader) is None


@pytest.mark.parametrize("reader", FUNCTIONS, ids=lambda reader: reader.name)
def test_a_text_is_read_in_linear_time(reader: finding_parsers.Reader) -> None:
    assert finding_parsers.slowest(reader) is None
