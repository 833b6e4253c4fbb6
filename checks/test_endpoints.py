"""The guide's section "Health check endpoints", and whether the replica that answers is the one that was asked."""

from collections import Counter
from statistics import median

from checks.condition import CATALOGUE, CRITICAL, WARNING, Reason, condition
from checks.rules import pings
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.store import NoResponse, PerSubject, Unavailable
from fixtures.core.subjects import Named, in_grammar
from fixtures.inventory import Inventory, Replica
from fixtures.probes.endpoints import NginxStatus, Ping, PingAnswer
from fixtures.probes.identity import Identity

GUIDE = "Health check endpoints"
NO_COUNTERS = {"nginx.no-counters": "without stub_status there are no counters"}


@condition(
    "PING-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="recover-replica",
    owns=True,
    reasons={
        **pings.REASONS,
        # Given by the judge alone, of a way in that speaks no TLS; it is listed for its remedy.
        "ping.not-tls": Reason("no TLS is spoken at the replica's port", remedy="not-tls"),
    },
)
def test_replica_answers_ping(replica: Replica, ping: Ping, inventory: Inventory) -> Verdict:
    """The replica says itself that it is healthy."""
    bad = [answer for answer in ping.answers if not answer.good]
    if not bad:
        return passed(f"healthy, {len(ping.answers)} times of {len(ping.answers)}", seen=200, expected=200)
    times = f" ({len(bad)} times of {len(ping.answers)})" if len(bad) < len(ping.answers) else ""
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
def test_address_of_users_answers_ping(
    public_endpoint: Named, every_users_ping: PerSubject[PingAnswer], inventory: Inventory
) -> Verdict:
    """Every new connection through the address that users use reaches a healthy replica."""
    for cause in every_users_ping.causes.values():
        if not isinstance(cause, NoResponse):
            raise cause
    bad = [answer for answer in every_users_ping.values() if not answer.good]
    reached = Counter(answer.replica_id or "unnamed" for answer in every_users_ping.values())
    asked = len(every_users_ping) + len(every_users_ping.causes)
    unanswered = list(every_users_ping.causes.values())
    count = f"{len(bad) + len(unanswered)} of {asked} new connections to {public_endpoint.subject}"
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
    reasons={"ping.slow": "/_ping takes longer than the limit"},
)
def test_replica_answers_ping_in_time(ping: Ping, inventory: Inventory) -> Verdict:
    """The replica answers before a balancer's usual patience of 2 s is at its end."""
    seconds = round(median(answer.seconds for answer in ping.answers), 3)
    limit = inventory.limits.ping_seconds
    if seconds <= limit:
        return passed(f"median {seconds:g} s", seen=seconds, expected=limit)
    message = f"/_ping takes {seconds:g} s, the median of {len(ping.answers)}"
    return failed("ping.slow", message, seen=seconds, expected=limit)


@condition(
    "IDENT-1",
    severity=CRITICAL,
    documented="Beyond the guide: X-Replica-ID, replicaID",
    remedy="check-addresses",
    reasons={
        "ident.another-replica": "another replica answers at the address",
        "ident.not-named": "nothing in the answer says which replica it is",
    },
)
def test_replica_is_the_one_asked(replica: Replica, identity: Identity) -> Verdict:
    """The replica that answers at an address is the one that the inventory names there."""
    if identity.replica_id is None:
        message = f"{identity.source} of the replica at {replica.authority} name no replica"
        return unknown(Unavailable("ident.not-named", message))
    if identity.replica_id == replica.id:
        return passed(f"says so in {identity.source}", seen=identity.replica_id, expected=replica.id)
    message = f"at {replica.authority} answers replica {identity.replica_id}, says {identity.source}"
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
        "nginx.restricted": "/nginx_status is refused or not there",
        "nginx.another-page": "/nginx_status is another page than stub_status",
        "nginx.other-status": "/nginx_status has another status",
    },
)
def test_nginx_tells_its_status(nginx_status: NginxStatus) -> Verdict:
    """`/nginx_status` is nginx's stub_status page."""
    if nginx_status.active is not None:
        return passed(f"{nginx_status.active} active connections", seen=nginx_status.kind)
    message = f"/nginx_status answered {nginx_status.status} with {nginx_status.kind}"
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
        "nginx.restarted": "nginx was restarted between the two looks",
        **NO_COUNTERS,
    },
)
def test_nginx_drops_no_connection(
    replica: Replica, nginx_status: NginxStatus, later_nginx_status: NginxStatus
) -> Verdict:
    """nginx handled every connection that it accepted between two looks of this run."""
    # Where the first look was taken again, alone, it is the newer one.
    before, after = sorted((nginx_status, later_nginx_status), key=lambda page: page.answered_at)
    accepts_before, handled_before = _counters(replica, before)
    accepts, handled = _counters(replica, after)
    if accepts < accepts_before:
        cause = Unavailable("nginx.restarted", "nginx was restarted between the two looks")
        return unknown(cause, seen=[accepts_before, accepts])
    dropped = (accepts - accepts_before) - (handled - handled_before)
    totals = f"since its start {accepts} accepted, {handled} handled"
    if dropped > 0:
        message = f"dropped {dropped} of {accepts - accepts_before} connections; {totals}"
        return failed("nginx.dropped-connections", message, seen=dropped, expected=0)
    return passed(f"{accepts - accepts_before} accepted, none dropped; {totals}", seen=0, expected=0)


@condition(
    "NGINX-3",
    severity=WARNING,
    documented=GUIDE,
    remedy="nginx-busy",
    reasons={"nginx.overrun": "nginx serves as many connections at once as the limit, or more", **NO_COUNTERS},
)
def test_nginx_is_not_overrun(replica: Replica, nginx_status: NginxStatus, inventory: Inventory) -> Verdict:
    """nginx serves fewer connections at once than the inventory's limit."""
    _counters(replica, nginx_status)
    active, limit = nginx_status.active or 0, inventory.limits.nginx_active
    message, expected = f"{active} active connections", f"< {limit}"
    if active < limit:
        return passed(message, seen=active, expected=expected)
    return failed("nginx.overrun", message, seen=active, expected=expected)


def _complaint(answer: PingAnswer) -> str:
    return answer.error or f"it answered {answer.status} and Healthy: {str(answer.healthy).lower()}"


def _by(answer: PingAnswer) -> str:
    return f", said replica {answer.replica_id}" if answer.replica_id else ""


def _counters(replica: Replica, page: NginxStatus) -> tuple[int, int]:
    if page.accepts is None or page.handled is None:
        message = f"/nginx_status answered {page.status} with {page.kind}, see NGINX-1"
        raise Unavailable("nginx.no-counters", message, because=Because(replica.id, condition="NGINX-1"))
    return page.accepts, page.handled
