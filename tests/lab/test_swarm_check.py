"""`check` tells in one line why no lab can run; these need no root."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.swarm import __main__ as program
from lab.swarm import preflight
from lab.swarm.engines import ENGINES


def test_reason_and_exit_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(program, "missing", lambda engine: f"not root (uid 1000) for {engine.name}")
    for arguments in (["check"], ["run", "--", "true"], ["up"]):
        assert program.main(arguments) == 77
        assert capsys.readouterr().err == "a lab cannot run here: not root (uid 1000) for 20.10\n"
    assert program.main(["check", "--engine", "28"]) == 77
    assert capsys.readouterr().err == "a lab cannot run here: not root (uid 1000) for 28\n"


def test_missing_programs_are_told_with_their_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(preflight, "PATH", str(tmp_path))
    monkeypatch.setattr(preflight, "_rights", lambda: None)
    told = preflight.missing()
    assert told is not None
    assert told.startswith("not installed: iptables (package iptables), ")
    assert "dockerd (package docker.io)" in told
    assert "\n" not in told
    told = preflight.missing(ENGINES["28"])
    assert told is not None
    assert told.endswith("mmdebstrap (package mmdebstrap)")
    assert "docker" not in told


def test_little_memory_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "NEEDED_MB", 10**9)
    told = preflight._memory()
    assert told is not None
    assert told.endswith("MB of memory available, 1000000000 are needed")


def test_what_the_kernel_refuses_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert preflight._trial() == (
        "namespaces and their networks do not work here: 1: unshare: unshare failed: Operation not permitted"
    )
