"""What of RethinkDB itself a scene can change: each server's own port, and who may read what."""

import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lab.embedded.certificates import Certificate
from lab.embedded.door import Door

RowEdit = Callable[[dict[str, list[Any]]], None]
"""A last change, in place, to the system tables of one server, by their names."""

READER = "auditor"


@dataclass(frozen=True)
class Query:
    """One query that a database server was asked: the term as it stood on the wire."""

    at: float
    replica: str
    user: str
    term: Any


@dataclass
class Reql:
    """A database server's port for queries. What is told there alone is in `edits`; `cluster_status` shows the rest."""

    port: int = 0
    listed_port: int | None = None
    listed_name: str | None = None
    """The port that the inventory gives, and the replica whose name it expects there, where they are wrong."""
    door: Door = Door.OPEN
    certificate: Certificate = Certificate.GOOD
    edits: list[RowEdit] = field(default_factory=list)
    alert: int | None = None
    """The number of the alert of TLS that answers each ClientHello."""
    ends_after_handshake: bool = False
    """The connection is gone, without an alert, as soon as it is encrypted."""
    rethinkcli_says: str = ""
    """What rethinkcli says on standard error on this server's node, in place of asking."""
    ends_at: str | None = None
    """The connection is gone when this table is asked for."""
    fails_at: str | None = None
    """An error answers when this table is asked for."""
    hangs_at: str | None = None
    """No answer comes when this table is asked for."""
    answers_in: float = 0.0
    """Seconds before each answer."""


@dataclass
class Rethink:
    """Users, certificates and rows of MSR's own tables.

    The users' passwords as the servers know them; `listed` is what the inventory holds of the reader's.
    """

    passwords: dict[str, str] = field(default_factory=lambda: {"admin": "", READER: secrets.token_urlsafe(18)})
    user: str = READER
    listed: str | None = None
    reads_system: bool = True
    reads_own: bool = True
    asks_for_certificate: bool = True
    tls: ssl.TLSVersion | None = None
    """The only version of TLS that the servers speak; None: whichever OpenSSL has."""
    client: Certificate | None = Certificate.GOOD
    """The client certificate that the inventory names, if it names one."""
    repositories: list[dict[str, Any]] = field(default_factory=lambda: [_repository(n) for n in ("alpine", "busybox")])
    via: str = "driver"
    in_inventory: bool = True


def _repository(name: str) -> dict[str, Any]:
    """A row as the guide shows it."""
    return {
        "enableManifestLists": False,
        "id": f"ac9614a8-36f4-4933-91fa-{name.encode().hex()[:12]:0<12}",
        "immutableTags": False,
        "name": name,
        "namespaceAccountID": "fc3b4aec-74a3-4ba2-8e62-daed0d1f7481",
        "namespaceName": "library",
        "pk": name.encode().hex() * 4,
        "pulls": 0,
        "pushes": 0,
        "scanOnPush": False,
        "tagLimit": 0,
        "visibility": "public",
    }
