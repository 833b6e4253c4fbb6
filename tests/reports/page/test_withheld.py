"""Removing and joining is withheld where it would take the wrong replica, or while somebody else does it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.page.cards import withheld
from reports.records import Result
from tests.reports.samples import verdict


def helpers(word: str, *names: str) -> Result:
    """CTR-7 of a node: the helper containers that are there."""
    about = tuple(f"container:{name}" for name in names)
    return replace(verdict("IDENT-1", "node-1", word), condition="CTR-7", about=about)


def test_nothing_withholds_it() -> None:
    assert withheld([verdict("IDENT-1", "f2277ad178f7"), helpers("PASS")]) is None


def test_another_replica_answers() -> None:
    assert "IDENT-1" in (withheld([verdict("IDENT-1", "f2277ad178f7", "FAIL")]) or "")


@pytest.mark.parametrize("word", ["PASS", "WARN"])
@pytest.mark.parametrize("name", ["dtr-phase2", "dtr-helper-1"])
def test_a_join_may_run(word: str, name: str) -> None:
    assert "a join or an upgrade may be running" in (withheld([helpers(word, "overlay-test1", name)]) or "")


def test_an_overlay_test_is_in_nobody_s_way() -> None:
    assert withheld([helpers("WARN", "overlay-test1")]) is None
