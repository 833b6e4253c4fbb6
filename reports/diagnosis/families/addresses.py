"""Addresses of the overlay network: one on two containers, none left, a subnet or a node's address that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.apart import cut_off
from reports.diagnosis.case import Case, has_reason, name_of, nodes_in, things_of
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import DATABASE, component_of, replica_of, without_containers
from reports.diagnosis.logged import OF_LOST_DATABASES, OF_USED_UP_ADDRESSES
from reports.diagnosis.nodes import unseen_at
from reports.records import Result

family = Family()


@family.cause(
    "address-twice",
    "One address of the overlay network is on two containers: {things}",
    remedy="address-twice",
    harms=(Harm.OTHER_NODES, Harm.NEXT_FAILURE),
)
def address_twice(case: Case) -> Iterator[Finding]:
    """The swarm gave an address twice: packets for it go to the one container or to the other.

    Needs: NET-7 finds two containers with the same address.
    Predicts: what is wrong because other nodes do not reach the containers of MSR among them.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("net.address-twice"):
        containers = [each for each in things_of(own, "container") if replica_of(each) in case.replicas]
        replicas = [replica_of(each) for each in containers if component_of(each) == DATABASE]
        services = without_containers(case, [each for each in containers if component_of(each) != DATABASE])
        databases = cut_off(case, replicas)
        names = {f"database:{each}" for each in replicas}

        def follows(result: Result) -> bool:
            if result.condition in ("CTR-1", "CTR-2", "CTR-4"):
                return False
            if has_reason(result, OF_LOST_DATABASES):
                return bool(replicas)
            if has_reason(result, ("net.address-unreached", "net.container-silent")):
                return set(things_of([result], "container")) <= set(containers)
            return services(result) or databases(result) or (bool(result.about) and names >= set(result.about))

        yield Finding(things_of(own), tuple(own), predicts=follows)


@family.cause(
    "addresses-used-up",
    "{things} has no free address: no container can be attached or restarted",
    logs=OF_USED_UP_ADDRESSES,
    remedy="addresses-used-up",
    harms=(Harm.NEXT_FAILURE,),
)
def addresses_used_up(case: Case) -> Iterator[Finding]:
    """All addresses of the overlay network's subnet are taken.

    Needs: NET-7 counts none that is free.
    Predicts: no container can be attached, whatever the engine gives as its reason.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("net.no-free-address"):
        refusing = {node for each in case.found("net.not-attached") for node in nodes_in(each)}
        blind = unseen_at(refusing)
        yield Finding(
            things_of(own, "network"),
            tuple(own),
            predicts=lambda each: (
                has_reason(each, ("net.not-attached",)) or (each.condition.startswith("NET-") and blind(each))
            ),
        )


family.by_reason(
    "addresses-scarce",
    "{things} has few free addresses",
    "Less than a tenth of the addresses of the overlay network's subnet is free.",
    "net.few-free-addresses",
    remedy="addresses-used-up",
    harms=(Harm.UNNOTICED,),
)


@family.cause(
    "node-address-changed",
    "The swarm has an old address of {things}",
    remedy="node-address-changed",
    harms=(Harm.NEXT_FAILURE,),
)
def node_address_changed(case: Case) -> Iterator[Finding]:
    """A node has another address than the swarm knows: the others send its packets to nobody.

    Needs: NET-7 finds a node without the address that the swarm has of it, and no ping that reaches it.
    Predicts: what a node that is cut off the overlay network shows.
    Contradicted by: a ping that reaches it: then the address is translated on the way.
    """
    if own := case.found("net.node-address-changed"):
        things = things_of(own, "node")
        nodes = {name_of(each) for each in things}
        blind = unseen_at(nodes)
        lost = cut_off(case, [replica for node in nodes for replica in case.replicas_on(node)])

        def follows(result: Result) -> bool:
            if result.condition in ("NET-2", "NET-3", "NET-4", "NET-5"):
                return bool(nodes & set(result.subject.split(":"))) or blind(result)
            return lost(result)

        yield Finding(things, tuple(own), predicts=follows)


family.by_reason(
    "subnet-overlap",
    "The addresses of {things} are used elsewhere",
    "Another network of a node, or a host that MSR needs, has addresses of the overlay network's subnet.",
    "net.subnet-overlap",
    "net.needed-address-inside",
    remedy="subnet-overlap",
    harms=(Harm.NEW_CONNECTIONS,),
)
family.by_reason(
    "foreign-peer",
    "A node that is not looked at has containers on {things}",
    "How many addresses are taken on that node is not known. Nothing says that it is at fault.",
    "net.foreign-peer",
    unknown=True,
    remedy="foreign-peer",
)
