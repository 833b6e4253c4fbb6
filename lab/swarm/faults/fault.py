"""What a fault of the lab is: how it is put in and taken out, how it shows, and what the suite must find."""

from collections.abc import Callable
from dataclasses import dataclass

from lab.embedded.expecting import ExpectedCause
from lab.swarm.commands import engine_errors, until
from lab.swarm.faults.expect import Expect
from lab.swarm.lab import Lab
from lab.swarm.plan import Plan

WORKERS = Plan(nodes=4, managers=1, replicas=3)
"""One manager; what happens on the link between nodes leaves the swarm's control plane alone."""
MANAGERS = Plan(nodes=3, managers=3, replicas=3)

Act = Callable[[Lab], object]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """title: one sentence, what an operator meets. plan: the lab that it needs.

    inject, heal: put it in and take it out; heal is None where the swarm takes longer to settle than a new lab to come
    up, or may not come back whole. shows: whether it has its effect, looked at without the suite. within: seconds until
    it must show. good_within: seconds until it must be gone after healing. trips: says all that the suite must find,
    and nothing else may be found. needs: a program without which it cannot be put in.
    """

    name: str
    title: str
    plan: Plan = WORKERS
    inject: Act
    heal: Act | None
    shows: Callable[[Lab], bool]
    within: float = 10.0
    good_within: float = 10.0
    trips: Callable[[Expect], None]
    needs: str | None = None

    def put_in(self, lab: Lab) -> None:
        """Inject it and wait until it shows; LabError if it does not."""
        with engine_errors():
            self.inject(lab)
        until(lambda: self.shows(lab), f"an effect of {self.name}", seconds=self.within, pause=0.2)

    def take_out(self, lab: Lab) -> None:
        """Heal it and wait until it is gone, and the overlay network whole; LabError if it stays.

        ValueError if it cannot be healed.
        """
        if self.heal is None:
            raise ValueError(f"{self.name} takes a new lab to heal")
        with engine_errors():
            self.heal(lab)
        until(lambda: not self.shows(lab), f"an end of {self.name}", seconds=self.good_within, pause=0.2)
        lab.await_overlay()
        lab.forget_logs()

    def expected(self) -> dict[tuple[str, str], str]:
        """What the suite must find: (condition, subject) → verdict."""
        return self._expectations().verdicts

    def expected_causes(self) -> tuple[ExpectedCause, ...]:
        """What a report must name as broken, in order."""
        return tuple(self._expectations().causes)

    def _expectations(self) -> Expect:
        expect = Expect(self.plan)
        self.trips(expect)
        return expect
