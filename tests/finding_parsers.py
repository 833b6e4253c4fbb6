"""Finds all that reads what a cluster printed, a new reader too, and makes texts that are hard to read."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import checks
import fixtures
import reports

# The masker reads what is written, all of it: tests/fixtures/secrets measures it.
# The names in an inventory are the operator's own.
ELSEWHERE = ("fixtures.secrets.", "fixtures.inventory.names")
# Functions of text that connect to what it names, and read nothing.
CONNECTS = {"fixtures.access.docker.client.connect", "fixtures.commands.draft._client"}
CONNECTS |= {"fixtures.access.http.transport._Backend.connect_tcp"}
MARK = "msr-checks-0a1b2c3d4e5f6071"
CHARACTERS = [*' 0aA\n\t-._/:"[{', "\x00"]
SIMPLE: dict[Any, Any] = {str: MARK, bytes: MARK.encode(), str | None: MARK, int: 7, float: 7.0, bool: True}
_SCANS = {"search", "findall", "finditer", "sub", "split"}
_RUNS = re.compile(r"[A-Za-z0-9 ,/:=\"'#_-]{2,}")

# A doubling takes at most so many times as long; what takes less than this is too short to say.
RATIO, SHORT, DOUBLINGS, BEST_OF = 3.0, 0.004, 3, 5
LENGTH, STEP = 4096, 8


@dataclass(frozen=True)
class Reader:
    """What reads a text: its name, how, and of which pieces a text that is hard for it may consist."""

    name: str
    read: Callable[[str], object]
    pieces: tuple[str, ...]


def modules() -> Iterator[ModuleType]:
    """All modules of the suite that read answers."""
    for package in (fixtures, checks, reports):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(ELSEWHERE) and not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))


# --- regular expressions --------------------------------------------------------------------------------------------


def patterns() -> Iterator[Reader]:
    """Every regular expression: compiled at the head of a module, wherever in a table, or written where it is used."""
    for module in modules():
        for name, value in vars(module).items():
            for pattern in _compiled(value):
                if isinstance(pattern.pattern, str):
                    yield _pattern(f"{module.__name__}.{name}", pattern, _uses(module, name))
        for call, use in _calls_of_re(module):
            written = _written(call, module)
            if written is not None and use != "compile":
                yield _pattern(f"{module.__name__}:{call.lineno}", re.compile(written, _flags(call, module)), {use})


def made_elsewhere() -> list[str]:
    """Where a regular expression is used that only the running program knows: nothing would measure it."""
    return [
        f"{module.__name__}:{call.lineno}"
        for module in modules()
        for function in ast.walk(_tree(module))
        if isinstance(function, ast.FunctionDef)
        for call, _ in _calls_of_re(module, function)
        if _written(call, module) is None
    ]


def _calls_of_re(module: ModuleType, within: ast.AST | None = None) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(within or _tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, use = node.func.value, node.func.attr
            if isinstance(owner, ast.Name) and owner.id == "re" and use in {"compile", "match", "fullmatch", *_SCANS}:
                yield node, use


def _written(call: ast.Call, module: ModuleType) -> str | None:
    """The pattern of a call; what is escaped into it is some name. None where it stands nowhere."""
    written = ast.unparse(call.args[0])
    try:
        return str(eval(re.sub(r"re\.escape\(\w+\)", "MARK", written), {**vars(module), "MARK": MARK}))
    except NameError:
        return None


def _flags(call: ast.Call, module: ModuleType) -> int:
    """The flags of a call that searches: its third argument, or one by name."""
    given = [word.value for word in call.keywords if word.arg == "flags"]
    given += [each for each in call.args[2:3] if isinstance(each, ast.Attribute)]
    return sum(int(eval(ast.unparse(each), dict(vars(module)))) for each in given)


def _compiled(value: object, depth: int = 3) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, list | tuple | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _compiled(each, depth - 1)


def _uses(module: ModuleType, name: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }


def _pattern(where: str, pattern: re.Pattern[str], uses: set[str]) -> Reader:
    """Where it only ever stands for a whole text, or its begin, it need not be searched for quickly."""
    once = uses & {"match", "fullmatch"} if uses and not uses & (_SCANS | {"compile"}) else set()
    if once:
        return Reader(where, getattr(pattern, sorted(once)[0]), tuple(_RUNS.findall(pattern.pattern)))
    return Reader(where, lambda text: sum(1 for _ in pattern.finditer(text)), tuple(_RUNS.findall(pattern.pattern)))


# --- functions of a text --------------------------------------------------------------------------------------------


def functions() -> Iterator[Reader]:
    """Every function, and method of what can be made of plain values, that takes a text and else plain values."""
    for module in modules():
        pieces = tuple({each for each in _constants(module) if each.strip()} | {MARK})
        for name, value in vars(module).items():
            where = f"{module.__name__}.{name}"
            if getattr(value, "__module__", "") != module.__name__ or where in CONNECTS:
                continue
            if inspect.isfunction(value):
                yield from _readers(where, value, pieces)
            elif inspect.isclass(value):
                for method, function in vars(value).items():
                    named = f"{where}.{method}" not in CONNECTS and not method.startswith("__")
                    made = _made(value) if inspect.isfunction(function) and named else None
                    if made is not None:
                        yield from _readers(f"{where}.{method}", getattr(made, method), pieces)


def _readers(where: str, function: Callable[..., Any], pieces: tuple[str, ...]) -> Iterator[Reader]:
    needed = _needed(function)
    if needed is None or any(kind not in SIMPLE and kind not in (object, Any) for kind in needed.values()):
        return
    sample = {name: SIMPLE.get(kind, MARK) for name, kind in needed.items()}
    for name, kind in needed.items():
        if kind in (str, bytes, str | None) or (kind in (object, Any) and not name.startswith("_")):
            yield Reader(f"{where}({name})", _calling(function, sample, name, kind is bytes), pieces)


def _needed(function: Callable[..., Any]) -> dict[str, Any] | None:
    """The kinds of the parameters that must be given; None where they cannot be said."""
    try:
        hints, signature = get_type_hints(function), inspect.signature(function)
    except (NameError, TypeError, ValueError):
        return None
    given = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    named = [each for each in signature.parameters.values() if each.default is each.empty and each.kind not in given]
    names = [each.name for each in named if each.name != "self"]
    return {name: hints.get(name, Any) for name in names} if all(name in hints for name in names) else None


def _calling(
    function: Callable[..., Any], sample: dict[str, Any], name: str, in_bytes: bool
) -> Callable[[str], object]:
    def read(text: str) -> object:
        try:
            found = function(**sample | {name: text.encode() if in_bytes else text})
            return list(found) if isinstance(found, Iterator) else found
        except Exception as refused:  # what cannot be read is refused, each in its way; here it is only about the time
            return refused

    return read


def _made(kind: type) -> Any:
    """One of a class, of plain values; None where it takes more."""
    needed = _needed(kind.__init__)  # type: ignore[misc]
    if needed is None or issubclass(kind, Exception) or any(each not in SIMPLE for each in needed.values()):
        return None
    try:
        return kind(**{name: SIMPLE[each] for name, each in needed.items()})
    except Exception:  # it takes more than that after all
        return None


@cache
def _constants(module: ModuleType) -> frozenset[str]:
    """The words that a module looks for."""
    found: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= 80:
            found |= {node.value, *_RUNS.findall(node.value)}
    return frozenset(found)


# --- texts, and how long they take ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """A text of any length: its begin, what is repeated then, and its end."""

    unit: str
    begin: str = ""
    end: str = ""

    def of(self, length: int) -> str:
        """The text of about that length."""
        return self.begin + self.unit * (length // len(self.unit) + 1) + self.end


def texts(pieces: Iterable[str]) -> Iterator[Shape]:
    """Texts that repeat one piece or two, as lines or within one."""
    words = list(dict.fromkeys(pieces))
    for word in [*words, *CHARACTERS]:
        for other in ("", " ", "0", "\n", '"'):
            yield Shape(word + other)
    for word in words:
        for other in CHARACTERS:
            yield Shape(other, word, word)
        yield Shape(f"{MARK}{word}x\n")
        yield Shape(f"{word}x\n")


def slowest(reader: Reader) -> str | None:
    """The text that it takes too long for, and how long; None where there is none."""
    for shape in texts(reader.pieces):
        little = _seconds(reader.read, shape.of(LENGTH // STEP))
        if little < SHORT:
            more = _seconds(reader.read, shape.of(LENGTH))
            if more < SHORT or more < 2 * STEP * little:
                continue
        found = _doubled(reader.read, shape)
        if found:
            return f"{shape}: {found}"
    return None


def _doubled(read: Callable[[str], object], shape: Shape) -> str | None:
    """The times of three doublings where one takes too long."""
    length = LENGTH // STEP
    while (before := _seconds(read, shape.of(length), BEST_OF)) < SHORT:
        length *= 2
        if length > LENGTH * STEP:
            return None
    for _ in range(DOUBLINGS):
        length *= 2
        taken = _seconds(read, shape.of(length), BEST_OF)
        if taken > RATIO * before:
            return f"{before:.4f} s, and {taken:.4f} s for {length} characters"
        before = taken
    return None


def _seconds(read: Callable[[str], object], text: str, times: int = 1) -> float:
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        read(text)
        best = min(best, time.process_time() - begun)
    return best
