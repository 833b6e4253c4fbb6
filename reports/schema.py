"""Writes the JSON Schemas of results.jsonl's lines and of summary.json to docs/: `python -m reports.schema`.

A test fails when they drift from the records.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from reports.formats import summary
from reports.records import CauseLine, End, Header, Result

DIRECTORY = Path(__file__).parent.parent / "docs"
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


def files() -> dict[Path, str]:
    """The text of each file as it is published."""
    made = {"results.schema.json": schema(), "summary.schema.json": summary.schema()}
    return {DIRECTORY / name: json.dumps(tree, indent=2) + "\n" for name, tree in made.items()}


def main() -> int:
    """Write the files."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
