"""The lab as a whole: brings it up, takes it down."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab.swarm import cluster, image, inventory, janitor, replica, roots
from lab.swarm.commands import LabError, engine_errors, until
from lab.swarm.front import Front
from lab.swarm.keys import Keys
from lab.swarm.node import Node
from lab.swarm.plan import Plan
from lab.swarm.switch import Switch

PUBLIC_NAME = "localhost"
AT_ONCE = 4
TOLD = ("Engine", "containerd", "runc")
# A socket's path has 107 characters at most, and a node's is …/swarm-xxxxxxxx/NN/run/docker.sock.
LONGEST_PARENT = 70


def new_directory() -> Path:
    """A directory for a lab; its name is also that of the lab's control groups."""
    parent = tempfile.gettempdir()
    if len(parent) > LONGEST_PARENT:
        raise LabError(f"{parent} is too long a path for the sockets of a lab's nodes: set TMPDIR to a shorter one")
    return Path(tempfile.mkdtemp(prefix="swarm-", dir=parent))


class Lab:
    """A running lab. It ends when it is closed, and with the thread that made it, whatever ends that.

    directory: where it keeps its files, removed at the end; who gives one sweeps after it where this process is killed.
    inventories: by way in (`ssh`, `sudo`, `tcp`). expected: what the suite must find on it though it is sound.
    """

    def __init__(
        self, plan: Plan, *, directory: Path | None = None, tell: Callable[[str], None] = lambda _line: None
    ) -> None:
        self.plan = plan
        self.directory = directory or new_directory()
        self._name = self.directory.name
        self._janitor = None if directory else janitor.engage(self.directory)
        self._tell, self._began = tell, time.monotonic()
        root = roots.of(plan.engine, tell)
        self.nodes = [
            Node(machine, self.directory / str(machine.number), self._name, plan.engine, root)
            for machine in plan.machines
        ]
        self._front: Front | None = None
        self._switch: Switch | None = None
        self._written = 0
        try:
            with engine_errors():
                self._bring_up()
        except BaseException:
            self.close()
            raise

    def _bring_up(self) -> None:
        given = self.directory / "inventory"
        self._switch = Switch(self.directory)
        self._front = Front(self.plan.replicas, given)
        self.keys = Keys(given / "keys", self.plan.machines, PUBLIC_NAME)
        self.expected = self._front.expected
        self.inventories = inventory.write(self.plan, self._front, self.keys, given)
        for node in self.nodes:
            node.start(self.keys, self.plan.machines)
            self._switch.plug_in(node.machine, node.pid)
            node.go_on()
        packed = image.archive()
        for node in self.nodes:
            node.await_engine()
        self._step(f"{len(self.nodes)} engines answer ({self.versions()})")
        cluster.join_all(self.nodes)
        cluster.add_network(self.nodes[0])
        self._step("one swarm")
        self._front.open()
        self._at_once(self.nodes, lambda node: image.load(node, packed))
        self._at_once(self.carriers, self._start_replica)
        self._at_once(self.carriers, replica.await_healthy)
        self._await_sshd()
        self._step(f"{len(self.carriers)} replicas healthy")
        self.await_overlay()
        self._step("all reach each other")

    def await_overlay(self) -> None:
        """Wait until the database of each replica reaches those of all others by name."""
        replicas = [node.replica for node in self.carriers]
        self._at_once(self.carriers, lambda node: replica.await_overlay(node, replicas))

    def _step(self, what: str) -> None:
        self._tell(f"{time.monotonic() - self._began:5.1f} s  {what}")

    @staticmethod
    def _at_once(nodes: list[Node], do: Callable[[Node], None]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(do, nodes))

    def _start_replica(self, node: Node) -> None:
        if self._front is not None:
            replica.start(node, self._front.files(node.replica, self.keys))

    def _await_sshd(self) -> None:
        until(lambda: all(node.processes("sshd") for node in self.nodes), "an sshd on every node", seconds=30)

    def write_inventory(self, nodes: list[dict[str, Any]]) -> Path:
        """One more inventory, with these ways in to the nodes."""
        if self._front is None:
            raise LabError("the lab is not running")
        self._written += 1
        path = self.directory / f"inventory/inventory-{self._written}.yaml"
        return inventory.write_one(path, self.plan, self._front, self.keys, nodes)

    # -- its parts

    @property
    def switch(self) -> Switch:
        if self._switch is None:
            raise LabError("the lab is not running")
        return self._switch

    @property
    def inventory(self) -> Path:
        return self.inventories["ssh"]

    @property
    def carriers(self) -> list[Node]:
        """The nodes that carry a replica."""
        return [node for node in self.nodes if node.machine.replica]

    def forget_logs(self) -> None:
        """Empty the logs of the engines: what they hold of a fault that is over is found for an hour."""
        for node in self.nodes:
            node.engine_log.write_text("")

    def versions(self) -> str:
        """What its nodes run, as the first engine says."""
        parts = self.nodes[0].docker.version()["Components"]
        return ", ".join(f"{part['Name']} {part['Version']}" for part in parts if part["Name"] in TOLD)

    def node(self, number: int) -> Node:
        """The node with that number, from 1."""
        return self.nodes[number - 1]

    # -- its end

    def close(self) -> None:
        """End everything and remove what is left; LabError where something stays."""
        for node in self.nodes:
            node.end()
        if self._front is not None:
            self._front.close()
        if self._switch is not None:
            self._switch.end()
        left = janitor.sweep(self.directory)
        if self._janitor is not None:
            self._janitor.communicate(timeout=janitor.SECONDS + 10)
        if left:
            raise LabError(f"still in use after the lab ended: {', '.join(map(str, left))}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
