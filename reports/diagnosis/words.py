"""What is wrong, in words: one text for each cause, which terminal, page, JUnit and results.jsonl show alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.diagnosis.cause import Cause
from reports.diagnosis.places import listed, shown_things
from reports.plain import many
from reports.records import Header, Result, VerdictWord

_ONE = {"{is}": "is", "{does}": "does", "{has}": "has", "{s}": "s"}
_MANY = {"{is}": "are", "{does}": "do", "{has}": "have", "{s}": ""}


def cause_text(header: Header, cause: Cause) -> str:
    """What is wrong, in a line without a full stop: the title of its kind, and the message of what shows it first."""
    detail = short(cause.shown_by[0].message) if cause.detail is None else cause.detail
    if not cause.title:
        return _condition(cause.shown_by) + (f": {detail}" if detail else "")
    text = cause.title.replace("{things}", shown_things(header, cause.things))
    for name, word in (_ONE if len(cause.things) == 1 else _MANY).items():
        text = text.replace(name, word)
    text = text[:1].upper() + text[1:]
    return f'{text}: "{detail}"' if detail else text


def conditions_text(cause: Cause) -> str:
    """The conditions that show it; empty where its text names them already."""
    return listed(list(dict.fromkeys(each.condition for each in cause.shown_by))) if cause.title else ""


def explains_text(cause: Cause) -> str:
    """How much else a cause accounts for; empty where nothing."""
    unseen = sum(each.verdict is VerdictWord.UNKNOWN for each in cause.explains)
    known = len(cause.explains) - unseen
    parts = [many(known, "other problem") if known else "", many(unseen, "UNKNOWN verdict") if unseen else ""]
    return f"explains {' and '.join(filter(None, parts))}" if cause.explains else ""


def _condition(results: Sequence[Result]) -> str:
    """The conditions and subjects, for what no kind of cause has words of its own."""
    conditions = list(dict.fromkeys(each.condition for each in results))
    if results[0].verdict is VerdictWord.UNKNOWN:
        return f"{many(len(results), 'verdict')} UNKNOWN ({listed(conditions, 6)})"
    return f"{listed(conditions)} {listed(list(dict.fromkeys(each.subject for each in results)), 3)}"


def short(text: str, most: int = 200) -> str:
    """A message on one line, without the full stop at its end, cut where it is long."""
    line = re.sub(r"\s+", " ", text).strip().rstrip(".:")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
