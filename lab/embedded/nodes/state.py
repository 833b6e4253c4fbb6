"""A node as it really is: what a scene changes, and what its engine and its shell answer from."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from lab.embedded.door import Door
from lab.embedded.nodes.container import DAY, Container, LogLine, Volume
from lab.embedded.nodes.generations import GENERATIONS, USUAL, Generation

GIB = 1 << 20
"""In KiB, as df and /proc/meminfo count."""


def swarm_id() -> str:
    """An id as swarm gives to nodes, overlay networks and clusters: 25 of [a-z0-9]."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(25))


@dataclass
class Disk:
    """A mounted file system; sizes in KiB. `inodes` 0 is what btrfs and some network file systems tell."""

    source: str
    target: str
    size: int
    used: int
    kind: str = "ext4"
    inodes: int = 6_553_600
    inodes_used: int = 412_345
    kept: int = 0
    """Kept for root, as ext4 does: neither used nor available."""
    hangs: bool = False
    """Its server does not answer, and with it nobody who asks for it."""
    stale: bool = False
    """Its server has another file system under the same name by now."""
    read_only: bool = False

    @property
    def available(self) -> int:
        return max(0, self.size - self.used - self.kept)


@dataclass
class Program:
    """A running program of a node, as ps and /proc show it; memory in KiB."""

    pid: int
    name: str
    line: str
    resident: int = 100_000
    swapped: int = 0
    within: str = ""
    """The id of the container that it runs in, where that is not one of MSR's, which are known by their pid."""


@dataclass
class Shell:
    """How a log-in to the node goes. banner: what it prints before any command."""

    door: Door = Door.OPEN
    refusal: str = ""
    banner: str = ""


@dataclass
class AtBoot:
    """What the machine does when it starts, and what only root may read of it.

    units: what systemd says of each service. fstab: its lines. rules: of iptables' chain INPUT. installed: the version
    of the engine that lies on its disk, where it is not the one that runs. root: whether the account of the shell may
    read root's files. certificate_left: how long the node's certificate in the swarm is still valid, of 90 days.
    """

    units: dict[str, str] = field(default_factory=lambda: {"docker": "enabled", "ufw": "disabled"})
    fstab: list[str] = field(
        default_factory=lambda: [
            "# <file system> <mount point> <type> <options> <dump> <pass>",
            "UUID=0f3c9a51-77aa-4b2f-9d0e-5f2f6f0f5a10 / ext4 errors=remount-ro 0 1",
            "/dev/sdb1 /var/lib/docker xfs defaults,pquota 0 2",
        ]
    )
    rules: list[str] = field(default_factory=lambda: ["-P INPUT ACCEPT"])
    installed: str = ""
    root: bool = True
    certificate_left: timedelta = timedelta(days=60)


