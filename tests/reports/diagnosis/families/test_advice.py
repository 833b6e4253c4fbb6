"""What is advised against each kind of cause, where the same kind may need another step: by what else was measured."""

from __future__ import annotations

from dataclasses import replace

from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.diagnosis.diagnosis import diagnose as explain
from reports.diagnosis.engine import find_causes
from reports.diagnosis.filling import text_of
from reports.diagnosis.finding import Harm
from reports.ladder import rungs
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import A, B, C, container, diagnose, fail, unseen, warn, well
from tests.reports.samples import header

REPAIR = ("repair-first",)
RUNNING = tuple(well("CTR-2", f"{C}:{name}") for name in ("registry", "notary-server", "garant"))


def only(*results: Result) -> Cause:
    """The one cause of a run."""
    (cause,) = diagnose(*results)
    return cause


def advice(*results: Result) -> tuple[str | None, tuple[str, ...]]:
    """The remedy of the one cause of a run, and its ladder."""
    cause = only(*results)
    return cause.remedy, cause.ladder


def test_who_lets_anybody_in_is_a_security_incident() -> None:
    """And no matter of a user's rights, or of a licence."""
    for each in (
        fail("TOKEN-3", "cluster", "token.wrong-password-accepted", f"token-service:{C}"),
        fail("REG-1", C, "reg.open", f"replica:{C}"),
        fail("FEED-8", "anonymous:global", "feed.open", "feed:global"),
    ):
        assert only(each).remedy == "security-incident"


def test_even_number_needs_no_unhealthy_replica() -> None:
    assert only(warn("STATUS-14", "cluster", "status.even-number", "cluster")).remedy == "even-number"
    few = warn("STATUS-14", "cluster", "status.tolerates-too-few", "cluster")
    assert only(few).remedy == "restore-redundancy"


def test_health_against_all_that_was_measured_restarts_nothing() -> None:
    """Neither the replica's own word nor its last report does, while its API, its links and all else are well."""
    about = f"replica:{C}"
    for each in (
        replace(fail("PING-1", C, "ping.unhealthy", about), seen=503),
        replace(fail("PING-1", C, "ping.unhealthy", about), seen=200),
        replace(fail("PING-1", C, "ping.server-error", about), seen=500),
        fail("STATUS-4", f"{A}:{C}", "status.unhealthy", about),
    ):
        assert advice(each) == ("health-alone", REPAIR)


def test_health_that_something_else_confirms_is_repaired() -> None:
    """Another failure of the replica, a link that is not up, or an API that does not report."""
    own = fail("STATUS-4", f"{A}:{C}", "status.unhealthy", f"replica:{C}")
    for each in (
        fail("CTR-3", C, "ctr.mixed-versions", f"replica:{C}"),
        unseen("STATUS-8", f"{A}:{C}", "status.not-known", f"link:{A}>{C}"),
        unseen("STATUS-1", C, "http.timeout", f"replica:{C}"),
    ):
        kept = [found for found in diagnose(own, each) if found.id == "health-report-bad"]
        assert [("restart-replica" in found.ladder, found.remedy) for found in kept] == [(True, "recover-replica")]


def test_page_under_ping_replaces_no_replica() -> None:
    empty = replace(fail("PING-1", C, "ping.undocumented", f"replica:{C}"), seen=200)
    blind = unseen("STATUS-1", C, "http.error-status", f"replica:{C}")
    assert [each.remedy for each in diagnose(empty, blind)][:1] == ["undocumented-ping"]


def test_table_that_fills_a_copy_needs_nothing() -> None:
    filling = fail("STATUS-11", "dtr2.tags", "status.table-copy-not-ready", "table:dtr2.tags", f"database:{C}")
    assert advice(filling) == ("table-catching-up", REPAIR)


def test_table_that_waits_for_no_server_is_for_support() -> None:
    """Where a server is missing, that one is to be repaired."""
    for reason in ("status.table-no-writes", "status.table-no-reads"):
        stuck = fail("STATUS-11", "dtr2.tags", reason, "table:dtr2.tags")
        assert only(stuck).ladder == ("call-support",)
        apart = unseen("STATUS-8", f"{A}:{C}", "status.not-known", f"link:{A}>{C}")
        (found,) = (each for each in diagnose(stuck, apart) if each.id.startswith("tables-take"))
        assert found.ladder == REPAIR


def test_what_recovered_by_itself_is_only_looked_at_again() -> None:
    issue = warn("STATUS-3", f"{A}:table_availability", "status.table-availability", "table:dtr2.tags")
    assert advice(replace(issue, recovered_at="2026-11-23T02:58:05Z")) == ("recovered", REPAIR)
    assert only(issue).remedy == "rethinkdb-issues"


def test_clocks_that_agree_are_not_to_be_compared() -> None:
    invalid = fail("FEED-1", f"global:{C}", "feed.token-invalid", f"notary:{C}")
    clocks = (well("TOKEN-4", C), well("NODE-3", "node-3"))
    assert only(invalid).remedy == "token-key"
    assert only(invalid, clocks[0]).remedy == "token-key"
    assert only(invalid, clocks[1]).remedy == "token-key"
    assert only(invalid, *clocks).remedy == "token-other-key"


