"""Whoever writes a check or a probe is told what may be asked for, and what is wrong: in one sentence, exit 4."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.core.probe import PROBES
from tests.front_door.scratch import Scratch, scratch
from tests.suite import Suite

CHECK = '''
from checks.condition import CRITICAL, condition
from checks.verdict import Verdict, passed
from fixtures.core.store import PerSubject
from fixtures.probes.endpoints import Ping

@condition(
    "PING-90",
    severity=CRITICAL,
    documented="Cluster status",
    remedy="read-the-logs",
    reasons={{"ping.odd": "it is odd"}},
)
def test_new({parameters}) -> Verdict:
    """It holds."""
    return passed()
'''

PROBE = '''

from fixtures.access.http.client import Http
from fixtures.inventory import Node, Replica
from fixtures.core.store import Fact
from fixtures.core.probe import probe
from fixtures.probes.endpoints import Ping
from fixtures.core.subjects import Pair, Role

@probe("a toy", deadline=5{settings})
def {name}({parameters}) -> Fact:
    """Whatever it is."""
    raise NotImplementedError
'''

NEW_CHECK, NEW_PROBE = "checks/test_new.py", "fixtures/probes/deep/down/new.py"


@pytest.fixture(scope="module")
def _copy(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return scratch(tmp_path_factory.mktemp("scratch"))


@pytest.fixture
def copy(_copy: Scratch) -> Iterator[Scratch]:
    yield _copy
    _copy.clear()


def check(parameters: str) -> str:
    return CHECK.format(parameters=parameters)


def probe(parameters: str, name: str = "new", settings: str = "") -> str:
    return PROBE.format(parameters=parameters, name=name, settings=settings)


def write_probe(copy: Scratch, text: str) -> None:
    for package in ("fixtures/probes/deep", "fixtures/probes/deep/down"):
        copy.write(f"{package}/__init__.py", "")
    copy.write(NEW_PROBE, text)


def assert_refused(copy: Scratch, *told: str, arguments: tuple[str, ...] = ("--collect-only", "-q")) -> None:
    """Exit 4 and one sentence with these words."""
    code, output = copy.run(*arguments, MSR_ADMIN_PASSWORD="s3cret-of-a-test")
    assert code == 4, output
    (sentence,) = [line for line in output.splitlines() if line]
    assert sentence.startswith("ERROR: ")
    assert [word for word in told if word not in sentence] == [], sentence


# --- what is there to ask for ----------------------------------------------------------------------------------------


def test_every_fixture_says_what_it_is_and_where_it_looks(suite: Suite) -> None:
    outcome = suite.run("--fixtures", "checks", reports=False)
    assert outcome.code == 0, outcome.output
    assert "no docstring available" not in outcome.output
    told = {line.partition(" -- ")[0]: line.partition(" -- ")[2] for line in outcome.output.splitlines()}
    for name, each in PROBES.items():
        path = each.function.__module__.replace(".", "/")
        for form in (name, f"every_{name}", f"earlier_{name}"):
            assert told[form].startswith(f"{path}.py:"), form
        assert f"    {(each.function.__doc__ or '').splitlines()[0]}\n" in outcome.output
    assert "    ping at every subject (replica) that answered\n" in outcome.output
    assert "    ping as first looked at, at every subject (replica) where it was looked at again\n" in outcome.output
    assert told["inventory"].startswith("fixtures/target.py:")
    assert told["options"].startswith("fixtures/target.py:")


def test_a_new_probe_and_a_new_check_are_found_where_they_lie(copy: Scratch) -> None:
    write_probe(copy, probe("replica: Replica, ping: Ping, http: Http"))
    copy.write(NEW_CHECK, check("new, every_new, earlier_new, replica, inventory, options"))
    code, output = copy.run("--collect-only", "-q", "--inventory=inventories/minimal.yaml", NEW_CHECK)
    assert code == 0, output
    assert f"{NEW_CHECK}::test_new[f2277ad178f7]\n" in output


# --- checks that are wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ("pnig", ("asks for pnig, which does not exist", "did you mean ping")),
        ("every_pnig", ("asks for every_pnig, which does not exist", "every_ping")),
        ("replika", ("asks for replika, which does not exist", "did you mean replica")),
        ("inventry", ("asks for inventry, which does not exist", "did you mean inventory")),
        ("tmp_path", ("asks for tmp_path, which does not exist",)),
        ("http", ("asks for http, which does not exist",)),
        ("any_ping", ("asks for any_ping, which only a probe can", "ping, every_ping or earlier_ping")),
        ("ping: PerSubject[Ping]", ("has ping of the wrong type", "it is Ping", "every_ping is PerSubject[Ping]")),
        ("every_ping: Ping", ("has every_ping of the wrong type", "it is PerSubject[Ping]")),
        ("ping: 'Pnig'", ("an annotation that cannot be read", "Pnig")),
    ],
)
def test_a_check_that_asks_for_what_it_cannot_have(copy: Scratch, parameters: str, told: tuple[str, ...]) -> None:
    copy.write(NEW_CHECK, check(parameters))
    assert_refused(copy, f"{NEW_CHECK}: test_new ", *told)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--inventory=inventories/minimal.yaml",),
        ("--collect-only", "--inventory=inventories/minimal.yaml"),
        ("checks/test_tls.py::test_web_certificate_is_valid",),
        ("--fixtures", "checks"),
        ("--conditions",),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("wrong", ["check", "probe"])
def test_it_is_refused_whatever_is_wanted(copy: Scratch, arguments: tuple[str, ...], wrong: str) -> None:
    if wrong == "check":
        copy.write(NEW_CHECK, check("pnig"))
    else:
        write_probe(copy, probe("replica: Replica, pnig: Ping"))
    assert_refused(copy, "asks for pnig, which does not exist", arguments=arguments)


def test_two_checks_with_one_id(copy: Scratch) -> None:
    copy.write(NEW_CHECK, check("ping").replace("PING-90", "PING-1"))
    found = ("two checks are named PING-1", "checks/test_endpoints.py: test_replica_answers_ping", NEW_CHECK)
    assert_refused(copy, *found)


def test_two_checks_with_one_name(copy: Scratch) -> None:
    copy.write(NEW_CHECK, check("ping") + check("ping").replace("PING-90", "PING-91"))
    assert_refused(copy, f"{NEW_CHECK}: test_new", "pytest does not find the check of PING-90")


def test_a_check_in_a_file_that_pytest_does_not_read(copy: Scratch) -> None:
    copy.write("checks/new.py", check("ping"))
    assert_refused(copy, "checks/new.py: test_new", "pytest does not find the check of PING-90")


def test_a_check_that_is_no_condition(copy: Scratch) -> None:
    copy.write(NEW_CHECK, "def test_new(ping): ...\n")
    assert_refused(copy, f"{NEW_CHECK}: test_new is no condition")


def test_a_check_without_a_title(copy: Scratch) -> None:
    copy.write(NEW_CHECK, check("ping").replace('"""It holds."""', ""))
    assert_refused(copy, f"{NEW_CHECK}: test_new: PING-90 has no title")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("def test_new(:\n", ("SyntaxError", "test_new.py, line 1")),
        ("\nNoSuchName\n", ("NameError", "NoSuchName", "test_new.py:2")),
        ("import nosuchmodule\n", ("ModuleNotFoundError", "nosuchmodule", "test_new.py:1")),
    ],
)
def test_a_module_of_checks_that_cannot_be_imported(copy: Scratch, text: str, told: tuple[str, ...]) -> None:
    copy.write(NEW_CHECK, text)
    assert_refused(copy, f"{NEW_CHECK} cannot be imported", *told)


# --- probes that are wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ("replica: Replica, pnig: Ping", ("asks for pnig, which does not exist", "ping")),
        ("replica: Replica, htpp: Http", ("asks for htpp, which does not exist", "did you mean http")),
        ("replika: Replica", ("asks for replika, which does not exist", "did you mean replica")),
        ("inventory: Http", ("asks for inventory, which does not exist",)),
        ("replica: Replica, node: Node", ("names the subjects replica and node", "at most one")),
        ("ping: Ping", ("asks for ping, which exists for each replica", "has no subject", "parameter replica")),
        ("role: Role, ping: Ping", ("asks for ping", "runs for each role", "every_ping or any_ping")),
        ("pair: Pair, ping: Ping", ("asks for ping", "runs for each pair", "every_ping or any_ping")),
        ("replica: Replica, earlier_ping: Ping", ("asks for earlier_ping, which is only for checks", "any_ping")),
        ("replica", ("has no type annotation for its parameter replica",)),
        ("replica: 'Repilca'", ("an annotation that cannot be read", "Repilca")),
    ],
)
def test_a_probe_that_asks_for_what_it_cannot_have(copy: Scratch, parameters: str, told: tuple[str, ...]) -> None:
    write_probe(copy, probe(parameters))
    assert_refused(copy, f"{NEW_PROBE}: new ", *told)


def test_two_probes_with_one_name(copy: Scratch) -> None:
    write_probe(copy, probe("replica: Replica", name="ping"))
    assert_refused(copy, f"{NEW_PROBE}: ping", "the name ping is already used", "fixtures/probes/endpoints.py")


def test_a_probe_with_the_name_of_a_subject(copy: Scratch) -> None:
    write_probe(copy, probe("", name="pair"))
    assert_refused(copy, f"{NEW_PROBE}: pair", "the name pair is already used by a subject")


@pytest.mark.parametrize("setting", ["same_round_as", "again_after"])
def test_a_probe_that_follows_none(copy: Scratch, setting: str) -> None:
    write_probe(copy, probe("replica: Replica", settings=f", {setting}='pnig'"))
    assert_refused(copy, f"{NEW_PROBE}: new has {setting}=pnig, which does not exist", "ping")


def test_a_probe_that_says_no_fact(copy: Scratch) -> None:
    write_probe(copy, probe("replica: Replica").replace(" -> Fact", ""))
    assert_refused(copy, f"{NEW_PROBE}: new has no return annotation")


def test_a_module_of_probes_that_cannot_be_imported(copy: Scratch) -> None:
    write_probe(copy, "\nNoSuchName\n")
    assert_refused(copy, f"{NEW_PROBE} cannot be imported", "NameError", f"{NEW_PROBE}:2")
