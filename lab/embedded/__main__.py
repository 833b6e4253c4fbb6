"""Serve a scene until Ctrl-C, SIGTERM or SIGHUP: `python -m lab.embedded --scene one-replica-gone`."""

import argparse
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from lab.embedded import Embedded, scenes, start


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lab.embedded", description="A stand-in MSR cluster on loopback.")
    parser.add_argument("--scene", default="healthy", metavar="NAME")
    parser.add_argument("--replicas", type=int, metavar="N", help="instead of the scene's own number")
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS", help="milliseconds added to every answer")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="for the inventory, the CA and the secret files")
    parser.add_argument("--list", action="store_true", help="name the scenes and end")
    return parser.parse_args(argv)


def _told(cluster: Embedded) -> str:
    directory = cluster.inventory.parent
    options = " ".join((f"--inventory={cluster.inventory}", *cluster.scene.options))
    secret = "admin-token" if cluster.scene.token else "admin-password"
    return f"""{cluster.scene.name}: {cluster.scene.title}

{cluster.inventory}:

{cluster.inventory.read_text(encoding="utf-8")}
Run the checks against it:  pytest {options}
Look at it yourself:        curl --cacert {directory}/ca.pem -u "admin:$(cat {directory}/{secret})" \\
                            {cluster.url}/api/v0/meta/cluster_status
Ctrl-C ends it.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 after being told to end, 2 for an unknown scene or number of replicas."""
    arguments = _arguments(argv)
    known = scenes()
    if arguments.list:
        width = max(map(len, known))
        try:
            sys.stdout.writelines(f"{name:{width}}  {scene.title}\n" for name, scene in known.items())
            sys.stdout.flush()
        except BrokenPipeError:
            # `--list | head` is no fault; nor is what Python still writes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if arguments.scene not in known:
        sys.stderr.write(f"no scene {arguments.scene!r}; there are: {', '.join(known)}\n")
        return 2
    told_to_end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told_to_end.set())
    with ExitStack() as stack:
        directory = arguments.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="msr-lab-")))
        try:
            cluster = start(
                arguments.scene, replicas=arguments.replicas, latency=arguments.latency / 1000, directory=directory
            )
        except ValueError as wrong:
            sys.stderr.write(f"{wrong}\n")
            return 2
        with cluster:
            sys.stdout.write(_told(cluster))
            sys.stdout.flush()
            told_to_end.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
