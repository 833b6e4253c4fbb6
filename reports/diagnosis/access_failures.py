"""What denies everybody access to a cluster that may be healthy: a certificate, an address, a licence, a log-in.

Pure: it reads nothing but the fields of results.jsonl.
"""

from __future__ import annotations

from reports.diagnosis.blame import blamed, fails, unknown
from reports.diagnosis.cause import Cause, Pool
from reports.records import Header, Result

# Areas that need the administrator's log-in; an account's own name in the subject needs that account.
_ADMIN_AREAS = frozenset({"STATUS", "ALERT", "JOB", "VERSION", "STORE", "FEED"})
# What needs that log-in besides a way in of its own.
_COMPARED_WITH_THE_API = frozenset({"RDB-4"})


def _detail(result: Result) -> str:
    """What a reason says besides where: of `http.untrusted` and of `ping.untrusted` the same."""
    return (result.reason or "").partition(".")[2]


def untrusted(header: Header, pool: Pool) -> list[Cause]:
    """A certificate that does not verify: nothing more was sent to that address."""
    blind = {r.subject for r in pool.left if unknown(r) and r.condition in ("PING-1", "PING-2")}
    own = pool.take(lambda r: r.condition in ("TLS-1", "TLS-2") and fails(r) and r.subject in blind)
    if not own:
        return []
    subjects = {r.subject for r in own}
    follow = pool.take(
        lambda r: unknown(r) and (bool(subjects & {r.subject, *r.subject.split(":")}) or _detail(r) == "untrusted")
    )
    return [Cause("untrusted", own, follow, tuple(s for s in header.replicas if s in subjects), own[0].remedy)]


def impostors(header: Header, pool: Pool) -> list[Cause]:
    """Another replica responds than the inventory names: what was asked there is UNKNOWN, and an id may be mistyped."""
    own = pool.take(lambda r: r.condition == "IDENT-1" and fails(r))
    if not own:
        return []
    subjects = {r.subject for r in own}
    impostors = {each.removeprefix("replica:") for r in own for each in r.witnesses}

    def follows(result: Result) -> bool:
        if unknown(result):
            return bool(subjects & set(result.subject.split(":")))
        mistyped = result.condition == "STATUS-6" and result.subject in impostors
        return bool(blamed(header, result) & subjects) or mistyped or result.condition == "STATUS-14"

    follow = pool.take(follows)
    return [Cause("identity", own, follow, tuple(s for s in header.replicas if s in subjects), own[0].remedy)]


def licence(pool: Pool) -> list[Cause]:
    """Without a licence the registry responds with 402, and its token service issues no token."""
    own = pool.take(lambda r: r.reason == "reg.no-licence" and fails(r))
    if not own:
        return []
    alert = pool.take(lambda r: r.reason == "alert.licence" and fails(r))
    follow = pool.take(lambda r: _detail(r) == "no-licence" or (unknown(r) and r.condition == "TOKEN-3"))
    return [Cause("failure", (*alert, *own), follow, remedy=(*alert, *own)[0].remedy)]


def log_ins(pool: Pool, *, any_log_in: bool) -> list[Cause]:
    """MKE that is down refuses every log-in; a refused log-in leaves everything unknown that needs the account."""
    refused = pool.take(lambda r: r.condition == "TOKEN-0" and fails(r))
    accounts = {r.subject for r in refused}
    follow = pool.take(
        lambda r: (
            unknown(r)
            and (
                (r.condition == "TOKEN-3" and bool(accounts))
                or ("admin" in accounts and (r.area in _ADMIN_AREAS or r.condition in _COMPARED_WITH_THE_API))
                or any(f"{r.subject}:".startswith(f"{account}:") for account in accounts)
            )
        )
    )
    # Where any account logged in, MKE does not refuse everybody, whatever its /_ping says.
    mke = () if any_log_in else pool.take(lambda r: r.condition == "MKE-1" and fails(r))
    if mke:
        return [Cause("mke", mke, refused + follow, remedy=mke[0].remedy)]
    return [Cause("log-in", refused, follow, remedy=refused[0].remedy)] if refused else []
