"""The rows that a cluster tells are the recorded ones, times apart, and the rules for faults give the recorded rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lab.embedded import recorded
from lab.embedded.healthy import SYNTHETIC_TABLES, healthy_cluster
from lab.embedded.state import Cluster
from lab.embedded.system_tables import system_tables

SURVIVOR = 0


def _killed(cluster: Cluster) -> None:
    cluster.replicas[2].lose_database(timedelta(hours=1))


def _two_dead(cluster: Cluster) -> None:
    for replica in cluster.replicas[1:]:
        replica.lose_database(timedelta(hours=1))


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_times(item) for key, item in value.items() if not key.startswith("time_")}
    return [_without_times(item) for item in value] if isinstance(value, list) else value


def _by_id(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {str(row["id"]): row for row in rows}


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        (recorded.HEALTHY, lambda _cluster: None),
        (recorded.KILLED, _killed),
        (recorded.HUNG, _killed),
        (recorded.TWO_DEAD, _two_dead),
    ],
)
def test_rows_are_the_recorded_ones(state: str, fault: Any) -> None:
    """Every recorded row stands in what is told; `stats` are numbers of the moment, so only their ids count."""
    cluster = healthy_cluster(3)
    fault(cluster)
    told = system_tables(cluster, cluster.replicas[SURVIVOR])
    for table in ("cluster_config", "current_issues", "db_config", "server_status", "table_config", "table_status"):
        rows, now = _by_id(recorded.tables(state)[table]), _by_id(told[table])
        assert {i: _without_times(now[i]) for i in rows} == _without_times(rows), table
        if table == "server_status":
            assert now.keys() == rows.keys()
    assert {str(row["id"]) for row in recorded.tables(state)["stats"]} <= {str(row["id"]) for row in told["stats"]}


def test_recorded_stats_are_of_the_form_that_is_told() -> None:
    told = system_tables((cluster := healthy_cluster(3)), cluster.replicas[0])["stats"]
    forms = {row["id"][0]: set(row) for row in recorded.tables()["stats"]}
    assert {row["id"][0]: set(row) for row in told} == forms


def test_msr_has_29_tables_of_which_ten_are_synthetic() -> None:
    cluster = healthy_cluster(3)
    known = {(row["db"], row["name"]) for row in recorded.tables()["table_status"]}
    assert len(cluster.tables) == 29
    assert {(table.db, table.name) for table in cluster.tables} - known == {("dtr2", name) for name in SYNTHETIC_TABLES}


def test_times_are_rfc_3339_and_of_days_ago() -> None:
    cluster = healthy_cluster(5)
    for row in system_tables(cluster, cluster.replicas[0])["server_status"]:
        age = datetime.now(UTC) - datetime.fromisoformat(row["network"]["time_connected"])
        assert row["network"]["time_connected"].endswith("Z")
        assert timedelta(days=5) < age < timedelta(days=7)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7])
def test_other_sizes_have_the_same_form(count: int) -> None:
    cluster = healthy_cluster(count)
    servers = {replica.server for replica in cluster.replicas}
    for viewer in cluster.replicas:
        told = system_tables(cluster, viewer)
        assert told["current_issues"] == []
        assert {row["name"]: set(row["network"]["connected_to"]) for row in told["server_status"]} == {
            server: servers - {server} for server in servers
        }
        assert len({row["id"] for row in told["server_status"]}) == count
        for row in told["table_status"]:
            (shard,) = row["shards"]
            assert {copy["server"] for copy in shard["replicas"]} == servers
            assert set(shard["primary_replicas"]) < servers | {""}
            assert all(row["status"].values())


def test_majority_of_five_survives_two() -> None:
    cluster = healthy_cluster(5)
    for replica in cluster.replicas[3:]:
        replica.lose_database(timedelta(hours=1))
    told = system_tables(cluster, cluster.replicas[0])
    assert len(told["current_issues"]) == 29
    assert not any(issue["critical"] for issue in told["current_issues"])
    assert all(row["status"]["ready_for_writes"] for row in told["table_status"])


def test_partial_partition_looks_different_from_each_server() -> None:
    """As measured: the third server reports the link, each end of it also tables, some of them critically."""
    cluster = healthy_cluster(3)
    third, one, other = cluster.replicas
    cluster.broken_links.add(frozenset((one.id, other.id)))
    (issue,) = system_tables(cluster, third)["current_issues"]
    assert issue["type"] == "non_transitive_error"
    assert issue["info"]["servers"] == [one.server, other.server]
    seen = system_tables(cluster, one)
    assert {row["name"] for row in seen["server_status"]} == {third.server, one.server}
    critical = [row["critical"] for row in seen["current_issues"] if row["type"] == "table_availability"]
    assert {True, False} == set(critical)
    assert len(critical) < 29


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 11, 23, 7, 14, 46, 788750, UTC), "2026-11-23T07:14:46.788Z"),
        (datetime(2026, 11, 23, 7, 14, 46, 240000, UTC), "2026-11-23T07:14:46.24Z"),
        (datetime(2026, 11, 23, 7, 14, 46, tzinfo=UTC), "2026-11-23T07:14:46Z"),
    ],
)
def test_times_are_printed_as_go_prints_them(moment: datetime, text: str) -> None:
    assert recorded.rfc3339(moment) == text
