"""CTR: the containers of the replicas; and what they add to VERSION and STORE."""

from __future__ import annotations

from datetime import timedelta

from checks.verdict import Outcome
from fixtures.core import evidence
from fixtures.core.evidence import Because, thing
from fixtures.core.store import NoResponse, Unavailable
from fixtures.inventory.msr import COMPONENTS
from fixtures.options import Options
from tests.checks.case import (
    Cases,
    Looks,
    Seen,
    fails,
    not_applicable,
    passes,
    skipped,
    unknown,
    warns,
)
from tests.checks.facts import IDS, NOW, THREE, A, B, ago, identity, settings, storage, version
from tests.checks.node_facts import (
    N1,
    N2,
    N3,
    NODES,
    container,
    containers,
    database_log,
    disk,
    engine,
    helper,
    link,
    mount,
    nodes,
    system,
    volume,
    volumes,
)

CLUSTER = "cluster"
THREE_NODES = nodes()
ANYWHERE = nodes(replicas=[{"id": name, "address": f"10.0.0.{n}"} for n, name in enumerate(IDS[:3], 11)])
NO_ENGINE = NoResponse(
    "docker.refused", "Docker at node-1 (10.0.0.11:2376): connection refused: no engine listens there"
)


def seen(first: Seen | list[Seen] | None = None, **others: Seen) -> Looks:
    """All three nodes with all nine each; the first one, or node_2 and node_3, otherwise."""
    facts: Looks = {("containers", node): others.get(node.replace("-", "_")) or containers(node) for node in NODES}
    return facts | ({("containers", N1): first} if first else {})


def of(component: str) -> str:
    return f"{A}:{component}"


def its(component: str) -> tuple[str, ...]:
    """That container, as the thing that a verdict is about."""
    return (thing("container", f"{component}-{A}"),)


ALL = [passes(of(component)) for component in COMPONENTS]
OTHERS = {"others": Outcome.PASS, "inventory": THREE_NODES}

ctr_1 = Cases("CTR-1")
ctr_1("all nine run", seen(), *ALL, inventory=THREE_NODES)
ctr_1(
    "one is missing",
    seen(containers(N1, without=("garant",))),
    fails(
        of("garant"), f"container dtr-garant-{A} does not exist on node-1", reason="ctr.missing", about=its("garant")
    ),
    **OTHERS,
)
ctr_1(
    "one was killed",
    seen(
        containers(
            N1,
            container(
                A, "nginx", state="exited", exit_code=137, finished=ago(minutes=2), log="one\n\n2026 two\nthree\n"
            ),
        )
    ),
    fails(
        of("nginx"),
        "exited with exit code 137 at 2026-11-23 13:58:00 UTC",
        "end of its log: one | 2026 two | three",
        seen="exited",
        expected="running",
        reason="ctr.exited",
        about=its("nginx"),
        measured="directly",
        since=ago(minutes=2),
    ),
    **OTHERS,
)
ctr_1(
    "one was killed for its memory",
    seen(containers(N1, container(A, "api", state="exited", exit_code=137, oom_killed=True))),
    fails(of("api"), "OOM-killed", reason="ctr.oom-killed", about=its("api"), since=None),
    **OTHERS,
)
ctr_1(
    "one was made and never started",
    seen(containers(N1, container(A, "api", state="created", created=ago(hours=2)))),
    fails(of("api"), "created", reason="ctr.created", since=ago(hours=2)),
    **OTHERS,
)
ctr_1(
    "one cannot be started",
    seen(containers(N1, container(A, "api", state="exited", exit_code=128, error="network dtr-ol not found"))),
    fails(of("api"), "network dtr-ol not found", reason="ctr.start-failed"),
    **OTHERS,
)
ctr_1(
    "one cannot be removed",
    seen(containers(N1, container(A, "api", state="dead"))),
    fails(of("api"), "dead", reason="ctr.not-running"),
    **OTHERS,
)
ctr_1(
    "paused and restarting are CTR-2's",
    seen(containers(N1, container(A, "api", state="paused"))),
    passes(of("api"), "paused"),
    **OTHERS,
)
ctr_1(
    "none is left",
    seen(containers(N1, without=COMPONENTS)),
    *(fails(of(each)) for each in COMPONENTS),
    inventory=THREE_NODES,
)
ctr_1(
    "it is on another node than the inventory says",
    seen(containers(N1, without=("api",)), node_3=containers(N3, container(A, "api"))),
    fails(of("api"), "; it is on node-3", reason="ctr.on-other-node", about=its("api")),
    **OTHERS,
)
ctr_1("the engine is stopped", seen(NO_ENGINE), unknown(A, "no engine listens"), inventory=THREE_NODES)
ctr_1("another node is silent", seen(node_2=NO_ENGINE), *ALL, inventory=THREE_NODES)
ctr_1("the inventory does not say where", seen(), *ALL, inventory=ANYWHERE)
ctr_1(
    "the inventory does not say where, and its node is silent",
    seen(NO_ENGINE),
    unknown(A, "no engine"),
    inventory=ANYWHERE,
)
ctr_1(
    "the inventory does not say where, and it is nowhere",
    seen(containers(N1, without=COMPONENTS)),
    unknown(A, "no node of the inventory has a container"),
    inventory=ANYWHERE,
)
ctr_1("no nodes", {}, skipped("none", "under nodes:"))
ctr_1(
    "no way in to its node", {}, skipped(A, "no access to node-1"), inventory=nodes(nodes=[{"name": n} for n in NODES])
)
ctr_1(
    "another node's engine",
    seen() | {("engine", N1): engine(N2), ("engine", N2): engine(N2)},
    unknown(A, "the Docker engine of node-2 responds instead of that of node-1", because=Because(N1, "NODE-1")),
    inventory=THREE_NODES,
)

