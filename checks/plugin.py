"""pytest's side of the checks: the catalogue, and the parametrisation over what the inventory names."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

import checks
from checks.condition import CATALOGUE, Condition, condition_of
from checks.engine import outcomes
from checks.engine.asking import refuse_wrong_checks
from checks.engine.bound_check import dimensions_of, joined, rows_of
from checks.engine.inventory_names import refuse_unknown_names
from checks.engine.run import run_checks
from checks.engine.selection import mark, register_markers, select_whole_names
from fixtures.core.question import is_asked
from fixtures.core.refusals import Refused
from fixtures.loading import load_modules
from fixtures.target import TARGET, how_to_name_one


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(outcomes, "msr-checks-outcomes")
    config.args = _tests(config)
    if config.option.markers:
        register_markers(config, catalogue())


def _tests(config: pytest.Config) -> list[str]:
    """What to collect: the tests that are named, else the checks, from wherever pytest was started.

    A test may be named as reports name it, from the root of the checkout. In the project's own tests pytest collects
    those where no cluster is named.
    """
    root, here = Path(checks.__path__[0]).resolve().parent, config.invocation_params.dir.resolve()
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return [_found(argument, here, root) for argument in config.args]
    own = here.is_relative_to(root / "tests") and TARGET not in config.stash
    return config.args if own or here == root or here.is_relative_to(root / "checks") else [str(root / "checks")]


def _found(argument: str, here: Path, root: Path) -> str:
    path = argument.partition("::")[0]
    known = not (here / path).exists() and (root / path).exists()
    return str(root / argument) if known else argument


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if config.getoption("conditions"):
        lines = [f"{c.id:<10} {c.severity:<9} {c.title}  [{c.documented}]" for c in catalogue()]
        sys.stdout.write("\n".join(lines) + f"\n{len(lines)} conditions\n")
        return 0
    return None


def catalogue() -> list[Condition]:
    """All conditions there are, whichever of them were collected, in order.

    Raises pytest.UsageError (exit 4) where a check is written wrong.
    """
    modules = [module for module in load_modules(checks) if module.__name__.rpartition(".")[2].startswith("test_")]
    try:
        refuse_wrong_checks(modules, CATALOGUE.values())
    except Refused as refusal:
        raise pytest.UsageError(str(refusal)) from None
    return sorted(CATALOGUE.values(), key=lambda each: (each.area, int(each.id.partition("-")[2])))


@pytest.hookimpl(tryfirst=True)
def pytest_msr_run(config: pytest.Config) -> None:
    """Before any report is begun, so that an inventory which cannot be used replaces none."""
    refuse_unknown_names(config.stash[TARGET].inventory, catalogue())


def pytest_sessionstart(session: pytest.Session) -> None:
    """A collection of checks refuses those that are written wrong, with a cluster or without one."""
    config, here = session.config, Path(checks.__path__[0]).resolve()
    paths = [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    if any(path.is_relative_to(here) or here.is_relative_to(path) for path in paths):
        register_markers(config, catalogue())
        select_whole_names(config)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, obj: object) -> list[pytest.Item] | None:
    """No item for a condition of a question that is not asked: it is neither counted nor deselected."""
    condition = condition_of(obj)
    return [] if condition and not _judges(collector.config, condition) else None


def _judges(config: pytest.Config, condition: Condition) -> bool:
    target = config.stash.get(TARGET, None)
    return is_asked(condition.question, target.options.question if target else None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if condition_of(metafunc.function) is None or TARGET not in metafunc.config.stash:
        return
    inventory = metafunc.config.stash[TARGET].inventory
    dimensions = dimensions_of(metafunc.function)
    if dimensions:
        rows = rows_of(metafunc.function, inventory)
        metafunc.parametrize(dimensions, rows, ids=[joined(row) for row in rows])


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    condition = condition_of(getattr(item, "function", None))
    if condition:
        mark(item, condition)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Look at everything that the selected checks need, then let pytest run them on what was seen."""
    items = [item for item in session.items if isinstance(item, pytest.Function) and condition_of(item.function)]
    option = session.config.option
    refused = session.testsfailed and not option.continue_on_collection_errors
    if items and not option.collectonly and not refused:
        if TARGET not in session.config.stash:
            raise pytest.UsageError(how_to_name_one(session.config))
        run_checks(session.config, items, [each for each in catalogue() if _judges(session.config, each)])
    return (yield)
