"""No secret is ever shown: wherever it stands, whatever breaks, and however much pytest is asked to tell."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from secrets import token_hex
from xml.etree import ElementTree

import pytest
import yaml

from lab.embedded.reply import Reply, as_json
from lab.embedded.state import Cluster
from tests.front_door import crashing
from tests.front_door.planted import Planted, echoing, keeping_tokens, leak, leaks
from tests.front_door.staging import inventory_with, staged, state_of
from tests.suite import Outcome, Suite

LOUD = ("--showlocals", "-vv")
MASKED = "[masked]"
# The checks that break or whose probes do, and one that does not.
BREAKING = "answers_ping or no_alert or runs_the_version or shared_storage or challenges"


def loud_suite(planted: Planted, directory: Path, **environment: str) -> Suite:
    return Suite(directory / "reports", planted.environment | environment)


@pytest.mark.parametrize("capture", ["-s", "-rA"])
def test_a_healthy_run_shows_none(tmp_path: Path, capture: str) -> None:
    planted = Planted()
    with staged(tmp_path, planted.put_into) as cluster:
        state_of(cluster).faults["/auth/token"] = keeping_tokens(planted)
        outcome = loud_suite(planted, tmp_path).run(f"--inventory={planted.inventory(cluster)}", *LOUD, capture)
    assert outcome.code == 0, outcome.output
    assert outcome.tripped == {}
    assert planted.bearers == {*planted.log_ins, "anonymous"}
    assert leaks(planted, outcome) == {}


def test_a_faulty_run_shows_none_of_those_that_the_cluster_gives_away(tmp_path: Path) -> None:
    planted = Planted()

    def play(cluster: Cluster) -> None:
        planted.put_into(cluster)
        echoing(planted, cluster)
        # What answers in its place is not believed: a log-in that it were the first to refuse would be unknown.
        cluster.replicas[3].slow_by = 0.5

    with staged(tmp_path, play, replicas=4) as cluster:
        outcome = loud_suite(planted, tmp_path).run(f"--inventory={planted.inventory(cluster)}", *LOUD, "-rA")
        one, two, three, four = (replica.id for replica in state_of(cluster).replicas)
        users = cluster.url.removeprefix("https://")
    assert outcome.code == 1
    for condition, subject in (
        ("PING-1", two),
        ("PING-2", users),
        ("IDENT-1", four),
        ("NGINX-1", two),
        ("REG-1", two),
        ("STATUS-1", three),
        ("STATUS-3", f"{one}:log_in"),
        ("STATUS-4", f"{two}:{one}"),
        ("VERSION-1", three),
        ("ALERT-1", "CREDENTIALS"),
        ("TOKEN-0", "reader:late"),
    ):
        assert outcome.of(condition, subject)["verdict"] in ("FAIL", "WARN")
        assert MASKED in outcome.of(condition, subject)["message"] or condition == "PING-2", (condition, subject)
    assert MASKED in outcome.of("REG-1", three)["seen"]
    assert leaks(planted, outcome) == {}


def crashed(tmp_path: Path, planted: Planted, modes: str, *arguments: str) -> Outcome:
    """A run in which something breaks, or speaks, while it holds every secret that the inventory refers to."""
    held = tmp_path / "held.json"
    held.write_text(json.dumps(list(planted.log_ins.values())), encoding="utf-8")
    suite = loud_suite(planted, tmp_path, **{crashing.SECRETS: str(held), crashing.MODE: modes})
    with staged(tmp_path, planted.put_into) as cluster:
        inventory = planted.inventory(cluster, require=[])
        return suite.run(crashing.PLUGIN, f"--inventory={inventory}", "-k", BREAKING, *arguments)


@pytest.mark.parametrize(
    "arguments",
    [(*LOUD, "-rA"), (*LOUD, "-s"), ("-l", "--tb=long", "--log-cli-level=DEBUG"), ()],
    ids=lambda given: " ".join(given) or "as usual",
)
def test_a_crashing_run_shows_none(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    planted = Planted()
    outcome = crashed(tmp_path, planted, "checks probes", *arguments)
    broken = [each for each in outcome.results if each["message"].startswith("internal error")]
    assert {each["condition"] for each in broken} == {"PING-1", "ALERT-1", "VERSION-1", "STORE-1"}, outcome.output
    assert {each["verdict"] for each in broken} == {"UNKNOWN"}
    assert all(MASKED in each["message"] for each in broken)
    assert leaks(planted, outcome) == {}


def test_an_error_of_pytest_itself_shows_none(tmp_path: Path) -> None:
    planted = Planted()
    outcome = crashed(tmp_path, planted, "hook", *LOUD, "-rA")
    assert outcome.code == 3, outcome.output
    assert "INTERNALERROR" in outcome.output
    assert leaks(planted, outcome) == {}


@pytest.mark.parametrize("capture", ["-s", "--capture=fd"])
def test_what_is_printed_between_the_tests_shows_none(tmp_path: Path, capture: str) -> None:
    planted = Planted()
    outcome = crashed(tmp_path, planted, "print", capture)
    assert "a hook holds" in outcome.output
    assert leaks(planted, outcome) == {}


def test_a_log_file_shows_none(tmp_path: Path) -> None:
    planted = Planted()
    log = tmp_path / "pytest.log"
    crashed(tmp_path, planted, "checks probes", f"--log-file={log}", "--log-file-level=DEBUG")
    text = log.read_text(encoding="utf-8")
    assert "holds" in text
    shown = leak(planted, text)
    assert shown is None


def test_the_file_of_pytests_own_debugging_shows_none(tmp_path: Path) -> None:
    planted = Planted()
    log = tmp_path / "debug.log"

    def play(cluster: Cluster) -> None:
        planted.put_into(cluster)
        echoing(planted, cluster)
        # What answers in its place is not believed: a log-in that it were the first to refuse would be unknown.
        cluster.replicas[3].slow_by = 0.5

    with staged(tmp_path, play, replicas=4) as cluster:
        loud_suite(planted, tmp_path).run(f"--inventory={planted.inventory(cluster)}", f"--debug={log}")
    text = log.read_text(encoding="utf-8")
    assert "pytest_msr_verdicts" in text
    assert leak(planted, text) is None


def test_secrets_of_commands_and_waivers_are_shown_nowhere(tmp_path: Path) -> None:
    """Those that nobody knows to be secrets: arguments of programs, and what stands in a waiver."""
    argument, word, token = (token_hex(8) for _ in range(3))
    log = tmp_path / "debug.log"
    printing = [sys.executable, "-c", "import os; print(os.environ['FRONT_DOOR_ADMIN'])", f"--secret-id={argument}"]
    waiver = {"condition": "JOB-1", "reason": f"see token={token}", "ticket": f"https://x:{token}@wiki"}

    def play(cluster: Cluster) -> None:
        cluster.account("admin").password = "s3same-0pen"

    with staged(tmp_path, play) as cluster:
        accounts = {"admin": {"username": "admin", "password": {"exec": printing}}}
        nodes = [{"name": "node-1", "shell": {"command": ["sh", "-c", "exit 1", word]}}]
        changes = {
            "accounts": accounts,
            "nodes": nodes,
            "waivers": [waiver | {"until": "2999-12-31"}],
            "rethinkdb": None,
        }
        rows = yaml.safe_load(cluster.inventory.read_text(encoding="utf-8"))["replicas"]
        replicas = [{key: row[key] for key in ("id", "address", "port")} for row in rows]
        inventory = inventory_with(cluster, replicas=replicas, require=[], **changes)
        suite = Suite(tmp_path / "reports", {"FRONT_DOOR_ADMIN": "s3same-0pen"})
        outcome = suite.run(f"--inventory={inventory}", *LOUD, "-rA", f"--debug={log}", "-k", "JOB or NODE or PING")
        again = suite.run(f"--facts={outcome.reports / 'facts.json'}", "-k", "JOB or NODE or PING")
    assert again.verdicts == outcome.verdicts
    texts = {path.name: path.read_text(encoding="utf-8") for path in outcome.reports.iterdir() if path.is_file()}
    texts |= {"the terminal": outcome.output, "the log": log.read_text(encoding="utf-8")}
    secrets = (argument, word, token, "s3same-0pen")
    assert [(name, each) for name, text in texts.items() for each in secrets if each in text] == []


@pytest.mark.parametrize("password", ["two\nlines", ""])
def test_a_secret_that_is_none_is_refused_and_not_shown(tmp_path: Path, password: str) -> None:
    core = token_hex(6)
    with staged(tmp_path) as cluster:
        accounts = {"admin": {"username": "admin", "password": "env:FRONT_DOOR_ADMIN"}}
        inventory = inventory_with(cluster, accounts=accounts)
        suite = Suite(tmp_path / "reports", {"FRONT_DOOR_ADMIN": password and f"{core}{password}{core}"})
        outcome = suite.run(f"--inventory={inventory}", *LOUD)
    assert outcome.code == 4
    assert core not in outcome.output


def test_a_proxy_with_a_log_in_is_refused_and_not_shown(tmp_path: Path) -> None:
    core = token_hex(6)
    with staged(tmp_path) as cluster:
        outcome = Suite(tmp_path / "reports").run(
            f"--inventory={inventory_with(cluster, proxy=f'http://u:{core}@proxy:3128')}", *LOUD
        )
    assert outcome.code == 4
    assert core not in outcome.output


def test_a_secret_that_is_a_word_of_html_and_of_xml_breaks_no_page(tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        cluster.account("admin").password, cluster.account("ci").password = "table", "testcase"

    with staged(tmp_path, play) as cluster:
        outcome = Suite(tmp_path / "reports").run(f"--inventory={cluster.inventory}", "-k", "PING")
    page = (outcome.reports / "report.html").read_text(encoding="utf-8")
    assert MASKED not in page
    assert "<table" in page
    suite = ElementTree.parse(outcome.reports / "junit.xml").getroot()[0]
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) > 0
    assert MASKED not in ElementTree.tostring(suite, encoding="unicode")


def test_a_token_that_is_no_jwt_is_masked_where_it_is_given_away(tmp_path: Path) -> None:
    planted = Planted()
    token = f"opaque-{token_hex(24)}"

    def play(cluster: Cluster) -> None:
        planted.put_into(cluster)
        planted.tokens.append(token)
        message = f"the session {token} has expired"
        cluster.alerts.append({"id": "SESSION", "class": "warning", "message": message})
        cluster.faults["/auth/token"] = lambda right: (
            as_json(200, {"token": token, "access_token": token, "expires_in": 300}) if right.status == 200 else right
        )

    with staged(tmp_path, play) as cluster:
        inventory = planted.inventory(cluster, require=[])
        outcome = loud_suite(planted, tmp_path).run(f"--inventory={inventory}", "-k", "no_alert or log_in")
    assert outcome.of("ALERT-1", "SESSION")["verdict"] == "WARN"
    assert leaks(planted, outcome) == {}


def test_a_secret_that_a_text_is_cut_in_is_not_shown_in_part(tmp_path: Path) -> None:
    """Answers are cut to the length of a message; what is left of a secret at the cut is a secret still."""
    secret = token_hex(16)

    def play(cluster: Cluster) -> None:
        cluster.account("admin").password = secret
        one, two, three = cluster.replicas
        one.faults["/nginx_status"] = lambda _: Reply(200, f"{'-' * 40}{secret}{'-' * 200}".encode(), "text/plain")
        two.ping_error = "-" * 980 + secret
        challenge = f"{'-' * 980}{secret}"
        three.faults["/v2/"] = lambda _: Reply(401, b"", None, (("WWW-Authenticate", challenge),))

    with staged(tmp_path, play) as cluster:
        outcome = Suite(tmp_path / "reports").run(f"--inventory={cluster.inventory}")
    assert {"NGINX-1", "PING-1", "REG-1"} <= {condition for condition, _ in outcome.tripped}
    texts = {path.name: path.read_text(encoding="utf-8") for path in outcome.reports.iterdir()}
    texts["the terminal"] = outcome.output
    assert [name for name, text in texts.items() if secret[:12] in text or secret[-12:] in text] == []


def test_a_secret_whose_spaces_a_message_squeezes_is_masked(tmp_path: Path) -> None:
    first, last = token_hex(6), token_hex(6)
    planted = Planted(admin=f"{first}  {last}")

    def play(cluster: Cluster) -> None:
        planted.put_into(cluster)
        cluster.bad.faults["/nginx_status"] = lambda _: Reply(200, f"no {planted.admin}".encode(), "text/plain")

    with staged(tmp_path, play) as cluster:
        inventory = planted.inventory(cluster, require=[])
        outcome = loud_suite(planted, tmp_path).run(f"--inventory={inventory}", "-k", "nginx_serves")
    assert outcome.of("NGINX-1", state_of(cluster).bad.id)["verdict"] == "FAIL"
    assert leaks(planted, outcome) == {}


def test_no_name_that_an_answer_gives_shows_a_secret_that_can_be_no_name(tmp_path: Path) -> None:
    """Subjects are the keys of verdicts; of a name, only what no name can hold is masked."""
    planted = Planted(admin=f"Tr0ub4dor & {token_hex(6)}")

    def play(cluster: Cluster) -> None:
        planted.put_into(cluster)
        cluster.alerts.append({"id": f"BAD_{planted.admin}", "class": "warning", "message": "refused"})
        cluster.ghosts.append(planted.admin)
        cluster.jobs[0].action, cluster.jobs[0].status = planted.admin, "errored"

    with staged(tmp_path, play) as cluster:
        inventory = planted.inventory(cluster, require=[])
        selected = "no_alert or jobs_succeed or known_replicas"
        outcome = loud_suite(planted, tmp_path).run(f"--inventory={inventory}", "-k", selected)
    assert {"ALERT-1", "JOB-2", "STATUS-6"} == {condition for condition, _ in outcome.tripped}
    assert leaks(planted, outcome) == {}


def test_references_that_give_no_secret_are_refused_without_showing_what_they_gave(tmp_path: Path) -> None:
    printed = token_hex(12)
    with staged(tmp_path) as cluster:
        command = ["sh", "-c", f"echo {printed}; echo {printed} >&2; exit 3", printed]
        accounts = {"admin": {"username": "admin", "password": {"exec": command}}}
        outcome = Suite(tmp_path / "reports").run(f"--inventory={inventory_with(cluster, accounts=accounts)}")
        assert cluster.requests == []
    assert outcome.code == 4
    assert "failed with exit code 3" in outcome.output
    assert printed not in outcome.output
