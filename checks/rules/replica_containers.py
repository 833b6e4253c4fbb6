"""The containers of a replica, one by one: whether each runs, is healthy, and is attached to the overlay network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, passed, warned
from fixtures.core.evidence import Thing, thing
from fixtures.core.store import PerSubject
from fixtures.inventory import Replica
from fixtures.inventory.msr import COMPONENTS, container_name
from fixtures.probes.containers import Container, Containers

RUNNING = "running"
LONGEST_WAIT = timedelta(minutes=1)
"""Docker waits twice as long before each start of a container that does not stay up, and no longer than this."""
CAME_UP = timedelta(seconds=10)
"""Once a container has run for so long, Docker waits as before a first restart again."""
LONG_WAIT, BEFORE_IT = timedelta(seconds=6), 7
"""What Docker waits before a start only after so many restarts in a row, none of which stayed up."""
MANY = 10
"""So many restarts since a container was created are a loop where they came one after the other."""


def by_component(replica: Replica, containers: Containers) -> dict[str, Container]:
    """A replica's containers on a node, by component."""
    own = {each.component: each for each in containers.msr if each.replica == replica.id}
    return {name: own[name] for name in COMPONENTS if name in own}


def judge_running(
    replica: Replica, home: str, name: str, container: Container | None, everywhere: PerSubject[Containers]
) -> Verdict:
    """Whether one of the nine is there and runs (CTR-1). home: the replica's node; name: the component."""
    subject, about = f"{replica.id}:{name}", [container_thing(replica, name)]
    if container is None:
        elsewhere = [node for node, seen in everywhere.items() if node != home and name in by_component(replica, seen)]
        found = f"; it is on {elsewhere[0]}" if elsewhere else ""
        message = f"container {container_name(name, replica.id)} does not exist on {home}{found}"
        reason = "ctr.on-other-node" if elsewhere else "ctr.missing"
        return failed(reason, message, expected=RUNNING, subject=subject, about=about)
    if container.state in (RUNNING, "paused", "restarting"):  # the latter two are CTR-2's
        return passed(
            f"the container is {container.state}", seen=container.state, expected=RUNNING, subject=subject, about=about
        )
    return failed(
        _reason(container),
        _why_not(container),
        seen=container.state,
        expected=RUNNING,
        subject=subject,
        about=about,
        since=container.finished or (container.created if container.state == "created" else None),
    )


def _reason(container: Container) -> str:
    """The deepest cause that its engine reports."""
    if container.oom_killed:
        return "ctr.oom-killed"
    if container.error:
        return "ctr.start-failed"
    return f"ctr.{container.state}" if container.state in ("exited", "created") else "ctr.not-running"


def _why_not(container: Container) -> str:
    """Why a container does not run, with the end of its log."""
    state = f"exited with exit code {container.exit_code}" if container.state == "exited" else f"is {container.state}"
    since = "at" if container.state == "exited" else "since"
    at = f" {since} {container.finished:%Y-%m-%d %H:%M:%S} UTC" if container.finished else ""
    memory = ", OOM-killed" if container.oom_killed else ""
    error = f": {one_line(container.error)}" if container.error else ""
    return f"the container {state}{at}{memory}{error}{log_end(container.log, 5)}"


