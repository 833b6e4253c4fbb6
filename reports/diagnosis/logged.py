"""Which known errors in the logs of containers a cause explains."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reports.diagnosis.case import Case, name_of, replicas_in, type_of, wrong
from reports.records import Result

OF_LOST_DATABASES = (
    "log.writes-refused",
    "log.database-unreadable",
    "log.database-name-lost",
    "log.database-links-lost",
)
"""The reasons of what containers log while database servers are lost, or do not reach each other."""


def logged_by(case: Case, reasons: Collection[str], things: Collection[str]) -> Callable[[Result], bool]:
    """Whether a cause about these things, which leaves such lines, explains one.

    A database that is lost shows in the logs of all replicas; what is wrong with a node only in those of its own.
    """
    nodes = [name_of(each) for each in things if type_of(each) == "node"]
    own = {replica for node in nodes for replica in case.replicas_on(node)}

    def follows(result: Result) -> bool:
        if not wrong(result) or result.reason not in reasons:
            return False
        return not nodes or result.reason in OF_LOST_DATABASES or replicas_in(case, result) <= own

    return follows
