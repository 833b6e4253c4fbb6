"""Looking again: once after a pause at what did not hold, and under --wait and --stable for as long as they say."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from checks.engine import retry as again
from checks.engine.bound_check import BoundCheck
from checks.engine.evaluate import Judge
from checks.engine.retry import Retry
from checks.verdict import Outcome, Verdict, failed, passed, unknown, warned
from fixtures.core.probe import probe
from fixtures.core.scheduler import Scheduler
from fixtures.core.store import Key, NoResponse, PerSubject, Store, Unavailable
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.target import Target
from tests.checks.case import toy_condition
from tests.fixtures.core.toys import Run, Toy, Watched, inventory, replica_id, toy
from tests.fixtures.inventory_text import changed, read
from tests.patience import patient

pytestmark = pytest.mark.usefixtures("toys")

BLOCKING = frozenset({Outcome.FAIL, Outcome.UNKNOWN})
SAYS: dict[str, Callable[[], Verdict]] = {
    "green": passed,
    "yellow": lambda: warned("test.bad", "it is odd"),
    "red": lambda: failed("test.bad", "it is bad"),
    "grey": lambda: unknown(Unavailable("test.bad", "not told")),
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAUSE", "LONGEST_PAUSE", "STABLE_PAUSE"):
        monkeypatch.setattr(again, name, 0.01)


class Clock:
    """Goes on by what is slept alone, so that no machine is too slow for what is to be seen in a time."""

    def __init__(self) -> None:
        self.began = self._now = time.monotonic()

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds

    @property
    def passed(self) -> float:
        return self._now - self.began


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(again, "time", made)
    return made


@dataclass
class Lights:
    """A light at each replica shows one colour after the other, and then goes on to show the last."""

    colours: dict[int, list[str]]
    of: Inventory = field(default_factory=lambda: inventory(1))
    once: bool = False
    watched: Watched = field(default_factory=Watched)
    store: Store = field(default_factory=Store)

    def __post_init__(self) -> None:
        script = {replica_id(number): list(colours) for number, colours in self.colours.items()}

        @probe("a toy", deadline=5, once=self.once)
        def light(replica: Replica) -> Toy:
            colours = script[replica.id]
            colour = colours.pop(0) if len(colours) > 1 else colours[0]
            if colour in ("silent", "hanging"):
                raise NoResponse("http.refused", f"{replica.id} is {colour}", timed_out=colour == "hanging")
            return toy(colour)

    def look(
        self,
        *,
        wait: float = 0,
        stable: float = 0,
        limit: float = 5,
        blocking: frozenset[Outcome] = BLOCKING,
        check: Callable[..., Verdict] | None = None,
        owns: bool = True,
        also: Callable[..., Verdict] | None = None,
    ) -> list[int]:
        """How often each light was looked at."""

        def shows(light: Toy) -> Verdict:
            return SAYS[light.place]()

        run = Run(self.of, watched=self.watched)
        self.store = run.store
        target = Target(self.of, Options(), {}, run.store, datetime(2026, 11, 23, tzinfo=UTC))
        functions = [check or shows, *([also] if also else [])]
        asked = [
            BoundCheck(replace(toy_condition(function, owns=owns), id=f"TEST-{number}"), function, {"replica": replica})
            for number, function in enumerate(functions, 1)
            for replica in self.of.replicas
        ]
        spans = timedelta(seconds=wait), timedelta(seconds=stable)
        Retry(
            target, Judge(run.store, self.of), asked, run.scheduler, *spans, blocking, time.monotonic() + limit
        ).look()
        return [len(run.store.observations[Key("light", replica.id)]) for replica in self.of.replicas]


def test_what_holds_is_looked_at_once() -> None:
    assert Lights({1: ["green"]}).look() == [1]


@pytest.mark.parametrize("colour", ["red", "yellow", "grey", "silent"])
def test_what_does_not_hold_is_looked_at_once_more(colour: str) -> None:
    lights = Lights({1: [colour], 2: ["green"], 3: [colour, "green"]}, inventory(3))
    assert lights.look() == [2, 1, 2]


def test_a_time_out_was_patience_enough() -> None:
    assert Lights({1: ["hanging"]}).look() == [1]


def test_under_wait_a_time_out_is_not_the_end() -> None:
    assert Lights({1: ["hanging", "hanging", "green"]}).look(wait=5) == [3]


def test_what_is_waived_is_not_looked_at_again() -> None:
    waiver = {"condition": "TEST-1", "reason": "known", "until": "2026-12-01"}
    replicas = [{"id": replica_id(1), "address": "10.0.0.1"}]
    lights = Lights({1: ["red"]}, read(changed(replicas=replicas, waivers=[waiver])))
    assert lights.look(wait=5) == [1]


@pytest.mark.parametrize(("second", "looked"), [("green", [1, 1]), ("red", [2, 2])])
def test_what_is_waived_beyond_its_count_is_looked_at_again(second: str, looked: list[int]) -> None:
    waiver = {"condition": "TEST-1", "count": 1, "reason": "known", "until": "2026-12-01"}
    replicas = [{"id": replica_id(number), "address": f"10.0.0.{number}"} for number in (1, 2)]
    lights = Lights({1: ["red"], 2: [second, "green"]}, read(changed(replicas=replicas, waivers=[waiver])))
    assert lights.look(wait=5) == looked


def test_what_could_not_be_checked_is_asked_again_though_a_failure_is_waived() -> None:
    waiver = {"condition": "TEST-1", "reason": "known", "until": "2026-12-01"}
    replicas = [{"id": replica_id(1), "address": "10.0.0.1"}]
    lights = Lights({1: ["grey", "green"]}, read(changed(replicas=replicas, waivers=[waiver])))
    assert lights.look() == [2]


def test_what_is_asked_once_is_not_asked_again() -> None:
    assert Lights({1: ["red", "green"]}, once=True).look(wait=0.2) == [1]


def test_what_is_asked_once_is_asked_until_it_is_answered() -> None:
    assert Lights({1: ["silent", "red", "green"]}, once=True).look(wait=5) == [2]


def test_what_completes_another_look_is_looked_at_again_with_it() -> None:
    observations = []

    @probe("a toy", deadline=5, same_round_as="light")
    def shade(replica: Replica) -> Toy:
        observations.append(replica.id)
        return toy("green")

    @probe("a toy", deadline=5)
    def shadow(replica: Replica, shade: Toy) -> Toy:  # noqa: ARG001
        observations.append("shadow")
        return toy("green")

    def check(shadow: Toy) -> Verdict:  # noqa: ARG001
        return passed()

    assert Lights({1: ["red"]}).look(also=check) == [2]
    assert observations == [replica_id(1), "shadow", replica_id(1)]


def test_what_is_compared_with_another_look_is_looked_at_again_where_that_one_is() -> None:
    observations = []

    @probe("a toy", deadline=5, same_round_as="light")
    def mirror(replica: Replica) -> Toy:
        observations.append(replica.id)
        return toy("green")

    def check(mirror: Toy) -> Verdict:  # noqa: ARG001
        return passed()

    assert Lights({1: ["red"], 2: ["green"]}, inventory(2)).look(also=check) == [2, 1]
    assert sorted(observations) == [replica_id(1), replica_id(1), replica_id(2)]


@pytest.mark.parametrize(("second", "looked"), [("green", [2, 1]), ("silent", [1])])
def test_what_needs_all_is_looked_at_again_once_one_more_is_seen(second: str, looked: list[int]) -> None:
    lights = Lights({1: ["green"], 2: ["silent", second]}, inventory(2))
    seen: dict[str, list[int]] = {}

    @probe("a toy", deadline=5, again_after="light")
    def room(replica: Replica, light: Toy, every_light: PerSubject[Toy]) -> Toy:  # noqa: ARG001
        seen.setdefault(replica.id, []).append(len(dict(every_light)))
        return toy("green")

    def check(room: Toy) -> Verdict:  # noqa: ARG001
        return passed()

    assert lights.look(check=check) == [1, 2]
    assert [len(each) for each in seen.values()] == looked
    assert seen[replica_id(1)][-1] == len(seen)


def test_what_was_needed_is_looked_at_again_as_well() -> None:
    lights = Lights({1: ["silent", "green"]})

    @probe("a toy", deadline=5)
    def room(replica: Replica, light: Toy) -> Toy:  # noqa: ARG001
        return toy(light.place)

    seen: list[str] = []

    def check(room: Toy) -> Verdict:
        seen.append(room.place)
        return passed()

    assert lights.look(check=check) == [2]
    assert set(seen) <= {"green"}


def test_what_needs_a_time_out_is_not_looked_at_again() -> None:
    lights = Lights({1: ["hanging", "green"]})
    ran: list[str] = []

    @probe("a toy", deadline=5)
    def room(replica: Replica, light: Toy) -> Toy:
        ran.append(replica.id)
        return toy(light.place)

    def check(room: Toy) -> Verdict:  # noqa: ARG001
        return passed()

    assert lights.look(check=check) == [1]
    assert ran == []


def test_what_could_not_be_seen_is_looked_at_again_and_not_what_was() -> None:
    lights = Lights({1: ["green"], 2: ["silent", "green"]}, inventory(2))

    def check(every_light: PerSubject[Toy]) -> Verdict:
        return SAYS[every_light[replica_id(2)].place]()

    assert lights.look(check=check, owns=False) == [1, 2]


def test_what_was_seen_and_does_not_hold_is_looked_at_again() -> None:
    lights = Lights({1: ["green"], 2: ["red", "green"]}, inventory(2))

    def check(every_light: PerSubject[Toy]) -> Verdict:
        return SAYS[every_light[replica_id(2)].place]()

    assert lights.look(check=check) == [2, 2]


# --- --wait ---------------------------------------------------------------------------------------------------------


def test_waiting_ends_when_all_holds() -> None:
    lights = Lights({1: ["red"] * 4 + ["green"], 2: ["green"]}, inventory(2))
    assert lights.look(wait=5) == [5, 1]
    assert "1 check not passing yet; checking again in 0 s" in lights.watched.said


def test_waiting_ends_when_its_time_is_over(clock: Clock) -> None:
    (observations,) = Lights({1: ["red"]}).look(wait=0.3)
    assert 0.25 < clock.passed < 0.4
    assert observations > 3


def test_a_warning_is_not_waited_for() -> None:
    assert Lights({1: ["yellow"]}).look(wait=5) == [2]


def test_a_warning_that_fails_the_run_is_waited_for() -> None:
    assert Lights({1: ["yellow", "yellow", "yellow", "green"]}).look(wait=5, blocking=BLOCKING | {Outcome.WARN}) == [4]


def test_the_time_limit_ends_waiting() -> None:
    started = time.monotonic()
    Lights({1: ["red"]}).look(wait=60, limit=0.3)
    assert time.monotonic() - started < patient(2)


def test_without_time_for_it_nothing_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "PAUSE", 60)
    assert Lights({1: ["red"]}).look() == [1]


# --- --stable -------------------------------------------------------------------------------------------------------


def test_it_is_seen_to_stay_so(clock: Clock) -> None:
    lights = Lights({1: ["green"], 2: ["green"]}, inventory(2))
    first, second = lights.look(stable=0.3)
    assert 0.25 < clock.passed < 0.4
    assert first == second > 3
    assert any("all conditions hold; watching for" in text for text in lights.watched.said)


def test_what_is_asked_once_is_not_asked_again_to_see_it_stay() -> None:
    assert Lights({1: ["green"]}, once=True).look(stable=0.1) == [1]


def test_what_does_not_stay_so_begins_anew(clock: Clock) -> None:
    (observations,) = Lights({1: ["green"] * 8 + ["red"] * 3 + ["green"]}).look(wait=5, stable=0.3)
    assert observations > 12
    assert clock.passed > 0.3


def test_stability_without_patience_ends_with_the_first_fault() -> None:
    (observations,) = Lights({1: ["green"] * 3 + ["red"]}).look(stable=5)
    assert observations == 4


# --- an end before the end ------------------------------------------------------------------------------------------


def test_what_an_interrupted_run_has_not_seen_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    lights = Lights({1: ["green"]})

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Scheduler, "look", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lights.look()
    observation = lights.store.latest(Key("light", replica_id(1)))
    assert observation is not None
    assert observation.cause is not None
    assert observation.cause.reason == "run.interrupted"
    assert str(observation.cause) == "the run was interrupted before this was checked"
    assert observation.cause.about == (f"replica:{replica_id(1)}",)
