"""What the replicas' views of the cluster have in common, for the checks that compare them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks.rules.wording import reported_by
from fixtures.core.evidence import Because, Thing, link, thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Replica
from fixtures.inventory.msr import replica_of_server
from fixtures.probes.cluster_status import ClusterStatus, Server
from fixtures.probes.containers import Containers

Views = PerSubject[ClusterStatus]


def things(kind: str, names: Iterable[str], replica_by_name: Mapping[str, str] | None = None) -> tuple[Thing, ...]:
    """The things of those names, each once, in the order of their names; a database server's may be its full name.

    replica_by_name: of the database servers that a view lists, which may have any name.
    """
    of = replica_by_name or {}
    return tuple(thing(kind, name) for name in sorted({of.get(name) or replica_of_server(name) for name in names}))


def answered(views: Views) -> list[ClusterStatus]:
    """The views that could be had; where there is none, its cause is that of the check."""
    if not views:
        raise next(
            iter(views.causes.values()), Unavailable("run.not-queried", "no replica was asked for cluster_status")
        )
    return list(views.values())


def replica_by_name(everybody: Iterable[ClusterStatus], own: ClusterStatus) -> dict[str, str]:
    """The replica of each database server by its name, which may be any: where one view does not list it, another may.

    own: the view that the names are from.
    """
    of: dict[str, str] = {}
    for view in [*everybody, own]:
        of |= view.replica_by_name
    return of


def server_of(views: Views, replica: str) -> Server:
    """The row of a replica's database server: as it sees itself, else as any other sees it."""
    seen = [view.server(replica) for view in sorted(answered(views), key=lambda view: view.replica != replica)]
    row = next((row for row in seen if row is not None), None)
    if row is None:
        raise Unavailable(
            "status.no-server-row",
            f"the database server of {replica} is listed in no replica's server_status, see STATUS-8",
            about=things("database", [replica]),
            because=Because(answered(views)[0].replica, probe="cluster_status"),
        )
    return row


def with_servers(view: ClusterStatus) -> set[str]:
    """What a view's server_status lists: the ids of the servers' replicas, and the names of servers of none."""
    of = view.replica_by_uuid
    return {of.get(row.id, row.name) for row in view.tables.server_status}


@dataclass(frozen=True)
class Apart:
    """Why two database servers are not connected to each other, as one replica sees it."""

    reason: str
    about: tuple[Thing, ...]
    detail: str
    witness: str

    @property
    def message(self) -> str:
        return f"{self.detail} {reported_by([self.witness])}"


def apart(views: Views, first: str, second: str) -> Apart | None:
    """Why two replicas' database servers are not connected to each other; None where they are.

    A server that cannot see another has no row of it, so a third view counts only where neither own view can be had.
    """
    everybody = answered(views)
    own = [view for view in everybody if view.replica in (first, second)]
    for view in own or everybody:
        for here, there in ((first, second), (second, first)):
            if view.server(here) is None:
                detail = f"the database server of {here} is not listed in server_status"
                return Apart("status.server-missing", things("database", [here]), detail, view.replica)
            if not _connected(everybody, view, here).get(there, False):
                detail = f"the database server of {here} is not connected to that of {there}"
                return Apart("status.servers-apart", (link(here, there),), detail, view.replica)
    return None


def largest_group(views: Views, replicas: Sequence[str]) -> int:
    """How many replicas' database servers are all connected to each other, at most."""
    present = [r for r in replicas if any(view.server(r) for view in answered(views))]
    linked = {pair for pair in itertools.combinations(present, 2) if apart(views, *pair) is None}
    return _largest(present, linked)


def _largest(present: Sequence[str], linked: Collection[tuple[str, str]]) -> int:
    """The size of the largest group with the first in it, or without where not all others are linked to it."""
    if not present:
        return 0
    first, *others = present
    near = [other for other in others if (first, other) in linked]
    with_first = 1 + _largest(near, linked)
    return with_first if len(near) == len(others) else max(with_first, _largest(others, linked))


def _connected(everybody: Sequence[ClusterStatus], view: ClusterStatus, replica: str) -> dict[str, bool]:
    """`connected_to` of a replica's server in one view, by replica; servers are given there by name or by UUID."""
    row = view.server(replica)
    connected = row.network.connected_to if row else {}
    known = [view, *reversed(everybody)]
    return {_replica_of(server, known): up for server, up in connected.items()}


def _replica_of(server: str, known: Sequence[ClusterStatus]) -> str:
    """The replica of a database server by its name or UUID, as the first of these views has it."""
    found = (view.replica_by_name.get(server) or view.replica_by_uuid.get(server) for view in known)
    return next((replica for replica in found if replica), None) or replica_of_server(server)


def labels_of(replica: Replica, everywhere: PerSubject[Containers]) -> set[str]:
    """The versions that a replica's containers carry, as far as they could be seen."""
    seen = [each for containers in everywhere.values() for each in containers.msr]
    return {each.version for each in seen if each.replica == replica.id and each.version}


def quorum(replicas: int) -> int:
    """How many of so many replicas are a majority."""
    return replicas // 2 + 1
