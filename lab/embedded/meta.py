"""What a replica tells besides its health: nginx counters, alerts, settings, features, jobs, scans, storage."""

import threading
import uuid
from typing import Any
from urllib.parse import parse_qs

from lab.embedded.nodes.clock import NEVER
from lab.embedded.recorded import rfc3339
from lab.embedded.reply import Reply, text
from lab.embedded.state import Cluster, Replica
from lab.embedded.system_tables import members


class NginxCounters:
    """Live counters of stub_status; a scene may let connections drop between two looks."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._lock = threading.Lock()
        self._accepted = 1208
        self._requests = 4711
        self._dropped = 0

    def connected(self) -> None:
        with self._lock:
            self._accepted += 1

    def asked(self) -> None:
        with self._lock:
            self._requests += 1

    def reply(self) -> Reply:
        with self._lock:
            if self._replica.drops_connections:
                self._accepted += 3
                self._dropped += 3
            accepted, handled, active = self._accepted, self._accepted - self._dropped, self._replica.active_connections
            return text(
                200,
                f"Active connections: {active} \nserver accepts handled requests\n"
                f" {accepted} {handled} {self._requests} \nReading: 0 Writing: 1 Waiting: {active - 1} \n",
                "text/plain",
            )


def alerts(cluster: Cluster, _replica: Replica) -> list[dict[str, Any]]:
    return cluster.alerts


def webhooks(cluster: Cluster, _replica: Replica) -> list[dict[str, Any]]:
    return cluster.webhooks


def settings(cluster: Cluster, replica: Replica) -> dict[str, Any]:
    ports = {r.id: {"HTTPPort": 80, "HTTPSPort": r.port, "node": r.node} for r in members(cluster, replica)}
    return {
        "dtrHost": cluster.public_name,
        "replicaID": replica.id,
        "replicaSettings": ports,
        "readOnlyRegistry": False,
        "storageVolume": "",
        "nfsHost": "",
        "nfsPath": "",
        "logProtocol": "internal",
        "logHost": "",
        "logLevel": "INFO",
        "scanningEnabled": cluster.scanning,
        "disableBackupWarning": True,
        "jobHistoryCompactionEnabled": False,
    } | cluster.settings


def features(cluster: Cluster) -> dict[str, Any]:
    return {
        "scanningEnabled": cluster.scanning,
        "scanningLicensed": cluster.licensed,
        "promotionLicensed": cluster.licensed,
        "mirroringLicensed": cluster.licensed,
        "metadataStoreOptedIn": True,
        "onlineGCEnabled": True,
        "db_version": 24,
        "ucpHost": cluster.mke.known_to_msr or f"localhost:{cluster.mke.port}",
    }


def workers(cluster: Cluster, replica: Replica) -> dict[str, Any]:
    now = cluster.now(replica)
    return {
        "workers": [
            {
                "id": r.id,
                "status": r.worker,
                "capacityMap": {"scan": 1, "scanCheck": 1},
                "heartbeatExpiration": rfc3339((now + r.worker_heartbeat).replace(microsecond=0)),
            }
            for r in cluster.replicas
            if r.worker
        ]
    }


def jobs(cluster: Cluster, query: str) -> dict[str, Any]:
    """Newest first: as many as `limit` says (10 if nothing), from the one on that `start` says, of one `action` and of
    those that run or do not (`running`), where that is not `any`.
    """
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    start, limit = int(asked.get("start", 0)), int(asked.get("limit", 10))
    action, running = asked.get("action", "any"), asked.get("running", "any")
    newest_first = [
        (position, job)
        for position, job in enumerate(sorted(cluster.jobs, key=lambda job: job.age))
        if action in ("any", job.action) and running in ("any", "true" if job.status == "running" else "false")
    ]
    return {
        "jobs": [
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{job.action}-{position}")),
                "retryFromID": "",
                "workerID": job.worker or cluster.replicas[0].id,
                "status": job.status,
                "scheduledAt": rfc3339(cluster.started - job.age) if job.timed else NEVER,
                "lastUpdated": rfc3339(cluster.started - job.age) if job.timed else NEVER,
                "action": job.action,
                "retriesLeft": 0,
                "retriesTotal": 0,
                "capacityMap": {},
                "parameters": {},
                "deadline": "",
                "stopTimeout": "",
            }
            for position, job in newest_first[start : start + limit]
        ]
    }


def crons(cluster: Cluster, _replica: Replica) -> dict[str, Any]:
    return {
        "crons": [
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"cron-{cron.action}-{position}")),
                "action": cron.action,
                "schedule": cron.schedule,
                "retries": 0,
                "capacityMap": None,
                "parameters": None,
                "deadline": "",
                "stopTimeout": "",
                "nextRun": rfc3339((cluster.started + cron.due).replace(microsecond=0)),
            }
            for position, cron in enumerate(cluster.crons)
        ]
    }


def scan_status(cluster: Cluster, _replica: Replica) -> dict[str, Any]:
    known = cluster.vulnerabilities
    updated = rfc3339(cluster.started - known.age)
    return {
        "state": 0,
        "scanner_version": 3,
        "scanner_updated_at": updated,
        "db_version": 1840,
        "db_updated_at": updated,
        "lastDBUpdateFailed": known.update_failed,
        "lastVulnOverridesDBUpdateFailed": known.overrides_failed,
        "replicas": {
            replica.id: {"db_updated_at": updated, "version": "1840", "replica_id": replica.id}
            for replica in cluster.replicas
        },
    }


def storage(cluster: Cluster, _replica: Replica) -> dict[str, Any]:
    """The registry's own settings: they hold the storage's credentials, as the real ones do."""
    return {"storage": cluster.storage | {"delete": {"enabled": True}, "maintenance": {"readonly": {"enabled": False}}}}
