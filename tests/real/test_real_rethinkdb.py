"""The way in with the driver, against real RethinkDB servers where there is a binary, else against the stand-in.

The name of each test says which it was: no registry of packages has the server, so that CI runs on the stand-in.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from checks.engine.evaluate import Judge
from checks.verdict import Outcome
from fixtures.access.docker.engines import Engines
from fixtures.access.rethinkdb.client import Rethinkdb, open_rethinkdb
from fixtures.access.ssh.master import Sockets
from fixtures.access.ssh.shell import Shells
from fixtures.core.store import NoResponse, Unavailable
from fixtures.inventory import Inventory, load
from fixtures.probes.database_view import DatabaseView, view_of
from fixtures.secrets.resolve import resolve
from lab import embedded
from lab.embedded.door import Door
from lab.rethinkdb import Servers, binary
from tests.checks.case import Facts, asked, store_of
from tests.patience import patient

REAL = binary()
WHICH = "a real server" if REAL else "the stand-in, since there is no rethinkdb on PATH and no LAB_RETHINKDB"


@dataclass
class Databases:
    """Three database servers, what can be done to them, and the door to them."""

    inventory: Inventory
    door: Rethinkdb
    kill: Callable[[int], None]
    stop: Callable[[int], None]

    @property
    def ids(self) -> list[str]:
        return [replica.id for replica in self.inventory.replicas]

    def view(self, number: int) -> DatabaseView:
        name = self.ids[number]
        return view_of(name, self.door.ask(name))

    def settled(self, holds: Callable[[DatabaseView], bool], seconds: float = 30) -> DatabaseView:
        """The first server's view, once it holds; the last one where it does not in time."""
        ends = time.monotonic() + seconds
        while not holds(view := self.view(0)) and time.monotonic() < ends:
            time.sleep(0.2)
        return view


@pytest.fixture(params=["databases"], ids=[WHICH])
def databases(tmp_path: Path) -> Iterator[Databases]:
    with ExitStack() as stack:
        path, kill, stop = (_real if REAL else _stand_in)(stack, tmp_path / "lab")
        inventory, sockets = load(path), Sockets()
        shells = Shells(inventory, sockets)
        engines = Engines(inventory, shells, sockets)
        secrets = resolve(inventory, {})
        door = open_rethinkdb(inventory, secrets, shells, engines, sockets, containers=False)
        stack.callback(door.close)
        yield Databases(inventory, door, kill, stop)


Started = tuple[Path, Callable[[int], None], Callable[[int], None]]


def _real(stack: ExitStack, directory: Path) -> Started:
    servers = stack.enter_context(Servers(REAL or Path(), directory))
    return servers.inventory, servers.kill, servers.stop


def _stand_in(stack: ExitStack, directory: Path) -> Started:
    running = stack.enter_context(embedded.start(directory=directory))
    cluster = running._cluster

    def kill(number: int) -> None:
        cluster.replicas[number].lose_database(timedelta(0))

    def stop(number: int) -> None:
        """As measured: for some seconds nobody can tell the issues, and then the server is missed."""
        cluster.hung_for, cluster.first_look = 3.0, time.monotonic()
        cluster.replicas[number].reql.door = Door.SILENT
        cluster.replicas[number].lose_database(timedelta(0))

    return running.inventory, kill, stop


def verdicts(condition: str, databases: Databases, *numbers: int) -> dict[str, Outcome]:
    """What a condition says of what these servers tell, now."""
    facts: Facts = {("database_view", databases.ids[number]): databases.view(number) for number in numbers}
    found = {}
    for one in asked(condition, databases.inventory):
        if one.subject == "cluster" or one.subject in [databases.ids[number] for number in numbers]:
            for judgement in Judge(store_of(facts), databases.inventory).verdicts(one):
                assert not judgement.internal_error
                found[judgement.subject] = judgement.verdict.outcome
    return found


def test_healthy(databases: Databases) -> None:
    view = databases.view(0)
    assert {len(databases.view(number).servers) for number in range(3)} == {3}
    assert view.issues == []
    assert len(view.tables) == 29
    assert {"dtr2", "jobrunner", "notaryserver", "notarysigner", "rethinkdb"} <= set(view.tables_of)
    assert verdicts("RDB-1", databases, 0, 1, 2) == dict.fromkeys(databases.ids, Outcome.PASS)
    assert verdicts("RDB-2", databases, 0) == {databases.ids[0]: Outcome.PASS}
    assert verdicts("RDB-3", databases, 0) == {"cluster": Outcome.PASS}


def test_one_killed(databases: Databases) -> None:
    databases.kill(2)
    view = databases.settled(lambda seen: len(seen.issues) == 29 and not any(issue.critical for issue in seen.issues))
    assert {issue.type for issue in view.issues} == {"table_availability"}
    assert not any(issue.critical for issue in view.issues)
    assert {server for issue in view.issues for server in issue.servers} == {f"dtr_rethinkdb_{databases.ids[2]}"}
    assert len(view.servers) == 2
    assert verdicts("RDB-1", databases, 0) == {f"{databases.ids[0]}:table_availability": Outcome.FAIL}
    with pytest.raises(NoResponse):
        databases.view(2)


def test_one_that_hangs_delays_the_others_and_costs_itself_one_deadline(databases: Databases) -> None:
    databases.stop(2)
    started = time.monotonic()
    view = databases.view(0)
    assert 2 < time.monotonic() - started < patient(20)
    assert {issue.type for issue in view.issues} >= {"table_availability"}
    started = time.monotonic()
    with pytest.raises(NoResponse) as told:
        databases.view(2)
    assert told.value.timed_out
    assert time.monotonic() - started < patient(12)


def test_two_of_three_dead(databases: Databases) -> None:
    databases.kill(1)
    databases.kill(2)
    view = databases.settled(lambda seen: len(seen.issues) == 29 and all(issue.critical for issue in seen.issues))
    assert len(view.issues) == 29
    assert all(issue.critical for issue in view.issues)
    assert [server.name for server in view.servers] == [f"dtr_rethinkdb_{databases.ids[0]}"]
    assert verdicts("RDB-2", databases, 0) == {databases.ids[0]: Outcome.PASS}


def test_another_password_is_refused(databases: Databases) -> None:
    """SCRAM tells it from a user that is not there."""
    way = databases.door.way
    way.user = "nobody"  # type: ignore[union-attr]
    with pytest.raises(Unavailable, match="unknown user"):
        databases.view(0)
