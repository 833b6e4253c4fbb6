"""Who cannot do what: everybody, some, or nobody; and whether that was tried."""

from __future__ import annotations

from reports.diagnosis.case import Case
from reports.diagnosis.cause import Cause
from reports.diagnosis.diagnosis import diagnose
from reports.diagnosis.finding import Finding, Harm, Kind
from reports.diagnosis.impact import Impact, impact_of
from reports.diagnosis.impact_words import impact_text
from reports.diagnosis.tried import tried_text
from reports.records import Result
from tests.reports.diagnosis.families.cluster_run import COMPONENTS, apart, container, fail, said, unseen, warn, well
from tests.reports.samples import IDS, header, healthy, verdict

A, B, C = IDS[:3]
USERS = "msr.example.org"


def cause(harm: Harm, *shown_by: Result, things: tuple[str, ...]) -> Cause:
    kind = Kind("made-up", "{things} {is} broken", "", (harm,), (), lambda _: iter([Finding((), ())]))
    return Cause(kind, things, shown_by, harms=(harm,))


def impact(harm: Harm, results: list[Result], *things: str, shown_by: Result | None = None) -> Impact:
    own = shown_by or verdict("STATUS-4", f"{A}:{A}", "FAIL", "ill")
    found = impact_of(Case(header(), results), cause(harm, own, things=things))
    return next(each for each in found if each.harm is harm)


def through_balancer(*replicas: str) -> list[Result]:
    return [verdict("PING-2", USERS, seen=dict.fromkeys(replicas, 2))]


def test_a_fault_of_the_cluster_is_everybody_s() -> None:
    assert impact(Harm.PUSH, through_balancer(A, B, C), "cluster").whom == ""
    assert impact(Harm.PUSH, through_balancer(A, B, C), *(f"replica:{each}" for each in (A, B, C))).whom == ""


def test_tables_that_are_not_served_are_everybody_s_whichever_replica_is_at_fault() -> None:
    unserved = verdict("STATUS-11", "dtr2.tags", "FAIL", "no writes", reason="status.table-no-writes")
    results = [*through_balancer(A, B, C), unserved]
    assert impact(Harm.PUSH, results, f"database:{A}", shown_by=unserved).whom == ""


def test_behind_the_balancer_one_replica_is_a_third_of_the_users() -> None:
    assert impact(Harm.PULL, through_balancer(A, B, C), f"container:registry-{A}").whom == "about 1 in 3 users"


def test_whom_the_balancer_leaves_out_is_used_by_nobody_else() -> None:
    assert impact(Harm.PULL, through_balancer(B, C), f"replica:{A}").whom == f"users of {A} itself"


def test_without_a_balancer_the_replica_is_named() -> None:
    assert impact(Harm.PULL, [], f"replica:{A}").whom == f"users of 1 replica ({A})"


def test_a_node_stands_for_its_replica() -> None:
    assert impact(Harm.PULL, through_balancer(A, B, C), "node:node-2").whom == "about 1 in 3 users"


def test_a_share_that_is_mounted_badly_on_one_node_hits_those_of_its_replica() -> None:
    share, users = "volume:nas:/msr", through_balancer(A, B, C)
    for state in ("stale", "read-only", "not-mounted"):
        on_one = fail("STORE-3", "nas_msr", f"store.share-{state}", share, witnesses=("node:node-3",))
        assert impact(Harm.PUSH, users, share, shown_by=on_one).whom == "about 1 in 3 users"
    hangs = fail("STORE-3", "nas_msr", "store.share-hangs", share, witnesses=("node:node-3",))
    assert impact(Harm.PUSH, users, share, shown_by=hangs).whom == ""


def test_what_was_tried_and_failed_is_measured() -> None:
    refused = fail("TOKEN-1", f"admin:global:{A}", "token.server-error", f"token-service:{A}")
    assert impact(Harm.SIGN_IN, [refused], f"replica:{A}", shown_by=refused).basis == "measured"


