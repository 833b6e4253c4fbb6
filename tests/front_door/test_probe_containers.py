"""The containers of the overlay test: what is made on the nodes, and that nothing of it is left."""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.embedded import Embedded
from lab.embedded.nodes.container import Container
from lab.embedded.state import Cluster
from tests.front_door.meanwhile import until
from tests.front_door.running import started
from tests.front_door.staging import inventory_with, scene, staged, state_of
from tests.lab.nodes import PROBE_IMAGE, client
from tests.suite import Suite

LABEL = "msr-checks.run"
OVERLAY = ("checks/test_overlay.py", "checks/test_overlay_names.py")


def made(cluster: Embedded) -> Counter[str]:
    """How many containers were made on each node."""
    return Counter(each.node for each in cluster.engine_requests if each.path.endswith("/containers/create"))


def ours(cluster: Embedded) -> list[Container]:
    """The probe containers that are on the nodes now."""
    return [each for node in state_of(cluster).swarm.nodes for each in node.containers if LABEL in each.labels]


def without_secrets(cluster: Embedded) -> Path:
    """The cluster's inventory with an account whose secret is nowhere."""
    return inventory_with(cluster, accounts={"admin": {"username": "admin", "password": "env:NOT_SET_ANYWHERE"}})


def test_one_container_is_made_on_each_node_and_removed(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=['NET'])}", "-k", "overlay")
        assert outcome.code == 0, outcome.output
        assert set(outcome.verdicts.values()) == {"PASS"}
        assert made(cluster) == {"node-1": 1, "node-2": 1, "node-3": 1}
        assert all(each.labels == (LABEL,) for each in cluster.engine_requests if each.path.endswith("/create"))
        assert ours(cluster) == []


def test_only_its_own_containers_are_touched(suite: Suite, tmp_path: Path) -> None:
    with scene("vxlan-cut-both-ways", tmp_path) as cluster:
        theirs = {each.id for node in state_of(cluster).swarm.nodes for each in node.containers}
        suite.run(f"--inventory={cluster.inventory}", *OVERLAY)
        changing = [each for each in cluster.engine_requests if each.method not in ("GET", "HEAD")]
        left = {each.id for node in state_of(cluster).swarm.nodes for each in node.containers}
    assert left == theirs
    assert changing
    for each in changing:
        assert re.search(r"/containers/(create$|[0-9a-f]{64})|/exec/[0-9a-f]+/start$", each.path), each
        assert not any(container in each.path for container in theirs), each


def test_nothing_is_made_on_an_engine_that_is_not_the_nodes(suite: Suite, tmp_path: Path) -> None:
    with scene("node-address-is-an-outsiders", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *OVERLAY, "checks/test_nodes.py")
        assert made(cluster) == {"node-1": 1, "node-2": 1}
        assert {each.method for each in cluster.engine_requests if each.node == "node-9"} == {"GET"}
    assert outcome.of("NODE-1", "node-3")["seen"] == "node-9"
    assert outcome.of("NET-2", "node-1:node-3")["because"] == {
        "subject": "node-3",
        "condition": "NODE-1",
        "probe": None,
    }


def test_nothing_is_made_on_a_clone_in_another_swarm(suite: Suite, tmp_path: Path) -> None:
    """It has the node's name, its images and its networks; the managers do not list it."""
    with scene("node-address-is-a-clones", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}")
        assert {each.method for each in cluster.engine_requests if each.node == "node-3"} == {"GET"}
        assert made(cluster).keys() == {"node-1", "node-2"}
    assert outcome.of("NODE-1", "node-3")["reason"] == "node.not-listed"
    for condition, subject in (("NET-2", "node-1:node-3"), ("CTR-7", "node-3"), ("NODE-2", "node-3")):
        told = outcome.of(condition, subject)
        assert told["verdict"] == "UNKNOWN"
        assert told["because"] == {"subject": "node-3", "condition": "NODE-1", "probe": None}


