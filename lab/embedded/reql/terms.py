"""Evaluates terms of ReQL as they stand on the wire, over rows; those that read, and no others.

A term is `[id, [arguments], {options}]`; what is no list is a datum, and an object may hold terms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

MAKE_ARRAY, VAR, IMPLICIT_VAR, DB, TABLE, GET = 2, 10, 13, 14, 15, 16
EQ, NE, NOT, BRACKET, GET_FIELD, PLUCK, MAP, FILTER = 17, 18, 23, 170, 31, 33, 38, 39
ORDER_BY, DISTINCT, COUNT, NTH, COERCE_TO, DB_LIST, TABLE_LIST = 41, 42, 43, 45, 51, 59, 62
GET_ALL, MINVAL, MAXVAL, BETWEEN = 78, 180, 181, 182
FUNCALL, BRANCH, FUNC, SKIP, LIMIT, IS_EMPTY, DEFAULT, CONTAINS, RANGE = 64, 65, 69, 70, 71, 86, 92, 93, 173
WRITES = {53: "update", 54: "delete", 55: "replace", 56: "insert", 57: "dbCreate", 58: "dbDrop", 60: "tableCreate",
          61: "tableDrop", 75: "indexCreate", 76: "indexDrop", 138: "sync", 156: "indexRename", 176: "reconfigure",
          179: "rebalance", 188: "grant"}  # fmt: skip

LONGEST_ARRAY = 100_000
ROW = 0
"""What `r.row` is bound to; the driver counts its variables from one."""
INTERNAL, RESOURCE_LIMIT, LOGIC, NON_EXISTENCE = 1000000, 2000000, 3000000, 3100000
OP_FAILED, PERMISSION = 4100000, 6000000


class Failed(Exception):
    """A query that ends in an error: its code and text on the wire."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Tables(Protocol):
    """What a user can read at one server."""

    user: str

    def databases(self) -> list[str]: ...
    def tables(self, database: str) -> list[str]: ...
    def rows(self, database: str, table: str, *, outdated: bool) -> list[Any]: ...


@dataclass(frozen=True)
class _Database:
    name: str


@dataclass(frozen=True)
class _Extreme:
    """What is smaller, or greater, than every key."""

    greatest: bool


class Rows(list[Any]):
    """A sequence that is sent in batches, and no array."""


def evaluate(term: Any, source: Tables, variables: Mapping[int, Any] | None = None) -> Any:
    """The value of a term; Failed where the server would answer with an error."""
    bound = variables or {}
    if isinstance(term, dict):
        return {key: evaluate(value, source, bound) for key, value in term.items()}
    if not isinstance(term, list):
        return term
    number, arguments = term[0], term[1] if len(term) > 1 else []
    options = term[2] if len(term) > 2 else {}
    if number in WRITES:
        raise Failed(PERMISSION, f"User `{source.user}` does not have the required `write` permission")
    if number in (BRANCH, FUNC, DEFAULT):
        return _LAZY[number](arguments, source, bound)
    if number in (VAR, IMPLICIT_VAR):
        return bound[arguments[0] if arguments else ROW]
    if number not in _EAGER:
        raise Failed(LOGIC, f"The stand-in knows no term {number}.")
    values = [evaluate(argument, source, bound) for argument in arguments]
    return _EAGER[number](source, evaluate(options, source, bound), *values)


def _branch(arguments: list[Any], source: Tables, bound: Mapping[int, Any]) -> Any:
    *tests, otherwise = arguments
    for test, value in zip(tests[::2], tests[1::2], strict=True):
        if evaluate(test, source, bound) not in (False, None):
            return evaluate(value, source, bound)
    return evaluate(otherwise, source, bound)


def _func(arguments: list[Any], source: Tables, bound: Mapping[int, Any]) -> Callable[..., Any]:
    (_, names), body = arguments
    return lambda *values: evaluate(body, source, {**bound, ROW: values[0], **dict(zip(names, values, strict=False))})


def _default(arguments: list[Any], source: Tables, bound: Mapping[int, Any]) -> Any:
    """Only an absent value has a default: an operation that failed goes on to be an error."""
    value, otherwise = arguments
    try:
        found = evaluate(value, source, bound)
    except Failed as error:
        if error.code != NON_EXISTENCE:
            raise
        found = None
    return evaluate(otherwise, source, bound) if found is None else found


def _table(source: Tables, options: dict[str, Any], *arguments: Any) -> Rows:
    database, name = arguments if len(arguments) == 2 else (_Database("test"), arguments[0])
    return Rows(source.rows(database.name, name, outdated=options.get("read_mode") == "outdated"))


def _get(_source: Tables, _options: dict[str, Any], rows: list[Any], key: Any) -> Any:
    return next((row for row in rows if isinstance(row, dict) and row.get("id") == key), None)


def _between(_source: Tables, _options: dict[str, Any], rows: list[Any], begin: Any, end: Any) -> Rows:
    """By the primary key, in whatever order the rows come; the end is left out."""

    def within(key: str) -> bool:
        after = not begin.greatest if isinstance(begin, _Extreme) else key >= begin
        return after and (end.greatest if isinstance(end, _Extreme) else key < end)

    return Rows(row for row in rows if within(row["id"]))


