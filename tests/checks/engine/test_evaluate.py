"""From facts to verdicts: who FAILs for a silence, whose facts count, and what a verdict carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from checks.engine.bound_check import BoundCheck, keys_of
from checks.engine.evaluate import Judge, Judgement
from checks.verdict import CRITICAL, WARNING, Outcome, Severity, Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because
from fixtures.core.store import Key, NoResponse, Observation, PerSubject, Store, Unavailable
from fixtures.inventory import Replica
from fixtures.probes.cluster_status import ClusterStatus
from fixtures.probes.endpoints import Ping
from tests.checks.case import CONDITIONS, INVENTORY, Facts, Inherited, asked, store_of, toy_condition, views
from tests.checks.facts import NOW, A, B, C, certificate, identity, inventory, ping, ping_answer

Check = Callable[..., Verdict | Sequence[Verdict]]
SILENT = NoResponse("http.refused", "/_ping at f2277ad178f7: connection refused")


def ask(check: Check, *, owns: bool = False, severity: Severity = CRITICAL, about: str = A) -> BoundCheck:
    """A check that is no condition of the catalogue, asked at a replica."""
    made = toy_condition(check, severity, owns=owns)
    return BoundCheck(made, check, {"replica": INVENTORY.replica(about)}, {"inventory": INVENTORY})


def said(one: BoundCheck, facts: Facts) -> list[Judgement]:
    return Judge(store_of(facts), INVENTORY).verdicts(one)


def only(one: BoundCheck, facts: Facts) -> Judgement:
    (judgement,) = said(one, facts)
    return judgement


def holds(ping: Ping) -> Verdict:
    return passed(f"{len(ping.answers)} answers")


# --- silence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owns", "seen", "outcome"),
    [
        (True, SILENT, Outcome.FAIL),
        (False, SILENT, Outcome.UNKNOWN),
        (True, Inherited(SILENT), Outcome.UNKNOWN),
        (True, Unavailable("http.login-refused", "no log-in"), Outcome.UNKNOWN),
        (False, Unavailable("http.login-refused", "no log-in"), Outcome.UNKNOWN),
    ],
)
def test_a_silence_is_the_fault_of_its_owner(owns: bool, seen: Unavailable | Inherited, outcome: Outcome) -> None:
    verdict = only(ask(holds, owns=owns), {("ping", A): seen}).verdict
    assert (verdict.outcome, verdict.message) == (outcome, str(seen.cause if isinstance(seen, Inherited) else seen))


def test_a_silence_of_an_owner_that_only_warns_is_a_warning() -> None:
    assert only(ask(holds, owns=True, severity=WARNING), {("ping", A): SILENT}).verdict.outcome is Outcome.WARN


def test_what_was_not_looked_at_is_unknown() -> None:
    judgement = only(ask(holds, owns=True), {})
    assert judgement.verdict.outcome is Outcome.UNKNOWN
    assert judgement.verdict.message == "this was not queried in this run (f2277ad178f7)"
    assert (judgement.attempts, judgement.started, judgement.seconds) == (0, None, None)


def test_a_check_of_all_has_the_facts_that_there_are() -> None:
    def counts(every_ping: PerSubject[Ping]) -> Verdict:
        return passed(f"{sorted(every_ping)} {sorted(every_ping.causes)}")

    facts: Facts = {("ping", A): ping(), ("ping", B): SILENT, ("ping", C): ping(replica=C)}
    assert only(ask(counts), facts).verdict.message == f"{sorted([A, C])} {[B]}"


def test_a_check_of_all_that_needs_a_silent_one_is_unknown() -> None:
    def reads(every_ping: PerSubject[Ping]) -> Verdict:
        return passed(every_ping[B].replica)

    verdict = only(ask(reads), {("ping", A): ping(), ("ping", B): SILENT, ("ping", C): ping(replica=C)}).verdict
    assert (verdict.outcome, verdict.message) == (Outcome.UNKNOWN, str(SILENT))


# --- evidence -------------------------------------------------------------------------------------------------------


def test_an_unknown_carries_the_reason_of_its_cause_and_whose_failure_it_is() -> None:
    cause = NoResponse("http.refused", "refused").located([f"replica:{A}"], Because(A, probe="ping"))
    verdict = only(ask(holds), {("ping", A): Inherited(cause)}).verdict
    assert (verdict.outcome, verdict.reason, verdict.about) == (Outcome.UNKNOWN, "http.refused", (f"replica:{A}",))
    assert verdict.because == Because(A, probe="ping")


def test_what_a_check_itself_cannot_tell_is_because_of_the_facts_that_it_has() -> None:
    def cannot_tell(ping: Ping) -> Verdict:  # noqa: ARG001
        raise Unavailable("test.bad", "it is not said")

    verdict = only(ask(cannot_tell), {("ping", A): ping()}).verdict
    assert (verdict.reason, verdict.because) == ("test.bad", Because(A, probe="ping"))


def test_an_owner_fails_for_the_same_reason_under_its_own_area() -> None:
    verdict = only(ask(holds, owns=True), {("ping", A): SILENT}).verdict
    assert (verdict.reason, verdict.measured, verdict.because) == ("test.refused", "directly", None)


def test_a_verdict_is_about_what_its_check_is_about_where_it_says_nothing_else() -> None:
    def fails(ping: Ping) -> Sequence[Verdict]:  # noqa: ARG001
        return [
            failed("test.bad", "a"),
            failed("test.bad", "b", subject="x", about=["node:node-1"], measured="reported"),
        ]

    own, other = said(ask(fails), {("ping", A): ping()})
    assert (own.verdict.about, own.verdict.measured) == ((f"replica:{A}",), "directly")
    assert (other.verdict.about, other.verdict.measured) == (("node:node-1",), "reported")


def test_what_holds_has_no_reason() -> None:
    assert only(ask(holds), {("ping", A): ping()}).verdict.reason is None


@pytest.mark.parametrize("reason", ["test.worse", "ping.unhealthy", ""])
def test_a_reason_that_is_not_in_the_list_is_our_error(reason: str) -> None:
    def fails(ping: Ping) -> Verdict:  # noqa: ARG001
        return failed(reason, "bad")

    judgement = only(ask(fails), {("ping", A): ping()})
    assert judgement.internal_error
    assert judgement.verdict.outcome is Outcome.UNKNOWN
    assert "which it does not list" in judgement.verdict.message


# --- what a verdict carries -----------------------------------------------------------------------------------------


def test_a_failed_warning_is_a_warning() -> None:
    def fails(ping: Ping) -> Verdict:  # noqa: ARG001
        return failed("test.bad", "bad", seen=1, expected=2)

    critical = only(ask(fails), {("ping", A): ping()})
    warning = only(ask(fails, severity=WARNING), {("ping", A): ping()})
    assert (critical.verdict.outcome, critical.severity) == (Outcome.FAIL, CRITICAL)
    assert (warning.verdict.outcome, warning.severity) == (Outcome.WARN, WARNING)
    assert (warning.verdict.seen, warning.verdict.expected, warning.verdict.message) == (1, 2, "bad")


def test_a_verdict_may_be_more_severe_than_its_condition() -> None:
    def fails(ping: Ping) -> Verdict:  # noqa: ARG001
        return failed("test.bad", "worse", severity=CRITICAL)

    judgement = only(ask(fails, severity=WARNING), {("ping", A): ping()})
    assert (judgement.verdict.outcome, judgement.severity) == (Outcome.FAIL, CRITICAL)


def test_several_verdicts_have_their_own_subjects() -> None:
    def several(ping: Ping) -> Sequence[Verdict]:  # noqa: ARG001
        return [
            passed("a", subject="dtr2.tags"),
            failed("test.bad", "b", subject="dtr2.blobs"),
            unknown(Unavailable("test.bad", "c")),
            warned("test.bad", "d", subject="x"),
        ]

    assert [(each.subject, each.verdict.outcome) for each in said(ask(several), {("ping", A): ping()})] == [
        ("dtr2.tags", Outcome.PASS),
        ("dtr2.blobs", Outcome.FAIL),
        (A, Outcome.UNKNOWN),
        ("x", Outcome.WARN),
    ]


def test_subjects_are_in_the_grammar_and_each_is_there_once() -> None:
    names = ["a b", "a b", "a_b", "a_b-2", "ö/\n", "x" * 300]

    def several(ping: Ping) -> Sequence[Verdict]:  # noqa: ARG001
        return [passed(subject=name) for name in names]

    subjects = [each.subject for each in said(ask(several), {("ping", A): ping()})]
    assert subjects == ["a_b", "a_b-2", "a_b-3", "a_b-2-2", "___", "x" * 100]


def test_an_exception_in_a_check_accuses_nobody() -> None:
    def breaks(ping: Ping) -> Verdict:
        raise ZeroDivisionError(ping.replica)

    judgement = only(ask(breaks, owns=True), {("ping", A): ping()})
    assert judgement.internal_error
    assert judgement.verdict.outcome is Outcome.UNKNOWN
    assert judgement.verdict.message == f"internal error in the check: ZeroDivisionError: {A}"
    assert (judgement.verdict.about, judgement.verdict.because) == (("this-machine",), None)
    assert not only(ask(holds), {("ping", A): ping()}).internal_error


def test_what_a_check_cannot_tell_is_left_unseen_where_it_was_asked() -> None:
    def tells_nothing(every_ping: PerSubject[Ping]) -> Verdict:  # noqa: ARG001
        return unknown(Unavailable("http.error", "nothing can be told"))

    judgement = only(ask(tells_nothing, about=B), {("ping", A): ping(), ("ping", B): ping()})
    assert judgement.verdict.because == Because(B, probe="ping")


def test_the_traceback_of_a_probe_is_carried() -> None:
    store = Store()
    store.add(
        Observation(
            Key("ping", A), 0, NOW, 0.1, cause=Unavailable("http.login-refused", "internal error"), traceback="line 7"
        )
    )
    (judgement,) = Judge(store, INVENTORY).verdicts(ask(holds, owns=True))
    assert judgement.tracebacks == ("line 7",)
    assert judgement.verdict.outcome is Outcome.UNKNOWN


def test_it_says_when_how_often_and_how_long_was_looked() -> None:
    def both(ping: Ping, identity: object) -> Verdict:  # noqa: ARG001
        return passed()

    store = Store()
    for number in range(3):
        store.add(Observation(Key("ping", A), number, NOW + timedelta(minutes=number), 0.5 + number, fact=ping()))
    store.add(Observation(Key("identity", A), 0, NOW + timedelta(seconds=9), 0.25, fact=identity(A)))
    (judgement,) = Judge(store, INVENTORY).verdicts(ask(both))
    assert (judgement.attempts, judgement.started, judgement.seconds) == (3, NOW + timedelta(seconds=9), 2.5)


# --- which facts it is judged on ------------------------------------------------------------------------------------


def test_the_keys_are_those_of_the_facts_that_it_asks_for() -> None:
    def check(
        replica: Replica, ping: Ping, every_ping: PerSubject[Ping], earlier_ping: object, alerts: object
    ) -> Verdict:
        del replica, ping, every_ping, earlier_ping, alerts
        return passed()

    keys = [Key("ping", A), Key("ping", B), Key("ping", C), Key("alerts", "cluster")]
    assert keys_of(ask(check), INVENTORY) == keys


def test_a_subject_is_made_of_all_that_it_is_asked_about() -> None:
    both = asked("STATUS-4", INVENTORY)
    assert [one.subject for one in both][:4] == [f"{A}:{A}", f"{A}:{B}", f"{A}:{C}", f"{B}:{A}"]
    assert [one.subject for one in asked("STORE-1", INVENTORY)] == ["cluster"]


def test_what_needs_no_looking_is_told_at_once() -> None:
    (one,) = asked("STATUS-8", inventory(1))
    (judgement,) = Judge(Store(), inventory(1)).verdicts(one)
    assert (judgement.verdict.outcome, judgement.attempts) == (Outcome.NOT_APPLICABLE, 0)


# --- impostors ------------------------------------------------------------------------------------------------------

ALL_SEEN: Facts = {
    **views(),
    **{("ping", name): ping(replica=name) for name in (A, B, C)},
    **{("identity", name): identity(name) for name in (A, B, C)},
    **{("web_certificate", name): certificate() for name in (A, B, C)},
}


def outcome(condition: str, subject: str, facts: Facts) -> Verdict:
    (one,) = [each for each in asked(condition, INVENTORY) if each.subject in (subject, "cluster")]
    (judgement,) = [each for each in said(one, facts) if each.subject == subject]
    return judgement.verdict


@pytest.mark.parametrize(
    "swapped",
    [
        {("identity", A): identity(B)},
        {("identity", A): Unavailable("http.login-refused", "x"), ("ping", A): ping(ping_answer(replica_id=B))},
        {("identity", A): identity(B), ("ping", A): ping(ping_answer(replica_id=None))},
    ],
    ids=["by its identity", "by its pings", "by its settings"],
)
def test_what_was_seen_of_an_impostor_is_withdrawn(swapped: Facts) -> None:
    facts = {**ALL_SEEN, **swapped}
    for condition, subject in (
        ("PING-1", A),
        ("STATUS-1", A),
        ("STATUS-4", f"{A}:{B}"),
        ("TLS-1", A),
        ("STATUS-7", f"{A}:{B}"),
    ):
        verdict = outcome(condition, subject, facts)
        assert verdict.outcome is Outcome.UNKNOWN, condition
        assert verdict.message == f"replica {B} answers at 10.0.0.11:443 instead of {A}, see IDENT-1"
    for condition, subject in (("PING-1", B), ("STATUS-4", f"{B}:{A}"), ("TLS-1", C)):
        assert outcome(condition, subject, facts).outcome is Outcome.PASS, condition


def test_ident_1_alone_tells_of_an_impostor() -> None:
    verdict = outcome("IDENT-1", A, {**ALL_SEEN, ("identity", A): identity(B)})
    assert (verdict.outcome, verdict.seen, verdict.expected) == (Outcome.FAIL, B, A)


def test_an_impostor_tells_nothing_of_others() -> None:
    told = outcome("STATUS-6", B, {**ALL_SEEN, ("identity", A): identity(C)})
    assert told.message == "known to 2 of 2 replicas that responded"

    def sees(every_cluster_status: PerSubject[ClusterStatus]) -> Verdict:
        return passed(",".join(sorted(every_cluster_status)))

    facts = {**ALL_SEEN, ("identity", A): identity(C)}
    assert only(ask(sees), facts).verdict.message == ",".join(sorted((B, C)))


@pytest.mark.parametrize("who", [identity(A), identity(None), SILENT], ids=["itself", "unnamed", "silent"])
def test_who_is_no_impostor_is_believed(who: Unavailable) -> None:
    assert outcome("PING-1", A, {**ALL_SEEN, ("identity", A): who}).outcome is Outcome.PASS


def test_nothing_is_taken_from_the_run_itself() -> None:
    store = store_of({**ALL_SEEN, ("identity", A): identity(B)})
    before = {key: list(observations) for key, observations in store.observations.items()}
    for one in asked("PING-1", INVENTORY):
        Judge(store, INVENTORY).verdicts(one)
    assert store.observations == before


def test_toy_conditions_are_not_in_the_catalogue() -> None:
    assert "TEST-1" not in CONDITIONS
