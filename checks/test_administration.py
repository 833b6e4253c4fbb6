"""Alerts and versions: what an administrator can read besides cluster_status. Beyond the guide."""

import re
from collections import Counter
from collections.abc import Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.cluster_views import labels_of
from checks.rules.wording import one_line
from checks.verdict import Verdict, failed, passed, warned
from fixtures.core.evidence import thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.probes.administration import Alert, Alerts, Version
from fixtures.probes.containers import Containers
from fixtures.probes.endpoints import RegistryFront


@condition(
    "ALERT-1",
    severity=CRITICAL,
    documented="Beyond the guide: alerts of the web UI",
    remedy="alerts",
    reasons={
        "alert.licence": "the licence of the registry is missing, expired or expires soon",
        "alert.raised": "the registry raises another alert",
    },
    measured="reported",
)
def test_registry_raises_no_alert(alerts: Alerts) -> Sequence[Verdict]:
    """The registry raises no alert: a licence alert fails, garbage collection is informational, others warn."""
    if not alerts.alerts:
        return [passed("no alerts", seen=[], expected=[], subject=CLUSTER)]
    return [_alert(alert, number) for number, alert in enumerate(alerts.alerts, 1)]


@condition(
    "VERSION-1",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="upgrade-half-done",
    reasons={
        "version.other": "the replica runs another version than expected",
        "version.undecided": "replicas run different versions, and the expected version is not given",
        "version.containers-differ": "its API reports another version than its containers run",
        "version.not-reported": "neither the API nor the containers report the version",
        "version.msr-3": Reason("the registry is MSR 3", remedy="another-product"),
        "version.msr-4": Reason("the registry is MSR 4, which is Harbor", remedy="another-product"),
    },
)
def test_replica_runs_the_version(
    replica: Replica,
    every_version: PerSubject[Version],
    every_containers: PerSubject[Containers],
    every_registry_front: PerSubject[RegistryFront],
    inventory: Inventory,
    options: Options,
) -> Verdict:
    """The replica runs the expected version; where none is given, the version that all replicas run."""
    versions = {each.id: _running(each, every_version, every_containers) for each in inventory.replicas}
    own = versions[replica.id]
    if own is None and _is_harbor(every_registry_front.seen(replica.id)):
        message = "this is MSR 4 (Harbor); these checks are for MSR 2.x"
        return failed("version.msr-4", message, seen="4.x", expected="2.x")
    if own is None:
        every_version[replica.id]  # raises why it is not reported
        raise Unavailable(
            "version.not-reported", f"neither the API nor the containers of {replica.id} report its version"
        )
    if re.match(r"v?3\.", own):
        message = f"this is MSR 3 ({own}); these checks are for MSR 2.x"
        return failed("version.msr-3", message, seen=own, expected="2.x")
    expected = options.expected_version or inventory.product.version
    if expected is None:
        usual = Counter(each for each in versions.values() if each).most_common(2)
        if len({times for _, times in usual}) < len(usual):
            both = " and ".join(each for each, _ in usual)
            message = f"as many replicas run {both}, and the inventory does not give the expected version"
            return failed("version.undecided", message, seen=own, measured="derived")
        expected = usual[0][0]
    labels = labels_of(replica, every_containers)
    if own != expected:
        return failed("version.other", f"the replica runs {own} instead of {expected}", seen=own, expected=expected)
    # Containers that differ among themselves are CTR-3's.
    if len(labels) == 1 and labels != {own}:
        message = f"the API reports {own}, and the containers run {labels.pop()}"
        return failed("version.containers-differ", message, seen=own, expected=expected, measured="derived")
    return passed(own, seen=own, expected=expected)


def _running(replica: Replica, versions: PerSubject[Version], containers: PerSubject[Containers]) -> str | None:
    """What the API says, else what its containers carry."""
    if replica.id in versions and versions[replica.id].version:
        return versions[replica.id].version
    labels = labels_of(replica, containers)
    return labels.pop() if len(labels) == 1 else None


def _is_harbor(front: RegistryFront | None) -> bool:
    """Whether `/v2/` sends clients to Harbor's token service: that of MSR 2.x is at /auth/token."""
    return front is not None and re.search(r'realm="[^"]*/service/token"', front.challenge) is not None


def _alert(alert: Alert, number: int) -> Verdict:
    subject = alert.named(number)
    seen, about = {"id": alert.id, "class": alert.kind}, [thing("alert", subject)]
    message = one_line(alert.message) or alert.id or "an alert without text"
    if alert.of_licence:
        return failed("alert.licence", message, seen=seen, subject=subject, about=about)
    if alert.id == "GC_IN_PROGRESS":
        return passed(message, seen=seen, subject=subject)
    return warned("alert.raised", message, seen=seen, subject=subject, about=about)
