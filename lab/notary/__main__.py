"""Serve it until Ctrl-C, SIGTERM or SIGHUP: `python -m lab.notary --damage server-frozen`."""

import argparse
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from lab.notary import DAMAGES, Notary, missing


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m lab.notary", description="Real notary-server, notary-signer, docker-registry and nginx."
    )
    parser.add_argument("--damage", metavar="NAME", help="do this to it")
    parser.add_argument("--directory", type=Path, metavar="DIR", help="for everything that is written")
    parser.add_argument("--list", action="store_true", help="name the damages and end")
    return parser.parse_args(argv)


def _told(lab: Notary, title: str) -> str:
    ca, password = lab.directory / "nginx" / "ca.pem", lab.inventory.with_name("admin-password")
    token = f"https://{lab.users}/auth/token?service={lab.users}&scope=registry:catalog:*"
    return f"""{title}

{lab.inventory}:

{lab.inventory.read_text(encoding="utf-8")}
Run the checks against it:  pytest --inventory={lab.inventory}
Look at it yourself:        curl --cacert {ca} -u "admin:$(cat {password})" \\
                            "{token}"
Ctrl-C ends it.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 after being told to end, 2 for an unknown damage, 1 where a program is missing."""
    arguments = _arguments(argv)
    if arguments.list:
        width = max(map(len, DAMAGES))
        sys.stdout.writelines(f"{name:{width}}  {damage.title}\n" for name, damage in DAMAGES.items())
        return 0
    if arguments.damage not in (None, *DAMAGES):
        sys.stderr.write(f"no damage {arguments.damage!r}; there are: {', '.join(DAMAGES)}\n")
        return 2
    if lacking := missing():
        sys.stderr.write(f"{lacking}\n")
        return 1
    told_to_end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: told_to_end.set())
    with ExitStack() as stack:
        directory = arguments.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="msr-notary-")))
        lab, title = stack.enter_context(Notary(directory)), "healthy: trust data, images and tokens from real programs"
        if arguments.damage:
            damage = DAMAGES[arguments.damage]
            stack.enter_context(damage.to(lab))
            title = f"{damage.name}: {damage.title}"
        sys.stdout.write(_told(lab, title))
        sys.stdout.flush()
        told_to_end.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
