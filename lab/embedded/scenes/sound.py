"""Clusters that are sound, however unusual: nothing may be tripped."""

import json
import socket
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lab.embedded.certificates import Certificate
from lab.embedded.expectations import Expectations
from lab.embedded.nodes.settling import age_containers
from lab.embedded.reply import Reply
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene

Document = dict[str, Any]


@scene("healthy", "Three replicas behind a load balancer, all well for days.", sound=True)
def healthy(_cluster: Cluster, _expect: Expectations) -> None:
    pass


@scene("single-replica", "One replica alone, with its images on its own disk.", sound=True, replicas=1)
def single_replica(cluster: Cluster, _expect: Expectations) -> None:
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}


scene("five-replicas", "Five replicas.", sound=True, replicas=5)(healthy)
scene("seven-replicas", "Seven replicas.", sound=True, replicas=7)(healthy)


@scene("balancer-with-own-certificate", "The load balancer ends TLS with a certificate from another CA.", sound=True)
def balancer_with_own_certificate(cluster: Cluster, _expect: Expectations) -> None:
    cluster.balancer.certificate = Certificate.OTHER_KNOWN_CA


@scene("storage-nfs", "Images are on NFS.", sound=True)
def storage_nfs(cluster: Cluster, _expect: Expectations) -> None:
    cluster.storage = {"filesystem": {"rootdirectory": "/storage"}}
    cluster.settings = {"nfsHost": "nfs.example.org", "nfsPath": "/exports/msr"}


@scene("storage-s3", "Images are in an S3 bucket.", sound=True)
def storage_s3(cluster: Cluster, _expect: Expectations) -> None:
    cluster.storage["s3"]["regionendpoint"] = "https://s3.example.org"


@scene("empty-registry", "A registry that nobody has used yet: no jobs, no repositories to read.", sound=True)
def empty_registry(cluster: Cluster, _expect: Expectations) -> None:
    cluster.jobs.clear()
    cluster.account("ci").reads = ()
    cluster.images.clear()


@scene("administrator-with-token", "The administrator logs in with an access token.", sound=True, token=True)
def administrator_with_token(_cluster: Cluster, _expect: Expectations) -> None:
    pass


@scene("just-upgraded", "Upgraded three minutes ago: all containers are new, databases reconnected.", sound=True,
       options=("--since", "2m"))  # fmt: skip
def just_upgraded(cluster: Cluster, _expect: Expectations) -> None:
    age_containers(cluster, timedelta(minutes=3))
    for replica in cluster.replicas:
        replica.database_uptime = timedelta(minutes=3)


@scene("clock-half-a-second-off", "One replica's clock is half a second ahead.", sound=True)
def clock_half_a_second_off(cluster: Cluster, _expect: Expectations) -> None:
    cluster.bad.clock_ahead = timedelta(seconds=0.5)


@scene("without-replica-id-header", "No answer says in a header which replica gave it; the settings do.", sound=True)
def without_replica_id_header(cluster: Cluster, _expect: Expectations) -> None:
    for replica in cluster.replicas:
        replica.tells_its_id = False


def _newer_rows(document: Document) -> None:
    tables = document["rethink_system_tables"]
    for row in tables["stats"] + tables["table_config"]:
        row["added_in_a_newer_version"] = {"of": ["any", "form", None]}
    tables["stats"] += [{"id": ["region", "f2f0"], "error": "Timed out. Unable to retrieve stats."}, {"id": ["new"]}]
    for row in tables["table_config"]:
        row["write_hook"] = None


@scene("newer-rethinkdb", "A newer RethinkDB: unknown keys and rows in its system tables.", sound=True)
def newer_rethinkdb(cluster: Cluster, _expect: Expectations) -> None:
    cluster.edits.append(_newer_rows)


@scene("connected-by-uuid", "The database servers name one another by UUID in connected_to.", sound=True)
def connected_by_uuid(cluster: Cluster, _expect: Expectations) -> None:
    uuids = {replica.server: replica.uuid for replica in cluster.replicas}

    def edit(document: Document) -> None:
        for row in document["rethink_system_tables"]["server_status"]:
            connected = row["network"]["connected_to"]
            row["network"]["connected_to"] = {uuids[name]: value for name, value in connected.items()}

    cluster.edits.append(edit)


def _lower_case(right: Reply) -> Reply:
    answer = {key.lower(): value for key, value in json.loads(right.body).items()}
    return replace(right, body=json.dumps(answer | {"uptime": 12}).encode())


def _newer_keys(document: Document) -> None:
    document["current_issues"] = []
    document["etcd_status"] = {"members": None}
    document["rethink_system_tables"] |= {"logs": [], "server_config": [{"id": "x"}]}


@scene("newer-keys", "Keys in lower case, in other places, and some that nobody knows.", sound=True)
def newer_keys(cluster: Cluster, _expect: Expectations) -> None:
    cluster.faults["/_ping"] = _lower_case
    cluster.edits.append(_newer_keys)


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


if _has_ipv6():
    scene("ipv6-addresses", "The replicas are asked at IPv6 addresses.", sound=True, address="::1")(healthy)
