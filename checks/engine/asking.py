"""What a check may ask for, by its parameters' names; one that is written wrong is refused before it is collected."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import ModuleType
from typing import get_origin, get_type_hints

from checks.condition import Condition, condition_of
from fixtures.core.dimensions import DIMENSIONS
from fixtures.core.probe import PROBES, split_form
from fixtures.core.refusals import Refused, file_of, is_unknown, where
from fixtures.core.store import PerSubject
from fixtures.target import GIVEN

FORMS = ("", "every_", "earlier_")


def refuse_wrong_checks(modules: Iterable[ModuleType], conditions: Iterable[Condition]) -> None:
    """Raises Refused for the first check that is no condition, cannot be found, or asks for what there is not.

    modules: those of the checks. conditions: those that are in them.
    """
    by_name = {module.__name__: module for module in modules}
    for module in by_name.values():
        _refuse_no_condition(module)
    for each in conditions:
        name = each.check.__name__
        if not name.startswith("test_") or getattr(by_name.get(each.check.__module__), name, None) is not each.check:
            raise Refused(
                f"{where(each.check)}: pytest does not find the check of {each.id}: its name begins with test_,"
                " as that of its file, and no other check there has the same name"
            )
        for name in inspect.signature(each.check).parameters:
            if name not in DIMENSIONS and name not in GIVEN:
                _refuse_fact(each, name)


def _refuse_no_condition(module: ModuleType) -> None:
    for name, member in vars(module).items():
        if name.startswith("test_") and condition_of(member) is None:
            raise Refused(f"{file_of(module.__name__)}: {name} is no condition: give it @condition(…)")


def _refuse_fact(condition: Condition, name: str) -> None:
    at, form = where(condition.check), split_form(name)
    if form is None:
        known = [*DIMENSIONS, *GIVEN, *(f"{form}{probe}" for probe in PROBES for form in FORMS)]
        raise Refused(f"{at} asks for {is_unknown(name, known)}")
    if form[0] == "any":
        probe = form[1]
        raise Refused(
            f"{at} asks for {name}, which only a probe can: a check asks for {probe}, every_{probe} or earlier_{probe}"
        )
    try:
        hint = get_type_hints(condition.check).get(name)
    except NameError as error:
        raise Refused(f"{at} has an annotation that cannot be read: {error}") from None
    if hint is not None and form[0] != "earlier" and (get_origin(hint) is PerSubject) != (form[0] == "every"):
        fact = PROBES[form[1]].fact_type.__name__
        right = f"{fact}; every_{name} is PerSubject[{fact}]" if form[0] == "same" else f"PerSubject[{fact}]"
        raise Refused(f"{at} has {name} of the wrong type: it is {right}")
