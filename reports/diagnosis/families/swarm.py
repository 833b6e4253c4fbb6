"""Nodes that the swarm does not use, and a swarm without its managers."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, fails, nodes_in, things_of, wrong
from reports.diagnosis.families.changes import said_before_an_upgrade
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.logged import OF_LOST_NODES
from reports.diagnosis.nodes import OUT_OF_SWARM, lost_with, unseen_at
from reports.records import Result

family = Family()

_LEADERLESS = ("node.no-leader", "node.quorum-lost")
_REFUSED = ("net.not-attached",)


def _refused(case: Case, nodes: set[str]) -> list[Result]:
    """Where the engine of one of these nodes refuses to attach a container."""
    return [each for each in case.found(*_REFUSED) if nodes_in(each) <= nodes]


def _all_nodes(own: list[Result]) -> set[str]:
    return {name for each in own for name in nodes_in(each)}


@family.cause("cloned-node", "{things} have one and the same identity in the swarm", remedy="cloned-node")
def cloned_node(case: Case) -> Iterator[Finding]:
    """Two machines have one swarm node id: one is a clone of the other.

    Needs: the engines of two nodes report the same id.
    Predicts: nothing on them can be seen for certain.
    Contradicted by: two addresses of one machine: then it is the inventory.
    """
    if own := case.found("node.cloned"):
        nodes = things_of(own, "node")
        yield Finding(nodes, tuple(own), affects=frozenset(nodes))


@family.cause(
    "swarm-leaderless",
    "The swarm has no leader",
    remedy="swarm-quorum",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("repair-first", "call-support"),
)
def swarm_leaderless(case: Case) -> Iterator[Finding]:
    """The swarm has lost the majority of its managers: nothing in it can be changed, and what runs goes on.

    Needs: its managers say themselves that none leads, or that too few are reachable.
    Predicts: no container can be attached to a network on any node; nodes are not listed as ready.
    Contradicted by: a manager that lists the nodes.
    """
    if own := case.found(*_LEADERLESS):
        refused = _refused(case, set(case.header.nodes))
        blind = unseen_at([name for each in refused for name in nodes_in(each)])
        yield Finding(
            ("swarm",),
            (*own, *refused),
            predicts=lambda each: blind(each) or each.reason == "node.not-ready",
        )


@family.cause("swarm-ca", "The root CA of the swarm expires soon", remedy="swarm-ca", others=("swarm-ca-expired",),
              harms=(Harm.NEXT_FAILURE,))  # fmt: skip
def swarm_ca(case: Case) -> Iterator[Finding]:
    """The root CA of the swarm expires soon, or has expired: then no node can renew its certificate, or join.

    Needs: TLS-3 finds it in the managers' list of nodes.
    Predicts: what `--before-upgrade` says of it.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("tls.swarm-ca-expiring", "tls.swarm-ca-expired"):
        expired = own[0].reason == "tls.swarm-ca-expired"
        title = "The root CA of the swarm has expired" if expired else None
        remedy = "swarm-ca-expired" if expired else None
        yield Finding(("swarm",), tuple(own), predicts=said_before_an_upgrade(own), title=title, remedy=remedy)


family.by_reason(
    "swarm-ca-rotation",
    "The rotation of the swarm's root CA is not complete, and the older one expires",
    "The swarm trusts two root CAs. A node whose certificate is from the older one is lost when that expires.",
    "tls.older-swarm-ca-expiring",
    "tls.older-swarm-ca-expired",
    remedy="swarm-ca-rotation",
    harms=(Harm.NEXT_FAILURE,),
)


@family.cause(
    "swarm-certificate",
    "The swarm certificate of {things} is not renewed",
    remedy="swarm-certificate",
    harms=(Harm.NEXT_FAILURE,),
)
def swarm_certificate(case: Case) -> Iterator[Finding]:
    """The engine of a node has not renewed its certificate in the swarm: once it expires, the swarm loses the node.

    Needs: TLS-3 reads it on the node.
    Predicts: where it has expired, a node that is not listed as ready, and no container that can be attached there.
    Contradicted by: nothing that a run sees.
    """
    if expired := case.found("tls.node-expired"):
        nodes = _all_nodes(expired)
        lost = case.found("node.not-ready", "node.swarm-error", "node.manager-unreachable")
        again = filter(said_before_an_upgrade(expired), case.found("pre."))
        own = [
            *expired,
            *again,
            *(each for each in lost if nodes_in(each) and nodes_in(each) <= nodes),
            *_refused(case, nodes),
        ]
        title = "The swarm certificate of {things} has expired"
        yield Finding(things_of(expired, "node"), tuple(own), predicts=unseen_at(nodes), title=title)
    if own := case.found("tls.node-not-renewed"):
        yield Finding(things_of(own, "node"), tuple(own), predicts=said_before_an_upgrade(own))


