"""What did not hold at first and then did: a warning that says so, and since when it has held."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

import pytest

from checks.engine.bound_check import BoundCheck
from checks.engine.evaluate import Judge, Judgement
from checks.verdict import (
    CRITICAL,
    WARNING,
    Outcome,
    Severity,
    Verdict,
    failed,
    not_applicable,
    passed,
    unknown,
    warned,
)
from fixtures.core.store import Key, NoResponse, Observation, Store, Unavailable
from fixtures.probes.administration import Alerts
from tests.checks.case import INVENTORY, look_of, toy_condition
from tests.checks.facts import NOW, A, B, alerts, identity, ping
from tests.patience import patient

F, W, U, P, N = "failed", "warned", "unknown", "held", "not applicable"
SAYS = {
    F: lambda: failed("test.bad", "it is bad", seen=1, expected=2),
    W: lambda: warned("test.bad", "it is odd"),
    U: lambda: unknown(Unavailable("test.bad", "not seen")),
    P: lambda: passed("it is fine"),
    N: lambda: not_applicable("no meaning"),
}

SUBJECTS = {
    F: lambda name: failed("test.bad", "bad", subject=name),
    U: lambda name: unknown(Unavailable("test.bad", "not seen"), subject=name),
    P: lambda name: passed("fine", subject=name),
}


def script(*words: str, severity: Severity = CRITICAL) -> tuple[BoundCheck, Store]:
    """A check that says these words, round after round; each round looks ten seconds after the one before."""

    def check(alerts: Alerts) -> Verdict:
        return SAYS[alerts.alerts[0].id]()

    store = Store()
    for number, word in enumerate(words):
        started = NOW + timedelta(seconds=10 * number)
        store.add(Observation(Key("alerts", "cluster"), number, started, 0.5, fact=alerts({"id": word})))
    return BoundCheck(toy_condition(check, severity), check, {}), store


def final(*words: str, severity: Severity = CRITICAL) -> Judgement:
    one, store = script(*words, severity=severity)
    (judgement,) = Judge(store, INVENTORY).verdicts(one)
    return judgement


@pytest.mark.parametrize(
    ("words", "right_at"),
    [
        ((F, P), 10),
        ((W, P), 10),
        ((F, F, P), 20),
        ((F, P, P), 10),
        ((F, P, F, P, P), 30),
        ((P, F, P), 20),
        ((F, U, P), 20),
        ((U, F, P), 20),
    ],
    ids=str,
)
def test_what_came_right_is_a_warning(words: tuple[str, ...], right_at: int) -> None:
    judgement = final(*words)
    assert judgement.verdict.outcome is Outcome.WARN
    assert judgement.recovered_at == NOW + timedelta(seconds=right_at)
    assert judgement.attempts == len(words)


def test_it_tells_what_was_wrong() -> None:
    verdict = final(F, P).verdict
    assert (verdict.message, verdict.seen, verdict.expected) == ("flapped: it is bad; it recovered by itself", 1, 2)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ((P, F), Outcome.FAIL),
        ((F, F), Outcome.FAIL),
        ((F, P, F), Outcome.FAIL),
        ((F, W), Outcome.WARN),
        ((U, P), Outcome.PASS),
        ((P, P), Outcome.PASS),
        ((F, U), Outcome.UNKNOWN),
        ((F, N), Outcome.NOT_APPLICABLE),
    ],
    ids=str,
)
def test_the_last_word_counts(words: tuple[str, ...], outcome: Outcome) -> None:
    judgement = final(*words)
    assert judgement.verdict.outcome is outcome
    assert judgement.recovered_at is None
    assert "flapped" not in judgement.verdict.message


def test_only_the_newest_facts_count_while_looking_again() -> None:
    one, store = script(F, P)
    (judgement,) = Judge(store, INVENTORY).verdicts_now(one)
    assert (judgement.verdict.outcome, judgement.attempts) == (Outcome.PASS, 2)


def test_a_silence_that_ended_flapped() -> None:
    def check(ping: object) -> Verdict:  # noqa: ARG001
        return passed()

    store = Store()
    store.add(look_of(Key("ping", A), NoResponse("http.refused", "connection refused"), 0))
    store.add(look_of(Key("ping", A), ping(), 1))
    one = BoundCheck(toy_condition(check, CRITICAL, owns=True), check, {"replica": INVENTORY.replica(A)})
    (judgement,) = Judge(store, INVENTORY).verdicts(one)
    assert judgement.verdict.outcome is Outcome.WARN
    assert judgement.verdict.message == "flapped: connection refused; it recovered by itself"


# --- several subjects -----------------------------------------------------------------------------------------------


def names(*rounds: Sequence[str]) -> dict[str, Judgement]:
    """Each round a check FAILs of these names, and PASSes for the cluster where there is none."""

    def check(alerts: Alerts) -> Sequence[Verdict]:
        return [failed("test.bad", f"{each.id} is bad", subject=each.id) for each in alerts.alerts] or [
            passed("all is well")
        ]

    store = Store()
    for number, each in enumerate(rounds):
        started = NOW + timedelta(seconds=10 * number)
        fact = alerts(*({"id": name} for name in each))
        store.add(Observation(Key("alerts", "cluster"), number, started, 0.5, fact=fact))
    one = BoundCheck(toy_condition(check, WARNING), check, {})
    return {each.subject: each for each in Judge(store, INVENTORY).verdicts(one)}


def test_what_only_an_answer_names_may_be_gone() -> None:
    found = names(["gc", "scan"], ["gc"], [])
    assert {name: each.verdict.outcome for name, each in found.items()} == {
        "cluster": Outcome.PASS,
        "gc": Outcome.WARN,
        "scan": Outcome.WARN,
    }
    assert found["gc"].verdict.message == "flapped: gc is bad; it recovered by itself"
    assert (found["gc"].recovered_at, found["scan"].recovered_at) == (
        NOW + timedelta(seconds=20),
        NOW + timedelta(seconds=10),
    )
    assert found["cluster"].recovered_at is None


def test_what_is_gone_is_told_beside_what_is_not() -> None:
    found = names(["gc", "scan"], ["scan"])
    assert found["gc"].verdict.message == "flapped: gc is bad; it recovered by itself"
    assert found["scan"].verdict.message == "scan is bad"
    assert set(found) == {"gc", "scan"}


def test_what_can_no_longer_be_seen_has_not_come_right() -> None:
    def check(alerts: Alerts) -> Sequence[Verdict]:
        return [failed("test.bad", "bad", subject=each.id) for each in alerts.alerts]

    store = Store()
    store.add(look_of(Key("alerts", "cluster"), alerts({"id": "gc"}), 0))
    store.add(look_of(Key("alerts", "cluster"), Unavailable("http.login-refused", "silent"), 1))
    one = BoundCheck(toy_condition(check, WARNING), check, {})
    assert [(each.subject, each.verdict.outcome) for each in Judge(store, INVENTORY).verdicts(one)] == [
        ("cluster", Outcome.UNKNOWN)
    ]


def test_what_can_no_longer_be_seen_among_others_has_not_come_right() -> None:
    def check(alerts: Alerts) -> Sequence[Verdict]:
        return [SUBJECTS[each.kind](each.id) for each in alerts.alerts]

    store = Store()
    store.add(look_of(Key("alerts", "cluster"), alerts({"id": "gc", "class": F}), 0))
    store.add(look_of(Key("alerts", "cluster"), alerts({"id": "scan", "class": U}, {"id": "sync", "class": P}), 1))
    one = BoundCheck(toy_condition(check, WARNING), check, {})
    assert [(each.subject, each.verdict.outcome) for each in Judge(store, INVENTORY).verdicts(one)] == [
        ("scan", Outcome.UNKNOWN),
        ("sync", Outcome.PASS),
    ]


def test_a_flap_keeps_the_severity_that_it_had() -> None:
    def check(alerts: Alerts) -> Verdict:
        return failed("test.bad", "worse", severity=CRITICAL) if alerts.alerts else passed()

    store = Store()
    store.add(look_of(Key("alerts", "cluster"), alerts({"id": "x"}), 0))
    store.add(look_of(Key("alerts", "cluster"), alerts(), 1))
    one = BoundCheck(toy_condition(check, WARNING), check, {})
    (judgement,) = Judge(store, INVENTORY).verdicts(one)
    assert (judgement.verdict.outcome, judgement.severity) == (Outcome.WARN, CRITICAL)


def test_rounds_in_which_it_was_not_looked_at_do_not_count() -> None:
    one, store = script(F, P)
    store.add(look_of(Key("identity", B), identity(B), 7))
    (judgement,) = Judge(store, INVENTORY).verdicts(one)
    assert (judgement.recovered_at, judgement.attempts) == (NOW + timedelta(seconds=10), 2)


def test_thousands_of_subjects_are_judged_in_time() -> None:
    """An answer may name as many alerts or tables as it likes; time in proportion to their square would be hours."""
    many = [f"subject-{number}" for number in range(8000)]

    def check(alerts: Alerts) -> Sequence[Verdict]:
        return [SUBJECTS[alerts.alerts[0].id](name) for name in many]

    store = Store()
    for number, word in enumerate((F, F, P)):
        started = NOW + timedelta(seconds=10 * number)
        store.add(Observation(Key("alerts", "cluster"), number, started, 0.5, fact=alerts({"id": word})))
    asked = BoundCheck(toy_condition(check, CRITICAL), check, {})
    begun = time.monotonic()
    said = Judge(store, INVENTORY).verdicts(asked)
    assert time.monotonic() - begun < patient(20)
    assert [each.subject for each in said] == many
    assert {each.recovered_at for each in said} == {NOW + timedelta(seconds=20)}
