"""Faults of a replica's own services: each takes what follows from it, and leaves another replica's alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.reports.diagnosis.families.cluster_run import A, B, C, container, diagnose, fail, found, unseen, warn, well

REPLICA = (f"replica:{C}",)


def test_sick_replica_takes_what_is_reported_of_its_health() -> None:
    own = replace(fail("PING-1", C, "ping.unhealthy", *REPLICA), seen=503)
    told = [fail("STATUS-4", f"{asked}:{C}", "status.unhealthy", *REPLICA) for asked in (A, B, C)]
    assert found(own, *told) == [("replica-unhealthy", REPLICA)]


def test_sick_replica_does_not_take_anothers_report() -> None:
    own = replace(fail("PING-1", C, "ping.unhealthy", *REPLICA), seen=503)
    causes = found(own, fail("STATUS-4", f"{A}:{B}", "status.unhealthy", f"replica:{B}"))
    assert sorted(causes) == [("health-report-bad", (f"replica:{B}",)), ("replica-unhealthy", REPLICA)]


def test_container_out_of_reach_explains_no_registry_that_lets_anybody_in() -> None:
    own = fail("PING-1", C, "ping.container-unreachable", f"container:notary-signer-{C}")
    causes = found(own, fail("REG-1", C, "reg.open", *REPLICA))
    assert sorted(causes) == [
        ("container-unreachable", (f"container:notary-signer-{C}",)),
        ("registry-too-open", REPLICA),
    ]


def test_container_that_ping_names_is_unreachable_unless_docker_shows_it_down() -> None:
    own = fail("PING-1", C, "ping.container-unreachable", f"container:registry-{C}")
    served = fail("REG-1", C, "reg.server-error", *REPLICA)
    assert found(own, served) == [("container-unreachable", (f"container:registry-{C}",))]
    assert found(own, served, container("registry", C)) == [("container-down", (f"container:registry-{C}",))]


def test_replica_that_completes_a_handshake_is_not_silent() -> None:
    own = fail("PING-1", C, "ping.timeout", *REPLICA)
    blind = unseen("STATUS-1", C, "http.timeout", *REPLICA)
    assert found(own, blind, well("TLS-1", C)) == [("ping-misbehaves", REPLICA)]
    no_handshake = fail("PING-1", C, "ping.no-handshake", *REPLICA)
    assert found(no_handshake, blind, unseen("TLS-1", C, "http.no-handshake", *REPLICA)) == [
        ("replica-silent", REPLICA)
    ]


def test_ping_that_says_unhealthy_under_200_contradicts_itself() -> None:
    own = replace(fail("PING-1", C, "ping.unhealthy", *REPLICA), seen=200)
    assert found(own) == [("ping-misbehaves", REPLICA)]


def test_port_without_tls_takes_what_is_not_asked_there() -> None:
    own = fail("PING-1", C, "ping.not-tls", *REPLICA)
    assert found(own, unseen("STATUS-1", C, "http.not-tls", *REPLICA)) == [("port-not-tls", REPLICA)]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("status.forbidden", "api-refuses-log-ins"),
        ("status.not-json", "api-misbehaves"),
        ("status.not-http", "api-down"),
        ("status.timeout", "api-down"),
        ("status.error-status", "api-down"),
    ],
)
def test_api_takes_what_it_was_to_report(reason: str, kind: str) -> None:
    own = fail("STATUS-1", C, reason, *REPLICA)
    blind = unseen("STATUS-3", C, "http.error", *REPLICA)
    assert found(own, blind) == [(kind, REPLICA)]


def test_api_does_not_take_what_others_serve() -> None:
    own = fail("STATUS-1", C, "status.timeout", *REPLICA)
    causes = found(
        own, unseen("NGINX-2", C, "http.timeout", *REPLICA), unseen("JOB-1", A, "http.timeout", f"replica:{A}")
    )
    assert len(causes) == 3


def test_status_open_to_anyone_is_open_at_all_replicas() -> None:
    own = fail("STATUS-2", "anonymous", "status.exposed", f"replica:{A}")
    assert found(own, fail("STATUS-2", "reader:ci", "status.exposed", f"replica:{B}")) == [
        ("api-too-open", ("cluster",))
    ]


def test_lists_that_no_replica_returns_are_those_of_all() -> None:
    own = [unseen("ALERT-1", "cluster", "http.error-status", *REPLICA)]
    own += [unseen("JOB-1", each, "http.error-status", f"replica:{B}") for each in (A, B, C)]
    assert found(*own) == [("api-lists-unreadable", tuple(f"replica:{each}" for each in (A, B, C)))]


def test_status_page_of_nginx_takes_its_numbers() -> None:
    own = fail("NGINX-1", C, "nginx.too-large", *REPLICA)
    numbers = unseen("NGINX-2", C, "http.too-large", *REPLICA)
    assert found(own, numbers) == [("nginx-status", REPLICA)]
    assert len(found(own, unseen("NGINX-2", B, "http.too-large", f"replica:{B}"))) == 2


@pytest.mark.parametrize(
    ("condition", "reason", "kind"),
    [
        ("NGINX-2", "nginx.dropped-connections", "nginx-drops"),
        ("NGINX-3", "nginx.overrun", "nginx-busy"),
        ("PING-3", "ping.slow", "ping-slow"),
        ("STATUS-13", "status.read-only", "read-only"),
        ("STATUS-5", "status.stale-health", "health-report-stale"),
        ("REG-1", "reg.open", "registry-too-open"),
        ("REG-1", "reg.no-challenge", "registry-misbehaves"),
        ("REG-1", "reg.not-found", "registry-misbehaves"),
        ("REG-1", "reg.server-error", "registry-down"),
    ],
)
def test_reason_says_it_by_itself(condition: str, reason: str, kind: str) -> None:
    causes = found(warn(condition, C, reason, *REPLICA), *(well("REG-1", each) for each in (A, B)))
    assert causes == [(kind, REPLICA)]


def test_registry_that_no_replica_serves_has_another_external_address() -> None:
    absent = [fail("REG-1", each, "reg.not-found", f"replica:{each}") for each in (A, B, C)]
    assert found(*absent) == [("wrong-external-address", ("cluster",))]
    elsewhere = fail("REG-1", A, "reg.realm-other-host", f"replica:{A}")
    assert found(elsewhere) == [("wrong-external-address", ("cluster",))]


def test_only_its_own_word_restarts_a_replica() -> None:
    causes = diagnose(fail("PING-1", C, "ping.timeout", *REPLICA), well("TLS-1", C))
    assert causes[0].ladder == ("repair-first",)
    causes = diagnose(replace(fail("PING-1", C, "ping.undocumented", *REPLICA), seen=200), well("NGINX-1", C))
    assert causes[0].ladder == ("repair-first",)
    causes = diagnose(replace(fail("PING-1", C, "ping.server-error", *REPLICA), seen=500), well("NGINX-1", C))
    assert causes[0].ladder == ("repair-first",)
    blind = unseen("STATUS-1", C, "http.error-status", *REPLICA)
    causes = diagnose(replace(fail("PING-1", C, "ping.server-error", *REPLICA), seen=500), well("NGINX-1", C), blind)
    assert "restart-replica" in causes[0].ladder


def test_nginx_that_ends_no_handshake_is_the_container_to_restart() -> None:
    assert diagnose(fail("PING-1", C, "ping.no-handshake", *REPLICA))[0].ladder == ("save-first", "restart-container")
    assert "restart-replica" in diagnose(fail("PING-1", C, "ping.refused", *REPLICA))[0].ladder


def test_ping_that_is_not_as_documented_takes_its_time_only_where_that_is_not_known() -> None:
    """A response that comes late is a cause of its own."""
    own = replace(fail("PING-1", C, "ping.undocumented", *REPLICA), seen=200)
    untimed = unseen("PING-3", C, "ping.undocumented", *REPLICA)
    assert found(own, untimed) == [("ping-misbehaves", REPLICA)]
    late = warn("PING-3", C, "ping.slow", *REPLICA)
    assert sorted(found(own, late)) == [("ping-misbehaves", REPLICA), ("ping-slow", REPLICA)]


def test_lists_that_were_asked_of_no_replica_are_those_of_what_they_are_about() -> None:
    """No API was judged: the verdict itself says whom it asked."""
    asked = [unseen("STATUS-1", each, "http.timeout", f"replica:{each}") for each in (A, B, C)]
    alerts = unseen("ALERT-1", "cluster", "http.timeout", *REPLICA)
    assert ("api-lists-unreadable", REPLICA) in found(*asked, alerts)


def test_balancer_with_silent_replicas_alone_follows() -> None:
    silent = [fail("PING-1", each, "ping.refused", f"replica:{each}") for each in (A, B, C)]
    public = fail("PING-2", "msr.example.org", "ping.other-status", "balancer")
    assert found(*silent, public) == [("replica-silent", tuple(f"replica:{each}" for each in (A, B, C)))]
    assert ("balancer-at-fault", ("balancer",)) in found(silent[0], public)
