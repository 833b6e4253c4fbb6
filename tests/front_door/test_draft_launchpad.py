"""`--inventory-draft=launchpad.yaml`, through the front door: what is refused, and with what sentence."""

from __future__ import annotations

import errno
import os
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml

from fixtures.commands.draft import print_draft
from lab.embedded.state import Cluster
from tests.front_door.conftest import Watched
from tests.front_door.staging import staged, state_of
from tests.front_door.test_command import ran
from tests.launchpad_file import SECRETS, SOUND, launchpad, written
from tests.suite import Suite

PASSWORD = "dr4ft-me-no-secrets"
TEXT = yaml.safe_dump(SOUND, sort_keys=False)


def spec(**changes: Any) -> str:
    return yaml.safe_dump(SOUND | {"spec": SOUND["spec"] | changes}, sort_keys=False)


def host(**keys: Any) -> str:
    return spec(hosts=[{"role": "msr", **keys}])


def flags(section: str, *given: str) -> str:
    return spec(**{section: SOUND["spec"][section] | {"installFlags": list(given)}})


WRONG: dict[str, tuple[str | bytes, str]] = {
    "k0s": (
        TEXT.replace("launchpad.mirantis.com/mke/v1.4", "k0sctl.k0sproject.io/v1beta1"),
        ":1: apiVersion: must be launchpad.mirantis.com/mke/v1.…: this is not a Launchpad file of MKE and MSR",
    ),
    "an old Launchpad's": (
        TEXT.replace("mke/v1.4", "v1beta3"),
        ":1: apiVersion: must be launchpad.mirantis.com/mke/v1",
    ),
    "another kind": (TEXT.replace("kind: mke+msr", "kind: cluster"), ":2: kind: must be mke+msr"),
    "no kind": (TEXT.replace("kind: mke+msr\n", ""), "kind: must be mke+msr"),
    "an inventory": ("url: https://msr\n", "apiVersion: must be launchpad.mirantis.com/mke/v1"),
    "empty": ("", "apiVersion: must be launchpad.mirantis.com/mke/v1"),
    "a list": ("- a\n", "apiVersion: must be launchpad.mirantis.com/mke/v1"),
    "not YAML": (TEXT.replace("kind: mke+msr", f"kind: [{SECRETS[0]}"), "a bracket that is opened here is not closed"),
    "a tab": (TEXT.replace("  name: prod", "\tname: prod"), ":4: a tab is not allowed as indentation"),
    "an anchor": (TEXT.replace("metadata:", "metadata: &a"), "anchors and aliases (& and *) are not supported"),
    "a tag": (TEXT.replace("metadata:", "metadata: !!x"), "tags (!) are not supported"),
    "two documents": (f"{TEXT}---\n{TEXT}", "contains more than one document (---)"),
    "not UTF-8": (TEXT.encode().replace(b"prod", b"pr\xf6d"), ": is not UTF-8: see line 4"),
    "huge": (f"# {'x' * 300_000}\n{TEXT}", ": is larger than 256 kB; is it a Launchpad file?"),
    "a key twice": (f"{TEXT}x: {{{SECRETS[0]}: 1, {SECRETS[0]}: 2}}\n", ": duplicate key, first on line"),
    "no spec": ("apiVersion: launchpad.mirantis.com/mke/v1.4\nkind: mke\n", ":1: spec: is missing"),
    "an empty spec": ("apiVersion: launchpad.mirantis.com/mke/v1.4\nkind: mke\nspec:\n", "spec: is missing"),
    "no hosts": (spec(hosts=None), "spec.hosts: is missing"),
    "no MSR": (spec(hosts=[{"role": "manager", "ssh": {"address": "a"}}]), "hosts: no host has the role msr"),
    "hosts of text": (spec(hosts=SECRETS[0]), "spec.hosts: "),
    "an unknown role": (spec(hosts=[{"role": SECRETS[0]}]), "role: must be manager, worker or msr"),
    "MSR 3": (spec(msr={"version": "3.1.9"}), "spec.msr.version: is MSR 3 or newer: these checks are for MSR 2.x"),
    "MSR on Windows": (host(winRM={"address": "a", "password": SECRETS[1]}), "winRM: a replica needs ssh"),
    "MSR at localhost": (host(localhost={"enabled": True}), "localhost: a replica needs ssh"),
    "no way in": (host(), "hosts[0]: has no ssh, winRM or localhost"),
    "localhost that is off": (host(localhost={"enabled": False}), "hosts[0]: has no ssh, winRM or localhost"),
    "no address": (host(ssh={"user": "ops"}), "hosts[0].ssh.address: is missing"),
    "an empty address": (host(ssh={"address": None}), "hosts[0].ssh.address: is missing"),
    "a variable": (host(ssh={"address": "$HOST_1"}), "address: contains a variable ($), which Launchpad fills in"),
    "an address with a password": (host(ssh={"address": f"ops:{SECRETS[0]}@a"}), "address: must be an IP address"),
    "no port": (host(ssh={"address": "a", "port": SECRETS[0]}), "ssh.port: must be a whole number"),
    "two alike": (
        spec(hosts=[{"role": "msr", "ssh": {"address": "A"}}, {"role": "worker", "ssh": {"address": "a"}}]),
        "spec.hosts[1].ssh: hosts[0] has the same address",
    ),
    "jump behind jump": (
        host(ssh={"address": "a", "bastion": {"address": "b", "bastion": {"address": "c"}}}),
        "ssh.bastion.bastion: a jump host behind another one is not supported",
    ),
    "a URL with a password": (
        flags("msr", f"--dtr-external-url https://ops:{SECRETS[0]}@msr"),
        "spec.msr.installFlags: --dtr-external-url contains a user name or password",
    ),
    "a port that is none": (flags("msr", f"--replica-https-port {SECRETS[0]}"), "--replica-https-port must be a port"),
    "an MKE that is none": (flags("mke", f"--san={SECRETS[0]} x"), "spec.mke.installFlags: --san or --controller-port"),
    "flags of text": (spec(msr={"installFlags": SECRETS[0]}), "installFlags: must be a list of flags"),
    "an administrator of two parts": (spec(mke={"adminUsername": f"a:{SECRETS[0]}"}), "adminUsername: must be a user"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_file_that_makes_no_draft_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(socket, "create_connection", None)
    text, told = WRONG[fault]
    path = tmp_path / "launchpad.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert print_draft(str(path), {"MSR_ADMIN_PASSWORD": PASSWORD}) == 4
    output, error = capsys.readouterr()
    assert output == ""
    assert error.startswith(f"ERROR: no draft: {path}"), error
    assert told in error
    assert error.count("\n") == 1, error
    assert not [secret for secret in SECRETS if secret in error]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (".", ": is a directory; name the Launchpad file in it"),
        ("msr.example.org", ": there is no such file; the URL of a cluster begins with https://"),
        ("a\0b", ": cannot be read: not a valid file name"),
        ("x" * 300, ": cannot be read: File name too long"),
    ],
)
def test_what_is_no_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, told: str) -> None:
    assert print_draft(f"{tmp_path}/{name}", {}) == 4
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1, error


