"""The files of a run: each is whole or not there, and none is written through a link that somebody left."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import BinaryIO

READABLE = 0o666
"""The mode of a file that others may read as far as the umask lets them."""
PRIVATE = 0o600
"""The mode of a file that only its owner may read."""


def completed(text: str) -> Path:
    """A path as pytest and pytest-html read those of their pages, which no shell completes after `=`."""
    return Path(os.path.expanduser(os.path.expandvars(text)))  # noqa: PTH111 - a home that is unknown is no error


def write_whole(path: Path, content: bytes, mode: int = READABLE) -> None:
    """Put a file in the place of what is there, a link included. OSError leaves what was there."""
    if not path.is_symlink() and path.exists() and not path.is_file():
        # A device or a pipe that the user named; a directory raises.
        path.write_bytes(content)
        return
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(3)}")
    try:
        with _created(fresh, mode) as file:
            _write(file, content)
        fresh.replace(path)
    except OSError:
        remove(fresh)
        raise


def remove(path: Path) -> None:
    """Remove a file or a link, where there is one that can be removed."""
    with contextlib.suppress(OSError):
        path.unlink()


def link(path: Path, to: str) -> None:
    """Set a link in the place of what is there, which may be no directory."""
    fresh = path.with_name(f".{to}")
    try:
        fresh.symlink_to(to)
        fresh.replace(path)
    except OSError as error:
        remove(fresh)
        raise OSError(error.errno, error.strerror, str(path)) from None


class LineFile:
    """A new file of whole lines, each written at once. After one that cannot be written none is, and `error` is why."""

    def __init__(self, path: Path) -> None:
        """Begin it in the place of what is there."""
        self.error: OSError | None = None
        self._file: BinaryIO | None = None
        try:
            path.unlink(missing_ok=True)
            self._file = _created(path, READABLE)
        except OSError as error:
            self.error = error

    def write(self, line: str) -> None:
        if self.error or not self._file:
            return
        end = self._file.tell()
        try:
            _write(self._file, f"{line}\n".encode())
        except OSError as error:
            self.error = error
            with contextlib.suppress(OSError):
                self._file.truncate(end)

    def close(self) -> None:
        if self._file:
            self._file.close()


def _created(path: Path, mode: int) -> BinaryIO:
    """A file that was not there before, unbuffered: what cannot be written is known at once."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "wb", buffering=0)


def _write(file: BinaryIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
