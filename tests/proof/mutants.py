"""Turns the predicates of the diagnosis around, one at a time, and tells which of these mutants nothing notices."""

from __future__ import annotations

import ast
import inspect
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Protocol

import pytest
from _pytest.runner import runtestprotocol

from reports.diagnosis.engine import FAMILIES
from reports.diagnosis.finding import Kind
from tests.suite import ROOT

TESTS = ROOT / "tests/reports/diagnosis"
LONGEST = 60
"""Seconds of CPU that the tests may take on one mutant."""


class Mutant(Protocol):
    """The diagnosis with one thing wrong in it."""

    @property
    def module(self) -> ModuleType:
        """Where that is."""

    def apply(self) -> None:
        """Make this process wrong in that way, for good."""


@dataclass(frozen=True)
class Turned:
    """A function with one predicate turned around. predicate: its text; line: where it stands in the file."""

    module: ModuleType
    function: FunctionType
    predicate: str
    line: int
    code: CodeType

    def __str__(self) -> str:
        return f"{_path(self.module)}:{self.line} {self.function.__name__}: `{self.predicate}`"

    def apply(self) -> None:
        self.function.__code__ = self.code


@dataclass(frozen=True)
class Silenced:
    """A kind of cause that is never found."""

    module: ModuleType
    kind: Kind

    def __str__(self) -> str:
        return f"{_path(self.module)}: {self.kind.id} is never found"

    def apply(self) -> None:
        object.__setattr__(self.kind, "rule", lambda _case: ())


@dataclass(frozen=True)
class Unchanged:
    """Nothing wrong: what notices this one notices anything."""

    module: ModuleType

    def __str__(self) -> str:
        return "nothing changed"

    def apply(self) -> None:
        """Nothing."""


def _path(module: ModuleType) -> Path:
    return Path(inspect.getfile(module)).relative_to(ROOT)


def silenced() -> list[Silenced]:
    """A mutant for each kind of cause."""
    return [Silenced(family, kind) for family in FAMILIES for kind in family.family.kinds]


def turned() -> list[Turned]:
    """A mutant for each predicate of the families of causes."""
    return [each for family in FAMILIES for each in turned_in(family)]


def turned_in(module: ModuleType) -> Iterator[Turned]:
    """A mutant for each predicate of the functions that a module defines."""
    for function in _functions(module):
        lines, first = inspect.getsourcelines(function)
        source = "".join(lines)
        for number in range(len(_predicates(_parsed(source)))):
            tree = _parsed(source)
            predicate = _predicates(tree)[number]
            text, line = ast.unparse(predicate), first + predicate.lineno - 1
            yield Turned(module, function, text, line, _compiled(_Turn(predicate).visit(tree), function))


def _functions(module: ModuleType) -> list[FunctionType]:
    found = [each for each in vars(module).values() if isinstance(each, FunctionType)]
    return [each for each in found if each.__module__ == module.__name__]


def _parsed(source: str) -> ast.Module:
    tree = ast.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    # What a decorator registers is there already.
    function.decorator_list = []
    return tree


def _predicates(tree: ast.AST) -> list[ast.expr]:
    """Each part of a condition that is true or false by itself, in the order of the text."""
    found: dict[tuple[int, int, int | None, int | None], ast.expr] = {}
    for node in ast.walk(tree):
        for condition in _conditions(node):
            for each in _parts(condition):
                found[each.lineno, each.col_offset, each.end_lineno, each.end_col_offset] = each
    return [found[place] for place in sorted(found, key=lambda each: each[:2])]


def _conditions(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        return [node.test]
    if isinstance(node, ast.comprehension):
        return node.ifs
    if isinstance(node, (ast.BoolOp, ast.Compare)):
        return [node]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [node]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("all", "any"):
        return [node, *(each.elt for each in node.args if isinstance(each, ast.GeneratorExp))]
    return []


def _parts(condition: ast.expr) -> Iterator[ast.expr]:
    if isinstance(condition, ast.BoolOp):
        for each in condition.values:
            yield from _parts(each)
    elif isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        yield from _parts(condition.operand)
    elif not isinstance(condition, (ast.Constant, ast.Tuple)):
        # `found or ()` is no condition, but what stands for nothing.
        yield condition


class _Turn(ast.NodeTransformer):
    """Negates one expression."""

    def __init__(self, wanted: ast.expr) -> None:
        self._wanted = wanted

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._wanted:
            return ast.copy_location(ast.UnaryOp(ast.Not(), self._wanted), node)
        return super().generic_visit(node)


def _compiled(tree: ast.AST, function: FunctionType) -> CodeType:
    assert isinstance(tree, ast.Module)
    made: dict[str, FunctionType] = {}
    exec(compile(ast.fix_missing_locations(tree), inspect.getfile(function), "exec"), function.__globals__, made)
    return made[function.__name__].__code__


class Judge:
    """A plugin of pytest that runs the tests on each mutant instead of once: those of its family first.

    also: what else notices a mutant, asked where the tests of its family do not. unnoticed: what nothing noticed.
    """

    def __init__(self, mutants: Iterable[Mutant], also: Callable[[Mutant], bool]) -> None:
        self._mutants, self._also = mutants, also
        self.unnoticed: list[Mutant] = []
        self._running: dict[int, Mutant] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        for mutant in self._mutants:
            if len(self._running) >= (os.cpu_count() or 1):
                self._await_one()
            pid = os.fork()
            if not pid:
                os._exit(self._try(mutant, session.items))
            self._running[pid] = mutant
        while self._running:
            self._await_one()
        return True

    def _await_one(self) -> None:
        pid, status = os.wait()
        mutant = self._running.pop(pid)
        if not status:
            self.unnoticed.append(mutant)

    def _try(self, mutant: Mutant, items: Sequence[pytest.Item]) -> int:
        """1 as soon as it is noticed; one that makes a test go on for ever ends by the signal."""
        signal.setitimer(signal.ITIMER_PROF, LONGEST)
        try:
            mutant.apply()
            family = f"test_{mutant.module.__name__.rpartition('.')[2]}.py"
            own = [each for each in items if each.path.name == family]
            others = [each for each in items if each.path.name != family]
            return int(any(map(_fails, own)) or self._also(mutant) or any(map(_fails, others)))
        except BaseException:
            return 1


def _fails(item: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(item, nextitem=None, log=False))


def unnoticed(mutants: Iterable[Mutant], also: Callable[[Mutant], bool] = lambda _mutant: False) -> list[Mutant]:
    """Those on which no test of the diagnosis fails, and of which `also` is not true.

    What hypothesis draws is left out: it takes too long.
    """
    judge = Judge(mutants, also)
    asked = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not hypothesis", str(TESTS)]
    if code := pytest.main(asked, plugins=[judge]):
        raise SystemExit(f"pytest ended with {code}")
    return sorted(judge.unnoticed, key=str)


def one_of_each_rule() -> list[Mutant]:
    """Each kind of cause silenced, and the first predicate of each rule turned around."""
    rules = {each.kind.rule for each in silenced()}
    first = {each.function: each for each in reversed(turned()) if each.function in rules}
    return [*silenced(), *first.values()]
