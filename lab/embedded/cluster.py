"""Starts a scene: binds the ports, plays it, writes the inventory, serves until it is closed."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lab.embedded import object_storage
from lab.embedded.accounts import Caller
from lab.embedded.api import Api
from lab.embedded.balancer import Passing
from lab.embedded.certificates import Authority, Certificate
from lab.embedded.database import Query
from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.expecting import Verdicts
from lab.embedded.healthy import healthy_cluster
from lab.embedded.inventory import write_inventory
from lab.embedded.nodes.container import Container
from lab.embedded.nodes.engines import EngineRequest, Engines
from lab.embedded.nodes.settling import settle
from lab.embedded.reply import Asked, Manner, Reply, Request, text
from lab.embedded.reql.certificates import DatabaseAuthority
from lab.embedded.reql.server import ReqlPort, database_door
from lab.embedded.rethinkcli import replica_of, rethinkcli
from lab.embedded.scenes import scenes
from lab.embedded.scenes.scene import Scene
from lab.embedded.server import HttpPort, Listener, Serve, bound, filtered
from lab.embedded.state import Replica


class Embedded:
    """A running stand-in cluster; closing it ends its threads and frees its ports.

    inventory: the YAML file. secrets: every value that no report may show. expected: (condition, subject) ->
    verdict of all that must not pass, and of nothing else.
    """

    def __init__(self, scene: Scene, *, replicas: int, latency: float, directory: Path) -> None:
        self.scene = scene
        self.directory = directory
        self._latency = latency
        self._requests: list[Request] = []
        self._sockets: list[socket.socket] = []
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()
        self._cluster = healthy_cluster(replicas)
        self._authority = Authority()
        self._database_authority = DatabaseAuthority()
        self._queries: list[Query] = []
        self._engines = Engines(self._cluster, directory, self._answering)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        cluster, expect = self._cluster, Expectations(self._cluster)
        cluster.balancer.port, cluster.mke.port = self._bind("127.0.0.1"), self._bind("127.0.0.1")
        cluster.object_storage.port = self._bind("127.0.0.1")
        cluster.mke.other_port = self._bind("127.0.0.1")
        for replica in cluster.replicas:
            replica.address = self.scene.address
            replica.port = self._bind(replica.address)
        replica_sockets, database_sockets = self._sockets[4:], self._bind_databases()
        self.scene.play(cluster, expect)
        settle(cluster)
        if len(cluster.replicas) % 2 == 0:
            expect.warn("STATUS-14", "cluster")
        self.expected: Verdicts = expect.verdicts
        self.expected_causes = tuple(expect.causes)
        self._engines.start()
        self.inventory = write_inventory(
            cluster, self.directory, self._authority, self._database_authority, token=self.scene.token
        )
        self._api = Api(cluster, self._authority.ca_pem())
        for replica, listening in zip(cluster.replicas, replica_sockets, strict=True):
            if replica.filtered:
                self._sockets += filtered(listening)
                replica.inner_port = self._bind(replica.address)
                listening = self._sockets[-1]
            self._listen(listening, replica.door, self._replica_port(replica).serve, replica.id)
        for replica, listening in zip(cluster.replicas, database_sockets, strict=True):
            self._listen(listening, database_door(replica), self._database_port(replica).serve, replica.server)
        self._listen(self._sockets[0], cluster.balancer.door, self._balancer(), "balancer")
        self._listen(self._sockets[1], cluster.mke.door, self._mke(), "mke")
        self._listen(self._sockets[2], self._storage_door(), self._object_storage(), "object storage")
        self._listen(self._sockets[3], cluster.mke.other_door, self._other_registry(), "other registry")

    def _bind(self, address: str) -> int:
        self._sockets.append(bound(address))
        port: int = self._sockets[-1].getsockname()[1]
        return port

    def _bind_databases(self) -> list[socket.socket]:
        for replica in self._cluster.replicas:
            replica.reql.port = self._bind(replica.address)
        return self._sockets[-len(self._cluster.replicas) :]

    def _listen(self, listening: socket.socket, door: Door, serve: Serve, name: str) -> None:
        if door is Door.CLOSED:
            return
        listener = Listener(listening, serve, name)
        self._listeners.append(listener)
        listener.start()

    def _recorded(self, where: str, answer: Callable[[Asked], tuple[Reply, Caller]]) -> Callable[[Asked], Reply]:
        def recording(asked: Asked) -> Reply:
            reply, caller = answer(asked)
            sent = 0 if reply.manner in (Manner.HELD, Manner.RESET) else reply.status
            path = f"{asked.path}?{asked.query}" if asked.query else asked.path
            request = Request(time.time(), asked.method, path, where, caller.name, sent)
            with self._lock:
                place = len(self._requests)
                self._requests.append(request)
            self._cluster.closing.wait(self._latency)
            with self._lock:
                self._requests[place] = replace(request, answered=time.time())
            return reply

        return recording

    def _replica_port(self, replica: Replica) -> HttpPort:
        return HttpPort(
            self._recorded(replica.id, lambda asked: self._api.answer(replica, asked)),
            self._authority.context(replica.certificate),
            replica.door,
            self._cluster.closing,
            now=lambda: time.time() + replica.clock_ahead.total_seconds(),
            connected=lambda: self._api.connected(replica),
        )

    def _balancer(self) -> Serve:
        """Passes TCP on, or ends TLS itself and answers as the next replica would, or in its own words."""
        balancer, passing = self._cluster.balancer, Passing(self._cluster, self._api)
        if not balancer.ends_tls:
            return passing.serve

        def answer(asked: Asked) -> tuple[Reply, Caller]:
            if balancer.answers:
                return balancer.answers, Caller()
            return self._api.answer(passing.next(), asked)

        context = self._authority.context(balancer.certificate or Certificate.GOOD)
        return HttpPort(self._recorded("balancer", answer), context, balancer.door, self._cluster.closing).serve

    def _mke(self) -> Serve:
        if self._cluster.mke.has_bundle:
            self._engines.authority.write_bundle(self.directory / "ucp-bundle", self._authority.ca_pem())
            return self._engines.bundle(self._authority.asking_for_clients(self._engines.authority.pem)).serve

        def answer(asked: Asked) -> tuple[Reply, Caller]:
            if asked.path != "/_ping":
                return text(404, "404 page not found\n"), Caller()
            status = self._cluster.mke.ping_status
            return text(status, "OK" if status == 200 else "unhealthy manager\n"), Caller()

        context = self._authority.context(Certificate.GOOD)
        return HttpPort(self._recorded("mke", answer), context, self._cluster.mke.door, self._cluster.closing).serve

    def _storage_door(self) -> Door:
        store = self._cluster.object_storage
        return Door.OPEN if store.in_use and not store.unreachable else Door.CLOSED

    def _object_storage(self) -> Serve:
        """Where the registries send clients for blobs."""
        recorded = self._recorded("object storage", lambda asked: object_storage.answer(self._cluster, asked))
        context = self._authority.context(Certificate.GOOD)
        return HttpPort(recorded, context, Door.OPEN, self._cluster.closing).serve

    def _other_registry(self) -> Serve:
        """Another registry of the same MKE, with a certificate of its own CA."""

        def answer(asked: Asked) -> tuple[Reply, Caller]:
            return text(200 if asked.path == "/_ping" else 404, '{"Error":"","Healthy":true}\n'), Caller()

        context, door = Authority().context(Certificate.GOOD), self._cluster.mke.other_door
        return HttpPort(self._recorded("other registry", answer), context, door, self._cluster.closing).serve

    def _database_port(self, replica: Replica) -> ReqlPort:
        context = self._database_authority.context(self._cluster, replica)
        return ReqlPort(self._cluster, replica, context, self._queried)

    def _queried(self, replica: Replica, user: str, term: Any) -> None:
        with self._lock:
            self._queries.append(Query(time.time(), replica.id, user, term))

    def _answering(self, container: Container) -> Callable[[str], str] | None:
        """What answers in place of a container's own program: rethinkcli, for the replica of its environment."""
        if "rethinkcli" not in container.image:
            return None
        return lambda text: rethinkcli(
            self._cluster, replica_of(self._cluster, container.environment), text, self._queried
        )

    @property
    def url(self) -> str:
        """The address of its own balancer."""
        return f"https://localhost:{self._cluster.balancer.port}"

    def stand_behind(self, users: str) -> None:
        """Users come to this host and port: challenges and audit logs name it from now on."""
        self._cluster.known_as = users

    @property
    def secrets(self) -> tuple[str, ...]:
        rethink = self._cluster.rethink
        known = [self._cluster.storage_secret, *filter(None, (*rethink.passwords.values(), rethink.listed))]
        for account in self._cluster.accounts:
            known += [account.password, account.token, *([account.listed] if account.listed else [])]
        return tuple(known)

    @property
    def requests(self) -> list[Request]:
        """What was asked so far, in order: a copy."""
        with self._lock:
            return list(self._requests)

    @property
    def queries(self) -> list[Query]:
        """What the database servers were asked so far, in order: a copy."""
        with self._lock:
            return list(self._queries)

    @property
    def engine_requests(self) -> list[EngineRequest]:
        """What the nodes' Docker engines were asked so far, in order: a copy."""
        return self._engines.requests

    def close(self) -> None:
        self._cluster.closing.set()
        self._engines.close()
        for listener in self._listeners:
            listener.close()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start(scene: str = "healthy", *, replicas: int | None = None, latency: float = 0.0, directory: Path) -> Embedded:
    """Start a scene; its inventory, CA and secret files are written into `directory`.

    latency: seconds added to every answer. Raises KeyError for an unknown scene.
    """
    played = scenes()[scene]
    return Embedded(played, replicas=replicas or played.replicas, latency=latency, directory=directory)
