"""Removes what the kernel leaves of a lab: its directory, and its empty control groups, which are called alike.

`python lab/swarm/janitor.py DIRECTORY` does so when its stdin ends, that is when the lab's process is gone,
kill -9 included. The nodes have been ended by the kernel then.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
SECONDS = 20.0
THAW = {"freezer.state": "THAWED", "cgroup.freeze": "0"}


def engage(directory: Path) -> "subprocess.Popen[bytes]":
    """Start one for a lab; it goes to work when this process is gone or closes its stdin."""
    return subprocess.Popen(  # noqa: S603 - fixed words
        [sys.executable, "-I", __file__, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


def cgroups(name: str) -> list[Path]:
    """The control groups of a lab, innermost first, in every hierarchy."""
    tops = [top for pattern in (name, f"*/{name}") for top in CGROUPS.glob(pattern) if not top.parent.is_symlink()]
    found = [Path(path) for top in tops for path, _, _ in os.walk(top)]
    return sorted(found, key=lambda path: len(path.parts), reverse=True)


def sweep(directory: Path) -> list[Path]:
    """Remove them; those control groups that are still in use after 20 s are returned."""
    ends = time.monotonic() + SECONDS
    while left := cgroups(directory.name):
        for path in left:
            _thaw(path)
            # Busy as long as something lives in it, and for a moment after.
            with contextlib.suppress(OSError):
                path.rmdir()
        if time.monotonic() > ends:
            break
        time.sleep(0.02)
    shutil.rmtree(directory, ignore_errors=True)
    return left


def _thaw(group: Path) -> None:
    """What is frozen there, as a paused container is, comes to its end: a kill waits for that."""
    for name, word in THAW.items():
        with contextlib.suppress(OSError):
            if (group / name).exists():
                (group / name).write_text(word)


def main() -> int:
    sys.stdin.buffer.read()
    left = sweep(Path(sys.argv[1]))
    sys.stderr.writelines(f"still in use: {path}\n" for path in left)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
