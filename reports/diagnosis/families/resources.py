"""What runs short or goes wrong on a machine that is up: disks, clocks, memory, ports, what the account may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reports.diagnosis.case import Case, fails, nodes_in, things_of, unknown
from reports.diagnosis.families.database import repeats_issues
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.nodes import OUT_OF_SWARM
from reports.records import Result

family = Family()

_SHORT_OF_MEMORY = (
    "node.database-swapped",
    "node.memory-short",
    "node.memory-database",
    "node.memory-component",
    "node.memory-container",
    "node.memory-process",
)
_MEMORY_ISSUES = ("status.memory-error", "rdb.memory-error")
_SPACE, _INODES = "node.disk-short", "node.inodes-short"


@family.cause(
    "disk-full",
    "A disk of {things} is full",
    logs=("log.disk-full", "log.engine-disk-full"),
    remedy="disk-full",
    others=("no-inodes",),
    harms=(Harm.PUSH, Harm.NEXT_FAILURE),
)
def disk_full(case: Case) -> Iterator[Finding]:
    """A disk of a node has no free space, or no free inodes.

    Needs: NODE-2 fails.
    Predicts: RethinkDB cannot write its log on that node, no probe container can be made there, and there is no room
    for the images of an upgrade.
    Contradicted by: nothing that a run sees.
    """
    # Images that are stored elsewhere need no room here.
    harms = (Harm.NEXT_FAILURE,) if case.passes("STORE-1", "cluster") else None
    if own := [each for each in case.found(_SPACE) if fails(each)]:
        yield Finding(things_of(own, "node"), tuple(own), predicts=_not_written(case, own), harms=harms)
    if own := [each for each in case.found(_INODES) if fails(each)]:
        yield Finding(
            things_of(own, "node"),
            tuple(own),
            predicts=_not_written(case, own),
            harms=harms,
            title="A disk of {things} has no free inodes",
            remedy="no-inodes",
        )


def _not_written(case: Case, own: Sequence[Result]) -> Callable[[Result], bool]:
    """What cannot be written on the nodes of these disks."""
    nodes = {name for each in own for name in nodes_in(each)}
    databases = {f"database:{name}" for node in nodes for name in case.replicas_on(node)}

    def follows(result: Result) -> bool:
        if result.reason in ("status.log-write-error", "rdb.log-write-error"):
            return set(result.about) <= databases
        if result.reason == "pre.disk-short":
            return bool(result.about) and nodes_in(result) <= nodes
        not_made = result.reason in ("container.not-made", "container.slow-start")
        return unknown(result) and not_made and bool(result.about) and nodes_in(result) <= nodes

    return follows


@family.cause(
    "clock-off",
    "The clock of {things} is wrong",
    logs=("log.certificate-expired", "log.storage-clock", "log.clocks-apart", "log.engine-certificate"),
    remedy="set-the-clock",
    harms=(Harm.SIGN_IN, Harm.PULL),
)
def clock_off(case: Case) -> Iterator[Finding]:
    """The clock of a node differs from those of the others: tokens are refused as not yet valid, or as expired.

    Needs: NODE-3 fails or warns; or, where no node's clock was read, TOKEN-4 at a replica.
    Predicts: tokens of its replica that are ahead or behind, or refused.
    Contradicted by: nothing that a run sees.
    """
    own = case.found("node.clock-off")
    if own:
        replicas = {name for each in own for name in case.replicas_on(each.subject)}

        def follows(result: Result) -> bool:
            return result.reason == "token.clock-apart" and result.subject in replicas

        failing = any(map(fails, own))
        yield Finding(
            things_of(own, "node"), tuple(own), predicts=follows, harms=None if failing else (Harm.UNNOTICED,)
        )
    judged = {each.subject for each in case.of("NODE-3") if not unknown(each)}
    seen = [each for each in case.found("token.clock-apart") if case.node_of(each.subject) not in judged]
    if seen:
        yield Finding(tuple(f"replica:{each.subject}" for each in seen), tuple(seen))


@family.cause(
    "memory-pressure",
    "{things} {is} short of memory",
    logs=("log.out-of-memory", "log.database-swapped", "log.kernel-out-of-memory", "log.engine-out-of-memory"),
    remedy="memory-short",
    others=("memory-database", "memory-component", "memory-others"),
    harms=(Harm.NEXT_FAILURE,),
)
def memory_pressure(case: Case) -> Iterator[Finding]:
    """A node has little memory left, or a part of a database is in swap, or RethinkDB says so itself.

    Needs: NODE-4 warns, or RethinkDB's issue memory_error.
    Predicts: that issue at the databases of a node that is short of memory.
    Contradicted by: nothing that a run sees.
    """
    groups: dict[str | None, list[Result]] = {}
    for each in case.found(*_SHORT_OF_MEMORY):
        groups.setdefault(each.remedy, []).append(each)
    for remedy, own in groups.items():
        short = {f"database:{name}" for each in own for name in case.replicas_on(each.subject)}
        yield Finding(things_of(own, "node"), tuple(own), predicts=_issues_of(short), remedy=remedy)
    if told := case.found(*_MEMORY_ISSUES):
        things = things_of(told, "database", "node")
        yield Finding(things, tuple(told), predicts=lambda each: repeats_issues(case, each, things))


def _issues_of(databases: set[str]) -> Callable[[Result], bool]:
    """RethinkDB's own issue about these databases alone."""
    return lambda each: each.reason in _MEMORY_ISSUES and bool(each.about) and set(each.about) <= databases


