"""Faults of the machines and their Docker engines: power, the way in, engines that stopped or hang."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, name_of, nodes_in, type_of, unknown, wrong
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.logged import OF_LOST_DATABASES, OF_LOST_NODES
from reports.diagnosis.nodes import (
    BY_SHELL,
    DROPPED,
    HOST_KEY,
    NO_WAY_IN,
    SHUT,
    STOPPED,
    TURNED_AWAY,
    ends_in,
    is_alive,
    lost_managers,
    lost_with,
    majority_gone,
    missed_by_others,
    unseen_at,
    unseen_for,
)
from reports.diagnosis.reach import reported_well, silent_replicas
from reports.records import Result

family = Family()

_NINE = 9
_OUTAGE = (Harm.START_WORKLOADS, Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.NEXT_FAILURE)


def _nodes(names: list[str]) -> tuple[str, ...]:
    return tuple(f"node:{name}" for name in names)


def _ready(case: Case, nodes: list[str]) -> tuple[Result, ...]:
    """What NODE-1 says of these nodes, where that is left."""
    return tuple(each for each in case.left if each.condition == "NODE-1" and each.subject in nodes)


def _off(case: Case, node: str) -> bool:
    """Whether a node's engine is beyond reach, or does not run, and nothing else there answers either."""
    reason = unseen_for(case, "engine", node)
    at_reach = ends_in(reason, (*NO_WAY_IN, *STOPPED, "hangs")) and not (reason or "").startswith("docker.not-running")
    return at_reach and not is_alive(case, node)


@family.cause(
    "engine-lost-its-store",
    "The Docker engine of {things} has lost sight of its containers and volumes",
    remedy="engine-lost-its-store",
    harms=(Harm.NEXT_FAILURE,),
)
def engine_lost_its_store(case: Case) -> Iterator[Finding]:
    """An engine shows none of a replica's containers and none of its volumes: another data root, or a disk that is not
    mounted. The data is there.

    Needs: all nine containers and the volumes of a replica missing on its node.
    Predicts: all that follows from a replica that is down, and an engine that is in no swarm: that lies there too.
    Contradicted by: any container or volume of the replica; a cluster that does not know it: then it was removed.
    """
    removed = {name_of(t) for r in case.found("status.replica-missing") for t in r.about}
    emptied = [each for each in case.replicas if each not in removed and _all_missing(case, each)]
    own = [r for each in emptied for r in case.found("ctr.missing", "ctr.volume-missing") if each in r.subject]
    nodes = [node for each in emptied if (node := case.node_of(each))]
    if own and nodes:
        lost = lost_with(case, nodes)

        def follows(result: Result) -> bool:
            out = result.reason == "net.not-in-swarm" and nodes_in(result) <= set(nodes)
            return out or lost(result)

        yield Finding(_nodes(nodes), tuple(own), predicts=follows)


def _all_missing(case: Case, replica: str) -> bool:
    containers = [r for r in case.of("CTR-1") if r.subject.partition(":")[0] == replica]
    volumes = [r for r in case.of("CTR-5") if r.subject.partition(":")[0] == replica]
    return (
        len(containers) >= _NINE
        and bool(volumes)
        and all(r.reason == "ctr.missing" for r in containers)
        and all(r.reason == "ctr.volume-missing" for r in volumes)
    )


@family.cause(
    "node-down",
    "{things} {is} down",
    logs=(*OF_LOST_DATABASES, *OF_LOST_NODES),
    remedy="node-down",
    harms=(Harm.NEXT_FAILURE,),
)
def node_down(case: Case) -> Iterator[Finding]:
    """A machine is off, or cut off from everybody.

    Needs: no way into it answers, its replica is silent, and others miss it: the swarm its manager, or the other
    replicas its database or its health report.
    Predicts: its replica is silent, its database is missed, nothing on it can be seen; where no majority is left
    without it, the tables take no writes.
    Contradicted by: anything on the node that answers.
    """
    down = [node for node in case.header.nodes if _off(case, node) and missed_by_others(case, node)]
    if own := _ready(case, down):
        gone = majority_gone(case, [name for node in down for name in case.replicas_on(node)])
        yield Finding(
            _nodes(down),
            own,
            predicts=lost_with(case, down),
            harms=_OUTAGE if gone else None,
            ladder=("repair-first", "emergency-repair", "restore", "call-support") if gone else None,
        )


@family.cause("host-silent", "{things} {does} not respond to this machine", logs=OF_LOST_NODES, remedy="node-down")
def host_silent(case: Case) -> Iterator[Finding]:
    """No way into a node answers, and nothing tells whether it is down.

    Needs: ssh, or the engine, beyond reach, and nothing else there that answers.
    Predicts: nothing on it can be seen.
    Contradicted by: others that miss it: then it is down; others that see it well: then only this machine does not
    reach it; its replica or engine that answers: then it is its ssh.
    """
    silent = [node for node in case.header.nodes if _off(case, node) and not _seen_well(case, node)]
    if own := _ready(case, silent):
        nodes = [each.subject for each in own]
        own_replicas = {f"replica:{name}" for node in nodes for name in case.replicas_on(node)}
        blind, managers = unseen_at(nodes), lost_managers(nodes)

        def follows(result: Result) -> bool:
            at_replica = bool(result.about) and set(result.about) <= own_replicas
            silence = at_replica and (unknown(result) or result.condition == "PING-1")
            return blind(result) or managers(result) or silence

        yield Finding(_nodes(nodes), own, predicts=follows)