ctr_2 = Cases("CTR-2")
ctr_2("all are well", seen(), *ALL, inventory=THREE_NODES)


def ctr_2_one(name: str, *expected: object, **changes: object) -> None:
    component = str(changes.pop("component", "api"))
    options = changes.pop("options", Options())
    ctr_2(name, seen(containers(N1, container(A, component, **changes))), *expected, options=options, **OTHERS)  # type: ignore[arg-type]


ctr_2_one(
    "restarting",
    fails(of("api"), "in a restart loop (restarted 7 times)", reason="ctr.restarting", about=its("api")),
    state="restarting",
    restarts=7,
    started=None,
)
ctr_2_one("paused", fails(of("api"), "paused", reason="ctr.paused"), state="paused")
ctr_2_one("unhealthy", fails(of("nginx"), "unhealthy", reason="ctr.unhealthy"), component="nginx", health="unhealthy")
ctr_2_one("its health is not known yet", passes(of("nginx"), "starting"), component="nginx", health="starting")
ctr_2_one(
    "restarted five minutes ago",
    warns(
        of("api"),
        "restarted at 2026-11-23 13:55:00 UTC (restarted 1 time, last start 5 min ago)",
        reason="ctr.restarted",
        since=ago(minutes=5),
    ),
    restarts=1,
    started=ago(minutes=5),
    finished=ago(minutes=5),
)
ctr_2_one("restarted an hour ago", passes(of("api")), restarts=4, started=ago(hours=1), finished=ago(hours=1))
ctr_2_one(
    "restarted an hour ago, in the time asked for",
    warns(of("api")),
    restarts=4,
    started=ago(hours=1),
    finished=ago(hours=1),
    options=Options(since=timedelta(hours=2)),
)
ctr_2_one(
    "killed for its memory five minutes ago",
    warns(of("api"), "was OOM-killed", reason="ctr.oom-killed", since=ago(minutes=5)),
    restarts=1,
    oom_killed=True,
    finished=ago(minutes=5),
)
ctr_2_one("killed for its memory last week", passes(of("api")), restarts=1, oom_killed=True, finished=ago(days=7))
ctr_2_one("started anew by hand", passes(of("api")), restarts=0, started=ago(minutes=1), finished=ago(minutes=1))
ctr_2_one("just upgraded", passes(of("api")), created=ago(minutes=2), started=ago(minutes=2))
ctr_2_one("does not run", passes(of("nginx"), "CTR-1"), component="nginx", state="exited", health="unhealthy")
ctr_2(
    "restarts between two looks",
    seen(
        [
            containers(N1, container(A, "api", restarts=3, finished=ago(hours=1))),
            containers(N1, container(A, "api", restarts=4, finished=ago(seconds=1))),
        ]
    ),
    fails(
        of("api"),
        "restarted during this run (restarted 4 times, last start",
        reason="ctr.restarted",
        since=ago(seconds=1),
    ),
    **OTHERS,
)
ctr_2(
    "runs at both looks, and ended before each",
    seen(
        [
            containers(N1, container(A, "api", restarts=3, finished=ago(seconds=20))),
            containers(N1, container(A, "api", restarts=4, finished=ago(seconds=1))),
        ]
    ),
    fails(of("api"), "in a restart loop (restarted 4 times, last start", reason="ctr.restarting"),
    **OTHERS,
)
HELD_BACK = {"restarts": 8, "started": ago(seconds=3), "finished": ago(seconds=16)}
ctr_2_one(
    "runs for a moment, and Docker waited before its start",
    fails(of("api"), "in a restart loop (restarted 8 times, last start 3 s ago)", reason="ctr.restarting"),
    **HELD_BACK,
)
ctr_2_one("stays up after Docker waited", warns(of("api")), **{**HELD_BACK, "started": ago(seconds=11)})
ctr_2_one("was started late, and restarted rarely", warns(of("api")), **{**HELD_BACK, "restarts": 6})
ctr_2_one("was started at once, and restarted often", warns(of("api")), **{**HELD_BACK, "finished": ago(seconds=8)})
ctr_2(
    "was started late, since the engine was",
    seen(
        containers(
            N1,
            *(container(A, name, started=ago(seconds=4)) for name in COMPONENTS if name != "api"),
            container(A, "api", **HELD_BACK),
        )
    ),
    warns(of("api"), reason="ctr.restarted"),
    **OTHERS,
)
NEVER_UP = {"created": ago(minutes=8), "restarts": 10, "started": ago(seconds=40), "finished": ago(seconds=41)}
ctr_2_one(
    "never ran for longer since it was created",
    fails(of("api"), "in a restart loop (restarted 10 times, last start 40 s ago)", reason="ctr.restarting"),
    **NEVER_UP,
)
ctr_2_one("ran for longer than ever", warns(of("api")), **{**NEVER_UP, "started": ago(seconds=49)})
ctr_2_one("restarted at times since it was created", warns(of("api")), **{**NEVER_UP, "created": ago(minutes=11)})
ctr_2_one("restarted nine times since it was created", warns(of("api")), **{**NEVER_UP, "restarts": 9})
WAITS = container(A, "api", state="restarting", restarts=3, started=ago(seconds=9), finished=ago(seconds=8))
for up, verdict in ((9, fails(of("api"), "in a restart loop", reason="ctr.restarting")), (10, warns(of("api")))):
    ctr_2(
        f"waited for its start at the first look, and runs for {up} s",
        seen(
            [
                containers(N1, WAITS),
                containers(N1, container(A, "api", restarts=3, started=ago(seconds=up), finished=ago(seconds=20))),
            ]
        ),
        verdict,
        **OTHERS,
    )
