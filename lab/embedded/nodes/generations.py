"""Generations of the Docker engine: their APIs, and from which API on an answer has another form.

From the history of the Engine API (moby's docs/api/version-history.md). Mirantis Container Runtime has its numbers.
"""

from dataclasses import dataclass

Api = tuple[int, ...]


@dataclass(frozen=True)
class Generation:
    """version: the engine's; api and oldest: the newest and the oldest API that it speaks.

    containerd: whether a fresh installation keeps images in containerd's store.
    """

    version: str
    api: str
    oldest: str
    containerd: bool = False


GENERATIONS = {
    "20.10": Generation("20.10.24", "1.41", "1.12"),
    "25": Generation("25.0.14", "1.44", "1.24"),
    "26": Generation("26.1.5", "1.45", "1.24"),
    "28": Generation("28.5.2", "1.51", "1.24"),
    "29": Generation("29.1.2", "1.52", "1.44", containerd=True),
}
USUAL = GENERATIONS["20.10"]

DNS_NAMES: Api = (1, 44)
"""Endpoints tell the names that they are found by; rows of images tell no VirtualSize any more."""
CONTAINERD: Api = (1, 46)
"""/info tells where containerd listens."""
MANIFESTS: Api = (1, 48)
"""A container of containerd's store tells the manifest of its image."""
FIREWALL: Api = (1, 49)
"""/info tells what makes the rules of the firewall."""
FEW_SETTINGS: Api = (1, 52)
"""NetworkSettings has no address, gateway or MAC of its own any more; Storage stands in place of GraphDriver."""


def number(version: str) -> Api:
    """1.44 as (1, 44)."""
    return tuple(int(part) for part in version.split("."))
