"""The root CA of the swarm, of which only the dates matter."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


class Span(NamedTuple):
    """How long ago something began, and how long it still lasts."""

    since: timedelta
    left: timedelta


@cache
def root(span: Span) -> str:
    """The PEM of a root CA as swarm makes them: named swarm-ca."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "swarm-ca")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now - span.since).not_valid_after(now + span.left)
    return dated.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def trusted(*spans: Span | None) -> str:
    """The bundle of these root CAs, as the swarm has it."""
    return "".join(root(each) for each in spans if each)
