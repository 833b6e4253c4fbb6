"""The guide's section "Health check endpoints", and whether the replica that responds is the one in the inventory."""

from collections import Counter
from statistics import median

from checks.condition import CATALOGUE, CRITICAL, WARNING, Reason, condition
from checks.rules import pings
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.store import NoResponse, PerSubject, Unavailable
from fixtures.core.subjects import Named, in_grammar
from fixtures.inventory import Inventory, Replica
from fixtures.probes.endpoints import NginxStatus, Ping, PingAnswer, of_msr
from fixtures.probes.identity import Identity

GUIDE = "Health check endpoints"
NO_COUNTERS = {"nginx.no-counters": "without stub_status nginx has no counters"}


@condition(
    "PING-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="recover-replica",
    owns=True,
    reasons={
        **pings.REASONS,
        # Given by the judge alone, of a replica without a response; they are listed for their remedies.
        "ping.not-tls": Reason("the replica's port does not use TLS", remedy="not-tls"),
        "ping.unresolved": Reason("the replica's name does not resolve on this machine", remedy="unreached-address"),
    },
)
def test_replica_answers_ping(replica: Replica, ping: Ping, inventory: Inventory) -> Verdict:
    """The replica reports itself healthy at `/_ping`."""
    answers = of_msr(ping.answers)
    bad = [answer for answer in answers if not answer.good]
    if not bad:
        return passed(
            f"/_ping reports healthy ({len(answers)} of {many(len(answers), 'response')})",
            seen=200,
            expected=200,
        )
    times = f" ({len(bad)} of {len(answers)} responses)" if len(bad) < len(answers) else ""
    fault = pings.ping_fault(bad[0], replica.id, inventory)
    return failed(
        fault.reason,
        _complaint(bad[0]) + times,
        seen=bad[0].status,
        expected="200, Healthy: true",
        about=fault.about,
        witnesses=fault.witnesses,
        measured=fault.measured,
    )


@condition(
    "PING-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="check-the-balancer",
    owns=True,
    reasons=pings.REASONS,
)
def test_public_address_answers_ping(
    public_endpoint: Named, every_users_ping: PerSubject[PingAnswer], inventory: Inventory
) -> Verdict:
    """Every new connection to the public address reaches a healthy replica."""
    for cause in every_users_ping.causes.values():
        if not isinstance(cause, NoResponse):
            raise cause
    bad = [answer for answer in of_msr(every_users_ping.values()) if not answer.good]
    reached = Counter(answer.replica_id or "unnamed" for answer in every_users_ping.values())
    asked = len(every_users_ping) + len(every_users_ping.causes)
    unanswered = list(every_users_ping.causes.values())
    count = f"{len(bad) + len(unanswered)} of {asked} new connections to {public_endpoint.subject} failed"
    if unanswered:
        reason = CATALOGUE["PING-2"].no_response(unanswered[0].reason)
        return failed(reason, f"{count}: {unanswered[0]}", seen=dict(reached))
    if bad:
        replica = bad[0].replica_id if bad[0].replica_id in {each.id for each in inventory.replicas} else None
        fault = pings.ping_fault(bad[0], replica, inventory)
        return failed(
            fault.reason,
            f"{count}: {_complaint(bad[0])}{_by(bad[0])}",
            seen=dict(reached),
            about=(thing("balancer"), *fault.about),
            witnesses=fault.witnesses,
            measured=fault.measured,
        )
    return passed(f"{asked} of {asked} new connections reached a healthy replica", seen=dict(reached))


@condition(
    "PING-3",
    severity=WARNING,
    documented=GUIDE,
    remedy="slow-replica",
    reasons={"ping.slow": "/_ping responds later than the limit"},
)
def test_replica_answers_ping_in_time(ping: Ping, inventory: Inventory) -> Verdict:
    """The replica responds to `/_ping` within the limit (default 2 s, a common time-out of load balancers)."""
    seconds = round(median(answer.seconds for answer in ping.answers), 3)
    limit = inventory.limits.ping_seconds
    message = f"/_ping responds in {seconds:g} s (median of {len(ping.answers)}; limit {limit:g} s)"
    if seconds <= limit:
        return passed(message, seen=seconds, expected=limit)
    return failed("ping.slow", message, seen=seconds, expected=limit)