def _seen_well(case: Case, node: str) -> bool:
    return any(reported_well(case, name) for name in case.replicas_on(node))


@family.cause("log-in-refused", "This machine cannot log in to {things}", remedy="log-in-refused",
              others=("host-key", "ssh-path"))  # fmt: skip
def log_in_refused(case: Case) -> Iterator[Finding]:
    """The ssh of a node does not let this machine in: a key, a host key, sshd itself or a firewall. The node is up.

    Needs: ssh or the shell's command refused or silent, while the engine or the replica of the node answers, or sshd
    itself does.
    Predicts: what can be seen through ssh alone.
    Contradicted by: a node on which nothing answers.
    """
    found = [node for node in case.header.nodes if _turned_away(case, node)]
    own = [
        each
        for each in case.left
        if each.subject.partition(":")[0] in found
        and (each.condition == "NODE-1" or (unknown(each) and each.condition in BY_SHELL))
    ]
    nodes = sorted(_nodes_of(own))
    for remedy in (None, "host-key", "ssh-path"):
        alike = [node for node in nodes if _remedy_of(case, node) == remedy]
        shown = tuple(each for each in own if nodes_in(each) & set(alike))
        if shown:
            yield Finding(_nodes(alike), shown, predicts=unseen_at(alike), remedy=remedy)


def _remedy_of(case: Case, node: str) -> str | None:
    """What is to be done about a way in that is shut, where that is not to try it by hand."""
    reasons = (unseen_for(case, "engine", node), unseen_for(case, "system", node))
    if any(ends_in(each, HOST_KEY) for each in reasons):
        return "host-key"
    return "ssh-path" if any(ends_in(each, DROPPED) for each in reasons) else None


def _nodes_of(results: list[Result]) -> set[str]:
    """The nodes that these verdicts are about."""
    return {name for each in results for name in nodes_in(each)}


def _turned_away(case: Case, node: str) -> bool:
    for reason in (unseen_for(case, "engine", node), unseen_for(case, "system", node)):
        if not (reason or "").startswith(("ssh.", "shell.")):
            continue
        if ends_in(reason, TURNED_AWAY) or (ends_in(reason, SHUT) and is_alive(case, node)):
            return True
        # The replica of the node answers this machine: its address is right, and packets to sshd alone are dropped.
        if ends_in(reason, DROPPED) and is_alive(case, node):
            return True
    return False


@family.cause(
    "engine-hung",
    "The Docker engine of {things} hangs",
    logs=OF_LOST_NODES,
    remedy="engine-hung",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("restart-engine",),
)
def engine_hung(case: Case) -> Iterator[Finding]:
    """A Docker engine accepts connections and never answers. Its containers may go on running.

    Needs: the engine's API does not answer within the time limit.
    Predicts: nothing of its containers can be seen, and the swarm misses it.
    Contradicted by: an answer of the engine.
    """
    own = case.found("node.hangs")
    if own:
        nodes = [each.subject for each in own]
        blind, managers = unseen_at(nodes), lost_managers(nodes)
        yield Finding(_nodes(nodes), tuple(own), predicts=lambda each: blind(each) or managers(each))


@family.cause(
    "engine-down",
    "The Docker engine of {things} does not run",
    logs=OF_LOST_NODES,
    remedy="engine-down",
    harms=(Harm.NEXT_FAILURE,),
)
def engine_down(case: Case) -> Iterator[Finding]:
    """A Docker engine is stopped, and the machine is up. Its containers go on, or have stopped with it.

    Needs: the engine refuses connections or is said not to run, while the shell or the replica of the node answers.
    Predicts: nothing of its containers can be seen, the swarm misses it; where its replica is silent: that, and that
    the others miss it.
    Contradicted by: an answer of the engine.
    """
    own = [each for each in case.left if each.condition == "NODE-1" and wrong(each) and ends_in(each.reason, STOPPED)]
    if own:
        nodes = [each.subject for each in own]
        silent = set(silent_replicas(case))
        stopped = [node for node in nodes if silent & set(case.replicas_on(node))]
        blind, managers, lost = unseen_at(nodes), lost_managers(nodes), lost_with(case, stopped)
        yield Finding(
            _nodes(nodes),
            tuple(own),
            predicts=lambda each: blind(each) or managers(each) or (bool(stopped) and lost(each)),
        )


@family.cause(
    "containerd-hung",
    "The Docker engine of {things} lists containers and can start none",
    remedy="containerd-hung",
    harms=(Harm.NEXT_FAILURE,),
)
def containerd_hung(case: Case) -> Iterator[Finding]:
    """An engine answers, and can start no container: its containerd hangs.

    Needs: a probe container that does not start within the time limit on a node whose engine answers.
    Predicts: what that container was to show.
    Contradicted by: a full disk of the node: then that is the cause.
    """
    own = [
        each
        for each in case.found("container.slow-start", unknown=True)
        if {type_of(t) for t in each.about} == {"node"}
    ]
    if own:
        yield Finding(_nodes(sorted(_nodes_of(own))), tuple(own))
