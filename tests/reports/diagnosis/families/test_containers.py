"""Causes at containers: what is down is the cause, and what it does for its replica follows; nothing else does."""

from __future__ import annotations

import pytest

from reports.diagnosis.finding import Harm
from tests.reports.diagnosis.families.cluster_run import (
    COMPONENTS,
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


def test_container_that_ping_names_is_the_cause() -> None:
    """`/_ping`, the health report and the registry's own condition follow from a container that was not started."""
    causes = diagnose(
        fail("PING-1", C, "ping.container-unreachable", f"container:registry-{C}"),
        fail("STATUS-4", f"{A}:{C}", "status.unhealthy", f"replica:{C}", witnesses=(f"replica:{A}",)),
        fail("REG-1", C, "reg.server-error", f"replica:{C}"),
        container("registry", C, "ctr.start-failed"),
    )
    assert [(each.id, each.things) for each in causes] == [("container-down", (f"container:registry-{C}",))]
    assert causes[0].harms == (Harm.PULL, Harm.PUSH)


def test_sick_replica_beside_a_stopped_container_is_its_own() -> None:
    """`/_ping` that names nothing does not follow from a container that the replica does not ask."""
    causes = found(
        container("scanningstore", C),
        fail("PING-1", C, "ping.unhealthy", f"replica:{C}"),
        fail("STATUS-4", f"{A}:{C}", "status.unhealthy", f"replica:{C}"),
    )
    assert len(causes) > 1
    assert ("container-down", (f"container:scanningstore-{C}",)) in causes


def test_crash_loop_and_exited_container_are_two() -> None:
    """Two faults of two kinds."""
    causes = kinds(diagnose(container("jobrunner", A, "ctr.restarting"), container("scanningstore", C)))
    assert sorted(causes) == ["container-down", "crash-loop"]


def test_containers_down_together_are_one_and_all_are_named() -> None:
    """Five of nine that ended within a minute: one cause, its detail has them all; the database's loss follows."""
    down = [container(name, C, since="2026-11-23T02:50:05Z") for name in (*COMPONENTS[:4], "rethinkdb")]
    causes = diagnose(*down, apart(A, C), apart(B, C))
    assert [(each.id, each.things) for each in causes] == [("containers-down-after-reboot", (f"replica:{C}",))]
    assert all(f"dtr-{name}-{C}" in (causes[0].detail or "") for name in (*COMPONENTS[:4], "rethinkdb"))


def test_containers_that_ended_at_other_times_are_not_a_reboot() -> None:
    """Three that ended hours apart did not go down together."""
    down = [container(name, C, since=f"2026-11-23T0{hour}:50:05Z") for hour, name in enumerate(COMPONENTS[:3])]
    assert found(*down) == [("container-down", tuple(f"container:{name}-{C}" for name in sorted(COMPONENTS[:3])))]


def test_what_needs_the_database_is_unhealthy_with_it() -> None:
    """An unhealthy api beside a stopped database follows; an unhealthy nginx does not."""
    database = (container("rethinkdb", C), apart(A, C), apart(B, C))
    assert kinds(diagnose(*database, container("api", C, "ctr.unhealthy"))) == ["database-down"]
    assert "container-unhealthy" in kinds(diagnose(*database, container("nginx", C, "ctr.unhealthy")))


def test_restart_does_not_follow_from_a_stopped_database() -> None:
    """A container that restarted and runs has a cause of its own."""
    causes = kinds(diagnose(container("rethinkdb", C), apart(A, C), apart(B, C),
                            container("jobrunner", C, "ctr.restarted")))  # fmt: skip
    assert sorted(causes) == ["container-restarted", "database-down"]


def test_other_version_does_not_follow_from_stopped_containers() -> None:
    """Containers that are down do not make a replica run another version."""
    down = [container(name, C, since="2026-11-23T02:50:05Z") for name in COMPONENTS]
    other = fail("VERSION-1", C, "version.other", f"replica:{C}")
    assert sorted(kinds(diagnose(*down, apart(A, C), apart(B, C), other))) == [
        "containers-down-after-reboot",
        "upgrade-interrupted",
    ]


def test_all_nine_missing_is_for_support() -> None:
    """One that is missing can be made again; a replica without any cannot."""
    assert diagnose(container("api", C, "ctr.missing"))[0].ladder == ("save-first", "reconfigure")
    nine = [container(name, C, "ctr.missing") for name in COMPONENTS]
    assert diagnose(*nine, apart(A, C), apart(B, C))[0].ladder == ("call-support",)


@pytest.mark.parametrize("reason", ["ctr.paused", "ctr.restarting"])
def test_container_that_does_nothing_explains_its_services(reason: str) -> None:
    """A paused or looping jobrunner is a dead job worker."""
    causes = diagnose(container("jobrunner", C, reason), fail("JOB-1", C, "job.worker-dead", f"replica:{C}"))
    assert len(causes) == 1
    assert causes[0].harms == (Harm.JOBS,)


def test_join_that_stopped_half_way_and_one_that_is_left_over() -> None:
    """A container of a join is a left-over where the cluster lacks nothing, and an interrupted join where it does."""
    helper = warn("CTR-7", "node-3", "ctr.join-helper", "container:dtr-phase2")
    lacks = fail("STATUS-12", "dtr2.tags", "status.table-copy-missing", "table:dtr2.tags", f"database:{C}")
    assert found(helper) == [("helper-left-over", ("node:node-3",))]
    assert found(helper, lacks) == [("join-interrupted", ("node:node-3",))]
    failed = fail("CTR-7", "node-3", "ctr.join-failed", "container:dtr-phase2")
    assert found(failed, lacks) == [("join-failed", ("node:node-3",))]


@pytest.mark.parametrize(
    ("verdict", "cause"),
    [
        (fail("CTR-4", f"{C}:api", "ctr.detached", f"container:api-{C}"), "container-off-the-overlay"),
        (fail("CTR-3", C, "ctr.mixed-versions", f"container:api-{C}"), "container-version"),
        (fail("CTR-5", C, "ctr.volume-missing", f"volume:dtr-ca-{C}"), "volume-missing"),
        (warn("CTR-2", f"{C}:api", "ctr.oom-killed", f"container:api-{C}"), "oom-killed"),
        (warn("CTR-6", C, "ctr.links-flap", f"link:{C}>{A}"), "flapping"),
        (unseen("CTR-6", C, "ctr.log-not-read-back", f"replica:{C}"), "log-not-read-back"),
        (warn("CTR-7", "node-3", "ctr.probe-container", "container:probe"), "probe-left-over"),
        (warn("CTR-7", "node-3", "ctr.test-helper", "container:test"), "helper-left-over"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_fault_is_one_cause(verdict: object, cause: str) -> None:
    """Each of these is a cause by itself."""
    assert kinds(diagnose(verdict)) == [cause]  # type: ignore[arg-type]


def test_database_comes_first_of_the_containers_that_went_down_together() -> None:
    """Whatever the order in which Docker lists them."""
    down = [container(name, C, since="2026-11-23T02:50:05Z") for name in ("api", "registry", "rethinkdb")]
    causes = diagnose(*down, apart(A, C), apart(B, C))
    assert causes[0].shown_by[0].subject == f"{C}:rethinkdb"


def test_all_nine_of_a_replica_are_for_support() -> None:
    """Containers of two replicas that are missing can be made again, however many they are together."""
    whole = diagnose(*(container(name, C, "ctr.missing") for name in COMPONENTS))
    assert [(each.id, each.ladder) for each in whole] == [("container-missing", ("call-support",))]
    parts = [container(name, B, "ctr.missing") for name in COMPONENTS[:5] if name != "rethinkdb"]
    parts += [container(name, C, "ctr.missing") for name in COMPONENTS[3:] if name != "rethinkdb"]
    causes = diagnose(*parts)
    assert [(each.id, each.ladder) for each in causes] == [("container-missing", ("save-first", "reconfigure"))]


def test_container_that_ran_out_of_memory_is_missed_while_it_is_down() -> None:
    """One that runs again is no cause of what its replica lacks now."""
    refused = fail("REG-1", C, "reg.server-error", f"replica:{C}")
    down = fail("CTR-1", f"{C}:registry", "ctr.oom-killed", f"container:registry-{C}")
    again = warn("CTR-2", f"{C}:registry", "ctr.oom-killed", f"container:registry-{C}")
    causes = diagnose(down, refused)
    assert [(each.id, each.harms) for each in causes] == [("oom-killed", (Harm.PULL, Harm.PUSH))]
    assert len(found(again, refused)) == 2
    assert diagnose(again)[0].harms == (Harm.UNNOTICED,)
