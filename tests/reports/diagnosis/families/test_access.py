"""What keeps people out: certificates, the licence, and the load balancer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports.diagnosis.finding import Harm
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, diagnose, fail, found, unseen, warn, well

USERS = "msr.example.org"


def ping(status: int, reason: str = "ping.unhealthy") -> Result:
    return replace(fail("PING-1", C, reason, f"replica:{C}"), seen=status)


BALANCED = fail("PING-2", USERS, "ping.unhealthy", "balancer", f"replica:{C}")


def test_balancer_that_ignores_the_status_keeps_a_bad_replica() -> None:
    assert sorted(found(ping(503), BALANCED)) == [
        ("balancer-keeps-bad-replica", ("balancer",)),
        ("replica-unhealthy", (f"replica:{C}",)),
    ]


def test_balancer_that_follows_the_status_is_not_at_fault() -> None:
    assert found(ping(200, "ping.undocumented"), BALANCED) == [("ping-misbehaves", (f"replica:{C}",))]


def test_what_mke_lists_and_who_it_refuses_are_causes_of_their_own() -> None:
    for reason in ("mke.no-registry", "mke.other-registry"):
        assert found(warn("MKE-2", "mke.example.org", reason, "mke")) == [("mke-registries", ("mke",))]
    silent = warn("MKE-2", "mke.example.org", "mke.registry-silent", "mke")
    assert found(silent) == [("mke-silent-registry", ("mke",))]
    for reason in ("http.forbidden", "http.client-refused", "inventory.client-certificate"):
        assert found(unseen("MKE-2", "mke.example.org", reason, "mke")) == [("mke-bundle-refused", ("mke",))]


def test_balancer_alone_is_at_fault() -> None:
    assert found(fail("PING-2", USERS, "ping.other-status", "balancer")) == [("balancer-at-fault", ("balancer",))]


def test_balancer_is_not_at_fault_where_every_replica_fails() -> None:
    own = [fail("PING-1", each, "ping.unhealthy", f"replica:{each}") for each in (A, B, C)]
    everywhere = [replace(each, seen=503) for each in own]
    causes = found(*everywhere, fail("PING-2", USERS, "ping.unhealthy", "balancer", f"replica:{A}"))
    assert causes == [("replica-unhealthy", tuple(f"replica:{each}" for each in (A, B, C)))]


@pytest.mark.parametrize(
    ("condition", "reason", "kind"),
    [
        ("TLS-2", "tls.expired", "certificate-expired"),
        ("TLS-2", "tls.not-yet-valid", "certificate-not-yet-valid"),
        ("TLS-1", "tls.other-name", "certificate-wrong-name"),
        ("TLS-1", "tls.ca-dates", "ca-expired"),
        ("TLS-1", "tls.untrusted", "unknown-ca"),
    ],
)
def test_certificate_takes_what_is_not_sent_to_its_address(condition: str, reason: str, kind: str) -> None:
    own = fail(condition, C, reason, f"certificate:{C}")
    blind = unseen("STATUS-1", C, "http.untrusted", f"certificate:{C}")
    assert found(own, blind) == [(kind, (f"certificate:{C}",))]


def test_certificate_takes_nothing_of_another_address() -> None:
    own = fail("TLS-2", C, "tls.expired", f"certificate:{C}")
    database = unseen("RDB-1", C, "rethinkdb.untrusted", f"database:{C}")
    other = unseen("NGINX-2", A, "http.timeout", f"replica:{A}")
    kinds = dict(found(own, database, other))
    assert kinds.pop("certificate-expired") == (f"certificate:{C}",)
    assert len(kinds) == 2


def test_certificate_that_expires_soon_is_a_failure_to_come() -> None:
    causes = diagnose(warn("TLS-2", C, "tls.expiring", f"certificate:{C}"))
    assert [(each.id, each.harms) for each in causes] == [("certificate-expiring", (Harm.EXPIRY,))]


def test_missing_licence_takes_its_alert() -> None:
    alert = fail("ALERT-1", "LICENSE", "alert.licence", "alert:LICENSE")
    refused = [fail("REG-1", each, "reg.no-licence", "cluster") for each in (A, B, C)]
    causes = diagnose(alert, *refused)
    assert [(each.id, each.things) for each in causes] == [("licence-missing", ("cluster",))]
    assert [each.condition for each in causes[0].shown_by] == ["REG-1", "REG-1", "REG-1", "ALERT-1"]


def test_alert_about_the_licence_alone_is_known_by_its_reason() -> None:
    alert = fail("ALERT-1", "LICENSE", "alert.licence", "alert:LICENSE")
    assert found(alert) == [("licence-alert", ("alert:LICENSE",))]
    other = warn("ALERT-1", "DISK", "alert.raised", "alert:DISK")
    assert found(other) == [("alert", ("alert:DISK",))]


def test_verification_that_is_disabled_is_said() -> None:
    causes = diagnose(warn("TLS-1", USERS, "tls.not-verified", "inventory"))
    assert [(each.id, each.harms) for each in causes] == [("verification-disabled", (Harm.EXPOSED,))]


def test_mke_is_not_down_while_somebody_logs_in() -> None:
    ill = fail("MKE-1", "mke.example.org", "mke.unhealthy", "mke")
    assert found(ill, well("TOKEN-0", "admin")) == [("mke-unhealthy", ("mke",))]
    refused = fail("TOKEN-0", "admin", "token.credentials-refused", "account:admin")
    assert found(ill, refused, unseen("STATUS-9", "cluster", "http.login-refused", "account:admin")) == [
        ("mke-down", ("mke",))
    ]


def test_mke_that_is_ill_or_down_takes_its_list_and_nothing_else() -> None:
    ill = fail("MKE-1", "mke.example.org", "mke.unhealthy", "mke")
    refused = fail("TOKEN-0", "admin", "token.credentials-refused", "account:admin")
    unlisted = unseen("MKE-2", "mke.example.org", "http.error-status", "mke")
    busy = warn("NGINX-3", A, "nginx.overrun", f"replica:{A}")
    silent = unseen("NGINX-2", A, "http.timeout", f"replica:{A}")
    for wrong, kind in (((ill, refused), "mke-down"), ((ill,), "mke-unhealthy")):
        assert sorted(found(*wrong, unlisted, busy)) == [(kind, ("mke",)), ("nginx-busy", (f"replica:{A}",))]
        assert dict(found(*wrong, silent)) == {kind: ("mke",), "not-seen": (f"replica:{A}",)}
    listed = warn("MKE-2", "mke.example.org", "mke.no-registry", "mke")
    assert sorted(found(ill, listed)) == [("mke-registries", ("mke",)), ("mke-unhealthy", ("mke",))]


def test_missing_licence_takes_refused_tokens_and_no_other_fault() -> None:
    """A wrong password that could not be tried follows; one that is accepted does not."""
    refused = fail("REG-1", C, "reg.no-licence", "cluster")
    tokens = fail("TOKEN-1", f"admin:{C}", "token.no-licence", f"token-service:{C}")
    untried = unseen("TOKEN-3", "cluster", "token.not-tried", "cluster")
    assert found(refused, tokens, untried) == [("licence-missing", ("cluster",))]
    accepted = fail("TOKEN-3", "cluster", "token.wrong-password-accepted", f"token-service:{C}")
    assert sorted(found(refused, accepted)) == [
        ("any-password-accepted", ("cluster",)),
        ("licence-missing", ("cluster",)),
    ]


@pytest.mark.parametrize("reason", ["tls.other-name", "tls.untrusted"])
def test_certificate_of_the_balancer_is_not_that_of_msr(reason: str) -> None:
    """It differs from those of the replicas, which verify; where one of them fails alike, it is MSR's."""
    public = fail("TLS-1", USERS, reason, f"certificate:{USERS}")
    well_there = [well("TLS-1", each, f"certificate:{each}") for each in (A, B, C)]
    (cause,) = diagnose(public, *well_there)
    assert cause.remedy == "balancer-certificate"
    alike = fail("TLS-1", C, reason, f"certificate:{C}")
    (cause,) = diagnose(public, alike, *well_there[:2])
    assert cause.remedy == "web-certificate"
    (cause,) = diagnose(public)
    assert cause.remedy == "web-certificate"


def test_verification_that_is_turned_off_is_no_fault_of_a_certificate() -> None:
    """It is turned on again in the inventory."""
    (cause,) = diagnose(warn("TLS-1", USERS, "tls.not-verified", f"certificate:{USERS}"))
    assert (cause.id, cause.remedy) == ("verification-disabled", "verification-on")
