"""A diagnosis takes a time that grows as the run does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice

import pytest

from reports.diagnosis.diagnosis import diagnose
from reports.records import Result, VerdictWord
from tests.cpu import cpu_seconds
from tests.reports.samples import IDS, dead, header, healthy, verdict

MOST = 50_000
STEP = 4
RATIO = 2 * STEP
"""Between four times as long, and the sixteen of what compares each verdict with each."""
LIMIT = 3.0
"""Seconds for MOST verdicts; twice as long where each is about a thing of its own, as no cluster's are."""


def repeated(number: int) -> list[Result]:
    """The verdicts of one run, again and again."""
    return list(islice(cycle(dead()), number))


def tables(number: int) -> list[Result]:
    """A dead database, for which every table waits."""
    reason, gone = "status.table-copy-not-ready", f"database:{IDS[1]}"
    names = [f"dtr2.table_{each}" for each in range(number)]
    waiting = [verdict("STATUS-11", n, "FAIL", "x", reason=reason, about=(f"table:{n}", gone)) for n in names]
    return [*dead(), *waiting][:number]


def alerts(number: int) -> list[Result]:
    """One kind of cause with as many things."""
    names = [f"alert-{each}" for each in range(number)]
    return [verdict("ALERT-1", n, "WARN", "x", reason="alert.raised", about=(f"alert:{n}",)) for n in names]


@pytest.mark.parametrize(("shape", "limit"), [(repeated, LIMIT), (tables, LIMIT), (alerts, 2 * LIMIT)])
def test_for_four_times_the_verdicts_it_takes_about_four_times_as_long(
    shape: Callable[[int], list[Result]], limit: float
) -> None:
    found, most, fewer = header(), shape(MOST), shape(MOST // STEP)
    taken = cpu_seconds(lambda: diagnose(found, most), best_of=3)
    assert taken < limit
    assert taken < RATIO * max(cpu_seconds(lambda: diagnose(found, fewer)), LIMIT / 100)


def test_where_all_of_seven_replicas_fails_it_takes_no_time_to_notice() -> None:
    wrong = [replace(each, verdict=VerdictWord.FAIL, reason=f"{each.area.lower()}.wrong") for each in healthy(7)]
    assert cpu_seconds(lambda: diagnose(header(7), wrong)) < 0.3
