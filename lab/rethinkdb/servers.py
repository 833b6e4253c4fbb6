"""The servers' processes: started, killed, stopped and continued, and always ended."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import trustme
import yaml
from rethinkdb import r
from rethinkdb.errors import ReqlError

from lab.embedded.healthy import REPLICA_IDS
from lab.rethinkdb.schema import READER, fill

NAME = "localhost"
START_SECONDS = 30.0
COUNT = 3


def binary() -> Path | None:
    """The server's program, where there is one."""
    named = os.environ.get("LAB_RETHINKDB") or shutil.which("rethinkdb")
    return Path(named) if named else None


class Servers:
    """Three servers that know one another. `inventory` names them as the replicas of a registry that is not there."""

    def __init__(self, program: Path, directory: Path) -> None:
        self._program = program
        self._directory = directory
        self._password = secrets.token_urlsafe(18)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.ids = REPLICA_IDS[:COUNT]
        self.ports = [_free_port() for _ in self.ids]
        self._cluster_ports = [_free_port() for _ in self.ids]
        self.inventory = directory / "inventory.yaml"

    def __enter__(self) -> Self:
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._write_certificates()
            for number in range(COUNT):
                self._start(number)
            self._with_connection(lambda connection: fill(connection, self._password, COUNT))
            self._write_inventory()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def kill(self, number: int) -> None:
        """End a server at once, as when its process dies."""
        self._processes[number].kill()
        self._processes[number].wait(10)

    def stop(self, number: int) -> None:
        """Let a server hang: it keeps its connections and answers nothing."""
        self._processes[number].send_signal(signal.SIGSTOP)

    def go_on(self, number: int) -> None:
        """Continue a server that hangs."""
        self._processes[number].send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End all of them."""
        for process in self._processes:
            with contextlib.suppress(OSError):
                process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(10)

    def command(self, number: int) -> list[str]:
        """The command line of a server; each joins the first."""
        place = self._directory
        tls = [
            word
            for part in ("driver", "cluster")
            for kind in ("key", "cert")
            for word in (f"--{part}-tls-{kind}", str(place / f"{kind}.pem"))
        ]
        others = ["--join", f"127.0.0.1:{self._cluster_ports[0]}"] if number else []
        return [
            str(self._program), "--directory", str(place / self.ids[number]), "--no-http-admin", "--no-update-check",
            "--server-name", f"dtr_rethinkdb_{self.ids[number]}", "--cache-size", "64",
            "--driver-port", str(self.ports[number]), "--cluster-port", str(self._cluster_ports[number]),
            *tls, "--cluster-tls-ca", str(place / "ca.pem"), *others,
        ]  # fmt: skip

    def _start(self, number: int) -> None:
        log = (self._directory / f"{self.ids[number]}.log").open("wb")
        with log:
            self._processes.append(
                subprocess.Popen(  # noqa: S603
                    self.command(number), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            )
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.ports[number]), 1).close()
                return
            except OSError:
                if time.monotonic() > ends or self._processes[number].poll() is not None:
                    raise RuntimeError(f"{self.ids[number]} did not start, see {log.name}") from None
                time.sleep(0.1)

    def _with_connection(self, use: Callable[[Any], None]) -> None:
        with warnings.catch_warnings():
            # The driver asks for TLS in a way that Python deprecates.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                connection = r.connect(NAME, self.ports[0], ssl={"ca_certs": str(self._directory / "ca.pem")})
            except ReqlError as error:
                raise RuntimeError(f"the first server cannot be asked: {error.message}") from error
        try:
            use(connection)
        finally:
            connection.close(noreply_wait=False)

    def _write_certificates(self) -> None:
        authority = trustme.CA(organization_name="Lab RethinkDB")
        leaf = authority.issue_cert(NAME, common_name=NAME)
        authority.cert_pem.write_to_path(str(self._directory / "ca.pem"))
        leaf.private_key_pem.write_to_path(str(self._directory / "key.pem"))
        (self._directory / "cert.pem").write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))

    def _write_inventory(self) -> None:
        secret = self._directory / "rethinkdb-password"
        secret.touch(mode=0o600)
        secret.write_text(self._password + "\n", encoding="utf-8")
        (self._directory / "admin-password").write_text("nobody asks\n", encoding="utf-8")
        tree = {
            "cluster": "lab-rethinkdb",
            "url": "https://localhost:1",
            "accounts": {"admin": {"username": "admin", "password": "file:admin-password"}},
            "rethinkdb": {"via": "driver", "user": READER, "password": "file:rethinkdb-password", "ca": ["ca.pem"]},
            "replicas": [
                {"id": name, "address": f"127.0.0.{number}",
                 "rethinkdb": {"address": "127.0.0.1", "port": port, "name": NAME}}
                for number, (name, port) in enumerate(zip(self.ids, self.ports, strict=True), 1)
            ],
        }  # fmt: skip
        self.inventory.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
