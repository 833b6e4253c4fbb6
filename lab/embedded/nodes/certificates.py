"""The certificates of the engines: one for all of them, since all listen on loopback, and one for their client."""

import ssl
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import trustme


@cache
def _swarm_authority() -> trustme.CA:
    return trustme.CA(organization_name="Stand-in swarm")


def node_certificate(name: str, until: datetime) -> str:
    """The certificate of a node in its swarm, as its engine keeps it: for 90 days. The key is in a file of its own."""
    issued = _swarm_authority().issue_cert(common_name=name, not_before=until - timedelta(days=90), not_after=until)
    return issued.cert_chain_pems[0].bytes().decode()


class EngineAuthority:
    """The CA of the engines of one start."""

    def __init__(self) -> None:
        self._ca = trustme.CA(organization_name="Stand-in Docker engines")
        self._client = self._ca.issue_cert("client", common_name="client")

    def context(self) -> ssl.SSLContext:
        """The server side: clients must have a certificate of this CA."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert("127.0.0.1", "localhost", common_name="engine").configure_cert(context)
        context.load_verify_locations(cadata=self._ca.cert_pem.bytes().decode())
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    @property
    def pem(self) -> bytes:
        """The certificate of the CA."""
        return self._ca.cert_pem.bytes()

    def write_bundle(self, directory: Path, server_ca: bytes) -> None:
        """An administrator's client bundle, for a server with a certificate of another CA."""
        directory.mkdir(parents=True, exist_ok=True)
        self._write(directory, server_ca)

    def write(self, directory: Path, nodes: Iterable[str]) -> None:
        """ca.pem, cert.pem and key.pem into a directory for each node, as Docker's own clients look for them."""
        for node in nodes:
            own = directory / node
            own.mkdir(parents=True, exist_ok=True)
            self._write(own, self.pem)

    def _write(self, directory: Path, server_ca: bytes) -> None:
        (directory / "ca.pem").write_bytes(server_ca)
        (directory / "cert.pem").write_bytes(b"".join(blob.bytes() for blob in self._client.cert_chain_pems))
        key = directory / "key.pem"
        key.touch(mode=0o600)
        key.write_bytes(self._client.private_key_pem.bytes())
