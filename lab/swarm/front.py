"""What the replicas serve: the API of the embedded cluster, which the nginx in each replica's containers fronts.

The embedded cluster listens on loopback, beside the nodes; a relay takes the nodes' connections to it.
"""

import contextlib
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from lab import embedded
from lab.embedded.server import Listener
from lab.swarm.keys import Keys
from lab.swarm.plan import GATEWAY

CHUNK = 1 << 16

NGINX = """\
worker_processes 1;
error_log stderr;
pid /run/nginx.pid;
events {{ worker_connections 512; }}
http {{
    access_log off;
    server {{
        listen 80;
        location = /nginx_status {{ stub_status; }}
        location / {{ return 301 https://$host$request_uri; }}
    }}
    server {{
        listen 443 ssl;
        ssl_certificate web.pem;
        ssl_certificate_key web.key;
        location = /nginx_status {{ stub_status; }}
        location / {{
            proxy_pass https://{gateway}:{port};
            proxy_ssl_verify off;
            proxy_set_header Host $http_host;
            proxy_http_version 1.1;
            proxy_read_timeout 60s;
            proxy_max_temp_file_size 0;  # or a large answer breaks off, now and then, where the disk is full
        }}
    }}
}}
"""


class Front:
    """The API of all replicas, reachable from the nodes. `inventory` is what its own inventory says."""

    def __init__(self, replicas: int, directory: Path) -> None:
        self._cluster = embedded.start("healthy", replicas=replicas, directory=directory)
        self._relays: list[Listener] = []
        self.inventory: dict[str, Any] = yaml.safe_load(self._cluster.inventory.read_text(encoding="utf-8"))
        self.expected = self._cluster.expected
        self.url = self._cluster.url
        self._ports = {replica["id"]: int(replica["port"]) for replica in self.inventory["replicas"]}

    def open(self) -> None:
        """Listen for the nodes; the lab's link must be there."""
        for replica, port in self._ports.items():
            door = socket.create_server((GATEWAY, port))
            relay = Listener(door, lambda users, port=port: carry(users, port), f"relay to {replica}")  # type: ignore[misc]
            self._relays.append(relay)
            relay.start()

    def files(self, replica: str, keys: Keys) -> dict[str, bytes]:
        """What the nginx of a replica needs in /etc/nginx."""
        certificate, key = keys.web
        return {
            "nginx.conf": NGINX.format(gateway=GATEWAY, port=self._ports[replica]).encode(),
            "web.pem": certificate.read_bytes(),
            "web.key": key.read_bytes(),
        }

    def close(self) -> None:
        for relay in self._relays:
            relay.close()
        self._cluster.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def carry(users: socket.socket, port: int) -> None:
    """Carry the bytes of a connection to a port on loopback and back, until both ends are done."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as onward:
        onward.settimeout(None)
        back = threading.Thread(target=_pour, args=(onward, users), daemon=True)
        back.start()
        _pour(users, onward)
        back.join(60)


def _pour(source: socket.socket, into: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(CHUNK):
            into.sendall(chunk)
    with contextlib.suppress(OSError):
        into.shutdown(socket.SHUT_WR)
