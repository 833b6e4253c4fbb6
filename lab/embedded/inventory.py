"""The inventory of a stand-in cluster, and the secret files beside it."""

from pathlib import Path
from typing import Any

import yaml

from lab.embedded.backups import write_backups
from lab.embedded.blobs import write_storage
from lab.embedded.certificates import Authority
from lab.embedded.nodes import login
from lab.embedded.nodes.state import Node
from lab.embedded.product import VERSION
from lab.embedded.reql.certificates import DatabaseAuthority, name_of
from lab.embedded.state import Account, Cluster, Replica


def _secret_file(directory: Path, name: str, value: str) -> str:
    path = directory / name
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(value + "\n", encoding="utf-8")
    return f"file:{name}"


def _log_in(directory: Path, account: Account, *, token: bool) -> dict[str, Any]:
    kind = "token" if token else "password"
    works = account.token if token else account.password
    return {
        "username": account.name,
        kind: _secret_file(directory, f"{account.name}-{kind}", account.listed or works),
    }


def _node(cluster: Cluster, node: Node, directory: Path) -> dict[str, Any]:
    """Its ways in: its engine with a client certificate, and a command that stands for a log-in."""
    reached = cluster.swarm.node(node.leads_to or node.name)
    # As people write it: the same machine by another name.
    host, sh = ("localhost", "/bin/sh") if node.leads_to else ("127.0.0.1", "sh")
    ways: dict[str, dict[str, Any]] = {
        "docker": {"docker": f"tcp://{host}:{reached.port}", "tls": f"certs/{reached.name}/"},
        "bundle": {"docker": "bundle"},
        "shell": {"shell": {"command": [sh, *login.command(reached, directory)[1:]]}},
    }
    listed: dict[str, Any] = {"name": node.name}
    for way in node.listed_ways:
        listed |= ways[way]
    return listed


def _database(cluster: Cluster, directory: Path, authority: DatabaseAuthority) -> dict[str, Any]:
    rethink = cluster.rethink
    if rethink.via == "rethinkcli":
        return {"via": "rethinkcli"}
    password = rethink.listed or rethink.passwords[rethink.user]
    named = authority.write(directory, rethink.client)
    known = {"password": _secret_file(directory, "rethinkdb-password", password)} if password else {}
    return {"via": "driver", "user": rethink.user, **known, **named}


def _replica(cluster: Cluster, replica: Replica) -> dict[str, Any]:
    row: dict[str, Any] = {"id": replica.id, "node": replica.node, "address": replica.listed_address or replica.address}
    row["port"] = replica.listed_port or replica.port
    if cluster.rethink.via == "driver" and cluster.rethink.in_inventory:
        port = replica.reql.listed_port or replica.reql.port
        row["rethinkdb"] = {
            "address": replica.address,
            "port": port,
            "name": name_of(replica.reql.listed_name or replica.id),
        }
    return row


def _stated(cluster: Cluster) -> dict[str, str]:
    """What only the operator can say of MKE, and the client bundle."""
    bundle = {"bundle": "ucp-bundle/"} if cluster.mke.has_bundle else {}
    return bundle | ({"version": cluster.mke.listed_version} if cluster.mke.listed_version else {})


def write_inventory(
    cluster: Cluster, directory: Path, authority: Authority, database: DatabaseAuthority, *, token: bool
) -> Path:
    """Write inventory.yaml into `directory` and return its path; `token`: the administrator has an access token."""
    directory.mkdir(parents=True, exist_ok=True)
    admin, reader = cluster.account("admin"), cluster.account("ci")
    presented = [cluster.balancer.certificate, *(replica.certificate for replica in cluster.replicas)]
    inventory: dict[str, Any] = {
        "cluster": "demo",
        "product": {"name": "MSR", "version": VERSION},
        "url": f"https://{cluster.public_name}",
        "tls": {"ca": authority.write(directory, presented)},
        "mke": {"url": f"https://localhost:{cluster.mke.port}", "ca": ["ca.pem"], **_stated(cluster)},
        "accounts": {
            "admin": _log_in(directory, admin, token=token),
            "readers": [
                _log_in(directory, reader, token=False)
                | {"reads": list(reader.listed_reads), "cannot_read": ["finance/ledger"]}
            ],
        },
        "nodes": [_node(cluster, node, directory.absolute()) for node in cluster.swarm.nodes if node.listed],
        "replicas": [_replica(cluster, replica) for replica in cluster.replicas],
    }
    if cluster.images:
        inventory["pull"] = [{"image": f"{image.repository}:{image.tag}"} for image in cluster.images]
    if cluster.object_storage.in_use and cluster.object_storage.listed:
        inventory["storage"] = {"hosts": [cluster.object_storage.host]}
    if cluster.sample:
        inventory["storage"] = inventory.get("storage", {}) | {"sample": cluster.sample}
    if cluster.backups:
        inventory["backup"] = write_backups(cluster, directory)
    if cluster.rethink.in_inventory:
        inventory["rethinkdb"] = _database(cluster, directory, database)
    for node in cluster.swarm.nodes:
        login.write(node, directory.absolute(), cluster.started)
    write_storage(cluster, directory.absolute())
    path = directory / "inventory.yaml"
    path.write_text(yaml.safe_dump(inventory | cluster.inventory, sort_keys=False), encoding="utf-8")
    return path
