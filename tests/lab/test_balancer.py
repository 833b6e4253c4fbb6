"""The address of users passes TCP on to the replicas that a health check finds good."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.lab.asking import STATUS, Asker, ask_over
from tests.lab.conftest import Start


def _met(asker: Asker, connections: int = 12) -> Counter[str]:
    """Which replicas as many new connections reach."""
    return Counter(asker.ask("/_ping", None).headers["X-Replica-ID"] for _ in range(connections))


def test_each_new_connection_reaches_the_next_replica(healthy: Asker) -> None:
    assert _met(healthy) == dict.fromkeys(healthy.ids, 4)


def test_a_connection_stays_with_its_replica(healthy: Asker) -> None:
    connection = healthy.connection(None)
    try:
        assert len({ask_over(connection, "/_ping").headers["X-Replica-ID"] for _ in range(5)}) == 1
    finally:
        connection.close()


def test_large_answers_pass(healthy: Asker) -> None:
    assert len(healthy.ask(STATUS, None, login=healthy.credentials("admin")).body) > 100_000


@pytest.mark.parametrize(
    "scene",
    ["ping-unhealthy", "one-replica-gone", "one-replica-silent", "ping-unanswered", "slow-replica", "ping-reset"],
)
def test_a_replica_whose_check_fails_is_left_out(start: Start, scene: str) -> None:
    asker = start(scene)
    assert _met(asker) == dict.fromkeys(asker.ids[:-1], 6)


@pytest.mark.parametrize("scene", ["ping-is-html", "nginx-status-is-html", "registry-502"])
def test_a_status_of_200_is_all_that_the_check_wants(start: Start, scene: str) -> None:
    asker = start(scene)
    statuses = Counter(asker.ask("/_ping", None).status for _ in range(6))
    assert statuses == {200: 6}
    assert asker.ids[-1] in _met(asker)


def test_with_none_good_users_meet_the_replicas_own_answer(start: Start) -> None:
    asker = start("one-database-killed")
    assert {asker.ask("/_ping", None).status for _ in range(6)} == {503}
    assert _met(asker) == dict.fromkeys(asker.ids, 4)


def test_a_balancer_without_checks_keeps_the_bad_one(start: Start) -> None:
    asker = start("balancer-keeps-a-bad-replica")
    assert Counter(asker.ask("/_ping", None).status for _ in range(6)) == {200: 4, 503: 2}


def test_a_balancer_with_words_of_its_own(start: Start) -> None:
    asker = start("balancer-502")
    assert asker.ask("/_ping", None).status == 502
    assert asker.ask("/_ping", 0).status == 200
    assert [request.where for request in asker.cluster.requests] == ["balancer", asker.ids[0]]


def test_a_balancer_that_ends_tls(start: Start) -> None:
    asker = start("balancer-with-own-certificate")
    assert _met(asker) == dict.fromkeys(asker.ids, 4)
    with asker.encrypted(None) as users, asker.encrypted(0) as replica:
        assert users.getpeercert() != replica.getpeercert()


def test_refusing_balancer(start: Start) -> None:
    with pytest.raises(ConnectionRefusedError):
        start("balancer-refuses").ask("/_ping", None)


def test_replicas_behind_a_filter_are_reached_by_the_balancer_alone(start: Start) -> None:
    asker = start("web-ports-filtered-from-here")
    assert _met(asker) == dict.fromkeys(asker.ids, 4)
    with pytest.raises(TimeoutError):
        asker.connection(0, timeout=0.5)
