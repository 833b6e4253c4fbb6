"""Causes in the swarm: a node that it does not use is the cause where no container can be attached."""

from __future__ import annotations

import pytest

from reports.diagnosis.diagnosis import diagnose as diagnosis_of
from reports.remedies import remedies
from tests.reports.diagnosis.families.cluster_run import (
    A,
    B,
    C,
    apart,
    container,
    diagnose,
    fail,
    found,
    kinds,
    unseen,
    warn,
)
from tests.reports.diagnosis.families.nodes_run import manager_lost, nameless, refused, silent
from tests.reports.samples import header

NODE = ("node:node-3",)


@pytest.mark.parametrize("state", ["drained", "paused"])
def test_node_that_is_not_available_refuses(state: str) -> None:
    """NET-1 there follows; a refusal on another node does not."""
    listed = warn("NODE-1", "node-3", f"node.{state}", "node:node-3")
    assert found(listed, *refused("node-3")) == [(f"node-{state}", NODE)]
    assert sorted(kinds(diagnose(listed, *refused("node-1")))) == ["attach-refused", f"node-{state}"]


def test_refusal_that_nothing_explains() -> None:
    """It is its own cause, with all that is not known for it."""
    assert found(*refused("node-3")) == [("attach-refused", NODE)]


def test_swarm_without_a_leader() -> None:
    """No node can attach a container; a fault of another kind stays."""
    leaderless = fail("NODE-6", "cluster", "node.no-leader", "swarm", witnesses=("node:node-1",))
    everywhere = [each for node in ("node-1", "node-2", "node-3") for each in refused(node)]
    assert found(leaderless, *everywhere) == [("swarm-leaderless", ("swarm",))]
    full = fail("NODE-2", "node-3:_", "node.disk-short", "node:node-3")
    assert sorted(kinds(diagnose(leaderless, *everywhere, full))) == ["disk-full", "swarm-leaderless"]


def test_manager_that_the_others_do_not_reach() -> None:
    """It is not listed as ready, and attaches nothing."""
    late = fail("NODE-1", "node-3", "node.not-ready", "node:node-3", witnesses=("node:node-1",))
    assert found(manager_lost("node-3"), late, *refused("node-3")) == [("manager-unreachable", NODE)]
    assert found(late, *refused("node-3")) == [("node-not-ready", NODE)]


@pytest.mark.parametrize("state", ["not-in-swarm", "swarm-locked", "swarm-error"])
def test_node_out_of_the_swarm_takes_its_replica_with_it(state: str) -> None:
    """Its containers are off the network: it is silent, the others miss its database and its name."""
    wrong = [
        fail("NODE-1", "node-3", f"node.{state}", "node:node-3"),
        fail("NET-1", "node-3", "net.not-in-swarm", "node:node-3"),
        fail("NODE-5", "node-3", "node.web-port-closed", "node:node-3", f"container:nginx-{C}"),
        fail("CTR-4", f"{C}:registry", "ctr.detached", f"container:registry-{C}"),
        nameless("node-1", C),
        *silent(C),
        apart(A, C),
        apart(B, C),
    ]
    assert found(*wrong) == [("node-out-of-the-swarm", NODE)]
    assert sorted(kinds(diagnose(*wrong, container("api", A)))) == ["container-down", "node-out-of-the-swarm"]


def test_two_machines_of_one_identity() -> None:
    """Both are named, once."""
    both = ("node:node-2", "node:node-3")
    wrong = [fail("NODE-1", node, "node.cloned", *both) for node in ("node-2", "node-3")]
    assert found(*wrong) == [("cloned-node", both)]


def test_node_that_the_managers_do_not_hear_of_runs() -> None:
    """Its engine answers: nothing is to be brought back, and it did not leave the swarm."""
    late = fail("NODE-1", "node-3", "node.not-ready", "node:node-3", witnesses=("node:node-1",))
    assert [each.remedy for each in diagnose(manager_lost("node-3"), late)] == ["control-plane"]
    assert [each.remedy for each in diagnose(late)] == ["control-plane"]


def test_second_fault_in_a_swarm_without_a_leader() -> None:
    """Nodes that are not listed as ready follow; a container that does not run goes on without the swarm."""
    leaderless = fail("NODE-6", "cluster", "node.no-leader", "swarm", witnesses=("node:node-1",))
    late = fail("NODE-1", "node-3", "node.not-ready", "node:node-3", witnesses=("node:node-1",))
    assert found(leaderless, late) == [("swarm-leaderless", ("swarm",))]
    assert sorted(kinds(diagnose(leaderless, late, container("registry", A)))) == ["container-down", "swarm-leaderless"]


def test_lost_majority_of_managers_is_brought_back_before_support_is_called() -> None:
    """Support stands beside it, for managers that are lost for good."""
    leaderless = fail("NODE-6", "cluster", "node.no-leader", "swarm", witnesses=("node:node-1",))
    (found_,) = diagnosis_of(header(), [leaderless]).causes
    assert found_.step == remedies()["swarm-quorum"].sentence
    assert "call-support" in [each.rung for each in found_.actions if each.offered]


def test_a_drained_node_does_not_explain_a_log_that_is_not_read() -> None:
    drained = warn("NODE-1", "node-3", "node.drained", "node:node-3")
    unread = unseen("LOG-2", "node-3", "log.engine-not-read", "node:node-3")
    assert sorted(found(drained, unread)) == [
        ("engine-log-unread", ("node:node-3",)),
        ("node-drained", ("node:node-3",)),
    ]


@pytest.mark.parametrize("state", ["drained", "paused"])
def test_nothing_can_be_deployed_on_a_node_that_is_not_available(state: str) -> None:
    listed = warn("NODE-1", "node-3", f"node.{state}", "node:node-3")
    kind = f"node-{state}"
    assert found(listed, fail("PRE-7", "node-3", "pre.node-unavailable", "node:node-3")) == [(kind, NODE)]
    other = fail("PRE-7", "node-1", "pre.node-unavailable", "node:node-1")
    assert sorted(found(listed, other)) == [(kind, NODE), ("not-ready-to-upgrade", ("node:node-1",))]
    kubernetes = fail("PRE-7", "node-3", "pre.orchestrator", "node:node-3")
    assert sorted(found(listed, kubernetes)) == [(kind, NODE), ("not-ready-to-upgrade", NODE)]
