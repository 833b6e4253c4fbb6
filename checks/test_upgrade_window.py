"""What must not end while an upgrade is under way, or soon after it. Asked by `--before-upgrade`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from checks.condition import CRITICAL, condition
from checks.rules.swarm import views_of_managers
from checks.rules.validity import LEAST_LEFT, days_needed
from checks.rules.wording import many
from checks.verdict import Verdict, failed, passed, unknown
from fixtures.access.http.licence import NO_LICENCE
from fixtures.core.evidence import Because, Thing, thing
from fixtures.core.question import BEFORE_UPGRADE
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory
from fixtures.probes.administration import Alerts
from fixtures.probes.certificates import Certificate, MkeCertificate
from fixtures.probes.database_client import DatabaseClient
from fixtures.probes.database_view import DatabaseView
from fixtures.probes.endpoints import RegistryFront
from fixtures.probes.nodes import EngineFacts, SwarmView
from fixtures.probes.system import System
from fixtures.probes.validity import Validity

DAYS = 30
"""How long all of it must outlive the day of the question: an upgrade may be put off, and takes its time."""


@dataclass(frozen=True)
class _Dated:
    """Something that ends. days: for how many it must still be valid, as of now."""

    subject: str
    what: str
    until: datetime
    now: datetime
    about: Thing
    days: float = DAYS


@condition(
    "PRE-9",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-window",
    reasons={
        "pre.certificate-ends": "a certificate expires within 30 days, or has expired",
        "pre.certificate-not-renewed": "the swarm certificate of a node is overdue for renewal",
        "pre.licence-ends": "the licence ends within 30 days, as the inventory says",
        "pre.licence-alert": "the registry raises an alert about its licence",
        "pre.no-licence": "MSR has no licence (402)",
        "pre.licence-not-stated": "MSR does not report when its licence ends, and the inventory does not say it",
    },
    question=BEFORE_UPGRADE,
)
def test_nothing_expires_in_the_window(
    every_web_certificate: PerSubject[Certificate],
    every_mke_certificate: PerSubject[MkeCertificate],
    every_engine: PerSubject[EngineFacts],
    every_swarm_view: PerSubject[SwarmView],
    every_system: PerSubject[System],
    every_database_view: PerSubject[DatabaseView],
    every_database_client: PerSubject[DatabaseClient],
    every_registry_front: PerSubject[RegistryFront],
    every_alerts: PerSubject[Alerts],
    inventory: Inventory,
) -> list[Verdict]:
    """Certificates and the licence are valid for 30 more days; those that nodes renew by themselves are not overdue."""
    dated = [
        *_web(every_web_certificate),
        *_mke(every_mke_certificate),
        *_swarm_ca(every_engine, every_swarm_view),
        *_databases(every_database_view),
        *_client(every_database_client),
    ]
    judged = [_judged(each) for each in dated]
    for certificates in (every_web_certificate, every_mke_certificate):
        judged += [unknown(cause, subject=name) for name, cause in certificates.causes.items()]
    judged += [verdict for node in inventory.nodes for verdict in _of_a_node(every_system.seen(node.name))]
    try:
        licence = _licence(every_registry_front, every_alerts, inventory)
    except Unavailable as cause:
        licence = unknown(cause, subject="licence")
    return [*judged, licence]


def _web(seen: PerSubject[Certificate]) -> Iterator[_Dated]:
    for name, each in seen.items():
        what = f"the certificate at {name}"
        yield _Dated(name, what, each.not_after, each.now, thing("certificate", name))


def _mke(seen: PerSubject[MkeCertificate]) -> Iterator[_Dated]:
    for name, each in seen.items():
        yield _inner(name, "the certificate of MKE", each.validity, each.now, thing("mke"))


def _swarm_ca(engines: PerSubject[EngineFacts], views: PerSubject[SwarmView]) -> Iterator[_Dated]:
    """That it is not shown, or that no manager is asked, TLS-3 reports in the same run."""
    try:
        managers = views_of_managers(engines, views)
    except Unavailable:
        return
    for view in managers:
        if view.ca is not None:
            yield _inner("swarm-ca", "the root CA of the swarm", view.ca, view.now, thing("swarm"))
            return


def _databases(views: PerSubject[DatabaseView]) -> Iterator[_Dated]:
    for name, view in views.items():
        if view.certificate is not None:
            what = f"the certificate of the database server of {name}"
            yield _inner(f"{name}:rethinkdb", what, view.certificate, view.now, thing("database", name))


def _client(seen: PerSubject[DatabaseClient]) -> Iterator[_Dated]:
    for each in seen.values():
        if each.certificate is not None:
            what = "the client certificate for RethinkDB"
            yield _inner("rethinkdb-client", what, each.certificate, each.now, thing("inventory", "rethinkdb"))


def _inner(subject: str, what: str, validity: Validity, now: datetime, about: Thing) -> _Dated:
    """Of one that is issued for a short time, less must be left: it is renewed in its last part."""
    return _Dated(subject, what, validity.not_after, now, about, days_needed(validity, DAYS))


def _judged(each: _Dated, reason: str = "pre.certificate-ends") -> Verdict:
    left, until = each.until - each.now, f"{each.until:%Y-%m-%d}"
    expected = f"{each.days:.0f} more days"
    if left <= timedelta(0):
        message = f"{each.what} expired on {until}"
        return failed(reason, message, seen=until, expected=expected, subject=each.subject, about=[each.about])
    message = f"{each.what} is valid for {many(left.days, 'more day')}, until {until}"
    if left < timedelta(days=each.days):
        message = f"{message} ({expected} are needed)"
        return failed(reason, message, seen=until, expected=expected, subject=each.subject, about=[each.about])
    return passed(message, seen=until, expected=expected, subject=each.subject, about=[each.about])


def _of_a_node(system: System | None) -> Iterator[Verdict]:
    """Its own in the swarm, where it can be read: it renews that by itself, however short a time is left of it."""
    if system is None or system.certificate is None:
        return
    validity, about = system.certificate, [thing("node", system.node)]
    until, subject = f"{validity.not_after:%Y-%m-%d %H:%M} UTC", f"{system.node}:swarm"
    share = (validity.not_after - system.now) / (validity.not_after - validity.not_before)
    what = f"the swarm certificate of {system.node}"
    if share <= 0:
        message = f"{what} expired on {until}"
        yield failed("pre.certificate-ends", message, seen=until, subject=subject, about=about)
    elif share < LEAST_LEFT:
        message = f"{what} is overdue for renewal: {100 * share:.0f} % of its validity is left, until {until}"
        yield failed("pre.certificate-not-renewed", message, seen=until, subject=subject, about=about)
    else:
        yield passed(f"{what} is renewed by the node itself, before {until}", seen=until, subject=subject, about=about)


def _licence(fronts: PerSubject[RegistryFront], alerts: PerSubject[Alerts], inventory: Inventory) -> Verdict:
    unlicensed = [name for name, front in fronts.items() if front.status == NO_LICENCE]
    if unlicensed:
        message = f"the registry at {unlicensed[0]} has no licence ({NO_LICENCE})"
        return failed("pre.no-licence", message, seen=NO_LICENCE, subject="licence", about=[thing("cluster")])
    shown = alerts.seen(CLUSTER)
    for number, alert in enumerate(shown.alerts if shown else (), 1):
        if alert.of_licence:
            message = "the registry raises an alert about its licence (see ALERT-1)"
            about = [thing("alert", alert.named(number))]
            return failed("pre.licence-alert", message, subject="licence", about=about, measured="reported")
    stated = inventory.product.licence_until
    if stated is None:
        raise Unavailable(
            "pre.licence-not-stated",
            "MSR does not report when its licence ends: add product: {licence_until: YEAR-MONTH-DAY}",
            about=[thing("inventory", "product.licence_until")],
            because=Because(CLUSTER, probe="alerts"),
        )
    now = max((each.now for seen in (fronts, alerts) for each in seen.values()), default=None)
    if now is None:
        raise next(iter(fronts.causes.values()))
    until = datetime.combine(stated, time(), UTC)
    ends = _Dated("licence", "the licence, as the inventory says,", until, now, thing("cluster"))
    return _judged(ends, "pre.licence-ends")