def test_what_was_tried_elsewhere_or_never_is_inferred() -> None:
    assert impact(Harm.PULL, [verdict("REG-1", B)], f"replica:{A}").basis == "inferred"
    assert impact(Harm.PUSH, healthy(), f"replica:{A}").basis == "inferred"


def test_what_could_be_tried_and_was_not_is_not_tested() -> None:
    late = unseen("TOKEN-1", f"admin:global:{A}", "run.no-time-left", f"token-service:{A}")
    assert impact(Harm.SIGN_IN, [late], f"replica:{A}").basis == "not tested"


def test_the_text_has_the_gravest_first_and_says_once_what_many_causes_say() -> None:
    many = [Impact(Harm.AUDIT_LOG, "", "measured"), *[Impact(Harm.PULL, "", "measured")] * 2]
    threat = Impact(Harm.NEXT_FAILURE, "", "inferred")
    text = "nobody can pull or read audit logs (measured); the next failure can be an outage (inferred)"
    assert impact_text([threat, *many]) == text


def test_what_one_cause_measured_another_one_does_not_infer() -> None:
    both = [Impact(Harm.PUSH, "", "measured"), Impact(Harm.PUSH, "", "inferred")]
    assert impact_text(both) == impact_text(both[::-1]) == "nobody can push (measured)"


def test_what_nobody_notices_is_said_only_where_there_is_nothing_else() -> None:
    quiet = Impact(Harm.UNNOTICED, "", "inferred")
    assert impact_text([quiet]) == "users notice nothing yet (inferred)"
    assert "notice" not in impact_text([quiet, Impact(Harm.PUSH, "", "inferred")])
    assert impact_text([]) == "not known"


def test_all_well_says_what_was_tried_and_what_never_is() -> None:
    assert tried_text(Case(header(), healthy())) == (
        "tested: the log-in of 2 accounts, /v2/ of 3 replicas, the load balancer; "
        "pull was not tried; push, delete and sign are never tried"
    )
    nothing = "tested: nothing that users do; pull was not tried; push, delete and sign are never tried"
    assert tried_text(Case(header(), [])) == nothing
    pulled = [well("REG-2", f"{image}:{each}") for image in ("library.alpine_3.20", "tools.ci_1.0") for each in (A, B)]
    assert tried_text(Case(header(), pulled)) == ("tested: the pull of 2 images; push, delete and sign are never tried")


def test_a_pull_that_fails_is_measured_and_outranks_what_v2_and_tokens_say() -> None:
    failed = fail("REG-2", f"library.alpine_3.20:{A}", "reg.blob-error", f"replica:{A}")
    measured = impact(Harm.PULL, [*everything_passes(), failed], f"replica:{A}", shown_by=failed)
    assert (measured.basis, measured.works) == ("measured", False)
    elsewhere = fail("CTR-2", f"{A}:registry", "ctr.restarted", f"container:registry-{A}")
    assert not impact(Harm.PULL, [*everything_passes(), failed], f"container:registry-{A}", shown_by=elsewhere).works


def test_an_image_that_is_incomplete_keeps_no_other_from_being_pulled() -> None:
    failed = fail("REG-2", f"library.alpine_3.20:{A}", "reg.blob-unknown", "repository:library/alpine")
    found = impact_of(Case(header(), [*everything_passes(), failed]), cause(Harm.PULL, failed, things=failed.about))
    assert impact_text(found) == "nobody can pull library/alpine (measured)"


# -- whole runs: what was tried outranks what a kind of cause lets fail

NOTHING = "users notice nothing (tested: the log-in of 1 account, /v2/ of 3 replicas, the load balancer, 1 audit log)"
WORKS = "log-ins and /v2/ work (measured)"


