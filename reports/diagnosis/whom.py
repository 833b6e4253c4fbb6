"""Whom a cause hits: everybody, about so many of the users behind the load balancer, or those of some replicas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.diagnosis.case import Case, fails, name_of, replicas_in, type_of
from reports.diagnosis.cause import Cause
from reports.diagnosis.reach import silent_replicas
from reports.diagnosis.targets import replica_of
from reports.diagnosis.tried import JUDGED
from reports.plain import many
from reports.records import Result, VerdictWord

BEHIND_BALANCER = "users behind the load balancer"
NOT_SERVED = frozenset(
    f"{way}.table-{what}" for way in ("status", "rdb") for what in ("no-reads", "no-writes", "no-primary", "no-shard")
)
"""Whatever replica somebody uses, it serves from the same tables."""

OF_A_MOUNT = ("store.share-stale", "store.share-read-only", "store.share-not-mounted")
"""How a node has mounted a share: that of the others may be well."""


def of_balancer(case: Case, cause: Cause) -> bool:
    """Whether it is about the load balancer alone: itself, or its certificate."""
    return bool(cause.things) and all(
        thing == "balancer" or (type_of(thing) == "certificate" and replica_of(case, thing) is None)
        for thing in cause.things
    )


def concerned(case: Case, cause: Cause) -> tuple[str, ...]:
    """The replicas whose users a cause concerns; all of them where it is about none, or tables are not served."""
    if cause.id in ("majority-lost", "majority-unknown"):
        return case.replicas
    if unserved := [each for each in cause.problems if each.reason in NOT_SERVED]:
        return _reporting(case, cause, unserved)
    if of_balancer(case, cause):
        return _those(case, {name for each in cause.shown_by for name in replicas_in(case, each)})
    if mounts := [each for each in cause.shown_by if each.reason in OF_A_MOUNT]:
        nodes = [name_of(thing) for each in mounts for thing in each.witnesses if type_of(thing) == "node"]
        return _those(case, {replica for node in nodes for replica in case.replicas_on(node)})
    found: set[str | None] = set()
    for thing in cause.things:
        for part in name_of(thing).split(">"):
            on_node = case.replicas_on(part) if type_of(thing) in ("node", "link") else ()
            found.update(on_node or (replica_of(case, f"{type_of(thing)}:{part}"),))
    return _those(case, found)


def _those(case: Case, names: set[str | None] | set[str]) -> tuple[str, ...]:
    return tuple(name for name in case.replicas if name in names) or case.replicas


def _reporting(case: Case, cause: Cause, unserved: Sequence[Result]) -> tuple[str, ...]:
    """Everybody; where a link is cut, only those whose replicas do not reach the tables, as they report themselves."""
    if any(type_of(thing) != "link" for thing in cause.things):
        return case.replicas
    return _those(case, {name_of(thing) for each in unserved for thing in each.witnesses})


def out_of_service(case: Case, cause: Cause) -> tuple[str, ...]:
    """The replicas that do not respond at all because of a cause."""
    own = _unhealthy(cause)
    return tuple(name for name in silent_replicas(case) if name in own)


def cuts_off_all(case: Case, cause: Cause) -> bool:
    """Whether because of a cause every replica calls itself unhealthy, as the load balancer shows too: one that checks
    health has nobody to send users to.
    """
    through = any(each.condition == "PING-2" and fails(each) for each in cause.problems)
    return through and bool(case.replicas) and _unhealthy(cause) >= set(case.replicas)


def _unhealthy(cause: Cause) -> set[str]:
    return {each.subject for each in cause.problems if each.condition == "PING-1" and fails(each)}


def whom(case: Case, cause: Cause, replicas: Sequence[str]) -> str:
    """Who uses these replicas: everybody (empty), one in so many through the balancer, or those of some directly."""
    if accounts := [name_of(thing) for thing in cause.things if type_of(thing) == "account"]:
        return ", ".join(accounts)
    if len(replicas) == len(case.replicas):
        return BEHIND_BALANCER if of_balancer(case, cause) else ""
    names = ", ".join(replicas)
    for each in case.of("PING-2"):
        if each.verdict in JUDGED and isinstance(each.seen, Mapping):
            # It went on to them before they fell silent.
            silent = each.verdict is VerdictWord.PASS and set(replicas) <= set(silent_replicas(case))
            if silent or not set(replicas) & set(each.seen):
                return f"users of {names} itself" if len(replicas) == 1 else f"users of {names} themselves"
            return f"about {len(replicas)} in {len(case.replicas)} users"
    return f"users of {many(len(replicas), 'replica')} ({names})"
