"""The programs of the lab: started, awaited, frozen, ended. Each writes what it says into a file of its own."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from lab import nginx

PACKAGES = {
    "notary-server": "notary",
    "notary-signer": "notary",
    "notary": "notary",
    "docker-registry": "docker-registry",
}


def missing() -> str | None:
    """What this machine lacks to run it, in one line; None when it has all."""
    lacking = {package for program, package in PACKAGES.items() if shutil.which(program) is None}
    if lacking:
        return f"needs Debian's {' and '.join(sorted(lacking))}"
    return nginx.missing()


class Program:
    """A process that listens at a port of 127.0.0.1; made when it does. Raises RuntimeError where it ends instead."""

    def __init__(self, command: Sequence[str], port: int, log: Path) -> None:
        self.name = command[0]
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)  # noqa: S603 - words of our own
        try:
            self._await(port)
        except BaseException:
            self.stop()
            raise

    def _await(self, port: int, seconds: float = 15.0) -> None:
        ends = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            if self._process.poll() is not None or time.monotonic() > ends:
                last = "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
                raise RuntimeError(f"{self.name} does not listen at port {port}; it said last:\n{last}")
            time.sleep(0.05)

    def freeze(self) -> None:
        """It stays and answers nothing: connections are accepted by the kernel."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it, frozen or not; returns when it has ended."""
        self._process.terminate()
        self.thaw()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
