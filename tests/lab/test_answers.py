"""Each path answers with the documented or measured status, body, content type and headers."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from tests.lab.asking import STATUS, Asker, ask_over
from tests.lab.conftest import Start
from tests.patience import patient

ADMINS_ONLY = (STATUS, "/api/v0/meta/alerts", "/api/v0/meta/settings", "/api/v0/workers", "/api/v0/jobs",
               "/api/v0/crons", "/api/v0/imagescan/status")  # fmt: skip
OTHER_ADMIN = ("/api/v0/admin/version", "/api/v0/admin/settings/registry/simple")


@pytest.mark.parametrize("path", ["/_ping", "/health"])
def test_ping(healthy: Asker, path: str) -> None:
    answer = healthy.ask(path)
    assert (answer.status, answer.body) == (200, b'{"Error":"","Healthy":true}')
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_every_answer_says_which_replica_gave_it_and_when(healthy: Asker) -> None:
    for position, replica in enumerate(healthy.ids):
        for path in ("/_ping", "/nginx_status", "/v2/", STATUS, "/nowhere"):
            answer = healthy.ask(path, position)
            assert answer.headers["X-Replica-ID"] == replica
            age = datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"])
            assert abs(age.total_seconds()) < 3


def test_nginx_status_counts(healthy: Asker) -> None:
    def look() -> tuple[int, int, int]:
        answer = healthy.ask("/nginx_status")
        assert answer.headers["Content-Type"] == "text/plain"
        lines = answer.body.decode().split("\n")
        assert lines[0] == "Active connections: 1 "
        assert lines[1] == "server accepts handled requests"
        assert lines[3] == "Reading: 0 Writing: 1 Waiting: 0 "
        accepts, handled, requests = map(int, lines[2].split())
        return accepts, handled, requests

    before, after = look(), look()
    assert after[0] > before[0]
    assert after[2] > before[2]
    assert after[0] - before[0] == after[1] - before[1]


def test_nginx_drops_between_two_looks(start: Start) -> None:
    asker = start("nginx-drops-connections")

    def dropped() -> int:
        accepts, handled, _ = map(int, asker.ask("/nginx_status", -1).body.decode().split("\n")[2].split())
        return accepts - handled

    assert 0 < dropped() < dropped()


@pytest.mark.parametrize("path", ADMINS_ONLY)
def test_api_refuses_strangers_and_readers(healthy: Asker, path: str) -> None:
    """A wrong password is a stranger; `errors` wraps the 403 only; nothing asks for a log-in."""
    for login in (None, ("admin", "wrong")):
        answer = healthy.ask(path, login=login)
        assert answer.status == 401
        assert answer.json == {"code": "NOT_AUTHENTICATED", "message": "The client is not authenticated."}
        assert answer.headers["WWW-Authenticate"] is None
    answer = healthy.ask(path, login=healthy.credentials("ci"))
    assert answer.status == 403
    assert [error["code"] for error in answer.json["errors"]] == ["NOT_AUTHORIZED"]
    assert answer.body.startswith(b'{\n "errors": [\n  {\n   "code"')


@pytest.mark.parametrize("path", OTHER_ADMIN)
def test_admin_paths_refuse_both_alike(healthy: Asker, path: str) -> None:
    for login in (None, healthy.credentials("ci")):
        answer = healthy.ask(path, login=login)
        assert (answer.status, answer.body) == (401, b'{\n  "message": "Unauthorized"\n}')


@pytest.mark.parametrize("path", [*ADMINS_ONLY, *OTHER_ADMIN])
def test_api_answers_administrators(healthy: Asker, path: str) -> None:
    answer = healthy.ask(path, login=healthy.credentials("admin"))
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "max-age=0, no-cache"
    assert answer.headers["Strict-Transport-Security"]


def test_cluster_status_has_the_documented_keys(healthy: Asker) -> None:
    for position in range(3):
        document = healthy.status(position)
        assert sorted(document) == [
            "gc_lock_holder", "replica_health", "replica_readonly", "replica_timestamp", "rethink_system_tables",
        ]  # fmt: skip
        assert document["replica_health"] == dict.fromkeys(sorted(healthy.ids), "OK")
        assert document["replica_readonly"] == dict.fromkeys(healthy.ids, False)
        assert document["gc_lock_holder"] == ""
        assert sorted(document["rethink_system_tables"]) == [
            "cluster_config", "current_issues", "db_config", "server_status", "stats", "table_config", "table_status",
        ]  # fmt: skip
        for text in document["replica_timestamp"].values():
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)
            assert 0 <= (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds() < 62


def test_what_is_frozen_stays_frozen(start: Start) -> None:
    asker = start("health-report-frozen")
    before = asker.status()["replica_timestamp"][asker.ids[-1]]
    time.sleep(1.1)
    assert asker.status()["replica_timestamp"][asker.ids[-1]] == before


def test_other_administrator_answers(healthy: Asker) -> None:
    admin = healthy.credentials("admin")
    settings = healthy.ask("/api/v0/meta/settings", 1, login=admin).json
    assert settings["replicaID"] == healthy.ids[1]
    assert sorted(settings["replicaSettings"]) == sorted(healthy.ids)
    workers = healthy.ask("/api/v0/workers", login=admin).json["workers"]
    assert {worker["id"]: worker["status"] for worker in workers} == dict.fromkeys(healthy.ids, "running")
    for worker in workers:
        assert datetime.fromisoformat(worker["heartbeatExpiration"]) > datetime.now(UTC)
    jobs = healthy.ask("/api/v0/jobs?action=any&worker=any&running=any&start=0&limit=10", login=admin).json["jobs"]
    assert [job["scheduledAt"] for job in jobs] == sorted((job["scheduledAt"] for job in jobs), reverse=True)
    assert healthy.ask("/api/v0/jobs?action=onlinegc&limit=10", login=admin).json["jobs"][0]["action"] == "onlinegc"
    assert healthy.ask("/api/v0/jobs?running=true&limit=10", login=admin).json["jobs"] == []
    crons = healthy.ask("/api/v0/crons", login=admin).json["crons"]
    assert [cron["action"] for cron in crons] == ["license_update", "update_db", "onlinegc"]
    assert all(datetime.fromisoformat(cron["nextRun"]) > datetime.now(UTC) for cron in crons)
    scans = healthy.ask("/api/v0/imagescan/status", login=admin).json
    assert (scans["lastDBUpdateFailed"], scans["lastVulnOverridesDBUpdateFailed"]) == (False, False)
    assert healthy.ask("/api/v0/meta/alerts", login=admin).json == []
    assert healthy.ask("/api/v0/admin/version", login=admin).json == {"version": "2.10.4"}
    storage = healthy.ask("/api/v0/admin/settings/registry/simple", login=admin).json["storage"]
    assert storage["delete"] == {"enabled": True}
    assert storage["maintenance"] == {"readonly": {"enabled": False}}
    assert storage["s3"]["secretkey"] in healthy.cluster.secrets


def test_features_are_for_any_user(healthy: Asker) -> None:
    assert healthy.ask("/api/v0/meta/features").status == 401
    assert healthy.ask("/api/v0/meta/features", login=healthy.credentials("ci")).json["onlineGCEnabled"] is True


def test_registry_challenges(healthy: Asker) -> None:
    answer = healthy.ask("/v2/")
    host = healthy.cluster.url.removeprefix("https://")
    assert answer.status == 401
    assert answer.headers["Docker-Distribution-Api-Version"] == "registry/2.0"
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="https://{host}/auth/token",service="{host}"'


def test_unlicensed_registry_is_402_in_plain_text(start: Start) -> None:
    answer = start("licence-gone").ask("/v2/")
    assert (answer.status, answer.body) == (402, b"DTR doesn't have a license\n")


def test_a_dead_database_server_is_named_by_its_own_replica(start: Start) -> None:
    asker = start("one-database-killed-one-says-so")
    ping = asker.ask("/_ping", -1)
    assert (ping.status, ping.json["Healthy"]) == (503, False)
    assert f"dtr-rethinkdb-{asker.ids[-1]}" in ping.json["Error"]
    answer = asker.ask(STATUS, -1, login=asker.credentials("admin"))
    assert answer.status == 503
    assert answer.json["errors"][0]["code"] == "STATUS_CHECK_FAILED"
    assert asker.ask("/api/v0/workers", -1, login=asker.credentials("admin")).json["errors"][0]["detail"]["requestID"]
    assert asker.ask("/_ping", 0).status == 200
    assert asker.status(0)["replica_health"][asker.ids[-1]] == "OK"


def test_in_older_versions_every_ping_tells_the_issues(start: Start) -> None:
    asker = start("one-database-killed")
    ping = asker.ask("/_ping", 0)
    assert ping.status == 503
    assert ping.json["Error"].startswith("Rethinkdb has issues: [{")


def test_other_methods_and_paths(healthy: Asker) -> None:
    admin = healthy.credentials("admin")
    assert healthy.ask("/nowhere").status == 404
    assert healthy.ask("/api/v0/nowhere", login=admin).status == 404
    for method in ("POST", "PUT", "DELETE", "HEAD"):
        assert healthy.ask("/api/v0/jobs", login=admin, method=method).status == 405


def test_connections_stay_open(healthy: Asker) -> None:
    connection = healthy.connection(0)
    try:
        assert [ask_over(connection, path).status for path in ("/_ping", "/v2/", "/nope", "/_ping")] == [
            200,
            401,
            404,
            200,
        ]
    finally:
        connection.close()


def test_ca_is_the_one_of_the_inventory(healthy: Asker) -> None:
    assert healthy.ask("/ca").body == (healthy.directory / "ca.pem").read_bytes()


def test_a_hung_database_holds_up_the_first_look_alone(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    asker = start("one-database-hung")
    monkeypatch.setattr(asker.cluster._cluster, "hung_for", 0.6)
    begun = time.monotonic()
    assert len(asker.status()["rethink_system_tables"]["current_issues"]) == 29
    held_up = time.monotonic()
    asker.status()
    assert held_up - begun > 0.6
    assert time.monotonic() - held_up < patient(0.6)
