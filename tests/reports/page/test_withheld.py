"""Removing and joining is withheld where it would take the wrong replica, or while somebody else does it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reports.page.cards import withheld
from reports.page.render import render_static
from reports.records import Result
from reports.remedies import remedies
from tests.reports.samples import IDS, header, verdict


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


def test_a_join_failed() -> None:
    failed = replace(helpers("FAIL", "dtr-phase2"), reason="ctr.join-failed")
    assert withheld([failed]) == "a join or an upgrade failed (CTR-7): read why, and fix that first"


SET_UP = re.compile(r"\b(remove|join|reconfigure|emergency-repair)\b.* --")


def every_remedy(*results: Result) -> str:
    """The page of a run in which everything that has a remedy with such a command failed."""
    named = [found.id for found in remedies().values() if SET_UP.search(repr(found))]
    assert {"recover-replica", "start-containers", "web-certificate"} <= set(named)
    rows = [replace(verdict("PING-1", IDS[0], "FAIL"), remedy=name) for name in named]
    return render_static(header(), [*rows, *results])


def test_no_command_that_changes_the_set_up_is_shown_while_it_is_withheld() -> None:
    shown = every_remedy(replace(helpers("FAIL", "dtr-phase2"), reason="ctr.join-failed"))
    assert "a join or an upgrade failed (CTR-7)" in shown
    commands = re.findall(r"<pre>(.*?)</pre>", shown, re.S)
    assert commands
    assert not [each for each in commands if SET_UP.search(each)]
    assert any(SET_UP.search(each) for each in re.findall(r"<pre>(.*?)</pre>", every_remedy(), re.S))


def test_an_overlay_test_is_in_nobody_s_way() -> None:
    assert withheld([helpers("WARN", "overlay-test1")]) is None
