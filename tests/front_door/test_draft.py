"""`--inventory-draft`: from a running cluster to an inventory, through the front door."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from lab.embedded.reply import Reply, as_json
from lab.embedded.state import Cluster
from tests.front_door.staging import staged, state_of
from tests.suite import Outcome, Suite

PASSWORD = "dr4ft-me-no-secrets"


def drafted(tmp_path: Path, play: Callable[[Cluster], None] = lambda _: None) -> tuple[Outcome, list[str]]:
    """What the option prints, and the ids of the cluster's replicas."""

    def with_password(cluster: Cluster) -> None:
        cluster.account("admin").password = PASSWORD
        play(cluster)

    with staged(tmp_path, with_password) as cluster:
        known = {"MSR_ADMIN_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(cluster.inventory.parent / "ca.pem")}
        suite = Suite(tmp_path / "reports", known)
        outcome = suite.run("--inventory-draft", cluster.url, reports=False)
        return outcome, [replica.id for replica in state_of(cluster).replicas]


def test_a_draft_names_the_replicas(tmp_path: Path) -> None:
    outcome, replicas = drafted(tmp_path)
    assert outcome.code == 0, outcome.output
    assert [each["id"] for each in yaml.safe_load(outcome.output)["replicas"]] == replicas
    assert PASSWORD not in outcome.output


def test_a_draft_names_the_ca_by_which_it_was_made(tmp_path: Path) -> None:
    outcome, _ = drafted(tmp_path)
    (ca,) = yaml.safe_load(outcome.output)["tls"]["ca"]
    assert Path(ca).name == "ca.pem"
    assert Path(ca).is_absolute()


@pytest.mark.parametrize(
    ("ca", "told"),
    [
        (
            None,
            "unable to get local issuer certificate), nothing was sent; for a CA that this machine does not trust, set "
            "SSL_CERT_FILE=",
        ),
        ("/nowhere/ca.pem", "SSL_CERT_FILE is not a file: /nowhere/ca.pem"),
    ],
)
def test_a_ca_that_is_not_known_is_told_with_what_to_set(tmp_path: Path, ca: str | None, told: str) -> None:
    known = {"MSR_ADMIN_PASSWORD": PASSWORD} | ({"SSL_CERT_FILE": ca} if ca else {})
    with staged(tmp_path) as cluster:
        outcome = Suite(tmp_path / "reports", known).run("--inventory-draft", cluster.url, reports=False)
    assert outcome.code == 4
    assert told in outcome.output
    assert outcome.output.count("\n") == 1


@pytest.mark.parametrize("body", [[], "2.10.4", None, {"version": ["2.10.4"]}])
def test_a_version_that_cannot_be_read_is_left_out(tmp_path: Path, body: object) -> None:
    def play(cluster: Cluster) -> None:
        cluster.faults["/api/v0/admin/version"] = lambda _: as_json(200, body)

    outcome, replicas = drafted(tmp_path, play)
    assert outcome.code == 0, outcome.output
    draft = yaml.safe_load(outcome.output)
    assert "product" not in draft
    assert len(draft["replicas"]) == len(replicas)


def test_a_refusal_is_one_line_without_the_password_that_it_quotes(tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        error = {"code": "DENIED", "message": f"the password {PASSWORD} is wrong"}
        cluster.faults["/api/v0/meta/settings"] = lambda _: Reply(500, as_json(500, {"errors": [error]}).body)

    outcome, _ = drafted(tmp_path, play)
    assert outcome.code == 4, outcome.output
    assert outcome.output.startswith("ERROR: no draft of https://localhost:")
    assert "DENIED: the password [masked] is wrong" in outcome.output
    assert PASSWORD not in outcome.output
    assert outcome.output.count("\n") == 1
