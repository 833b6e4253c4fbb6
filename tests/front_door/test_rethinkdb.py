"""RethinkDB in a whole run: what is asked, that it only reads, and what is left out when it is to be."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest

from lab import embedded
from lab.embedded.reql.terms import WRITES, names_of
from reports.remedies import remedies
from tests.fixtures.access.rethinkdb.standing import READS
from tests.suite import BAD, Suite

CONDITIONS = ("RDB-1", "RDB-2", "RDB-3", "RDB-4")


@pytest.mark.parametrize(
    ("scene", "queries"), [("healthy", 15), ("rethinkdb-through-rethinkcli", 3), ("partial-partition", 30)]
)
def test_a_whole_run_sends_terms_that_read_and_no_others(
    suite: Suite, tmp_path: Path, scene: str, queries: int
) -> None:
    """Five questions to each server; what did not hold is asked once more; through rethinkcli all in one."""
    with embedded.start(scene, directory=tmp_path / "lab") as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "-k", "RDB")
        sent = [names_of(query.term) for query in cluster.queries]
        asked = {query.replica for query in cluster.queries}
    assert set().union(*sent) == READS, outcome.output
    assert not set(WRITES) & set().union(*sent)
    assert len(sent) == queries
    assert len(asked) == 3


def test_no_container_is_left_and_none_is_made_that_may_not_be(suite: Suite, tmp_path: Path) -> None:
    with embedded.start("rethinkdb-through-rethinkcli", directory=tmp_path / "lab") as cluster:
        asked = suite.run(f"--inventory={cluster.inventory}", "-k", "RDB")
        made = [each.path for each in cluster.engine_requests if each.path.endswith("/containers/create")]
        left = [c.name for node in cluster._cluster.swarm.nodes for c in node.containers if "msr-checks" in c.name]
        before = len(cluster.engine_requests)
        without = suite.run(f"--inventory={cluster.inventory}", "-k", "RDB", "--no-containers")
        assert not [each for each in cluster.engine_requests[before:] if each.method != "GET"]
    assert {asked.verdicts[key] for key in asked.verdicts} == {"PASS"}, asked.output
    assert len(made) == 3
    assert left == []
    assert {verdict for (condition, _), verdict in without.verdicts.items() if condition in CONDITIONS} == {"SKIPPED"}
    assert all("--no-containers" in each["message"] for each in without.results)


@pytest.mark.parametrize("scene", ["api-tells-an-old-view", "two-databases-of-one-name"])
def test_the_same_facts_are_judged_alike_offline(suite: Suite, tmp_path: Path, scene: str) -> None:
    with embedded.start(scene, directory=tmp_path / "lab") as cluster:
        live = suite.run(f"--inventory={cluster.inventory}", "-k", "RDB")
    offline = suite.run(f"--facts={live.reports / 'facts.json'}", "-k", "RDB")
    assert offline.verdicts == live.verdicts
    assert "FAIL" in live.verdicts.values()


def test_its_password_stands_nowhere(suite: Suite, tmp_path: Path) -> None:
    with embedded.start("database-password-rotated", directory=tmp_path / "lab") as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "-k", "RDB")
        secrets = cluster.secrets
    written = outcome.output + "".join(path.read_text("utf-8") for path in outcome.reports.iterdir() if path.is_file())
    assert "wrong password" in written
    assert not [secret for secret in secrets if secret in written]
    assert "argv" not in written


def test_each_type_of_issue_is_told_with_its_remedy(suite: Suite, tmp_path: Path) -> None:
    with embedded.start("issues-of-every-type", directory=tmp_path / "lab") as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "-k", "RDB-1")
    page = (outcome.reports / "report.html").read_text("utf-8")
    told = {each["subject"].rpartition(":")[2]: each["remedy"] for each in outcome.results if each["verdict"] in BAD}
    assert told == {
        "db_name_collision": "name-collision",
        "log_write_error": "database-log",
        "memory_error": "database-memory",
        "outdated_index": "outdated-index",
        "server_name_collision": "name-collision",
        "table_name_collision": "name-collision",
    }
    for issue, remedy in told.items():
        assert issue in page
        assert remedies()[remedy].title in unescape(page)
