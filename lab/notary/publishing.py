"""Publishes as people do: with the real `notary` client, through the address of users."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from pathlib import Path

from lab.notary.tokens import User

SECONDS = 30


class Publisher:
    """One who signs. users: the address of users; ca: whom its certificate is from."""

    def __init__(self, users: str, ca: Path, user: User, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._users = users
        self._command = ["notary", "-s", f"https://{users}", "--tlscacert", str(ca), "-d", str(directory / "trust")]
        passphrases = ("ROOT", "TARGETS", "SNAPSHOT", "DELEGATION")
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "NOTARY_AUTH": base64.b64encode(f"{user.name}:{user.password}".encode()).decode(),
            **{f"NOTARY_{role}_PASSPHRASE": "a passphrase of the lab" for role in passphrases},
        }

    def gun(self, repository: str) -> str:
        """The repository's name in trust data: with the registry before it."""
        return f"{self._users}/{repository}"

    def first(self, repository: str) -> None:
        """Sign the repository for the first time: version 1."""
        self._run("init", self.gun(repository), "--publish")

    def prepare(self, repository: str) -> None:
        """Have the signer make the keys for it, and publish nothing."""
        self._run("init", self.gun(repository))

    def tag(self, repository: str, tag: str) -> None:
        """Sign a tag: one version more. The image need not be there."""
        digest = hashlib.sha256(f"{repository}:{tag}".encode()).hexdigest()
        self._run("addhash", self.gun(repository), tag, "528", "--sha256", digest, "--publish")

    def delete(self, repository: str) -> None:
        """Take back all that was signed in it."""
        self._run("delete", self.gun(repository), "--remote")

    def _run(self, *words: str) -> None:
        """Raises RuntimeError with what the client said where it did not succeed."""
        done = subprocess.run(  # noqa: S603 - words of our own
            [*self._command, *words],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"notary {' '.join(words)} ended with {done.returncode}: {done.stdout.strip()}")
