"""ALERT, VERSION, STORE."""

from __future__ import annotations

from typing import Any

from fixtures.core.store import Unavailable
from fixtures.options import Options
from tests.checks.case import Cases, Facts, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import (
    THREE,
    A,
    B,
    C,
    alerts,
    front,
    inventory,
    settings,
    storage,
    version,
)

CLUSTER = "cluster"
NO_LOGIN = Unavailable("http.login-refused", "the log-in of admin was refused (401), see TOKEN-0")

alert_1 = Cases("ALERT-1")


def told(*rows: dict[str, Any]) -> Facts:
    return {("alerts", CLUSTER): alerts(*rows)}


alert_1("none", told(), passes(CLUSTER, "no alerts", seen=[], expected=[]))
alert_1(
    "no licence",
    told({"id": "NO_LICENSE", "class": "alert", "message": "Your license is expired"}),
    fails(
        "NO_LICENSE",
        "Your license is expired",
        seen={"id": "NO_LICENSE", "class": "alert"},
        reason="alert.licence",
        about=("alert:NO_LICENSE",),
        measured="reported",
    ),
)
alert_1(
    "another word for the licence", told({"id": "license_expires", "message": "soon"}), fails("license_expires", "soon")
)
alert_1(
    "only its class tells that it is of the licence",
    told({"id": "SUBSCRIPTION_ENDED", "class": "license", "message": "Your subscription has ended"}),
    fails("SUBSCRIPTION_ENDED", "Your subscription has ended", reason="alert.licence"),
)
alert_1(
    "the licence as others spell it",
    told({"class": "alert", "message": "Your licence has expired"}),
    fails("alert", "Your licence has expired", reason="alert.licence"),
)
alert_1(
    "garbage collection informs",
    told({"id": "GC_IN_PROGRESS", "class": "warning", "message": "Deleting images..."}),
    passes("GC_IN_PROGRESS", "Deleting images"),
)
alert_1(
    "any other warns",
    told({"id": "BACKUP", "class": "warning", "message": "No backup"}),
    warns("BACKUP", "No backup", reason="alert.raised", about=("alert:BACKUP",)),
)
alert_1(
    "each is a verdict of its own",
    told({"id": "GC_IN_PROGRESS"}, {"id": "NO_LICENSE"}, {"id": "BACKUP"}),
    passes("GC_IN_PROGRESS"),
    fails("NO_LICENSE"),
    warns("BACKUP", "BACKUP"),
)
alert_1(
    "without an id it has its class",
    told({"class": "warning", "message": "No vulnerability database"}),
    warns("warning", "No vulnerability database"),
)
alert_1(
    "a licence alert without an id",
    told({"id": None, "class": "alert", "message": "Warning: Unlicensed copy. Upload a license"}),
    fails("alert", "Unlicensed copy"),
)
alert_1("without anything", told({}), warns("alert-1", "without text"))
alert_1(
    "two of the same class",
    told({"class": "warning", "message": "one"}, {"class": "warning", "message": "two"}),
    warns("warning", "one"),
    warns("warning-2", "two"),
)
alert_1(
    "an id outside the grammar of subjects",
    told({"id": "DISK FULL: /storage", "message": "m"}),
    warns("DISK_FULL:__storage", "m"),
)
alert_1("not told", {("alerts", CLUSTER): NO_LOGIN}, unknown(CLUSTER, "see TOKEN-0"))

version_1 = Cases("VERSION-1")


def run_versions(**others: Any) -> Facts:
    """All run 2.10.4, but for those named."""
    seen = dict.fromkeys(THREE, "2.10.4") | others
    return {("version", name): version(each) if isinstance(each, str) else each for name, each in seen.items()}


SAID = inventory(product={"version": "2.10.4"})
version_1("as the inventory says", run_versions(), passes(A, seen="2.10.4", expected="2.10.4"), inventory=SAID)
version_1(
    "left behind",
    run_versions(**{A: "2.7.9"}),
    fails(A, "2.7.9 instead of 2.10.4", seen="2.7.9", reason="version.other", about=(f"replica:{A}",)),
    inventory=SAID,
)
version_1(
    "as the command line says, before the inventory",
    run_versions(),
    fails(A, "2.10.4 instead of 2.10.5", expected="2.10.5"),
    inventory=SAID,
    options=Options(expected_version="2.10.5"),
)
version_1("nothing says which: all the same", run_versions(), passes(A, seen="2.10.4", expected="2.10.4"))
version_1("nothing says which: one is another", run_versions(**{C: "2.10.3"}), fails(C, "2.10.3 instead of 2.10.4"))
version_1("nothing says which: the usual one", run_versions(**{C: "2.10.3"}), passes(A))
version_1("nothing says which: one does not tell", run_versions(**{C: NO_LOGIN}), passes(A, seen="2.10.4"))
version_1(
    "nothing says which: as many run each",
    run_versions(**{C: "2.10.3", B: NO_LOGIN}),
    fails(A, "as many replicas run 2.10.4 and 2.10.3", reason="version.undecided", measured="derived"),
)
version_1(
    "MSR 3, whatever is expected",
    run_versions(**dict.fromkeys(THREE, "3.1.8")),
    fails(A, "this is MSR 3 (3.1.8); these checks are for MSR 2.x", seen="3.1.8", reason="version.msr-3"),
    inventory=inventory(product={"version": "3.1.8"}),
)
HARBOR = front(challenge='Bearer realm="https://msr.example.org/service/token",service="harbor-registry"')
version_1(
    "MSR 4",
    dict(run_versions(**{A: NO_LOGIN})) | {("registry_front", A): HARBOR},
    fails(A, "this is MSR 4 (Harbor); these checks are for MSR 2.x", seen="4.x", reason="version.msr-4"),
)
version_1(
    "a proxy in front says otherwise", dict(run_versions()) | {("registry_front", A): HARBOR}, passes(A, seen="2.10.4")
)
version_1("tells none", run_versions(**{C: ""}), unknown(C, reason="version.not-reported", about=(f"replica:{C}",)))
version_1("does not tell", run_versions(**{C: NO_LOGIN}), unknown(C, "see TOKEN-0"))

store_1 = Cases("STORE-1")


def stored(driver: str | None, volume: str = "", host: str = "", path: str = "", read: str = "200") -> Facts:
    return {("settings", CLUSTER): settings(volume, host, path), ("storage", CLUSTER): storage(driver, read)}


store_1("NFS", stored("filesystem", host="nas", path="/msr"), passes(CLUSTER, "NFS", seen="nas:/msr"))
for driver in ("s3", "azure", "swift", "gcs"):
    store_1(driver, stored(driver), passes(CLUSTER, driver, seen=driver))
store_1(
    "its own disk",
    stored("filesystem"),
    fails(CLUSTER, "its own disk", seen="filesystem", reason="store.own-disk", about=("cluster",), measured="reported"),
)
store_1("a volume, that only the nodes know", stored("filesystem", volume="msr-images"), skipped(CLUSTER, "msr-images"))
store_1("nothing tells", stored(None, read="403"), skipped(CLUSTER, "403"))
store_1("a single replica", stored("filesystem"), not_applicable(CLUSTER, "single replica"), inventory=inventory(1))
store_1(
    "no settings", {("settings", CLUSTER): NO_LOGIN, ("storage", CLUSTER): storage("s3")}, unknown(CLUSTER, "TOKEN-0")
)

CASES = [alert_1, version_1, store_1]