def test_a_file_of_another_account_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    path = launchpad(tmp_path)
    monkeypatch.setattr(os, "open", refuse)
    assert print_draft(str(path), {}) == 4
    assert capsys.readouterr().err.endswith("launchpad.yaml: cannot be read: Permission denied\n")


def test_two_things_that_are_wrong_are_both_told(watched: Watched, tmp_path: Path) -> None:
    path = launchpad(tmp_path, hosts=[{"role": "msr", "ssh": {"port": 0}}])
    outcome = watched.run(f"--inventory-draft={path}", reports=False)
    assert outcome.code == 4
    assert [line.rpartition("hosts[0].")[2] for line in outcome.output.splitlines()] == [
        "ssh.address: is missing",
        "ssh.port: must be 1 or more",
    ]


def test_without_a_password_nothing_is_asked(watched: Watched, tmp_path: Path) -> None:
    outcome = watched.run(f"--inventory-draft={launchpad(tmp_path)}", reports=False)
    assert outcome.code == 0, outcome.output
    assert watched.network == []
    assert [each["id"] for each in yaml.safe_load(outcome.output)["replicas"]] == ["000000000001", "000000000002"]
    assert not [secret for secret in SECRETS if secret in outcome.output]


def test_the_file_may_be_a_word_of_its_own(tmp_path: Path) -> None:
    done = ran(launchpad(tmp_path).parent, "--inventory-draft", "launchpad.yaml")
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("# A draft from launchpad.yaml.")


def test_a_cluster_that_does_not_answer_is_told_with_the_way_around_it(tmp_path: Path) -> None:
    path = launchpad(tmp_path, msr={"installFlags": ["--dtr-external-url=localhost:9"]})
    suite = Suite(tmp_path / "reports", {"MSR_ADMIN_PASSWORD": PASSWORD})
    outcome = suite.run(f"--inventory-draft={path}", reports=False)
    assert (outcome.code, outcome.output.count("\n")) == (4, 1), outcome.output
    assert "connection refused; without MSR_ADMIN_PASSWORD the draft is made from the file alone" in outcome.output


def test_a_draft_of_a_running_cluster_is_completed_and_runs(tmp_path: Path) -> None:
    """The stand-in's replicas listen on one address: so does this file's only host."""

    def with_password(cluster: Cluster) -> None:
        cluster.account("admin").password = PASSWORD

    with staged(tmp_path, with_password, replicas=1) as cluster:
        (replica,) = state_of(cluster).replicas
        tree = SOUND | {
            "spec": {
                "hosts": [{"role": "msr", "ssh": {"address": "127.0.0.1"}}],
                "msr": {
                    "version": "2.8.2",
                    "caCertPath": "lab/ca.pem",
                    "installFlags": [f"--dtr-external-url={cluster.url}", f"--replica-https-port={replica.port}"],
                },
                "mke": {"adminPassword": SECRETS[0], "installFlags": ["--san=localhost"]},
            }
        }
        suite = Suite(tmp_path / "reports", {"MSR_ADMIN_PASSWORD": PASSWORD})
        outcome = suite.run(f"--inventory-draft={written(tmp_path, tree)}", reports=False)
        assert outcome.code == 0, outcome.output
        assert PASSWORD not in outcome.output
        inventory = tmp_path / "drafted.yaml"
        inventory.write_text(outcome.output)
        (drafted,) = yaml.safe_load(outcome.output)["replicas"]
        assert (drafted["id"], drafted["node"]) == (replica.id, replica.node)
        run = suite.run(f"--inventory={inventory}", "-k", "PING or STATUS")
    assert run.of("PING-1", replica.id)["verdict"] == "PASS"