ctr_2("none is there", seen(containers(N1, without=COMPONENTS)), not_applicable(A, "CTR-1"), inventory=THREE_NODES)
ctr_2("the engine is stopped", seen(NO_ENGINE), unknown(A), inventory=THREE_NODES)

ctr_3 = Cases("CTR-3")
ctr_3("one version", seen(), passes(A, "2.10.4", seen="2.10.4"), inventory=THREE_NODES)
ctr_3(
    "one is older",
    seen(containers(N1, container(A, "jobrunner", version="2.7.9"))),
    fails(
        A,
        "jobrunner runs 2.7.9 instead of 2.10.4",
        reason="ctr.mixed-versions",
        about=its("jobrunner"),
        measured="derived",
    ),
    inventory=THREE_NODES,
)
ctr_3(
    "all are older",
    seen(containers(N1, *(container(A, c, version="2.7.9") for c in COMPONENTS))),
    passes(A),
    inventory=THREE_NODES,
)
ctr_3(
    "none shows its version, as by digest without labels",
    seen(containers(N1, *(container(A, c, image=f"mirror_1/dtr-{c}@sha256:0a1b", version="") for c in COMPONENTS))),
    unknown(A, "shows the version of", reason="ctr.version-not-shown"),
    inventory=THREE_NODES,
)
ctr_3(
    "one shows none",
    seen(containers(N1, container(A, "api", version=""))),
    unknown(A, "shows the version of api", reason="ctr.version-not-shown", about=its("api")),
    inventory=THREE_NODES,
)
ctr_3(
    "one shows none, and one is older",
    seen(containers(N1, container(A, "api", version=""), container(A, "jobrunner", version="2.7.9"))),
    fails(A, "jobrunner runs 2.7.9 instead of 2.10.4", reason="ctr.mixed-versions", about=its("jobrunner")),
    inventory=THREE_NODES,
)
ctr_3("none is there", seen(containers(N1, without=COMPONENTS)), not_applicable(A), inventory=THREE_NODES)
ctr_3("the engine is stopped", seen(NO_ENGINE), unknown(A), inventory=THREE_NODES)

