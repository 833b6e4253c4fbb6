"""Who cannot do what because of a cause, how many of them, since when, and how that is known.

By what is measured, never by a severity: what a run tries itself (log-ins, `/v2/`, audit logs) is measured; what it
never does (a push, a deletion, a signature) is inferred.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.diagnosis.case import Case, name_of, type_of, wrong
from reports.diagnosis.cause import Cause
from reports.diagnosis.finding import Harm
from reports.diagnosis.targets import replica_of
from reports.plain import many
from reports.records import VerdictWord

Basis = Literal["measured", "inferred", "not tested"]

# What shows it by trying it; what has no entry is never tried.
_TRIED_BY: Mapping[Harm, frozenset[str]] = {
    Harm.SIGN_IN: frozenset({"TOKEN-0", "TOKEN-1"}),
    Harm.PULL: frozenset({"REG-1"}),
    Harm.PULL_SIGNED: frozenset({"FEED-7"}),
    Harm.EXPOSED: frozenset({"TOKEN-2", "TOKEN-3", "STATUS-2", "STATUS-9", "FEED-8", "REG-1"}),
    Harm.JOBS: frozenset({"JOB-1", "JOB-2"}),
    Harm.WEB: frozenset({"PING-1", "PING-2", "STATUS-1", "TLS-1", "TLS-2"}),
    Harm.AUDIT_LOG: frozenset({f"FEED-{number}" for number in range(1, 10)}),
    Harm.NEXT_FAILURE: frozenset({"STATUS-14", "STATUS-8", "NODE-6", "STATUS-12"}),
}
# What they cannot do; {who} is everybody, or the users of some replicas.
_WORDS: Mapping[Harm, str] = {
    Harm.START_WORKLOADS: "start workloads whose image must be pulled",
    Harm.SIGN_IN: "sign in",
    Harm.PULL: "pull",
    Harm.PULL_SIGNED: "pull signed images",
    Harm.PUSH: "push",
    Harm.DELETE: "delete images",
    Harm.SIGN: "sign images",
    Harm.JOBS: "rely on background jobs",
    Harm.WEB: "use the web UI and the API",
    Harm.AUDIT_LOG: "read audit logs",
}
# What threatens, whoever it is.
_THREATS: Mapping[Harm, str] = {
    Harm.LOSE_PUSHES: "pushes that are accepted now may be lost",
    Harm.EXPOSED: "the registry is exposed to people without the right",
    Harm.NEXT_FAILURE: "the next failure can be an outage",
    Harm.UNNOTICED: "users notice nothing yet",
}
HARMS: Mapping[Harm, str] = {harm: f"nobody can {words}" for harm, words in _WORDS.items()} | dict(_THREATS)
"""Each in words, as if it hit everybody."""

_NOT_SERVED = frozenset(
    f"{way}.table-{what}" for way in ("status", "rdb") for what in ("no-reads", "no-writes", "no-primary", "no-shard")
)
_JUDGED = (VerdictWord.PASS, VerdictWord.WARN, VerdictWord.FAIL)


@dataclass(frozen=True)
class Impact:
    """What users cannot do, or what threatens. whom: everybody where it is empty. since: RFC 3339, where known."""

    harm: Harm
    whom: str
    basis: Basis
    since: str | None = None


def impact_of(case: Case, cause: Cause) -> tuple[Impact, ...]:
    """The impact of one cause, the gravest first."""
    whom = "" if _is_everybody_s(cause) else _whom(case, _replicas(case, cause))
    return tuple(
        Impact(harm, "" if harm in _THREATS else whom, _basis(case, cause, harm), cause.since)
        for harm in sorted(cause.harms)
    )


def _is_everybody_s(cause: Cause) -> bool:
    """Whether tables are not served: whatever replica somebody uses, it serves from the same tables."""
    return cause.id in ("majority-lost", "majority-unknown") or any(
        each.reason in _NOT_SERVED for each in cause.problems
    )


def impact_text(impacts: Collection[Impact]) -> str:
    """The impact of one cause, or of all, in a sentence without its full stop."""
    if not impacts:
        return "not known"
    serious = [each for each in impacts if each.harm is not Harm.UNNOTICED] or list(impacts)[:1]
    groups: dict[tuple[str, Basis], list[Harm]] = {}
    for each in sorted(serious, key=lambda one: one.harm):
        if each.harm in _WORDS:
            groups.setdefault((each.whom, each.basis), []).append(each.harm)
    parts = [
        f"{whom or 'nobody'} can{'not' if whom else ''} {_either(harms)} ({basis})"
        for (whom, basis), harms in groups.items()
    ]
    threats = {each.harm: each for each in sorted(serious, key=lambda one: one.harm) if each.harm in _THREATS}
    parts += [f"{_THREATS[harm]} ({each.basis})" for harm, each in threats.items()]
    return "; ".join(parts)


def _either(harms: Sequence[Harm]) -> str:
    words = list(dict.fromkeys(_WORDS[harm] for harm in harms))
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _replicas(case: Case, cause: Cause) -> tuple[str, ...]:
    """The replicas whose users a cause concerns; all of them where it is about none."""
    found: set[str | None] = set()
    for thing in cause.things:
        if type_of(thing) == "node":
            found.update(case.replicas_on(name_of(thing)))
        else:
            found.add(replica_of(case, thing))
    return tuple(name for name in case.replicas if name in found) or case.replicas


def _whom(case: Case, replicas: Sequence[str]) -> str:
    """Everybody (empty), one in so many through the balancer, or only those who use these replicas directly."""
    if len(replicas) == len(case.replicas):
        return ""
    names = ", ".join(replicas)
    for each in case.of("PING-2"):
        if each.verdict in _JUDGED and isinstance(each.seen, Mapping):
            if not set(replicas) & set(each.seen):
                return f"users of {names} itself" if len(replicas) == 1 else f"users of {names} themselves"
            return f"about {len(replicas)} in {len(case.replicas)} users"
    return f"users of {many(len(replicas), 'replica')} ({names})"


def _basis(case: Case, cause: Cause, harm: Harm) -> Basis:
    tried = _TRIED_BY.get(harm, frozenset())
    if any(each.condition in tried and wrong(each) for each in cause.problems):
        return "measured"
    if tried and not any(each.verdict in _JUDGED for each in case.of(*tried)):
        return "not tested"
    return "inferred"


def tried_text(case: Case) -> str:
    """What this run tried of what users do, and what no run ever tries: for a cluster on which nothing is wrong."""
    accounts = len(case.of("TOKEN-0", word=VerdictWord.PASS))
    replicas = len(case.of("REG-1", word=VerdictWord.PASS))
    feeds = len({each.subject.partition(":")[0] for each in case.of("FEED-1", word=VerdictWord.PASS)})
    parts = [
        f"the log-in of {many(accounts, 'account')}" if accounts else "",
        f"/v2/ of {many(replicas, 'replica')}" if replicas else "",
        many(feeds, "audit log") if feeds else "",
    ]
    tested = ", ".join(filter(None, parts))
    return f"tested: {tested or 'nothing that users do'}; pull, push, delete and sign are never tried"
