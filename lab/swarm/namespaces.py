"""Processes in namespaces of their own, and this one in a network of its own."""

import ctypes
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lab.swarm.commands import run

CLONE_NEWNET = 0x40000000
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# The process ends when the one that started it does, kill -9 included.
DIES_WITH_ITS_PARENT = ("setpriv", "--pdeathsig", "KILL")


@contextmanager
def isolated() -> Iterator[None]:
    """This thread, and all that it starts, in a network that holds nothing but a loopback of its own.

    Must be entered and left in the main thread: the processes of a lab end with the thread that started them.
    """
    with Path("/proc/thread-self/ns/net").open("rb") as ours:
        _checked("unshare", CLONE_NEWNET)
        try:
            run("ip", "link", "set", "lo", "up")
            yield
        finally:
            _checked("setns", ours.fileno(), CLONE_NEWNET)


def _checked(call: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, call)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def start(command: list[str], log: Path, *, namespaces: list[str], environment: Mapping[str, str]) -> "Namespaced":
    """Start a command in new namespaces (`net`, `mount`, `uts`, `ipc`, `pid`); it waits for a line on its stdin.

    It has no more of an environment than it is given: no proxies of the machine, no directory that it does not have.
    """
    made = [f"--{name}" for name in namespaces]
    if "pid" in namespaces:
        made += ["--fork", "--kill-child=KILL", "--mount-proc"]
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - fixed words
            [*DIES_WITH_ITS_PARENT, "unshare", *made, "--", *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={"PATH": PATH, **environment},
        )
    return Namespaced(process)


class Namespaced:
    """A process that holds namespaces; they end with it. `pid`: its own, which names all but the pid namespace."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def go_on(self) -> None:
        """Give it the line that it waits for."""
        if self._process.stdin is not None:
            self._process.stdin.write(b"go\n")
            self._process.stdin.close()

    def end(self) -> None:
        """Kill it; the kernel ends everything in its pid namespace."""
        self._process.kill()
        self._process.wait(20)

    def processes(self, name: str) -> list[int]:
        """The pids, as seen from here, of those in its pid namespace whose command is `name`, oldest first."""
        ours = _link(Path(f"/proc/{self.pid}/ns/pid_for_children"))
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and ours and _link(entry / "ns/pid") == ours and _command(entry) == name:
                found.append(int(entry.name))
        return sorted(found)


def _link(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except OSError:
        return None


def _command(entry: Path) -> str | None:
    try:
        return (entry / "comm").read_text().strip()
    except OSError:
        return None