ctr_4 = Cases("CTR-4")
ctr_4("all are attached", seen(), *ALL, inventory=THREE_NODES)
ctr_4(
    "one is not",
    seen(containers(N1, container(A, "registry", networks=["bridge"], attached=["bridge"]))),
    fails(
        of("registry"),
        "not attached to dtr-ol",
        seen=["bridge"],
        expected=["dtr-ol"],
        reason="ctr.detached",
        about=its("registry"),
    ),
    **OTHERS,
)
ctr_4(
    "one runs without an endpoint", seen(containers(N1, container(A, "api", attached=[]))), fails(of("api")), **OTHERS
)
ctr_4(
    "one does not run",
    seen(containers(N1, container(A, "api", state="exited", attached=[]))),
    passes(of("api")),
    **OTHERS,
)
ctr_4(
    "another network",
    seen(),
    *(fails(of(c), "msr-ol") for c in COMPONENTS),
    inventory=nodes(overlay={"networks": ["msr-ol"]}),
)
ctr_4("the engine is stopped", seen(NO_ENGINE), unknown(A), inventory=THREE_NODES)

ctr_5 = Cases("CTR-5")


def kept(own: Seen, first: Seen | None = None) -> Looks:
    return seen(first) | {("replica_volumes", A): own}


ctr_5("all are there", kept(volumes(A)), passes(A, "4 volumes"), inventory=THREE_NODES)
for name in ("ca", "rethink", "postgres", "registry"):
    ctr_5(
        f"{name} is gone",
        kept(volumes(A, without=(f"dtr-{name}-{A}",))),
        fails(
            A,
            f"missing on node-1: dtr-{name}-{A}",
            reason="ctr.volume-missing",
            about=(thing("volume", f"dtr-{name}-{A}"),),
        ),
        inventory=THREE_NODES,
    )
ctr_5("the engine is stopped", kept(NO_ENGINE, NO_ENGINE), unknown(A), inventory=THREE_NODES)
ctr_5(
    "at its address another replica answers, and its node tells nevertheless",
    kept(volumes(A)) | {("identity", A): identity(B)},
    passes(A, "4 volumes"),
    inventory=THREE_NODES,
)
ctr_5(
    "another node's engine",
    kept(volumes(A)) | {("engine", N1): engine(N2), ("engine", N2): engine(N2)},
    unknown(A, "the Docker engine of node-2 responds instead of that of node-1", because=Because(N1, "NODE-1")),
    inventory=THREE_NODES,
)