@dataclass
class Node:
    """A machine. `availability` and `down` are what the swarm says of it; `reachable` is of a swarm manager only."""

    name: str
    address: str
    number: int = 1
    manages: bool = True
    id: str = field(default_factory=swarm_id)
    engine: Generation = USUAL
    listed: bool = True
    """It stands in the inventory."""
    listed_ways: tuple[str, ...] = ("docker", "shell")
    """The ways in that the inventory gives."""
    leads_to: str = ""
    """The other node that the inventory's ways in lead to; "" where they lead here."""
    clone: str = ""
    """The swarm node ID of a clone with the same name, which is a swarm of its own and answers in place of the node."""
    reaches: list[str] = field(default_factory=list)
    """Other registries that respond to it, as HOST:PORT."""
    profile: dict[str, str] = field(default_factory=dict)
    """What the user's profile exports at a log-in. DOCKER_HOST is followed to another node: tcp://NODE:2376."""
    docker_prints: tuple[str, str] = ("", "")
    """What a wrapper around the command `docker` prints before it runs it: to its output, and to its error output."""
    port: int = 0
    door: Door = Door.OPEN
    hung: frozenset[str] = frozenset()
    """Questions that its engine accepts and never answers: info, exec, nodes, …"""
    waits: dict[str, float] = field(default_factory=dict)
    """Seconds by which it answers some questions late."""
    shell: Shell = field(default_factory=Shell)
    availability: str = "active"
    labels: dict[str, str] = field(default_factory=dict)
    """Its labels in the swarm, as MKE sets them: com.docker.ucp.orchestrator.swarm and the like."""
    down: bool = False
    reachable: bool = True
    in_swarm: bool = True
    on_overlay: bool = True
    """Its engine tells the others what runs on it, and carries their packets."""
    swarm_error: str = ""
    """What its engine says instead of the list of nodes; then no container can be attached to an overlay network."""
    containers: list[Container] = field(default_factory=list)
    volumes: dict[str, Volume] = field(default_factory=dict)
    images: list[str] = field(default_factory=list)
    disks: list[Disk] = field(default_factory=list)
    unmounted: bool = False
    """The shares of its volumes were taken out of its table of mounts."""
    data_root: str = "/var/lib/docker"
    containerd_images: bool = False
    """Its images lie in containerd's store, as on new installations of Docker 29."""
    images_from: str = ""
    """The mirror that its images were pulled from, with a slash at its end; "" where the vendor's registry is it."""
    images_by: tuple[str, ...] = ("tag",)
    """What its images were pulled by: their tag, their digest, or both."""
    docker_refuses: str = ""
    """What the docker command complains of in place of an answer, as to a user who may not use it."""
    disk_full: bool = False
    """Nothing can be written under Docker's data root."""
    lost_attachments: int = 0
    """How many of the next containers lose their first attachment to the overlay network."""
    failed_starts: int = 0
    """How many of the next containers the engine cannot start."""
    memory: int = 16 * GIB
    memory_available: int = 9 * GIB
    swap: int = 2 * GIB
    swap_free: int = 2 * GIB
    processors: int = 4
    programs: list[Program] = field(default_factory=list)
    poor_ps: bool = False
    """Its `ps` does not show what memory programs hold."""
    listening: set[tuple[str, int]] = field(default_factory=set)
    """(tcp or udp, port) that listen besides what the containers publish; 4789 is the kernel's and shows nowhere."""
    deaf: set[tuple[str, int]] = field(default_factory=set)
    """What does not listen though it should."""
    clock_ahead: timedelta = timedelta()
    time_zone: str = "UTC"
    uptime: timedelta = 40 * DAY
    boot: AtBoot = field(default_factory=AtBoot)
    journal: list[LogLine] | None = field(default_factory=list)
    """What the engine and the kernel logged, each line with who wrote it (`kernel: …`); None without a journal."""
    journal_hidden: bool = False
    """The user of the shell may not read it."""
    old_address: str = ""
    """The address that the swarm still has of it, where it has another one now."""
    routes: list[str] = field(default_factory=lambda: ["10.0.0.0/24"])
    """The prefixes of its routing table, besides the default route and those of its bridges."""
    resolvers: list[str] = field(default_factory=lambda: ["10.0.0.2"])
    bridges: dict[str, str] = field(
        default_factory=lambda: {"bridge": "172.17.0.0/16", "docker_gwbridge": "172.18.0.0/16"}
    )
    """The bridge networks of its engine, with the subnet of each."""
    network_ids: dict[str, str] = field(default_factory=dict)
    """Overlay networks whose id is another one on this node."""
    registries: set[str] = field(default_factory=lambda: {"registry.mirantis.com", "registry-1.docker.io"})
    """The registries that answer at this node, by their host with its port."""
    proxy: str = ""
    """The proxy through which its engine pulls, as `docker info` shows it."""
    lost_networks: set[str] = field(default_factory=set)
    """Overlay networks that this node does not know."""

    def install(self, generation: str) -> None:
        """A fresh installation of another generation of the engine."""
        self.engine = GENERATIONS[generation]
        self.containerd_images = self.engine.containerd

    def pulled(self, image: str, *, held: bool = False) -> str:
        """What an image of the vendor's is called that was pulled as all of its are; held: among its images.

        Of an image that was pulled by tag and digest, an engine holds the digest alone.
        """
        path, _, tag = image.rpartition(":")
        repository, _, name = path.rpartition("/")
        named = f"{self.images_from or f'{repository}/'}{name}"
        digest = f"@sha256:{hashlib.sha256(image.encode()).hexdigest()}" if "digest" in self.images_by else ""
        return named + (f":{tag}" if "tag" in self.images_by and not (held and digest) else "") + digest

    def of(self, replica: str, component: str) -> Container:
        """The container of that component; KeyError if there is none."""
        for container in self.containers:
            if (container.replica, container.component) == (replica, component):
                return container
        raise KeyError(f"{component} of {replica} on {self.name}")

    def named(self, name: str) -> Container | None:
        """By name, id or the beginning of an id."""
        name = name.removeprefix("/")
        for container in self.containers:
            if name in (container.name, container.id) or (len(name) >= 6 and container.id.startswith(name)):
                return container
        return None

    def disk(self, target: str) -> Disk:
        return next(disk for disk in self.disks if disk.target == target)

    def go_down(self) -> None:
        """The machine is off: the swarm says so, and nothing of it answers."""
        self.down, self.reachable, self.on_overlay = True, False, False
        self.door = self.shell.door = Door.CLOSED

    @property
    def in_swarm_at(self) -> str:
        """The address that the swarm has of it."""
        return self.old_address or self.address

    @property
    def connected(self) -> bool:
        """It takes part in the overlay networks."""
        return self.on_overlay and self.in_swarm
