"""Facts of a made-up cluster at a fixed time, built by hand; those of cluster_status come from `documents`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from fixtures.access.http.answer import Answer
from fixtures.core.subjects import Endpoint
from fixtures.inventory import Inventory
from fixtures.probes.administration import Alerts, Settings, Storage, Version
from fixtures.probes.api_log_in import ApiLogIn
from fixtures.probes.certificates import Certificate
from fixtures.probes.cluster_status import Access
from fixtures.probes.endpoints import MkePing, NginxStatus, Ping, PingAnswer, RegistryFront
from fixtures.probes.identity import Identity
from fixtures.probes.jobs import Crons, Jobs, SelectedJobs, Workers
from fixtures.probes.previous_run import PreviousGcLock
from fixtures.probes.scanning import Scanning
from tests.fixtures.inventory_text import changed, read

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
IDS = ("f2277ad178f7", "f3712d9c419a", "f58cf364e3df", "0ddb411b100d", "2541aa473fde", "59e4e9b0a254", "b94abec8d9b4")
A, B, C = IDS[:3]
THREE = IDS[:3]
USERS = "msr.example.org"

Document = dict[str, Any]


def inventory(count: int = 3, **changes: Any) -> Inventory:
    """An inventory of so many replicas, with some of its keys replaced."""
    replicas = [{"id": name, "address": f"10.0.0.{number}"} for number, name in enumerate(IDS[:count], 11)]
    return read(changed(**{"replicas": replicas, **changes}))


def reader(**keys: Any) -> dict[str, Any]:
    """The accounts of an inventory that names a reader `ci`, too."""
    ci = {"username": "ci", "password": "env:CI_PASSWORD", **keys}
    return {"admin": {"username": "admin", "password": "env:MSR_ADMIN_PASSWORD"}, "readers": [ci]}


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def text(at: datetime) -> str:
    """A time as the API writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def times(server_date: datetime | None = NOW, answered_at: datetime = NOW) -> dict[str, Any]:
    return {"asked_at": answered_at, "answered_at": answered_at, "server_date": server_date}


def answer(body: bytes | str, status: int = 200, path: str = "/x", headers: Mapping[str, str] | None = None) -> Answer:
    """An HTTP answer of replica A, made by hand."""
    endpoint = Endpoint(A, "10.0.0.11", 443, USERS, 443)
    content = body if isinstance(body, bytes) else body.encode()
    told = httpx.Headers({"Date": "Mon, 23 Nov 2026 14:00:00 GMT"} | dict(headers or {}))
    return Answer(endpoint, path, status, told, content, NOW, NOW)


def ping_answer(
    status: int = 200,
    healthy: bool | None = True,
    error: str = "",
    seconds: float = 0.02,
    replica_id: str | None = A,
) -> PingAnswer:
    return PingAnswer(**times(), status=status, healthy=healthy, error=error, seconds=seconds, replica_id=replica_id)


def ping(*answers: PingAnswer, replica: str = A) -> Ping:
    """One look at a replica's `/_ping`; by default healthy three times."""
    return Ping(**times(), replica=replica, answers=list(answers or [ping_answer(replica_id=replica)] * 3))


def nginx(active: int = 2, accepts: int = 1208, handled: int = 1208, at: datetime = NOW) -> NginxStatus:
    moments = times(answered_at=at)
    return NginxStatus(**moments, status=200, kind="stub_status", active=active, accepts=accepts, handled=handled)


def no_nginx(status: int, kind: str = "an HTML page") -> NginxStatus:
    return NginxStatus(**times(), status=status, kind=kind)


def front(
    status: int = 401,
    challenge: str = f'Bearer realm="https://{USERS}/auth/token",service="{USERS}"',
    api_version: str = "registry/2.0",
    told: str = "401 UNAUTHORIZED: authentication required",
) -> RegistryFront:
    return RegistryFront(**times(), status=status, challenge=challenge, api_version=api_version, detail=told)


def mke(status: int = 200, told: str = "200 with an empty body") -> MkePing:
    return MkePing(**times(), status=status, detail=told)


def identity(replica_id: str | None, source: str = "X-Replica-ID") -> Identity:
    return Identity(**times(), replica_id=replica_id, source=source)


def certificate(
    left: timedelta = timedelta(days=200),
    mistrust: str = "",
    insecure: bool = False,
    not_before: datetime = NOW - timedelta(days=100),
) -> Certificate:
    """What is shown at an address; `left` is how long it is still valid."""
    return Certificate(
        **times(),
        mistrust=mistrust,
        insecure=insecure,
        subject=f"CN={USERS}",
        names=[USERS],
        issuer="CN=Example CA",
        not_before=not_before,
        not_after=NOW + left,
    )


def access(status: int, told: str = "") -> Access:
    return Access(**times(), replica=A, status=status, detail=told or f"{status} with an empty body")


def api_log_in(replica: str = A, status: int = 200, number: str | None = "2.10.4", detail: str = "") -> ApiLogIn:
    """What a replica's API answers the administrator's first request."""
    return ApiLogIn(**times(), replica=replica, status=status, version=number, detail=detail, healthy=True)


def alerts(*rows: dict[str, Any]) -> Alerts:
    return Alerts.model_validate({**times(), "alerts": rows})


def workers(*rows: dict[str, Any]) -> Workers:
    return Workers.model_validate({**times(), "workers": rows})


def worker(name: str, status: str = "running", heartbeat: datetime | None = NOW + timedelta(minutes=1)) -> Document:
    return {"id": name, "status": status, "heartbeatExpiration": heartbeat and text(heartbeat)}


def jobs(*rows: dict[str, Any], whole: bool = True, stopped: str = "") -> Jobs:
    return Jobs.model_validate({**times(), "jobs": rows, "whole": whole, "stopped": stopped})


def job(action: str, status: str = "done", at: datetime = NOW - timedelta(hours=1)) -> Document:
    return {"id": f"{action}-{status}-{at:%d%H}", "action": action, "status": status, "lastUpdated": text(at)}


def selected(*rows: dict[str, Any], whole: bool = True) -> SelectedJobs:
    """The jobs that run, or the migrations."""
    return SelectedJobs.model_validate({**times(), "jobs": rows, "whole": whole})


def cron(action: str, next_run: datetime | None) -> Document:
    return {"action": action, "schedule": "0 0 3 * * *", "nextRun": text(next_run) if next_run else ""}


def crons(*rows: dict[str, Any]) -> Crons:
    return Crons.model_validate({**times(), "crons": rows})


def scanning(enabled: bool | None, database: dict[str, Any] | None = None) -> Scanning:
    return Scanning.model_validate({**times(), "enabled": enabled, "database": database})


def version(number: str) -> Version:
    return Version(**times(), version=number)


def settings(volume: str = "", host: str = "", path: str = "", scanning: bool | None = None) -> Settings:
    return Settings(**times(), storage_volume=volume, nfs_host=host, nfs_path=path, scanning=scanning)


def storage(driver: str | None, told: str = "200") -> Storage:
    return Storage(**times(), driver=driver, detail=told)


def gc_lock(holder: str = "", since: datetime | None = None) -> PreviousGcLock:
    return PreviousGcLock(**times(), holder=holder, since=since)
