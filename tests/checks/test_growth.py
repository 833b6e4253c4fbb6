"""The largest cluster that an inventory may hold is judged in a time that nobody notices."""

from __future__ import annotations

import itertools
from datetime import timedelta

from checks.rules.cluster_views import apart, largest_group
from checks.rules.feed_versions import other_versions
from checks.verdict import Outcome
from fixtures.core.store import PerSubject
from fixtures.inventory.msr import database_host, server_name
from fixtures.probes.cluster_status import ClusterStatus
from fixtures.probes.feeds.records import Record
from fixtures.probes.feeds.timestamps import updates_since_deletion
from tests.checks.facts import NOW, A
from tests.checks.trust_facts import newest, update
from tests.cpu import cpu_seconds


def ids(count: int) -> list[str]:
    return [f"{number:012x}" for number in range(1, count + 1)]


def view(replica: str, replicas: list[str]) -> ClusterStatus:
    """Every database server is connected to every other, as one replica tells it."""
    rows = [
        {
            "id": f"uuid-{one}",
            "name": server_name(one),
            "network": {
                "canonical_addresses": [{"host": database_host(one), "port": 29015}],
                "connected_to": {server_name(other): True for other in replicas if other != one},
            },
        }
        for one in replicas
    ]
    tables = {"current_issues": [], "db_config": [], "server_status": rows, "table_status": []}
    status = {
        "rethink_system_tables": tables,
        "replica_health": dict.fromkeys(replicas, "OK"),
        "replica_timestamp": {},
        "replica_readonly": {},
        "gc_lock_holder": "",
    }
    return ClusterStatus.model_validate({"asked_at": NOW, "answered_at": NOW, "replica": replica, "status": status})


def test_the_views_of_twenty_replicas_are_compared_at_once() -> None:
    """It takes a tenth of a second; where each comparison reads every address anew, ten."""
    replicas = ids(20)
    views = PerSubject({each: view(each, replicas) for each in replicas}, {})

    def compared() -> None:
        assert largest_group(views, replicas) == 20
        assert not any(apart(views, *pair) for pair in itertools.combinations(replicas, 2))

    assert cpu_seconds(compared) < 2


def test_the_largest_group_is_found_where_half_of_the_links_are_cut() -> None:
    """No two of a pair are connected; to try every group takes a million tries."""
    replicas = ids(20)
    everybody = {each: view(each, replicas) for each in replicas}
    for each, seen in everybody.items():
        number = replicas.index(each)
        other = server_name(replicas[number ^ 1])
        for row in seen.tables.server_status:
            row.network.connected_to.update({other: False} if row.name == server_name(each) else {})

    def found() -> None:
        assert largest_group(PerSubject(everybody, {}), replicas) == 10

    assert cpu_seconds(found) < 2


def records(count: int, repositories: int = 1) -> list[Record]:
    """Updates of so many repositories in turn."""
    usual, begin = update(1).model_dump(), NOW - timedelta(days=100)
    return [
        Record(
            **usual
            | {
                "id": f"id-{number}",
                "created_at": begin + timedelta(seconds=number),
                "gun": f"msr.example.org/library/r{number % repositories}",
                "version": 1 + number // repositories,
            }
        )
        for number in range(count)
    ]


def test_the_longest_window_of_many_repositories_is_judged_at_once() -> None:
    """It takes a second; where each repository is looked for in all records, half a minute."""
    every = PerSubject({f"global:{A}": newest(records(50_000, 5_000))}, {})

    def judged() -> None:
        (verdict,) = other_versions(set(), every)
        assert (verdict.outcome, verdict.seen) == (Outcome.PASS, 5_000)

    assert cpu_seconds(judged) < 5


def test_the_updates_of_the_longest_window_are_found_at_once() -> None:
    """Where each one is put into a new list, they take half a minute."""
    updates = records(100_000)

    def found() -> None:
        assert updates_since_deletion(updates, updates[0].gun) == updates

    assert cpu_seconds(found) < 2
