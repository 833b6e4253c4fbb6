"""Certificates that no user sees: of RethinkDB, and of the swarm. Beyond the guide."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.swarm import views_of_managers
from checks.rules.validity import LEAST_LEFT, days_needed
from checks.rules.wording import many
from checks.verdict import Severity, Verdict, failed, passed, skipped, unknown
from fixtures.core.dimensions import NO_NODES
from fixtures.core.evidence import Because, thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory, Node, Replica
from fixtures.inventory.values import Pair
from fixtures.probes.database_client import DatabaseClient
from fixtures.probes.database_view import DatabaseView
from fixtures.probes.nodes import EngineFacts, SwarmView
from fixtures.probes.system import System
from fixtures.probes.validity import Validity

SWARM_CA, OLDER_CA = "swarm-ca", "swarm-ca-older"
CLIENT = "rethinkdb-client"
ROOT_SHELL = "only root can read the node's swarm certificate: it needs ssh: or shell: to the node as root"


@condition(
    "TLS-3",
    severity=WARNING,
    documented="Beyond the guide: inner certificates",
    remedy="database-certificate",
    reasons={
        "tls.swarm-ca-expiring": Reason("the root CA of the swarm expires soon", "swarm-ca"),
        "tls.swarm-ca-expired": Reason("the root CA of the swarm has expired", "swarm-ca-expired"),
        "tls.older-swarm-ca-expiring": Reason(
            "the swarm still trusts an older root CA, which expires soon", "swarm-ca-rotation"
        ),
        "tls.older-swarm-ca-expired": Reason(
            "the swarm still trusts an older root CA, which has expired", "swarm-ca-rotation"
        ),
        "tls.node-not-renewed": Reason("the swarm certificate of a node is overdue for renewal", "swarm-certificate"),
        "tls.node-expired": Reason("the swarm certificate of a node has expired", "swarm-certificate"),
        "tls.database-expiring": "the certificate of a database server expires soon",
        "tls.database-expired": "the certificate of a database server has expired",
        "tls.client-expiring": Reason("the client certificate for RethinkDB expires soon", "database-access"),
        "tls.client-expired": Reason("the client certificate for RethinkDB has expired", "database-access"),
        "tls.not-reported": "the swarm does not report its root CA, or a certificate cannot be parsed",
    },
)
def test_inner_certificates_stay_valid(
    every_engine: PerSubject[EngineFacts],
    every_swarm_view: PerSubject[SwarmView],
    every_system: PerSubject[System],
    every_database_view: PerSubject[DatabaseView],
    every_database_client: PerSubject[DatabaseClient],
    inventory: Inventory,
) -> Sequence[Verdict]:
    """Certificates of RethinkDB and of the swarm's CA are valid for 30 more days, and nodes renew their own in time."""
    limits = inventory.limits.certificate_days
    judged = [_seen(SWARM_CA, partial(_of_the_ca, every_engine, every_swarm_view, inventory))]
    judged += _of_older_cas(every_engine, every_swarm_view, inventory)
    judged += [_seen(node.name, partial(_of_a_node, node, every_system)) for node in inventory.nodes]
    if inventory.rethinkdb is None or inventory.rethinkdb.via != "driver":
        message = "this run has no handshake with the database servers: add rethinkdb: {via: driver, …}"
        return [*judged, skipped(message, subject="rethinkdb")]
    asked = [each for each in inventory.replicas if each.id in {*every_database_view, *every_database_view.causes}]
    judged += [_seen(each.id, partial(_of_a_server, each, every_database_view, limits)) for each in asked]
    return [*judged, _seen(CLIENT, partial(_of_the_client, every_database_client, limits))]


def _seen(subject: str, judge: Callable[[], Verdict]) -> Verdict:
    try:
        return judge()
    except Unavailable as cause:
        return unknown(cause, subject=subject)


def _of_the_ca(engines: PerSubject[EngineFacts], views: PerSubject[SwarmView], inventory: Inventory) -> Verdict:
    managers = views_of_managers(engines, views)
    if not managers:
        reason = "none of the inventory's nodes is a manager: add one under nodes:"
        return skipped(reason if inventory.nodes else NO_NODES.reason, subject=SWARM_CA)
    view = _showing_it(managers)
    if view.ca is None and view.error:
        message = f"no manager lists the nodes of the swarm, which shows its root CA ({view.node}: see NODE-6)"
        raise Unavailable(
            "tls.not-reported", message, about=[thing("swarm")], because=Because(CLUSTER, condition="NODE-6")
        )
    if view.ca is None:
        raise Unavailable(
            "tls.not-reported", f"{view.node} does not report the root CA of its swarm", about=[thing("swarm")]
        )
    return _until(
        "the root CA of the swarm",
        "tls.swarm-ca",
        view.ca,
        view.now,
        inventory.limits.certificate_days,
        SWARM_CA,
        thing("swarm"),
        witnesses=[thing("node", view.node)],
    )


