"""What one line of results.jsonl holds: the run's header, or one verdict, as frozen records.

`from_json` raises ValueError naming the field that is missing or of another type. Unknown fields are
ignored, so that a later release may add some without a new schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal, cast

from reports.fields import number, objects, optional, required, texts

SCHEMA = 1

FailOn = Literal["critical", "warning"]


class VerdictWord(StrEnum):
    """The seven verdicts, as they are stored; the worst comes first."""

    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WARN = "WARN"
    WAIVED = "WAIVED"
    SKIPPED = "SKIPPED"
    PASS = "PASS"  # noqa: S105 (a verdict, not a password)
    NOT_APPLICABLE = "NOT_APPLICABLE"

    @property
    def shown(self) -> str:
        """The verdict as people read it."""
        return self.value.replace("_", " ")


PROBLEMS = frozenset({VerdictWord.FAIL, VerdictWord.WARN, VerdictWord.UNKNOWN})


@dataclass(frozen=True)
class Product:
    """The product and the version that should run; `version` is None when nobody says."""

    name: str
    version: str | None = None


@dataclass(frozen=True)
class Replica:
    """Where a replica is asked; `node` is None when the inventory does not say."""

    node: str | None
    address: str
    port: int = 443


@dataclass(frozen=True)
class CatalogueEntry:
    """A condition of the catalogue: what reports need to know of it without importing checks/."""

    id: str
    severity: str
    area: str
    title: str
    documented: str
    guide: str | None = None
    remedy: str | None = None


@dataclass(frozen=True)
class Waiver:
    """Why a failure is accepted, and until which day (`YYYY-MM-DD`)."""

    reason: str
    ticket: str | None = None
    until: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Waiver:
        """Read a verdict's `waiver`."""
        return cls(required(data, "reason", str), optional(data, "ticket", str), optional(data, "until", str))


@dataclass(frozen=True)
class ExpiredWaiver:
    """A waiver of the inventory whose day has passed: it no longer covers anything."""

    condition: str
    subject: str | None
    reason: str
    ticket: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Header:
    """Line 1 of results.jsonl: what was asked of which cluster.

    `demo` is the scene, `offline` says that saved facts were judged, `started` is UTC (RFC 3339), `require`
    holds condition ids and areas, `deselected` the ids of conditions that were not to be judged in this run,
    `waivers_missed` says of which waivers the subject does not exist.
    """

    cluster: str
    url: str
    started: str
    product: Product
    replicas: Mapping[str, Replica]
    catalogue: tuple[CatalogueEntry, ...]
    nodes: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    fail_on: FailOn = "critical"
    deselected: tuple[str, ...] = ()
    waivers_expired: tuple[ExpiredWaiver, ...] = ()
    waivers_missed: tuple[str, ...] = ()
    demo: str | None = None
    offline: bool = False
    insecure: bool = False

    def to_json(self) -> dict[str, Any]:
        """The object of line 1."""
        return {"schema": SCHEMA, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Header:
        """Read the object of line 1; ValueError when it is none, or of a newer schema than this release reads."""
        schema = required(data, "schema", int)
        if schema > SCHEMA:
            raise ValueError(f"it has schema {schema}, this release reads up to {SCHEMA}: use the newer release")
        fail_on = data.get("fail_on", "critical")
        if fail_on not in ("critical", "warning"):
            raise ValueError(f"the field 'fail_on' is {fail_on!r:.60}, neither critical nor warning")
        product: dict[str, Any] = required(data, "product", dict)
        replicas: dict[str, Any] = required(data, "replicas", dict)
        return cls(
            cluster=required(data, "cluster", str),
            url=required(data, "url", str),
            started=required(data, "started", str),
            product=Product(required(product, "name", str), optional(product, "version", str)),
            replicas={
                name: Replica(optional(row, "node", str), required(row, "address", str), required(row, "port", int))
                for name, row in replicas.items()
            },
            catalogue=tuple(
                CatalogueEntry(
                    id=required(row, "id", str),
                    severity=required(row, "severity", str),
                    area=required(row, "area", str),
                    title=required(row, "title", str),
                    documented=required(row, "documented", str),
                    guide=optional(row, "guide", str),
                    remedy=optional(row, "remedy", str),
                )
                for row in objects(data, "catalogue")
            ),
            nodes=texts(data, "nodes"),
            versions=dict(optional(data, "versions", dict) or {}),
            images=dict(optional(data, "images", dict) or {}),
            require=texts(data, "require"),
            fail_on=cast(FailOn, fail_on),
            deselected=texts(data, "deselected"),
            waivers_expired=tuple(
                ExpiredWaiver(
                    condition=required(row, "condition", str),
                    subject=optional(row, "subject", str),
                    reason=required(row, "reason", str),
                    ticket=optional(row, "ticket", str),
                    until=optional(row, "until", str),
                )
                for row in objects(data, "waivers_expired")
            ),
            waivers_missed=texts(data, "waivers_missed"),
            demo=optional(data, "demo", str),
            offline=required(data, "offline", bool),
            insecure=required(data, "insecure", bool),
        )


@dataclass(frozen=True)
class Result:
    """One verdict: one condition on one subject.

    `seen` and `expected` are JSON values, `started` and `recovered_at` UTC times (RFC 3339), `seconds` what the look
    took, `attempts` how often it was looked at; `recovered_at` is set when it failed first and then held.
    """

    cluster: str
    condition: str
    subject: str
    verdict: VerdictWord
    severity: str
    message: str = ""
    seen: Any = None
    expected: Any = None
    documented: str = ""
    remedy: str | None = None
    started: str | None = None
    seconds: float | None = None
    attempts: int = 1
    recovered_at: str | None = None
    waiver: Waiver | None = None
    test: str = ""

    @property
    def critical(self) -> bool:
        """Whether a failure of it fails the run by itself."""
        return self.severity == "critical"

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same verdict in another run: cluster, condition, subject."""
        return (self.cluster, self.condition, self.subject)

    def to_json(self) -> dict[str, Any]:
        """The object of its line."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        """Read the object of one line; ValueError when it is no verdict."""
        word = required(data, "verdict", str)
        if word not in VerdictWord.__members__:
            raise ValueError(f"the field 'verdict' is {word!r:.60}, none of {', '.join(VerdictWord)}")
        waiver: dict[str, Any] | None = optional(data, "waiver", dict)
        return cls(
            cluster=required(data, "cluster", str),
            condition=required(data, "condition", str),
            subject=required(data, "subject", str),
            verdict=VerdictWord(word),
            severity=required(data, "severity", str),
            message=optional(data, "message", str) or "",
            seen=data.get("seen"),
            expected=data.get("expected"),
            documented=optional(data, "documented", str) or "",
            remedy=optional(data, "remedy", str),
            started=optional(data, "started", str),
            seconds=number(data, "seconds"),
            attempts=optional(data, "attempts", int) or 1,
            recovered_at=optional(data, "recovered_at", str),
            waiver=None if waiver is None else Waiver.from_json(waiver),
            test=optional(data, "test", str) or "",
        )