def everything_passes() -> list[Result]:
    of_each = [(name, each) for name in ("PING-1", "STATUS-1", "REG-1", "JOB-1") for each in (A, B, C)]
    of_each += [(name, f"{scope}:{each}") for name, scope in (("TOKEN-1", "admin:global"), ("FEED-1", "global"))
                for each in (A, B, C)]  # fmt: skip
    of_each += [("STATUS-8", f"{one}:{two}") for one, two in ((A, B), (A, C), (B, C))]
    of_each += [("CTR-1", f"{each}:{name}") for each in (A, B, C) for name in COMPONENTS]
    of_each += [
        ("TOKEN-0", "admin"),
        ("STORE-1", "cluster"),
        ("JOB-2", "cluster"),
        ("FEED-7", "library.alpine"),
        ("STATUS-11", "dtr2.tags"),
    ]
    return [*(well(*each) for each in of_each), balanced("PASS", None)]


def balanced(word: str, reason: str | None, *about: str) -> Result:
    return said("PING-2", USERS, word, reason, ("balancer", *about), seen={A: 2, B: 2, C: 2})


def impact_of_run(*changed: Result) -> str:
    """The impact of a run in which all passes but this."""
    keys = {(each.condition, each.subject) for each in changed}
    rest = [each for each in everything_passes() if (each.condition, each.subject) not in keys]
    return diagnose(header(), [*rest, *changed]).impact


def link(word: str) -> Result:
    between = ("link:node-1>node-2", "link:node-2>node-1")
    return fail("NET-2", "node-1:node-2", f"net.{word}", *between)


def test_what_passes_at_a_container_that_calls_itself_unhealthy_is_not_lost() -> None:
    assert impact_of_run(container("nginx", C, "ctr.unhealthy")) == NOTHING


def test_what_passes_in_spite_of_a_clock_is_not_lost() -> None:
    assert impact_of_run(fail("NODE-3", "node-3", "node.clock-off", "node:node-3")) == NOTHING


def test_what_fails_at_the_same_container_is_measured() -> None:
    refused = fail("REG-1", C, "reg.server-error", f"replica:{C}")
    assert impact_of_run(refused) == (
        "about 1 in 3 users cannot use /v2/ (measured); about 1 in 3 users cannot pull or push (inferred)"
    )


def test_a_table_without_reads_takes_pushes_and_leaves_what_passes() -> None:
    lost = fail("STATUS-11", "dtr2.events", "status.table-no-reads", "table:dtr2.events")
    assert impact_of_run(lost) == f"nobody can push (inferred); {WORKS}"


def test_a_cut_link_hits_those_whose_replicas_do_not_reach_the_tables() -> None:
    lost = fail("STATUS-11", "dtr2.tags", "status.table-no-reads", "table:dtr2.tags", witnesses=(f"replica:{A}",))
    assert impact_of_run(apart(A, B), lost).startswith("about 1 in 3 users cannot push (inferred)")


def test_a_database_that_is_missing_takes_what_it_keeps() -> None:
    missing = fail("STATUS-10", "notarysigner", "status.database-missing", "cluster")
    assert impact_of_run(missing) == "nobody can sign images (inferred)"
    empty = {"dtr2": ["tags"], "notarysigner": []}
    assert impact_of_run(fail("RDB-2", A, "rdb.database-empty", f"database:{A}", seen=empty)) == (
        "nobody can sign images (inferred)"
    )
    # A list of what is there is for people: it does not say which one is missing.
    listed = fail("RDB-2", A, "rdb.database-missing", f"database:{A}", seen=["dtr2", "jobrunner", "notaryserver"])
    assert impact_of_run(listed, missing) == "nobody can sign images (inferred)"
    assert impact_of_run(listed) == f"nobody can push or sign images (inferred); {WORKS}"


def test_where_every_replica_calls_itself_unhealthy_a_balancer_sends_users_nowhere() -> None:
    down = container("rethinkdb", C)
    accused = f"database:{C}"
    pings = [fail("PING-1", each, "ping.other-database", accused, seen=503) for each in (A, B)]
    own = fail("PING-1", C, "ping.container-unreachable", f"container:rethinkdb-{C}", accused, seen=503)
    through = balanced("FAIL", "ping.other-database", accused)
    text = impact_of_run(down, own, *pings, through)
    assert text.startswith("users behind a load balancer that checks health are cut off (measured)")
    assert "cut off" not in impact_of_run(down, own, *pings[:1], through)
    assert "cut off" not in impact_of_run(down, own, *pings)


