"""One node: namespaces of its own, in them a Docker engine and an sshd."""

import json
import socket
from pathlib import Path

import docker

from lab.swarm.commands import Ended, LabError, run, until
from lab.swarm.engines import Engine
from lab.swarm.keys import DOCKER_USER, SUDO_USER, Keys
from lab.swarm.namespaces import PATH, Namespaced, start
from lab.swarm.plan import ENGINE_LOG, RESOLVER, Machine

SCRIPT = Path(__file__).with_name("node.sh")
USERS = {DOCKER_USER: 61001, SUDO_USER: 61002}
UP_SECONDS = 60.0

CONTAINERD = """\
version = 2
disabled_plugins = ["io.containerd.grpc.v1.cri"]
"""

IMAGES_IN_CONTAINERD = {"containerd": "/run/containerd/containerd.sock", "features": {"containerd-snapshotter": True}}

SSHD = """\
HostKey /etc/ssh/host_key
PidFile /run/sshd.pid
AuthorizedKeysFile /etc/ssh/authorized
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
"""


class Node:
    """A running node. `machine` says what it is, `docker` asks its engine, `pid` names its namespaces."""

    def __init__(self, machine: Machine, directory: Path, cgroup: str, engine: Engine, root: Path | None) -> None:
        self.machine = machine
        self.directory = directory
        self.engine = engine
        self._root = root
        self._cgroup = f"/{cgroup}/{machine.name}"
        self._init: Namespaced | None = None
        self.docker = docker.APIClient(base_url=f"unix://{self.door}", version=engine.api, timeout=60)

    @property
    def replica(self) -> str:
        """The id of the replica that it carries; LabError if it carries none."""
        if self.machine.replica is None:
            raise LabError(f"{self.machine.name} carries no replica")
        return self.machine.replica

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def _running(self) -> Namespaced:
        if self._init is None:
            raise LabError(f"{self.machine.name} is not running")
        return self._init

    @property
    def alive(self) -> bool:
        return self._init is not None and self._init.alive

    def start(self, keys: Keys, machines: tuple[Machine, ...]) -> None:
        """Make the namespaces; `go_on` starts its daemons once it has a network."""
        for name in ("run", "log", "changed", "cgroup", "given"):
            (self.directory / name).mkdir(parents=True)
        self._give(keys, machines)
        self._init = start(
            ["sh", str(SCRIPT)],
            self.directory / "node.log",
            namespaces=["net", "mount", "uts", "ipc", "pid"],
            environment={
                "NAME": self.machine.name,
                "DIRECTORY": str(self.directory),
                "ROOT": str(self._root or ""),
                "CONTAINERD": "yes" if self.engine.containerd else "",
                "SWARM_NODE": str(self.directory),
            },
        )
        until(self._apart, f"{self.machine.name}'s namespaces", seconds=10)

    def _apart(self) -> bool:
        return Path(f"/proc/{self.pid}/ns/net").readlink() != Path("/proc/thread-self/ns/net").readlink()

    def _give(self, keys: Keys, machines: tuple[Machine, ...]) -> None:
        """Write what it has of its own in /etc."""
        given = self.directory / "given"
        for name in ("docker", "containerd", "ssh", "sudoers.d"):
            (given / name).mkdir()
        keys.write_engine(self.machine, given / "docker")
        (given / "docker/daemon.json").write_text(json.dumps(self._daemon(), indent=1))
        (given / "containerd/config.toml").write_text(CONTAINERD)
        (given / "ssh/sshd_config").write_text(SSHD)
        (given / "ssh/host_key").write_bytes(keys.host_key(self.machine).read_bytes())
        (given / "ssh/authorized").write_text(keys.authorized)
        (given / "sudoers.d/lab").write_text(f"{SUDO_USER} ALL=(ALL) NOPASSWD: ALL\n")
        (given / "hostname").write_text(f"{self.machine.name}\n")
        known = "".join(f"{each.address} {each.name}\n" for each in machines)
        (given / "hosts").write_text(f"127.0.0.1 localhost\n{known}")
        (given / "resolv.conf").write_text(f"nameserver {RESOLVER}\n")
        (given / "passwd.lab").write_text(
            "".join(f"{user}:x:{number}:{number}::/home/{user}:/bin/bash\n" for user, number in USERS.items())
        )
        (given / "shadow.lab").write_text("".join(f"{user}:*:19000:0:99999:7:::\n" for user in USERS))
        (given / "group.lab").write_text("".join(f"{user}:x:{number}:\n" for user, number in USERS.items()))

    def _daemon(self) -> dict[str, object]:
        return {
            "hosts": ["unix:///run/docker.sock", f"tcp://{self.machine.address}:2376"],
            "tlsverify": True,
            "tlscacert": "/etc/docker/ca.pem",
            "tlscert": "/etc/docker/cert.pem",
            "tlskey": "/etc/docker/key.pem",
            "cgroup-parent": self._cgroup,
            "dns": [RESOLVER],
            "shutdown-timeout": 2,
            **(IMAGES_IN_CONTAINERD if self.engine.containerd else {"storage-driver": "overlay2"}),
        }

    def go_on(self) -> None:
        self._running.go_on()

    def await_engine(self) -> None:
        until(self._answers, f"an answer of {self.machine.name}'s engine ({self.logs()})", seconds=UP_SECONDS)

    def _answers(self) -> bool:
        if not self.alive:
            raise Ended(f"{self.machine.name} ended: {self.logs()}")
        self.knock()
        return bool(self.docker.ping())

    def knock(self) -> None:
        """OSError where nothing listens on its engine's socket; the SDK forgets to close one that it cannot connect."""
        with socket.socket(socket.AF_UNIX) as knocking:
            knocking.settimeout(5)
            knocking.connect(str(self.door))

    @property
    def door(self) -> Path:
        """Its engine's socket, as seen from outside."""
        return self.directory / "run/docker.sock"

    @property
    def engine_log(self) -> Path:
        """What its engine logs, as seen from outside."""
        return self.directory / "log" / Path(ENGINE_LOG).name

    def logs(self) -> str:
        """The last lines of what it printed, and the paths of its daemons' logs."""
        lines = (self.directory / "node.log").read_text(errors="replace").splitlines()[-3:]
        return "; ".join([*lines, f"see {self.directory}/log"])

    def sh(self, script: str, *, seconds: float = 20) -> str:
        """Run a shell script in it as root; LabError if it fails."""
        namespaces = [f"--{name}=/proc/{self.pid}/ns/{name}" for name in ("net", "uts", "ipc")]
        namespaces += [f"--pid=/proc/{self.pid}/ns/pid_for_children", f"--mount=/proc/{self.pid}/ns/mnt"]
        variables = [f"PATH={PATH}", f"SWARM_NODE={self.directory}"]
        return run("nsenter", *namespaces, "--", "env", "-i", *variables, "sh", "-c", script, seconds=seconds)

    def processes(self, name: str) -> list[int]:
        """The pids, as seen from outside, of its processes with that command."""
        return self._running.processes(name)

    def end(self) -> None:
        """Kill it, daemons, containers and all."""
        self.docker.close()
        if self._init is not None:
            self._init.end()