def test_nginx_that_lost_a_container_that_runs_is_read_first() -> None:
    """Where the container hangs, or was not seen to run, it is the container that may be restarted."""
    for each in (
        fail("REG-1", C, "reg.server-error", f"replica:{C}"),
        fail("FEED-1", f"global:{C}", "feed.no-notary-server", f"notary:{C}"),
        fail("TOKEN-1", f"admin:global:{C}", "token.server-error", f"token-service:{C}"),
    ):
        lost = replace(each, seen=502)
        assert advice(lost, *RUNNING) == ("nginx-lost-the-way", REPAIR)
        assert "restart-container" in only(lost).ladder
        assert "restart-container" in only(replace(each, seen=504), *RUNNING).ladder


def test_api_that_answers_with_a_status_is_not_restarted() -> None:
    about = f"replica:{C}"
    assert advice(fail("STATUS-1", C, "status.error-status", about)) == ("api-answers-an-error", REPAIR)
    assert "restart-container" in only(fail("STATUS-1", C, "status.timeout", about)).ladder


def test_services_that_all_fail_alike_are_not_compared() -> None:
    tokens = [fail("TOKEN-1", f"admin:global:{each}", "token.timeout", f"token-service:{each}") for each in (A, B, C)]
    feeds = [fail("FEED-1", f"global:{each}", "feed.timeout", f"notary:{each}") for each in (A, B, C)]
    assert advice(*tokens) == ("all-alike", REPAIR)
    assert advice(*feeds) == ("all-alike", REPAIR)
    assert only(tokens[0]).remedy == "token-service"
    assert only(feeds[0]).remedy == "notary-server"


def test_container_that_docker_could_not_start_is_not_started_again() -> None:
    assert advice(container("scanningstore", C, "ctr.start-failed")) == ("start-refused", REPAIR)
    assert "start" in only(container("scanningstore", C)).ladder


def test_refusal_that_msr_does_not_give_is_that_of_a_filter() -> None:
    refused = fail("REG-1", C, "reg.other-status", f"replica:{C}")
    assert only(replace(refused, seen=403)).remedy == "find-the-filter"
    assert only(replace(refused, seen=418)).remedy == "registry-challenge"


def test_log_that_floods_and_mke_that_still_works_have_their_own_advice() -> None:
    assert only(unseen("CTR-6", C, "ctr.log-not-read-back", f"database:{C}")).remedy == "log-floods"
    assert only(fail("MKE-1", "mke.example.org", "mke.unhealthy", "mke")).remedy == "mke-unhealthy"


def test_name_collision_comes_first_and_holds_the_rest_back() -> None:
    """Nothing is freed, finished or restarted before it is known which of the two holds the data."""
    collision = fail("STATUS-3", f"{A}:table_name_collision", "status.table-name-collision", "table:dtr2.tags")
    memory = fail("STATUS-3", f"{A}:memory_error", "status.memory-error", f"database:{C}")
    down = container("scanningstore", C)
    shown = explain(header(), [collision, memory, down]).causes
    assert shown[0].cause.id == "name-collision"
    assert {each.step for each in shown[1:]} == {
        "wait until Mirantis support has settled the name collision; change nothing before, only read"
    }
    assert not any(action.offered and action.changes for each in shown for action in each.actions)


def test_one_container_is_named_in_the_step() -> None:
    """Started or unpaused, as it needs; several are told as such."""
    one = container("scanningstore", C)
    two = container("garant", C)
    paused = container("scanningstore", C, "ctr.paused")
    case = Case(header(), [one, two, paused])
    start, restart = rungs()["start"], rungs()["restart-container"]
    assert text_of(Case(header(), [one]), start, one.about) == f"start the container dtr-scanningstore-{C}"
    assert text_of(case, start, paused.about) == f"unpause the container dtr-scanningstore-{C}"
    assert text_of(case, start, (*one.about, *two.about)) == start.text
    assert text_of(case, restart, one.about).startswith(f"restart the container dtr-scanningstore-{C} by its name")
    assert text_of(case, restart, (f"replica:{C}",)).startswith("restart the container by its name")


def test_replica_that_no_inventory_names_is_judged_as_any_other() -> None:
    """A report of another release, or a hostile one, may name it."""
    assert only(fail("STATUS-4", f"{A}:stranger", "status.unhealthy", "replica:stranger")).id == "health-report-bad"


def test_storage_that_no_registry_reads_is_looked_at_before_any_registry() -> None:
    """Where others read it, the way to it from this one is; a replica alone shows nothing of the way."""
    unread = [fail("REG-2", f"library.alpine_3.20:{each}", "reg.blob-error", f"replica:{each}") for each in (A, B, C)]
    (one,) = diagnose(unread[2])
    (everywhere,) = diagnose(*unread)
    (alone,) = find_causes(header(1), unread[:1])
    assert (one.remedy, one.own_title) == ("replica-storage", None)
    assert (everywhere.remedy, everywhere.own_title) == ("registry-storage", "The image storage fails at every replica")
    assert (alone.remedy, alone.own_title) == ("registry-storage", None)


def test_old_data_for_scans_is_a_harm_that_nobody_notices() -> None:
    """An update that failed leaves the data as young as they were."""
    harms = {
        reason: only(warn("SCAN-1", "cluster", reason, "job:update_vuln_db")).harms
        for reason in ("scan.too-old", "scan.update-failed")
    }
    assert harms == {"scan.too-old": (Harm.UNNOTICED,), "scan.update-failed": (Harm.SOME_JOBS,)}
