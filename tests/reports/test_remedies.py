"""The texts of what to do: all there, and safe to copy."""

from __future__ import annotations

import re
import shlex
import time
from dataclasses import fields

import pytest
import yaml

from reports.records import Replica
from reports.remedies import Command, Remedy, remedies, remedy, render, render_each
from tests.reports.samples import CATALOGUE, header
from tests.suite import ROOT

ALL = list(remedies().values())


def commands(found: Remedy) -> list[Command]:
    return [*found.commands, *found.last_resort]


def texts(found: Remedy) -> list[str]:
    others = [getattr(one, field.name) for one in commands(found) for field in fields(Command)]
    return [found.title, found.means, found.sentence, *found.first, *found.never, *others]


def test_the_made_up_runs_name_remedies_that_there_are() -> None:
    assert {entry.remedy for entry in CATALOGUE} <= set(remedies())


def test_a_remedy_has_no_other_keys() -> None:
    texts = yaml.safe_load((ROOT / "reports" / "remedies.yaml").read_text(encoding="utf-8"))
    known = {field.name for field in fields(Remedy)} - {"id"}
    assert not {f"{name}: {key}" for name, text in texts.items() for key in text if key not in known}


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_a_remedy_is_whole(found: Remedy) -> None:
    assert all(isinstance(text, str) for text in texts(found))
    assert found.title[0].isupper()
    assert not found.title.endswith(".")
    assert found.means.endswith(".")
    # It is put after a colon, and a full stop is put after it.
    assert found.sentence[0].islower() or found.sentence.startswith("MKE")
    assert not found.sentence.endswith(".")
    assert found.first
    assert all(one.when for one in found.last_resort)


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_a_remedy_is_in_plain_words(found: Remedy) -> None:
    assert len(found.sentence) <= 130
    for text in texts(found):
        assert not re.search(r"\b(tells?|told|stands?|wants?|owns|sick|mend(ed)?|anew|again and again)\b", text), text
        assert "  " not in re.sub(r"{{.*}}", "", text), text


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_no_placeholder_is_unknown(found: Remedy) -> None:
    for text in texts(render(found, header())):
        assert not re.search(r"(?<![{$])\{[a-z]+\}(?!\})", text), text


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_commands_are_whole_for_a_shell(found: Remedy) -> None:
    for one in commands(render(found, header(), "f2277ad178f7", replica="f2277ad178f7", healthy="f58cf364e3df")):
        for line in one.run.splitlines():
            shlex.split(line)


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_no_password_is_written_into_a_command(found: Remedy) -> None:
    for one in commands(found):
        assert "--ucp-password" not in one.run
        assert not re.search(r"-u \S+:", one.run)


def test_placeholders_are_filled_for_the_replica() -> None:
    found = render(remedies()["recover-replica"], header(), replica="f3712d9c419a", healthy="f58cf364e3df")
    run = [one.run for one in commands(found)]
    assert "curl -ksS https://10.0.0.12/_ping" in run
    assert (
        "docker run -it --rm mirantis/dtr:2.8.2 remove --existing-replica-id f58cf364e3df"
        " --replica-ids f3712d9c419a --ucp-insecure-tls\n"
        "docker run -it --rm mirantis/dtr:2.8.2 join --existing-replica-id f58cf364e3df"
        " --ucp-node node-2 --ucp-insecure-tls"
    ) in run
    assert found.commands[1].where == "node-2"


def test_remove_comes_before_join_and_only_as_the_last_resort() -> None:
    found = remedies()["recover-replica"]
    assert not any(" join " in one.run or " remove " in one.run for one in found.commands)
    assert "logs" in " ".join(found.first)
    assert "support dump" in " ".join(found.first)
    assert "one action at a time" in " ".join(found.first).lower()


def test_what_is_not_known_stays_in_angle_brackets() -> None:
    found = render(remedies()["recover-replica"], header(product_image=None))
    run = " ".join(one.run for one in commands(found))
    assert "<replica id>" in run
    assert "<mirantis/dtr:version that runs>" in run
    assert "{{.Names}}" in run
    assert found.commands[1].where == "the node of the replica"


@pytest.mark.parametrize(
    "evil", ["EVIL; rm", "$(EVIL)", "`EVIL`", "-EVIL", "EVIL\nx", "EVIL x", "'EVIL", "<EVIL>", "EVIL&"]
)
def test_nothing_evil_gets_into_a_command(evil: str) -> None:
    head = header(replicas={evil: Replica(evil, evil)}, versions={evil: evil}, url=f"https://{evil!r}/")
    for found in ALL:
        for one in commands(render(found, head, evil, replica=evil, healthy=evil)):
            assert "EVIL" not in one.run + one.where


def test_the_image_is_the_one_that_the_run_names() -> None:
    found = render(remedies()["ghost-replica"], header(product_image="harbor.corp:5000/mirror_1/dtr:2.9.29"))
    assert "--rm harbor.corp:5000/mirror_1/dtr:2.9.29 remove" in found.last_resort[0].run
    assert (
        "<mirantis/dtr:version that runs>"
        in render(remedies()["ghost-replica"], header(product_image=None)).last_resort[0].run
    )


def test_addresses_of_any_kind() -> None:
    head = header(
        replicas={"f2277ad178f7": Replica("node-1", "2001:db8::1", 4443)}, url="https://msr.example.org:8443/"
    )
    found = render(remedies()["web-certificate"], head, replica="f2277ad178f7")
    assert found.commands[0].run.startswith("openssl s_client -connect [2001:db8::1]:4443 -servername msr.example.org")
    users = render(remedies()["web-certificate"], header(), "msr.example.org")
    assert users.commands[0].run.startswith(
        "openssl s_client -connect msr.example.org:443 -servername msr.example.org "
    )


def test_an_unknown_remedy_is_none() -> None:
    assert remedy("of-a-later-release") is None
    assert remedy(None) is None


def test_a_remedy_for_a_thousand_ghosts_is_filled_in_at_once() -> None:
    """It takes a fifth of a second; where each is filled in for all others, a minute."""
    ghosts = [f"{each:012x}" for each in range(1000)]
    began = time.process_time()
    filled = render_each(remedies()["ghost-replica"], header(), ghosts, ghosts)
    assert time.process_time() - began < 5
    assert len(filled.last_resort) == 1000


def test_a_remedy_for_many_has_each_command_once_in_their_order() -> None:
    filled = render_each(remedies()["drained-node"], header(), ["node-2", "node-1", "b;ad"], [])
    assert [one.run for one in filled.commands] == [
        "docker node update --availability active node-2",
        "docker node update --availability active node-1",
    ]
