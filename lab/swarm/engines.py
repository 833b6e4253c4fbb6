"""The Docker engines that a lab may run: this machine's own, and newer ones of later releases of Debian.

Those want a newer libc than the machine has. So their nodes have a root of their own, which is made once, by
mmdebstrap, and is only read.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Engine:
    """name: its version, or the oldest that will do. suite: the release of Debian that has it; empty: this machine.

    api: the version of the API that the lab itself speaks. containerd: whether containerd is a service of its own and
    keeps the images, as with a new installation of Docker 29. forgets_oom: whether a container that was killed for want
    of memory no longer shows that once it runs again.
    """

    name: str
    suite: str = ""
    api: str = "1.41"
    containerd: bool = False
    forgets_oom: bool = False

    def will_do(self, version: str) -> bool:
        """Whether a version of Debian's docker.io is this engine or a newer one."""
        major = version.rpartition(":")[2].partition(".")[0]
        return major.isdigit() and int(major) >= int(self.name.partition(".")[0])


OWN = Engine("20.10")
NEWER = (
    Engine("26", "trixie", api="1.44", forgets_oom=True),
    Engine("28", "sid", api="1.44", containerd=True, forgets_oom=True),
)
ENGINES = {each.name: each for each in (OWN, *NEWER)}
