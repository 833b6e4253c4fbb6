"""Causes at machines: down only where others miss it too; else its way in, its engine, or nobody knows."""

from __future__ import annotations

import pytest

from reports.diagnosis.finding import Harm
from tests.reports.diagnosis.families.cluster_run import (
    COMPONENTS,
    A,
    B,
    C,
    apart,
    availability,
    container,
    diagnose,
    fail,
    found,
    kinds,
    unseen,
    well,
)
from tests.reports.diagnosis.families.nodes_run import (
    engine_unseen,
    manager_lost,
    no_way_in,
    shell_unseen,
    silent,
)

NODE = ("node:node-3",)
SWARMLESS = (("NODE-1", "node"), ("NET-1", "net"))
LOST = (apart(A, C), apart(B, C), availability("STATUS-3", A, C, critical=False))
# Of a replica on a machine that is off nothing of a healthy run holds.
DARK = [
    *(unseen(name, C, "http.no-connection", f"replica:{C}") for name in ("STATUS-1", "STATUS-3", "VERSION-1")),
    fail("RDB-1", C, "rdb.no-connection", f"database:{C}"),
    fail("JOB-1", C, "job.worker-dead", f"replica:{C}"),
    *(unseen("CTR-1", f"{C}:{name}", "ssh.no-route", "node:node-3") for name in COMPONENTS),
]


def test_node_that_others_miss_is_down_with_all_that_it_has() -> None:
    """One cause: the silence of its replica, its database, its manager and what is UNKNOWN follow."""
    wrong = [*no_way_in("node-3", "no-route"), *silent(C), *LOST, *DARK, manager_lost("node-3")]
    causes = diagnose(*wrong)
    assert [(each.id, each.things) for each in causes] == [("node-down", NODE)]
    assert [each.condition for each in causes[0].shown_by] == ["NODE-1"]
    assert (causes[0].harms, causes[0].ladder) == ((Harm.NEXT_FAILURE,), ("repair-first",))


@pytest.mark.parametrize("missed", [[manager_lost("node-3")], [apart(A, C), apart(B, C)]], ids=["manager", "database"])
def test_either_report_shows_that_it_is_down(missed: list[object]) -> None:
    """The swarm or the other replicas miss it."""
    wrong = [*no_way_in("node-3", "no-connection"), *silent(C), *DARK, *missed]
    assert kinds(diagnose(*wrong)) == ["node-down"]  # type: ignore[arg-type]


def test_node_whose_replica_answers_is_not_down() -> None:
    """A manager that is missed and an ssh that is refused: the replica answers."""
    causes = kinds(diagnose(*no_way_in("node-3", "refused"), manager_lost("node-3")))
    assert "node-down" not in causes
    assert "log-in-refused" in causes


def test_second_fault_beside_a_node_that_is_down() -> None:
    """A container of another replica is a cause of its own."""
    wrong = [*no_way_in("node-3", "no-route"), *silent(C), *LOST, *DARK, container("registry", A)]
    assert sorted(kinds(diagnose(*wrong))) == ["container-down", "node-down"]


def test_silence_that_nobody_else_reports_is_no_node_down() -> None:
    """Nothing answers there, and nothing else is known of it."""
    unknown = [
        unseen("STATUS-8", f"{A}:{C}", "http.no-connection", f"replica:{C}"),
        unseen("STATUS-8", f"{B}:{C}", "http.no-connection", f"replica:{C}"),
    ]
    causes = found(*no_way_in("node-3", "no-route"), *silent(C), *(r for r in DARK if r.condition != "JOB-1"), *unknown)
    assert ("host-silent", NODE) in causes
    assert "node-down" not in [name for name, _ in causes]


@pytest.mark.parametrize("end", ["login-refused", "host-key-changed", "refused", "no-banner"])
def test_ssh_that_lets_nobody_in(end: str) -> None:
    """The replica answers: it is the log-in, and all that needs ssh follows."""
    assert found(*no_way_in("node-3", end)) == [("log-in-refused", NODE)]


@pytest.mark.parametrize("end", ["no-connection", "no-route"])
def test_packets_to_sshd_that_are_dropped_while_the_replica_answers(end: str) -> None:
    """The address is right: it is the path to sshd's port. A replica that is silent leaves the address in doubt."""
    (cause,) = diagnose(*no_way_in("node-3", end))
    assert (cause.id, cause.things, cause.remedy) == ("log-in-refused", NODE, "ssh-path")
    causes = diagnose(*no_way_in("node-3", end), *silent(C))
    assert "log-in-refused" not in kinds(causes)
    assert ("not-reachable-from-here", NODE) in [(each.id, each.things) for each in causes]


