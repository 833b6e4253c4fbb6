"""A plugin (`-p tests.front_door.network_watch`) that writes down every connection and every question for a name."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

VARIABLE = "FRONT_DOOR_NETWORK"
PLUGIN = f"-ptests.front_door.{Path(__file__).stem}"


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        _note(f"connect {arguments[1][0]} {arguments[1][1]}")
    elif event == "socket.getaddrinfo":
        _note(f"name {arguments[0]}")


def _note(line: str) -> None:
    with open(os.environ[VARIABLE], "a", encoding="utf-8") as file:  # noqa: PTH123 - a hook of the interpreter: no detours
        file.write(f"{line}\n")


if VARIABLE in os.environ:
    Path(os.environ[VARIABLE]).touch()
    sys.addaudithook(_watch)
