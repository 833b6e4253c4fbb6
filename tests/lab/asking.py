"""How the tests ask a stand-in cluster: the standard library alone, verified TLS, the public name as SNI and Host."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
from dataclasses import dataclass
from typing import Any

import yaml

from lab.embedded import Embedded

STATUS = "/api/v0/meta/cluster_status"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Asker:
    """Asks one cluster as its inventory says."""

    def __init__(self, cluster: Embedded) -> None:
        self.cluster = cluster
        self.directory = cluster.inventory.parent
        self.inventory: dict[str, Any] = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))
        self.ids: list[str] = [replica["id"] for replica in self.inventory["replicas"]]

    def password(self, account: str) -> str:
        return (self.directory / f"{account}-password").read_text(encoding="utf-8").strip()

    def credentials(self, account: str) -> tuple[str, str]:
        return account, self.password(account)

    def address(self, position: int | None) -> tuple[str, int]:
        """Of the replica at that position of the inventory; None: of the balancer."""
        if position is None:
            return "localhost", int(self.cluster.url.rpartition(":")[2])
        replica = self.inventory["replicas"][position]
        return replica["address"], replica["port"]

    def encrypted(self, position: int | None, timeout: float = 5.0) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        for name in self.inventory["tls"]["ca"]:
            context.load_verify_locations(self.directory / name)
        plain = socket.create_connection(self.address(position), timeout=timeout)
        return context.wrap_socket(plain, server_hostname="localhost")

    def connection(self, position: int | None, timeout: float = 5.0) -> http.client.HTTPConnection:
        """A connection that stays open over several questions."""
        connection = http.client.HTTPConnection(self.cluster.url.removeprefix("https://"))
        connection.sock = self.encrypted(position, timeout)
        return connection

    def ask(
        self,
        path: str,
        position: int | None = 0,
        *,
        login: tuple[str, str] | None = None,
        method: str = "GET",
        timeout: float = 5.0,
    ) -> Answer:
        connection = self.connection(position, timeout)
        try:
            return ask_over(connection, path, login=login, method=method)
        finally:
            connection.close()

    def status(self, position: int = 0) -> dict[str, Any]:
        document: dict[str, Any] = self.ask(STATUS, position, login=self.credentials("admin")).json
        return document


def ask_over(
    connection: http.client.HTTPConnection, path: str, *, login: tuple[str, str] | None = None, method: str = "GET"
) -> Answer:
    headers = {}
    if login:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())
