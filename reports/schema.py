"""Writes docs/results.schema.json, the JSON Schema of the lines of results.jsonl: `python -m reports.schema`.

A test fails when it drifts from the records.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from reports.records import CauseLine, End, Header, Result

FILE = Path(__file__).parent.parent / "docs" / "results.schema.json"
_LINE: TypeAdapter[Any] = TypeAdapter(Annotated[Header | Result | CauseLine | End, Field(discriminator="kind")])


def schema() -> dict[str, Any]:
    """The schema of one line: what is known of each kind; a kind that is not known is to be skipped."""
    known = _LINE.json_schema(ref_template="#/$defs/{model}")
    definitions = known.pop("$defs")
    for name in ("Header", "Result", "CauseLine", "End"):
        definitions[name]["required"] = sorted({*definitions[name].get("required", ()), "kind"})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of results.jsonl",
        "description": "Line 1 is the header, then a line per verdict and per cause, last the end. Skip unknown kinds.",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string", "description": "header, verdict, cause or end"}},
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}}, "then": {"$ref": reference}}
            for kind, reference in known["discriminator"]["mapping"].items()
        ],
        "$defs": definitions,
    }


def text() -> str:
    """The file as it is published."""
    return json.dumps(schema(), indent=2) + "\n"


def main() -> int:
    """Write the file."""
    FILE.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
