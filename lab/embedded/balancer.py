"""The address of users: passes TCP connections on, one replica after the other, and ends no TLS.

As health checks do, it leaves out a replica whose /_ping is not 200 in time or whose certificate does not verify,
if any other is good. With none good it passes on to all, as nginx's stream module does, so that users meet the
replicas' own answer.
"""

import contextlib
import itertools
import select
import socket
import threading

from lab.embedded.api import Api
from lab.embedded.door import Door
from lab.embedded.reply import Asked, Manner
from lab.embedded.state import Cluster, Replica

PATIENCE_SECONDS = 2.0
CHUNK = 1 << 16


def is_good(api: Api, replica: Replica) -> bool:
    """What a health check over TLS would find; nothing is sent, so it does not show in the record."""
    if replica.door is not Door.OPEN or not replica.certificate.verifies:
        return False
    reply, _ = api.answer(replica, Asked("GET", "/_ping"))
    on_time = reply.manner in (Manner.WHOLE, Manner.TRUNCATED) and reply.delay <= PATIENCE_SECONDS
    return reply.status == 200 and on_time


class Passing:
    """Chooses a replica for each connection and carries the bytes both ways."""

    def __init__(self, cluster: Cluster, api: Api) -> None:
        self._cluster = cluster
        self._api = api
        self._turn = itertools.count()
        self._lock = threading.Lock()

    def pool(self) -> list[Replica]:
        replicas = self._cluster.replicas
        if not self._cluster.balancer.checks_health:
            return replicas
        return [replica for replica in replicas if is_good(self._api, replica)] or replicas

    def next(self) -> Replica:
        pool = self.pool()
        with self._lock:
            return pool[next(self._turn) % len(pool)]

    def serve(self, users: socket.socket) -> None:
        replica = self.next()
        with socket.create_connection((replica.address, replica.inner_port or replica.port), timeout=10) as onward:
            onward.settimeout(None)
            _carry(users, onward, self._cluster.closing)


def _carry(users: socket.socket, onward: socket.socket, closing: threading.Event) -> None:
    """Until either side ends. Whoever closes the listener shuts `users` down, which ends it too."""
    ways = {users: onward, onward: users}
    while not closing.is_set():
        readable, _, _ = select.select(list(ways), [], [], 1.0)
        for source in readable:
            chunk = source.recv(CHUNK)
            if not chunk:
                with contextlib.suppress(OSError):
                    ways[source].shutdown(socket.SHUT_WR)
                return
            ways[source].sendall(chunk)
