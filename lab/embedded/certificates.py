"""Certificates from a CA made at the start. They hold the public name only, as a web certificate usually does."""

import ssl
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

import trustme

PUBLIC_NAME = "localhost"


class Certificate(Enum):
    """What a port presents."""

    GOOD = "of the public name, for another year"
    WRONG_NAME = "of another host name"
    UNKNOWN_CA = "from a CA that the inventory does not know"
    EXPIRED = "expired yesterday"
    EXPIRES_TOMORROW = "valid for another 24 hours"
    EXPIRES_SOON = "valid for another 20 days"
    OTHER_KNOWN_CA = "from a second CA that the inventory knows"

    @property
    def verifies(self) -> bool:
        """A balancer's health check over TLS accepts it."""
        return self not in (Certificate.WRONG_NAME, Certificate.UNKNOWN_CA, Certificate.EXPIRED)


VALID_FOR = {
    Certificate.EXPIRED: timedelta(days=-1),
    Certificate.EXPIRES_TOMORROW: timedelta(hours=24),
    Certificate.EXPIRES_SOON: timedelta(days=20),
}


class Authority:
    """The CAs of one start; `context` gives the server side of TLS for a kind of certificate."""

    def __init__(self) -> None:
        self._ours = trustme.CA(organization_name="Stand-in MSR")
        self._others: dict[Certificate, trustme.CA] = {}
        self._contexts: dict[Certificate, ssl.SSLContext] = {}

    def _issuer(self, kind: Certificate) -> trustme.CA:
        if kind not in (Certificate.UNKNOWN_CA, Certificate.OTHER_KNOWN_CA):
            return self._ours
        if kind not in self._others:
            self._others[kind] = trustme.CA(organization_name=f"Stand-in: {kind.value}")
        return self._others[kind]

    def context(self, kind: Certificate) -> ssl.SSLContext:
        if kind not in self._contexts:
            self._contexts[kind] = self._made(kind)
        return self._contexts[kind]

    def _made(self, kind: Certificate) -> ssl.SSLContext:
        now = datetime.now(UTC)
        name = "registry.elsewhere.example" if kind is Certificate.WRONG_NAME else PUBLIC_NAME
        leaf = self._issuer(kind).issue_cert(
            name,
            common_name=name,
            not_before=now - timedelta(days=90),
            not_after=now + VALID_FOR.get(kind, timedelta(days=365)),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        return context

    def asking_for_clients(self, client_ca: bytes) -> ssl.SSLContext:
        """The good certificate, and clients may show one of that CA."""
        context = self._made(Certificate.GOOD)
        context.load_verify_locations(cadata=client_ca.decode())
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    def ca_pem(self) -> bytes:
        return self._ours.cert_pem.bytes()

    def write(self, directory: Path, *, second: bool) -> list[str]:
        """Write the CAs that the inventory names into `directory` and return their file names."""
        (directory / "ca.pem").write_bytes(self.ca_pem())
        if not second:
            return ["ca.pem"]
        (directory / "balancer-ca.pem").write_bytes(self._issuer(Certificate.OTHER_KNOWN_CA).cert_pem.bytes())
        return ["ca.pem", "balancer-ca.pem"]
