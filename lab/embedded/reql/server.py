"""A database server's port for queries: TLS, the handshake, frames, and every term that was sent, recorded."""

import json
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Any

from lab.embedded.door import Door
from lab.embedded.reql.contents import SLOW_WHILE_A_SERVER_HANGS, Contents
from lab.embedded.reql.scram import Refused, log_in
from lab.embedded.reql.terms import DB, DB_LIST, OP_FAILED, TABLE, Failed, Rows, evaluate
from lab.embedded.server import HANDSHAKE_SECONDS, hold
from lab.embedded.state import Cluster, Replica
from lab.embedded.status import held_up

START, CONTINUE, STOP, NOREPLY_WAIT, SERVER_INFO = 1, 2, 3, 4, 5
ATOM, SEQUENCE, PARTIAL, WAIT_COMPLETE, INFO, CLIENT_ERROR, RUNTIME_ERROR = 1, 2, 3, 4, 5, 16, 18
ALERT, TLS_1_2, FATAL = 21, 0x0303, 2
BATCH = 1000
LARGEST_QUERY = 1 << 20

Record = Callable[[Replica, str, Any], None]
"""Is told who asked which server what."""


class Gone(Exception):
    """The server ends the connection."""


def database_door(replica: Replica) -> Door:
    """A server that does not run listens nowhere, unless the scene says what it does instead."""
    return replica.reql.door if replica.database_up or replica.reql.door is not Door.OPEN else Door.CLOSED


class ReqlPort:
    """How the database server of one replica speaks."""

    def __init__(self, cluster: Cluster, replica: Replica, tls: ssl.SSLContext, record: Record) -> None:
        self._cluster = cluster
        self._replica = replica
        self._tls = tls
        self._record = record

    def serve(self, connection: socket.socket) -> None:
        door = database_door(self._replica)
        if door is Door.CLOSED:
            return
        if door is Door.SILENT:
            hold(connection, self._cluster.closing)
            return
        if door is Door.PLAIN:
            self._speak(connection)
            return
        connection.settimeout(HANDSHAKE_SECONDS)
        if self._replica.reql.alert is not None:
            _exactly(connection, struct.unpack(">3xH", _exactly(connection, 5))[0])
            connection.sendall(struct.pack(">BHHBB", ALERT, TLS_1_2, 2, FATAL, self._replica.reql.alert))
            return
        with self._tls.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.settimeout(None)
            if self._replica.reql.ends_after_handshake:
                return
            self._speak(encrypted)

    def _speak(self, connection: socket.socket) -> None:
        try:
            user = log_in(lambda size: _exactly(connection, size), connection.sendall, self._cluster.rethink.passwords)
            session = _Session(self._cluster, self._replica, user, self._record)
            while True:
                token, size = struct.unpack("<qL", _exactly(connection, 12))
                query = json.loads(_exactly(connection, size if size <= LARGEST_QUERY else 0))
                answer = json.dumps(session.answer(token, query)).encode()
                connection.sendall(struct.pack("<qL", token, len(answer)) + answer)
        except (Refused, Gone):
            return


class _Session:
    """The queries of one connection: each token has its rest of rows."""

    def __init__(self, cluster: Cluster, replica: Replica, user: str, record: Record) -> None:
        self._cluster = cluster
        self._replica = replica
        self._user = user
        self._record = record
        self._left: dict[int, list[Any]] = {}

    def answer(self, token: int, query: list[Any]) -> dict[str, Any]:
        contents = Contents(self._cluster, self._replica, self._user)
        kind = query[0]
        if kind == START:
            self._record(self._replica, self._user, query[1])
            return self._started(token, query[1], contents)
        if kind == CONTINUE and token in self._left:
            return self._batch(token, self._left.pop(token))
        if kind == STOP and self._left.pop(token, None) is not None:
            return {"t": SEQUENCE, "r": [], "n": []}
        if kind == NOREPLY_WAIT:
            return {"t": WAIT_COMPLETE, "r": []}
        if kind == SERVER_INFO:
            return {"t": INFO, "r": [contents.server]}
        return {"t": CLIENT_ERROR, "r": [f"Token {token} not in stream cache."], "b": []}

    def _started(self, token: int, term: Any, contents: Contents) -> dict[str, Any]:
        try:
            value = asked(self._cluster, self._replica, term, contents)
        except Failed as error:
            return {"t": RUNTIME_ERROR, "e": error.code, "r": [str(error)], "b": []}
        return self._batch(token, value) if isinstance(value, Rows) else {"t": ATOM, "r": [value]}

    def _batch(self, token: int, rows: list[Any]) -> dict[str, Any]:
        batch, left = rows[:BATCH], rows[BATCH:]
        if left:
            self._left[token] = left
        return {"t": PARTIAL if left else SEQUENCE, "r": list(batch), "n": []}


def asked(cluster: Cluster, replica: Replica, term: Any, contents: Contents) -> Any:
    """The value of a term at that replica's server, after as long as it takes there."""
    reql, tables = replica.reql, _tables_of(term)
    if reql.ends_at in tables:
        raise Gone
    if reql.fails_at in tables:
        raise Failed(OP_FAILED, f"Cannot read {reql.fails_at}.")
    if reql.hangs_at in tables:
        cluster.closing.wait()
        raise Gone
    slow = held_up(cluster) if tables & set(SLOW_WHILE_A_SERVER_HANGS) else 0.0
    cluster.closing.wait(reql.answers_in + slow)
    return evaluate(term, contents)


def _tables_of(term: Any) -> set[str]:
    """The names of the tables that a term reads, `dbList` for the list of databases."""
    if isinstance(term, dict):
        return set().union(*map(_tables_of, term.values()))
    if not isinstance(term, list):
        return set()
    inner = set().union(*map(_tables_of, term[1] if len(term) > 1 else []))
    if term[0] == TABLE and isinstance(term[1][0], list) and term[1][0][0] == DB:
        return {term[1][1]}
    return inner | {"dbList"} if term[0] == DB_LIST else inner


def _exactly(connection: socket.socket, size: int) -> bytes:
    if not size:
        raise Gone
    read = bytearray()
    while len(read) < size:
        piece = connection.recv(size - len(read))
        if not piece:
            raise Gone
        read += piece
    return bytes(read)
