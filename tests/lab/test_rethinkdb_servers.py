"""Real database servers are started as they must be, and ended however it goes; here with programs that are none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lab.rethinkdb import Servers, binary


def program(directory: Path, script: str) -> Path:
    path = directory / "rethinkdb"
    path.write_text(f"#!{sys.executable}\n{script}\n", "utf-8")
    path.chmod(0o755)
    return path


def test_the_program_is_the_named_one_or_the_one_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_RETHINKDB", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binary() is None
    path = program(tmp_path, "")
    assert binary() == path
    monkeypatch.setenv("LAB_RETHINKDB", "/opt/rethinkdb")
    assert binary() == Path("/opt/rethinkdb")


def test_each_joins_the_first_and_speaks_tls(tmp_path: Path) -> None:
    servers = Servers(Path("/opt/rethinkdb"), tmp_path)
    first, second = servers.command(0), servers.command(1)
    assert "--join" not in first
    assert second[second.index("--join") + 1] == f"127.0.0.1:{first[first.index('--cluster-port') + 1]}"
    assert second[second.index("--server-name") + 1] == f"dtr_rethinkdb_{servers.ids[1]}"
    assert {"--driver-tls-key", "--driver-tls-cert", "--cluster-tls-key", "--cluster-tls-ca"} <= set(first)


def test_a_program_that_ends_at_once_is_told_with_its_log(tmp_path: Path) -> None:
    servers = Servers(program(tmp_path, "print('not today')"), tmp_path / "lab")
    with pytest.raises(RuntimeError, match="did not start, see") as told, servers:
        pass
    assert "not today" in Path(str(told.value).rpartition("see ")[2]).read_text("utf-8")


LISTENS = """
import socket, sys
port = int(sys.argv[sys.argv.index("--driver-port") + 1])
listening = socket.create_server(("127.0.0.1", port))
while True:
    listening.accept()[0].close()
"""


def test_all_of_them_are_ended_where_the_first_is_no_database(tmp_path: Path) -> None:
    servers = Servers(program(tmp_path, LISTENS), tmp_path / "lab")
    with pytest.raises(RuntimeError, match="the first server cannot be asked"), servers:
        pass
    assert len(servers._processes) == 3
    assert all(process.poll() is not None for process in servers._processes)
