"""What keeps people out of a cluster that may be healthy: MKE, a certificate, a licence, the load balancer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reports.diagnosis.case import Case, fails, replicas_in, things_of, type_of, unknown
from reports.diagnosis.families.changes import said_before_an_upgrade
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result, VerdictWord

family = Family()

_OK = 200
EVERYTHING = (Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.WEB)
# What needs a log-in, or a token.
_NEEDS_LOG_IN = frozenset({"TOKEN", "STATUS", "ALERT", "JOB", "CRON", "SCAN", "VERSION", "STORE", "FEED", "RDB", "REG"})


def blind_without_log_in(result: Result) -> bool:
    """Whether it is UNKNOWN as what needs a log-in is when none is possible."""
    return unknown(result) and result.area in _NEEDS_LOG_IN


@family.cause("mke-down", "MKE does not log anybody in", remedy="mke-down", harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH))
def mke_down(case: Case) -> Iterator[Finding]:
    """MKE is down: MSR checks every log-in there, and refuses right passwords while its own `/_ping` is healthy.

    Needs: MKE-1 fails, and every log-in that was tried is refused or unanswered.
    Predicts: refused log-ins, and all that needs one.
    Contradicted by: anybody who logs in.
    """
    own = [each for each in case.left if each.condition == "MKE-1" and fails(each)]
    refused = [each for each in case.of("TOKEN-0") if fails(each)]
    if own and refused and not case.of("TOKEN-0", word=VerdictWord.PASS):
        yield Finding(
            ("mke",), tuple(own),
            predicts=lambda each: each.condition == "TOKEN-0" or blind_without_log_in(each) or _not_told_by_mke(each),
        )  # fmt: skip


def _not_told_by_mke(result: Result) -> bool:
    """Whether MKE does not tell its registries."""
    return unknown(result) and result.condition == "MKE-2"


family.by_reason(
    "mke-unhealthy",
    "MKE reports itself unhealthy, and log-ins still work",
    "MKE's own health check fails while it still checks log-ins.",
    "mke.unhealthy",
    "mke.other-status",
    remedy="mke-unhealthy",
    harms=(Harm.NEXT_FAILURE,),
    predicts=lambda _case, _things: _not_told_by_mke,
    explains="that MKE does not tell its registries",
)
family.by_reason(
    "mke-registries",
    "MKE does not list this registry",
    "MKE's list of registries has no entry for the address of users: it is empty, or names another registry.",
    "mke.no-registry",
    "mke.other-registry",
    remedy="mke-registries",
)
family.by_reason(
    "mke-silent-registry",
    "MKE lists another registry that does not respond",
    "Nothing responds at another address of MKE's list: neither to this machine nor to the nodes that asked.",
    "mke.registry-silent",
    remedy="mke-silent-registry",
)
family.by_reason(
    "mke-bundle-refused",
    "MKE refuses the client bundle of the inventory",
    "The client certificate was deleted, has expired, cannot be used, or is not that of an administrator.",
    "http.forbidden",
    "http.client-refused",
    "inventory.client-certificate",
    conditions=("MKE-2",),
    unknown=True,
    remedy="mke-bundle",
    harms=(),
)


@family.cause(
    "licence-missing",
    "The registry has no valid licence",
    logs=("log.licence",),
    remedy="alerts",
    harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH),
)
def licence_missing(case: Case) -> Iterator[Finding]:
    """The registry refuses requests for want of a licence (402).

    Needs: `/v2/` or the token service responds with 402.
    Predicts: refused tokens, and the alert about the licence.
    Contradicted by: a token that is issued.
    """
    own = case.found("reg.no-licence", "alert.licence")
    if any(each.reason == "reg.no-licence" for each in own):
        own.sort(key=lambda each: each.condition != "REG-1")

        def follows(result: Result) -> bool:
            refused = (result.reason or "").endswith(".no-licence")
            return refused or (unknown(result) and result.condition == "TOKEN-3")

        yield Finding(("cluster",), tuple(own), predicts=follows)


family.by_reason(
    "licence-alert",
    "MSR raises an alert about its licence",
    "The licence is missing, has expired or expires soon, as MSR's own alert says.",
    "alert.licence",
    "pre.licence-alert",
    remedy="alerts",
    harms=(Harm.PUSH,),
)


def _certificate(
    name: str,
    title: str,
    meaning: str,
    *reasons: str,
    remedy: str,
    harms: tuple[Harm, ...],
) -> None:
    @family.cause(name, title, remedy=remedy, others=("balancer-certificate",), harms=harms)
    def rule(case: Case) -> Iterator[Finding]:
        yield from _presented(case, *reasons)

    rule.__doc__ = (
        f"{meaning}\n\nNeeds: TLS-1 or TLS-2 at that address.\n"
        "Predicts: all that is not asked there, since nothing is sent to an address that is not trusted.\n"
        "Contradicted by: a certificate that verifies there.\n"
    )


def _presented(case: Case, *reasons: str) -> Iterator[Finding]:
    """The certificates of which these reasons are said: those of MSR, and what the balancer presents by itself."""
    own = case.found(*reasons)
    balancers = [each for each in own if _is_the_balancers(case, each)]
    for part, other in ((balancers, "balancer-certificate"), ([e for e in own if e not in balancers], None)):
        if part:
            yield Finding(things_of(part), tuple(part), predicts=_behind(part), remedy=other)


def _is_the_balancers(case: Case, result: Result) -> bool:
    """Whether it is at the public address alone, while the same condition holds at every replica that was asked."""
    if result.subject in case.replicas:
        return False
    at_replicas = [each for each in case.of(result.condition) if each.subject in case.replicas]
    judged = [each for each in at_replicas if not unknown(each) and each.verdict is not VerdictWord.SKIPPED]
    return bool(judged) and all(each.verdict is VerdictWord.PASS for each in judged)


def _behind(own: Sequence[Result]) -> Callable[[Result], bool]:
    """What was not sent to an address whose certificate does not verify, and what `--before-upgrade` says of it."""
    certificates, addresses = set(things_of(own)), {each.subject for each in own}
    again = said_before_an_upgrade(own)

    def follows(result: Result) -> bool:
        if again(result):
            return True
        untrusted = (result.reason or "").partition(".")[2] == "untrusted"
        there = set(result.about) <= certificates if result.about else bool(addresses & set(result.subject.split(":")))
        return untrusted and there

    return follows


_certificate(
    "ca-expired", "The CA of {things} has expired or is not valid yet",
    "The certificate of the CA that signed a web certificate is outside its dates.", "tls.ca-dates",
    remedy="web-certificate", harms=EVERYTHING,
)  # fmt: skip
_certificate(
    "unknown-ca", "No CA of the inventory signed {things}",
    "A web certificate is signed by another CA than those that the inventory names.", "tls.untrusted",
    remedy="web-certificate", harms=(Harm.WEB, Harm.PULL, Harm.PUSH),
)  # fmt: skip
_certificate(
    "certificate-wrong-name", "{things} {is} for another host name",
    "A web certificate is valid for other names than the one that users connect to.", "tls.other-name",
    remedy="web-certificate", harms=(Harm.WEB, Harm.PULL, Harm.PUSH),
)  # fmt: skip
_certificate(
    "certificate-expired", "{things} {has} expired", "A web certificate has expired.", "tls.expired",
    remedy="renew-certificate", harms=EVERYTHING,
)  # fmt: skip
_certificate(
    "certificate-not-yet-valid", "{things} {is} not valid yet", "A web certificate is not valid yet.",
    "tls.not-yet-valid", remedy="renew-certificate", harms=EVERYTHING,
)  # fmt: skip
_certificate(
    "certificate-expiring", "{things} expire{s} soon", "A web certificate expires soon.", "tls.expiring",
    remedy="renew-certificate", harms=(Harm.EXPIRY,),
)  # fmt: skip


def _at_the_balancer(case: Case) -> list[Result]:
    return [each for each in case.left if each.condition == "PING-2" and fails(each)]


@family.cause(
    "balancer-keeps-bad-replica",
    "The load balancer sends users to a replica that is unhealthy",
    remedy="check-the-balancer",
    harms=(Harm.UNHEALTHY_REPLICA,),
)
def balancer_keeps_bad_replica(case: Case) -> Iterator[Finding]:
    """The load balancer has a replica in its pool that responds as unhealthy: its health check is missing or wrong.

    Needs: PING-2 fails at a replica whose own `/_ping` fails with a status that the balancer could see, while others
    pass.
    Predicts: nothing.
    Contradicted by: a balancer that leaves the replica out.
    """
    bad = {each.subject for each in case.of("PING-1") if fails(each) and each.seen != _OK}
    healthy = {each.subject for each in case.of("PING-1", word=VerdictWord.PASS)}
    own = [each for each in _at_the_balancer(case) if replicas_in(case, each) & bad]
    if own and healthy:
        yield Finding(("balancer",), tuple(own))


@family.cause(
    "balancer-at-fault",
    "Users do not reach the registry through {things}",
    remedy="check-the-balancer",
    harms=(Harm.REACH,),
)
def balancer_at_fault(case: Case) -> Iterator[Finding]:
    """The public address does not serve although the replicas do.

    Needs: PING-2 fails, and some replica's own `/_ping` passes.
    Predicts: what else was asked at the public address.
    Contradicted by: a replica that fails in the same way, and that PING-2 names.
    """
    bad = {each.subject for each in case.of("PING-1") if fails(each)}
    own = [each for each in _at_the_balancer(case) if not replicas_in(case, each) & bad]
    if own and case.of("PING-1", word=VerdictWord.PASS):
        yield Finding(
            ("balancer",), tuple(own),
            predicts=lambda each: unknown(each) and set(map(type_of, each.about)) == {"balancer"},
        )  # fmt: skip


family.by_reason(
    "verification-disabled",
    "The inventory disables the verification of certificates",
    "Certificates are not verified, so anybody could have responded in place of the registry.",
    "tls.not-verified",
    remedy="verification-on",
    harms=(Harm.EXPOSED,),
)
