"""Certificates from a CA made at the start. They hold the public name only, as a web certificate usually does."""

import ssl
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

PUBLIC_NAME = "localhost"


class Certificate(Enum):
    """What a port presents."""

    GOOD = "of the public name, for another year"
    WRONG_NAME = "of another host name"
    UNKNOWN_CA = "from a CA that the inventory does not know"
    EXPIRED = "expired yesterday"
    NOT_YET_VALID = "valid from tomorrow on"
    EXPIRES_TOMORROW = "valid for another 24 hours"
    EXPIRES_SOON = "valid for another 20 days"
    OTHER_KNOWN_CA = "from a second CA that the inventory knows"
    EXPIRED_CA = "valid for another year, from a CA of the inventory that expired yesterday"

    @property
    def verifies(self) -> bool:
        """A balancer's health check over TLS accepts it."""
        return self not in (Certificate.WRONG_NAME, Certificate.UNKNOWN_CA, Certificate.EXPIRED, Certificate.EXPIRED_CA,
                            Certificate.NOT_YET_VALID)  # fmt: skip


VALID_FOR = {
    Certificate.EXPIRED: timedelta(days=-1),
    Certificate.EXPIRES_TOMORROW: timedelta(hours=24),
    Certificate.EXPIRES_SOON: timedelta(days=20),
}
VALID_FROM = {Certificate.NOT_YET_VALID: timedelta(days=1)}
# The files in which the inventory names further CAs.
FURTHER_CAS = {Certificate.OTHER_KNOWN_CA: "balancer-ca.pem", Certificate.EXPIRED_CA: "old-ca.pem"}


def expired(authority: trustme.CA) -> trustme.CA:
    """The same CA, in a certificate that ended yesterday."""
    was = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    key = load_pem_private_key(authority.private_key_pem.bytes(), password=None)
    assert isinstance(key, EllipticCurvePrivateKey)  # noqa: S101 - trustme's default
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(was.issuer, was.subject, was.public_key(), was.serial_number)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now - timedelta(days=1))
    )
    for each in was.extensions:
        builder = builder.add_extension(each.value, each.critical)
    made = builder.sign(key, hashes.SHA256())
    return trustme.CA.from_pem(made.public_bytes(Encoding.PEM), authority.private_key_pem.bytes())


class Authority:
    """The CAs of one start; `context` gives the server side of TLS for a kind of certificate."""

    def __init__(self) -> None:
        self._ours = trustme.CA(organization_name="Stand-in MSR")
        self._others: dict[Certificate, trustme.CA] = {}
        self._contexts: dict[Certificate, ssl.SSLContext] = {}

    def _issuer(self, kind: Certificate) -> trustme.CA:
        if kind not in (Certificate.UNKNOWN_CA, *FURTHER_CAS):
            return self._ours
        if kind not in self._others:
            made = trustme.CA(organization_name="Stand-in, another CA")
            self._others[kind] = expired(made) if kind is Certificate.EXPIRED_CA else made
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
            not_before=now + VALID_FROM.get(kind, timedelta(days=-90)),
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

    def write(self, directory: Path, presented: Collection[Certificate | None]) -> list[str]:
        """Write the CAs that an inventory names for what is presented into `directory`; return their file names."""
        files = {"ca.pem": self._ours} | {
            name: self._issuer(kind) for kind, name in FURTHER_CAS.items() if kind in presented
        }
        for name, authority in files.items():
            (directory / name).write_bytes(authority.cert_pem.bytes())
        return list(files)
