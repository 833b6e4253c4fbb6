"""A case: facts that a check is handed, and what it must say of them."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import checks
from checks.condition import CATALOGUE, CRITICAL, Condition, Reason
from checks.engine.bound_check import BoundCheck, dimensions_of
from checks.engine.evaluate import Judge, Judgement
from checks.verdict import Outcome, Severity
from fixtures.core.dimensions import DIMENSIONS
from fixtures.core.store import Fact, Key, NoResponse, Observation, Store, Unavailable
from fixtures.inventory import Inventory
from fixtures.options import Options
from tests.checks.documents import Edit, view
from tests.checks.facts import NOW, THREE, inventory
from tests.scenes.wording import faults


def conditions() -> dict[str, Condition]:
    """The catalogue: all conditions are in it once their modules have been imported."""
    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"checks.{module.name}")
    return CATALOGUE


CONDITIONS = conditions()


def toy_condition(check: Callable[..., Any], severity: Severity = CRITICAL, *, owns: bool = False) -> Condition:
    """A condition that is not of the catalogue; it may fail for `test.bad`."""
    return Condition("TEST-1", severity, "the tests", "read-the-logs", owns, check, {"test.bad": Reason("it is bad")})


@dataclass(frozen=True)
class Inherited:
    """Why something could not be looked at: what it needs could not be seen."""

    cause: Unavailable


Seen = Fact | Unavailable | Inherited
Facts = Mapping[tuple[str, str], Seen | list[Seen]]
"""What the looks of a probe at a subject saw; a list is one of each round."""

Looks = dict[tuple[str, str], Seen | list[Seen]]
"""Facts that are put together from others."""

ANYTHING: Any = object()
INVENTORY = inventory()
NO_OPTIONS = Options()


FIELDS = ("message", "seen", "expected", "reason", "about", "witnesses", "measured", "since", "because")


@dataclass(frozen=True)
class Expected:
    """A verdict that must be given; `words` must be in its message, or `message` is the whole of it."""

    outcome: Outcome
    subject: str
    words: tuple[str, ...] = ()
    seen: Any = ANYTHING
    expected: Any = ANYTHING
    message: Any = ANYTHING
    reason: Any = ANYTHING
    about: Any = ANYTHING
    witnesses: Any = ANYTHING
    measured: Any = ANYTHING
    since: Any = ANYTHING
    because: Any = ANYTHING


@dataclass(frozen=True)
class Case:
    """`verdicts`: all that the check must give; where `others` is given, all further ones are of that outcome."""

    condition: str
    name: str
    facts: Facts
    verdicts: tuple[Expected, ...]
    others: Outcome | None = None
    inventory: Inventory = INVENTORY
    options: Options = NO_OPTIONS

    def __str__(self) -> str:
        return f"{self.condition}: {self.name}"

    @property
    def holds(self) -> bool:
        return all(each.outcome is Outcome.PASS for each in self.verdicts)

    @property
    def fails(self) -> bool:
        return any(each.outcome in (Outcome.FAIL, Outcome.WARN) for each in self.verdicts)


@dataclass
class Cases:
    """The cases of one condition."""

    condition: str
    cases: list[Case] = field(default_factory=list)

    def __call__(self, name: str, facts: Facts, *verdicts: Expected, **settings: Any) -> None:
        """Add a case."""
        self.cases.append(Case(self.condition, name, facts, verdicts, **settings))

    def __iter__(self) -> Iterator[Case]:
        return iter(self.cases)


def passes(subject: str, *words: str, **fields: Any) -> Expected:
    return Expected(Outcome.PASS, subject, words, **fields)


def warns(subject: str, *words: str, **fields: Any) -> Expected:
    return Expected(Outcome.WARN, subject, words, **fields)


def fails(subject: str, *words: str, **fields: Any) -> Expected:
    return Expected(Outcome.FAIL, subject, words, **fields)


def unknown(subject: str, *words: str, **fields: Any) -> Expected:
    return Expected(Outcome.UNKNOWN, subject, words, **fields)


def skipped(subject: str, *words: str) -> Expected:
    return Expected(Outcome.SKIPPED, subject, words)


def not_applicable(subject: str, *words: str) -> Expected:
    return Expected(Outcome.NOT_APPLICABLE, subject, words)


def views(*edits: Edit, **own: Seen) -> Facts:
    """What all three replicas tell alike; by replica id what one tells instead."""
    return {("cluster_status", name): own.get(name) or view(name, *edits) for name in THREE}


SILENT = NoResponse(
    "http.error", "/api/v0/meta/cluster_status at f3712d9c419a (10.0.0.12:443) answered 503 STATUS_CHECK_FAILED"
)
NOBODY: Facts = {("cluster_status", name): SILENT for name in THREE}
"""No replica tells its cluster_status."""


def store_of(facts: Facts) -> Store:
    """The store as it is after these looks."""
    store = Store()
    for (probe, subject), rounds in facts.items():
        for number, seen in enumerate(rounds if isinstance(rounds, list) else [rounds]):
            store.add(look_of(Key(probe, subject), seen, number))
    return store


def look_of(key: Key, seen: Seen, round_number: int = 0) -> Observation:
    if isinstance(seen, Inherited):
        return Observation(key, round_number, NOW, 0.0, cause=seen.cause, inherited=True)
    if isinstance(seen, Unavailable):
        return Observation(key, round_number, NOW, 0.5, cause=seen)
    return Observation(key, round_number, NOW, 0.5, fact=seen)


def asked(condition: str, of: Inventory, options: Options = NO_OPTIONS) -> list[BoundCheck]:
    """A condition at each of its subjects, as pytest collects it."""
    check = CONDITIONS[condition].check
    dimensions = dimensions_of(check)
    rows = itertools.product(*(DIMENSIONS[dimension](of) for dimension in dimensions))
    given = {"inventory": of, "options": options}
    return [BoundCheck(CONDITIONS[condition], check, dict(zip(dimensions, row, strict=True)), given) for row in rows]


def judged(case: Case) -> dict[str, Judgement]:
    """What the check says at the subject that the case is about, by the verdicts' own subjects."""
    about = case.verdicts[0].subject
    found = [one for one in asked(case.condition, case.inventory, case.options) if _is_about(one, about)]
    assert len(found) == 1, f"{case}: {len(found)} checks are about {about}"
    judgements = Judge(store_of(case.facts), case.inventory).verdicts(found[0])
    by_subject = {each.subject: each for each in judgements}
    assert len(by_subject) == len(judgements), f"{case}: two verdicts have one subject"
    return by_subject


