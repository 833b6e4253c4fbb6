"""What was not seen because a node could not be asked."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reports.diagnosis.case import Case, nodes_in, replicas_in, unknown
from reports.records import Result

Follows = Callable[[Result], bool]


def unseen_at(case: Case, nodes: Collection[str]) -> Follows:
    """What is UNKNOWN because a node could not be asked: about it, or about what is on it."""
    there, carried = set(nodes), {name for node in nodes for name in case.replicas_on(node)}

    def follows(result: Result) -> bool:
        # What databases report, and a log too long to read, do not need the node's engine.
        own = result.area == "STATUS" or (result.reason or "").startswith(("rethinkdb.", "ctr.log-not-read-back"))
        if not unknown(result) or own:
            return False
        at_fault, on = replicas_in(case, result), nodes_in(result)
        return bool(at_fault or on) and at_fault <= carried and on <= there

    return follows
