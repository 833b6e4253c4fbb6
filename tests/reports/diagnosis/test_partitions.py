"""Nodes that do not reach each other: reported as the network's fault, with what follows from it."""

from __future__ import annotations

import itertools

from reports.diagnosis.causes import find_causes

from reports.records import PROBLEMS, Result, VerdictWord
from tests.reports.samples import IDS, run, steps, verdict, with_verdicts

A, B, C = IDS[:3]
NODES = ("node-1", "node-2", "node-3")
PAIRS = list(itertools.permutations(NODES, 2))
LINK = "no reply between node-1 and node-2 on dtr-ol, by name and by address"
CUT_OFF = "no reply between node-3 and every other node on dtr-ol, by name and by address"


def unreached(pairs: list[tuple[str, str]], message: str, *about: str) -> list[Result]:
    """NET-2 fails on these, and with it nothing is known of packets; about: what is at fault, else their links."""
    made = []
    links = tuple(f"link:{one}>{other}" for one, other in sorted(pairs))
    for one, other in pairs:
        subject = f"{one}:{other}"
        made.append(verdict("NET-2", subject, "FAIL", message, reason="net.no-reply", about=about or links))
        made += [verdict(each, subject, "UNKNOWN", "no packet comes back, see NET-2") for each in ("NET-3", "NET-5")]
    return made


def of_node(name: str) -> list[tuple[str, str]]:
    return [pair for pair in PAIRS if name in pair]


def test_a_link_is_one_line_with_what_its_databases_say() -> None:
    said = [
        verdict("STATUS-8", f"{A}:{B}", "FAIL", "not connected"),
        verdict(
            "STATUS-3", f"{A}:non_transitive_error", "FAIL", "not connected", about=(f"database:{A}", f"database:{B}")
        ),
        verdict("STATUS-14", "cluster", "WARN", "stands 0 failures"),
    ]
    (line,) = steps(with_verdicts(*unreached([NODES[:2], NODES[1::-1]], LINK), *said))
    assert line.startswith(
        f"NET-2 node-1:node-2, node-2:node-1: {LINK} (explains 3 other problems and 4 UNKNOWN verdicts)"
    )
    assert "4789/udp" in line


def test_a_feed_that_cannot_read_its_database_follows_from_the_cut() -> None:
    feed = verdict("FEED-1", f"{C}:finance.ledger", "FAIL", "notary-server cannot read its database", seen=500)
    (line,) = steps(with_verdicts(*unreached(of_node("node-3"), CUT_OFF, "node:node-3"), feed))
    assert "(explains 1 other problem and 8 UNKNOWN verdicts)" in line


def test_a_sick_replica_at_one_end_of_a_link_stays_its_own_cause() -> None:
    sick = verdict("PING-1", A, "FAIL", "Failed to connect to container at dtr-registry", seen=503)
    lines = steps(with_verdicts(*unreached([NODES[:2], NODES[1::-1]], LINK), sick))
    assert len(lines) == 2
    assert "dtr-registry" in lines[1]


def test_a_node_that_is_cut_off_makes_its_replica_no_sick_one() -> None:
    said = [
        verdict("PING-1", C, "FAIL", "rethinkdb has no quorum", seen=503),
        verdict("STATUS-4", f"{A}:{C}", "FAIL", "Replica reported health too long ago"),
        verdict("STATUS-5", C, "FAIL", "its last health report is 22 min old"),
        verdict("NET-4", f"node-3:{A}", "FAIL", f"dtr-rethinkdb-{A} does not resolve"),
        verdict("NET-4", f"node-1:{C}", "FAIL", f"dtr-rethinkdb-{C} does not resolve"),
    ]
    (line,) = steps(with_verdicts(*unreached(of_node("node-3"), CUT_OFF, "node:node-3"), *said))
    assert CUT_OFF in line
    assert "(explains 5 other problems and 8 UNKNOWN verdicts)" in line
    assert "remove" not in line


def test_what_other_replicas_suffer_from_does_not_follow() -> None:
    other = verdict("STATUS-5", A, "FAIL", "its last health report is 22 min old")
    lines = steps(with_verdicts(*unreached(of_node("node-3"), CUT_OFF, "node:node-3"), other))
    assert len(lines) == 2
    assert lines[1].startswith(f"STATUS-5 {A}")


def test_nobody_reaches_anybody_is_one_line_and_no_lost_majority() -> None:
    said = [verdict("PING-1", name, "FAIL", "rethinkdb has no quorum", seen=503) for name in (A, B, C)]
    (line,) = steps(with_verdicts(*unreached(PAIRS, "no reply between all nodes on dtr-ol", "network:dtr-ol"), *said))
    assert line.startswith("NET-2 node-1:node-2, node-1:node-3, node-2:node-1 and 3 more: no reply between all nodes")


def test_two_links_are_two_lines() -> None:
    other = "no reply between node-2 and node-3 on dtr-ol, by name and by address"
    links = unreached([NODES[:2], NODES[1::-1]], LINK) + unreached([NODES[1:], NODES[:0:-1]], other)
    assert len(steps(with_verdicts(*links))) == 2


def test_where_nothing_can_be_attached_nothing_is_known() -> None:
    refused = verdict("NET-1", "node-2", "FAIL", "a container could not be attached to dtr-ol on node-2")
    blind = [
        verdict(each, f"{a}:{b}", "UNKNOWN", "no container could be attached, see NET-1 there")
        for each in ("NET-2", "NET-3", "NET-5")
        for a, b in of_node("node-2")
    ]
    (line,) = steps(with_verdicts(refused, *blind))
    assert line.startswith("NET-1 node-2: a container could not be attached")
    assert "(explains 12 UNKNOWN verdicts)" in line


def test_every_problem_is_in_one_cause() -> None:
    results = with_verdicts(
        *unreached(of_node("node-3"), CUT_OFF, "node:node-3"),
        *unreached([NODES[:2]], LINK),
        verdict("JOB-1", B, "FAIL", "dead"),
    )
    causes = find_causes(run(results).header, results)
    found = [each.key for cause in causes for each in (*cause.results, *cause.explains)]
    assert sorted(found) == sorted(each.key for each in results if each.verdict in PROBLEMS)
    assert VerdictWord.UNKNOWN not in {each.verdict for cause in causes for each in cause.results}
