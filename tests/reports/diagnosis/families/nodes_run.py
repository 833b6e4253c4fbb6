"""Verdicts on nodes and between them, for the rules about machines, the swarm and the overlay network."""

from __future__ import annotations

from reports.records import Because, Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, fail, unseen, warn

NODES = {"node-1": A, "node-2": B, "node-3": C}
PAIRS = [(one, two) for one in NODES for two in NODES if one != two]


def engine_unseen(node: str, reason: str) -> list[Result]:
    """What is UNKNOWN as the engine of a node was not asked."""
    because, about = Because(node, probe="engine"), f"node:{node}"
    return [
        unseen("CTR-7", node, reason, about, because=because),
        unseen("NODE-5", node, reason, about, because=because),
        unseen("NET-1", node, reason, about, because=because),
    ]


def shell_unseen(node: str, reason: str) -> list[Result]:
    """What is UNKNOWN as the shell of a node was not asked."""
    because = Because(node, probe="system")
    return [unseen(name, node, reason, f"node:{node}", because=because) for name in ("NODE-2", "NODE-3", "NODE-4")]


def no_way_in(node: str, end: str) -> list[Result]:
    """A node that ssh does not get into, for this reason."""
    refused = fail("NODE-1", node, f"node.{end}", f"node:{node}")
    return [refused, *engine_unseen(node, f"ssh.{end}"), *shell_unseen(node, f"ssh.{end}")]


def silent(replica: str) -> list[Result]:
    """A replica that does not respond."""
    because = Because(replica, probe="ping")
    return [
        fail("PING-1", replica, "ping.no-connection", f"replica:{replica}"),
        unseen("REG-1", replica, "http.no-connection", f"replica:{replica}", because=because),
    ]


def manager_lost(node: str) -> Result:
    """The swarm misses a manager."""
    return fail("NODE-6", "cluster", "node.manager-unreachable", f"node:{node}", witnesses=("node:node-1",))


def refused(node: str) -> list[Result]:
    """No container can be attached on a node, so that nothing is known of its pairs."""
    because = Because(node, condition="NET-1")
    pairs = [pair for pair in PAIRS if node in pair]
    return [
        fail("NET-1", node, "net.not-attached", f"node:{node}"),
        *(unseen("NET-2", f"{a}:{b}", "net.not-attached", f"node:{node}", because=because) for a, b in pairs),
    ]


def no_reply(*pairs: tuple[str, str], about: tuple[str, ...], reason: str = "net.no-reply") -> list[Result]:
    """Pairs without a reply, and what is not known of them for it."""
    found: list[Result] = []
    for one, two in pairs:
        pair = f"{one}:{two}"
        found.append(fail("NET-2", pair, reason, *about))
        because = Because(pair, condition="NET-2")
        found.append(unseen("NET-3", pair, "net.no-packet-back", f"link:{one}>{two}", because=because))
    return found


def nameless(node: str, replica: str) -> Result:
    """The name of a replica's database does not resolve at a node."""
    return fail("NET-4", f"{node}:{replica}", "net.database-unresolved", f"node:{node}", f"database:{replica}")


def lossy(condition: str, reason: str, *about: str) -> Result:
    """Something between node-1 and node-2 that warns."""
    return warn(condition, "node-1:node-2", reason, *about)
