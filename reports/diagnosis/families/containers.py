"""Containers that do not run or are not as they should be, and their volumes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from reports.diagnosis.case import Case, name_of, things_of
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import DATABASE, component_of, harms_of, needs_database, replica_of, without_containers
from reports.records import Result

family = Family()

SEVERAL = 3
# Ended within this many seconds of each other: by one event, as a reboot.
_TOGETHER = 600
_DOWN = ("ctr.exited", "ctr.created", "ctr.not-running", "ctr.start-failed")


def _ended(each: Result) -> float | None:
    return datetime.fromisoformat(each.since.replace("Z", "+00:00")).timestamp() if each.since else None


def _at_once(own: Sequence[Result]) -> list[Result]:
    """The most that ended within a while; what has no time of its end is of any."""
    timed = sorted(((when, n) for n, each in enumerate(own) if (when := _ended(each)) is not None))
    groups = [{n for when, n in timed if first <= when <= first + _TOGETHER} for first, _ in timed]
    most = max(groups, key=len, default=set())
    return [each for n, each in enumerate(own) if n in most or _ended(each) is None]


def down_at_once(case: Case, replica: str) -> list[Result]:
    """The containers of a replica that went down together, where these are several; its database is the first."""
    own = [each for each in case.of("CTR-1") if each.reason in _DOWN and each.subject.partition(":")[0] == replica]
    own = _at_once(own)
    own.sort(key=lambda each: each.subject != f"{replica}:{DATABASE}")
    return own if len(own) >= SEVERAL else []


def _containers(own: Sequence[Result]) -> tuple[str, ...]:
    return things_of(own, "container")


def _names(things: Sequence[str]) -> str:
    return ", ".join(f"dtr-{name_of(each)}" for each in things)


def _found(case: Case, *reasons: str) -> list[Result]:
    """What was found at containers, but for the databases, whose loss is told as such."""
    return [each for each in case.found(*reasons) if DATABASE not in map(component_of, each.about)]


def _own_fault(case: Case, reason: str) -> list[Result]:
    """What was found at containers, but for those whose replica has its database down: they cannot do without it."""
    down = {
        replica_of(thing)
        for each in case.of("CTR-1")
        if each.reason in _DOWN
        for thing in _containers([each])
        if component_of(thing) == DATABASE
    }
    return [
        each
        for each in case.found(reason)
        if not any(replica_of(thing) in down and needs_database(thing) for thing in each.about)
    ]


@family.cause(
    "containers-down-after-reboot",
    "Several containers of {things} are down",
    remedy="start-containers",
    harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.NEXT_FAILURE),
    ladder=("save-first", "start"),
)
def containers_down_after_reboot(case: Case) -> Iterator[Finding]:
    """Several of the nine containers of a replica went down at the same time, as after a reboot of its node.

    Needs: CTR-1 fails for three or more of a replica, which ended within ten minutes.
    Predicts: what these containers do for the replica, and what follows from its database where it is one of them.
    Contradicted by: ends at other times: then each has its own cause.
    """
    own = {replica: down_at_once(case, replica) for replica in case.replicas}
    left = set(map(id, case.left))
    several = {r: fails for r, fails in own.items() if fails and any(id(each) in left for each in fails)}
    if several:
        shown = tuple(each for fails in several.values() for each in fails)
        down = _containers(shown)
        yield Finding(
            tuple(f"replica:{replica}" for replica in several),
            shown,
            predicts=without_containers(case, down),
            harms=harms_of(down),
            detail=f"down: {_names(down)}",
        )


@family.cause(
    "container-down",
    "{things} {is} down",
    remedy="start-containers",
    others=("start-refused",),
    ladder=("save-first", "start"),
    harms=(),
)
def container_down(case: Case) -> Iterator[Finding]:
    """A container of a replica exited, was never started, or could not be started.

    Needs: CTR-1 fails for it; that of a database is a database that is down.
    Predicts: `/_ping` that names it, and what it does for its replica.
    Contradicted by: Docker that shows it running.
    """
    if own := _found(case, *_DOWN):
        down = _containers(own)
        # The Docker engine says why it could not start them, and would fail again.
        refused = all(each.reason == "ctr.start-failed" for each in own)
        yield Finding(
            down,
            tuple(own),
            predicts=without_containers(case, down),
            harms=harms_of(down),
            ladder=("repair-first",) if refused else None,
            remedy="start-refused" if refused else None,
        )


@family.cause(
    "container-missing", "{things} {does} not exist on its node", remedy="start-containers", harms=(),
    ladder=("save-first", "reconfigure"),
)  # fmt: skip
def container_missing(case: Case) -> Iterator[Finding]:
    """A container of a replica does not exist on the replica's node.

    Needs: CTR-1 finds none.
    Predicts: what it does for its replica.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.missing", "ctr.on-other-node"):
        gone = _containers(own)
        all_nine = any(sum(replica_of(each) == r for each in gone) >= 9 for r in case.replicas)
        ladder = ("call-support",) if all_nine else None
        yield Finding(gone, tuple(own), predicts=without_containers(case, gone), harms=harms_of(gone), ladder=ladder)


