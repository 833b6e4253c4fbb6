"""Every path of a replica and its answer, before any fault: status codes, bodies and headers as documented or measured.

A replica reads its own database server: with that gone it cannot tell the cluster's status, alerts, jobs or settings.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lab.embedded import harbor, meta
from lab.embedded.accounts import Caller, Doorman
from lab.embedded.bearer import bearer_of, subject_of
from lab.embedded.notary import TABLES as NOTARY_TABLES
from lab.embedded.notary import Notary
from lab.embedded.registry import Registry
from lab.embedded.reply import Asked, Reply, as_json, html, text
from lab.embedded.state import Cluster, Replica
from lab.embedded.status import cluster_status, health, held_up
from lab.embedded.system_tables import current_issues
from lab.embedded.tokens import Issuer

NO_LICENCE = "DTR doesn't have a license\n"
API_HEADERS = (("Cache-Control", "max-age=0, no-cache"), ("Strict-Transport-Security", "max-age=63072000"))
JOBS = "/api/v0/jobs"


def _errors(status: int, code: str, message: str, detail: Any) -> Reply:
    return as_json(status, {"errors": [{"code": code, "message": message, "detail": detail}]})


def not_authenticated() -> Reply:
    """Not wrapped in `errors`, and without WWW-Authenticate."""
    return as_json(401, {"code": "NOT_AUTHENTICATED", "message": "The client is not authenticated."})


def not_authorised() -> Reply:
    detail = "The client must be authenticated as a user with admin level access."
    return _errors(403, "NOT_AUTHORIZED", "The client is not authorized.", detail)


def status_check_failed(table: str, why: str) -> Reply:
    detail = f"There was an error reading rethinkdb table {table}: {why}"
    return _errors(503, "STATUS_CHECK_FAILED", "Failed to check cluster status", detail)


def internal_error() -> Reply:
    message = "An internal server error occurred. Contact a system administrator for more information."
    return _errors(500, "INTERNAL_ERROR", message, {"requestID": str(uuid.uuid4())})


class Api:
    """The answers of all replicas of one cluster."""

    def __init__(self, cluster: Cluster, ca_pem: bytes) -> None:
        self._cluster = cluster
        self._ca_pem = ca_pem
        self._doorman = Doorman(cluster)
        self._issuer = Issuer()
        self._notary = Notary(cluster, self._issuer)
        self._images = Registry(cluster, self._issuer)
        self._nginx = {replica.id: meta.NginxCounters(replica) for replica in cluster.replicas}
        self._public: dict[str, Callable[[Replica, Asked, Caller], Reply]] = {
            "/_ping": self._ping,
            "/health": self._ping,
            "/nginx_status": lambda replica, *_: self._nginx[replica.id].reply(),
            "/ca": lambda *_: Reply(200, self._ca_pem, "application/x-x509-ca-cert"),
            "/admin/version": lambda replica, *_: text(200, replica.version),
            "/v2/": self._registry,
            "/auth/token": self._token,
        }
        self._for_admins: dict[str, Callable[[Cluster, Replica], Any]] = {
            "/api/v0/meta/alerts": meta.alerts,
            "/api/v0/meta/settings": meta.settings,
            "/api/v0/workers": meta.workers,
            "/api/v0/webhooks": meta.webhooks,
            "/api/v0/crons": meta.crons,
            "/api/v0/imagescan/status": meta.scan_status,
        }

    def connected(self, replica: Replica) -> None:
        """A connection was opened at this replica: its nginx counts it."""
        self._nginx[replica.id].connected()

    def answer(self, replica: Replica, asked: Asked) -> tuple[Reply, Caller]:
        """What that replica answers, with the faults of the scene, and who asked."""
        if self._cluster.is_harbor:
            return harbor.answer(self._cluster, asked), Caller()
        self._nginx[replica.id].asked()
        caller = self._doorman.caller(asked.authorization)
        if asked.path.startswith("/api/") and not replica.api_knows_passwords:
            caller = Caller()
        reply = self._answer(replica, asked, caller)
        fault = replica.faults.get(asked.path) or self._cluster.faults.get(asked.path)
        if fault and not (asked.path.startswith("/api/") and reply.status in (401, 403, 405)):
            reply = fault(reply)
        own = (("X-Replica-ID", replica.id),) if replica.tells_its_id else ()
        common = API_HEADERS if asked.path.startswith("/api/") else ()
        headers = reply.headers + common + own
        if bearer_of(asked.authorization):
            caller = Caller(subject_of(asked.authorization))
        return replace(reply, headers=headers, delay=reply.delay + replica.slow_by), caller

    def _answer(self, replica: Replica, asked: Asked, caller: Caller) -> Reply:
        if "/_trust/" in asked.path and self._cluster.licensed:
            return self._notary.answer(replica, asked, self._broken_tables(replica))
        known = asked.path in (JOBS, *self._public, *self._for_admins, *self._others)
        if known and asked.method != "GET":
            return _errors(405, "NOT_ALLOWED", "Method not allowed", {"method": asked.method})
        if asked.path in self._public:
            return self._public[asked.path](replica, asked, caller)
        if asked.path in self._others:
            return self._others[asked.path](self, replica, caller)
        if asked.path in self._for_admins:
            return self._admins_only(caller) or self._from_database(replica, self._for_admins[asked.path])
        if asked.path == JOBS:
            return self._admins_only(caller) or self._from_database(replica, lambda c, _: meta.jobs(c, asked.query))
        if asked.path.startswith("/v2/"):
            return self._registry(replica, asked, caller)
        return text(404, "404 page not found\n")

    def _admins_only(self, caller: Caller) -> Reply | None:
        if caller.account is None:
            return not_authenticated()
        return None if caller.admin else not_authorised()

    def _from_database(self, replica: Replica, make: Callable[[Cluster, Replica], Any]) -> Reply:
        if self._cluster.internal_error or not self._readable(replica):
            return internal_error()
        return as_json(200, make(self._cluster, replica))

    def _readable(self, replica: Replica) -> bool:
        """MSR's own tables can be read: the replica's database server is up and has a majority."""
        return replica.database_up and not any(issue["critical"] for issue in current_issues(self._cluster, replica))

    def _broken_tables(self, replica: Replica) -> frozenset[str]:
        """The tables of notary that a replica's notary-server cannot read."""
        if self._cluster.internal_error or not (replica.database_up and replica.notary_reads):
            return NOTARY_TABLES
        critical = [issue["info"] for issue in current_issues(self._cluster, replica) if issue["critical"]]
        return NOTARY_TABLES & {about["table"] for about in critical if about.get("db") == "notaryserver"}

    def _ping(self, replica: Replica, _asked: Asked, _caller: Caller) -> Reply:
        if self._cluster.internal_error:
            return html(500, "500 Internal Server Error")
        error = health(self._cluster, replica)
        answer = {"Error": error, "Healthy": not error}
        return as_json(503 if error else 200, answer, indent=None, content_type="application/json; charset=utf-8")

    def _status(self, replica: Replica, caller: Caller) -> Reply:
        if not self._cluster.status_open_to_anyone and (refusal := self._admins_only(caller)):
            return refusal
        if self._cluster.internal_error:
            return internal_error()
        if not replica.database_up:
            host = f"dtr-rethinkdb-{replica.id}.dtr-ol:28015"
            return status_check_failed("cluster_config", f"gorethink: dial tcp {host}: connect: connection refused")
        return replace(as_json(200, cluster_status(self._cluster, replica)), delay=held_up(self._cluster))

    def _features(self, _replica: Replica, caller: Caller) -> Reply:
        return as_json(200, meta.features(self._cluster)) if caller.account else not_authenticated()

    def _version(self, replica: Replica, caller: Caller) -> Reply:
        """/api/v0/admin refuses anybody but administrators alike, indented by two."""
        if not caller.admin:
            return self._unauthorised()
        return internal_error() if self._cluster.internal_error else as_json(200, {"version": replica.version})

    def _storage(self, replica: Replica, caller: Caller) -> Reply:
        if not caller.admin:
            return self._unauthorised()
        return self._from_database(replica, meta.storage)

    @staticmethod
    def _unauthorised() -> Reply:
        return as_json(401, {"message": "Unauthorized"}, indent=2)

    _others: dict[str, Callable[["Api", Replica, Caller], Reply]] = {  # noqa: RUF012 -- filled once, never changed
        "/api/v0/meta/cluster_status": _status,
        "/api/v0/meta/features": _features,
        "/api/v0/admin/version": _version,
        "/api/v0/admin/settings/registry/simple": _storage,
    }

    def _registry(self, replica: Replica, asked: Asked, _caller: Caller) -> Reply:
        if not self._cluster.licensed:
            return text(402, NO_LICENCE)
        if not replica.registry_up:
            return html(502, "502 Bad Gateway")
        return self._images.answer(replica, asked)

    def _token(self, replica: Replica, asked: Asked, caller: Caller) -> Reply:
        host = self._cluster.host
        if not self._cluster.licensed:
            return text(402, NO_LICENCE)
        if caller.locked:
            return text(429, '{"details":"too many failed login attempts for username or IP address"}')
        if caller.refused:
            why = "unable to get identity token from basic auth credentials: unauthorized"
            return replace(
                text(401, f'{{"details":"{why}"}}'), headers=(("WWW-Authenticate", f'Basic realm="{host}"'),)
            )
        if self._cluster.internal_error:
            message = "please contact an administrator to resolve this issue"
            answer = {"details": "internal error", "message": message, "request_id": str(uuid.uuid4())}
            return as_json(500, answer, indent=None)
        public, now = frozenset(self._cluster.public), self._cluster.now(replica)
        return as_json(200, self._issuer.token(caller.account, asked.query, host, now, public), indent=None)
