"""The certificates of the database: one CA of its own for the servers, and for the clients that they ask for one.

A server's holds the name by which the others know it and no address, since its address changes with its container.
"""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import trustme

from lab.embedded.certificates import VALID_FOR, Certificate
from lab.embedded.state import Cluster, Replica


def name_of(replica_id: str) -> str:
    return f"dtr-rethinkdb-{replica_id}.dtr-ol"


class DatabaseAuthority:
    """The CA that all replicas share, and one that nobody knows."""

    def __init__(self) -> None:
        self._ours = trustme.CA(organization_name="Stand-in RethinkDB")
        self._strangers: trustme.CA | None = None

    def _issuer(self, kind: Certificate) -> trustme.CA:
        if kind is not Certificate.UNKNOWN_CA:
            return self._ours
        self._strangers = self._strangers or trustme.CA(organization_name="Stand-in: nobody's")
        return self._strangers

    def context(self, cluster: Cluster, replica: Replica) -> ssl.SSLContext:
        """The server's side of TLS at that replica."""
        kind, now = replica.reql.certificate, datetime.now(UTC)
        name = "dtr-rethinkdb-000000000000.dtr-ol" if kind is Certificate.WRONG_NAME else name_of(replica.id)
        leaf = self._issuer(kind).issue_cert(
            name,
            common_name=name,
            not_before=now - timedelta(days=90),
            not_after=now + VALID_FOR.get(kind, timedelta(days=365)),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        if cluster.rethink.tls is not None:
            context.minimum_version = context.maximum_version = cluster.rethink.tls
        if cluster.rethink.asks_for_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self._ours.cert_pem.bytes().decode())
        return context

    def write(self, directory: Path, client: Certificate | None) -> dict[str, Any]:
        """Write what an inventory names into `directory`; returns those of its keys that name files."""
        (directory / "rethinkdb-ca.pem").write_bytes(self._ours.cert_pem.bytes())
        named: dict[str, Any] = {"ca": ["rethinkdb-ca.pem"]}
        if client is not None:
            place = directory / "rethinkdb-client"
            place.mkdir(exist_ok=True)
            now = datetime.now(UTC)
            leaf = self._issuer(client).issue_cert(
                "rethinkdb-client.example",
                common_name="rethinkdb-client",
                not_before=now - timedelta(days=90),
                not_after=now + VALID_FOR.get(client, timedelta(days=365)),
            )
            leaf.private_key_pem.write_to_path(str(place / "key.pem"))
            (place / "cert.pem").write_bytes(b"".join(part.bytes() for part in leaf.cert_chain_pems))
            return named | {"client": "rethinkdb-client/"}
        return named
