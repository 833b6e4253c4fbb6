"""An inventory that is wrong: file and line, exit 4, no traceback, and nothing was asked of the network."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.front_door.conftest import Watched

SOUND = """\
cluster: prod-eu
url: https://127.0.0.1:9
tls: {ca: [system]}
accounts:
  admin: {username: admin, password: env:FRONT_DOOR_SET}
nodes: [{name: node-1}]
replicas:
  - {id: f2277ad178f7, node: node-1, address: 127.0.0.1, port: 7}
"""
PASSWORD = "hunter2-correct-horse"


def edited(old: str, new: str) -> str:
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


WRONG = {
    "YAML that does not parse": (edited("[{name: node-1}]", "[{name: node-1}"), 6, "is not closed"),
    "an unknown key": (edited("cluster: prod-eu", "clutser: prod-eu"), 1, "did you mean cluster?"),
    "a text where a number belongs": (edited("port: 7", 'port: "7"'), 8, "must be a whole number"),
    "a number where a list belongs": (edited("nodes: [{name: node-1}]", "nodes: 1"), 6, "must be a list"),
    "null where a map belongs": (SOUND + "limits:\n", 9, "is empty"),
    "two replicas with one id": (SOUND + "  - {id: f2277ad178f7, address: 127.0.0.2}\n", 9, "has the same id"),
    "a replica on an unknown node": (edited("node: node-1,", "node: node-9,"), 8, 'no node "node-9"'),
    "a CA file that is not there": (edited("[system]", "[certs/gone.pem]"), 3, "there is no file"),
    "a CA file that holds no certificate": (edited("[system]", "[prod.yaml]"), 3, "contains no readable certificate"),
    "plain http": (edited("https:", "http:"), 2, "https://"),
    "a waiver until no day": (
        SOUND + "waivers:\n  - {condition: STATUS-13, reason: migration, until: 2026-02-30}\n",
        10,
        "must be a valid date",
    ),
    "a missing variable": (edited("env:FRONT_DOOR_SET", "env:FRONT_DOOR_NOT_SET"), 5, "FRONT_DOOR_NOT_SET is not set"),
    "a missing secret file": (edited("env:FRONT_DOOR_SET", "file:secrets/gone"), 5, "secrets/gone cannot be read"),
    "a command that fails": (edited("env:FRONT_DOOR_SET", "{exec: ['false']}"), 5, "exit code 1"),
    "a literal password": (edited("env:FRONT_DOOR_SET", PASSWORD), 5, "a literal secret is refused"),
}


def run(watched: Watched, directory: Path, text: str) -> str:
    inventory = directory / "prod.yaml"
    inventory.write_text(text, encoding="utf-8")
    outcome = watched.run(f"--inventory={inventory}")
    assert outcome.code == 4, outcome.output
    assert "Traceback" not in outcome.output
    assert not outcome.reports.exists()
    assert watched.network == []
    return outcome.output


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_inventory_is_told_with_file_and_line(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    text, line, told = WRONG[fault]
    monkeypatch.setenv("FRONT_DOOR_SET", PASSWORD)
    output = run(watched, tmp_path, text)
    found = [each for each in output.splitlines() if f"prod.yaml:{line}:" in each]
    assert any(told in each for each in found), output
    assert PASSWORD not in output


def test_all_that_is_wrong_is_told_at_once(watched: Watched, tmp_path: Path) -> None:
    text = edited("cluster: prod-eu", "clutser: prod-eu").replace("node: node-1,", "node: node-9,")
    output = run(watched, tmp_path, text.replace("[system]", "[gone.pem]"))
    assert [line for line in (1, 3, 8) if f"prod.yaml:{line}:" not in output] == [], output


def test_an_inventory_that_is_not_there_is_told(watched: Watched, tmp_path: Path) -> None:
    outcome = watched.run(f"--inventory={tmp_path / 'gone.yaml'}")
    assert outcome.code == 4
    assert f"{tmp_path / 'gone.yaml'}: there is no such file" in outcome.output
    assert watched.network == []
