"""A file of Launchpad for tests: sound, with every kind of secret that such a file may have in it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

SECRETS = (
    "pr0mise-to-nobody",
    "w1nrm-pass-4711",
    "LS0tLS1-inline-key",
    "l1cence-blob-0815",
    "r3gistry-token",
    "h00k-s3cret",
)

SOUND: dict[str, Any] = {
    "apiVersion": "launchpad.mirantis.com/mke/v1.4",
    "kind": "mke+msr",
    "metadata": {"name": "prod"},
    "spec": {
        "hosts": [
            {
                "role": "manager",
                "ssh": {"address": "10.0.0.1", "user": "ops", "port": 2222},
                "hooks": {"apply": {"before": [f"export TOKEN={SECRETS[5]}"]}},
                "environment": {"REGISTRY_PASSWORD": SECRETS[4]},
            },
            {"role": "worker", "winRM": {"address": "10.0.0.2", "user": "admin", "password": SECRETS[1]}},
            {"role": "worker", "localhost": {"enabled": True}},
            {"role": "msr", "ssh": {"address": "msr-1.example.org"}, "sudodocker": True},
            {"role": "msr", "ssh": {"address": "msr-2.example.org", "user": "ops"}},
        ],
        "mke": {
            "version": "3.7.8",
            "adminUsername": "root-admin",
            "adminPassword": SECRETS[0],
            "configData": SECRETS[3],
            "installFlags": ["--default-node-orchestrator=swarm", "--san=mke.example.org", "--san=10.0.0.1"],
        },
        "msr": {
            "version": "2.10.4",
            "imageRepo": "docker.io/mirantis",
            "replicaIDs": "sequential",
            "keyData": SECRETS[2],
            "installFlags": [
                "--dtr-external-url msr.example.org",
                "--replica-https-port 4443",
                f"--dtr-key {SECRETS[2]}",
            ],
        },
        "mcr": {"channel": "stable", "version": "25.0"},
    },
}


def launchpad(directory: Path, name: str = "launchpad.yaml", **spec: Any) -> Path:
    """The sound file with other values below `spec`, None to leave one out."""
    tree = deepcopy(SOUND)
    tree["spec"] = {key: value for key, value in (tree["spec"] | spec).items() if value is not None}
    return written(directory, tree, name)


def written(directory: Path, tree: object, name: str = "launchpad.yaml") -> Path:
    path = directory / name
    path.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    return path
