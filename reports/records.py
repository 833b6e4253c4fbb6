"""What one line of results.jsonl holds: the run's header, a verdict, or the run's end, as frozen records.

docs/results.schema.json says the same to machines (`python -m reports.schema`). `from_json` raises ValueError naming
the field that is wrong. Fields that this release does not know are ignored, so that a later one may add some.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, field
from enum import StrEnum
from typing import Any, Literal, Self, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

SCHEMA = 2

T = TypeVar("T")

FailOn = Literal["critical", "warning"]
Severity = Literal["critical", "warning"]
Measured = Literal["directly", "reported", "derived"]

_STRICT = ConfigDict(strict=True, extra="ignore")
_SURROGATE = re.compile("[\ud800-\udfff]")

THING = (
    "^(?:(?:account|alert|certificate|container|database|feed|inventory|job|link|network|node|notary|replica|repository"
    "|table|token-service|volume):.+|balancer|cluster|inventory|mke|swarm|this-machine)$"
)
"""`type:name`, split at the first colon; the types are closed."""


def storable(value: Any) -> Any:
    """The value as JSON can hold it: lone surrogates become U+FFFD, what JSON has no word for becomes its text."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((storable(item) for item in value), key=str)
    if isinstance(value, Iterable) and not isinstance(value, bytes | bytearray):
        return [storable(item) for item in value]
    return storable(str(value))


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


@dataclass(frozen=True, config=_STRICT)
class Product:
    """The product and the version that should run; `version` is None when it is not known."""

    name: str
    version: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Replica:
    """Where a replica is reached; `node` is None when the inventory does not say."""

    node: str | None
    address: str
    port: int = 443


@dataclass(frozen=True, config=_STRICT)
class CatalogueEntry:
    """A condition of the catalogue: what reports need to know of it without importing checks/.

    owns: it fails when what it checks does not respond. reasons: its codes, each with what it means. question: the one
    that it belongs to.
    """

    id: str
    severity: Severity
    area: str
    title: str
    documented: str
    guide: str | None = None
    remedy: str | None = None
    owns: bool = False
    reasons: Mapping[str, str] = field(default_factory=dict)
    question: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Waiver:
    """Why a failure is accepted, and until which day (`YYYY-MM-DD`); `covered` is the verdict that it would be."""

    reason: str
    ticket: str | None = None
    until: str | None = None
    covered: Literal["FAIL", "WARN", "UNKNOWN"] | None = None


@dataclass(frozen=True, config=_STRICT)
class ListedWaiver:
    """A waiver of the inventory. `subject` may be a pattern, `code` is a reason; both are None where it names none."""

    condition: str
    subject: str | None
    reason: str
    ticket: str | None = None
    until: str | None = None
    code: str | None = None
    count: int | None = None
    covers: tuple[str, ...] = ("fail", "warn")


@dataclass(frozen=True, config=_STRICT)
class Because:
    """Whose failure left something unseen: a condition that fails at the subject, or a probe without a response."""

    subject: str
    condition: str | None = None
    probe: str | None = None


@dataclass(frozen=True, config=_STRICT)
class Declared:
    """What somebody stated that no run can see: that a node is lost for good; who (`by`), and when (`at`, RFC 3339)."""

    what: Literal["lost"]
    node: str
    by: str
    at: str


@dataclass(frozen=True, config=_STRICT)
class Question:
    """What a run was asked before a change, and of what: a node or a replica to be stopped, or a version.

    matrix: the day (`YYYY-MM-DD`) of which the matrix of versions is that an upgrade is judged by.
    """

    name: Literal["ok-to-stop", "before-upgrade"]
    of: str
    matrix: str | None = None

    @property
    def alone(self) -> bool:
        """Whether only its own conditions were judged."""
        return self.name == "ok-to-stop"


@dataclass(frozen=True, config=_STRICT)
class Header:
    """Line 1 of results.jsonl: what was checked of which cluster.

    `demo` is the scene, `offline` says that saved facts were judged, `started` is UTC (RFC 3339), `require` holds
    condition ids and areas, `deselected` the ids of conditions that were not to be judged in this run, `left_out` by
    condition the subjects of the inventory at which one of the others was not. `waivers_expired` and
    `waivers_expiring` are waivers whose last day is past or near; `waivers_missed` and `waivers_exceeded` say of which
    nothing was covered, and which name more verdicts than their count. `areas` are titles by area, in the order in
    which they are shown, `unavailable` why something could not be checked, code and meaning. `version` is that of
    msr-checks, `options` those of the run, `begun` when it was started, `machine` where. `question` is what was asked
    before a change.
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
    product_image: str | None = None
    question: Question | None = None
    require: tuple[str, ...] = ()
    fail_on: FailOn = "critical"
    declared: tuple[Declared, ...] = ()
    deselected: tuple[str, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    waivers_expired: tuple[ListedWaiver, ...] = ()
    waivers_expiring: tuple[ListedWaiver, ...] = ()
    waivers_missed: tuple[str, ...] = ()
    waivers_exceeded: tuple[str, ...] = ()
    demo: str | None = None
    offline: bool = False
    insecure: bool = False
    areas: Mapping[str, str] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    version: str | None = None
    options: Mapping[str, Any] | None = None
    begun: str | None = None
    machine: str | None = None
    schema: Literal[2] = 2
    kind: Literal["header"] = "header"

    @property
    def lost(self) -> frozenset[str]:
        """The nodes that somebody declared as lost for good."""
        return frozenset(each.node for each in self.declared)

    @property
    def owners(self) -> frozenset[str]:
        """The conditions that fail when what they check does not respond; all others are UNKNOWN then."""
        return frozenset(entry.id for entry in self.catalogue if entry.owns)

    def to_json(self) -> dict[str, Any]:
        """The object of line 1."""
        return {"kind": self.kind, "schema": self.schema, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the object of line 1; ValueError when it is none."""
        return _read(cls, data)


