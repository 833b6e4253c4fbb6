"""The cluster that every scene starts from: healthy, of any size, made from the recorded rows."""

import uuid
from datetime import timedelta
from typing import Any

from lab.embedded import recorded
from lab.embedded.images import built
from lab.embedded.nodes.healthy import healthy_swarm
from lab.embedded.state import Account, Cluster, Cron, Job, Replica, Table
from lab.embedded.trust import usual_history

REPLICA_IDS = ("f2277ad178f7", "f3712d9c419a", "f58cf364e3df", "0ddb411b100d", "2541aa473fde", "59e4e9b0a254",
               "b94abec8d9b4", "a1640e1c15b6", "563f02aba617",
               "6df1113ecd28", "b78f85385b73", "a41ffde44459", "e4ea7b0ef2f4", "1b35063f9213", "a4e34a558c1c",
               "345f4cf9edd6", "b9df39d9a9e2", "3009dae70f6f", "21c9dea9f275", "767deb9f085a")  # fmt: skip

# MSR has 29 tables. The recording has 19 of them; these ten are synthetic: their rows copy the form of a recorded one.
SYNTHETIC_TABLES = ("layer_vuln_overrides", "metrics", "namespace_team_access", "poll_mirroring_policies",
                    "promotion_policies", "pruning_policies", "push_mirroring_policies", "repository_team_access",
                    "scanned_layers", "user_settings")  # fmt: skip

MOST_REPLICAS = len(REPLICA_IDS)


def _id(of: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, of))


def _tables(ids: list[str]) -> list[Table]:
    """Every replica has a copy of each; the recorded primaries stay where such a replica exists."""
    killed = recorded.tables(recorded.KILLED)["current_issues"]
    issue_ids = {(row["info"]["db"], row["info"]["table"]): row["id"] for row in killed}
    found = []
    for position, row in enumerate(recorded.tables()["table_status"]):
        db, name = row["db"], row["name"]
        primary = row["shards"][0]["primary_replicas"][0].removeprefix("dtr_rethinkdb_")
        primary = primary if primary in ids else ids[position % len(ids)]
        found.append(Table(db, name, row["id"], issue_ids[db, name], primary))
    for position, name in enumerate(SYNTHETIC_TABLES):
        found.append(Table("dtr2", name, _id(f"dtr2.{name}"), _id(f"issue of dtr2.{name}"), ids[position % len(ids)]))
    return found


def _webhook(kind: str, key: str) -> dict[str, Any]:
    """A subscription as the API lists it."""
    return {
        "id": uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind} {key}").hex,
        "type": kind,
        "key": key,
        "endpoint": "https://hooks.example.org/msr",
        "authorID": _id("admin"),
        "createdAt": "2026-05-22T01:55:20.471286995Z",
        "lastSuccessfulAt": "0001-01-01T00:00:00Z",
        "inactive": False,
        "tlsCert": "",
        "skipTLSVerification": False,
    }


def healthy_cluster(count: int) -> Cluster:
    """A cluster of `count` replicas that has run for days."""
    if not 1 <= count <= MOST_REPLICAS:
        raise ValueError(f"a stand-in cluster has 1 to {MOST_REPLICAS} replicas, not {count}")
    ids = list(REPLICA_IDS[:count])
    known = {row["name"]: row["id"] for row in recorded.tables()["server_status"]}
    replicas = [
        Replica(replica_id, f"node-{number}", known.get(f"dtr_rethinkdb_{replica_id}", _id(replica_id)))
        for number, replica_id in enumerate(ids, 1)
    ]
    cluster = Cluster(
        replicas=replicas,
        swarm=healthy_swarm(replicas),
        tables=_tables(ids),
        databases=recorded.tables()["db_config"],
        accounts=[Account("admin", admin=True), Account("ci", reads=("library/alpine",))],
        jobs=[
            Job("onlinegc"),
            Job("license_update", age=timedelta(hours=3)),
            Job("tag_pruning", age=timedelta(hours=9)),
            Job("update_vuln_db", age=timedelta(hours=11)),
        ],
        crons=[
            Cron("license_update", "57 54 3 * * *", timedelta(hours=21)),
            Cron("update_db", "0 0 3 * * *", timedelta(hours=13)),
            Cron("onlinegc", "0 0 1 * * 0", timedelta(days=3)),
        ],
    )
    cluster.trust = usual_history(cluster.started)
    cluster.images = [built("library/alpine", "3.20")]
    cluster.webhooks = [_webhook("TAG_PUSH", "library/alpine"), _webhook("TAG_PULL", "library/nginx")]
    cluster.storage = {
        "s3": {
            "accesskey": "AKIAEMBEDDEDSTANDIN0",
            "secretkey": cluster.storage_secret,
            "bucket": "msr",
            "region": "eu-central-1",
            "rootdirectory": "/",
            "encrypt": True,
            "secure": True,
        }
    }
    return cluster
