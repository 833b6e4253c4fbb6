"""Who cannot do what because of a cause, how many of them, since when, and how that is known.

By what is measured, never by a severity. A rule says what its kind of cause lets fail; what this run tried at the
replicas concerned outranks that: what failed there is measured, and what passed there is not claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from reports.diagnosis.case import Case, fails, name_of, replicas_in, things_of, type_of, wrong
from reports.diagnosis.cause import Cause
from reports.diagnosis.finding import Harm
from reports.diagnosis.harms import THREATS, WORKS
from reports.diagnosis.tried import JUDGED, SHOWN_BY, TRIED_BY, all_works, tested, works
from reports.diagnosis.whom import BEHIND_BALANCER, NOT_SERVED, concerned, cuts_off_all, of_balancer, out_of_service
from reports.diagnosis.whom import whom as whom_of

Basis = Literal["measured", "inferred", "not tested"]

_NO_DATA = NOT_SERVED | {
    "status.database-missing", "rdb.database-missing", "rdb.no-repositories", "rdb.database-empty", "status.no-tables",
}  # fmt: skip
# What needs a replica that responds.
_OVER_HTTPS = frozenset(
    {Harm.SIGN_IN, Harm.V2, Harm.PULL, Harm.PULL_SIGNED, Harm.PUSH, Harm.DELETE, Harm.SIGN, Harm.WEB,
     Harm.AUDIT_LOG}
)  # fmt: skip
_NOT_YET = frozenset({Harm.CUT_OFF, Harm.OTHER_NODES, Harm.NEW_CONNECTIONS, Harm.NEXT_FAILURE})
# About one thing that replicas share: what was tried at the replicas says nothing of it.
_APART = ("repository", "feed", "account", "job")


@dataclass(frozen=True)
class Impact:
    """What users cannot do, or what threatens. whom: everybody where it is empty. since: RFC 3339, where known.

    what: which repositories, jobs or logs it is about, or from when on, where not all or now. works: the contrary: it
    was tried, and works for them.
    """

    harm: Harm
    whom: str
    basis: Basis
    since: str | None = None
    what: str = ""
    works: bool = False


def impact_of(case: Case, cause: Cause) -> tuple[Impact, ...]:
    """The impact of one cause, the gravest first, and after it what works nevertheless."""
    claims, working = _claims(case, cause)
    found = [each for harm in sorted(claims) for each in _impacts(case, cause, harm, claims[harm])]
    found += _of_starts(cause, found)
    if all(each.harm is Harm.UNNOTICED for each in found):
        return _unnoticed(case, cause, claimed=bool(found or working))
    if claims.keys() <= _NOT_YET and all_works(case, cause.problems):
        working = dict.fromkeys((Harm.SIGN_IN, Harm.PULL), case.replicas)
    found.sort(key=lambda each: each.harm)
    return (*dict.fromkeys(found), *_nevertheless(case, claims, working))


Where = Mapping[Harm, Sequence[str]]


def _claims(case: Case, cause: Cause) -> tuple[dict[Harm, tuple[str, ...]], Where]:
    """What fails by the rule or by what was tried, at which replicas; and what the rule lets fail, and works."""
    if not cause.harms:
        # It is of the way from here: what fails says nothing of others.
        return {}, {}
    at, out, failed = concerned(case, cause), out_of_service(case, cause), _failed(case, cause)
    claims: dict[Harm, tuple[str, ...]] = {}
    working: dict[Harm, tuple[str, ...]] = {}
    for harm in sorted({*cause.harms, *failed}):
        silent = out if harm in _OVER_HTTPS else ()
        there = {*(at if harm in cause.harms else ()), *failed.get(harm, ())} - set(silent)
        passed = {each for each in there if works(case, harm, each)} if _is_of_replicas(case, cause) else set()
        if passed:
            working[harm] = _ordered(case, passed)
        if left := _ordered(case, there - passed):
            claims[harm] = left
        elif not there and not case.replicas:
            claims[harm] = ()
    if out:
        claims[Harm.REACH] = out
    if cuts_off_all(case, cause) and claims.get(Harm.SIGN_IN) != case.replicas:
        claims[Harm.CUT_OFF] = case.replicas
    if _goes_the_way_that_works(cause, claims, working):
        claims.pop(Harm.PUSH, None)
    return claims, working


def _ordered(case: Case, names: set[str]) -> tuple[str, ...]:
    return tuple(name for name in case.replicas if name in names)


def _failed(case: Case, cause: Cause) -> dict[Harm, set[str]]:
    """What was tried and failed because of a cause, at which replicas."""
    if not _is_of_replicas(case, cause) or Harm.EXPOSED in cause.harms:
        return {}
    found: dict[Harm, set[str]] = {}
    for each in cause.problems:
        if each.condition in SHOWN_BY and fails(each):
            at = set(each.subject.split(":")) & set(case.replicas)
            found.setdefault(SHOWN_BY[each.condition], set()).update(at)
    return {harm: at for harm, at in found.items() if at}


def _goes_the_way_that_works(cause: Cause, claims: Where, working: Where) -> bool:
    """Whether a push is claimed since it goes the way of log-ins and pulls, and that works."""
    no_data = any(each.reason in _NO_DATA for each in cause.problems)
    return not no_data and Harm.PULL in working and not claims.keys() & {Harm.SIGN_IN, Harm.PULL}


def _impacts(case: Case, cause: Cause, harm: Harm, at: Sequence[str]) -> Iterable[Impact]:
    if harm is Harm.JOBS and len(at) < len(case.replicas):
        # The workers of the others take them.
        left = f"background jobs run on {len(case.replicas) - len(at)} of {len(case.replicas)} replicas only"
        yield Impact(Harm.SOME_JOBS, "", _basis(case, cause, harm), cause.since, left)
        return
    whom = "" if harm in THREATS else whom_of(case, cause, at)
    yield Impact(harm, whom, _basis(case, cause, harm), cause.since, _what(case, cause, harm))


def _of_starts(cause: Cause, found: Sequence[Impact]) -> Iterable[Impact]:
    """Where nobody can pull, no node can start what it has no image of."""
    pulls = [e for e in found if e.harm in (Harm.PULL, Harm.REACH) and not e.what]
    everybody = [e.whom for e in pulls if e.whom in ("", BEHIND_BALANCER)]
    return [Impact(Harm.START_WORKLOADS, whom, "inferred", cause.since) for whom in everybody[:1]]


def _unnoticed(case: Case, cause: Cause, *, claimed: bool) -> tuple[Impact, ...]:
    """What is said where nothing is lost: that it was tried, where it was; nothing where that is not known."""
    if all_works(case, cause.problems):
        return (Impact(Harm.UNNOTICED, "", "measured", cause.since, tested(case)),)
    return (Impact(Harm.UNNOTICED, "", "inferred", cause.since),) if claimed else ()


def _nevertheless(case: Case, claims: Where, working: Where) -> Iterable[Impact]:
    for harm in sorted((working.keys() & WORKS.keys()) - claims.keys()):
        names = "" if len(working[harm]) == len(case.replicas) else ", ".join(working[harm])
        yield Impact(harm, names, "measured", works=True)


def _is_of_replicas(case: Case, cause: Cause) -> bool:
    """Whether it is about what replicas do: then what was tried at them counts."""
    return not of_balancer(case, cause) and not any(type_of(thing) in _APART for thing in cause.things)


# -- of what, and how that is known


def _what(case: Case, cause: Cause, harm: Harm) -> str:
    """What a harm is about, where a cause names it: repositories, logs, jobs, connections, or a date."""
    things = cause.things
    match harm:
        case Harm.EXPIRY:
            until = min((str(each.seen) for each in cause.shown_by if each.seen), default="its end")
            users = whom_of(case, cause, concerned(case, cause))
            return f"{until}, then {f'{users} do not' if users else 'nobody'} get{'' if users else 's'} in"
        case Harm.UNHEALTHY_REPLICA:
            return _to_unhealthy(case, cause)
        case Harm.SOME_JOBS:
            if _of_type(things, "alert"):
                return "images are not scanned"
            jobs = [f"job {name}" for name in _of_type(things, "job")]
            late = all(each.reason == "cron.overdue" for each in cause.shown_by)
            does = _DOES[len(jobs) == 1, late]
            return f"{', '.join(jobs)} {does}" if jobs else "garbage collection may not run"
        case Harm.PULL | Harm.PULL_SIGNED | Harm.SIGN:
            return ", ".join(_of_type(things, "repository"))
        case Harm.TRUST_LOG:
            return ", ".join(_logs(things) or [f"replica {name}" for name in _of_type(things, "notary")])
        case Harm.AUDIT_LOG if _of_type(things, "account"):
            return ", ".join(_logs(things_of(cause.problems, "feed")))
    return ""


# Of one job or several, which fail or are overdue.
_DOES = {
    (True, False): "fails",
    (False, False): "fail",
    (True, True): "is not run as scheduled",
    (False, True): "are not run as scheduled",
}


def _of_type(things: Sequence[str], kind: str) -> list[str]:
    return list(dict.fromkeys(name_of(thing) for thing in things if type_of(thing) == kind))


def _logs(things: Sequence[str]) -> list[str]:
    names = sorted(_of_type(things, "feed"))
    return ["all repositories"] if "global" in names else names


def _to_unhealthy(case: Case, cause: Cause) -> str:
    """How many of the connections that were tried reached a replica that is unhealthy."""
    for each in cause.shown_by:
        if isinstance(each.seen, Mapping):
            counts = {str(name): count for name, count in each.seen.items() if isinstance(count, int)}
            bad = sum(counts.get(name, 0) for name in replicas_in(case, each))
            return f"{bad} of {sum(counts.values())}"
    return "some"


def _basis(case: Case, cause: Cause, harm: Harm) -> Basis:
    tried = TRIED_BY.get(harm, frozenset())
    if any(each.condition in tried and wrong(each) for each in cause.problems):
        return "measured"
    judged = any(each.verdict in JUDGED for each in case.of(*tried))
    # Of a pull `/v2/` and the token service tell, too.
    return "not tested" if tried and not judged and harm is not Harm.PULL else "inferred"
