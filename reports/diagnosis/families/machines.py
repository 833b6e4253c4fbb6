"""Faults of the machines: power, disk, memory, clock, the Docker engine and the way in to them."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, fails, nodes_in, replicas_in, things_of
from reports.diagnosis.effects import either, of_a_lost_replica, unseen_at
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.reach import reported_well, silent_replicas
from reports.records import Result, VerdictWord

family = Family()

_SILENT = (
    "node.no-connection",
    "node.no-route",
    "node.not-listening",
    "node.refused",
    "node.hangs",
    "node.not-ready",
    "node.connection-lost",
    "node.no-banner",
    "node.login-timeout",
    "node.timeout",
)
_ENGINE = (
    "node.not-listening",
    "node.no-socket",
    "node.not-running",
    "node.connection-lost",
    "node.not-docker",
    "node.unexpected",
    "node.error",
)
_LOG_IN = tuple(
    f"{way}.{what}"
    for way in ("node", "ssh", "shell")
    for what in (
        "refused",
        "no-banner",
        "closed",
        "nothing-in-common",
        "host-key-unknown",
        "host-key-changed",
        "host-key-revoked",
        "login-refused",
        "login-timeout",
        "jump-host",
    )
)


def _of_nodes(case: Case, *reasons: str, unseen: bool = False) -> dict[str, list[Result]]:
    """The problems of NODE-1 for these reasons, by node."""
    found: dict[str, list[Result]] = {}
    for each in case.found(*reasons) + (case.found(*reasons, unknown=True) if unseen else []):
        if each.condition == "NODE-1":
            found.setdefault(each.subject, []).append(each)
    return found


def _missed(case: Case, node: str) -> list[Result]:
    """What others report of a node that is gone: its replica's server is not connected or its health report is old, or
    the other managers do not reach it either.
    """
    carried = set(case.replicas_on(node))
    reported = [each for each in case.of("STATUS-8", "STATUS-5") if fails(each) and replicas_in(case, each) & carried]
    reported += [each for each in case.of("NODE-6") if fails(each) and nodes_in(each) == {node}]
    silent = carried <= set(silent_replicas(case))
    return reported if carried and silent else []


@family.cause(
    "node-down",
    "{things} {is} down",
    remedy="node-down",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "repair-first", "remove-join"),
)
def node_down(case: Case) -> Iterator[Finding]:
    """A machine is off or cut off from everything: its replica went with it, and comes back with it.

    Needs: neither its engine nor its replica responds, and the other replicas miss its database or its health report.
    Predicts: all that is said of its replica, its manager and its containers.
    Contradicted by: any way in that responds, or a replica that the others see well.
    """
    found = _of_nodes(case, *_SILENT)
    down = {node: own for node, own in found.items() if _missed(case, node)}
    if down:
        carried = {name for node in down for name in case.replicas_on(node)}
        managers = [each for each in case.found("node.manager-unreachable") if nodes_in(each) <= set(down)]
        own = [each for verdicts in down.values() for each in verdicts]
        yield Finding(
            tuple(f"node:{node}" for node in down),
            tuple(own),
            predicts=either(of_a_lost_replica(case, carried), unseen_at(case, down), lambda each: each in managers),
        )


@family.cause(
    "engine-hung",
    "The Docker engine of {things} hangs",
    remedy="node-down",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "repair-first", "restart-engine"),
)
def engine_hung(case: Case) -> Iterator[Finding]:
    """A Docker engine accepts connections and never responds; its containers may go on serving.

    Needs: NODE-1 fails since the engine does not respond within the time limit.
    Predicts: the manager on that node that is unreachable, and all that Docker was asked there.
    Contradicted by: an engine that responds.
    """
    yield from _engines(case, "node.hangs")


@family.cause(
    "engine-down",
    "The Docker engine of {things} is not running",
    remedy="node-down",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "repair-first", "restart-engine"),
)
def engine_down(case: Case) -> Iterator[Finding]:
    """A Docker engine does not run, and its replica may go on serving without it.

    Needs: NODE-1 fails since the engine does not listen, has no socket, or ends connections.
    Predicts: the manager on that node that is unreachable, and all that Docker was asked there.
    Contradicted by: an engine that responds; others that miss the replica too (then the node is down).
    """
    yield from _engines(case, *_ENGINE)


def _engines(case: Case, *reasons: str) -> Iterator[Finding]:
    found = _of_nodes(case, *reasons)
    if found:
        own = [each for verdicts in found.values() for each in verdicts]
        unseen = unseen_at(case, found)
        carried = {name for node in found for name in case.replicas_on(node)}
        silent = carried & set(silent_replicas(case))

        def follows(result: Result) -> bool:
            manager = result.reason == "node.manager-unreachable" and nodes_in(result) <= set(found)
            # Docker's proxy publishes the ports: they close with the engine.
            return unseen(result) or manager or (result.condition == "PING-1" and result.subject in silent)

        yield Finding(tuple(f"node:{node}" for node in found), tuple(own), predicts=follows)


@family.cause("log-in-refused", "The log-in by ssh to {things} fails", remedy="node-down")
def log_in_refused(case: Case) -> Iterator[Finding]:
    """The way in to a node is closed; nothing shows that the node itself is at fault.

    Needs: NODE-1 fails for the log-in: a key, a host key, or sshd that does not respond.
    Predicts: all that the shell and, where it goes through ssh, Docker was asked there.
    Contradicted by: other replicas that miss its replica too (then the node is down).
    """
    found = _of_nodes(case, *_LOG_IN, unseen=True)
    if found:
        own = [each for verdicts in found.values() for each in verdicts]
        yield Finding(tuple(f"node:{node}" for node in found), tuple(own), predicts=unseen_at(case, found))


@family.cause("host-silent", "{things} {does} not respond to this machine", remedy="node-down")
def host_silent(case: Case) -> Iterator[Finding]:
    """No way in to a node responds, and nothing else tells whether it is down or only out of reach from here.

    Needs: NODE-1 fails without a connection, and no other replica reports that it misses the replica of the node.
    Predicts: all that was asked there.
    Contradicted by: others that miss its replica (then the node is down), or see it well (then only this machine does
    not reach the node).
    """
    found = _of_nodes(case, "node.no-connection", "node.no-route", "node.timeout", "node.unresolved")
    for node, own in found.items():
        if not any(reported_well(case, name) for name in case.replicas_on(node)):
            yield Finding((f"node:{node}",), tuple(own), predicts=unseen_at(case, [node]))


@family.cause(
    "disk-full",
    "The disk of {things} is full",
    remedy="disk-full",
    harms=(Harm.PUSH, Harm.NEXT_FAILURE),
)
def disk_full(case: Case) -> Iterator[Finding]:
    """A disk of a node has no free space, or no free inodes.

    Needs: NODE-2 fails.
    Predicts: RethinkDB that cannot write its log on that node, and containers that cannot be started there.
    Contradicted by: nothing that a run sees.
    """
    own = [each for each in case.found("node.disk-short", "node.inodes-short") if fails(each)]
    if own:
        nodes = {name for each in own for name in nodes_in(each)}
        databases = {f"database:{name}" for node in nodes for name in case.replicas_on(node)}
        unseen = unseen_at(case, nodes)

        def follows(result: Result) -> bool:
            log = result.reason in ("status.log-write-error", "rdb.log-write-error")
            return (log and set(result.about) <= databases) or (unseen(result) and result.area == "NET")

        yield Finding(things_of(own, "node"), tuple(own), predicts=follows)


family.by_reason(
    "disk-filling",
    "The disk of {things} is filling up",
    "A disk of a node has little free space left.",
    "node.disk-short",
    "node.inodes-short",
    word=VerdictWord.WARN,
    remedy="disk-full",
)


@family.cause(
    "containerd-hung",
    "Docker on {things} starts and runs nothing",
    remedy="node-down",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "repair-first", "restart-engine"),
)
def containerd_hung(case: Case) -> Iterator[Finding]:
    """An engine lists its containers, and can start none: containerd or its shim hangs.

    Needs: containers of this run that did not start, or did not answer, on a node whose engine responds.
    Predicts: what these containers should have shown.
    Contradicted by: a node that is drained, paused, out of the swarm or has a full disk.
    """
    slow = case.found("container.slow-start", "container.no-answer", "container.connection-lost", unknown=True)
    own = [each for each in slow if nodes_in(each)]
    nodes = {node for each in own for node in nodes_in(each)}
    if own:
        yield Finding(tuple(f"node:{node}" for node in nodes), tuple(own), predicts=unseen_at(case, nodes))


@family.cause(
    "clock-off",
    "The clock of {things} differs from the others",
    remedy="set-the-clock",
    harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH),
)
def clock_off(case: Case) -> Iterator[Finding]:
    """A node's clock differs from those of the others: tokens made elsewhere are refused there, or the other way round.

    Needs: NODE-3 or TOKEN-4 finds the difference.
    Predicts: the same in the Date header of its replica.
    Contradicted by: nothing that a run sees.
    """
    own = case.found("node.clock-off", "token.clock-apart")
    if own:
        nodes = {node for each in own for node in nodes_in(each)}
        carried = {name for node in nodes for name in case.replicas_on(node)}
        others = [thing for thing in things_of(own, "replica") if thing.partition(":")[2] not in carried]
        own.sort(key=lambda each: each.condition != "NODE-3")
        harms = None if any(map(fails, own)) else (Harm.UNNOTICED,)
        yield Finding((*(f"node:{node}" for node in nodes), *others), tuple(own), harms=harms)


family.by_reason(
    "memory-pressure",
    "{things} {is} short of memory",
    "A node is short of memory, or a part of its database is swapped out: its database server answers late.",
    "node.database-swapped",
    "node.memory-short",
    "status.memory-error",
    "rdb.memory-error",
    remedy="memory-short",
    harms=(Harm.NEXT_FAILURE,),
)
family.by_reason(
    "processes-hidden",
    "The account on {things} cannot see what is to be checked",
    "The account of the shell may not see processes or directories of the node.",
    "node.process-hidden",
    "node.root-not-reported",
    "node.disk-not-reported",
    unknown=True,
    remedy="account-restricted",
)
