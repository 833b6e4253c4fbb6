"""Typed fields of a JSON object; ValueError names the field that is missing or of another type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def required(data: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """The field, of that type."""
    if name not in data:
        raise ValueError(f"the field {name!r} is missing")
    value = data[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"the field {name!r} is {value!r:.60}, not of type {kind.__name__}")
    return value


def optional(data: Mapping[str, Any], name: str, kind: type[T]) -> T | None:
    """The field, of that type; None when it is missing or null."""
    return None if data.get(name) is None else required(data, name, kind)


def objects(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The field, a list of objects."""
    rows: list[Any] = required(data, name, list)
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"the field {name!r} is not a list of objects")
    return rows


def texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The field, a list of texts."""
    rows: list[Any] = required(data, name, list)
    if not all(isinstance(row, str) for row in rows):
        raise ValueError(f"the field {name!r} is not a list of texts")
    return tuple(rows)


def number(data: Mapping[str, Any], name: str) -> float | None:
    """The field, a number; None when it is missing or null."""
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"the field {name!r} is {value!r:.60}, not a number")
    return float(value)
