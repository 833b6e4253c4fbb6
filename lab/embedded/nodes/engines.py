"""All engines of a scene: their ports, their certificates, and the record of what was asked of them."""

import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

from lab.embedded.door import Door
from lab.embedded.nodes.bundle import Bundle
from lab.embedded.nodes.certificates import EngineAuthority
from lab.embedded.nodes.engine import Engine
from lab.embedded.nodes.http import EnginePort, Question
from lab.embedded.nodes.lifecycle import Answering, Lifecycle
from lab.embedded.server import Listener, bound
from lab.embedded.state import Cluster


@dataclass(frozen=True)
class EngineRequest:
    """A request to an engine; `path` has the version in front as it was sent; status 0: never answered."""

    node: str
    method: str
    path: str
    status: int
    labels: tuple[str, ...] = ()
    """Labels of the container that it asks to create."""


class Engines:
    """Serves every node's engine on a free port of loopback until it is closed."""

    def __init__(self, cluster: Cluster, directory: Path, answering: Answering) -> None:
        self._cluster = cluster
        self._directory = directory
        self._answering = answering
        self._lock = threading.RLock()
        self._requests: list[EngineRequest] = []
        self._sockets: list[socket.socket] = []
        self._listeners: list[Listener] = []
        self._lifecycles: list[Lifecycle] = []
        self._engines: dict[str, Engine] = {}
        self.authority = EngineAuthority()

    def start(self) -> None:
        """Bind a port for each node, write the certificates into `certs/`, and listen where a door is not closed."""
        self.authority.write(self._directory / "certs", [node.name for node in self._cluster.swarm.nodes])
        tls = self.authority.context()
        for node in self._cluster.swarm.nodes:
            listening = bound("127.0.0.1")
            self._sockets.append(listening)
            node.port = listening.getsockname()[1]
            swarm, started = self._cluster.swarm, self._cluster.started
            files = self._directory / "nodes"
            lifecycle = Lifecycle(node, swarm, files, self._lock, started=started, answering=self._answering)
            self._lifecycles.append(lifecycle)
            engine = Engine(node, swarm, started, lifecycle, self._record)
            self._engines[node.name] = engine
            port = EnginePort(engine.answer, engine.headers, tls, node.door, self._cluster.closing)
            if node.door is not Door.CLOSED:
                self._listeners.append(Listener(listening, port.serve, f"engine of {node.name}"))
                self._listeners[-1].start()

    def bundle(self, tls: ssl.SSLContext) -> EnginePort:
        """MKE's port, as a client bundle leads there."""
        bundle = Bundle(self._cluster, self._engines)
        return EnginePort(bundle.answer, bundle.headers, tls, self._cluster.mke.door, self._cluster.closing)

    def _record(self, node: str, asked: Question, status: int) -> None:
        labels = tuple((asked.body.get("Labels") or {}) if asked.path.endswith("/containers/create") else ())
        with self._lock:
            self._requests.append(EngineRequest(node, asked.method, asked.path, status, labels))

    @property
    def requests(self) -> list[EngineRequest]:
        """What was asked so far, in order: a copy."""
        with self._lock:
            return list(self._requests)

    def close(self) -> None:
        """End what still runs in containers, every connection, and free the ports."""
        for lifecycle in self._lifecycles:
            lifecycle.end()
        for listener in self._listeners:
            listener.close()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.close()
