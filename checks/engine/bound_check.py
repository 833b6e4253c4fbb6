"""A check at one subject, as pytest collected it: what it is judged on, and the arguments that it is called with."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import starmap
from typing import Any

from checks.condition import Condition
from checks.verdict import Verdict
from fixtures.core.dimensions import DIMENSIONS, names, things_of
from fixtures.core.evidence import Thing
from fixtures.core.probe import PROBES, split_form
from fixtures.core.store import Key, Store
from fixtures.core.subjects import CLUSTER, NoSubject, Subject, subject_of
from fixtures.inventory import Inventory


@dataclass(frozen=True)
class BoundCheck:
    """One check at one subject, as pytest collected it."""

    condition: Condition
    function: Callable[..., Verdict | Sequence[Verdict]]
    parameters: Mapping[str, Subject | NoSubject]
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return joined(self.parameters.values())

    @property
    def about(self) -> tuple[Thing, ...]:
        """The things that it is about, as far as its subject says."""
        return tuple(itertools.chain.from_iterable(starmap(things_of, self.parameters.items())))

    @property
    def nothing(self) -> NoSubject | None:
        return next((value for value in self.parameters.values() if isinstance(value, NoSubject)), None)


@cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


def dimensions_of(function: Callable[..., Any]) -> list[str]:
    """The subjects that a check is parametrised over: those it names, and those of the facts it asks for."""
    found = set()
    for name in _parameters(function):
        form = split_form(name)
        if name in DIMENSIONS:
            found.add(name)
        elif form and form[0] == "same" and (dimension := PROBES[form[1]].dimension):
            found.add(dimension)
    return [dimension for dimension in DIMENSIONS if dimension in found]


def rows_of(function: Callable[..., Any], inventory: Inventory) -> list[tuple[Subject | NoSubject, ...]]:
    """What a check is asked at in this inventory: for each time a subject along each of its dimensions."""
    return list(itertools.product(*(DIMENSIONS[dimension](inventory) for dimension in dimensions_of(function))))


def joined(row: Iterable[Subject | NoSubject]) -> str:
    """The subject of a check that is asked at these."""
    return ":".join(map(subject_of, row)) or CLUSTER


def keys_of(asked: BoundCheck, inventory: Inventory) -> list[Key]:
    """Everything that the check is judged on."""
    if asked.nothing:
        return []
    keys = []
    for name in _parameters(asked.function):
        form = split_form(name)
        if form and form[0] == "same":
            keys.append(_own_key(asked, form[1]))
        elif form:
            keys += [Key(form[1], subject) for subject in names(PROBES[form[1]].dimension, inventory)]
    return list(dict.fromkeys(keys))


def arguments_of(asked: BoundCheck, store: Store, inventory: Inventory) -> dict[str, Any]:
    """The facts and other values that the check asks for, by parameter; raises the cause of what could not be seen."""
    arguments: dict[str, Any] = {}
    for name in _parameters(asked.function):
        form = split_form(name)
        if name in asked.parameters:
            arguments[name] = asked.parameters[name]
        elif form is None:
            arguments[name] = asked.given[name]
        elif form[0] == "same":
            arguments[name] = store.read(_own_key(asked, form[1]))
        else:
            all_subjects = names(PROBES[form[1]].dimension, inventory)
            if form[0] == "every":
                arguments[name] = store.every(form[1], all_subjects)
            else:
                earlier = ((subject, store.earlier(Key(form[1], subject))) for subject in all_subjects)
                arguments[name] = {subject: fact for subject, fact in earlier if fact is not None}
    return arguments


def _own_key(asked: BoundCheck, probe: str) -> Key:
    dimension = PROBES[probe].dimension
    return Key(probe, CLUSTER if dimension is None else subject_of(asked.parameters[dimension]))
