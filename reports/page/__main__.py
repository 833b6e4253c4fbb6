"""Writes report.html of a run again from its results.jsonl: `python -m reports.page RUN_DIRECTORY`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from reports.files import write_whole
from reports.page.render import render_page
from reports.plain import page_text
from reports.results import FILE_NAME, read


def main(arguments: Sequence[str]) -> int:
    """Write report.html again beside the results of each run that is named; 4 when one cannot be read or written."""
    if not arguments:
        print("usage: python -m reports.page RUN_DIRECTORY…", file=sys.stderr)  # noqa: T201
        return 4
    for name in arguments:
        path = Path(name)
        try:
            run = read(path)
        except ValueError as error:
            print(error, file=sys.stderr)  # noqa: T201
            return 4
        target = (path if path.name != FILE_NAME else path.parent) / "report.html"
        try:
            write_whole(target, page_text(render_page(run)).encode())
        except OSError as error:
            print(f"cannot write {target} ({error.strerror})", file=sys.stderr)  # noqa: T201
            return 4
        print(target)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