@condition(
    "IDENT-1",
    severity=CRITICAL,
    documented="Beyond the guide: X-Replica-ID, replicaID",
    remedy="check-addresses",
    reasons={
        "ident.another-replica": "another replica responds at the address",
        "ident.not-named": "the response does not name the replica",
    },
)
def test_replica_is_the_one_asked(replica: Replica, identity: Identity) -> Verdict:
    """The replica that responds at an address is the one in the inventory."""
    if identity.replica_id is None:
        message = f"the replica at {replica.authority} gives no replica ID in {identity.source}"
        return unknown(Unavailable("ident.not-named", message))
    if identity.replica_id == replica.id:
        return passed(f"confirmed by {identity.source}", seen=identity.replica_id, expected=replica.id)
    message = f"replica {identity.replica_id} responds at {replica.authority} (according to {identity.source})"
    return failed(
        "ident.another-replica",
        message,
        seen=identity.replica_id,
        expected=replica.id,
        witnesses=[thing("replica", in_grammar(identity.replica_id))],
    )


@condition(
    "NGINX-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="read-the-logs",
    owns=True,
    reasons={
        "nginx.restricted": "/nginx_status is refused or does not exist",
        "nginx.another-page": "/nginx_status serves another page than stub_status",
        "nginx.other-status": "/nginx_status returns another status",
    },
)
def test_nginx_serves_its_status(nginx_status: NginxStatus) -> Verdict:
    """`/nginx_status` serves nginx's stub_status page."""
    if nginx_status.active is not None:
        return passed(f"nginx has {many(nginx_status.active, 'active connection')}", seen=nginx_status.kind)
    message = f"/nginx_status returns {nginx_status.status} with {nginx_status.kind}"
    # Whether MSR 2.8 restricts the page is not known.
    if nginx_status.status in (401, 403, 404):
        return warned("nginx.restricted", message, seen=nginx_status.status, expected="200, stub_status")
    reason = "nginx.another-page" if nginx_status.status == 200 else "nginx.other-status"
    return failed(reason, message, seen=nginx_status.status, expected="200, stub_status")


@condition(
    "NGINX-2",
    severity=WARNING,
    documented=GUIDE,
    remedy="nginx-busy",
    reasons={
        "nginx.dropped-connections": "nginx accepted connections that it did not handle",
        "nginx.restarted": "nginx restarted between the two readings",
        **NO_COUNTERS,
    },
)
def test_nginx_drops_no_connection(
    replica: Replica, nginx_status: NginxStatus, later_nginx_status: NginxStatus
) -> Verdict:
    """nginx handled every connection that it accepted between two readings of its counters."""
    # Where the first reading was repeated, alone, it is the newer one.
    before, after = sorted((nginx_status, later_nginx_status), key=lambda page: page.answered_at)
    accepts_before, handled_before = _counters(replica, before)
    accepts, handled = _counters(replica, after)
    if accepts < accepts_before:
        cause = Unavailable("nginx.restarted", "nginx restarted between the two readings")
        return unknown(cause, seen=[accepts_before, accepts])
    dropped = (accepts - accepts_before) - (handled - handled_before)
    totals = f"since its start {accepts} accepted, {handled} handled"
    if dropped > 0:
        message = f"nginx dropped {dropped} of {many(accepts - accepts_before, 'connection')} ({totals})"
        return failed("nginx.dropped-connections", message, seen=dropped, expected=0)
    return passed(
        f"nginx accepted {many(accepts - accepts_before, 'connection')} and dropped none ({totals})", seen=0, expected=0
    )


@condition(
    "NGINX-3",
    severity=WARNING,
    documented=GUIDE,
    remedy="nginx-busy",
    reasons={"nginx.overrun": "nginx has as many active connections as the limit, or more", **NO_COUNTERS},
)
def test_nginx_is_not_overrun(replica: Replica, nginx_status: NginxStatus, inventory: Inventory) -> Verdict:
    """nginx has fewer active connections than the inventory's limit."""
    _counters(replica, nginx_status)
    active, limit = nginx_status.active or 0, inventory.limits.nginx_active
    message, expected = f"nginx has {many(active, 'active connection')} (limit {limit})", f"< {limit}"
    if active < limit:
        return passed(message, seen=active, expected=expected)
    return failed("nginx.overrun", message, seen=active, expected=expected)


def _complaint(answer: PingAnswer) -> str:
    if answer.healthy is None:
        return f"/_ping returns {one_line(answer.error)}"
    return one_line(answer.error) or f"/_ping returns {answer.status} with Healthy: {str(answer.healthy).lower()}"


def _by(answer: PingAnswer) -> str:
    return f" (from replica {answer.replica_id})" if answer.replica_id else ""


def _counters(replica: Replica, page: NginxStatus) -> tuple[int, int]:
    if page.accepts is None or page.handled is None:
        message = f"/nginx_status returns {page.status} with {page.kind}, see NGINX-1"
        raise Unavailable("nginx.no-counters", message, because=Because(replica.id, condition="NGINX-1"))
    return page.accepts, page.handled
