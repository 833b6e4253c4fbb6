"""From verdicts to pytest's outcomes: WARN passes, UNKNOWN is an error, WAIVED an expected failure."""

from __future__ import annotations

import itertools
from collections.abc import Generator

import pytest

from checks.engine.evaluate import Judgement
from checks.verdict import Outcome, gravity
from fixtures.plugin import ARGUMENTS
from fixtures.secrets.masker import LONGEST

JUDGED = pytest.StashKey[list[Judgement]]()


class NotHeld(Exception):
    """Raised by a check whose condition does not hold; pytest shows its text and no traceback."""


class Unknown(Exception):
    """Raised in set-up, so that pytest calls what could not be seen an error, never a failure or a pass."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What could not be seen, or need not be, ends here."""
    judgements = item.stash.get(JUDGED, None)
    if judgements is None:
        return
    for traceback in itertools.chain.from_iterable(each.tracebacks for each in judgements):
        item.add_report_section("setup", "internal error", traceback)
    worst = _worst(judgements)
    if worst.internal_error:
        return
    if worst.verdict.outcome is Outcome.UNKNOWN:
        raise Unknown(_text(judgements))
    if worst.verdict.outcome in (Outcome.SKIPPED, Outcome.NOT_APPLICABLE):
        pytest.skip(f"{worst.verdict.outcome.replace('_', ' ')}: {worst.verdict.message}")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    judgements = pyfuncitem.stash.get(JUDGED, None)
    if judgements is None:
        return None
    worst = _worst(judgements)
    if worst.internal_error:
        # Call it once more, so that pytest shows where it broke.
        pyfuncitem.function(**pyfuncitem.stash[ARGUMENTS])
    if worst.verdict.outcome is Outcome.FAIL:
        raise NotHeld(_text(judgements))
    if worst.verdict.outcome is Outcome.WAIVED:
        pytest.xfail(_text(judgements))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    ours = call.excinfo if call.excinfo is not None and call.excinfo.errisinstance((Unknown, NotHeld)) else None
    if ours is not None:
        # It is not shown, and pytest would look up each of its frames: for hundreds of verdicts that takes seconds.
        ours.traceback = ours.traceback[-1:]
    report = yield
    if ours is not None:
        report.longrepr = str(ours.value)
    return report


def _worst(judgements: list[Judgement]) -> Judgement:
    return min(judgements, key=lambda each: gravity(each.verdict.outcome))


def _text(judgements: list[Judgement]) -> str:
    """The verdict's word first, then everything that did not hold."""
    worst = _worst(judgements).verdict.outcome
    wrong = [each for each in judgements if each.verdict.outcome in (Outcome.FAIL, Outcome.UNKNOWN, Outcome.WARN)]
    lines = [f"{each.subject}: {_plain(each.verdict.message)}" for each in wrong or judgements]
    return f"{worst}: " + "\n".join(lines)


def _plain(text: str) -> str:
    """On one line and without control characters: what a cluster answered must not be able to steer a terminal."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return "".join(character if character.isprintable() else " " for character in shown)