def _showing_it(managers: Sequence[SwarmView]) -> SwarmView:
    return next((each for each in managers if each.ca), managers[0])


def _of_older_cas(
    engines: PerSubject[EngineFacts], views: PerSubject[SwarmView], inventory: Inventory
) -> list[Verdict]:
    """A rotation that is not complete leaves them: nodes may still have a certificate from one of them."""
    try:
        managers = views_of_managers(engines, views)
    except Unavailable:  # as is said of the newest
        return []
    view = _showing_it(managers) if managers else None
    return [
        _until(
            "an older root CA, which the swarm trusts besides its newest one, since its rotation is not complete,",
            "tls.older-swarm-ca",
            each,
            view.now,
            inventory.limits.certificate_days,
            OLDER_CA,
            thing("swarm"),
            witnesses=[thing("node", view.node)],
            worst=WARNING,
        )
        for each in (view.older_cas if view else [])
        if view
    ]


def _of_a_node(node: Node, systems: PerSubject[System]) -> Verdict:
    """Its own, which it renews by itself: what counts is the share of its life that is left."""
    if not node.has_shell:
        return skipped(ROOT_SHELL, subject=node.name)
    system, about = systems[node.name], [thing("node", node.name)]
    validity = system.certificate
    if validity is None:
        return skipped(ROOT_SHELL, subject=node.name)
    left, whole = validity.not_after - system.now, validity.not_after - validity.not_before
    until = f"{validity.not_after:%Y-%m-%d %H:%M} UTC"
    if left.total_seconds() <= 0:
        return failed(
            "tls.node-expired",
            f"the swarm certificate of the node expired on {until}",
            severity=CRITICAL,
            seen=until,
            subject=node.name,
            about=about,
            since=validity.not_after,
        )
    share = left / whole
    message = f"the swarm certificate of the node is valid until {until}, {100 * share:.0f} % of its validity is left"
    if share >= LEAST_LEFT:
        return passed(message, seen=until, subject=node.name, about=about)
    message = f"{message} (limit {100 * LEAST_LEFT:.0f} %); the swarm renews it when 20 to 50 % is left"
    return failed("tls.node-not-renewed", message, seen=until, expected=LEAST_LEFT, subject=node.name, about=about)


def _of_a_server(replica: Replica, views: PerSubject[DatabaseView], limits: Pair) -> Verdict:
    about = thing("database", replica.id)
    cause = views.causes.get(replica.id)
    if cause is not None and cause.reason == "rethinkdb.certificate-dates":
        return failed("tls.database-expired", str(cause), severity=CRITICAL, subject=replica.id, about=[about])
    view = views[replica.id]
    if view.certificate is None:
        raise Unavailable(
            "tls.not-reported", f"the certificate of the database server of {replica.id} is not known", about=[about]
        )
    what = "the certificate of the database server"
    return _until(what, "tls.database", view.certificate, view.now, limits, replica.id, about)


def _of_the_client(seen: PerSubject[DatabaseClient], limits: Pair) -> Verdict:
    client, about = seen[CLUSTER], thing("inventory", "rethinkdb")
    if not client.named:
        return skipped("the inventory names no client certificate for RethinkDB: add rethinkdb: client", subject=CLIENT)
    if client.certificate is None:
        raise Unavailable("tls.not-reported", "the client certificate for RethinkDB cannot be parsed", about=[about])
    what = "the client certificate for RethinkDB"
    return _until(what, "tls.client", client.certificate, client.now, limits, CLIENT, about)


def _until(
    what: str,
    reason: str,
    validity: Validity,
    now: datetime,
    limits: Pair,
    subject: str,
    about: str,
    witnesses: Sequence[str] = (),
    worst: Severity = CRITICAL,
) -> Verdict:
    """By the limits in days, or by a share of its validity where that is shorter. worst: where it has expired."""
    until, left = f"{validity.not_after:%Y-%m-%d %H:%M} UTC", validity.not_after - now
    if left.total_seconds() <= 0:
        return failed(
            f"{reason}-expired",
            f"{what} expired on {until}",
            severity=worst,
            seen=until,
            subject=subject,
            about=[about],
            witnesses=witnesses,
            since=validity.not_after,
        )
    warn = days_needed(validity, limits.warn)
    fail = min(limits.fail, warn * limits.fail / limits.warn) if limits.warn else 0.0
    days = left.total_seconds() / 86_400
    when = f"in {many(left.days, 'day')}" if left.days else "within a day"
    message = f"{what} expires {when}, on {until}"
    expected = f"{warn:.0f} more days"
    if days >= warn:
        return passed(message, seen=until, expected=expected, subject=subject, about=[about], witnesses=witnesses)
    severity: Severity = WARNING if days >= fail else worst
    return failed(
        f"{reason}-expiring",
        message,
        severity=severity,
        seen=until,
        expected=expected,
        subject=subject,
        about=[about],
        witnesses=witnesses,
    )
