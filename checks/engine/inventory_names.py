"""Names of the catalogue that an inventory gives: those of conditions, areas and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

import pytest

from checks.condition import Condition
from fixtures.core.reasons import REASONS
from fixtures.inventory import Inventory, Problem, Waiver

_SHOWN = 5


def refuse_unknown_names(inventory: Inventory, catalogue: Iterable[Condition]) -> None:
    """A condition, an area or a reason that there is not is a mistake: pytest.UsageError lists them all."""
    conditions = {each.id: each for each in catalogue}
    areas = {each.area for each in conditions.values()}
    problems = [*_of_waivers(inventory, conditions)] + [
        inventory.problem(("require", number), f"there is no condition and no area {name}")
        for number, name in enumerate(inventory.require)
        if name not in conditions and name not in areas
    ]
    if problems:
        listed = "\n".join(str(problem) for problem in problems)
        raise pytest.UsageError(f"the inventory cannot be used (pytest --conditions lists the conditions):\n{listed}")


def _of_waivers(inventory: Inventory, conditions: Mapping[str, Condition]) -> Iterator[Problem]:
    for number, waiver in enumerate(inventory.waivers):
        condition = conditions.get(waiver.condition)
        if condition is None:
            message = f"there is no condition {waiver.condition}"
            yield inventory.problem(("waivers", number, "condition"), message)
        elif wrong := _wrong_code(waiver, condition):
            yield inventory.problem(("waivers", number, "code"), wrong)


def _wrong_code(waiver: Waiver, condition: Condition) -> str | None:
    """Why the condition never gives that reason to what the waiver covers."""
    code = waiver.code
    if code is None:
        return None
    if not condition.allows(code):
        unanswered = map(condition.no_response, REASONS) if condition.owns else ()
        own = list(dict.fromkeys([*condition.reasons, *unanswered]))
        near = get_close_matches(code, own, 3) or get_close_matches(code, REASONS, 3)
        more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
        hint = f"did you mean {' or '.join(near)}?" if near else f"its reasons are {', '.join(own[:_SHOWN])}{more}"
        return f"{condition.id} has no reason {code}; {hint}"
    if code in REASONS and code not in condition.reasons and "unknown" not in waiver.covers:
        return f"{code} is a reason of UNKNOWN: add covers: [unknown]"
    return None