@family.cause("disk-filling", "A disk of {things} is filling up", remedy="disk-filling", others=("no-inodes",))
def disk_filling(case: Case) -> Iterator[Finding]:
    """A disk of a node has little free space left.

    Needs: NODE-2 warns.
    Predicts: nothing yet.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found(_SPACE):
        yield Finding(things_of(own, "node"), tuple(own))
    if own := case.found(_INODES):
        yield Finding(
            things_of(own, "node"), tuple(own), title="A disk of {things} has few free inodes", remedy="no-inodes"
        )


def _in_swarm(case: Case, own: list[Result]) -> list[Result]:
    """Those of nodes that are in the swarm: on one that is out of it no port of it is open, nor one published."""
    out = {each.subject for each in case.of("NODE-1") if each.reason in OUT_OF_SWARM}
    return [each for each in own if each.subject not in out]


@family.cause(
    "swarm-port-closed", "A port of the swarm is closed on {things}", remedy="swarm-port", harms=(Harm.NEXT_FAILURE,)
)
def swarm_port_closed(case: Case) -> Iterator[Finding]:
    """A node is in the swarm, and does not listen on a port of it.

    Needs: NODE-5 fails for 2377 or 7946.
    Predicts: nothing.
    Contradicted by: an engine that is in no swarm: then that is the cause.
    """
    if own := _in_swarm(case, case.found("node.swarm-port-closed")):
        yield Finding(things_of(own, "node"), tuple(own))


@family.cause(
    "web-port-closed",
    "{things} {does} not listen on the web ports of its replica",
    remedy="web-port",
    harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH),
)
def web_port_closed(case: Case) -> Iterator[Finding]:
    """The container dtr-nginx runs, and nothing listens on the ports that it publishes.

    Needs: NODE-5 fails for a web port.
    Predicts: its replica is silent.
    Contradicted by: a replica that answers, or an engine that is in no swarm.
    """
    if own := _in_swarm(case, case.found("node.web-port-closed")):
        replicas = {f"replica:{name}" for each in own for name in case.replicas_on(each.subject)}

        def follows(result: Result) -> bool:
            silence = unknown(result) or result.condition == "PING-1"
            return silence and bool(result.about) and set(result.about) <= replicas

        yield Finding(things_of(own, "node"), tuple(own), predicts=follows)


@family.cause("processes-hidden", "The account on {things} does not see enough", remedy="account-sees-little")
def processes_hidden(case: Case) -> Iterator[Finding]:
    """The account that these checks use on a node does not see what they need: processes, or where Docker's data is.

    Needs: UNKNOWN for that.
    Predicts: nothing of the cluster.
    Contradicted by: nothing that a run sees.
    """
    own = case.found("node.process-hidden", "node.root-not-reported", "node.disk-not-reported", unknown=True)
    if own:
        yield Finding(things_of(own, "node"), tuple(own))