def test_host_key_that_changed_is_asked_about_before_ssh_is_tried() -> None:
    """Each node with what is to be done there."""
    causes = diagnose(*no_way_in("node-2", "refused"), *no_way_in("node-3", "host-key-changed"))
    assert [(each.things, each.remedy) for each in causes] == [
        (("node:node-2",), "log-in-refused"),
        (NODE, "host-key"),
    ]


@pytest.mark.parametrize(
    ("end", "kind"), [("hangs", "engine-hung"), ("not-running", "engine-down"), ("not-listening", "engine-down")]
)
def test_engine_that_does_not_answer(end: str, kind: str) -> None:
    """Its manager is missed, and its containers are not seen; the replica goes on."""
    failed = fail("NODE-1", "node-3", f"node.{end}", "node:node-3")
    wrong = [failed, *engine_unseen("node-3", f"docker.{end}"), manager_lost("node-3")]
    assert found(*wrong) == [(kind, NODE)]


def test_engine_that_stopped_with_its_containers() -> None:
    """The shell answers, so that the machine is up; the silence of its replica follows."""
    failed = fail("NODE-1", "node-3", "node.not-running", "node:node-3")
    up = [well(name, "node-3") for name in ("NODE-2", "NODE-3", "NODE-4")]
    wrong = [failed, *engine_unseen("node-3", "docker.not-running"), *up, *silent(C), *LOST, *DARK]
    assert found(*wrong) == [("engine-down", NODE)]


def test_hung_engine_does_not_explain_a_silent_replica() -> None:
    """Containers go on while their engine hangs."""
    failed = fail("NODE-1", "node-3", "node.hangs", "node:node-3")
    up = [well(name, "node-3") for name in ("NODE-2", "NODE-3", "NODE-4")]
    causes = kinds(diagnose(failed, *up, *engine_unseen("node-3", "docker.hangs"), *silent(C), *LOST))
    assert causes[0] != "node-down"
    assert "engine-hung" in causes
    assert len(causes) > 1


def test_engine_that_starts_nothing() -> None:
    """A probe container that does not start, while the engine answers."""
    slow = unseen("NET-2", "node-1:node-3", "container.slow-start", "node:node-3")
    assert found(slow) == [("containerd-hung", NODE)]


def test_engine_is_restarted_only_where_that_may_help() -> None:
    """One that stopped is started once it is known why; a restart does not reach a containerd that hangs."""
    slow = unseen("NET-2", "node-1:node-3", "container.slow-start", "node:node-3")
    ends = {
        end: fail("NODE-1", "node-3", f"node.{end}", "node:node-3") for end in ("hangs", "not-running", "not-listening")
    }
    ladders = {end: diagnose(each)[0].ladder for end, each in ends.items()}
    assert ladders == {
        "hangs": ("restart-engine",),
        "not-running": ("repair-first",),
        "not-listening": ("repair-first",),
    }
    (hung,) = diagnose(slow)
    assert (hung.remedy, hung.ladder) == ("containerd-hung", ("repair-first",))


def test_engine_without_any_container_and_volume_has_lost_its_store() -> None:
    """All nine and the volumes; with one volume left it is the containers."""
    gone = [container(name, C, "ctr.missing") for name in COMPONENTS]
    volumes = fail("CTR-5", C, "ctr.volume-missing", f"volume:dtr-rethink-{C}")
    silence = [each for each in [*silent(C), *LOST, *DARK] if each.condition != "CTR-1"]
    assert found(*gone, volumes, *silence) == [("engine-lost-its-store", NODE)]
    assert "engine-lost-its-store" not in kinds(diagnose(*gone, *silence, well("CTR-5", C)))


def test_engine_that_lost_its_store_is_in_no_swarm() -> None:
    """What it knows of the swarm lies beside its containers. A replica that was removed from the cluster is no loss."""
    gone = [container(name, C, "ctr.missing") for name in COMPONENTS]
    volumes = fail("CTR-5", C, "ctr.volume-missing", f"volume:dtr-rethink-{C}")
    out = [fail(name, "node-3", f"{area}.not-in-swarm", "node:node-3") for name, area in SWARMLESS]
    removed = fail("STATUS-6", C, "status.replica-missing", f"replica:{C}")
    assert found(*gone, volumes, *out) == [("engine-lost-its-store", NODE)]
    assert "engine-lost-its-store" not in kinds(diagnose(*gone, volumes, removed))