@dataclass(frozen=True, config=_STRICT)
class Result:
    """One verdict: one condition on one subject.

    `message` is for people, and nothing reads it. `reason` is a code of the condition or of a way in, for FAIL, WARN,
    UNKNOWN and what is waived; `about` holds what is at fault as far as this verdict shows, `witnesses` who reported
    it; `since` says when it began, `because` whose failure left it unseen. `seen` and `expected` are JSON values,
    `started`, `since` and `recovered_at` UTC times (RFC 3339), `seconds` the length of the observation, `attempts` how
    often it was observed; `recovered_at` is set when it failed first and then passed.
    """

    cluster: str
    condition: str
    subject: str
    verdict: VerdictWord
    severity: Severity
    message: str = ""
    reason: str | None = None
    about: tuple[str, ...] = Field(default=(), json_schema_extra={"items": {"type": "string", "pattern": THING}})
    witnesses: tuple[str, ...] = Field(default=(), json_schema_extra={"items": {"type": "string", "pattern": THING}})
    measured: Measured | None = None
    since: str | None = None
    because: Because | None = None
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
    kind: Literal["verdict"] = "verdict"

    @property
    def critical(self) -> bool:
        """Whether a failure of it fails the run by itself."""
        return self.severity == "critical"

    @property
    def unchecked(self) -> bool:
        """Whether it could not be checked, even where a waiver accepts that."""
        accepted = self.verdict is VerdictWord.WAIVED and self.waiver and self.waiver.covered == "UNKNOWN"
        return self.verdict in (VerdictWord.UNKNOWN, VerdictWord.SKIPPED) or bool(accepted)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same verdict in another run: cluster, condition, subject."""
        return (self.cluster, self.condition, self.subject)

    @property
    def area(self) -> str:
        """The part of the condition's id before its number."""
        return self.condition.rpartition("-")[0]

    def to_json(self) -> dict[str, Any]:
        """The object of its line."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the object of one line; ValueError when it is no verdict."""
        return _read(cls, data)


@dataclass(frozen=True, config=_STRICT)
class Key:
    """A verdict that is meant: its condition and subject."""

    condition: str
    subject: str


@dataclass(frozen=True, config=_STRICT)
class CauseImpact:
    """Who cannot do what: `harm` (as `push`, `sign-in`, `next-failure`), `whom` (everybody where it is empty), and
    whether that was measured, inferred or not tested; `since` is a UTC time (RFC 3339). `what` says which repositories,
    jobs or logs, or from when on, where not all or now.
    """

    harm: str
    whom: str
    basis: Literal["measured", "inferred", "not tested"]
    since: str | None = None
    what: str = ""


@dataclass(frozen=True, config=_STRICT)
class UnmetNeed:
    """What this run has not shown, and how to show it."""

    needs: str
    show: str


@dataclass(frozen=True, config=_STRICT)
class CauseAction:
    """A rung of the ladder of recovery; its commands are there only where it is `offered`, else what is `unmet`."""

    rung: str
    title: str
    offered: bool
    commands: tuple[str, ...] = ()
    unmet: tuple[UnmetNeed, ...] = ()


@dataclass(frozen=True, config=_STRICT)
class CauseLine:
    """One cause behind verdicts, as the reports show it, the gravest first.

    `id` is the kind of cause (docs/diagnosis.md), `things` what is at fault (`type:name`), `text` that in words,
    `impact` who suffers, `step` what to do next, `offers` the highest rung of `actions` whose commands are shown.
    `shown_by` are the verdicts for it, `against` those that speak against it, `explains` what follows from it.
    `measured` and `since` are as those of a verdict.
    """

    cluster: str
    id: str
    text: str
    impact: str
    step: str
    offers: str
    measured: Measured
    shown_by: tuple[Key, ...]
    things: tuple[str, ...] = Field(default=(), json_schema_extra={"items": {"type": "string", "pattern": THING}})
    against: tuple[Key, ...] = ()
    explains: tuple[Key, ...] = ()
    since: str | None = None
    impacts: tuple[CauseImpact, ...] = ()
    actions: tuple[CauseAction, ...] = ()
    remedy: str | None = None
    kind: Literal["cause"] = "cause"

    def to_json(self) -> dict[str, Any]:
        """The object of its line."""
        return {"kind": self.kind, **asdict(self)}


@dataclass(frozen=True, config=_STRICT)
class End:
    """The last line: when the run ended, with which exit code, and how many verdicts of each word it gave.

    answer: to the question before a change, where one was asked; it is for people.
    """

    ended: str
    exit_code: int
    counts: Mapping[str, int]
    answer: str | None = None
    kind: Literal["end"] = "end"

    def to_json(self) -> dict[str, Any]:
        """The object of its line."""
        return {"kind": self.kind, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read the object of the last line; ValueError when it is none."""
        return _read(cls, data)


def worst(results: Iterable[Result]) -> Result:
    """The verdict that stands for all of them; of equals the first. ValueError when there is none."""
    order = list(VerdictWord)
    return min(results, key=lambda result: order.index(result.verdict))


def _read(kind: type[T], data: Mapping[str, Any]) -> T:
    try:
        return TypeAdapter(kind).validate_json(json.dumps(storable(data)))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where or 'the line'}: {first['msg']}") from None