@family.cause("crash-loop", "{things} {does} not stay up: restart loop", remedy="sick-container", harms=())
def crash_loop(case: Case) -> Iterator[Finding]:
    """A container starts and ends again and again.

    Needs: CTR-2 sees it wait for its next start, or sees by its restarts that it just runs for a moment.
    Predicts: what it does for its replica.
    Contradicted by: its own database that is down, which alone makes it restart.
    """
    own = _own_fault(case, "ctr.restarting")
    if own:
        loops = _containers(own)
        yield Finding(loops, tuple(own), predicts=without_containers(case, loops), harms=harms_of(loops))


@family.cause("oom-killed", "{things} ran out of memory", remedy="memory-short", harms=())
def oom_killed(case: Case) -> Iterator[Finding]:
    """A container was ended by the kernel as memory ran out.

    Needs: Docker says so (CTR-1 or CTR-2).
    Predicts: what it does for its replica, while it is down.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.oom-killed"):
        down = _containers([each for each in own if each.condition == "CTR-1"])
        harms = harms_of(down) or (Harm.UNNOTICED,)
        yield Finding(_containers(own), tuple(own), predicts=without_containers(case, down), harms=harms)


@family.cause(
    "container-paused", "{things} {is} paused", remedy="sick-container", ladder=("save-first", "start"), harms=()
)
def container_paused(case: Case) -> Iterator[Finding]:
    """A container is paused: it exists, and does nothing.

    Needs: CTR-2 sees it paused.
    Predicts: what it does for its replica.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.paused"):
        paused = _containers(own)
        yield Finding(paused, tuple(own), predicts=without_containers(case, paused), harms=harms_of(paused))


@family.cause(
    "container-off-the-overlay", "{things} {is} not on the overlay network", remedy="reattach-container", harms=()
)
def container_off_the_overlay(case: Case) -> Iterator[Finding]:
    """A container is not attached to the overlay network: the others do not reach it.

    Needs: CTR-4 fails, and the container runs.
    Predicts: what it does for the replicas.
    Contradicted by: a container that is down: then that is the cause.
    """
    if own := case.found("ctr.detached"):
        off = _containers(own)
        yield Finding(off, tuple(own), predicts=without_containers(case, off), harms=harms_of(off))


@family.cause(
    "container-unhealthy",
    "The health check of {things} fails",
    remedy="sick-container",
    ladder=("save-first", "restart-container"),
    harms=(),
)
def container_unhealthy(case: Case) -> Iterator[Finding]:
    """A container runs, and its own health check fails.

    Needs: CTR-2 sees it unhealthy.
    Predicts: `/_ping` that names it, and what it does for its replica.
    Contradicted by: the replica's database that is down, which alone makes it unhealthy.
    """
    own = _own_fault(case, "ctr.unhealthy")
    if own:
        sick = frozenset(_containers(own))
        yield Finding(
            tuple(sick),
            tuple(own),
            predicts=without_containers(case, sick),
            harms=harms_of(sick),
        )


@family.cause("volume-missing", "{things} {is} missing", remedy="missing-volume", harms=(Harm.NEXT_FAILURE,))
def volume_missing(case: Case) -> Iterator[Finding]:
    """A volume of a replica does not exist on its node.

    Needs: CTR-5 does not find it.
    Predicts: nothing beyond what was not seen because of it.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("ctr.volume-missing"):
        yield Finding(things_of(own, "volume"), tuple(own))


family.by_reason(
    "container-silent",
    "{things} {does} not reply at the address that the engine shows",
    "A container that runs, as its engine says, does not reply on its own node at the address that it has, or its "
    "database not on its port.",
    "net.container-silent",
    "net.database-port-silent",
    remedy="container-silent",
    harms=(Harm.OTHER_NODES,),
)
