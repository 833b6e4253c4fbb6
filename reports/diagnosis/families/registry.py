"""Faults of what a replica serves: nginx, the registry, and the alerts that it raises."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, name_of, things_of, unknown
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.reach import lost_by_nginx

family = Family()

_NO_SCANS = "alert:NO_VULNERABILITY_DB"
_FORBIDDEN = 403
_MENDING = ("save-first", "restart-container")


@family.cause("nginx-status", "nginx of {things} {does} not serve its status page", remedy="read-the-logs")
def nginx_status(case: Case) -> Iterator[Finding]:
    """`/nginx_status` is refused, is another page than that of stub_status, or does not come.

    Needs: NGINX-1 fails while the replica responds otherwise.
    Predicts: the numbers of connections of that replica, which are on this page.
    Contradicted by: nothing that a run sees.
    """
    if own := [each for each in case.left if each.condition == "NGINX-1" and not unknown(each)]:
        names = {each.subject for each in own}
        yield Finding(
            things_of(own), tuple(own),
            predicts=lambda each: unknown(each) and each.area == "NGINX" and each.subject in names,
        )  # fmt: skip


family.by_reason(
    "nginx-drops",
    "nginx of {things} drops connections",
    "nginx accepted connections that it did not handle.",
    "nginx.dropped-connections",
    remedy="nginx-busy",
    harms=(Harm.DROPPED,),
)
family.by_reason(
    "nginx-busy",
    "nginx of {things} has too many connections",
    "nginx has as many active connections as the limit, or more.",
    "nginx.overrun",
    remedy="nginx-busy",
)


@family.cause(
    "wrong-external-address",
    "The registry does not take the address that users use for its own",
    remedy="external-address",
    harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH),
)
def wrong_external_address(case: Case) -> Iterator[Finding]:
    """The registry's external address (`dtrHost`) is not the inventory's `url`: log-ins and pulls go elsewhere, or
    `/v2/` does not exist under the name that users use.

    Needs: the challenge of `/v2/` names another host or port than `url`; or every replica answers it with 404.
    Predicts: nothing.
    Contradicted by: a challenge that names the inventory's `url`, or a replica that serves `/v2/`.
    """
    own, absent = case.found("reg.realm-other-host", "reg.realm-other-port"), case.found("reg.not-found")
    judged = {each.subject for each in case.of("REG-1") if not unknown(each)}
    if absent and {each.subject for each in absent} >= judged:
        own += absent
    if own:
        yield Finding(("cluster",), tuple(own))


family.by_reason(
    "registry-too-open",
    "The registry of {things} lets anyone in without a token",
    "`/v2/` does not require a token.",
    "reg.open",
    remedy="security-incident",
    harms=(Harm.EXPOSED,),
)


@family.cause(
    "registry-misbehaves",
    "The registry of {things} does not answer as Docker clients expect",
    remedy="registry-challenge",
    others=("find-the-filter",),
    harms=(Harm.PULL, Harm.PUSH),
)
def registry_misbehaves(case: Case) -> Iterator[Finding]:
    """`/v2/` answers with another status or another challenge than the documented one, or with a page for a manifest.

    Needs: REG-1, or REG-2 for a manifest, fails for the form of the response.
    Predicts: nothing else.
    Contradicted by: nothing that a run sees.
    """
    own = case.found(
        "reg.other-status",
        "reg.no-challenge",
        "reg.not-found",
        "reg.not-a-registry",
        "reg.realm-unreadable",
        "reg.realm-not-https",
        "reg.not-json",
        "reg.manifest-invalid",
    )
    if own:
        # MSR itself refuses `/v2/` with 401 alone.
        filtered = all(each.seen == _FORBIDDEN for each in own)
        yield Finding(things_of(own), tuple(own), remedy="find-the-filter" if filtered else None)


@family.cause(
    "registry-down",
    "The registry of {things} does not respond",
    remedy="registry-challenge",
    others=("nginx-lost-the-way",),
    harms=(Harm.PULL, Harm.PUSH),
    ladder=_MENDING,
)
def registry_down(case: Case) -> Iterator[Finding]:
    """nginx gets no response from the registry of a replica.

    Needs: REG-1 fails with a server error, or without a response.
    Predicts: nothing else.
    Contradicted by: nothing that a run sees.
    """
    if own := [each for each in case.found("reg.") if each.condition == "REG-1"]:
        things = things_of(own)
        lost = lost_by_nginx(case, own, [f"{name_of(each)}:registry" for each in things])
        yield Finding(
            things,
            tuple(own),
            ladder=("repair-first",) if lost else None,
            remedy="nginx-lost-the-way" if lost else None,
        )


@family.cause("alert", "MSR raises an alert", remedy="alerts")
def alert(case: Case) -> Iterator[Finding]:
    """The web UI shows an alert to administrators.

    Needs: a verdict for the reason `alert.raised`.
    Predicts: what is not seen because of it.
    """
    if own := case.found("alert.raised"):
        things = things_of(own)
        yield Finding(things, tuple(own), harms=(Harm.SOME_JOBS,) if _NO_SCANS in things else None)