@family.cause(
    "node-out-of-the-swarm",
    "{things} {is} not an active member of the swarm",
    remedy="not-in-the-swarm",
    harms=(Harm.NEXT_FAILURE,),
)
def node_out_of_the_swarm(case: Case) -> Iterator[Finding]:
    """The engine of a node is in no swarm, is locked, or ended its membership with an error.

    Needs: the engine says so itself (NODE-1). One that is not listed may be another machine's.
    Predicts: its containers are off the overlay network: its replica is silent or has no database, and the others
    miss it; no container can be attached there.
    Contradicted by: managers that list it as ready.
    """
    if own := case.found(*OUT_OF_SWARM):
        nodes = _all_nodes(own)
        replicas = [name for node in nodes for name in case.replicas_on(node)]
        lost, blind = lost_with(case, sorted(nodes)), unseen_at(nodes)

        def follows(result: Result) -> bool:
            if result.condition in ("NET-1", "NODE-5", "NODE-6"):
                return bool(nodes_in(result)) and nodes_in(result) <= nodes
            if result.condition == "CTR-4":
                return result.subject.partition(":")[0] in replicas
            return lost(result) or blind(result)

        yield Finding(things_of(own, "node"), tuple(own), predicts=follows)


@family.cause(
    "manager-unreachable",
    "The swarm does not reach its manager on {things}",
    logs=OF_LOST_NODES,
    remedy="control-plane",
    harms=(Harm.NEXT_FAILURE,),
)
def manager_unreachable(case: Case) -> Iterator[Finding]:
    """One manager of the swarm is unreachable for the others, or cannot list the nodes, and a majority is left.

    Needs: the other managers report it; its own engine answers.
    Predicts: it is not listed as ready, and no container can be attached on it.
    Contradicted by: a machine or an engine that is down: then that is the cause.
    """
    if own := case.found("node.manager-unreachable", "node.manager-cannot-list"):
        nodes = _all_nodes(own)
        ready = [each for each in case.found("node.not-ready") if nodes_in(each) <= nodes]
        blind = unseen_at(nodes)
        yield Finding(things_of(own, "node"), (*own, *ready, *_refused(case, nodes)), predicts=blind)


@family.cause(
    "node-not-ready",
    "The swarm does not list {things} as ready",
    logs=OF_LOST_NODES,
    remedy="control-plane",
    harms=(Harm.NEXT_FAILURE,),
)
def node_not_ready(case: Case) -> Iterator[Finding]:
    """The swarm has lost a worker, whose engine answers this machine.

    Needs: the managers list it as down, or as unknown.
    Predicts: no container can be attached on it.
    Contradicted by: an engine that does not answer: then that is the cause.
    """
    if own := case.found("node.not-ready"):
        nodes = _all_nodes(own)
        yield Finding(things_of(own, "node"), (*own, *_refused(case, nodes)), predicts=unseen_at(nodes))


@family.cause("node-drained", "{things} {is} drained", remedy="drained-node", harms=(Harm.NEXT_FAILURE,))
def node_drained(case: Case) -> Iterator[Finding]:
    """A node that runs a replica is drained: what stops there cannot be started again.

    Needs: the managers list it as drained.
    Predicts: no container can be attached to a network on it, and no upgrade can deploy there.
    Contradicted by: nothing that a run sees.
    """
    yield from _not_available(case, "node.drained")


@family.cause("node-paused", "{things} {is} paused", remedy="drained-node", harms=(Harm.NEXT_FAILURE,))
def node_paused(case: Case) -> Iterator[Finding]:
    """A node that runs a replica is paused: what stops there cannot be started again.

    Needs: the managers list it as paused.
    Predicts: no container can be attached to a network on it, and no upgrade can deploy there.
    Contradicted by: nothing that a run sees.
    """
    yield from _not_available(case, "node.paused")


def _not_available(case: Case, reason: str) -> Iterator[Finding]:
    if own := [each for each in case.found(reason) if wrong(each)]:
        nodes = _all_nodes(own)
        refused = [each for each in _refused(case, nodes) if fails(each)]
        unseen, things = unseen_at(nodes), things_of(own, "node")

        def follows(each: Result) -> bool:
            if each.reason == "pre.node-unavailable":
                return set(each.about) <= set(things)
            # Its log can be read as on any other node.
            return each.area != "LOG" and unseen(each)

        yield Finding(things, (*own, *refused), predicts=follows)
