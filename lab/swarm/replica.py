"""The nine containers of a replica, with the names, labels, volumes, restart policy and health check of the product.

They are plain containers, not services of the swarm; only nginx has a health check.
"""

import io
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from docker.errors import APIError

from lab.embedded.product import VERSION, image
from lab.swarm.commands import LabError, until
from lab.swarm.image import COMPONENTS, service
from lab.swarm.node import Node
from lab.swarm.plan import NETWORK

VOLUMES = {
    "rethinkdb": {"dtr-ca-{id}": "/ca", "dtr-rethink-{id}": "/data"},
    "registry": {"dtr-ca-{id}": "/ca", "dtr-registry-{id}": "/storage"},
    "notary-server": {"dtr-ca-{id}": "/ca", "dtr-notary-{id}": "/notary"},
    "notary-signer": {"dtr-ca-{id}": "/ca"},
    "scanningstore": {"dtr-ca-{id}": "/ca", "dtr-postgres-{id}": "/var/lib/postgresql"},
}
SECOND = 1_000_000_000
HEALTHCHECK = {
    "test": ["CMD-SHELL", "wget -q -O /dev/null http://127.0.0.1/nginx_status || exit 1"],
    "interval": 3 * SECOND,
    "timeout": 3 * SECOND,
    "retries": 2,
}
TRIES = 8
NOT_ATTACHED = (NETWORK, "attaching to network failed")
EVER = datetime.min.replace(tzinfo=UTC)


def name_of(component: str, replica: str) -> str:
    """The name of a component's container."""
    return f"dtr-{component}-{replica}"


def start(node: Node, files: dict[str, bytes]) -> None:
    """Create and start the nine containers of a node's replica; `files` go into its nginx's /etc/nginx."""
    for component in COMPONENTS:
        create(node, component, files if component == "nginx" else {})


def create(
    node: Node,
    component: str,
    files: dict[str, bytes] | None = None,
    *,
    version: str = VERSION,
    volumes: dict[str, str] | None = None,
    entrypoint: list[str] | None = None,
    memory: str | None = None,
) -> None:
    """Create and start one container of a node's replica; what is not given is as the product has it.

    version: of its labels and environment; the image stays the same. memory: its limit, such as "24m".
    """
    replica = node.replica
    name = name_of(component, replica)
    nginx = component == "nginx"
    mounts = VOLUMES.get(component, {"dtr-ca-{id}": "/ca"}) if volumes is None else volumes
    host = node.docker.create_host_config(
        binds=[f"{volume.format(id=replica)}:{at}" for volume, at in mounts.items()],
        restart_policy={"Name": "unless-stopped"},
        port_bindings={80: 80, 443: 443} if nginx else {},
        mem_limit=memory,
    )
    asked: dict[str, Any] = {
        "image": image(component),
        "name": name,
        "entrypoint": entrypoint or [service(component)],
        "environment": {"DTR_VERSION": version, "DTR_REPLICA_ID": replica},
        "labels": _labels(component, replica, version),
        "ports": [80, 443] if nginx else [],
        "host_config": host,
        "networking_config": {"EndpointsConfig": {NETWORK: {}}},
    }
    if nginx:
        asked["healthcheck"] = HEALTHCHECK
    node.docker.create_container(**asked)
    if files:
        node.docker.put_archive(name, "/etc/nginx", _packed(files))
    start_container(node, name)


def _labels(component: str, replica: str, version: str) -> dict[str, str]:
    return {
        "com.docker.dtr.version": version,
        "com.docker.dtr.replica": replica,
        "com.docker.compose.project": f"Docker Trusted Registry {version} - (Replica {replica})",
        "com.docker.compose.service": component,
        "com.docker.compose.oneoff": "False",
        "com.docker.compose.container-number": "1",
    }


def start_container(node: Node, name: str) -> None:
    """Docker 20.10 sometimes loses the first attachment of a node that just joined, or whose engine just started; a
    later one succeeds.
    """
    for left in reversed(range(TRIES)):
        try:
            node.docker.start(name)
        except APIError as error:
            if not left or not any(each in str(error) for each in NOT_ATTACHED):
                raise LabError(f"{name} does not start: {error.explanation}") from error
        else:
            return


def _packed(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def await_healthy(node: Node, since: datetime = EVER) -> None:
    """Wait until a health check of its nginx succeeded that began after `since`."""
    name = name_of("nginx", node.replica)

    def healthy() -> bool:
        health = node.docker.inspect_container(name)["State"]["Health"]
        fresh = [each for each in health["Log"] or [] if datetime.fromisoformat(each["Start"]) >= since]
        return bool(fresh and fresh[-1]["ExitCode"] == 0 and health["Status"] == "healthy")

    until(healthy, f"{name} healthy", seconds=60, pause=0.2)


def await_overlay(node: Node, replicas: Iterable[str]) -> None:
    """Wait until its database reaches those of all replicas by name.

    On a swarm that just came up a node now and then misses that another is on the network, and neither its names nor
    its packets get there; Docker repairs that within half a minute.
    """
    own = name_of("rethinkdb", node.replica)
    pings = " && ".join(f"ping -c 1 -W 1 {name_of('rethinkdb', each)}" for each in replicas)
    ask = f"timeout -k 1 15 docker exec {own} sh -c '{pings}' >/dev/null && echo reached"
    until(lambda: node.sh(ask, seconds=20), f"{own} reaches the others", seconds=60, pause=0.5)
