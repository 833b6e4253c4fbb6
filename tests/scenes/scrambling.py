"""A run whose messages say something else: whatever a report concludes, it must conclude it from evidence."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from reports.diagnosis.diagnosis import diagnose
from reports.diagnosis.headline import Headline, first_steps, headline
from reports.diagnosis.words import short
from reports.exit_code import exit_code
from reports.page.access_matrix import access_matrix
from reports.page.cards import cards, other_remedies
from reports.page.matrices import matrices
from reports.records import Header, Result, VerdictWord

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} UTC")


def scrambled(results: Sequence[Result]) -> list[Result]:
    """The same verdicts with every word of their messages, and of all text in seen and expected, another one."""
    numbers = itertools.count()
    return [
        replace(
            each,
            message=_other_words(each.message, numbers),
            seen=_other_values(each.seen, numbers),
            expected=_other_values(each.expected, numbers),
        )
        for each in results
    ]


def _other_words(text: str, numbers: Iterator[int]) -> str:
    return re.sub(r"\w+", lambda _: f"word{next(numbers)}", text)


def _other_values(value: Any, numbers: Iterator[int]) -> Any:
    if isinstance(value, str):
        # A time is a value, whatever it is written in.
        return value if _TIME.fullmatch(value) else _other_words(value, numbers)
    if isinstance(value, list):
        return [_other_values(each, numbers) for each in value]
    if isinstance(value, dict):
        return {key: _other_values(each, numbers) for key, each in value.items()}
    return value


def conclusions(header: Header, results: Sequence[Result]) -> dict[str, Any]:
    """All that a report makes of a run, but for its words."""
    access = access_matrix(results)
    diagnosis = diagnose(header, results)
    made = cards(header, results, diagnosis)
    return {
        "exit code": exit_code(results, header.require, header.fail_on, header.catalogue),
        "headline": _without_messages(headline(header, results), results),
        "causes": [
            (
                each.cause.id,
                each.cause.things,
                _keys(each.cause.shown_by),
                _keys(each.cause.against),
                sorted(_keys(each.cause.explains)),
                each.impacts,
                each.actions,
                each.step,
            )
            for each in diagnosis.causes
        ],
        "impact": diagnosis.impact,
        "first steps": [
            each.found and _keys(each.found.cause.shown_by) for each in first_steps(header, results, diagnosis)
        ],
        "cards": [
            (
                [group.subjects for group in card.own],
                [group.subjects for group in card.follows],
                card.remedy_id,
                card.worst,
            )
            for card in made
        ],
        "remedies": [each.remedy for each in made] + other_remedies(header, results, made),
        "matrices": [
            (each.condition, each.names, _cells(each.cells), each.shown) for each in matrices(header, results)
        ],
        "access": access
        and (access.clients, access.feeds, [[cell and cell.key for cell in row] for row in access.cells]),
    }


def _without_messages(found: Headline, results: Sequence[Result]) -> Headline:
    """A headline but for the messages that the answer to a question quotes."""
    told = {short(each.message) for each in results if each.message and each.verdict is not VerdictWord.PASS}
    quoted = sorted(told, key=len, reverse=True)

    def without(text: str) -> str:
        return functools.reduce(lambda rest, each: rest.replace(each, "…"), quoted, text)

    return replace(found, text=without(found.text), answer=without(found.answer))


def _keys(results: Sequence[Result]) -> list[tuple[str, str, str]]:
    return [each.key for each in results]


def _cells(rows: Sequence[Sequence[Result | None]]) -> list[list[object]]:
    return [[cell and cell.key for cell in row] for row in rows]
