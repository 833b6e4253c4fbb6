"""An answer that names a hundred thousand things makes no report of a hundred thousand lines."""

from __future__ import annotations

from checks.engine.evaluate import Judgement
from checks.engine.listing import MOST, listed
from checks.verdict import CRITICAL, Outcome, Verdict, failed, passed, warned


def judged(subject: str, verdict: Verdict) -> Judgement:
    return Judgement(verdict, subject, CRITICAL, None, None, 1)


def test_what_one_reads_is_listed() -> None:
    few = [judged(f"table-{number}", passed()) for number in range(MOST)]
    assert listed(few, "cluster") == few


def test_the_gravest_are_listed_and_the_others_counted() -> None:
    alerts = [judged(f"alert-{number}", warned("alert.shown", "an alert")) for number in range(5000)]
    alerts[4321] = judged("alert-4321", failed("alert.shown", "the worst"))
    shown = listed(alerts, "cluster")
    assert len(shown) == MOST
    assert [each.subject for each in shown[:2]] == ["alert-0", "alert-1"]
    assert [each.subject for each in shown if each.verdict.outcome is Outcome.FAIL] == ["alert-4321"]
    assert (shown[-1].subject, shown[-1].verdict.outcome) == ("cluster", Outcome.WARN)
    assert shown[-1].verdict.message == "4,001 more that are not listed, the first is alert-998: an alert"


def test_what_is_not_listed_is_as_grave_as_the_worst_of_it() -> None:
    ghosts = [judged("cluster", failed("status.ghost", "a ghost")) for _ in range(1500)]
    shown = listed([*(judged("fine", passed()) for _ in range(10)), *ghosts], "cluster")
    assert shown[-1].verdict.outcome is Outcome.FAIL
    assert shown[-1].subject == "cluster-2"
