"""What selects checks: each has its severity, area and id as markers, and `-k` takes an id or an area as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from checks.condition import AREAS, Condition
from checks.verdict import Severity

# A text in quotes, or a name as pytest reads it in an expression.
_WORD = re.compile(r""""[^"]*"|'[^']*'|[\w:+\-.\[\]\\/]+""")
_ID = re.compile(rf"(?:{'|'.join(AREAS)})-[0-9]+")


def register_markers(config: pytest.Config, catalogue: Iterable[Condition]) -> None:
    """Make the markers of all conditions known: `pytest --markers` lists them, and unknown ones are refused."""
    names = {str(severity): f"{severity} conditions" for severity in Severity}
    names |= {area.lower(): f"area {title}" for area, title in AREAS.items()}
    names |= {each.id: each.title for each in catalogue}
    for name, text in names.items():
        config.addinivalue_line("markers", f"{name}: {text}")


def mark(item: pytest.Item, condition: Condition) -> None:
    """Give the check of a condition all that it can be selected by."""
    for name in (str(condition.severity), condition.area.lower(), condition.id):
        item.add_marker(name)
    item.extra_keyword_matches |= {_whole(condition.id), _whole(condition.area)}


def select_whole_names(config: pytest.Config) -> None:
    """Have `-k STATUS-1` and `-k NET`, in capitals, mean that condition and that area; all else is as in pytest.

    In `-m` ids and areas may be written in capitals or not.
    """
    option = config.option
    option.keyword = _WORD.sub(lambda word: _keyword(word[0]), option.keyword)
    option.markexpr = _WORD.sub(lambda word: _marker(word[0]), option.markexpr)


def _keyword(word: str) -> str:
    return _whole(word) if word in AREAS or _ID.fullmatch(word) else word


def _marker(word: str) -> str:
    capitals = word.upper()
    if capitals in AREAS:
        return word.lower()
    return capitals if _ID.fullmatch(capitals) else word


def _whole(name: str) -> str:
    """A keyword that no part of a name is: there is no slash in the name of a test, a file or a subject."""
    return f"/{name}/"
