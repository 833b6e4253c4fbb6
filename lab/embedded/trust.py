"""What notary knows of signed repositories: the changes in their order, and the timestamps that they name."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

# Hard-coded in notary-server, against the database's clock.
BLACKOUT = timedelta(seconds=60)


@dataclass
class Change:
    """A record of the changefeed. `repository` has no host; `host`: the registry's then, where it was another."""

    id: str
    at: datetime
    repository: str
    version: int
    sha256: str
    category: str = "update"
    host: str | None = None
    zone: timedelta = timedelta()
    """The time zone of the notary-server that took the write."""

    def told(self, host: str) -> dict[str, object]:
        """As the feed tells it: milliseconds, with the trailing zeros dropped (measured)."""
        at = self.at.astimezone(timezone(self.zone))
        fraction = f".{at.microsecond // 1000:03d}".rstrip("0").rstrip(".")
        zone = "Z" if not self.zone else at.strftime("%z")[:3] + ":" + at.strftime("%z")[3:]
        return {
            "ID": self.id,
            "CreatedAt": f"{at:%Y-%m-%dT%H:%M:%S}{fraction}{zone}",
            "GUN": self.gun(host),
            "Version": self.version,
            "SHA256": self.sha256,
            "Category": self.category,
        }

    def gun(self, host: str) -> str:
        return f"{self.host or host}/{self.repository}"


def _timestamp(repository: str, version: int, at: datetime) -> bytes:
    """A TUF timestamp in the form of a real one; the hashes and the signature in it are made up."""
    snapshot = hashlib.sha256(f"{repository} {version}".encode()).hexdigest()
    expires = f"{at.astimezone(UTC) + timedelta(days=14):%Y-%m-%dT%H:%M:%S.%fZ}"
    signed = {
        "_type": "Timestamp",
        "expires": expires,
        "meta": {"snapshot": {"hashes": {"sha256": snapshot}, "length": 683}},
        "version": version,
    }
    signature = {"keyid": hashlib.sha256(repository.encode()).hexdigest(), "method": "ecdsa", "sig": snapshot}
    return json.dumps({"signed": signed, "signatures": [signature]}, separators=(",", ":")).encode()


@dataclass
class Trust:
    """The change log, oldest first, and the bodies of timestamps by repository (with its host) and SHA256."""

    changes: list[Change] = field(default_factory=list)
    bodies: dict[tuple[str, str], bytes] = field(default_factory=dict)
    service: str = "dtr"
    """What notary-server is configured with; a token for another service is none for it."""
    delay: timedelta = BLACKOUT
    empty_is_null: bool = False
    """`records` is null where nothing is told, as the memory store has it."""
    inclusive: bool = False
    """A fault: change_id brings its own record again."""
    lost_forwards: set[str] = field(default_factory=set)
    """A fault: IDs that are left out on pages forwards."""
    unlogged: list[Change] = field(default_factory=list)
    """A fault: what has its trust data, and no event."""
    foreign: dict[str, list[Change]] = field(default_factory=dict)
    """A fault: changes of others that a repository's feed tells as well."""
    scopes_do_not_matter: bool = False
    """A fault: any valid token opens any feed."""

    def sign(self, repository: str, at: datetime, host: str | None = None) -> Change:
        """A push of a signed tag: the version after the last one, 1 after a deletion."""
        own = [change for change in self.changes if (change.repository, change.host) == (repository, host)]
        version = own[-1].version + 1 if own else 1
        body = _timestamp(repository, version, at)
        sha256 = hashlib.sha256(body).hexdigest()
        self.bodies[repository, sha256] = body
        return self._add(Change("", at, repository, version, sha256, host=host))

    def lose(self, change: Change) -> None:
        """The event was never written down, its trust data was: as when a server dies between the two."""
        self.changes.remove(change)
        self.unlogged.append(change)

    def delete(self, repository: str, at: datetime) -> Change:
        """Trust data was deleted: nothing of the repository can be fetched any more."""
        self.bodies = {key: body for key, body in self.bodies.items() if key[0] != repository}
        return self._add(Change("", at, repository, 0, "", "deletion"))

    def _add(self, change: Change) -> Change:
        change.id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{change.host}/{change.repository} {len(self.changes)}"))
        self.changes.append(change)
        return change

    def of(self, repository: str) -> list[Change]:
        return [change for change in self.changes if change.repository == repository]


def usual_history(now: datetime) -> Trust:
    """A few signed repositories, one of them deleted and signed anew, the last change some hours ago."""
    trust = Trust()
    pushes: Iterable[tuple[float, str]] = (
        (31.2, "library/alpine"), (30.9, "library/nginx"), (28.04, "finance/ledger"), (21.5, "library/alpine"),
        (20.75, "library/nginx"), (14.3, "library/alpine"), (13.0, "tools/ci"), (7.25, "finance/ledger"),
        (6.6, "library/alpine"), (3.1, "library/nginx"), (0.3, "library/alpine"), (0.2, "finance/ledger"),
    )  # fmt: skip
    for days, repository in pushes:
        at = now - timedelta(days=days)
        if (days, repository) == (3.1, "library/nginx"):
            trust.delete(repository, at - timedelta(hours=5))
        trust.sign(repository, at)
    trust.changes.sort(key=lambda change: change.at)
    return trust
