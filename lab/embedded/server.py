"""A port on loopback: accepts, ends TLS, speaks HTTP/1.1. One daemon thread per connection; closing ends them all."""

import contextlib
import os
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from lab.embedded.door import Door
from lab.embedded.reply import Asked, Manner, Reply, html

Answer = Callable[[Asked], Reply]
Serve = Callable[[socket.socket], None]

HANDSHAKE_SECONDS = 30.0
LARGEST_BODY = 1 << 20
# nginx's large_client_header_buffers: no line of a request may be longer.
LONGEST_LINE = 8 * 1024


def bound(address: str) -> socket.socket:
    """A socket on a free port, not yet listening: connections to it are refused, and nobody else gets the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound_socket = socket.socket(family, socket.SOCK_STREAM)
    bound_socket.bind((address, 0))
    return bound_socket


def filtered(listening: socket.socket) -> list[socket.socket]:
    """Let no connection to this socket come about, as behind a firewall that drops packets: it listens, and its queue
    is full. Returns the connections that fill it, which must stay open.
    """
    listening.listen(0)
    waiting: list[socket.socket] = []
    while True:
        waiting.append(socket.socket(listening.family, socket.SOCK_STREAM))
        waiting[-1].settimeout(0.2)
        try:
            waiting[-1].connect(listening.getsockname())
        except TimeoutError:
            return waiting


def hold(connection: socket.socket, closing: threading.Event) -> None:
    """Read and never answer, until the other side gives up."""
    while not closing.is_set():
        readable, _, _ = select.select([connection], [], [], 1.0)
        if readable and not connection.recv(LARGEST_BODY):
            return


class Listener:
    """Accepts connections and gives each to `serve` in a thread of its own."""

    def __init__(self, listening: socket.socket, serve: Serve, name: str) -> None:
        self._listening = listening
        self._serve = serve
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._accepting = threading.Thread(target=self._accept, name=f"{name} accepts", daemon=True)
        self._name = name

    def start(self) -> None:
        self._listening.listen(128)
        self._accepting.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            # TLS takes the socket over, so a duplicate is what close() can still shut down.
            handle = connection.dup()
            thread = threading.Thread(target=self._run, args=(connection, handle), name=self._name, daemon=True)
            with self._lock:
                if self._closed:
                    connection.close()
                    handle.close()
                    return
                self._open.add(handle)
                self._threads.add(thread)
                thread.start()  # before close() may join it

    def _run(self, connection: socket.socket, handle: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._serve(connection)
        except (OSError, ValueError):
            pass  # the other side went away, or close() did: there is nobody left to tell
        finally:
            with self._lock:
                self._open.discard(handle)
                self._threads.discard(threading.current_thread())
                connection.close()
                handle.close()

    def close(self) -> None:
        """End every connection and free the port; returns when the threads are gone (at most a second each)."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
            for one in (self._listening, *self._open):
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in threads:
            thread.join(1.0)
        if self._accepting.is_alive():
            self._accepting.join(1.0)


class _Handler(BaseHTTPRequestHandler):
    """HTTP/1.1 with keep-alive; what is answered comes from `answer`."""

    protocol_version = "HTTP/1.1"
    timeout = 60

    def __init__(
        self, connection: socket.socket, answer: Answer, closing: threading.Event, now: Callable[[], float]
    ) -> None:
        self._answer = answer
        self._closing = closing
        self._now = now
        super().__init__(connection, ("", 0), None)  # type: ignore[arg-type]  # no socketserver stands behind it

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if 0 < length <= LARGEST_BODY:
            self.rfile.read(length)
        elif length or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
        if len(self.requestline) > LONGEST_LINE:
            self._send(html(414, "414 Request-URI Too Large"))
            return
        if any(len(name) + len(value) > LONGEST_LINE for name, value in self.headers.items()):
            self._send(html(400, "400 Request Header Or Cookie Too Large"))
            return
        parts = urlsplit(self.path)
        given = (self.headers.get(name) for name in ("Authorization", "Range"))
        reply = self._answer(Asked(self.command, parts.path, parts.query, *given))
        self._closing.wait(reply.delay)
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def _send(self, reply: Reply) -> None:
        if reply.manner is Manner.HELD:
            hold(self.connection, self._closing)
        if self._closing.is_set() or reply.manner is Manner.HELD:
            self.close_connection = True
            return
        if reply.manner is Manner.RESET:
            self._reset()
            return
        head = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}"]
        head += ["Server: nginx", f"Date: {formatdate(self._now(), usegmt=True)}"]
        head += [f"Content-Type: {reply.content_type}"] if reply.content_type else []
        head += [f"Content-Length: {len(reply.body)}", *(f"{name}: {value}" for name, value in reply.headers)]
        if reply.manner is not Manner.WHOLE:
            self.close_connection = True
        if self.close_connection:
            head.append("Connection: close")
        body = b"" if self.command == "HEAD" else reply.body
        whole = "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body
        if reply.manner is Manner.DRIPPING:
            self._drip(whole)
        else:
            self.wfile.write(whole[: -(len(body) // 2)] if reply.manner is Manner.TRUNCATED and body else whole)

    def _drip(self, whole: bytes) -> None:
        for byte in whole:
            self.wfile.write(bytes((byte,)))
            if self._closing.wait(1.0):
                return

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, *_args: Any) -> None:
        """Quiet: every request is recorded instead."""


class HttpPort:
    """How one port speaks: its door, its certificate, its answers and its clock."""

    def __init__(
        self,
        answer: Answer,
        tls: ssl.SSLContext,
        door: Door,
        closing: threading.Event,
        now: Callable[[], float] = time.time,
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        self._answer = answer
        self._tls = tls
        self._door = door
        self._closing = closing
        self._now = now
        self._connected = connected

    def serve(self, connection: socket.socket) -> None:
        if self._door is Door.SILENT:
            hold(connection, self._closing)
            return
        if self._door is Door.PLAIN:
            self._speak(connection)
            return
        connection.settimeout(HANDSHAKE_SECONDS)
        with self._tls.wrap_socket(connection, server_side=True) as encrypted:
            encrypted.settimeout(None)
            self._speak(encrypted)

    def _speak(self, connection: socket.socket) -> None:
        self._connected()
        _Handler(connection, self._answer, self._closing, self._now)
