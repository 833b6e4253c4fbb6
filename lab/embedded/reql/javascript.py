"""Reads one ReQL expression in JavaScript, as rethinkcli is given it, into a term as it stands on the wire.

As much of the language as such expressions need: calls that are chained on `r`, literals, and functions of one line.
"""

import json
import re
from typing import Any

from lab.embedded.reql import terms

TERMS = {
    "db": terms.DB, "table": terms.TABLE, "dbList": terms.DB_LIST, "tableList": terms.TABLE_LIST, "get": terms.GET,
    "filter": terms.FILTER, "pluck": terms.PLUCK, "limit": terms.LIMIT, "skip": terms.SKIP, "nth": terms.NTH,
    "map": terms.MAP, "count": terms.COUNT, "isEmpty": terms.IS_EMPTY, "coerceTo": terms.COERCE_TO,
    "branch": terms.BRANCH, "default": terms.DEFAULT, "orderBy": terms.ORDER_BY, "distinct": terms.DISTINCT,
    "between": terms.BETWEEN, "getAll": terms.GET_ALL,
    "getField": terms.GET_FIELD, "contains": terms.CONTAINS, "eq": terms.EQ, "ne": terms.NE, "not": terms.NOT,
    "insert": 56, "update": 53, "delete": 54, "dbCreate": 57, "tableCreate": 60, "reconfigure": 176,
}  # fmt: skip
CONSTANTS = {"minval": terms.MINVAL, "maxval": terms.MAXVAL}
OPTIONS = {"readMode": "read_mode", "identifierFormat": "identifier_format"}
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_$][\w$]*)"""
    r"""|(?P<mark>[(){}\[\].,:;]))"""
)


class NotRead(ValueError):
    """What rethinkcli says of it on standard error."""


def read(text: str) -> Any:
    """The term of an expression; NotRead where it is none."""
    reader = _Reader(text)
    term = reader.value()
    if reader.peek() == ";":
        reader.take(";")
    if reader.peek():
        raise NotRead(f"SyntaxError: Unexpected token {reader.peek()}")
    return term


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0
        self._bound: dict[str, int] = {}

    def peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.peek()
        if not token or (wanted and token != wanted):
            raise NotRead(f"SyntaxError: Unexpected {'token ' + token if token else 'end of input'}")
        self._place += 1
        return token

    def value(self) -> Any:
        """A literal, or a chain of calls."""
        token = self.take()
        if token == "function":  # noqa: S105 - a word of the language
            return self._function()
        if token == "r":  # noqa: S105
            return self._chain(None)
        if token in self._bound:
            return self._chain([terms.VAR, [self._bound[token]]])
        if token == "{":  # noqa: S105
            return dict(self._separated("}", self._entry))
        if token == "[":  # noqa: S105
            return [terms.MAKE_ARRAY, self._separated("]", self.value)]
        if token == "(":  # noqa: S105
            inner = self.value()
            self.take(")")
            return self._chain(inner)
        return _literal(token)

    def _chain(self, on: Any) -> Any:
        """`.name(arguments)` as often as it comes."""
        while self.peek() == ".":
            self.take(".")
            name = self.take()
            if name in CONSTANTS and on is None:
                return [CONSTANTS[name], []]
            self.take("(")
            arguments = self._separated(")", self.value)
            if name == "expr" and on is None:
                on = arguments[0]
            elif name in TERMS:
                on = _term(name, on, arguments)
            else:
                raise NotRead(f"TypeError: {'r' if on is None else 'r…'}.{name} is not a function")
        if on is None:
            raise NotRead("ReqlDriverError: Expected a ReQL query but found r")
        return on

    def _function(self) -> Any:
        self.take("(")
        names = self._separated(")", self.take)
        numbers = [len(self._bound) + place for place in range(1, 1 + len(names))]
        outer, self._bound = self._bound, self._bound | dict(zip(names, numbers, strict=True))
        self.take("{")
        self.take("return")
        body = self.value()
        if self.peek() == ";":
            self.take(";")
        self.take("}")
        self._bound = outer
        return [terms.FUNC, [[terms.MAKE_ARRAY, numbers], body]]

    def _entry(self) -> tuple[str, Any]:
        key = self.take()
        self.take(":")
        return (str(_literal(key)) if key[0] in "\"'" else key), self.value()

    def _separated(self, end: str, one: Any) -> list[Any]:
        found = []
        while self.peek() != end:
            found.append(one())
            if self.peek() != end:
                self.take(",")
        self.take(end)
        return found


def _tokens(text: str) -> Any:
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            raise NotRead(f"SyntaxError: Invalid or unexpected token at {text[place : place + 10]!r}")
        yield match[0].strip()
        place = match.end()


def _literal(token: str) -> Any:
    if token in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[token]
    if token[0] == "'":
        token = '"' + token[1:-1].replace('"', '\\"').replace("\\'", "'") + '"'
    try:
        return json.loads(token)
    except ValueError:
        raise NotRead(f"ReferenceError: {token} is not defined") from None


def _term(name: str, on: Any, arguments: list[Any]) -> list[Any]:
    options = {}
    if name == "table" and arguments and isinstance(arguments[-1], dict):
        options = {OPTIONS.get(key, key): value for key, value in arguments.pop().items()}
    given = arguments if on is None else [on, *arguments]
    return [TERMS[name], given, options] if options else [TERMS[name], given]
