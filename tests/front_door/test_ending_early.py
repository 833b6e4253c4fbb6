"""Runs that end before their time: signals, the time limit, a terminal that is gone. What they have seen is told."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

import pytest

from fixtures.interruption import ENDS
from lab.embedded import Embedded
from tests.front_door import interrupting
from tests.front_door.looks import Looks
from tests.front_door.meanwhile import until
from tests.front_door.page import Page
from tests.front_door.running import started
from tests.front_door.staging import inventory_with, scene, state_of
from tests.patience import patient
from tests.suite import ROOT, Outcome, Suite, operators_environment

ASKED_AT_A_REPLICA = ("PING-1", "PING-3", "IDENT-1", "NGINX-1", "REG-1", "STATUS-1", "TLS-1", "TLS-2", "VERSION-1")


def assert_tells_what_it_saw(outcome: Outcome, cluster: Embedded, cause: str) -> None:
    """All of the replicas that answered is judged; what is still awaited at the last one is UNKNOWN, with the cause."""
    *well, bad = [replica.id for replica in state_of(cluster).replicas]
    for condition in ASKED_AT_A_REPLICA:
        for replica in well:
            assert outcome.verdicts[condition, replica] == "PASS", (condition, replica)
    assert outcome.verdicts["STATUS-8", f"{well[0]}:{well[1]}"] == "PASS"
    assert outcome.verdicts["TLS-1", bad] == "PASS"
    assert outcome.verdicts["PING-1", bad] == "UNKNOWN"
    assert cause in outcome.of("PING-1", bad)["message"]
    assert {entry["id"] for entry in outcome.header["catalogue"]} == {line["condition"] for line in outcome.results}
    assert outcome.words == {"PASS", "UNKNOWN"}
    assert cause in Page(outcome.reports / "report.html").text
    assert Looks.of(outcome).rows
    assert "HEALTHY" not in outcome.output
    assert "Traceback" not in outcome.output
    junit = ElementTree.parse(outcome.reports / "junit.xml").getroot()
    told = {each.get("value") for each in junit.findall(".//property[@name='verdict']")}
    assert told == {f"{line['subject']}: {line['verdict'].replace('_', ' ')}" for line in outcome.results}


@pytest.mark.parametrize("number", ENDS)
def test_an_interrupted_run_tells_what_it_has_seen(tmp_path: Path, number: signal.Signals) -> None:
    with scene("ping-unanswered", tmp_path) as cluster, started(tmp_path, f"--inventory={cluster.inventory}") as run:
        assert until(lambda: quiet(cluster), 30)
        sent = time.monotonic()
        run.signal(number)
        outcome = run.ended(15)
        assert time.monotonic() - sent < patient(8)
        assert outcome.code == 2, outcome.output
        assert_tells_what_it_saw(outcome, cluster, "the run was interrupted before this was checked")
        assert re.search(
            r"^demo UNKNOWN: \d+ of \d+ conditions judged before the run was interrupted; ", outcome.output, re.M
        )


def quiet(cluster: Embedded) -> bool:
    """Everything was asked but what waits for the replica that does not answer: there was nothing new for a second."""
    asked = cluster.requests
    return len(asked) > 25 and time.time() - asked[-1].time > 1


def test_the_time_limit_ends_a_run_that_hangs(suite: Suite, tmp_path: Path) -> None:
    with scene("ping-unanswered", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--time-limit=4s")
        assert outcome.code == 7, outcome.output
        assert Looks.of(outcome).seconds < patient(6)
        assert_tells_what_it_saw(outcome, cluster, "the run reached its time limit before this was checked")


def test_a_time_limit_of_nothing_is_refused(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--time-limit=0s", "-k", "answers_ping")
        assert cluster.requests == []
    assert outcome.code == 4, outcome.output
    assert "'0s' leaves no time to check anything" in outcome.output


def test_a_run_that_is_interrupted_before_it_has_seen_anything_leaves_whole_reports(tmp_path: Path) -> None:
    with scene("ping-unanswered", tmp_path) as cluster:
        inventory = inventory_with(cluster, require=[])
        with started(tmp_path, f"--inventory={inventory}", "-k", f"answers_ping and {state_of(cluster).bad.id}") as run:
            assert until(lambda: bool(cluster.requests), 30)
            run.signal(signal.SIGINT)
            outcome = run.ended(15)
    assert outcome.code == 2, outcome.output
    assert set(outcome.verdicts.values()) == {"UNKNOWN"}
    assert "Traceback" not in outcome.output
    assert ElementTree.parse(outcome.reports / "junit.xml").getroot().tag == "testsuites"


INTERRUPTED_AT_AN_IMPORT = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, *_):
        if name == "fixtures.options":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
"""


