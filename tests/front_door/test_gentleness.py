"""What a run asks of a cluster: GET, and HEAD of blobs, each address once, never much at the same time."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from lab.embedded import Request, faults, reply
from lab.embedded.state import Cluster
from tests.front_door.sharing import Seen
from tests.front_door.staging import inventory_with, scene, staged, state_of
from tests.suite import Suite

PINGS = 3
# New connections through the address of users, twice as many as there are replicas; they end at the replicas.
VISITS = 6
TWICE = "/nginx_status"
# What seven replicas were asked without REG-2, STORE-2, NET-6 and the lists of jobs, crons and scans.
SEVEN = 7
HTTP_BEFORE, QUERIES_BEFORE, DOCKER_BEFORE = 163, 35, 230
# Of those the tag and five blobs at each replica, the manifest that the tag names, the webhooks and four lists.
HTTP_SINCE = SEVEN * (1 + 5) + 1 + 1 + 4
PER_REPLICA = 2
ADMINS_PATHS = (
    "/api/v0/meta/cluster_status",
    "/api/v0/meta/alerts",
    "/api/v0/meta/settings",
    "/api/v0/workers",
    "/api/v0/jobs",
    "/api/v0/crons",
    "/api/v0/imagescan/status",
    "/api/v0/admin/version",
    "/api/v0/admin/settings/registry/simple",
)


def of_replicas(requests: list[Request]) -> list[Request]:
    return [each for each in requests if each.where != "mke"]


def test_only_get_is_ever_asked_but_of_blobs_whether_they_are_there(healthy: Seen, faulty: Seen) -> None:
    asked = healthy.requests + faulty.requests
    assert {each.method for each in asked} == {"GET", "HEAD"}
    heads = [each.path for each in asked if each.method == "HEAD"]
    assert not [path for path in heads if not re.fullmatch(r"/v2/library/alpine/blobs/sha256:[0-9a-f]{64}", path)]
    assert not [each.path for each in asked if "/blobs/" in each.path and each.method != "HEAD"]


def test_each_address_is_asked_once_per_replica_and_role(healthy: Seen) -> None:
    counted = Counter((each.where, each.account, each.path) for each in of_replicas(healthy.requests))
    pings = {key: number for key, number in counted.items() if key[2] == "/_ping"}
    assert all(account is None for _, account, _ in pings)
    assert sum(pings.values()) == PINGS * 3 + VISITS
    assert min(pings.values()) >= PINGS
    for (where, account, path), number in counted.items():
        if path != "/_ping":
            assert number == (2 if path == TWICE else 1), (where, account, path)


def test_what_any_replica_can_tell_is_asked_of_one(healthy: Seen) -> None:
    counted = Counter((each.account, each.path.partition("?")[0]) for each in of_replicas(healthy.requests))
    for path in ("alerts", "settings"):
        assert counted["admin", f"/api/v0/meta/{path}"] == 1
    for path in ("workers", "crons", "imagescan/status"):
        assert counted["admin", f"/api/v0/{path}"] == 1
    asked = [each for each in of_replicas(healthy.requests) if each.path.startswith("/api/v0/jobs?")]
    # Those that run and those of one action, however old, are asked for by a small page each.
    pages = [each for each in asked if "action=any" in each.path and "running=any" in each.path]
    small = sorted(parse_qs(urlsplit(each.path).query)["limit"][0] for each in asked if each not in pages)
    assert small == ["100", "100"]
    # These few jobs are all young. The page after them shows that they are all: a server may give fewer than asked for.
    begins = [int(parse_qs(urlsplit(each.path).query)["start"][0]) for each in pages]
    assert (len({each.where for each in pages}), len(begins), begins[0]) == (1, 2, 0)
    assert begins[1] > 0
    assert counted["admin", "/api/v0/webhooks"] == 1
    # One token for all scopes of an account at each replica; of the reader one more for the registry, which is for what
    # he cannot read and for what he pulls.
    assert counted["admin", "/auth/token"] == 3
    assert counted["ci", "/auth/token"] == 6
    assert counted["admin", "/api/v0/meta/cluster_status"] == 3
    assert counted[None, "/api/v0/meta/cluster_status"] == counted["ci", "/api/v0/meta/cluster_status"] == 1


def test_no_question_is_dangerous(healthy: Seen, faulty: Seen) -> None:
    """A huge `records` ends the real notary-server, the documented 1 is an error, a plain timestamp may be written."""
    feeds = [urlsplit(each.path) for each in healthy.requests + faulty.requests if "/_trust/" in each.path]
    assert feeds
    for address in feeds:
        asked = parse_qs(address.query)
        if address.path.endswith("/_trust/changefeed"):
            assert 0 < abs(int(asked["records"][0])) <= 1000
            assert asked["change_id"][0] != "1"
        else:
            assert re.search(r"/_trust/tuf/(timestamp\.[0-9a-f]{64}|[1-9][0-9]*\.timestamp)\.json$", address.path)


def test_a_wrong_password_is_tried_once_with_nobodys_name(healthy: Seen) -> None:
    refused = [each for each in healthy.requests if each.path.startswith("/auth/token") and each.status == 401]
    assert len(refused) == 1
    assert re.fullmatch(r"msr-checks-[0-9a-f]{8}", refused[0].account or "")


def test_no_wrong_password_is_tried_where_that_is_left_out(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--no-auth-negative", "-k", "TOKEN")
        assert {each.status for each in cluster.requests if each.path.startswith("/auth/token")} == {200}
    told = outcome.of("TOKEN-3", "cluster")
    assert (told["verdict"], "--no-auth-negative" in told["message"]) == ("SKIPPED", True)


def test_no_image_is_pulled_where_that_is_left_out(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--no-pull", "-k", "REG")
        assert not [each for each in cluster.requests if "/manifests/" in each.path or "webhooks" in each.path]
    told = [each for each in outcome.results if each["condition"] == "REG-2"]
    assert {(each["verdict"], "--no-pull" in each["message"]) for each in told} == {("SKIPPED", True)}


@pytest.mark.parametrize("name", ["healthy", "storage-errors-at-one-replica", "storage-hangs-at-one-replica"])
def test_an_image_is_pulled_once_however_long_the_run_waits(suite: Suite, tmp_path: Path, name: str) -> None:
    """The registry counts it as a pull."""
    with scene(name, tmp_path) as cluster:
        suite.run(f"--inventory={cluster.inventory}", "-k", "REG", "--wait=6s", "--stable=6s")
        pulls = Counter(
            (each.where, each.path) for each in cluster.requests if each.path.startswith("/v2/library/alpine/")
        )
    assert len(pulls) >= 3 * 2
    assert set(pulls.values()) == {1}


def test_pulls_and_sampled_blobs_add_a_quarter_to_a_run_at_most(suite: Suite, tmp_path: Path) -> None:
    """docs/safety.md has these figures."""

    def play(cluster: Cluster) -> None:
        cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
        cluster.settings = {"nfsHost": "nfs.example.org", "nfsPath": "/exports/msr"}
        cluster.sample = 20

    with staged(tmp_path, play, replicas=SEVEN) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}")
        asked, queries, docker = len(cluster.requests), len(cluster.queries), len(cluster.engine_requests)
    assert {outcome.verdicts["STORE-2", each.id] for each in state_of(cluster).replicas} == {"PASS"}
    assert asked <= HTTP_BEFORE + HTTP_SINCE
    # A script at each node for the logs, and one for the files of blobs.
    scripts = 2 * SEVEN
    assert asked + queries + docker + scripts <= 1.25 * (HTTP_BEFORE + QUERIES_BEFORE + DOCKER_BEFORE)


def test_an_image_whose_pull_sends_a_webhook_is_not_pulled(suite: Suite, tmp_path: Path) -> None:
    with scene("webhook-of-pulls", tmp_path) as cluster:
        suite.run(f"--inventory={cluster.inventory}", "-k", "REG")
        assert not [each for each in cluster.requests if each.path.startswith("/v2/library/alpine/")]


def test_object_storage_is_asked_for_one_byte_without_credentials(suite: Suite, tmp_path: Path) -> None:
    with scene("blobs-in-object-storage", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "-k", "REG")
        asked = [each for each in cluster.requests if each.where == "object storage"]
    assert {each["verdict"] for each in outcome.results if each["condition"] == "REG-2"} == {"PASS"}
    assert len(asked) == 5 * 3
    assert {(each.method, each.account, each.status) for each in asked} == {("GET", None, 206)}
    texts = "".join(each.read_text("utf-8") for each in outcome.reports.iterdir() if each.is_file())
    assert "X-Amz-Signature" not in texts


def test_each_replica_is_pinged_before_anything_else_is_asked_of_it(healthy: Seen) -> None:
    asked: dict[str, list[str]] = defaultdict(list)
    for each in of_replicas(healthy.requests):
        asked[each.where].append(each.path)
    assert {where: paths[:PINGS] for where, paths in asked.items()} == {where: ["/_ping"] * PINGS for where in asked}


def test_a_selection_of_pings_sends_pings_and_nothing_else(suite: Suite, tmp_path: Path) -> None:
    with scene("healthy", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={inventory_with(cluster, require=['PING'])}", "-k", "ping")
        assert outcome.code == 0, outcome.output
        assert {(each.path, each.account) for each in cluster.requests} == {("/_ping", None)}
        assert len(cluster.requests) == PINGS * 3 + VISITS + 1
    assert {condition for condition, _ in outcome.verdicts} == {"PING-1", "PING-2", "PING-3", "MKE-1"}


def test_a_refused_account_logs_in_once_however_long_the_run_waits(suite: Suite, tmp_path: Path) -> None:
    with scene("password-rotated", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--wait=6s")
        refused = [each for each in cluster.requests if each.account == "admin"]
    assert outcome.code == 1
    assert outcome.verdicts["TOKEN-0", "admin"] == "FAIL"
    # Once by each way in: what one of them refuses says nothing of the other.
    assert sorted(each.path.partition("?")[0] for each in refused) == ["/api/v0/admin/version", "/auth/token"]
    # The reader's account works, and is used.
    assert outcome.verdicts["STATUS-2", "reader:ci"] == "PASS"


@pytest.mark.parametrize("hides", ["licence", "page"])
def test_a_wrong_password_is_tried_once_where_the_token_service_does_not_tell(
    suite: Suite, tmp_path: Path, hides: str
) -> None:
    def play(cluster: Cluster) -> None:
        cluster.account("admin").listed = "rotated-since-then"
        if hides == "licence":
            cluster.licensed = False
        else:
            cluster.faults["/auth/token"] = lambda _: reply.html(200, "maintenance")

    with staged(tmp_path, play) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--wait=5s")
        refused = [each for each in cluster.requests if each.account == "admin" and each.status == 401]
    assert outcome.code == 1, outcome.output
    assert len(refused) == 1
    assert any("the log-in of admin is refused (401 at " in each["message"] for each in outcome.results)


def test_a_locked_account_logs_in_once_by_each_way_and_the_other_accounts_go_on(suite: Suite, tmp_path: Path) -> None:
    with scene("administrator-locked-out", tmp_path) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}", "--wait=5s")
        asked = [each for each in cluster.requests if each.account == "admin"]
    assert sorted((each.path.partition("?")[0], each.status) for each in asked) == [
        ("/api/v0/admin/version", 401),
        ("/auth/token", 429),
    ]
    assert outcome.of("TOKEN-0", "admin")["reason"] == "token.too-many-log-ins"
    assert outcome.verdicts["TOKEN-0", "reader:ci"] == "PASS"


def test_a_replica_that_answers_everything_with_500_is_logged_in_to_once_by_each_way_and_look(
    suite: Suite, tmp_path: Path
) -> None:
    def play(cluster: Cluster) -> None:
        broken = faults.html(500, "500 Internal Server Error")
        cluster.bad.faults |= dict.fromkeys((*ADMINS_PATHS, "/auth/token"), broken)

    with staged(tmp_path, play) as cluster:
        outcome = suite.run(f"--inventory={cluster.inventory}")
        bad = state_of(cluster).bad.id
        asked = [each for each in cluster.requests if each.where == bad and each.account and "_trust" not in each.path]
    log_ins = Counter((each.account, each.path.partition("?")[0]) for each in asked)
    # Two looks, of which the second is after three seconds; the reader is spared where the administrator went first.
    assert log_ins.pop(("admin", "/api/v0/admin/version")) == 2
    assert set(log_ins) <= {("admin", "/auth/token"), ("ci", "/auth/token")}
    assert sum(log_ins.values()) <= 4
    assert outcome.verdicts["STATUS-1", bad] == outcome.verdicts["TOKEN-1", f"admin:global:{bad}"] == "FAIL"


def test_never_more_than_two_at_once_are_asked_of_a_replica(suite: Suite, tmp_path: Path) -> None:
    with staged(tmp_path, latency=0.25) as cluster:
        assert suite.run(f"--inventory={cluster.inventory}").code == 0
        requests, replicas = cluster.requests, state_of(cluster).replicas
    for replica in replicas:
        # Connections of users end here too, and are no load of ours at this replica: any user makes as many.
        asked = [each for each in requests if each.where == replica.id and each.path != "/_ping"]
        assert max(sum(awaited(other, each.time) for other in asked) for each in asked) == PER_REPLICA, replica.id


def awaited(request: Request, moment: float) -> bool:
    """Whether its answer was not yet on its way then."""
    assert request.answered
    return request.time <= moment < request.answered
