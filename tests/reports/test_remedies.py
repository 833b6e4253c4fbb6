"""The texts of what to do: all there, safe to copy, and none that changes anything but those of the rungs."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields

import pytest
import yaml

from reports.ladder import RUNGS, Rung, preconditions, rungs
from reports.records import Replica
from reports.remedies import Command, Remedy, filled, remedies, remedy, render, render_each
from tests.cpu import cpu_seconds
from tests.reports.samples import CATALOGUE, header
from tests.suite import ROOT

ALL = list(remedies().values())
LADDER = list(rungs().values())
# What a remedy may have somebody run: commands that only read. A probe with `docker run --rm` removes itself.
READS = (
    r"docker (ps|logs|inspect|stats|info|container ls|container inspect|system df|trust inspect)\b",
    r"docker (network|volume|node) (ls|inspect)\b",
    r"docker events --since \S+ --until 0s ",  # without an end it would wait for ever
    r"docker run (-it )?--rm (-i )?(-it )?--net dtr-ol (--name overlay-test[12] )?--entrypoint (sh|ping|getent) ",
    r'docker run --rm -i --net dtr-ol -v "dtr-ca-\$\{REPLICA_ID\}:/ca" .* mirantis/rethinkcli:v2\.2\.0-ni non-inter',
    r"(curl -k?sS+(I|i)? |ssh -v \{node\} true$)",
    r"(openssl (s_client|storeutl|x509)|getent hosts|systemctl status|timedatectl|chronyc tracking|date -u|hostname)\b",
    r"(uptime|findmnt|cat|df|free|ss|tcpdump|ping|journalctl|tail|grep|sort|head|cut|echo|du)\b",
    r"nsenter (--net=\S+|-t <process ID> -n) (bridge fdb show|ip neigh show|ip -brief address)\b",
    r"(ls|ethtool -k|iptables -S)(?!\S)",
    r"(ip -s link|ip route|ip -brief address|ps -eo)\b",
)
CHANGES = re.compile(
    r"docker (start|restart|stop|rm|kill|service|update|swarm|cp|exec|node (update|rm|demote|promote))"
    r"|docker (network (connect|rm)|volume (rm|create|prune)|system prune)|systemctl (re)?start|xargs"
    r"|(reconfigure|remove|join|restore|destroy|emergency-repair|upgrade) --existing"
    r"|--method|-X ?(POST|PUT|DELETE)|--data|--upload"
)


def texts(found: Remedy) -> list[str]:
    others = [getattr(one, field.name) for one in found.commands for field in fields(Command)]
    return [found.title, found.means, found.sentence, *found.first, *found.never, *others]


def words(found: Rung) -> list[str]:
    return [found.title, found.text, found.does, *found.never, *(one.note for one in found.commands)]


def test_the_made_up_runs_name_remedies_that_there_are() -> None:
    assert {entry.remedy for entry in CATALOGUE} <= set(remedies())


def test_nothing_has_other_keys() -> None:
    found = yaml.safe_load((ROOT / "reports" / "remedies.yaml").read_text(encoding="utf-8"))
    assert set(found) == {"rungs", "preconditions", "remedies"}
    of_remedies = {field.name for field in fields(Remedy)} - {"id"}
    of_rungs = {field.name for field in fields(Rung)} - {"id"}
    assert {key for text in found["remedies"].values() for key in text} <= of_remedies
    assert {key for text in found["rungs"].values() for key in text} <= of_rungs
    assert {key for text in found["preconditions"].values() for key in text} == {"text", "show"}


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


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_a_remedy_is_in_plain_words(found: Remedy) -> None:
    assert len(found.sentence) <= 130
    for text in texts(found):
        assert not re.search(r"\b(tells?|told|stands?|wants?|owns|sick|mend(ed)?|anew|again and again)\b", text), text
        assert "  " not in re.sub(r"{{.*}}", "", text), text


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_the_commands_of_a_remedy_only_read(found: Remedy) -> None:
    for one in found.commands:
        for line in one.run.splitlines():
            for part in re.split(r"\| |; |&& ", re.sub(r"^REPLICA_ID=\$\((.*)\)$", r"\1", line)):
                command = part.strip().removeprefix("sudo ")
                assert any(re.match(reads, command) for reads in READS), command
        assert not CHANGES.search(one.run), one.run


def test_a_command_that_changes_something_would_be_found() -> None:
    """Commands that earlier releases offered, and that made things worse."""
    for run in (
        "docker ps -qf name=dtr | xargs docker restart",
        "docker start $(docker ps -aq --filter name=f2277ad178f7)",
        "docker node update --availability active node-1",
        "docker swarm init --force-new-cluster",
        "docker run --rm -it mirantis/dtr reconfigure --existing-replica-id f2277ad178f7",
        "sudo systemctl restart docker",
    ):
        assert CHANGES.search(run) or not any(re.match(reads, run) for reads in READS), run


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_no_placeholder_is_unknown(found: Remedy) -> None:
    for text in texts(render(found, header())):
        assert not re.search(r"(?<![{$])\{[a-z]+\}(?!\})", text), text


@pytest.mark.parametrize("found", ALL, ids=lambda found: found.id)
def test_commands_are_whole_for_a_shell(found: Remedy) -> None:
    for one in render(found, header(), "f2277ad178f7", replica="f2277ad178f7").commands:
        for line in one.run.splitlines():
            shlex.split(line)


def test_no_password_is_written_into_a_command() -> None:
    every = [*(one for found in ALL for one in found.commands), *(one for found in LADDER for one in found.commands)]
    for one in every:
        assert "--ucp-password" not in one.run
        assert not re.search(r"-u \S+:", one.run)


# -- the ladder


def test_the_rungs_are_in_their_order() -> None:
    found = yaml.safe_load((ROOT / "reports" / "remedies.yaml").read_text(encoding="utf-8"))
    assert tuple(found["rungs"]) == RUNGS == tuple(rungs())


@pytest.mark.parametrize("found", LADDER, ids=lambda found: found.id)
def test_a_rung_is_whole(found: Rung) -> None:
    assert found.text[0].islower()
    assert not found.text.endswith(".")
    assert found.does.endswith(".")
    assert found.check.startswith("pytest checks --inventory FILE ") or found.id == "save-first"
    assert found.changes is bool(found.needs)
    for text in words(found):
        assert not re.search(r"\b(tells?|told|stands?|wants?|owns|sick|mend(ed)?|anew|again and again)\b", text), text


def test_what_changes_the_set_up_compares_with_a_healthy_run_and_waits() -> None:
    for found in LADDER:
        if found.changes:
            assert "--wait" in found.check
        if found.changes and found.id not in ("emergency-repair", "restore"):
            # Those two leave another cluster than before.
            assert "--baseline" in found.check


def test_every_precondition_is_needed_and_there() -> None:
    assert {name for found in LADDER for name in found.needs} == set(preconditions())
    for each in preconditions().values():
        assert each.text[0].islower() or each.text.startswith("MKE")
        assert not each.text.endswith(".")
        assert each.show[0].islower()
        assert not each.show.endswith(".")


def test_commands_of_the_rungs_hold_nothing_that_is_never_to_be_used() -> None:
    for one in (one for found in LADDER for one in found.commands):
        for never in (
            "--prune",
            "--unsafe-join",
            "--force",
            "xargs",
            "docker service",
            "--filter name",
            "insecure-tls",
        ):
            assert never not in one.run, one.run


# -- filled in


def test_placeholders_are_filled_for_the_replica() -> None:
    found = render(remedies()["recover-replica"], header(), replica="f3712d9c419a")
    assert "curl -ksS https://10.0.0.12/_ping" in [one.run for one in found.commands]
    assert found.commands[1].where == "node-2"


def test_what_is_not_known_stays_in_angle_brackets() -> None:
    found = render(remedies()["recover-replica"], header(product_image=None))
    assert "<replica id>" in " ".join(one.run for one in found.commands)
    assert "{{.Names}}" in " ".join(one.run for one in found.commands)
    assert found.commands[1].where == "the node of the replica"


@pytest.mark.parametrize(
    "evil", ["EVIL; rm", "$(EVIL)", "`EVIL`", "-EVIL", "EVIL\nx", "EVIL x;", "'EVIL", "<EVIL>", "EVIL&", "EVIL,$x"]
)
def test_nothing_evil_gets_into_a_command(evil: str) -> None:
    head = header(replicas={evil: Replica(evil, evil)}, versions={evil: evil}, url=f"https://{evil!r}/")
    for found in ALL:
        for one in render(found, head, evil, replica=evil).commands:
            assert "EVIL" not in one.run + one.where


def test_the_image_is_the_one_that_the_run_names() -> None:
    found = render(remedies()["overlay-network"], header(product_image="harbor.corp:5000/mirror_1/dtr:2.9.29"))
    assert "--entrypoint sh harbor.corp:5000/mirror_1/dtr:2.9.29" in found.commands[0].run
    unknown = render(remedies()["overlay-network"], header(product_image=None))
    assert "<registry.mirantis.com/msr/dtr:version that runs>" in unknown.commands[0].run


@pytest.mark.parametrize(
    "image",
    [
        "docker/dtr:2.7.8",
        "mirantis/dtr:2.8.2",
        "registry.mirantis.com/msr/dtr:2.10.4",
        "harbor.corp:5000/mirantis_mirror/dtr:2.9.29",
    ],
)
@pytest.mark.parametrize(
    ("rung", "commands"),
    [
        ("reconfigure", ["reconfigure"]),
        ("remove-join", ["remove", "join", "destroy"]),
        ("emergency-repair", ["emergency-repair"]),
        ("restore", ["restore"]),
    ],
)
def test_recovery_runs_the_image_that_the_run_names(rung: str, commands: list[str], image: str) -> None:
    """By mirror, port and underscore as it was found; with no other name in it, and none where none is known."""
    known, unknown = ([filled(one, values).run for one in rungs()[rung].commands] for values in ({"image": image}, {}))
    runs = [run for run in known if "docker run" in run]
    for run, command in zip(runs, commands, strict=True):
        assert re.fullmatch(rf"docker run .*{re.escape(image)} {command} .*", run)
    assert not any("dtr:2." in run for run in unknown)


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

    def at_once() -> None:
        assert len(render_each(remedies()["ghost-replica"], header(), ghosts, ghosts).commands) == 1000

    assert cpu_seconds(at_once) < 2


def test_a_remedy_for_many_has_each_command_once_in_their_order() -> None:
    filled = render_each(remedies()["drained-node"], header(), ["node-2", "node-1", "b;ad"], [])
    assert [one.run.split()[3] for one in filled.commands] == ["node-2", "node-1"]
