"""Has everything looked at that the checks need, and what did not hold again: one mechanism, also for `--wait`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from checks.engine.bound_check import BoundCheck, keys_of
from checks.engine.evaluate import Judge
from checks.engine.waivers import Waivers
from checks.rules.wording import many
from checks.verdict import Outcome
from fixtures.core.probe import PROBES
from fixtures.core.scheduler import Scheduler
from fixtures.core.store import Key, NoResponse
from fixtures.target import Target

PAUSE = 3.0
LONGEST_PAUSE = 30.0
STABLE_PAUSE = 5.0
UNSETTLED = frozenset({Outcome.FAIL, Outcome.UNKNOWN, Outcome.WARN})


@dataclass
class Retry:
    """wait: how long to look again at what would fail the run. stable: for how long it must then go on to hold.

    blocking: the outcomes that `--wait` waits for. until: the end of the run, on the monotonic clock.
    """

    target: Target
    judge: Judge
    asked: list[BoundCheck]
    scheduler: Scheduler
    wait: timedelta
    stable: timedelta
    blocking: frozenset[Outcome]
    until: float

    def look(self) -> None:
        """Look once, after a pause again at what did not hold, and then as long as the options say."""
        plan = self.scheduler.plan(key for each in self.asked for key in self._keys(each))
        try:
            self.scheduler.look(plan, 0, self.until)
            self._once_more()
            if self.wait or self.stable:
                self._until_stable(plan)
        except KeyboardInterrupt:
            self.scheduler.interrupted(plan)
            raise

    def _once_more(self) -> None:
        keys = self._worth_asking(self._unsettled(UNSETTLED), patient=False)
        if keys and time.monotonic() + PAUSE < self.until:
            self._look(keys, PAUSE)

    def _until_stable(self, plan: set[Key]) -> None:
        wait_until = time.monotonic() + self.wait.total_seconds()
        held_since: float | None = None
        pause = PAUSE
        while time.monotonic() < self.until:
            blocking = self._unsettled(self.blocking)
            if not blocking:
                held_since = held_since or time.monotonic()
                left = held_since + self.stable.total_seconds() - time.monotonic()
                if left <= 0:
                    return
                self.scheduler.watcher.message(f"all conditions hold; watching for {left:.0f} s more")
                self._look({key for key in plan if not PROBES[key.probe].once}, min(STABLE_PAUSE, left))
                continue
            held_since = None
            keys = self._worth_asking(blocking, patient=True)
            if not keys or time.monotonic() >= wait_until:
                return
            self.scheduler.watcher.message(
                f"{many(len(blocking), 'check')} not passing yet; checking again in {pause:.0f} s"
            )
            self._look(keys, min(pause, max(0.0, wait_until - time.monotonic())))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _look(self, keys: set[Key], pause: float) -> None:
        self.judge.forget_views()
        time.sleep(max(0.0, min(pause, self.until - time.monotonic())))
        unseen = {key for key in keys if self._failed(key)}
        self.scheduler.look(keys | self._of_same_round(keys), self.target.store.rounds, self.until)
        late = self._seen_without({key.probe for key in unseen if not self._failed(key)}, keys)
        if late:
            self.scheduler.look(late | self._of_same_round(late), self.target.store.rounds, self.until)

    def _seen_without(self, came: set[str], just_seen: set[Key]) -> set[Key]:
        """What was seen when these probes had not seen everything yet that they see now, and needs all of it."""
        seen = set(self.target.store.observations) - just_seen
        return {key for key in seen if PROBES[key.probe].again_after in came and not self._failed(key)}

    def _of_same_round(self, again: set[Key]) -> set[Key]:
        """Facts of different rounds must not be compared: what lies between them would be taken for a fault."""
        seen = self.target.store.observations
        probes = {key.probe for key in again}
        following: set[Key] = set()
        for key in seen:
            followed = PROBES[key.probe].same_round_as
            if followed in probes:
                its = Key(followed, key.subject)
                if its in again or its not in seen:
                    following.add(key)
        return following

    def _unsettled(self, outcomes: frozenset[Outcome]) -> list[BoundCheck]:
        waivers = self._waivers()
        return [each for each in self.asked if any(outcome in outcomes for outcome in self._outcomes(each, waivers))]

    def _waivers(self) -> Waivers:
        """What is waived as things are now: whether a count is exceeded depends on what all checks say."""
        of_inventory, today = self.target.inventory.waivers, self.target.judged_at.date()
        judged = [(each.condition.id, one) for each in self.asked for one in self.judge.verdicts_now(each)]
        return Waivers(of_inventory, judged, today)

    def _outcomes(self, asked: BoundCheck, waivers: Waivers) -> Iterator[Outcome]:
        for each in self.judge.verdicts_now(asked):
            if waivers.covering(asked.condition.id, each) is None:
                yield each.verdict.outcome

    def _keys(self, asked: BoundCheck) -> list[Key]:
        return keys_of(asked, self.target.inventory)

    def _worth_asking(self, unsettled: Iterable[BoundCheck], *, patient: bool) -> set[Key]:
        """What these checks are judged on, with what failed before it, as far as asking again may change anything."""
        worth: dict[Key, bool] = {}
        waivers = self._waivers()
        for asked in unsettled:
            keys = self._keys(asked)
            unseen = [key for key in keys if self._failed(key)]
            only_unseen = set(self._outcomes(asked, waivers)) & UNSETTLED == {Outcome.UNKNOWN}
            for key in (unseen or keys) if only_unseen else keys:
                self._worth(key, worth, patient)
        return {key for key, yes in worth.items() if yes}

    def _worth(self, key: Key, worth: dict[Key, bool], patient: bool) -> bool:
        if key in worth:
            return worth[key]
        observation = self.target.store.latest(key)
        timed_out = (
            observation is not None and isinstance(observation.cause, NoResponse) and observation.cause.timed_out
        )
        seen_once = PROBES[key.probe].once and not self._failed(key)
        worth[key] = not seen_once and (patient or not timed_out)
        if worth[key] and observation is not None and observation.inherited:
            causes = [self._worth(need, worth, patient) for need in self.scheduler.needs(key) if self._failed(need)]
            worth[key] = any(causes)
        return worth[key]

    def _failed(self, key: Key) -> bool:
        observation = self.target.store.latest(key)
        return observation is not None and observation.cause is not None
