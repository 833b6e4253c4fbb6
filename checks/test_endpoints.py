"""The guide's section "Health check endpoints", and whether the replica that answers is the one that was asked."""

from collections import Counter
from statistics import median

from checks.condition import CRITICAL, WARNING, condition
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.store import NoResponse, PerSubject, Unavailable
from fixtures.core.subjects import Named
from fixtures.inventory import Inventory, Replica
from fixtures.probes.endpoints import NginxStatus, Ping, PingAnswer
from fixtures.probes.identity import Identity

GUIDE = "Health check endpoints"


@condition("PING-1", severity=CRITICAL, documented=GUIDE, remedy="recover-replica", owns=True)
def test_replica_answers_ping(ping: Ping) -> Verdict:
    """The replica says itself that it is healthy."""
    bad = [answer for answer in ping.answers if not answer.good]
    if not bad:
        return passed(f"healthy, {len(ping.answers)} times of {len(ping.answers)}", seen=200, expected=200)
    times = f" ({len(bad)} times of {len(ping.answers)})" if len(bad) < len(ping.answers) else ""
    return failed(_complaint(bad[0]) + times, seen=bad[0].status, expected="200, Healthy: true")


@condition("PING-2", severity=CRITICAL, documented=GUIDE, remedy="check-the-balancer")
def test_address_of_users_answers_ping(public_endpoint: Named, every_users_ping: PerSubject[PingAnswer]) -> Verdict:
    """Every new connection through the address that users use reaches a healthy replica."""
    for cause in every_users_ping.causes.values():
        if not isinstance(cause, NoResponse):
            raise cause
    bad = [str(cause) for cause in every_users_ping.causes.values()]
    bad += [_complaint(answer) + _by(answer) for answer in every_users_ping.values() if not answer.good]
    reached = Counter(answer.replica_id or "unnamed" for answer in every_users_ping.values())
    asked = len(every_users_ping) + len(every_users_ping.causes)
    if bad:
        return failed(
            f"{len(bad)} of {asked} new connections to {public_endpoint.subject}: {bad[0]}", seen=dict(reached)
        )
    return passed(f"{asked} of {asked} new connections reached a healthy replica", seen=dict(reached))


@condition("PING-3", severity=WARNING, documented=GUIDE, remedy="slow-replica")
def test_replica_answers_ping_in_time(ping: Ping, inventory: Inventory) -> Verdict:
    """The replica answers before a balancer's usual patience of 2 s is at its end."""
    seconds = round(median(answer.seconds for answer in ping.answers), 3)
    limit = inventory.limits.ping_seconds
    if seconds <= limit:
        return passed(f"median {seconds:g} s", seen=seconds, expected=limit)
    return failed(f"/_ping takes {seconds:g} s, the median of {len(ping.answers)}", seen=seconds, expected=limit)


@condition(
    "IDENT-1", severity=CRITICAL, documented="Beyond the guide: X-Replica-ID, replicaID", remedy="check-addresses"
)
def test_replica_is_the_one_asked(replica: Replica, identity: Identity) -> Verdict:
    """The replica that answers at an address is the one that the inventory names there."""
    if identity.replica_id is None:
        return unknown(f"{identity.source} of the replica at {replica.authority} name no replica")
    if identity.replica_id == replica.id:
        return passed(f"says so in {identity.source}", seen=identity.replica_id, expected=replica.id)
    message = f"at {replica.authority} answers replica {identity.replica_id}, says {identity.source}"
    return failed(message, seen=identity.replica_id, expected=replica.id)


@condition("NGINX-1", severity=CRITICAL, documented=GUIDE, remedy="read-the-logs", owns=True)
def test_nginx_tells_its_status(nginx_status: NginxStatus) -> Verdict:
    """`/nginx_status` is nginx's stub_status page."""
    if nginx_status.active is not None:
        return passed(f"{nginx_status.active} active connections", seen=nginx_status.kind)
    message = f"/nginx_status answered {nginx_status.status} with {nginx_status.kind}"
    # Whether MSR 2.8 restricts the page is not known.
    told = warned if nginx_status.status in (401, 403, 404) else failed
    return told(message, seen=nginx_status.status, expected="200, stub_status")


@condition("NGINX-2", severity=WARNING, documented=GUIDE, remedy="nginx-busy")
def test_nginx_drops_no_connection(nginx_status: NginxStatus, later_nginx_status: NginxStatus) -> Verdict:
    """nginx handled every connection that it accepted between two looks of this run."""
    # Where the first look was taken again, alone, it is the newer one.
    before, after = sorted((nginx_status, later_nginx_status), key=lambda page: page.answered_at)
    accepts_before, handled_before = _counters(before)
    accepts, handled = _counters(after)
    if accepts < accepts_before:
        return unknown("nginx was restarted between the two looks", seen=[accepts_before, accepts])
    dropped = (accepts - accepts_before) - (handled - handled_before)
    totals = f"since its start {accepts} accepted, {handled} handled"
    if dropped > 0:
        return failed(
            f"dropped {dropped} of {accepts - accepts_before} connections; {totals}", seen=dropped, expected=0
        )
    return passed(f"{accepts - accepts_before} accepted, none dropped; {totals}", seen=0, expected=0)


@condition("NGINX-3", severity=WARNING, documented=GUIDE, remedy="nginx-busy")
def test_nginx_is_not_overrun(nginx_status: NginxStatus, inventory: Inventory) -> Verdict:
    """nginx serves fewer connections at once than the inventory's limit."""
    _counters(nginx_status)
    active, limit = nginx_status.active or 0, inventory.limits.nginx_active
    told = passed if active < limit else failed
    return told(f"{active} active connections", seen=active, expected=f"< {limit}")


def _complaint(answer: PingAnswer) -> str:
    return answer.error or f"it answered {answer.status} and Healthy: {str(answer.healthy).lower()}"


def _by(answer: PingAnswer) -> str:
    return f", said replica {answer.replica_id}" if answer.replica_id else ""


def _counters(page: NginxStatus) -> tuple[int, int]:
    if page.accepts is None or page.handled is None:
        raise Unavailable(f"/nginx_status answered {page.status} with {page.kind}, see NGINX-1")
    return page.accepts, page.handled
