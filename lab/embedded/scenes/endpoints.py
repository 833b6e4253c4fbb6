"""Faults of the health endpoints, of the balancer and of addresses."""

from lab.embedded import expected_trust, faults, reply
from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster, Fault

NO_PORT = 1
"""Where nothing listens on any machine: tcpmux."""

collection = Collection()
scene = collection.scene


def _ill(cluster: Cluster, expect: Expectations) -> None:
    """Its own health check fails, and so does the report that it writes; notary is all that is broken."""
    cluster.bad.ping_error = "Notary unhealthy: DB operational: rethinkdb: connection closed"
    expect.fail("PING-1", cluster.bad.id)
    expect.fail("STATUS-4", *(f"{asked}:{cluster.bad.id}" for asked in expect.everywhere))
    expect.cause("replica-unhealthy", f"replica:{cluster.bad.id}")


@scene("ping-unhealthy", "One replica says itself that it is unhealthy: its notary server lost its database.")
def ping_unhealthy(cluster: Cluster, expect: Expectations) -> None:
    _ill(cluster, expect)


@scene("ping-is-html-500", "One replica's /_ping is an HTML error page under status 500.")
def ping_is_html_500(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.faults["/_ping"] = faults.html(500, "500 Internal Server Error")
    expect.fail("PING-1", cluster.bad.id)
    expect.cause("ping-misbehaves", f"replica:{cluster.bad.id}")


def _bad_200(fault: Fault) -> Play:
    """A balancer that looks at the status code alone keeps such a replica, so users meet it too.

    The balancer does as it should: the status code is the replica's own.
    """

    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.faults["/_ping"] = fault
        expect.fail("PING-1", cluster.bad.id)
        expect.fail("PING-2", expect.users)
        expect.cause("ping-misbehaves", f"replica:{cluster.bad.id}")

    return play


scene("ping-is-html", "One replica's /_ping is a web page under status 200.")(_bad_200(faults.html(200, "Sign in")))
scene("ping-empty", "One replica's /_ping is empty under status 200.")(_bad_200(faults.json_text("")))
scene("ping-is-a-list", "One replica's /_ping is a JSON list.")(_bad_200(faults.json_text('[{"Healthy": true}]')))
scene("ping-is-null", "One replica's /_ping is the JSON word null.")(_bad_200(faults.json_text("null")))
scene("ping-deeply-nested", "One replica's /_ping is 100,000 lists in one another.")(_bad_200(faults.deep()))
scene("ping-says-no-under-200", "One replica's /_ping is status 200 and says Healthy: false.")(
    _bad_200(faults.json_text('{"Error":"Failed to check","Healthy":false}'))
)


def _unanswered(fault: Fault) -> Play:
    """TLS works, so the certificate is still judged."""

    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.faults["/_ping"] = fault
        expect.silent(cluster.bad, handshake=True)
        # No document says which container hangs: nothing may be restarted on a guess.
        expect.cause("ping-misbehaves", f"replica:{cluster.bad.id}")

    return play


scene("ping-unanswered", "One replica accepts /_ping and never answers it.")(_unanswered(faults.held))
scene("ping-reset", "One replica resets the connection when it is asked for /_ping.")(_unanswered(faults.reset))
scene("ping-dripping", "One replica answers /_ping with a byte every second.")(_unanswered(faults.dripping))


@scene("balancer-502", "The load balancer answers 502 though every replica is well.")
def balancer_502(cluster: Cluster, expect: Expectations) -> None:
    cluster.balancer.answers = reply.html(502, "502 Bad Gateway")
    expect.fail("PING-2", expect.users)
    expect.cause("balancer-at-fault", "balancer")


@scene("balancer-refuses", "Nothing listens where users connect, though every replica is well.")
def balancer_refuses(cluster: Cluster, expect: Expectations) -> None:
    cluster.balancer.door = Door.CLOSED
    expect.fail("PING-2", expect.users)
    expect.unknown("TLS-1", expect.users)
    expect.unknown("TLS-2", expect.users)
    expect.cause("balancer-at-fault", "balancer")


@scene("balancer-keeps-a-bad-replica", "The load balancer checks no health and sends users to an unhealthy replica.")
def balancer_keeps_a_bad_replica(cluster: Cluster, expect: Expectations) -> None:
    """Nobody meets the replica any more once the balancer leaves it out: that is sooner done than its repair."""
    cluster.balancer.checks_health = False
    expect.fail("PING-2", expect.users)
    expect.cause("balancer-keeps-bad-replica", "balancer")
    _ill(cluster, expect)


@scene("slow-replica", "One replica takes 2.5 seconds for each answer; the load balancer leaves it out.")
def slow_replica(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.slow_by = 2.5
    expect.warn("PING-3", cluster.bad.id)
    expect.cause("ping-slow", f"replica:{cluster.bad.id}")


@scene("addresses-swapped", "The inventory has the addresses of two replicas the wrong way round.")
def addresses_swapped(cluster: Cluster, expect: Expectations) -> None:
    one, other = cluster.replicas[-2:]
    one.listed_port, other.listed_port = other.port, one.port
    for replica in (one, other):
        expect.fail("IDENT-1", replica.id)
        expect.unknown("TLS-1", replica.id)
        expect.unknown("TLS-2", replica.id)
        # Nothing that is told of a replica counts while it is not known which one answers.
        expect.unknown("RDB-1", replica.id)
        expect.unknown("RDB-2", replica.id)
        expect.unknown("TLS-3", replica.id)
    expect.not_asked(one, other)
    expect.cause("addresses-swapped", f"replica:{one.id}", f"replica:{other.id}")


def _none_reached_from_here(cluster: Cluster, expect: Expectations) -> None:
    """The balancer reaches every replica, Docker and RethinkDB answer: nothing of them is broken."""
    for replica in cluster.replicas:
        expect.fail("PING-1", replica.id)
        expect.unknown("TLS-1", replica.id)
        expect.unknown("TLS-2", replica.id)
    expect.not_asked(*cluster.replicas)
    expect.nothing_told()
    expect.unknown("STATUS-2", "anonymous", "reader:ci")
    expect.unknown("TOKEN-0", *expected_trust.ACCOUNTS)
    expected_trust.nobody(expect)
    expect.cause("not-reachable-from-here", *(f"replica:{replica}" for replica in expect.everywhere))


@scene("addresses-unknown-here", "The inventory names the replicas as nobody resolves them here; users reach them all.")
def addresses_unknown_here(cluster: Cluster, expect: Expectations) -> None:
    """As a drafted inventory does, from which RethinkDB is asked where the replicas run."""
    cluster.rethink.via = "rethinkcli"
    for replica in cluster.replicas:
        replica.listed_address = f"replica-{replica.id}.invalid"
    _none_reached_from_here(cluster, expect)


@scene(
    "web-ports-filtered-from-here", "A firewall drops what this machine sends to the replicas; users reach them all."
)
def web_ports_filtered_from_here(cluster: Cluster, expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.filtered = True
    _none_reached_from_here(cluster, expect)


@scene("port-mistyped", "The inventory has a wrong port of one replica, at which nothing listens.")
def port_mistyped(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.listed_port = NO_PORT
    expect.silent(cluster.bad, handshake=False)
    expect.cause("wrong-address-in-inventory", f"replica:{cluster.bad.id}")


def _no_nginx_status(fault: Fault, *, warns: bool = False) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.faults["/nginx_status"] = fault
        (expect.warn if warns else expect.fail)("NGINX-1", cluster.bad.id)
        expect.unknown("NGINX-2", cluster.bad.id)
        expect.unknown("NGINX-3", cluster.bad.id)
        expect.cause("nginx-status", f"replica:{cluster.bad.id}")

    return play


scene("nginx-status-is-html", "One replica answers /nginx_status with a web page.")(
    _no_nginx_status(faults.html(200, "Mirantis Secure Registry"))
)
scene("nginx-status-empty", "One replica answers /nginx_status with nothing.")(
    _no_nginx_status(faults.instead(reply.text(200, "")))
)
scene("nginx-status-nonsense", "One replica answers /nginx_status with 5 MB of nonsense.")(
    _no_nginx_status(faults.nonsense())
)
scene("nginx-status-forbidden", "One replica's nginx does not tell its status to strangers.")(
    _no_nginx_status(faults.html(403, "403 Forbidden"), warns=True)
)


@scene("nginx-drops-connections", "One replica's nginx drops connections while it is looked at.")
def nginx_drops_connections(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.drops_connections = True
    expect.warn("NGINX-2", cluster.bad.id)
    expect.cause("nginx-drops", f"replica:{cluster.bad.id}")


@scene("nginx-too-busy", "One replica has 5000 connections open.")
def nginx_too_busy(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.active_connections = 5000
    expect.warn("NGINX-3", cluster.bad.id)
    expect.cause("nginx-busy", f"replica:{cluster.bad.id}")
