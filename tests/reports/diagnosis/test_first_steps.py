"""What to do first: the cause before what follows from it, at most five lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports.diagnosis.causes import find_causes

from reports.diagnosis.headline import first_steps
from reports.records import PROBLEMS, Result, VerdictWord
from tests.reports.samples import (
    AT_REPLICA,
    ENTRIES,
    IDS,
    cut_off,
    dead,
    header,
    healthy,
    mixed,
    refused,
    run,
    steps,
    verdict,
    with_verdicts,
)

A, B, C = IDS[:3]


def bad(condition: str, subject: str, message: str, word: str = "FAIL", **fields: object) -> Result:
    return verdict(condition, subject, word, message, **fields)


def test_nothing_to_do() -> None:
    assert steps(healthy()) == []


def test_one_dead_replica_is_one_line() -> None:
    (line,) = steps(dead())
    assert line.startswith(f"Replica {B} (node-2, 10.0.0.12) does not respond")
    assert "(explains 67 other problems and 18 UNKNOWN verdicts)" in line
    assert "read their logs" in line
    assert steps(dead(7)) != []
    assert len(steps(dead(7))) == 1


def both_dead(replicas: int) -> list[Result]:
    """B and C give no answer."""
    ill = {r.key: r for r in dead(replicas, 2) if r.subject == C}
    return [ill.get(r.key, r) for r in dead(replicas, 1)]


def test_two_of_three_dead_is_the_majority() -> None:
    (line,) = steps(both_dead(3))
    assert line.startswith("The majority of the replicas is lost (2 of 3): ")
    assert "remove nothing" in line


def test_who_lives_on_without_a_majority_is_not_lost() -> None:
    """All that it serves from the database fails there as well."""
    gone = [
        each
        for name in (B, C)
        for each in (
            bad("PING-1", name, f"Failed to connect to container at dtr-rethinkdb-{name}.dtr-ol:28015", seen=503),
            bad("STATUS-1", name, "cluster_status answered 503", seen=503),
            bad("RDB-1", name, "connection refused"),
        )
    ]
    others = f"The following servers are not reachable: dtr_rethinkdb_{B}, dtr_rethinkdb_{C}"
    left = [
        bad("PING-1", A, f"Rethinkdb has issues: {others}", seen=503, about=(f"database:{B}", f"database:{C}")),
        bad("FEED-1", f"global:{A}", "notary-server cannot read its database (500)"),
        bad("STATUS-2", A, "cluster_status answered 500"),
        bad("STATUS-14", "cluster", "2 of 3 replicas are missing"),
    ]
    line, *_ = steps(with_verdicts(*gone, *left))
    assert line.startswith(f"The majority of the replicas is lost (2 of 3): {B} (node-2, 10.0.0.12), {C} (node-3")


def test_two_of_three_sick_are_no_lost_majority_where_the_database_has_one() -> None:
    """Two registries are down; nothing says to wait for a majority that is there."""
    down = [
        each
        for name in (B, C)
        for each in (
            bad("PING-1", name, f"Failed to connect to container at dtr-registry-{name}:5000", seen=503),
            bad("REG-1", name, "/v2/ answered 502 with an HTML page", seen=502),
        )
    ]
    lines = steps(with_verdicts(*down))
    assert len(lines) == 2
    assert [line for line in lines if "majority" in line] == []
    assert [name for name, line in zip((B, C), lines, strict=True) if not line.startswith(f"Replica {name}")] == []


def test_all_silent_are_no_lost_majority_where_their_databases_answer() -> None:
    """Every web port is shut, and RDB-1 holds: the database must not be rebuilt for that."""
    shut = {r.key: r for name in (A, B, C) for r in dead(3, IDS.index(name)) if name in r.subject.split(":")}
    sound = [verdict("RDB-1", name) for name in (A, B, C)]
    (line,) = steps([*(shut.get(r.key, r) for r in dead(3, 1)), *sound])
    assert line.startswith(f"Replicas {A} (node-1, 10.0.0.11), {B}")
    assert "majority" not in line


USERS = "msr.example.org"


def shut(*names: str, users_reach: tuple[str, ...] = (), reason: str = "ping.no-connection") -> list[Result]:
    """Nothing responds at the addresses of these replicas, and no other one reports them."""
    there = {name: {r.key: r for r in dead(3, IDS.index(name)) if name in r.subject.split(":")} for name in names}

    def seen(result: Result) -> Result:
        for name in names:
            other = there[name].get(result.key, result)
            if result.condition == "PING-1" and result.subject == name:
                return replace(other, reason=reason)
            if other.verdict is VerdictWord.UNKNOWN:
                return other
        return result

    # They know nothing of the cluster as a whole.
    found = [seen(r) for r in healthy() if r.condition not in ("PING-2", "STATUS-14")]
    word = "PASS" if users_reach else "FAIL"
    return [*found, verdict("PING-2", USERS, word, seen=dict.fromkeys(users_reach, 2))]


def test_whom_users_reach_is_not_lost_for_a_wrong_address() -> None:
    (line,) = steps(shut(A, B, C, users_reach=(A, B, C)))
    assert line.startswith(f"This machine does not reach {A} (node-1, 10.0.0.11), {B}")
    assert "correct the addresses in the inventory" in line
    for word in ("majority", "restart", "remove"):
        assert word not in line


def test_who_is_lost_and_who_has_a_wrong_address_are_two_lines() -> None:
    lost, unreached = steps(shut(B, C, users_reach=(A, B)))
    assert lost.startswith(f"Replica {C} (node-3, 10.0.0.13) does not respond")
    assert unreached.startswith(f"This machine does not reach {B} (node-2, 10.0.0.12) at")


def test_names_that_this_machine_does_not_resolve_are_no_lost_majority() -> None:
    line = steps(shut(B, C, reason="ping.unresolved"))[0]
    assert line.startswith(f"This machine does not reach {B} (node-2, 10.0.0.12), {C}")
    assert "majority" not in line


def test_whom_others_report_as_gone_is_lost_whatever_its_name_resolves_to() -> None:
    found = [replace(r, reason="ping.unresolved") if r.condition == "PING-1" else r for r in both_dead(3)]
    assert steps(found)[0].startswith("The majority of the replicas is lost (2 of 3): ")


def test_two_of_seven_dead_are_one_line() -> None:
    (line,) = steps(both_dead(7))
    assert line.startswith(f"Replicas {B} (node-2, 10.0.0.12), {C} (node-3, 10.0.0.13) do not respond")


def test_when_nothing_answers_this_machine_may_be_cut_off() -> None:
    (line,) = steps(cut_off())
    assert line.startswith(
        "No address in the inventory of prod-eu responds: check the network, VPN, firewall and DNS of this machine"
    )


def test_a_replica_that_answers_503_is_not_silent() -> None:
    only = [bad("PING-1", name, "Notary unhealthy: timeout", seen=503) for name in (A, B, C)]
    (line,) = steps(only, require=(), catalogue=())
    assert "No address" not in line
    assert "unhealthy" in line


def test_a_refused_log_in_explains_what_needs_it() -> None:
    (line,) = steps(refused())
    assert line.startswith("TOKEN-0 admin: the log-in was refused: 401 (explains 110 UNKNOWN verdicts): ")


def test_mke_goes_before_the_log_in_that_it_refuses() -> None:
    down = bad("MKE-1", "mke.example.org", "it answered 500")
    everybody = [bad(r.condition, r.subject, "refused: 401") if r.condition == "TOKEN-0" else r for r in refused()]
    (line,) = steps([down if r.condition == "MKE-1" else r for r in everybody])
    assert line.startswith(
        "MKE-1 mke.example.org: it answered 500 (explains 2 other problems and 110 UNKNOWN verdicts): repair MKE"
    )


def test_mke_refuses_nobody_where_somebody_got_in() -> None:
    down = bad("MKE-1", "mke.example.org", "connection refused")
    first, second = steps([down if r.condition == "MKE-1" else r for r in refused()])
    assert first.startswith("TOKEN-0 admin: the log-in was refused: 401")
    assert second.startswith("MKE-1 mke.example.org: connection refused")


def test_a_verdict_s_own_remedy_goes_before_that_of_its_condition() -> None:
    (line,) = steps(with_verdicts(*(bad("STATUS-1", name, "401", remedy="check-credentials") for name in IDS[:3])))
    assert "try the account once by hand" in line


def test_a_volume_that_is_gone_forbids_the_restart_that_would_follow() -> None:
    gone = bad("CTR-5", B, "missing on node-2: dtr-rethink")
    (sick,) = steps(with_verdicts(gone, bad("PING-1", B, "registry: connection refused", seen=503)))
    assert sick.startswith(f"Replica {B} (node-2, 10.0.0.12) is unhealthy: CTR-5 {B} ")
    assert "do not restart the replica's containers" in sick
    (silent,) = steps([*dead(), gone])
    assert silent.startswith(f'Replica {B} (node-2, 10.0.0.12) does not respond: "missing on node-2: dtr-rethink"')
    assert "do not restart the replica's containers" in silent


def test_a_table_that_takes_no_writes_follows_from_no_single_loss() -> None:
    stuck = bad("STATUS-11", "dtr2.tags", "not ready_for_writes", reason="status.table-no-writes")
    headless = bad("STATUS-12", "dtr2.tags", "a shard has no primary", reason="status.table-no-primary")
    results = [r for r in dead() if r.subject != "dtr2.tags"] + [stuck, headless]
    first, *others = steps(results)
    assert "does not respond" in first
    assert [line.partition(":")[0] for line in others] == ["STATUS-11 dtr2.tags", "STATUS-12 dtr2.tags"]


def test_two_wrong_addresses_and_a_sick_replica_are_no_lost_majority() -> None:
    results = with_verdicts(
        bad("IDENT-1", B, f"at 10.0.0.12 answers replica {C}", seen=C),
        bad("IDENT-1", C, f"at 10.0.0.13 answers replica {B}", seen=B),
        bad("PING-1", B, "another answers", "UNKNOWN"),
        bad("PING-1", C, "another answers", "UNKNOWN"),
        bad("PING-1", A, f"Failed to connect to dtr-rethinkdb-{A}", seen=503),
        *(bad(name, "cluster", "no replica reports", "UNKNOWN") for name in ("STATUS-14", "STATUS-16")),
        *(bad("STATUS-1", name, "no replica reports", "UNKNOWN") for name in IDS[:3]),
    )
    lines = steps(results)
    assert lines[0].startswith(f"IDENT-1 {B}, {C}")
    assert not [line for line in lines if "majority" in line]
    assert [line for line in lines if line.startswith(f"Replica {A} (node-1, 10.0.0.11) is unhealthy: PING-1")]


def test_a_reader_that_is_refused_explains_only_its_own() -> None:
    results = with_verdicts(
        bad("TOKEN-0", "reader:ci", "refused: 401"),
        bad("STATUS-2", "reader:ci", "no log-in", "UNKNOWN"),
        bad("STATUS-5", A, "no timestamp", "UNKNOWN"),
    )
    first, second = steps(results)
    assert "TOKEN-0 reader:ci: refused: 401 (explains 1 UNKNOWN verdict)" in first
    assert second == "1 verdict UNKNOWN (STATUS-5): no timestamp."


def test_a_certificate_that_does_not_verify_explains_what_was_not_sent() -> None:
    blind = [bad(name, B, "the certificate does not verify", "UNKNOWN") for name in ("PING-1", "NGINX-1", "STATUS-1")]
    (line,) = steps(with_verdicts(bad("TLS-1", B, "unknown CA"), *blind))
    assert line.startswith(f"TLS-1 {B}: unknown CA (explains 3 UNKNOWN verdicts): check who issued")


def test_another_replica_at_the_address_comes_before_any_recovery() -> None:
    blind = [bad(name, B, "another replica answers", "UNKNOWN") for name in ("PING-1", "STATUS-1")]
    (line,) = steps(with_verdicts(bad("IDENT-1", B, f"at 10.0.0.12 answers replica {C}"), *blind))
    assert line.startswith(f"IDENT-1 {B}: ")
    assert "before you recover anything" in line


def database_lost() -> list[Result]:
    """The database of B is dead; its HTTP answers."""
    lost = f"not reachable: dtr_rethinkdb_{B}"
    return with_verdicts(
        bad("PING-1", A, f"Rethinkdb has issues: {lost}", seen=503, about=(f"database:{B}",)),
        bad("PING-1", B, "connection refused: dtr-rethinkdb", seen=503),
        bad(
            "PING-2",
            "msr.example.org",
            f"2 of 5 new connections: 503, said replica {B}",
            about=("balancer", f"replica:{B}"),
        ),
        bad("STATUS-1", B, "503 STATUS_CHECK_FAILED"),
        bad("STATUS-3", B, "503 STATUS_CHECK_FAILED, see STATUS-1", "UNKNOWN"),
        bad("STATUS-3", f"{A}:table_availability", lost, about=(f"database:{B}",)),
        bad("STATUS-8", f"{A}:{B}", f"the server of {B} is missing", about=(f"database:{B}",)),
        *(bad(r.condition, r.subject, "not ready") for r in healthy() if r.condition == "STATUS-11"),
        bad("STATUS-14", "cluster", "stands 0 failures", "WARN"),
    )


def test_a_dead_database_is_its_replicas() -> None:
    (line,) = steps(database_lost())
    assert line.startswith(
        f'Replica {B} (node-2, 10.0.0.12) is unhealthy: PING-1 {B} "connection refused: dtr-rethinkdb"'
    )
    assert "(explains 35 other problems and 1 UNKNOWN verdict)" in line


def test_a_lost_link_blames_neither_end() -> None:
    results = with_verdicts(
        bad("STATUS-8", f"{A}:{B}", "not connected"),
        bad("STATUS-7", f"{A}:{B}", "they tell different issues"),
    )
    lines = steps(results)
    assert [line.split(":")[0] for line in lines] == [f"STATUS-7 {A}", f"STATUS-8 {A}"]


def test_all_unwell_and_none_tells_of_the_cluster() -> None:
    pings = [bad("PING-1", name, "500 with an HTML page", seen=500) for name in (A, B, C)]
    blind = [bad("STATUS-1", name, "no log-in", "UNKNOWN") for name in (A, B, C)]
    token = bad("TOKEN-0", "admin", "the token service answered 500", seen=500)
    tolerates = bad("STATUS-14", "cluster", "no log-in", "UNKNOWN")
    (line,) = steps(with_verdicts(*pings, *blind, token, tolerates))
    assert line.startswith("All 3 replicas are unhealthy: their database has probably lost its majority")


def test_same_deed_same_line() -> None:
    results = with_verdicts(*(bad("TLS-2", name, "expires tomorrow") for name in (A, B, C)))
    (line,) = steps(results)
    assert line == (f"TLS-2 {A}, {B}, {C}: expires tomorrow: get a new certificate for the same names and install it.")


def test_what_only_follows_from_a_missing_answer_is_not_told_apart() -> None:
    results = with_verdicts(
        bad("NGINX-1", A, "an HTML page"),
        bad("NGINX-2", A, "see NGINX-1", "UNKNOWN"),
        bad("NGINX-1", B, "403", "WARN"),
        bad("NGINX-3", B, "see NGINX-1", "UNKNOWN"),
    )
    first, second = steps(results)
    assert f"NGINX-1 {A}: an HTML page (explains 1 UNKNOWN verdict)" in first
    assert f"NGINX-1 {B}: 403 (explains 1 UNKNOWN verdict)" in second


def test_causes_of_unknowns_are_told_once_with_a_count() -> None:
    results = with_verdicts(
        *(bad("REG-1", name, "the time limit is over", "UNKNOWN", reason="run.time-limit") for name in (A, B, C))
    )
    assert steps(results) == ["3 verdicts UNKNOWN (REG-1): the time limit is over."]


def test_failures_then_unknowns_then_warnings() -> None:
    results = with_verdicts(
        bad("STATUS-13", A, "read-only", "WARN"),
        bad("REG-1", A, "the time limit is over", "UNKNOWN"),
        bad("STORE-1", "cluster", "local disks"),
    )
    assert [line.split()[0] for line in steps(results)] == ["STORE-1", "1", "STATUS-13"]


def test_never_more_than_five_lines() -> None:
    names = ("STORE-1", "STATUS-10", "STATUS-16", "ALERT-1", "JOB-2", "STATUS-2", "PING-2")
    results = with_verdicts(*(bad(name, "cluster", f"trouble {name}") for name in names))
    lines = steps(results)
    assert len(lines) == 5
    assert lines[-1].startswith("Then 3 more steps, listed in the report: ")


def test_what_was_required_and_deselected_is_said() -> None:
    results = [r for r in healthy() if r.condition != "STATUS-1"]
    (line,) = steps(results, deselected=("STATUS-1",))
    assert line.startswith(
        "Required but not judged in this run: STATUS-1 (deselected; run without -k, -m and paths, or change `require`)."
    )


def test_what_was_required_and_skipped_is_said_with_the_line_to_add() -> None:
    results = with_verdicts(bad("STATUS-1", A, "the inventory has no administrator: add `accounts.admin`", "SKIPPED"))
    (line,) = steps(results)
    assert "add `accounts.admin`" in line


SAMPLES = [healthy(), dead(), dead(7), cut_off(), refused(), mixed(), database_lost(), dead(1, 0), dead(2)]


@pytest.mark.parametrize("results", SAMPLES)
def test_every_problem_is_in_exactly_one_cause(results: list[Result]) -> None:
    causes = find_causes(run(results).header, results)
    found = Counter(r.key for cause in causes for r in (*cause.results, *cause.explains))
    assert found == Counter(r.key for r in results if r.verdict in PROBLEMS)


@pytest.mark.parametrize("results", SAMPLES)
def test_lines_are_short_enough_to_read(results: list[Result]) -> None:
    for line in steps(results):
        assert len(line) < 600
        assert "\n" not in line


def test_a_single_dead_replica_of_one_is_not_a_majority() -> None:
    (line,) = steps([r for r in dead(1, 0) if r.condition not in ("PING-2", "MKE-1")])
    assert "majority" not in line


def test_what_a_swarm_without_a_leader_explains_is_no_cause_of_its_own() -> None:
    refused = bad("NET-1", "node-2", "the swarm has no leader", reason="node.no-leader")
    leader = bad("NODE-6", "cluster", "the swarm has no leader", reason="node.no-leader")
    (cause,) = find_causes(header(), [refused, leader])
    assert (cause.results, cause.explains) == ((leader,), (refused,))


def test_a_node_out_of_the_swarm_is_one_line_with_its_silent_replica() -> None:
    (line,) = steps(
        with_verdicts(
            bad("NODE-1", "node-3", "its part in the swarm is inactive", remedy="not-in-the-swarm"),
            bad("NET-1", "node-3", "its engine is not in a swarm (inactive)"),
            bad("PING-1", C, "connection refused"),
            bad("NGINX-1", C, "connection refused", "UNKNOWN"),
            bad("CTR-4", f"{C}:nginx", "not attached to dtr-ol"),
        )
    )
    assert line.startswith(
        "NODE-1 node-3: its part in the swarm is inactive (explains 3 other problems and 1 UNKNOWN verdict)"
    )


def test_unknown_verdict_words_are_no_problem_of_ours() -> None:
    assert not find_causes(header(), [verdict("PING-1", A, word) for word in ("PASS", "WAIVED", "SKIPPED")])
    assert VerdictWord.NOT_APPLICABLE not in PROBLEMS


NODES = ("node-1", "node-2", "node-3")
REASONS = (
    "ping.refused",
    "ping.not-tls",
    "node.no-leader",
    "reg.no-licence",
    "http.untrusted",
    "run.time-limit",
    "alert.licence",
)
THINGS = (f"replica:{A}", f"database:{B}", f"container:nginx-{C}", "node:node-3", "link:node-1>node-2", f"link:{A}>{B}")
PARTS = (*IDS[:3], *NODES)
SUBJECTS = (*PARTS, "cluster", "admin", *(f"{a}:{b}" for a in PARTS for b in (B, "node-2", "nginx", "rethinkdb")))


def anything() -> st.SearchStrategy[Result]:
    """One verdict, on a subject that its condition may have."""
    conditions = st.sampled_from(sorted(ENTRIES))
    named = conditions.flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(IDS[:3] if name in AT_REPLICA else SUBJECTS))
    )
    return st.builds(
        lambda key, word, reason, about, seen: verdict(
            key[0], key[1], word, "x", reason=reason, about=about, seen=seen
        ),
        named,
        st.sampled_from(["FAIL", "WARN", "UNKNOWN", "PASS"]),
        st.sampled_from(REASONS),
        st.lists(st.sampled_from(THINGS), max_size=2).map(tuple),
        st.sampled_from([None, 402, 503, {"status": 500}]),
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(anything(), max_size=40, unique_by=lambda result: result.key))
def test_whatever_goes_wrong_together_is_in_exactly_one_cause(results: list[Result]) -> None:
    causes = find_causes(header(), results)
    found = Counter(r.key for cause in causes for r in (*cause.results, *cause.explains))
    assert found == Counter(r.key for r in results if r.verdict in PROBLEMS)
    assert all(cause.results for cause in causes if cause.kind not in ("majority", "cut off"))
    first_steps(header(), results)