def _is_about(one: BoundCheck, subject: str) -> bool:
    """A verdict may name more than the check: `admin:global:f2277ad178f7` is given by that of `admin:f2277ad178f7`."""
    parts = iter(subject.split(":"))
    return not one.parameters or all(part in parts for part in one.subject.split(":"))


def verify(case: Case) -> None:
    """Assert on every field that the case names, and on the wording of all messages."""
    found = judged(case)
    for each in found.values():
        assert not faults(each.verdict.message), f"{case}: {faults(each.verdict.message)} in {each.verdict.message!r}"
    for expected in case.verdicts:
        assert expected.subject in found, f"{case}: no verdict on {expected.subject}, only on {sorted(found)}"
        judgement = found.pop(expected.subject)
        verdict = judgement.verdict
        assert not judgement.internal_error, verdict.message
        assert verdict.outcome is expected.outcome, f"{case}: {verdict}"
        for word in expected.words:
            assert word in verdict.message, f"{case}: {word!r} is not in {verdict.message!r}"
        for field_name in FIELDS:
            wanted, given = getattr(expected, field_name), getattr(verdict, field_name)
            assert wanted is ANYTHING or given == wanted, f"{case}: {field_name} is {given!r}, not {wanted!r}"
    rest = {each.verdict.outcome for each in found.values()}
    assert rest == ({case.others} if case.others else set()), f"{case}: further verdicts: {found}"
