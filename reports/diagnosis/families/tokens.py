"""Faults of the token services (garant): those that issue no token, a wrong one, or one that nobody accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.diagnosis.case import Case, name_of, things_of
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.reach import lost_by_nginx
from reports.records import Result

family = Family()

_NO_TOKENS = (Harm.SIGN_IN, Harm.PULL, Harm.PUSH)
# Of one container among several that work; where all fail alike, what they share is to be repaired.
_ONE, _ALL = ("save-first", "restart-container"), ("repair-first",)
_NO_LOG_IN = "token.no-log-in"


def ladder_of(case: Case, things: Sequence[str]) -> tuple[str, ...]:
    """A restart where others work; where the services of all replicas fail alike, it lies beneath them."""
    return _ALL if {name_of(each) for each in things} >= set(case.replicas) else _ONE


def all_alike(case: Case, things: Sequence[str]) -> str | None:
    """What to do where the services of all replicas fail alike; None where another one works."""
    return "all-alike" if ladder_of(case, things) == _ALL else None


def _failing(case: Case, *reasons: str, ladder: tuple[str, ...] | None = None) -> Iterator[Finding]:
    """The token services that fail for these reasons. That an account has no log-in follows from them."""
    own = [each for each in case.found(*reasons) if each.condition.startswith("TOKEN-")]
    own.sort(key=lambda each: each.condition == "TOKEN-0")
    if things := things_of(own, "token-service"):
        at_fault = frozenset(things)
        lost = lost_by_nginx(case, own, [f"{name_of(each)}:garant" for each in things])
        yield Finding(
            things,
            tuple(own),
            predicts=lambda each: each.reason == _NO_LOG_IN and bool(at_fault & set(each.about)),
            affects=at_fault,
            ladder=("repair-first",) if lost else ladder or ladder_of(case, things),
            remedy=all_alike(case, things) or ("nginx-lost-the-way" if lost else None),
        )


@family.cause(
    "token-service-hung",
    "{things} accept{s} requests, and {does} not respond",
    remedy="token-service",
    others=(
        "all-alike",
        "nginx-lost-the-way",
    ),
    harms=_NO_TOKENS,
    ladder=_ONE,
)
def token_service_hung(case: Case) -> Iterator[Finding]:
    """A token service accepts connections and does not respond in time: no log-in and no pull through that replica.

    Needs: requests for a token time out at it, while its replica responds otherwise.
    Predicts: no token of it, and all that needs one; no log-in where it is so at all replicas.
    Contradicted by: a token of it.
    """
    yield from _failing(case, "token.timeout", "token.not-asked-again")


@family.cause(
    "token-service-refuses",
    "{things} refuse{s} a password that is right",
    remedy="token-service",
    others=("all-alike",),
    harms=_NO_TOKENS,
)
def token_service_refuses(case: Case) -> Iterator[Finding]:
    """A token service refuses a password that was accepted elsewhere in the same run.

    Needs: 401 from it for an account that logged in at the API or at another replica.
    Predicts: no token of it, and all that needs one.
    Contradicted by: nobody accepts the password: then it is wrong in the inventory, or MKE is down.
    """
    yield from _failing(case, "token.right-password-refused", ladder=_ALL)


@family.cause(
    "token-service-misbehaves",
    "{things} {does} not issue tokens as documented",
    remedy="token-service",
    others=("all-alike",),
    harms=_NO_TOKENS,
)
def token_service_misbehaves(case: Case) -> Iterator[Finding]:
    """A token service responds with something else than the documented token: a page, no time, an end in the past.

    Needs: a response of it without a field, with an unusable token, or with another status than documented.
    Predicts: no token of it where none can be used, and all that needs one.
    Contradicted by: nothing that a run sees.
    """
    yield from _failing(
        case,
        "token.incomplete",
        "token.unusable",
        "token.two-tokens",
        "token.bad-lifetime",
        "token.bad-time",
        "token.expired",
        "token.other-status",
        "token.not-given",
        "token.not-json",
        "token.not-http",
        "token.unexpected",
        "token.too-large",
        ladder=_ALL,
    )


@family.cause(
    "token-service-down",
    "{things} {does} not work",
    remedy="token-service",
    others=(
        "all-alike",
        "nginx-lost-the-way",
    ),
    harms=_NO_TOKENS,
    ladder=_ONE,
)
def token_service_down(case: Case) -> Iterator[Finding]:
    """A token service does not run, or responds with server errors: no log-in and no pull through that replica.

    Needs: 5xx or no response to requests for a token, while its replica responds otherwise.
    Predicts: no token of it, and all that needs one; no log-in where it is so at all replicas.
    Contradicted by: a token of it.
    """
    yield from _failing(
        case, "token.server-error", "token.no-upstream", "token.reset", "token.error", "token.refused", _NO_LOG_IN
    )


@family.cause(
    "token-key-or-clock",
    "{things} {does} not accept fresh tokens",
    remedy="token-key",
    others=("token-other-key",),
    harms=(Harm.PULL, Harm.PULL_SIGNED, Harm.PUSH, Harm.SIGN),
)
def token_key_or_clock(case: Case) -> Iterator[Finding]:
    """A registry or a notary-server refuses a token that was issued just now as invalid: its key, its service or its
    clock differs from that of the token service.

    Needs: 401 with invalid_token for a fresh token.
    Predicts: nothing of that audit log can be read there.
    Contradicted by: insufficient_scope: then the token is valid and the account lacks the right.
    """
    at_notary = case.found("feed.token-invalid")
    at_registry = case.found("token.invalid-at-registry", "reg.token-invalid")
    notaries = [f"notary:{each.subject.rpartition(':')[2]}" for each in at_notary]
    registries = [f"container:registry-{each.subject.rpartition(':')[2]}" for each in at_registry]
    if things := tuple(dict.fromkeys((*notaries, *registries))):
        harms = [
            *((Harm.V2, Harm.PULL, Harm.PUSH) if registries else ()),
            *((Harm.PULL_SIGNED, Harm.SIGN) if notaries else ()),
        ]
        agree = all(_clock_is_right(case, name_of(each).rpartition("-")[2]) for each in things)
        yield Finding(
            things,
            (*at_registry, *at_notary),
            affects=frozenset(things),
            harms=tuple(sorted(harms)),
            remedy="token-other-key" if agree else None,
        )


def _clock_is_right(case: Case, replica: str) -> bool:
    """Whether its clock was compared with the others', and so was that of its node."""
    return case.passes("TOKEN-4", replica) and case.passes("NODE-3", case.node_of(replica) or "")


