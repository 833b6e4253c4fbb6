"""Starts and stops the nginx processes, and writes the inventory that names them."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trustme
import yaml

from lab.embedded import Embedded
from lab.nginx.access_log import FORMAT, Logged, read

STREAM_MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")

_COMMON = """\
daemon off;
worker_processes 1;
pid {directory}/{name}.pid;
error_log {directory}/{name}.error.log;
events {{ worker_connections 512; }}
"""

_REPLICA = """\
http {{
    log_format asked '{log_format}';
    access_log {directory}/{name}.access.log asked;
    client_body_temp_path {directory}/{name}.body;
    proxy_temp_path {directory}/{name}.proxy;
    fastcgi_temp_path {directory}/{name}.fastcgi;
    uwsgi_temp_path {directory}/{name}.uwsgi;
    scgi_temp_path {directory}/{name}.scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {directory}/web.pem;
        ssl_certificate_key {directory}/web.key;
        set $replica_id {name};
        location = /nginx_status {{ stub_status; }}
        {locations}
        location / {{
            proxy_pass https://127.0.0.1:{upstream};
            proxy_ssl_verify off;
            proxy_set_header Host $http_host;
            proxy_http_version 1.1;
            proxy_read_timeout 60s;
        }}
    }}
}}
"""

_BALANCER = """\
stream {{
    upstream replicas {{ {servers} }}
    server {{ listen 127.0.0.1:{port}; proxy_pass replicas; }}
}}
"""


def missing() -> str | None:
    """What this machine lacks to run it, in one line; None when it has all."""
    if shutil.which("nginx") is None or not STREAM_MODULE.exists():
        return "needs Debian's nginx-light and libnginx-mod-stream"
    return None


class Fronts:
    """The nginx processes before one embedded cluster; closing ends them.

    locations: nginx's own words, of what does not go to the embedded cluster; `$replica_id` is set there.
    inventory: the embedded cluster's, with the addresses and the CA of the fronts. users: the balancer's subject.
    """

    def __init__(self, cluster: Embedded, directory: Path, locations: str = "") -> None:
        self._directory = directory
        self._processes: list[subprocess.Popen[bytes]] = []
        directory.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        web = authority.issue_cert("localhost")
        authority.cert_pem.write_to_path(directory / "ca.pem")
        web.private_key_pem.write_to_path(directory / "web.key")
        for number, blob in enumerate(web.cert_chain_pems):
            blob.write_to_path(directory / "web.pem", append=number > 0)
        inventory: dict[str, Any] = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))
        ports = free_ports(len(inventory["replicas"]) + 1)
        try:
            for replica, port in zip(inventory["replicas"], ports[1:], strict=True):
                values = {"directory": directory, "port": port, "upstream": replica["port"], "locations": locations}
                self._start(replica["id"], _REPLICA.format(name=replica["id"], log_format=FORMAT, **values))
                replica["port"] = port
            # The balancer gives up a replica for ten seconds that does not listen yet.
            for port in ports[1:]:
                _await(port, directory / "ca.pem")
            servers = " ".join(f"server 127.0.0.1:{port};" for port in ports[1:])
            self._start("balancer", _BALANCER.format(port=ports[0], servers=servers), f"load_module {STREAM_MODULE};\n")
            _await(ports[0], directory / "ca.pem")
        except BaseException:
            self.close()
            raise
        self.replicas: list[str] = [replica["id"] for replica in inventory["replicas"]]
        self.users = f"localhost:{ports[0]}"
        cluster.stand_behind(self.users)
        self.inventory = self._write(cluster, inventory)

    def _start(self, name: str, text: str, before: str = "") -> None:
        path = self._directory / f"{name}.conf"
        path.write_text(before + _COMMON.format(directory=self._directory, name=name) + text, encoding="utf-8")
        command = ["nginx", "-p", str(self._directory), "-e", f"{self._directory}/{name}.error.log", "-c", str(path)]
        self._processes.append(subprocess.Popen(command))  # noqa: S603 - fixed words and paths of our own

    def _write(self, cluster: Embedded, inventory: dict[str, Any]) -> Path:
        mke_ca = [str(cluster.inventory.parent / name) for name in inventory["mke"]["ca"]]
        inventory["mke"]["ca"] = mke_ca
        inventory |= {"url": f"https://{self.users}", "tls": {"ca": [str(self._directory / "ca.pem")]}}
        path = cluster.inventory.parent / "fronts.yaml"
        path.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")
        return path

    @property
    def requests(self) -> list[Logged]:
        """What the replicas were asked so far, from their access logs, in the order in which it ended."""
        logs = [read(self._directory / f"{replica}.access.log", replica) for replica in self.replicas]
        return sorted(itertools.chain(*logs), key=lambda logged: logged.time)

    def close(self) -> None:
        """End the processes that were started here."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def free_ports(number: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses now."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        _close_all(sockets)


def _close_all(sockets: Iterable[socket.socket]) -> None:
    for each in sockets:
        each.close()


def _await(port: int, ca: Path, seconds: float = 10.0) -> None:
    """Wait until TLS is spoken at a port."""
    context = ssl.create_default_context(cafile=ca)
    ends = time.monotonic() + seconds
    while True:
        try:
            with (
                socket.create_connection(("127.0.0.1", port), 1) as raw,
                context.wrap_socket(raw, server_hostname="localhost"),
            ):
                return
        except OSError as error:
            if time.monotonic() > ends:
                raise TimeoutError(f"nginx at port {port} does not answer: {error}") from error
            time.sleep(0.05)