def test_a_run_that_is_interrupted_while_it_starts_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED_AT_AN_IMPORT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--demo", f"--report-dir={tmp_path / 'reports'}"],
        cwd=ROOT,
        env=operators_environment() | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ERROR: interrupted before anything was asked\n"
    assert not (tmp_path / "reports").exists()


def test_a_run_that_is_interrupted_while_it_reads_its_passwords_says_so(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    vault = {"exec": ["sh", "-c", f"touch {begun}; exec sleep 20"]}
    with scene("healthy", tmp_path) as cluster:
        inventory = inventory_with(cluster, accounts={"admin": {"username": "admin", "password": vault}})
        with started(tmp_path, f"--inventory={inventory}") as run:
            assert until(begun.exists, 30)
            run.signal(signal.SIGINT)
            outcome = run.ended(15)
        assert cluster.requests == []
    assert (outcome.code, outcome.output) == (2, "ERROR: interrupted before anything was asked\n")


@pytest.mark.parametrize("number", ENDS)
@pytest.mark.parametrize("moment", ["saving", "judging", "testing", "telling"])
def test_what_was_seen_is_told_whole_whenever_the_signal_comes(
    tmp_path: Path, moment: str, number: signal.Signals
) -> None:
    environment = {interrupting.MOMENT: moment, interrupting.NUMBER: str(int(number))}
    suite = Suite(tmp_path / "reports", environment)
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(interrupting.PLUGIN, f"--inventory={cluster.inventory}")
    assert outcome.code == 2, outcome.output
    assert "Traceback" not in outcome.output
    assert outcome.words == {"PASS"}
    assert {entry["id"] for entry in outcome.header["catalogue"]} == {line["condition"] for line in outcome.results}
    assert (outcome.reports / "facts.json").is_file()
    assert "Passed" in Page(outcome.reports / "report.html").text
    suites = ElementTree.parse(outcome.reports / "junit.xml").getroot()
    cases = [case.get("name") for case in suites.iter("testcase")]
    assert len(cases) == len(set(cases)) == len({line["test"] for line in outcome.results})
    assert None not in cases


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_a_signal_that_is_ignored_ends_nothing(tmp_path: Path, number: signal.Signals) -> None:
    """`nohup` ignores SIGHUP, and a shell SIGINT in what it starts with `&`."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with scene("slow-replica", tmp_path) as cluster, started(tmp_path, f"--inventory={cluster.inventory}") as run:
            assert until(lambda: bool(cluster.requests), 30)
            run.signal(number)
            outcome = run.ended(60)
    finally:
        signal.signal(number, before)
    assert "UNKNOWN" not in outcome.verdicts.values()
    assert "interrupted" not in outcome.output


def test_a_terminal_that_is_closed_ends_a_run_with_its_reports(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with scene("ping-unanswered", tmp_path) as cluster:
        pid, terminal = pty.fork()
        if not pid:
            run_from(f"--report-dir={reports}", f"--inventory={cluster.inventory}")
        assert until(lambda: quiet(cluster), 30)
        os.close(terminal)
        outcome = Outcome(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "", reports, 0.0)
        assert outcome.code == 2
        assert_tells_what_it_saw(outcome, cluster, "the run was interrupted before this was checked")


def test_output_that_nobody_reads_to_its_end_changes_nothing(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    with scene("healthy", tmp_path) as cluster:
        command = [sys.executable, "-m", "pytest", f"--report-dir={reports}", f"--inventory={cluster.inventory}"]
        with subprocess.Popen(
            command, cwd=ROOT, env=operators_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as run:
            assert run.stdout is not None
            assert run.stderr is not None
            run.stdout.readline()
            run.stdout.close()
            complaints = run.stderr.read()
    outcome = Outcome(run.returncode, "", reports, 0.0)
    assert (outcome.code, complaints) == (0, b"")
    assert outcome.words == {"PASS"}
    assert "Passed" in Page(reports / "report.html").text


def run_from(*arguments: str) -> NoReturn:
    """Become a run of the suite, in the terminal that this process has."""
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *arguments], operators_environment())
