"""The system tables of a real RethinkDB 2.4.4 of three servers: healthy, one killed, one hung, two of three dead.

The healthy rows are what the stand-in serves. The other three say how rows change when servers go; the rules that
derive such rows for any number of replicas (`system_tables`) are tested against them.
"""

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

Rows = dict[str, list[Any]]

HEALTHY = "healthy"
KILLED = "one_server_killed"
HUNG = "one_server_hung"
TWO_DEAD = "two_of_three_dead"


@cache
def _text(state: str) -> str:
    return (Path(__file__).parent / f"{state}.json").read_text(encoding="utf-8")


def tables(state: str = HEALTHY) -> Rows:
    """The rows of each system table, fresh on every call; times are still ReQL's TIME pseudo-type."""
    rows: Rows = json.loads(_text(state))["rethinkdb"]
    return rows


def recorded_at(state: str = HEALTHY) -> datetime:
    return datetime.fromisoformat(json.loads(_text(state))["about"]["recorded_at"])


def rfc3339(moment: datetime) -> str:
    """As Go's RFC3339Nano prints it, to the millisecond: no trailing zeros in the fraction."""
    moment = moment.astimezone(UTC)
    fraction = f"{moment.microsecond // 1000:03d}".rstrip("0")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + "Z"


def with_times(value: Any, shift: timedelta) -> Any:
    """The same value with every ReQL TIME moved by `shift` and written as MSR's API writes it (RFC 3339)."""
    if isinstance(value, dict):
        if value.get("$reql_type$") == "TIME":
            return rfc3339(datetime.fromtimestamp(value["epoch_time"], UTC) + shift)
        return {key: with_times(item, shift) for key, item in value.items()}
    if isinstance(value, list):
        return [with_times(item, shift) for item in value]
    return value
