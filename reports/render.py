"""Writes a run in another format, from its results.jsonl: `python -m reports.render RUN --as FORMAT`.

Everything is made of results.jsonl alone: also of a run that was killed, and of one of an earlier release.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from reports.files import write_whole
from reports.formats import github_actions, nagios, prometheus, summary, table, ticket
from reports.junit import document
from reports.overview import Overview, overview
from reports.page.render import render_page
from reports.plain import page_text
from reports.results import read
from reports.terminal import summary_lines

UNREADABLE = 4


def _junit(found: Overview) -> str:
    return document(found.run, summary_lines(found.header, found.run.results, found.diagnosis)).decode()


FORMATS: Mapping[str, Callable[[Overview], str]] = {
    "html": lambda found: page_text(render_page(found.run)),
    "junit": _junit,
    "summary": summary.render,
    "prometheus": prometheus.render,
    "nagios": nagios.render,
    "github": github_actions.render,
    "text": ticket.render,
    "csv": table.render,
}


def main(arguments: Sequence[str]) -> int:
    """Write it to standard output, or to `--output`. 4 where the run cannot be read or the file not be written.

    With `--as nagios` the exit code is that of a monitoring plugin.
    """
    asked = _parser().parse_args(arguments)
    nagios_asked = asked.format == "nagios"
    try:
        found = overview(read(asked.run))
    except ValueError as error:
        return _unreadable(str(error), nagios_asked=nagios_asked)
    made = FORMATS[asked.format](found)
    if asked.output is None:
        sys.stdout.write(made)
    else:
        try:
            write_whole(asked.output, made.encode())
        except OSError as error:
            return _unreadable(f"cannot write {asked.output} ({error.strerror})", nagios_asked=nagios_asked)
    return nagios.code(found) if nagios_asked else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reports.render", description="Write a run in another format.", allow_abbrev=False
    )
    parser.add_argument("run", metavar="RUN", type=Path, help="the run's directory, or its results.jsonl")
    parser.add_argument("--as", dest="format", choices=list(FORMATS), required=True, help="the format")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write it to FILE, whole or not at all")
    return parser


def _unreadable(why: str, *, nagios_asked: bool) -> int:
    """A monitor reads standard output alone, and takes 3 for unknown."""
    print(f"MSR UNKNOWN: {why}" if nagios_asked else why, file=sys.stdout if nagios_asked else sys.stderr)
    return nagios.UNKNOWN if nagios_asked else UNREADABLE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
