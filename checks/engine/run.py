"""One run of the selected checks: look, save what was seen, judge it, and begin the report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from checks.condition import Condition, condition_of
from checks.engine.bound_check import BoundCheck, arguments_of, dimensions_of
from checks.engine.evaluate import Judge
from checks.engine.listing import listed
from checks.engine.outcomes import JUDGED
from checks.engine.records import header, record
from checks.engine.retry import Retry
from checks.engine.waivers import Waivers
from checks.engine.waivers_told import effects
from checks.verdict import Outcome
from fixtures.clients import connect
from fixtures.core import facts_file
from fixtures.core.scheduler import Scheduler
from fixtures.core.store import Unavailable
from fixtures.options import DEFAULT_TIME_LIMIT
from fixtures.plugin import ARGUMENTS
from fixtures.target import TARGET, Target, given


def run_checks(config: pytest.Config, items: list[pytest.Function], catalogue: Sequence[Condition]) -> None:
    """Report the verdicts of all items, and leave with each its own, ready for pytest to run it."""
    target = config.stash[TARGET]
    judge = Judge(target.store, target.inventory, waited=target.options.waited)
    asked = [_ask(item, target) for item in items]
    try:
        if not target.offline:
            _look(config, target, judge, asked)
    finally:
        # What an interrupted run has seen so far is judged, saved and reported as well.
        with target.interruption.held_back() as signals:
            saved = facts_file.Saved(target.inventory, target.options, target.store, target.judged_at, target.demo)
            facts = facts_file.text(saved, target.masker)
            config.hook.pytest_msr_file(config=config, name=facts_file.FILE_NAME, text=facts)
            judgements = [judge.verdicts(each) for each in asked]
            judged = [(each.condition.id, one) for each, of_it in zip(asked, judgements, strict=True) for one in of_it]
            waivers = Waivers(target.inventory.waivers, judged, target.judged_at.date())
            for item, each, of_it in zip(items, asked, judgements, strict=True):
                item.stash[JUDGED] = listed(waivers.apply(each.condition.id, of_it), each.subject)
                item.stash[ARGUMENTS] = _arguments(each, target)
            line = header(target, asked, catalogue, config.getoption("fail_on"))
            line |= effects(waivers, line["left_out"])
            config.hook.pytest_msr_header(config=config, header=line)
            # All of them now: what pytest runs after this, and how it ends, changes nothing of what was judged.
            for item, each in zip(items, asked, strict=True):
                records = [record(target, each, one, item.nodeid) for one in item.stash[JUDGED]]
                config.hook.pytest_msr_verdicts(item=item, verdicts=records)
        if signals:
            raise KeyboardInterrupt


def _ask(item: pytest.Function, target: Target) -> BoundCheck:
    condition = condition_of(item.function)
    assert condition is not None  # noqa: S101 - only conditions are asked
    parameters: dict[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    ordered = {name: parameters[name] for name in dimensions_of(item.function)}
    return BoundCheck(condition, item.function, ordered, given(target))


def _look(config: pytest.Config, target: Target, judge: Judge, asked: list[BoundCheck]) -> None:
    previous = config.hook.pytest_msr_previous_run(config=config)
    clients = connect(
        target.inventory,
        target.secrets,
        target.masker,
        previous / facts_file.FILE_NAME if previous else None,
        containers=not config.getoption("no_containers"),
        negative_log_in=target.options.negative_log_in,
        pulls_allowed=not config.getoption("no_pull"),
        since=target.options.since,
    )
    watcher = config.hook.pytest_msr_watcher(config=config)
    wait = config.getoption("wait") or timedelta(0)
    stable = config.getoption("stable") or timedelta(0)
    given_limit = config.getoption("time_limit")
    limit = DEFAULT_TIME_LIMIT + wait + stable if given_limit is None else given_limit
    blocking = {Outcome.FAIL, Outcome.UNKNOWN} | ({Outcome.WARN} if config.getoption("fail_on") == "warning" else set())
    until = time.monotonic() + limit.total_seconds()
    scheduler = Scheduler(target.inventory, target.store, clients.by_name(), watcher)
    try:
        Retry(target, judge, asked, scheduler, wait, stable, frozenset(blocking), until).look()
    finally:
        with target.interruption.held_back() as signals:
            for text in clients.close(soon=target.interruption.came or time.monotonic() >= until):
                watcher.message(text)
            watcher.close()
    if signals:
        raise KeyboardInterrupt


def _arguments(asked: BoundCheck, target: Target) -> dict[str, Any]:
    try:
        return {} if asked.nothing else arguments_of(asked, target.store, target.inventory)
    except Unavailable:
        return {}
