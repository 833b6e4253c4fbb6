"""Which known errors in the logs of containers and of nodes a cause explains."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reports.diagnosis.case import Case, name_of, nodes_in, replicas_in, type_of, wrong
from reports.records import Result

OF_LOST_DATABASES = (
    "log.writes-refused",
    "log.database-unreadable",
    "log.database-name-lost",
    "log.database-links-lost",
)
"""The reasons of what containers log while database servers are lost, or do not reach each other."""
OF_LOST_NODES = ("log.gossip-failed", "log.gossip-sync", "log.gossip-udp")
"""The reasons of what engines log while they do not reach others: those of all nodes, whichever is lost."""
OF_USED_UP_ADDRESSES = ("log.overlay-addresses",)
"""The reasons of what managers log while a network has no address left for a container of any node."""

_ANYWHERE = (*OF_LOST_DATABASES, *OF_LOST_NODES, *OF_USED_UP_ADDRESSES)


def logged_by(case: Case, reasons: Collection[str], things: Collection[str]) -> Callable[[Result], bool]:
    """Whether a cause about these things, which leaves such lines, explains one.

    A database or a node that is lost shows in the logs of all others; what else is wrong with a node only in its own.
    """
    nodes = [name_of(each) for each in things if type_of(each) == "node"]
    own = {replica for node in nodes for replica in case.replicas_on(node)}

    def follows(result: Result) -> bool:
        if not wrong(result) or result.reason not in reasons:
            return False
        there = replicas_in(case, result) <= own and nodes_in(result) <= set(nodes)
        return not nodes or result.reason in _ANYWHERE or there

    return follows
