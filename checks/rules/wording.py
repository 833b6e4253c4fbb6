"""How messages put numbers, and quote text of the product."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

FEW = 3
"""Of many names that a message would hold."""


def many(number: int, word: str, plural: str | None = None) -> str:
    """A number with its word: `1 container`, `2 containers`; plural: where it is not the word with an s."""
    return f"{number} {word if number == 1 else plural or f'{word}s'}"


def few(names: Sequence[str]) -> str:
    """The first of many names, and how many more there are."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


def one_line(text: str) -> str:
    """Text of the product as a message quotes it: every run of white space is one space."""
    return " ".join(text.split())


def reported_by(replicas: Iterable[str]) -> str:
    """Whose answer says so, as a message ends: `(reported by replica 1b9c03ff1e0b)`."""
    names = list(replicas)
    return f"(reported by replica{'s' if len(names) > 1 else ''} {', '.join(names)})"