ctr_6 = Cases("CTR-6")
OTHER = f"dtr_rethinkdb_{B}"


def wrote(*links: object, **settings: object) -> Looks:
    return seen() | {("database_log", A): database_log(A, *links, **settings)}  # type: ignore[arg-type]


def times_gone(count: int, each: timedelta = timedelta(minutes=10)) -> list[object]:
    gone: list[object] = []
    for number in range(count):
        gone += [link(OTHER, each + timedelta(seconds=number)), link(OTHER, each, came=True)]
    return gone


ctr_6("nothing", wrote(), passes(A, "no database server reconnects repeatedly (40 lines"), inventory=THREE_NODES)
ctr_6("one restart of another", wrote(*times_gone(1)), passes(A), inventory=THREE_NODES)
ctr_6(
    "it goes and comes",
    wrote(*times_gone(5)),
    warns(
        A,
        f"{OTHER} disconnected 5 times",
        seen={OTHER: 5},
        reason="ctr.links-flap",
        about=(evidence.link(A, B),),
        witnesses=(thing("database", A),),
        measured="reported",
        since=ago(minutes=10, seconds=4),
    ),
    inventory=THREE_NODES,
)
ctr_6("it went and came yesterday", wrote(*times_gone(5, timedelta(hours=5))), passes(A), inventory=THREE_NODES)
ctr_6(
    "it went and came in the time asked for",
    wrote(*times_gone(5, timedelta(hours=5))),
    warns(A),
    inventory=THREE_NODES,
    options=Options(since=timedelta(hours=6)),
)
ctr_6(
    "little is written",
    wrote(reach=NOW - timedelta(minutes=7)),
    passes(A, "40 lines of the log read, back to 2026-11-23 13:53 UTC"),
    inventory=THREE_NODES,
)
SHORT = "from 2026-11-23 13:00 UTC on was not all read"
ctr_6(
    "so much is written that the look back is short",
    wrote(reach=NOW - timedelta(minutes=7), whole=False),
    unknown(A, "back to 2026-11-23 13:53 UTC", SHORT, reason="ctr.log-not-read-back"),
    inventory=THREE_NODES,
)
ctr_6(
    "so much is written, and it goes and comes nevertheless",
    wrote(*times_gone(5, timedelta(minutes=5)), reach=NOW - timedelta(minutes=7), whole=False),
    warns(A, f"{OTHER} disconnected 5 times"),
    inventory=THREE_NODES,
)
ctr_6(
    "so much is written, and enough was read",
    wrote(reach=NOW - timedelta(minutes=61), whole=False),
    passes(A, "40 lines"),
    inventory=THREE_NODES,
)
ctr_6(
    "a longer time is asked for than was read",
    wrote(),
    unknown(A, "from 2026-11-20 14:00 UTC on was not all read"),
    inventory=THREE_NODES,
    options=Options(since=timedelta(days=3)),
)
ctr_6(
    "saved before it was noted how far back was read",
    wrote(reach=NOW - timedelta(minutes=7), whole=False, since=None),
    unknown(A, SHORT),
    inventory=THREE_NODES,
)
ctr_6(
    "its container is gone",
    seen() | {("database_log", A): Unavailable("docker.no-container", "there is no container, see CTR-1")},
    unknown(A, "CTR-1"),
    inventory=THREE_NODES,
)

ctr_7 = Cases("CTR-7")
JOIN = (thing("container", "dtr-phase2"),)


def left(*helpers: object) -> Looks:
    return {("containers", N1): containers(N1, helpers=helpers)}  # type: ignore[arg-type]


