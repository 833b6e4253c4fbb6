"""What an engine does with containers that are made through its API: create, start, exec, attach, wait, remove."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from lab.embedded.nodes.container import Container, Volume, long_id
from lab.embedded.nodes.files import container_environment
from lab.embedded.nodes.http import Answer, Question, refused
from lab.embedded.nodes.running import KILLED, Running
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import Swarm
from lab.embedded.nodes.wanted import container_of

Answering = Callable[[Container], Callable[[str], str] | None]
"""For a container of an image that is no real program: the function of its input."""

FULL = "write {root}/overlay2/{id}-init: no space left on device"
LOST = (
    "attaching to network failed, make sure your network options are correct and check manager logs: context deadline "
    "exceeded"
)
NO_SHIM = "failed to create shim: ttrpc: closed: unknown"


class Exec:
    """One program that was started beside a container's first."""

    def __init__(self, container: Container, settings: dict[str, Any]) -> None:
        self.id = long_id()
        self.container = container
        self.command: list[str] = settings["Cmd"]
        self.stdin = bool(settings.get("AttachStdin"))
        self.more = [str(entry) for entry in settings.get("Env") or []]
        self.running = Running()
        self.started = False


class Lifecycle:
    """Of one node. `lock` is the swarm's: addresses are given out once for all nodes."""

    def __init__(
        self, node: Node, swarm: Swarm, directory: Path, lock: threading.RLock, *, started: datetime,
        answering: Answering,
    ) -> None:  # fmt: skip
        self._node = node
        self._swarm = swarm
        self._directory = directory
        self._lock = lock
        self._started = started
        self._answering = answering
        self._execs: dict[str, Exec] = {}

    def answer(self, asked: Question, subject: str) -> Answer:
        """POST, DELETE, and what became of an exec."""
        topic, _, last = asked.path.strip("/").partition("/")
        last = last.rpartition("/")[2]
        if topic == "exec":
            one = self._execs.get(subject)
            if one is None:
                return refused(404, f"No such exec instance: {subject}")
            return self._exec_told(one) if last == "json" else self._exec_start(one, asked)
        if asked.path == "/containers/create":
            return self._create(asked)
        container = self._node.named(subject)
        if container is None:
            return refused(404, f"No such container: {subject}")
        if asked.method == "DELETE":
            return self._remove(container, asked)
        actions: dict[str, Callable[[Container, Question], Answer]] = {
            "start": self._start,
            "exec": self._exec,
            "attach": self._attach,
            "wait": self._wait,
            "stop": self._stop,
            "kill": self._stop,
        }
        return actions[last](container, asked)

    def has(self, exec_id: str) -> bool:
        return exec_id in self._execs

    def _ago(self) -> timedelta:
        """Now, as an age; what comes after the start is negative."""
        return self._started - datetime.now(UTC)

    def _create(self, asked: Question) -> Answer:
        body = asked.body
        image = body.get("Image", "")
        if image not in self._node.images:
            return refused(404, f"No such image: {image}")
        name = asked.query.get("name") or f"quirky_{long_id()[:6]}"
        with self._lock:
            taken = self._node.named(name)
            if taken and taken.name == name:
                return refused(409, f'Conflict. The container name "/{name}" is already in use by container '
                                    f'"{taken.id}". You have to remove (or rename) that container to be able to reuse '
                                    f"that name.")  # fmt: skip
            container = container_of(body, name, self._ago())
            if self._node.disk_full:
                return refused(500, FULL.format(root=self._node.data_root, id=container.id))
            for mount in container.mounts:  # what does not exist yet is made, as Docker does
                if not mount.source.startswith("/"):
                    self._node.volumes.setdefault(mount.source, Volume(mount.source, created=self._ago()))
            self._node.containers.append(container)
        return Answer(201, {"Id": container.id, "Warnings": []})

    def _start(self, container: Container, _asked: Question) -> Answer:
        if container.state == "running":
            return Answer(304)
        with self._lock:
            if self._node.failed_starts > 0:
                self._node.failed_starts -= 1
                return refused(500, NO_SHIM)
            if failure := self._attached(container):
                return failure
            container.state, container.started, container.finished = "running", self._ago(), None
            container.pid = 40_000 + len(self._node.containers)
        running = container.running or Running()
        container.running = running
        if answer := self._answering(container):
            running.start_answering(answer)
        else:
            program = [*container.entrypoint, *container.command]
            running.start(program, self._environment(container), stdin=container.open_stdin)
        threading.Thread(target=self._see_off, args=(container, running), daemon=True).start()
        return Answer(204)

    def _attached(self, container: Container) -> Answer | None:
        """An address on each of its networks, or why there is none. A lost first attachment is known of 20.10."""
        for name in container.networks:
            network = self._swarm.networks.get(name)
            if network is None:
                if name in ("default", "bridge", "host", "none"):
                    continue
                return refused(404, f"network {name} not found")
            if not network.attachable:
                return refused(403, f"Could not attach to network {name}: rpc error: code = PermissionDenied desc = "
                                    f"network {name} not manually attachable")  # fmt: skip
            if name in self._node.lost_networks or not self._node.in_swarm:
                return refused(404, f"network {name} not found")
            if self._node.lost_attachments > 0:
                self._node.lost_attachments -= 1
                first = self._node.lost_attachments % 2 == 1
                return refused(500, LOST) if first else refused(404, f"network {name} not found")
            # As measured of a drained node too, and the scheduler takes a paused one alike: both are not active.
            # An engine takes 20 s to say so, this one no time.
            if self._swarm.leader is None or self._node.swarm_error or self._node.availability != "active":
                return refused(500, LOST)
            address = self._swarm.free_address(name)
            if not address:
                return refused(500, LOST)
            container.networks[name] = address
        return None

    def _environment(self, container: Container) -> dict[str, str]:
        return container_environment(self._swarm, self._node, container, self._directory)

    def _see_off(self, container: Container, running: Running) -> None:
        running.ended.wait()
        with self._lock:
            container.stop(self._ago(), running.code or 0)
            if container.auto_remove:
                self._forget(container)

    def _forget(self, container: Container) -> None:
        self._node.containers = [other for other in self._node.containers if other is not container]

    def _exec(self, container: Container, asked: Question) -> Answer:
        if container.state == "paused":
            return refused(409, f"Container {container.id} is paused, unpause the container before exec")
        if container.state != "running":
            return refused(409, f"Container {container.id} is not running")
        one = Exec(container, asked.body)
        self._execs[one.id] = one
        return Answer(201, {"Id": one.id})

    def _exec_start(self, one: Exec, asked: Question) -> Answer:
        if one.started:
            return refused(409, f"Error: Exec command {one.id} has already run")
        one.started = True
        own = dict(entry.split("=", 1) for entry in one.more if "=" in entry)
        one.running.start(one.command, self._environment(one.container) | own, stdin=one.stdin)
        if asked.body.get("Detach"):
            return Answer(200)
        return Answer(200, stream=one.running, stdin=one.stdin)

    def _exec_told(self, one: Exec) -> Answer:
        return Answer(200, {
            "ID": one.id,
            "Running": one.started and not one.running.ended.is_set(),
            "ExitCode": one.running.code,
            "ProcessConfig": {"tty": False, "entrypoint": one.command[0], "arguments": one.command[1:],
                              "privileged": False},
            "OpenStdin": one.stdin,
            "OpenStderr": True,
            "OpenStdout": True,
            "CanRemove": False,
            "ContainerID": one.container.id,
            "DetachKeys": "",
            "Pid": 0,
        })  # fmt: skip

    def _attach(self, container: Container, asked: Question) -> Answer:
        if container.running is None:
            return refused(409, f"Container {container.id} cannot be attached to here")
        return Answer(200, stream=container.running, stdin=asked.says("stdin"))

    def _wait(self, container: Container, _asked: Question) -> Answer:
        if container.running is None:
            return Answer(200, {"StatusCode": container.exit_code, "Error": None})
        return Answer(200, wait_for=container.running)

    def _stop(self, container: Container, _asked: Question) -> Answer:
        if container.running is None:
            return refused(403, "this engine stops what was started through it alone")
        container.running.kill()
        return Answer(204)

    def _remove(self, container: Container, asked: Question) -> Answer:
        if container.state == "running" and not asked.says("force"):
            return refused(409, f"You cannot remove a running container {container.id}. Stop the container before "
                                "attempting removal or force remove")  # fmt: skip
        if container.running is None:
            return refused(403, "this engine removes what was made through it alone")
        container.running.kill()
        with self._lock:
            self._forget(container)
        return Answer(204)

    def end(self) -> None:
        """Kill whatever runs still."""
        for running in [one.running for one in self._execs.values()]:
            running.kill()
        for container in self._node.containers:
            if container.running is not None:
                container.running.end(KILLED) if container.state == "created" else container.running.kill()