def test_shell_alone_is_refused() -> None:
    """The engine is asked another way: it answers."""
    refused = unseen("NODE-1", "node-3", "shell.login-refused", "node:node-3")
    assert found(refused, *shell_unseen("node-3", "shell.login-refused")) == [("log-in-refused", NODE)]


def test_nodes_that_are_down_with_the_majority_stop_everything() -> None:
    """Two of three are down and the tables report that they take no reads: that is told of the nodes."""
    tables = fail("STATUS-11", "dtr2.tags", "status.table-no-reads", "table:dtr2.tags", witnesses=(f"replica:{A}",))
    issues = [availability(name, A, B, C, critical=True) for name in ("STATUS-3", "RDB-1")]
    links = [apart(A, B), apart(A, C), unseen("STATUS-8", f"{B}:{C}", "http.no-connection", f"replica:{B}")]
    nodes = [*no_way_in("node-2", "no-route"), *no_way_in("node-3", "no-route")]
    dark = [unseen("CTR-1", f"{B}:{name}", "ssh.no-route", "node:node-2") for name in COMPONENTS]
    dark += [unseen(name, B, "http.no-connection", f"replica:{B}") for name in ("STATUS-1", "STATUS-3", "VERSION-1")]
    dark += [unseen("RDB-1", B, "rethinkdb.no-connection", f"database:{B}")]
    causes = diagnose(tables, *issues, *links, *nodes, *silent(B), *silent(C), *dark, *DARK)
    assert [(each.id, each.things) for each in causes] == [("node-down", ("node:node-2", "node:node-3"))]
    assert causes[0].harms[0] is Harm.START_WORKLOADS
    assert "emergency-repair" in causes[0].ladder


def test_silence_of_a_node_explains_what_is_not_seen_there_alone() -> None:
    """Its replica, its containers and its database were not asked; a container of another replica is another fault."""
    dark = [
        *(each for each in DARK if each.condition not in ("RDB-1", "JOB-1")),
        unseen("JOB-1", C, "http.no-route", f"replica:{C}"),
    ]
    dark.append(unseen("RDB-1", C, "ssh.no-route", "node:node-3"))
    dark += [unseen("STATUS-8", f"{each}:{C}", "http.no-connection", f"replica:{C}") for each in (A, B)]
    wrong = [*no_way_in("node-3", "no-route"), *silent(C), *dark]
    assert found(*wrong) == [("host-silent", NODE)]
    quorum = fail("NODE-6", "cluster", "node.quorum-lost", "node:node-3")
    assert sorted(kinds(diagnose(*wrong, container("registry", A)))) == ["container-down", "host-silent"]
    assert kinds(diagnose(*wrong, quorum)) == ["node-down"]


def test_engine_that_is_said_not_to_run_was_reached() -> None:
    """Whoever says so runs on the machine: it is the engine that is down, and not the node."""
    failed = fail("NODE-1", "node-3", "node.not-running", "node:node-3")
    wrong = [failed, *engine_unseen("node-3", "docker.not-running"), *silent(C), *LOST, *DARK]
    assert found(*wrong) == [("engine-down", NODE)]


def test_shell_is_refused_on_a_node_that_is_ready() -> None:
    """NODE-1 holds, as the engine was asked another way: what the shell was to show tells of the log-in."""
    assert found(*shell_unseen("node-3", "shell.login-refused")) == [("log-in-refused", NODE)]


def test_packets_that_are_dropped_while_the_replica_answers() -> None:
    """Its replica answers, and nobody else sees the node well: it is up, and its ssh is shut."""
    unseen_links = [unseen("STATUS-8", f"{each}:{C}", "http.timeout", f"replica:{each}") for each in (A, B)]
    dark = [unseen("CTR-1", f"{C}:{name}", "ssh.no-connection", "node:node-3") for name in COMPONENTS]
    mute = unseen("RDB-1", C, "rethinkdb.timeout", f"database:{C}")
    wrong = [*no_way_in("node-3", "no-connection"), *dark, *unseen_links, mute]
    assert ("log-in-refused", NODE) in found(*wrong)
    assert "log-in-refused" not in kinds(diagnose(*wrong, *silent(C)))
