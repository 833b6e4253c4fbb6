"""The official driver, as it comes, is the test of the stand-in's wire protocol; rethinkcli's language is the other."""

from __future__ import annotations

import json
import socket
import ssl
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rethinkdb import errors, r

from lab.embedded import Embedded
from lab.embedded.door import Door
from lab.embedded.reql import certificates
from lab.embedded.reql.javascript import NotRead, read
from lab.embedded.rethinkcli import replica_of, rethinkcli
from lab.embedded.scenes.scene import Scene
from lab.embedded.state import Cluster, Replica
from tests.patience import patient


class Running:
    """One replica whose server asks for no client certificate, and bears the name of this machine."""

    def __init__(self, cluster: Embedded, directory: Path) -> None:
        self.cluster = cluster
        self.state: Cluster = cluster._cluster
        self.replica: Replica = self.state.replicas[0]
        self._directory = directory

    @property
    def password(self) -> str:
        return (self._directory / "rethinkdb-password").read_text("utf-8").strip()

    def connect(self, user: str = "auditor", password: str | None = None) -> Any:
        """The driver asks for TLS in a way that Python deprecates: that alone is let pass."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"ssl\.(PROTOCOL_TLS|match_hostname)", DeprecationWarning)
            word = self.password if password is None else password
            ca = {"ca_certs": str(self._directory / "rethinkdb-ca.pem")}
            return r.connect("localhost", self.replica.reql.port, user=user, password=word, ssl=ca, timeout=10)


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(certificates, "name_of", lambda _replica: "localhost")

    def play(cluster: Cluster, _expect: object) -> None:
        cluster.rethink.asks_for_certificate = False

    scene = Scene("of-a-test", "Of a test.", (), False, 1, False, "127.0.0.1", play)
    with Embedded(scene, replicas=1, latency=0.0, directory=tmp_path) as cluster:
        yield Running(cluster, tmp_path)


@contextmanager
def connected(running: Running, **login: str) -> Iterator[Any]:
    connection = running.connect(**login)
    try:
        yield connection
    finally:
        connection.close(noreply_wait=True)


def test_the_driver_reads_what_the_server_sees(running: Running) -> None:
    with connected(running) as connection:
        assert connection.server()["name"] == running.replica.server
        assert r.db_list().run(connection) == ["dtr2", "jobrunner", "notaryserver", "notarysigner", "rethinkdb"]
        system = r.db("rethinkdb")
        assert list(system.table("current_issues").run(connection)) == []
        (row,) = system.table("server_status").run(connection)
        assert row["network"]["time_connected"].tzinfo is not None
        assert system.table("table_status").count().run(connection) == 29
        assert system.table("table_status").filter(r.row["db"].eq("jobrunner")).count().run(connection) == 4
        assert system.table("users").get("nobody").run(connection) is None
        assert r.db("dtr2").table("repositories").order_by("name")["name"].run(connection) == ["alpine", "busybox"]


def test_cursors_come_in_batches(running: Running) -> None:
    running.replica.reql.edits.append(lambda tables: tables.update(logs=[{"id": str(n)} for n in range(2500)]))
    with connected(running) as connection:
        logs = r.db("rethinkdb").table("logs")
        assert [row["id"] for row in logs.run(connection)] == [str(n) for n in range(2500)]
        partly = logs.run(connection)
        assert next(partly)["id"] == "0"
        partly.close()
        assert logs.nth(-1).run(connection) == {"id": "2499"}


@pytest.mark.parametrize(
    ("term", "kind", "words"),
    [
        (r.db("dtr2").table("nope"), errors.ReqlOpFailedError, "Table `dtr2.nope` does not exist"),
        (r.db("nope").table("x"), errors.ReqlOpFailedError, "Database `nope` does not exist"),
        (r.db("nope").table_list(), errors.ReqlOpFailedError, "Database `nope` does not exist"),
        (r.expr([1])[7], errors.ReqlNonExistenceError, "Index out of bounds"),
        (r.expr({})["x"], errors.ReqlNonExistenceError, "No attribute `x`"),
        (r.db("dtr2").table("tags").insert({}), errors.ReqlPermissionError, "required `write` permission"),
        (r.db("dtr2").table("tags").delete(), errors.ReqlPermissionError, "required `write` permission"),
        (r.db_create("x"), errors.ReqlPermissionError, "required `write` permission"),
        (r.range(100_001).coerce_to("array"), errors.ReqlResourceLimitError, "Array over size limit"),
        (r.js("1"), errors.ReqlQueryLogicError, "knows no term"),
    ],
)
def test_errors_are_those_of_the_server(running: Running, term: Any, kind: type[Exception], words: str) -> None:
    with connected(running) as connection, pytest.raises(kind, match=words):
        term.run(connection)


def test_a_default_stands_for_what_is_absent_and_for_no_failure(running: Running) -> None:
    with connected(running) as connection:
        assert r.expr({})["x"].default(7).run(connection) == 7
        with pytest.raises(errors.ReqlOpFailedError):
            r.db("dtr2").table("nope").count().default(0).run(connection)


@pytest.mark.parametrize(
    ("login", "words"),
    [({"password": "wrong"}, "Wrong password"), ({"user": "nobody"}, "Unknown user"), ({"user": "admin"}, "Wrong")],
)
def test_log_ins_that_are_refused(running: Running, login: dict[str, str], words: str) -> None:
    with pytest.raises(errors.ReqlAuthError, match=words):
        running.connect(**login)


def test_the_administrator_has_no_password(running: Running) -> None:
    with connected(running, user="admin", password="") as connection:
        assert "rethinkdb" in r.db_list().run(connection)


def test_another_protocol_is_told_as_such(running: Running) -> None:
    context = ssl.create_default_context(cadata=(running._directory / "rethinkdb-ca.pem").read_text("ascii"))
    plain = socket.create_connection(("127.0.0.1", running.replica.reql.port), 5)
    with context.wrap_socket(plain, server_hostname="localhost") as secured:
        secured.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert secured.recv(200).startswith(b"ERROR: Received an unsupported protocol version.")


def test_only_what_waits_for_a_hung_server_waits(running: Running) -> None:
    running.state.hung_for = 1.5
    with connected(running) as connection:
        started = time.monotonic()
        r.db("rethinkdb").table("server_status").count().run(connection)
        assert time.monotonic() - started < patient(1)
        r.db("rethinkdb").table("current_issues").count().run(connection)
        assert time.monotonic() - started > 1


def test_every_query_is_recorded(running: Running) -> None:
    with connected(running) as connection:
        r.db("rethinkdb").table("current_issues").run(connection).close()
    assert [(each.user, each.term) for each in running.cluster.queries] == [
        ("auditor", [15, [[14, ["rethinkdb"]], "current_issues"]])
    ]


# --- rethinkcli -----------------------------------------------------------------------------------------------------


def test_the_documented_command_prints_an_empty_list(running: Running) -> None:
    printed = rethinkcli(running.state, running.replica, 'r.db("rethinkdb").table("current_issues")\n')
    assert printed == "[]\n"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("r.dbList()", ["dtr2", "jobrunner", "notaryserver", "notarysigner", "rethinkdb"]),
        ("r.db('notarysigner').tableList();", ["private_keys"]),
        ('r.expr({a: [1, -2.5, null], "b": true})', {"a": [1, -2.5, None], "b": True}),
        ("r.expr([1,2]).map(function(n){return {n: n};})", [{"n": 1}, {"n": 2}]),
        ("r.branch(r.expr([]).isEmpty(), 'none', 'some')", "none"),
        ("r.db('dtr2').table('repositories', {readMode: 'outdated'}).count()", 2),
    ],
)
def test_expressions(running: Running, expression: str, value: Any) -> None:
    assert json.loads(rethinkcli(running.state, running.replica, expression)) == value


def test_times_are_printed_as_javascript_does(running: Running) -> None:
    (row,) = json.loads(rethinkcli(running.state, running.replica, "r.db('rethinkdb').table('server_status')"))
    assert row["network"]["time_connected"].endswith("Z")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("", "SyntaxError"),
        ("r", "Expected a ReQL query"),
        ("r.db('x'", "SyntaxError"),
        ("r.dbList() r", "SyntaxError"),
        ("r.dropEverything()", "is not a function"),
        ("process.exit()", "ReferenceError"),
        ("r.db(`x`)", "SyntaxError"),
        ("r.db('nope').tableList()", "Database `nope` does not exist"),
        ("r.db('dtr2').table('tags').delete()", "permission"),
    ],
)
def test_what_is_no_reading_expression(running: Running, expression: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        rethinkcli(running.state, running.replica, expression)


def test_a_server_that_is_gone(running: Running) -> None:
    running.replica.reql.door = Door.CLOSED
    with pytest.raises(ValueError, match="Could not connect"):
        rethinkcli(running.state, running.replica, "r.dbList()")


def test_the_environment_names_the_replica(running: Running) -> None:
    name = running.replica.id
    assert replica_of(running.state, [f"DTR_REPLICA_ID={name}", f"MSR_REPLICA_ID={name}"]) is running.replica
    for environment in ([], ["DTR_REPLICA_ID="], ["MSR_REPLICA_ID=000000000000"]):
        with pytest.raises(ValueError, match="ENOTFOUND"):
            replica_of(running.state, environment)


def test_a_variable_is_known_in_its_function_alone() -> None:
    with pytest.raises(NotRead, match="n is not defined"):
        read("r.expr([1]).map(function(n){return n}).filter(n)")