def judge_health(
    replica: Replica, container: Container, before: Container | None, since: datetime, containers: Containers
) -> Verdict:
    """Whether a container is healthy, and has been since then (CTR-2). before: as it was seen first in this run.

    containers: all of its node.
    """
    subject, about = f"{replica.id}:{container.component}", [container_thing(replica, container.component)]
    seen = {"state": container.state, "health": container.health, "restarts": container.restarts}
    told = _restarts(container, containers.now)
    if _loops(container, before, containers):
        message = f"the container is in a restart loop ({told}){log_end(container.log, 3)}"
        return failed("ctr.restarting", message, seen=seen, expected=RUNNING, subject=subject, about=about)
    if container.state == "paused":
        return failed(
            "ctr.paused", "the container is paused", seen=seen, expected=RUNNING, subject=subject, about=about
        )
    if not container.runs:  # Docker calls what has a health check unhealthy as soon as it has ended
        return passed(f"the container is {container.state}, see CTR-1", seen=seen, subject=subject, about=about)
    if container.health == "unhealthy":
        message = "the container's health check reports unhealthy"
        return failed("ctr.unhealthy", message, seen=seen, expected="healthy", subject=subject, about=about)
    at = container.finished
    if before is not None and before.restarts < container.restarts:
        message = f"the container restarted during this run ({told})"
        return failed("ctr.restarted", message, seen=seen, subject=subject, about=about, since=at)
    if container.restarts and at and at >= since:
        reason, what = ("ctr.oom-killed", "was OOM-killed") if container.oom_killed else ("ctr.restarted", "restarted")
        message = f"the container {what} at {at:%Y-%m-%d %H:%M:%S} UTC ({told})"
        return warned(reason, message, seen=seen, expected=RUNNING, subject=subject, about=about, since=at)
    return passed(f"the container is {container.health or container.state}", seen=seen, subject=subject, about=about)


def _restarts(container: Container, now: datetime) -> str:
    """How often it was restarted, and when it was started last."""
    last = f", last start {_span(now - container.started)} ago" if container.started else ""
    return f"restarted {many(container.restarts, 'time')}{last}"


def _span(time: timedelta) -> str:
    seconds = max(int(time.total_seconds()), 0)
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def _loops(container: Container, before: Container | None, containers: Containers) -> bool:
    """Whether it ends again and again: seen as it waits for its next start, or as it runs for a moment."""
    if container.state == "restarting":
        return True
    if not container.runs or not container.started or not container.finished:
        return False
    up = containers.now - container.started
    if before is not None and before.state == "restarting" and up < CAME_UP:
        return True
    if before is not None and before.finished and 0 < before.restarts < container.restarts:
        return container.finished - before.finished <= LONGEST_WAIT
    return (up < CAME_UP and _was_held_back(container, containers)) or _never_stayed_up(container, containers.now)


def _was_held_back(container: Container, containers: Containers) -> bool:
    """Whether Docker waited before its last start, as it does after many ends in a row.

    The engine was not restarted meanwhile: another container was up already when this one ended.
    """
    if container.restarts < BEFORE_IT or not container.started or not container.finished:
        return False
    ended, waited = container.finished, container.started - container.finished
    others = [each for each in containers.msr if each.name != container.name and each.runs and each.started]
    return LONG_WAIT <= waited <= LONGEST_WAIT + CAME_UP and any(
        each.started < ended for each in others if each.started
    )


def _never_stayed_up(container: Container, now: datetime) -> bool:
    """Whether it ran for no longer than this time since it was created, a minute at most on average."""
    if container.restarts < MANY or not container.created or not container.started:
        return False
    lived = (now - container.created) / container.restarts
    return lived <= LONGEST_WAIT and now - container.started <= lived


def log_end(log: str, number: int) -> str:
    """The last lines of a log, as a message ends; "" where there are none."""
    lines = [one_line(line) for line in log.splitlines() if line.strip()]
    return f"; end of its log: {' | '.join(lines[-number:])}" if lines else ""


def judge_attachment(replica: Replica, container: Container, networks: Sequence[str]) -> Verdict:
    """Whether a container is attached to the networks (CTR-4).

    One that does not run keeps its networks, and its endpoints are gone with it.
    """
    subject, about = f"{replica.id}:{container.component}", [container_thing(replica, container.component)]
    has = container.attached if container.runs else container.networks
    missing = [network for network in networks if network not in has]
    if missing:
        message = f"the container is not attached to {', '.join(missing)}"
        return failed("ctr.detached", message, seen=has, expected=list(networks), subject=subject, about=about)
    return passed(
        f"the container is attached to {', '.join(networks)}",
        seen=has,
        expected=list(networks),
        subject=subject,
        about=about,
    )


def container_thing(replica: Replica, component: str) -> Thing:
    """One of a replica's containers, as a thing that a verdict is about."""
    return thing("container", f"{component}-{replica.id}")
