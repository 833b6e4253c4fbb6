"""Lines of results.jsonl as releases before 0.2.0 wrote them (schema 1), so that an old run can be a baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RENAMED = {"looks": "attempts", "came_right": "recovered_at"}


def header(data: Mapping[str, Any]) -> dict[str, Any]:
    """Line 1 as it is written today; it had no areas, owners or reasons."""
    return {**data, "schema": 2, "kind": "header"}


def verdict(data: Mapping[str, Any]) -> dict[str, Any]:
    """A verdict as it is written today; it has no evidence."""
    return {_RENAMED.get(name, name): value for name, value in data.items()} | {"kind": "verdict"}