ctr_7("none", left(), passes(N1, "no helper container exists", seen=[]), inventory=THREE_NODES)
ctr_7(
    "one is left",
    left(helper("dtr-phase2", timedelta(hours=3))),
    warns(
        N1,
        "1 helper container left over (oldest from 2026-11-23 11:00 UTC): dtr-phase2",
        "2026-11-23 11:00 UTC",
        seen=["dtr-phase2"],
        expected=[],
        reason="ctr.join-helper",
        about=JOIN,
        since=ago(hours=3),
    ),
    inventory=THREE_NODES,
)
PROBE = "msr-checks-overlay-0123456789ab"
ctr_7(
    "a probe container of this run, or of another that runs now",
    left(helper(PROBE, timedelta(minutes=4))),
    passes(N1, "no helper container exists", seen=[]),
    inventory=THREE_NODES,
)
ctr_7(
    "a probe container that a killed run made and never started",
    left(helper(PROBE, timedelta(minutes=6), "created")),
    warns(
        N1,
        f"1 probe container of msr-checks left over (oldest from 2026-11-23 13:54 UTC): {PROBE}",
        seen=[PROBE],
        expected=[],
        reason="ctr.probe-container",
        about=(thing("container", PROBE),),
        since=ago(minutes=6),
    ),
    inventory=THREE_NODES,
)
ctr_7(
    "a killed run and an overlay test left theirs",
    left(helper(PROBE, timedelta(minutes=6)), helper("overlay-test1", timedelta(days=3))),
    warns(
        N1,
        f"2 helper containers left over (oldest from 2026-11-20 14:00 UTC): {PROBE}, overlay-test1",
        seen=[PROBE, "overlay-test1"],
        expected=[],
        reason="ctr.test-helper",
        about=(thing("container", PROBE), thing("container", "overlay-test1")),
        since=ago(days=3),
    ),
    inventory=THREE_NODES,
)
ctr_7(
    "an overlay test was left, and a join runs",
    left(helper("overlay-test1", timedelta(days=3)), helper("dtr-phase2", timedelta(minutes=3))),
    warns(
        N1,
        "1 helper container left over (oldest from 2026-11-20 14:00 UTC): overlay-test1",
        reason="ctr.join-helper",
        about=(thing("container", "overlay-test1"), *JOIN),
    ),
    inventory=THREE_NODES,
)
ctr_7(
    "an overlay test was left",
    left(helper("overlay-test1", timedelta(days=3))),
    warns(N1, "overlay-test1", reason="ctr.test-helper", about=(thing("container", "overlay-test1"),)),
    inventory=THREE_NODES,
)
ctr_7(
    "a join runs",
    left(helper("dtr-phase2", timedelta(minutes=3))),
    passes(N1, "a join or an upgrade is running", about=JOIN),
    inventory=THREE_NODES,
)
ctr_7(
    "an overlay test runs",
    left(helper("overlay-test1", timedelta(minutes=3))),
    passes(N1, "1 helper container, less than 1 h old: overlay-test1", about=(thing("node", N1),)),
    inventory=THREE_NODES,
)
ENDED = {"exit_code": 1, "finished": ago(minutes=20), "log": "Waiting\nFATA[0300] not ready\n"}
ctr_7(
    "a join failed",
    left(helper("dtr-phase2", timedelta(minutes=25), "exited", **ENDED)),
    fails(
        N1,
        "dtr-phase2 exited with exit code 1 at 2026-11-23 13:40:00 UTC; end of its log: Waiting | FATA[0300] not ready",
        seen=["dtr-phase2"],
        expected=[],
        reason="ctr.join-failed",
        about=JOIN,
        since=ago(minutes=20),
    ),
    inventory=THREE_NODES,
)
ctr_7(
    "a join failed 23 hours after it began",
    left(helper("dtr-phase2", timedelta(hours=47), "exited", exit_code=137, finished=ago(hours=24))),
    fails(N1, "dtr-phase2 exited with exit code 137", reason="ctr.join-failed"),
    inventory=THREE_NODES,
)
ctr_7(
    "a join failed more than a day ago",
    left(helper("dtr-phase2", timedelta(hours=30), "exited", exit_code=1, finished=ago(hours=25))),
    warns(N1, "1 helper container left over", reason="ctr.join-helper"),
    inventory=THREE_NODES,
)
ctr_7(
    "a join could not be started",
    left(helper("dtr-helper", timedelta(minutes=5), "created", exit_code=127, error="exec: no such file")),
    fails(N1, "dtr-helper is created: exec: no such file", reason="ctr.join-failed", since=ago(minutes=5)),
    inventory=THREE_NODES,
)
ctr_7(
    "a join failed, and the next one runs",
    left(
        helper("dtr-helper", timedelta(minutes=25), "exited", **ENDED),
        helper("dtr-phase2", timedelta(minutes=1)),
    ),
    fails(N1, "dtr-helper exited with exit code 1", reason="ctr.join-failed"),
    inventory=THREE_NODES,
)
ctr_7(
    "a join ended well",
    left(helper("dtr-phase2", timedelta(minutes=25), "exited", finished=ago(minutes=20))),
    passes(N1, "1 helper container, less than 1 h old: dtr-phase2 (exited)", about=JOIN),
    inventory=THREE_NODES,
)
ctr_7(
    "an overlay test failed",
    left(helper("overlay-test1", timedelta(minutes=25), "exited", **ENDED)),
    passes(N1, "overlay-test1 (exited)"),
    inventory=THREE_NODES,
)
ctr_7("the engine is stopped", {("containers", N1): NO_ENGINE}, unknown(N1), inventory=THREE_NODES)

