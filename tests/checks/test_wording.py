"""What messages of checks are put together with."""

from __future__ import annotations

import pytest

from checks.rules.wording import many, one_line, reported_by


@pytest.mark.parametrize(("number", "words"), [(0, "0 copies"), (1, "1 copy"), (2, "2 copies")])
def test_a_number_has_its_plural(number: int, words: str) -> None:
    assert many(number, "copy", "copies") == words


@pytest.mark.parametrize(("number", "words"), [(0, "0 more failures"), (1, "1 more failure"), (2, "2 more failures")])
def test_most_plurals_end_with_an_s(number: int, words: str) -> None:
    assert many(number, "more failure") == words


def test_quoted_text_has_single_spaces_and_one_line() -> None:
    assert one_line("  The server is  not\n\treachable. ") == "The server is not reachable."


@pytest.mark.parametrize(
    ("replicas", "words"), [(["a"], "(reported by replica a)"), (["a", "b"], "(reported by replicas a, b)")]
)
def test_who_reported_it_is_named(replicas: list[str], words: str) -> None:
    assert reported_by(replicas) == words
