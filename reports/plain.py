"""Text for a terminal or a page: what a cluster returns must not move a cursor, change colours or break a page."""

from __future__ import annotations

import re

# C0, DEL, C1, and what turns the direction of writing around.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")

# The same but for what a page may hold: tabs and ends of lines.
_NOT_IN_A_PAGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def one_line(text: str) -> str:
    """The text on one line, without control characters."""
    return re.sub(r" {2,}", " ", _CONTROL.sub(" ", text)).strip()


def json_text(text: str) -> str:
    """JSON with such characters as escapes, which mean the same: they stand within its strings alone."""
    return _CONTROL.sub(lambda found: "".join(f"\\u{ord(each):04x}" for each in found[0]), text)


def page_text(text: str) -> str:
    """A page or XML without the characters that are forbidden there or turn the direction of writing around."""
    return _NOT_IN_A_PAGE.sub("\ufffd", text)


def many(number: int, word: str, plural: str = "") -> str:
    """The number with its unit: `1 condition`, `2 conditions`; `plural` where it is not the word and an s."""
    return f"{number} {word}" if number == 1 else f"{number} {plural or word + 's'}"


def fit(text: str, width: int) -> str:
    """The text cut to so many characters, with an ellipsis where something is missing."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def when(time: str) -> str:
    """A time of RFC 3339 in UTC as people read it."""
    return f"{time[:10]} {time[11:19]} UTC" if time[10:11] == "T" and time.endswith("Z") else time


def first_line(text: str) -> str:
    """The first line of a text, with an ellipsis where there are more."""
    line, _, rest = text.strip().partition("\n")
    return f"{line} …" if rest.strip() else line