def test_a_second_look_uses_the_same_containers(suite: Suite, tmp_path: Path) -> None:
    with scene("vxlan-cut-both-ways", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *OVERLAY)
        assert outcome.of("NET-2", "node-2:node-3")["attempts"] == 2
        assert made(cluster) == {"node-1": 1, "node-2": 1, "node-3": 1}


def test_without_containers_all_that_needs_them_is_skipped(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--no-containers", *OVERLAY)
        assert made(cluster) == {}
    for (condition, subject), verdict in outcome.verdicts.items():
        assert verdict == ("PASS" if condition == "NET-1" else "SKIPPED"), (condition, subject)
    assert {condition for condition, _ in outcome.verdicts} == {f"NET-{number}" for number in range(1, 6)}
    assert "--no-containers" in outcome.of("NET-2", "node-1:node-2")["message"]


def test_a_node_without_an_image_says_what_loads_one(suite: Suite, tmp_path: Path) -> None:
    with scene("no-image-with-ping", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", *OVERLAY)
        assert ours(cluster) == []
    told = outcome.of("NET-2", "node-1:node-3")
    assert told["verdict"] == "SKIPPED"
    assert "node-3" in told["message"]
    assert "docker pull registry.mirantis.com/msr/dtr:2.10.4" in told["message"]
    assert outcome.verdicts["NET-2", "node-1:node-2"] == "PASS"


def test_saved_facts_are_judged_as_they_were(suite: Suite, tmp_path: Path) -> None:
    with scene("no-image-with-ping", tmp_path) as cluster:
        live = suite.run(f"--inventory={cluster.inventory}", *OVERLAY)
    saved = suite.run(f"--facts={live.reports / 'facts.json'}", *OVERLAY)
    assert saved.verdicts == live.verdicts
    assert "SKIPPED" in saved.verdicts.values()


def third_node_hangs(cluster: Cluster) -> None:
    cluster.swarm.nodes[2].hung = frozenset({"exec"})


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_removes_its_containers(tmp_path: Path, number: signal.Signals) -> None:
    with staged(tmp_path, third_node_hangs) as cluster:
        with started(tmp_path, f"--inventory={cluster.inventory}", *OVERLAY) as run:
            assert until(pinging(cluster), 30)
            assert len(ours(cluster)) == 3
            run.signal(number)
            assert run.ended(25).code == 2
        assert ours(cluster) == []


@pytest.mark.parametrize("pause", [0.0, 0.02, 0.2])
def test_a_second_interruption_does_not_cut_the_removal_short(tmp_path: Path, pause: float) -> None:
    with staged(tmp_path, third_node_hangs) as cluster:
        with started(tmp_path, f"--inventory={cluster.inventory}", *OVERLAY) as run:
            assert until(pinging(cluster), 30)
            for number in (signal.SIGINT, signal.SIGINT, signal.SIGTERM):
                run.signal(number)
                time.sleep(pause)
            outcome = run.ended(25)
        assert ours(cluster) == []
    assert outcome.code == 2, outcome.output
    assert "Traceback" not in outcome.output
    assert (outcome.reports / "report.html").is_file()


def pinging(cluster: Embedded) -> Callable[[], bool]:
    return lambda: (
        any("/exec" in each.path for each in cluster.engine_requests if each.node == "node-1")
        and (len(ours(cluster)) == 3)
    )


def leave_over(cluster: Embedded) -> None:
    """What a run leaves that is killed: one that runs still, and one that was made and never started."""
    for node, starts in (("node-1", True), ("node-2", False)):
        docker = client(cluster, node)
        name = f"msr-checks-overlay-on-{node}"
        made = docker.create_container(
            PROBE_IMAGE, ["-c", "exec sleep 60"], name=name, entrypoint="sh", labels={LABEL: "0"}
        )
        if starts:
            docker.start(made["Id"])
        docker.close()


def test_cleanup_removes_what_killed_runs_left(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        leave_over(cluster)
        assert len(ours(cluster)) == 2
        before = sum(len(node.containers) for node in state_of(cluster).swarm.nodes)
        outcome = suite.run("--cleanup", f"--inventory={without_secrets(cluster)}", reports=False)
        assert outcome.code == 0, outcome.output
        assert ours(cluster) == []
        assert sum(len(node.containers) for node in state_of(cluster).swarm.nodes) == before - 2
        assert cluster.requests == []
    assert outcome.output.splitlines()[0].startswith("node-1: removed msr-checks-overlay-on-node-1, created 0:00:")
    assert "node-2: removed msr-checks-overlay-on-node-2" in outcome.output
    assert "node-3: nothing to remove" in outcome.output
    assert "passed" not in outcome.output


def test_what_a_killed_run_had_made_and_not_started_is_left_for_cleanup_alone(suite: Suite, tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        cluster.swarm.nodes[2].hung = frozenset({"start"})

    with staged(tmp_path, play) as cluster:
        with started(tmp_path, f"--inventory={cluster.inventory}", *OVERLAY) as run:
            assert until(lambda: sorted(each.state for each in ours(cluster)) == ["created", "running", "running"], 30)
            run.process.kill()
            run.process.wait()
        state_of(cluster).swarm.nodes[2].hung = frozenset()
        [left] = [each.id for each in ours(cluster) if each.state == "created"]
        assert suite.run(f"--inventory={inventory_with(cluster, require=[])}", *OVERLAY).code == 0
        assert left in [each.id for each in ours(cluster)]
        assert suite.run("--cleanup", f"--inventory={without_secrets(cluster)}", reports=False).code == 0
        assert ours(cluster) == []


def test_cleanup_says_which_node_it_could_not_look_at(suite: Suite, tmp_path: Path) -> None:
    with scene("engine-killed", tmp_path) as cluster:
        outcome = suite.run("--cleanup", f"--inventory={without_secrets(cluster)}", reports=False)
    assert outcome.code == 7, outcome.output
    assert "node-1: nothing to remove" in outcome.output
    assert re.search(r"node-3: Docker at node-3 .*refused", outcome.output)


def test_an_interrupted_cleanup_ends_in_words(tmp_path: Path) -> None:
    def play(cluster: Cluster) -> None:
        cluster.swarm.nodes[2].hung = frozenset({"containers"})

    with staged(tmp_path, play) as cluster:
        inventory = without_secrets(cluster)
        with started(tmp_path, "--cleanup", f"--inventory={inventory}") as run:
            assert until(lambda: any("/containers/json" in each.path for each in cluster.engine_requests), 30)
            run.signal(signal.SIGINT)
            run.signal(signal.SIGTERM)
            code = run.process.wait(15)
    printed = run.terminal.read_text(encoding="utf-8")
    assert (code, printed.splitlines()[-1]) == (2, "interrupted"), printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("nodes", "told"),
    [(None, "configures access to no Docker engine"), ([{"name": "node-1"}], "configures access to no Docker engine")],
    ids=["no nodes", "nodes by name only"],
)
def test_cleanup_needs_nodes(suite: Suite, tmp_path: Path, nodes: list[dict[str, str]] | None, told: str) -> None:
    with scene("healthy", tmp_path) as cluster:
        replicas = [{"id": each.id, "address": each.address, "port": each.port} for each in state_of(cluster).replicas]
        outcome = suite.run("--cleanup", f"--inventory={inventory_with(cluster, nodes=nodes, replicas=replicas)}")
    assert outcome.code == 4
    assert told in outcome.output


def test_cleanup_needs_an_inventory(suite: Suite) -> None:
    outcome = suite.run("--cleanup", reports=False)
    assert outcome.code == 4
    assert "--cleanup needs --inventory=FILE" in outcome.output
