"""Puts it together: the embedded cluster, the fronts, the real programs, and what is published on them."""

from __future__ import annotations

import ssl
import threading
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml
from cryptography.hazmat.primitives.serialization import Encoding

from lab import embedded
from lab.embedded.door import Door
from lab.embedded.images import built
from lab.embedded.server import HttpPort, Listener, bound
from lab.nginx import Fronts
from lab.nginx.fronts import free_ports
from lab.notary import configuration, history
from lab.notary.events import Events
from lab.notary.expectations import Expectations
from lab.notary.programs import Program
from lab.notary.publishing import Publisher
from lab.notary.pushing import Pusher
from lab.notary.tokens import TokenService, User

IMAGE = built("library/alpine", "3.20")
"""What the inventory names to be pulled: the same image as the embedded cluster's."""

RIGHTS = {"reads": ["library/alpine", "library/again"], "cannot_read": ["finance/ledger", "library/gone"]}


class Notary:
    """A running cluster whose trust data, images and tokens come from real programs; closing ends them all.

    directory: holds everything that is written. inventory: the YAML file. users: the address of users.
    publisher: the administrator's `notary` client.
    fronts: the nginx before each replica, whose logs tell what was asked. tokens: the token service.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._closing = ExitStack()
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        cluster = self._closing.enter_context(embedded.start(directory=self.directory / "embedded"))
        self._papers = configuration.Papers(self.directory / "papers")
        inventory = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))
        replicas = [replica["id"] for replica in inventory["replicas"]]
        server, signer, *registries = free_ports(2 + len(replicas))
        self._ports = configuration.Ports(server, signer, tuple(registries))
        tokens = bound("127.0.0.1")
        self._closing.callback(tokens.close)
        locations = configuration.locations(self._ports, replicas, tokens.getsockname()[1], self._papers)
        self.fronts = self._closing.enter_context(Fronts(cluster, self.directory / "nginx", locations))
        self.users = self.fronts.users
        self.inventory = self._write_inventory()
        self.tokens = TokenService(self.users, self._accounts())
        self._papers.roots.write_bytes(self.tokens.key.certificate.public_bytes(Encoding.PEM))
        listener = Listener(tokens, self._tls().serve, "token service")
        self._closing.callback(listener.close)
        listener.start()
        self.start_signer()
        settings = configuration.server(self._ports, self._papers, self.users)
        self.server = self._program("notary-server", ["-config"], settings, self._ports.server)
        self.events = self._closing.enter_context(Events())
        self.images = self.directory / "images"
        self.registries: dict[str, Program] = {}
        for replica in replicas:
            self.start_registry(replica, self.images)
        ca, directory = self.directory / "nginx" / "ca.pem", self.directory / "publisher"
        self.publisher = Publisher(self.users, ca, self.tokens.account("admin"), directory)
        history.publish(self.publisher)
        Pusher(self.users, ca, self.tokens.account("admin")).push(IMAGE)

    def start_signer(self) -> None:
        """Its keys are in memory: what an earlier one had signed, a new one cannot sign again."""
        settings = configuration.signer(self._ports, self._papers)
        self.signer = self._program("notary-signer", ["-config"], settings, self._ports.signer)

    def start_registry(self, replica: str, storage: Path) -> None:
        """The registry of a replica, on a directory; that which ran before is ended."""
        if replica in self.registries:
            self.registries[replica].stop()
        port = self._ports.registries[self.fronts.replicas.index(replica)]
        settings = configuration.registry(port, self._papers, self.users, storage, self.events.port)
        name = f"docker-registry-{replica}"
        self.registries[replica] = self._program("docker-registry", ["serve"], settings, port, name)

    def expectations(self) -> Expectations:
        """Of this cluster as it is without any damage: there is nothing that must not pass."""
        return Expectations(self.fronts.replicas, RIGHTS["reads"], RIGHTS["cannot_read"])

    def _program(self, name: str, words: list[str], settings: str, port: int, called: str = "") -> Program:
        path = self.directory / f"{called or name}.json"
        path.write_text(settings, encoding="utf-8")
        program = Program([name, *words, str(path)], port, self.directory / f"{called or name}.log")
        self._closing.callback(program.stop)
        return program

    def _tls(self) -> HttpPort:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._papers.own.configure_cert(context)
        closing = threading.Event()
        self._closing.callback(closing.set)
        return HttpPort(lambda asked: self.tokens.answer(asked), context, Door.OPEN, closing)

    def _write_inventory(self) -> Path:
        """The fronts' inventory, in which the reader is said to read what it reads here."""
        inventory: dict[str, Any] = yaml.safe_load(self.fronts.inventory.read_text(encoding="utf-8"))
        inventory["cluster"] = "notary"
        (reader,) = inventory["accounts"]["readers"]
        reader |= RIGHTS
        path = self.fronts.inventory.with_name("notary.yaml")
        path.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")
        return path

    def _accounts(self) -> list[User]:
        """The inventory's, with the passwords that stand in its files."""
        accounts = yaml.safe_load(self.inventory.read_text(encoding="utf-8"))["accounts"]

        def user(listed: dict[str, Any], *, admin: bool = False) -> User:
            secret = self.inventory.with_name(listed["password"].removeprefix("file:"))
            password = secret.read_text(encoding="utf-8").strip()
            return User(listed["username"], password, admin, set(listed.get("reads", ())))

        return [user(accounts["admin"], admin=True), *(user(reader) for reader in accounts["readers"])]

    def close(self) -> None:
        """End all programs and threads that were started here."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
