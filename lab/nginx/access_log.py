"""What nginx itself wrote down of the requests: what was really asked, whoever asked it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FORMAT = "$msec $status $request_method $request_uri $remote_user"
"""A line of the log, as nginx is told to write it when a request ends."""


@dataclass(frozen=True)
class Logged:
    """A request.

    time: of its end, in seconds since the epoch. status: 499 where the other side gave up waiting.
    target: path and query as sent. user: of basic auth, right or wrong; None without.
    """

    time: float
    replica: str
    status: int
    method: str
    target: str
    user: str | None


def read(path: Path, replica: str) -> list[Logged]:
    """The requests of a replica's access log, in the order in which they ended."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        time, status, method, target, user = line.split(" ", 4)
        found.append(Logged(float(time), replica, int(status), method, target, None if user == "-" else user))
    return found
