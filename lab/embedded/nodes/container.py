"""A container as it really is, and the volumes beside it."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from lab.embedded.nodes.running import Running

COMPONENTS = ("api", "garant", "jobrunner", "nginx", "notary-server", "notary-signer", "registry", "rethinkdb",
              "scanningstore")  # fmt: skip
DAY = timedelta(days=1)


def long_id() -> str:
    """An id as Docker gives to containers, networks of one node and exec instances."""
    return secrets.token_hex(32)


@dataclass
class Mount:
    """A volume, or with a `/` in front a directory of the node, in a container."""

    source: str
    target: str
    read_only: bool = False


@dataclass
class LogLine:
    ago: timedelta
    text: str
    stream: str = "stdout"


@dataclass
class Container:
    """`state` is Docker's word: created, running, paused, restarting, exited or dead. Ages count from the start.

    networks: name -> address in it ("" until it is started). health: None where the image has no health check.
    """

    name: str
    image: str
    component: str = ""
    replica: str = ""
    version: str = ""
    id: str = field(default_factory=long_id)
    state: str = "running"
    exit_code: int = 0
    error: str = ""
    oom_killed: bool = False
    restarts: int = 0
    health: str | None = None
    created: timedelta = 6 * DAY
    started: timedelta | None = 6 * DAY
    finished: timedelta | None = None
    pid: int = 0
    command: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    environment: list[str] = field(default_factory=list)
    networks: dict[str, str] = field(default_factory=dict)
    mounts: list[Mount] = field(default_factory=list)
    ports: dict[int, int] = field(default_factory=dict)
    """Port of the container -> port of the node."""
    restart_policy: str = "unless-stopped"
    stopped_by_hand: bool = False
    """Somebody stopped it once: then its engine does not start it again when it starts itself."""
    auto_remove: bool = False
    open_stdin: bool = False
    tty: bool = False
    memory: int = 0
    nano_cpus: int = 0
    log: list[LogLine] = field(default_factory=list)
    running: Running | None = None
    """The first program of a container that was made through the API."""

    @property
    def runs(self) -> bool:
        """It has an address and a name on its networks."""
        return self.state in ("running", "paused")

    def stop(self, ago: timedelta, code: int = 137) -> None:
        """It ended that long ago and was not started again."""
        self.state, self.exit_code, self.finished, self.pid = "exited", code, ago, 0
        self.health = "unhealthy" if self.health else None
        self.networks = dict.fromkeys(self.networks, "")


@dataclass
class Volume:
    name: str
    driver: str = "local"
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    created: timedelta = 90 * DAY
