"""How far apart the replicas' clocks are, from the Date headers of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from fixtures.core.store import PerSubject
from fixtures.probes.endpoints import Ping

# A Date header has whole seconds: the time was up to a second later.
DATE_SECONDS = 1.0


@dataclass(frozen=True)
class Clock:
    """Seconds by which a clock is ahead of the asking machine's, and how far off that may be."""

    ahead: float
    error: float


def clocks(every_ping: PerSubject[Ping]) -> dict[str, Clock]:
    """The clock of each replica that answered with a Date, by the answer that took the least time."""
    return {replica: clock for replica, ping in every_ping.items() if (clock := clock_of(ping)) is not None}


def clock_of(ping: Ping) -> Clock | None:
    """A replica's clock; None where no answer has a Date."""
    measured = []
    for answer in ping.answers:
        if answer.server_date is not None:
            half = (answer.answered_at - answer.asked_at) / 2
            ahead = (answer.server_date - (answer.asked_at + half)).total_seconds() + DATE_SECONDS / 2
            measured.append(Clock(ahead, half.total_seconds() + DATE_SECONDS / 2))
    return min(measured, key=lambda clock: clock.error, default=None)


def from_median(clock: Clock, everybody: dict[str, Clock]) -> float:
    """Seconds by which a clock is ahead of the median, less the measuring error; 0 within it."""
    apart = clock.ahead - median(each.ahead for each in everybody.values())
    return max(0.0, abs(apart) - clock.error) * (1 if apart >= 0 else -1)


def spread(everybody: dict[str, Clock]) -> float:
    """Seconds between the first and the last of the clocks."""
    ahead = [clock.ahead for clock in everybody.values()]
    return max(ahead) - min(ahead) if ahead else 0.0