version_1 = Cases("VERSION-1")
NO_LOGIN = Unavailable("token.login-refused", "the log-in of admin was refused (401), see TOKEN-0")


def told(own: Seen, first: Seen | None = None) -> Looks:
    return seen(first) | {("version", name): version("2.10.4") for name in THREE} | {("version", A): own}


OLDER = containers(N1, *(container(A, c, version="2.7.9") for c in COMPONENTS))
SAID = nodes(product={"version": "2.10.4"})
version_1("containers agree with the API", told(version("2.10.4")), passes(A, "2.10.4"), inventory=SAID)
version_1(
    "containers are of another version",
    told(version("2.10.4"), OLDER),
    fails(
        A,
        "the API reports 2.10.4, and the containers run 2.7.9",
        reason="version.containers-differ",
        about=(f"replica:{A}",),
        measured="derived",
    ),
    inventory=SAID,
)
version_1("only the containers tell", told(NO_LOGIN), passes(A, "2.10.4"), inventory=SAID)
version_1(
    "only the containers tell, and they are older",
    told(NO_LOGIN, OLDER),
    fails(A, "2.7.9 instead of 2.10.4"),
    inventory=SAID,
)
version_1(
    "containers that differ are told by CTR-3",
    told(version("2.10.4"), containers(N1, container(A, "api", version="2.7.9"))),
    passes(A),
    inventory=SAID,
)
version_1("nobody tells", told(NO_LOGIN, NO_ENGINE), unknown(A, "TOKEN-0"), inventory=SAID)

store_1 = Cases("STORE-1")


def stored(*own: Seen, first: Seen | None = None, nfs: str = "", systems: Looks | None = None) -> Looks:
    """What each registry mounts at /storage; where fewer are given, the last holds for the others."""
    each = [*own, *[own[-1]] * 3][:3] if own else [volumes(name) for name in THREE]
    facts = seen(first) | {("settings", CLUSTER): settings(host=nfs, path="/msr" if nfs else "")}
    facts |= {("storage", CLUSTER): storage("filesystem")}
    facts |= {("replica_volumes", name): found for name, found in zip(THREE, each, strict=True)}
    return facts | {("system", node): system(node) for node in NODES} | dict(systems or {})