def _get_all(_source: Tables, _options: dict[str, Any], rows: list[Any], *keys: Any) -> Rows:
    return Rows(row for row in rows if row["id"] in keys)


def _bracket(_source: Tables, _options: dict[str, Any], of: Any, key: Any) -> Any:
    if isinstance(key, int):
        return _nth(_source, _options, of, key)
    if isinstance(of, list):
        return type(of)(row[key] for row in of if isinstance(row, dict) and key in row)
    if not isinstance(of, dict) or key not in of:
        raise Failed(NON_EXISTENCE, f"No attribute `{key}` in object.")
    return of[key]


def _nth(_source: Tables, _options: dict[str, Any], of: list[Any], place: int) -> Any:
    if not -len(of) <= place < len(of):
        raise Failed(NON_EXISTENCE, f"Index out of bounds: {place}")
    return of[place]


def _plucked(row: Any, paths: tuple[Any, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in paths:
        if isinstance(path, list):
            found |= _plucked(row, tuple(path))
        elif isinstance(path, dict):
            for key, inner in path.items():
                if key in row and inner is True:
                    found[key] = row[key]
                elif isinstance(row.get(key), dict):
                    found[key] = _plucked(row[key], (inner,))
                elif isinstance(row.get(key), list):
                    found[key] = [_plucked(each, (inner,)) for each in row[key]]
        elif path in row:
            found[path] = row[path]
    return found


def _pluck(_source: Tables, _options: dict[str, Any], of: Any, *paths: Any) -> Any:
    if isinstance(of, list):
        return type(of)(_plucked(row, paths) for row in of)
    return _plucked(of, paths)


def _matches(row: Any, like: Any) -> bool:
    if isinstance(like, dict):
        return isinstance(row, dict) and all(key in row and _matches(row[key], value) for key, value in like.items())
    return bool(row == like)


def _filter(_source: Tables, _options: dict[str, Any], of: list[Any], wanted: Any) -> list[Any]:
    test = wanted if callable(wanted) else lambda row: _matches(row, wanted)
    kept = []
    for row in of:
        try:
            kept += [row] if test(row) not in (False, None) else []
        except Failed as error:
            if error.code != NON_EXISTENCE:
                raise
    return type(of)(kept)


def _order_by(_source: Tables, _options: dict[str, Any], of: list[Any], *keys: str) -> list[Any]:
    return sorted(of, key=lambda row: [row.get(key) for key in keys])


def _distinct(_source: Tables, _options: dict[str, Any], of: list[Any]) -> list[Any]:
    return sorted(set(of))


def _coerce(_source: Tables, _options: dict[str, Any], of: Any, kind: str) -> Any:
    if kind == "array" and isinstance(of, list):
        return array(of)
    if kind == "string":
        return str(of)
    raise Failed(LOGIC, f"Cannot coerce to {kind}.")


def array(values: list[Any]) -> list[Any]:
    """The values as an array, which has a limit; a sequence has none."""
    if len(values) > LONGEST_ARRAY:
        raise Failed(RESOURCE_LIMIT, f"Array over size limit `{LONGEST_ARRAY}`.")
    return list(values)


_LAZY: dict[int, Callable[[list[Any], Tables, Mapping[int, Any]], Any]] = {
    BRANCH: _branch,
    FUNC: _func,
    DEFAULT: _default,
}

_EAGER: dict[int, Callable[..., Any]] = {
    MAKE_ARRAY: lambda _source, _options, *values: array(list(values)),
    DB: lambda _source, _options, name: _Database(name),
    TABLE: _table,
    GET: _get,
    GET_ALL: _get_all,
    MINVAL: lambda _source, _options: _Extreme(False),
    MAXVAL: lambda _source, _options: _Extreme(True),
    BETWEEN: _between,
    DB_LIST: lambda source, _options: source.databases(),
    TABLE_LIST: lambda source, _options, database=_Database("test"): source.tables(database.name),
    EQ: lambda _source, _options, *values: all(value == values[0] for value in values),
    NE: lambda _source, _options, *values: any(value != values[0] for value in values),
    NOT: lambda _source, _options, value: value in (False, None),
    BRACKET: _bracket,
    GET_FIELD: _bracket,
    PLUCK: _pluck,
    MAP: lambda _source, _options, of, function: type(of)(function(row) for row in of),
    FILTER: _filter,
    ORDER_BY: _order_by,
    DISTINCT: _distinct,
    COUNT: lambda _source, _options, of: len(of),
    NTH: _nth,
    COERCE_TO: _coerce,
    SKIP: lambda _source, _options, of, number: type(of)(of[number:]),
    LIMIT: lambda _source, _options, of, number: type(of)(of[:number]),
    IS_EMPTY: lambda _source, _options, of: not of,
    CONTAINS: lambda _source, _options, of, *values: all(value in of for value in values),
    FUNCALL: lambda _source, _options, function, *values: function(*values),
    RANGE: lambda _source, _options, *bounds: Rows(range(*bounds)),
}


def names_of(term: Any) -> set[int]:
    """The numbers of all terms that a term is made of."""
    if isinstance(term, dict):
        return set().union(*map(names_of, term.values()))
    if not isinstance(term, list):
        return set()
    return {term[0]}.union(*map(names_of, term[1:2] and term[1]), *map(names_of, term[2:]))
