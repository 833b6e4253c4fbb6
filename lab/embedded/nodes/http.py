"""How an engine speaks: HTTP/1.1 over TLS with client certificates, and the raw streams that a connection becomes."""

import contextlib
import json
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lab.embedded.door import Door
from lab.embedded.nodes.running import Frame, Running
from lab.embedded.server import HANDSHAKE_SECONDS, LARGEST_BODY, hold

STDIN_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Question:
    """A request. `path` has no version in front; `query` holds the last value of each key; `api`: it was asked by."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    known: bool = True
    """The client has a certificate."""
    api: str = ""

    def says(self, key: str) -> bool:
        """A query parameter is true, in any of the ways in which clients write that."""
        return self.query.get(key) in ("1", "true", "True")


@dataclass(frozen=True)
class Answer:
    """What is answered: a JSON value, bytes, or a stream that takes the connection over. hung: nothing, ever.

    wait_for: the answer is that program's exit code, when it has ended. delay: in seconds, before it.
    """

    status: int
    value: Any = None
    raw: bytes | None = None
    stream: Running | None = None
    stdin: bool = False
    hung: bool = False
    wait_for: Running | None = None
    delay: float = 0.0


def refused(status: int, message: str) -> Answer:
    return Answer(status, {"message": message})


def frames(stream: list[Frame]) -> bytes:
    """As Docker puts several streams into one: a header of eight bytes before each piece."""
    return b"".join(bytes((kind, 0, 0, 0)) + len(piece).to_bytes(4, "big") + piece for kind, piece in stream)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def __init__(self, connection: ssl.SSLSocket, port: "EnginePort") -> None:
        self._port = port
        super().__init__(connection, ("", 0), None)  # type: ignore[arg-type]  # no socketserver stands behind it

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length) if 0 < length <= LARGEST_BODY else b""
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        known = bool(self.connection.getpeercert()) if isinstance(self.connection, ssl.SSLSocket) else False
        answer = self._port.answer(Question(self.command, parts.path, query, json.loads(text) if text else {}, known))
        self._port.closing.wait(answer.delay)
        if answer.hung or self._port.closing.is_set():
            self.close_connection = True
            if answer.hung:
                hold(self.connection, self._port.closing)
        elif answer.stream is not None:
            self.close_connection = True
            self._hijacked(answer.stream, stdin=answer.stdin)
        elif answer.wait_for is not None:
            self._wait_for(answer.wait_for)
        else:
            self._send(answer)

    do_GET = do_HEAD = do_POST = do_DELETE = do_PUT = _handle  # noqa: N815

    def _head(self, status: int, *lines: str) -> bytes:
        reason = "UPGRADED" if status == 101 else self.responses.get(status, ("",))[0]
        common = [f"{name}: {value}" for name, value in self._port.headers().items()]
        return "\r\n".join([f"HTTP/1.1 {status} {reason}", *common, *lines, "", ""]).encode("latin-1")

    def _send(self, answer: Answer) -> None:
        plain = answer.raw is not None
        body = answer.raw if answer.raw is not None else b""
        if not plain and answer.value is not None:
            body = json.dumps(answer.value).encode() + b"\n"
        lines = [] if answer.status in (204, 304) else [f"Content-Length: {len(body)}"]
        if body:
            lines.append(f"Content-Type: {'application/octet-stream' if plain else 'application/json'}")
        if self.close_connection:
            lines.append("Connection: close")
        self.wfile.write(self._head(answer.status, *lines) + (b"" if self.command == "HEAD" else body))

    def _wait_for(self, running: Running) -> None:
        """The head goes out at once, so that a client knows that it is waited; the exit code follows."""
        self.wfile.write(self._head(200, "Content-Type: application/json", "Transfer-Encoding: chunked"))
        while not self._port.closing.is_set() and not running.ended.wait(0.5):
            pass
        body = json.dumps({"StatusCode": running.code, "Error": None}).encode() + b"\n"
        self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))

    def _hijacked(self, running: Running, *, stdin: bool) -> None:
        """The client sends nothing more before it has read the head, so nothing of its input is in a buffer yet."""
        raw = "Content-Type: application/vnd.docker.raw-stream"
        if self.headers.get("Upgrade"):
            self.wfile.write(self._head(101, raw, "Connection: Upgrade", "Upgrade: tcp"))
        else:
            self.wfile.write(self._head(200, raw))
        _converse(self.connection, running, self._port.closing, stdin=stdin)

    def log_message(self, *_args: Any) -> None:
        """Quiet: every request is recorded instead."""


def _converse(connection: socket.socket, running: Running, closing: threading.Event, *, stdin: bool) -> None:
    """Carry input and output until the program has ended; one thread, since TLS takes no two at once."""
    sent, tls = 0, isinstance(connection, ssl.SSLSocket)
    while not closing.is_set():
        ended = running.ended.is_set()
        for piece in running.frames(sent, 0 if stdin else 0.5):
            connection.sendall(frames([piece]))
            sent += 1
        if ended:
            break
        pending = tls and connection.pending()  # type: ignore[attr-defined]
        if stdin and (pending or select.select([connection], [], [], STDIN_POLL_SECONDS)[0]):
            chunk = connection.recv(LARGEST_BODY)
            if chunk:
                running.feed(chunk)
            else:
                running.end_of_input()
                stdin = False
    if isinstance(connection, ssl.SSLSocket):
        connection.settimeout(0.5)
        with contextlib.suppress(OSError):
            connection.unwrap()


class EnginePort:
    """One engine's port: its door, its TLS, what it answers, and the headers of every answer."""

    def __init__(
        self,
        answer: Callable[[Question], Answer],
        headers: Callable[[], dict[str, str]],
        tls: ssl.SSLContext,
        door: Door,
        closing: threading.Event,
    ) -> None:
        self.answer = answer
        self.headers = headers
        self.closing = closing
        self._tls = tls
        self._door = door

    def serve(self, connection: socket.socket) -> None:
        if self._door is Door.SILENT:
            hold(connection, self.closing)
            return
        connection.settimeout(HANDSHAKE_SECONDS)
        if connection.recv(1, socket.MSG_PEEK).isalpha():
            connection.recv(LARGEST_BODY)
            connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
            return
        with self._tls.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.settimeout(None)
            _Handler(encrypted, self)


def date(ahead: float) -> str:
    """The Date header of a clock that is so many seconds ahead."""
    return formatdate(time.time() + ahead, usegmt=True)
