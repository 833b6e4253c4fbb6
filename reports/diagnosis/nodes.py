"""What a run saw of the nodes: whether their engines and shells answer, whether others miss them, what is lost with
them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

from reports.diagnosis.case import Case, is_of_replica, name_of, nodes_in, type_of, unknown, wrong
from reports.diagnosis.families.majority import majority_effect, not_available, view_with_writes
from reports.diagnosis.follows import without_databases
from reports.diagnosis.reach import silent_replicas
from reports.records import Result, VerdictWord

Predicate = Callable[[Result], bool]
Way = Literal["engine", "system"]

STOPPED = ("not-running", "not-listening", "no-socket")
"""What an engine that does not run answers: the ends of the reasons."""
SHUT = ("refused", "no-banner", "closed", "login-timeout", "connection-lost")
"""A way in that is reached, and lets nobody in."""
DROPPED = ("no-route", "no-connection")
"""A way in on which nothing comes back."""
NO_WAY_IN = (*DROPPED, *SHUT)
"""A node that is off, or too ill to let anybody in."""
HOST_KEY = ("host-key-unknown", "host-key-changed", "host-key-revoked")
"""sshd answers with a key that is not the one known here."""
TURNED_AWAY = ("login-refused", *HOST_KEY, "nothing-in-common")
"""sshd answers, and does not let the account in."""
OUT_OF_SWARM = ("node.not-in-swarm", "node.swarm-locked", "node.swarm-error")
"""The engine itself says that it is no active member of a swarm."""

_JUDGED = (VerdictWord.PASS, VerdictWord.WARN, VerdictWord.FAIL)
BY_SHELL = ("NODE-2", "NODE-3", "NODE-4", "LOG-2")
"""What only the shell of a node shows."""
_LOST_MANAGER = ("node.manager-unreachable", "node.quorum-lost")


def unseen_for(case: Case, way: Way, node: str) -> str | None:
    """Why nothing was had of a node's engine or shell: the reason of what is UNKNOWN because of it."""
    found = case.unanswered.get((way, node))
    return found.reason if found else None


def ends_in(reason: str | None, ends: Collection[str]) -> bool:
    """Whether a reason says this, of whichever way in."""
    return (reason or "").partition(".")[2] in ends


def shell_answers(case: Case, node: str) -> bool:
    """Whether the shell of a node answered."""
    return any(each.verdict in _JUDGED for each in case.of(*BY_SHELL) if each.subject.partition(":")[0] == node)


def is_alive(case: Case, node: str) -> bool:
    """Whether anything on a node answers: its shell, its engine, or its replica."""
    carried = case.replicas_on(node)
    return (
        shell_answers(case, node)
        or unseen_for(case, "engine", node) is None
        or bool(set(carried) - set(silent_replicas(case)))
    )


def missed_by_others(case: Case, node: str) -> tuple[Result, ...]:
    """What others report of a node that is lost: as a manager, or of the database and the health of its replica."""
    things = {f"{kind}:{name}" for name in case.replicas_on(node) for kind in ("replica", "database")}

    def misses(each: Result) -> bool:
        if each.reason in _LOST_MANAGER:
            return node in nodes_in(each)
        if each.reason in ("status.servers-apart", "status.server-missing"):
            return bool(things & {f"database:{end}" for thing in each.about for end in name_of(thing).split(">")})
        if each.reason in ("status.table-availability", "rdb.table-availability", "status.stale-health"):
            return bool(things & set(each.about))
        return False

    return tuple(each for each in case.results if wrong(each) and misses(each))


def unseen_at(nodes: Collection[str]) -> Predicate:
    """What is UNKNOWN about these nodes alone."""
    things = {f"node:{node}" for node in nodes}
    return lambda result: unknown(result) and bool(result.about) and set(result.about) <= things


def lost_managers(nodes: Collection[str]) -> Predicate:
    """What the swarm reports of managers on these nodes."""
    return lambda result: result.reason in _LOST_MANAGER and wrong(result) and nodes_in(result) <= set(nodes)


def lost_with(case: Case, nodes: Collection[str]) -> Predicate:
    """What follows where these nodes are down, or their containers are: their replicas are silent, the others miss
    their databases, and what is about them is UNKNOWN.
    """
    replicas = tuple(name for node in nodes for name in case.replicas_on(node))
    databases = without_databases(case, replicas)
    gone = majority_gone(case, replicas)
    own = lost_managers(nodes)

    def of_them(thing: str) -> bool:
        if type_of(thing) == "link":
            return bool(set(name_of(thing).split(">")) & {*replicas, *nodes})
        return thing in {f"node:{node}" for node in nodes} or any(is_of_replica(thing, each) for each in replicas)

    def follows(result: Result) -> bool:
        if own(result) or databases(result) or (gone and majority_effect(result)):
            return True
        things = [thing for thing in result.about if thing != "balancer"]
        theirs = bool(things) and all(map(of_them, things))
        if result.condition in ("PING-1", "PING-2", "NODE-1", "JOB-1", "STATUS-5"):
            return theirs
        return unknown(result) and theirs

    return follows


def majority_gone(case: Case, replicas: Collection[str]) -> bool:
    """Whether the tables report that they take no writes, and without these replicas no majority is left."""
    left = len(case.replicas) - len(set(replicas))
    return (
        bool(replicas)
        and left < len(case.replicas) // 2 + 1
        and any(map(not_available, case.left))
        and not view_with_writes(case)
    )
