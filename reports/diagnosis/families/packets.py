"""What crosses the overlay network worse than it should, and names of databases that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, has_reason, name_of, things_of, wrong
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()

_CRITICAL = (Harm.NEXT_FAILURE,)


@family.cause(
    "mtu-hole", "Packets of full size do not cross the overlay network: {things}", remedy="overlay-mtu",
    harms=(Harm.OTHER_NODES, Harm.NEXT_FAILURE),
)  # fmt: skip
def mtu_hole(case: Case) -> Iterator[Finding]:
    """Small packets cross, and those of the network's full size do not: pings are well, transfers hang.

    Needs: NET-5 warns.
    Predicts: nothing that is measured.
    Contradicted by: small packets that are lost too.
    """
    if own := case.found("net.full-size-lost", "net.full-size-lost-from-node", "net.full-size-lost-to-node"):
        yield Finding(things_of(own), tuple(own))


@family.cause(
    "packet-loss",
    "Packets are lost on the overlay network: {things}",
    remedy="overlay-loss",
    harms=(Harm.OTHER_NODES, Harm.NEXT_FAILURE),
)
def packet_loss(case: Case) -> Iterator[Finding]:
    """Some of the packets between two nodes are lost.

    Needs: NET-3 or NET-2 warns, and a second ping confirms it.
    Predicts: full-size packets that are lost too.
    Contradicted by: no reply at all.
    """
    if own := case.found(
        "net.packets-lost", "net.packets-lost-from-node", "net.packets-lost-to-node", "net.lost-under-load"
    ):
        pairs = {each.subject for each in own}
        yield Finding(
            things_of(own),
            tuple(own),
            predicts=lambda each: has_reason(each, ("net.small-lost-too",)) and each.subject in pairs,
        )


@family.cause("slow-network", "The overlay network is slow: {things}", remedy="overlay-loss", harms=_CRITICAL)
def slow_network(case: Case) -> Iterator[Finding]:
    """A round trip between two nodes takes longer than the limit.

    Needs: NET-3 warns; where all pairs do, it is the network.
    Predicts: nothing that is measured.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("net.slow"):
        networks = things_of(case.results, "network")
        everywhere = len(own) > 2 and all(each in own for each in case.of("NET-3"))
        yield Finding(networks if everywhere and len(networks) == 1 else things_of(own), tuple(own))


@family.cause(
    "stale-name",
    "The name of {things} does not lead to its one address",
    remedy="overlay-names",
    harms=_CRITICAL,
)
def stale_name(case: Case) -> Iterator[Finding]:
    """The name of a database resolves to a second or to another address, a stale record or a container of that name,
    or to none though it runs.

    Needs: NET-4 fails for it.
    Predicts: nothing that is measured.
    Contradicted by: gossip that is cut, or a container that is down or off the network: then that is the cause.
    """
    own = case.found("net.several-addresses", "net.stale-address")
    own += [each for each in case.found("net.database-unresolved") if not _is_away(case, each)]
    if own:
        yield Finding(things_of(own, "database"), tuple(own))


def _is_away(case: Case, result: Result) -> bool:
    """Whether the container of a database is down or detached, so that its name cannot resolve."""
    containers = {f"container:rethinkdb-{name_of(thing)}" for thing in things_of([result], "database")}
    return any(wrong(each) and containers & set(each.about) for each in case.of("CTR-1", "CTR-2", "CTR-4"))