def test_a_replica_that_does_not_respond_is_lost_to_its_own_users_whatever_the_cause() -> None:
    unasked = [unseen(name, C, "http.refused", f"replica:{C}") for name in ("REG-1", "STATUS-1", "IDENT-1")]
    left_out = said("PING-2", USERS, "PASS", None, ("balancer",), seen={A: 3, B: 3})
    silent = [fail("PING-1", C, "ping.refused", f"replica:{C}"), *unasked, left_out]
    lost = f"users of {C} itself cannot reach the registry (measured)"
    assert impact_of_run(*silent) == lost
    stopped = fail("NODE-1", "node-3", "engine.not-running", "node:node-3")
    assert impact_of_run(*silent, stopped).startswith(lost)


def test_what_does_not_cross_between_nodes_is_no_loss_of_log_ins_yet() -> None:
    assert impact_of_run(link("full-size-lost")) == (
        f"what needs another node may hang or fail (measured); the next failure can be an outage (inferred); {WORKS}"
    )
    assert impact_of_run(link("packets-lost")) == impact_of_run(link("full-size-lost"))


def test_where_nothing_crosses_at_all_existing_connections_are_the_last() -> None:
    text = impact_of_run(fail("NET-2", "node-1:node-2", "net.no-reply", "network:dtr-ol"))
    assert text.startswith("existing connections still work; once they end, nobody can sign in, pull or push")


def test_what_this_machine_alone_cannot_ask_says_what_was_tried() -> None:
    assert impact_of_run(fail("MKE-1", "mke.example.org", "mke.refused", "mke")) == NOTHING
    closed = fail("RDB-1", C, "rdb.refused", f"database:{C}")
    assert impact_of_run(closed) == NOTHING
    untried = unseen("PING-2", USERS, "http.timeout", "balancer")
    assert "tested" not in impact_of_run(closed, untried)


def test_one_account_that_is_refused_is_not_everybody() -> None:
    refused = fail("FEED-8", "reader:ci:library.alpine", "feed.reader-refused", "feed:library.alpine")
    assert impact_of_run(refused) == "reader:ci cannot read audit logs of library.alpine (measured)"


def test_a_log_that_is_read_and_doubtful_cannot_be_trusted() -> None:
    lost = warn("FEED-7", "library.alpine", "feed.newest-event-missing", "feed:library.alpine")
    assert impact_of_run(lost) == "the audit log of library.alpine cannot be trusted (measured)"
    order = fail("FEED-2", "global", "feed.out-of-order", "feed:global")
    assert impact_of_run(order) == "the audit log of all repositories cannot be trusted (measured)"


def test_one_job_that_fails_is_not_all_jobs() -> None:
    assert impact_of_run(warn("JOB-2", "onlinegc", "job.failed", "job:onlinegc")) == "job onlinegc fails (measured)"
    overdue = warn("CRON-1", "onlinegc", "cron.overdue", "job:onlinegc")
    assert impact_of_run(overdue) == "job onlinegc is not run as scheduled (measured)"
    lock = warn("STATUS-16", "cluster", "status.gc-lock-of-nobody", "replica:6c1f0e55b7a2")
    assert impact_of_run(lock) == "garbage collection may not run (inferred)"
    scans = warn("ALERT-1", "NO_VULNERABILITY_DB", "alert.raised", "alert:NO_VULNERABILITY_DB")
    assert impact_of_run(scans) == "images are not scanned (inferred)"


