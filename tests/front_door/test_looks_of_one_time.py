"""What is compared was looked at in one round: what changed between two of them is nobody's fault."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from lab.embedded.state import Cluster
from tests.front_door.staging import inventory_with, scene, staged, state_of
from tests.suite import Suite

# The first look is over by then, and the second has not begun.
BETWEEN = 2.0


def fills_a_copy(cluster: Cluster) -> None:
    """A table's copy is being filled at the first look, as the API and RethinkDB tell alike."""
    begun: list[float] = []

    def edit(document: dict[str, Any]) -> None:
        begun.append(time.monotonic())
        if time.monotonic() - begun[0] < BETWEEN:
            row = next(row for row in document["rethink_system_tables"]["table_status"] if row["name"] == "blobs")
            row["status"]["all_replicas_ready"] = False
            row["shards"][0]["replicas"][0]["state"] = "backfilling"

    cluster.edits.append(edit)


def test_the_api_and_the_database_are_compared_as_of_one_round(suite: Suite, tmp_path: Path) -> None:
    with staged(tmp_path, fills_a_copy) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "ready or api_agrees")
    assert outcome.code == 0, outcome.output
    assert outcome.tripped == {("STATUS-11", "dtr2.blobs"): "WARN"}
    assert {line["attempts"] for line in outcome.results if line["condition"] == "RDB-4"} == {2}


def test_pages_are_compared_with_the_records_of_their_round(suite: Suite, tmp_path: Path) -> None:
    with scene("feed-of-repository-holds-another", tmp_path) as cluster:
        state = state_of(cluster)
        # FEED-3 leaves out what is younger than a minute: one record grows older than that between the looks.
        state.trust.sign("tools/ci", state.started - timedelta(seconds=56.5))
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=[])}", "-k", "feed or records or pag")
    assert set(outcome.tripped) == {("FEED-5", "library.alpine")}, outcome.output
