"""Roots of other engines than this machine's: made by mmdebstrap from its mirror of Debian, kept in the system's cache.

A root is called by its engine, the version of its docker.io, and what it is made of. One that is there is not made
again: remove `CACHE` to get the packages of today.
"""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.swarm.commands import LabError, run
from lab.swarm.engines import Engine
from lab.swarm.namespaces import DIES_WITH_ITS_PARENT

CACHE = Path("/var/cache/swarm-lab")
PACKAGES = (
    "docker.io", "docker-cli", "containerd", "runc", "iptables", "openssh-server", "busybox-static", "sudo", "faketime",
    "iproute2", "procps", "tini",
)  # fmt: skip
OPTIONS = (
    "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}",
    # The signatures still count; a mirror may lie behind.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "man", "locale")),
)  # fmt: skip
NAMED = ("docker.io", "containerd", "runc", "iptables", "openssh-server")
SECONDS = 900.0


def made(engine: Engine) -> Path | None:
    """The root of an engine, if it is there."""
    return max(CACHE.glob(_place(engine, "*").name), default=None)


def of(engine: Engine, tell: Callable[[str], object] = lambda _line: None) -> Path | None:
    """The root of an engine, made if it is not there; None for the machine's own. Who wants it meanwhile waits.

    To make it takes a network that leads to that mirror, which a lab has not.
    """
    if not engine.suite:
        return None
    CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
    with _locked():
        if (found := made(engine)) is None:
            tell(f"making a root with Docker {engine.name} or newer from Debian's {engine.suite}: a minute or two")
            found = _new(engine)
    return found


def versions(root: Path) -> dict[str, str]:
    """The versions of what matters in a root, by package."""
    shown = run("dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W", "-f=${Package} ${Version}\n", *NAMED)
    return dict(line.split(" ", 1) for line in shown.splitlines())


def _place(engine: Engine, version: str) -> Path:
    recipe = hashlib.sha256(" ".join((engine.suite, *OPTIONS)).encode()).hexdigest()[:8]
    # In the options of an overlay a colon would end its path.
    return CACHE / f"{engine.name}_{version.replace(':', '-')}_{recipe}"


def _mirror() -> list[str]:
    """The mirror that this machine's own packages come from; where it does not say, mmdebstrap knows one."""
    known = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian", "Label: Debian")
    return known.split()[:1]


@contextmanager
def _locked() -> Iterator[None]:
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _new(engine: Engine) -> Path:
    """Made aside and then named, so that none is ever there in part."""
    for left in CACHE.glob("making-*"):
        shutil.rmtree(left)
    aside = Path(tempfile.mkdtemp(prefix="making-", dir=CACHE))
    try:
        # In namespaces, so that its own mounts end with it.
        run(
            *DIES_WITH_ITS_PARENT,
            *("unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"),
            *("mmdebstrap", *OPTIONS, engine.suite, str(aside / "root"), *_mirror()),
            seconds=SECONDS,
        )
        version = versions(aside / "root")["docker.io"]
        if not engine.will_do(version):
            raise LabError(f"Debian's {engine.suite} has docker.io {version}, and {engine.name} or newer is asked for")
        return (aside / "root").rename(_place(engine, version))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