def test_a_job_worker_that_is_lost_leaves_those_of_the_others() -> None:
    dead = [fail("JOB-1", each, "job.worker-dead", f"replica:{each}") for each in (A, B, C)]
    assert impact_of_run(dead[0]) == "background jobs run on 2 of 3 replicas only (measured)"
    assert impact_of_run(*dead) == "nobody can rely on background jobs (measured)"


def test_trust_data_is_that_of_its_repository() -> None:
    lost = fail("FEED-7", "library.alpine", "feed.timestamp-lost", "feed:library.alpine")
    assert impact_of_run(lost).startswith("nobody can pull signed images of library.alpine (measured)")


def test_a_notary_that_refuses_tokens_takes_no_pull_that_is_not_signed() -> None:
    refused = fail("FEED-1", f"global:{C}", "feed.token-invalid", f"notary:{C}")
    text = impact_of_run(refused)
    assert "pull signed images or sign images (inferred)" in text
    assert "cannot pull or" not in text


def test_a_registry_that_refuses_tokens_takes_pulls_though_both_challenges_pass() -> None:
    refused = fail("TOKEN-2", f"admin:{C}", "token.invalid-at-registry", f"token-service:{C}")
    assert impact_of_run(refused) == (
        "about 1 in 3 users cannot use /v2/ (measured); about 1 in 3 users cannot pull or push (inferred)"
    )


def test_a_certificate_names_the_day_on_which_it_shuts_people_out() -> None:
    names = (*((each, f"certificate:{each}") for each in (A, B, C)), (USERS, f"certificate:{USERS}"))
    soon = [warn("TLS-2", each, "tls.expiring", name, seen="2026-12-20 10:13 UTC") for each, name in names]
    assert impact_of_run(*soon) == ("users notice nothing until 2026-12-20 10:13 UTC, then nobody gets in (measured)")
    assert impact_of_run(soon[2]).endswith("then about 1 in 3 users do not get in (measured)")


def test_a_balancer_that_fails_is_behind_no_replica_and_stops_starts() -> None:
    assert impact_of_run(balanced("FAIL", "ping.server-error")) == (
        "users behind the load balancer cannot start workloads whose image must be pulled (inferred); "
        "users behind the load balancer cannot reach the registry (measured)"
    )


def test_a_balancer_s_certificate_is_not_made_good_by_what_passes_at_replicas() -> None:
    name = fail("TLS-1", USERS, "tls.other-name", f"certificate:{USERS}")
    untried = unseen("PING-2", USERS, "http.untrusted", f"certificate:{USERS}")
    assert impact_of_run(name, untried).startswith("users behind the load balancer cannot start workloads")


def test_of_connections_that_reach_an_ill_replica_it_says_how_many() -> None:
    ill = fail("PING-1", C, "ping.unhealthy", f"replica:{C}", seen=503)
    text = impact_of_run(ill, balanced("FAIL", "ping.unhealthy", f"replica:{C}"))
    assert text == "2 of 6 connections through the load balancer reach an unhealthy replica (measured)"


def test_where_nobody_can_pull_no_node_starts_what_it_lacks() -> None:
    licence = [fail("REG-1", each, "reg.no-licence", f"replica:{each}") for each in (A, B, C)]
    assert impact_of_run(*licence).startswith("nobody can start workloads whose image must be pulled")
    assert "start workloads" not in impact_of_run(fail("REG-1", C, "reg.server-error", f"replica:{C}"))


def test_a_full_disk_takes_no_push_where_images_are_stored_elsewhere() -> None:
    full = fail("NODE-2", "node-3:/var/lib/docker", "node.disk-short", "node:node-3")
    assert "push" not in impact_of_run(full)
    assert "push (inferred)" in impact_of_run(full, unseen("STORE-1", "cluster", "http.timeout", "cluster"))


def test_an_image_is_missed_at_all_replicas_but_one() -> None:
    own = fail("STORE-1", "cluster", "store.own-disk", *(f"replica:{each}" for each in (A, B, C)))
    assert impact_of_run(own).startswith("a pull fails at every replica but the one that took the push (inferred)")