@family.cause(
    "token-grants-too-much",
    "{things} may read more than the inventory says",
    remedy="access-rules",
    harms=(Harm.EXPOSED,),
)
def token_grants_too_much(case: Case) -> Iterator[Finding]:
    """An account has rights on a repository or an audit log that the inventory says it cannot read.

    Needs: its token grants what it must not, or opens it; or it reads an audit log that nobody without an account
    reads.
    Predicts: nothing else.
    Contradicted by: an anonymous client reads the same audit log: then it is open to anyone.
    """
    open_to_all = {each.subject.partition(":")[2] for each in _read_unduly(case) if _client(each) == "anonymous"}
    feeds = [each for each in _read_unduly(case) if _feed(each) not in open_to_all]
    grants = case.found("token.grants-too-much", "token.opens-too-much")
    accounts = (*things_of(grants, "account"), *(f"account:{_client(each)}" for each in feeds))
    if accounts:
        yield Finding(accounts, (*grants, *feeds))


def _read_unduly(case: Case) -> list[Result]:
    return case.found("feed.reads-too-much", "feed.open")


def _client(result: Result) -> str:
    """The client of a verdict of FEED-8: `reader:ci` of `reader:ci:global`."""
    return result.subject.rpartition(":")[0]


def _feed(result: Result) -> str:
    return result.subject.rpartition(":")[2]


@family.cause(
    "any-password-accepted",
    "A wrong password is accepted",
    remedy="security-incident",
    harms=(Harm.EXPOSED,),
)
def any_password_accepted(case: Case) -> Iterator[Finding]:
    """A made-up user with a made-up password gets a token: anyone can log in.

    Needs: a token for that log-in, which is tried once, at one replica.
    Predicts: nothing else.
    Contradicted by: 401.
    """
    if own := case.found("token.wrong-password-accepted"):
        yield Finding(("cluster",), tuple(own))
