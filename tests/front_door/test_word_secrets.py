"""A secret that is a word or a name of the answers changes no verdict: what is judged and sent is never masked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.embedded import Embedded
from lab.embedded.reply import Reply, as_json
from lab.embedded.state import Cluster
from tests.front_door.staging import inventory_with, scene, staged, state_of
from tests.suite import Outcome, Suite

# Passwords of the administrator, of the reader and of RethinkDB's reader, by what they are.
PASSWORDS = {
    "words of the product": ("rethinkdb", "healthy", "container"),
    "names of accounts and repositories": ("jenkins-ci", "ci", "library"),
    "three characters": ("dtr", "OK", "api"),
    "numbers": ("443", "2026", "200"),
    "all that is escaped": ("""it's "a" 50%%41 \\n <b>&""", "100% 'sure'", '"%s"%%'),
}
SCENES = ("healthy", "one-database-killed", "issues-of-every-type")


@dataclass
class Staged:
    """A cluster, and what its checks say where its secrets are none of its words."""

    cluster: Embedded
    directory: Path
    usual: Outcome

    def run_with(self, admin: str, ci: str, database: str) -> Outcome:
        state = state_of(self.cluster)
        state.account("admin").password, state.account("ci").password = admin, ci
        state.rethink.passwords[state.rethink.user] = database
        environment = {"PLANTED_ADMIN": admin, "PLANTED_CI": ci, "PLANTED_DATABASE": database}
        return Suite(self.directory / "reports", environment).run(f"--inventory={self.inventory()}")

    def inventory(self) -> Path:
        tree: dict[str, Any] = yaml.safe_load(self.cluster.inventory.read_text(encoding="utf-8"))
        tree["accounts"]["admin"]["password"] = "env:PLANTED_ADMIN"
        tree["accounts"]["readers"][0]["password"] = "env:PLANTED_CI"
        tree["rethinkdb"]["password"] = "env:PLANTED_DATABASE"
        return inventory_with(self.cluster, accounts=tree["accounts"], rethinkdb=tree["rethinkdb"])


@pytest.fixture(scope="module", params=SCENES)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staged]:
    directory = tmp_path_factory.mktemp("words")
    with scene(request.param, directory) as cluster:
        usual = Suite(directory / "usual").run(f"--inventory={cluster.inventory}")
        assert cluster.expected.items() <= usual.verdicts.items()
        yield Staged(cluster, directory, usual)


def judged(outcome: Outcome) -> dict[tuple[str, str], Any]:
    """What each verdict says but for its words and times."""
    return {(each["condition"], each["subject"]): (each["verdict"], each["reason"]) for each in outcome.results}


def evidence(outcome: Outcome) -> dict[tuple[str, str], Any]:
    """And what each is about."""
    return {(each["condition"], each["subject"]): (each["about"], each["witnesses"]) for each in outcome.results}


@pytest.mark.parametrize("passwords", PASSWORDS.values(), ids=list(PASSWORDS))
def test_no_verdict_depends_on_the_secrets(made: Staged, passwords: tuple[str, str, str], suite: Suite) -> None:
    outcome = made.run_with(*passwords)
    # Of several reasons, which one the balancer's replica gives is chance.
    assert outcome.verdicts == made.usual.verdicts
    assert outcome.code == made.usual.code
    again = suite.run(f"--facts={outcome.reports / 'facts.json'}")
    assert judged(again) == judged(outcome)
    assert evidence(again) == evidence(outcome)
    assert again.code == made.usual.code


def test_an_account_named_as_its_password_asks_for_what_it_reads(tmp_path: Path) -> None:
    """The name of the account is that of its repositories: the scope that is sent holds it."""

    def play(cluster: Cluster) -> None:
        cluster.account("ci").password = "library"

    with staged(tmp_path, play) as cluster:
        outcome = Suite(tmp_path / "reports").run(f"--inventory={cluster.inventory}", "-k", "TOKEN or FEED-8")
        sent = [each.path for each in cluster.requests if each.path.startswith("/auth/token")]
    assert outcome.tripped == {}
    assert not [path for path in sent if "masked" in path]


@pytest.mark.parametrize("token", ["rethinkdb", "opaque-0a1b2c3d4e5f6071"])
def test_a_token_that_is_given_twice_is_sent_as_it_is(tmp_path: Path, token: str) -> None:
    def always(right: Reply) -> Reply:
        body = {"token": token, "access_token": token, "expires_in": 300, "issued_at": "2026-11-23T14:00:00Z"}
        return as_json(200, body) if right.status == 200 else right

    with staged(tmp_path, lambda cluster: cluster.faults.update({"/auth/token": always})) as cluster:
        outcome = Suite(tmp_path / "reports").run(f"--inventory={cluster.inventory}", "-k", "TOKEN-1")
    text = json.dumps(outcome.results)
    assert "cannot be sent in a header" not in text
    assert {"token.malformed"} & {each["reason"] for each in outcome.results} == set()