def share(device: str = "nas:/msr") -> list[Seen]:
    return [volumes(name, volume(f"dtr-registry-{name}", kind="nfs", device=device)) for name in THREE]


store_1(
    "each on its own disk",
    stored(),
    fails(
        CLUSTER,
        f"{A} on the volume dtr-registry-{A}",
        reason="store.own-disk",
        about=tuple(f"replica:{name}" for name in sorted(THREE)),
        measured="derived",
    ),
    inventory=THREE_NODES,
)
store_1(
    "all on one share",
    stored(*share(), nfs="nas"),
    passes(CLUSTER, "all replicas store images on nfs nas:/msr"),
    inventory=THREE_NODES,
)
store_1(
    "one on its own disk, whatever the settings say",
    stored(volumes(A), *share()[1:], nfs="nas"),
    fails(CLUSTER, f"{A} on the volume dtr-registry-{A}", reason="store.own-disk", about=(f"replica:{A}",)),
    inventory=THREE_NODES,
)
store_1(
    "one on its own disk, whatever the settings say, and the driver is not told",
    stored(volumes(A), *share()[1:], nfs="nas") | {("storage", CLUSTER): storage(None, "404")},
    fails(CLUSTER, f"{A} on the volume dtr-registry-{A}"),
    inventory=THREE_NODES,
)
store_1(
    "two shares",
    stored(share("nas2:/msr")[0], *share()[1:], nfs="nas"),
    fails(
        CLUSTER,
        "different storage",
        f"{A} on nfs nas2:/msr",
        reason="store.different-storage",
        about=tuple(f"replica:{name}" for name in sorted(THREE)),
    ),
    inventory=THREE_NODES,
)
store_1(
    "a share that the nodes mount themselves",
    stored(
        first=containers(N1, container(A, "registry", mounts=[mount("/storage", kind="bind", source="/srv/msr")])),
        systems={
            ("system", N1): system(N1, disk(), disk("/srv", kind="nfs4", device="nas:/srv", used=None, free=None))
        },
    ),
    fails(CLUSTER, "f3712d9c419a on the volume"),
    inventory=THREE_NODES,
)
store_1(
    "a driver of volumes that all nodes share",
    stored(*[volumes(n, volume(f"dtr-registry-{n}", driver="rexray")) for n in THREE]),
    fails(CLUSTER, "different storage"),
    inventory=THREE_NODES,
)
store_1(
    "object storage", stored() | {("storage", CLUSTER): storage("s3")}, passes(CLUSTER, "s3"), inventory=THREE_NODES
)
store_1(
    "a volume of its own, and nothing tells whether images are in object storage",
    stored() | {("storage", CLUSTER): storage(None, "404")},
    skipped(CLUSTER, "are not available (404)"),
    inventory=THREE_NODES,
)
store_1(
    "a node is silent, and the settings name a share",
    stored(*share(), first=NO_ENGINE, nfs="nas"),
    passes(CLUSTER, "on NFS"),
    inventory=THREE_NODES,
)
store_1(
    "a replica has no registry",
    stored(first=containers(N1, without=("registry",))),
    unknown(CLUSTER, "see CTR-1", reason="docker.no-container", about=(f"container:registry-{A}",)),
    inventory=THREE_NODES,
)
store_1(
    "a volume is gone",
    stored(volumes(A, without=(f"dtr-registry-{A}",)), *share()[1:]),
    unknown(CLUSTER, "see CTR-5", reason="container.no-volume", about=(f"volume:dtr-registry-{A}",)),
    inventory=THREE_NODES,
)
store_1("a node is silent", stored(first=NO_ENGINE), unknown(CLUSTER, "no engine"), inventory=THREE_NODES)
store_1(
    "nodes that are only named",
    stored(nfs="nas"),
    passes(CLUSTER, "on NFS"),
    inventory=nodes(nodes=[{"name": n} for n in NODES]),
)

CASES = [ctr_1, ctr_2, ctr_3, ctr_4, ctr_5, ctr_6, ctr_7, version_1, store_1]
