"""The suite against a real nginx: it ends TLS, serves `/nginx_status`, and balances TCP before the replicas.

Behind it stand the four recorded states of a real RethinkDB cluster.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import embedded, nginx
from tests.suite import Suite

LACKING = nginx.missing()
STATES = {
    "healthy": 0,
    "one-database-killed": 1,
    "one-database-hung": 1,
    "two-of-three-dead": 1,
}


@pytest.mark.skipif(LACKING is not None, reason=str(LACKING))
@pytest.mark.parametrize(("state", "code"), STATES.items(), ids=list(STATES))
def test_recorded_states_are_judged_right(suite: Suite, tmp_path: Path, state: str, code: int) -> None:
    with (
        embedded.start(state, directory=tmp_path / "lab") as cluster,
        nginx.Fronts(cluster, tmp_path / "nginx") as fronts,
    ):
        outcome = suite.run(f"--inventory={fronts.inventory}")
        users = cluster.url.removeprefix("https://")
        expected = {
            (condition, fronts.users if subject == users else subject): verdict
            for (condition, subject), verdict in cluster.expected.items()
        }
    if state == "one-database-hung":
        # Unlike the embedded one, this balancer knows nothing of /_ping, and goes on to send users to the hung replica.
        expected["PING-2", fronts.users] = "FAIL"
    assert outcome.tripped == expected, outcome.output
    assert outcome.code == code


@pytest.mark.skipif(LACKING is not None, reason=str(LACKING))
def test_counters_are_nginx_own(suite: Suite, tmp_path: Path) -> None:
    with (
        embedded.start("healthy", directory=tmp_path / "lab") as cluster,
        nginx.Fronts(cluster, tmp_path / "nginx") as fronts,
    ):
        outcome = suite.run(f"--inventory={fronts.inventory}", "-k", "nginx")
        asked = [request.path for request in cluster.requests]
    assert not [path for path in asked if "nginx_status" in path]
    assert outcome.verdicts["NGINX-2", "f2277ad178f7"] == "PASS"
    assert "and dropped none" in outcome.of("NGINX-2", "f2277ad178f7")["message"]
