"""What is left of each majority once something stops: of the copies of tables, and of managers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from checks.rules.cluster_views import Views, answered, quorum, replica_by_name
from fixtures.core.store import Unavailable
from fixtures.inventory.msr import replica_of_server
from fixtures.probes.cluster_status import ClusterStatus, Table


@dataclass(frozen=True)
class Left:
    """What one replica sees of a table without those that stop. ready: by replica, of copies that vote."""

    table: str
    voting: int
    ready: tuple[str, ...]
    seen_by: str

    @property
    def enough(self) -> bool:
        return len(self.ready) >= quorum(self.voting)


def tables_without(views: Views, stopping: Collection[str]) -> list[Left]:
    """Each table as each replica sees it, once these replicas have stopped."""
    everybody = answered(views)
    return [left for view in everybody for left in _of_view(view, everybody, stopping)]


def _of_view(view: ClusterStatus, everybody: Sequence[ClusterStatus], stopping: Collection[str]) -> Iterator[Left]:
    of = replica_by_name(everybody, view)
    if not view.tables.table_status:
        raise Unavailable("stop.no-tables", f"the cluster_status of replica {view.replica} lists no table")
    for table in view.tables.table_status:
        for voting, ready in _shards(view, table):
            left = sorted({of.get(name) or replica_of_server(name) for name in ready} - set(stopping))
            yield Left(table.full_name, len(voting), tuple(left), view.replica)


def _shards(view: ClusterStatus, table: Table) -> Iterator[tuple[set[str], set[str]]]:
    """The servers with a voting copy, and those of them whose copy is ready, of each shard.

    A table without any reachable copy has no shards; one that table_config wants and that is not listed is not ready.
    """
    voteless, wanted = view.tables.without_vote(table), view.tables.wanted(table) or frozenset()
    rows = [shard.replicas for shard in table.shards] or [[]]
    for copies in rows:
        # Which shard a server belongs to, table_config is only read for where there is one, as MSR makes them.
        listed = {copy.server for copy in copies} | (wanted if len(rows) == 1 else frozenset())
        voting = set(listed - voteless)
        yield voting, {copy.server for copy in copies if copy.state == "ready"} & voting
