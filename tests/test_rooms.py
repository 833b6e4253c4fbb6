"""The rooms and the arrows between them: who may import whom, and that nobody imports in a circle."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache

import pytest

from tests.suite import ROOT

ROOMS = ("checks", "fixtures", "reports", "lab")
FORBIDDEN = {
    "reports": ("checks", "fixtures", "lab"),
    "fixtures": ("checks", "reports"),
    "checks": ("reports", "lab"),
    "lab": ("checks", "fixtures", "reports"),
    "fixtures.core": ("fixtures.access", "fixtures.probes", "fixtures.clients", "fixtures.plugin"),
    "fixtures.inventory": ("fixtures.access", "fixtures.core", "fixtures.probes"),
}
IO = ("docker", "httpx", "requests", "testinfra", "rethinkdb", "fixtures.access", "fixtures.probes")


@cache
def modules() -> dict[str, frozenset[str]]:
    """Every module of the rooms, and which of them it imports, in whatever place."""
    paths = {_name(path.relative_to(ROOT).parts): path for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    return {
        name: frozenset(_imported(ast.parse(path.read_text("utf-8")), frozenset(paths)) - {name})
        for name, path in paths.items()
    }


def _name(parts: tuple[str, ...]) -> str:
    return ".".join(parts).removesuffix(".py").removesuffix(".__init__")


def _imported(tree: ast.Module, known: frozenset[str]) -> set[str]:
    return {name for node in ast.walk(tree) for name in _names(node, known) if name in known}


def _names(node: ast.AST, known: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if inner in known else node.module


def _is_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


@pytest.mark.parametrize("room", FORBIDDEN)
def test_nobody_imports_against_the_arrows(room: str) -> None:
    wrong = [
        f"{name} imports {other}"
        for name, imported in modules().items()
        for other in imported
        if _is_in(name, room) and any(_is_in(other, forbidden) for forbidden in FORBIDDEN[room])
    ]
    assert wrong == []


def test_nobody_imports_in_a_circle() -> None:
    found: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for other in sorted(modules()[name]):
                visit(other, [*path, name])
            done.add(name)

    for name in modules():
        visit(name, [])
    assert found == []


def test_the_core_is_loaded_without_any_way_in() -> None:
    loaded = f"[each for each in {IO!r} if each in sys.modules]"
    code = f"import sys, fixtures.core.probe, fixtures.core.scheduler; print({loaded})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
