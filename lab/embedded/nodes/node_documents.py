"""What an engine tells of its node, networks, volumes, images and the swarm. Forms of moby 20.10 and of newer APIs."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from lab.embedded.nodes import dated
from lab.embedded.nodes.clock import nano
from lab.embedded.nodes.container import Volume
from lab.embedded.nodes.container_documents import endpoint_id, image_id
from lab.embedded.nodes.generations import CONTAINERD, DNS_NAMES, FIREWALL, Api
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import Network, Swarm

KERNEL = "5.4.0-150-generic"
BUILT_IN = {"host": "host", "none": "null"}


def version(node: Node) -> dict[str, Any]:
    return {
        "Platform": {"Name": "Mirantis Container Runtime"},
        "Components": [{"Name": "Engine", "Version": node.engine.version}],
        "Version": node.engine.version,
        "ApiVersion": node.engine.api,
        "MinAPIVersion": node.engine.oldest,
        "GitCommit": "5d6db84",
        "GoVersion": "go1.19.7",
        "Os": "linux",
        "Arch": "amd64",
        "KernelVersion": KERNEL,
        "BuildTime": "2023-04-04T18:18:13.000000000+00:00",
    }


def _swarm_of(node: Node, swarm: Swarm) -> dict[str, Any]:
    if not node.in_swarm:
        return {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": False, "Error": "",
                "RemoteManagers": None}  # fmt: skip
    if node.clone:
        return _swarm_of(replace(node, id=node.clone, clone="", manages=True), Swarm([replace(node, id=node.clone)]))
    managing = [other for other in swarm.nodes if other.manages]
    told: dict[str, Any] = {
        "NodeID": node.id,
        "NodeAddr": node.in_swarm_at,
        "LocalNodeState": "active",
        "ControlAvailable": node.manages,
        "Error": node.swarm_error if node.manages else "",
        "RemoteManagers": [{"NodeID": other.id, "Addr": f"{other.in_swarm_at}:2377"} for other in managing],
    }
    if node.manages and not node.swarm_error:
        told |= {"Nodes": len(swarm.nodes), "Managers": len(managing), "Cluster": _cluster(swarm)}
    return told


def _cluster(swarm: Swarm) -> dict[str, Any]:
    """What managers say of the swarm itself."""
    return {"ID": swarm.id, "Spec": {"Name": "default", "EncryptionConfig": {"AutoLockManagers": swarm.autolock}}}


def info(node: Node, swarm: Swarm, now: datetime, api: Api) -> dict[str, Any]:
    newer: dict[str, Any] = {}
    if api >= CONTAINERD:
        spaces = {"Containers": "moby", "Plugins": "plugins.moby"}
        newer["Containerd"] = {"Address": "/run/containerd/containerd.sock", "Namespaces": spaces}
    if api >= FIREWALL:
        newer["FirewallBackend"] = {"Driver": "iptables"}
    return _info(node, swarm, now) | newer


def _info(node: Node, swarm: Swarm, now: datetime) -> dict[str, Any]:
    states = [container.state for container in node.containers]
    return {
        "ID": ":".join(node.id[start : start + 4].upper() for start in range(0, 24, 4)),
        "Containers": len(states),
        "ContainersRunning": states.count("running") + states.count("restarting"),
        "ContainersPaused": states.count("paused"),
        "ContainersStopped": len([state for state in states if state in ("exited", "created", "dead")]),
        "Images": len(node.images),
        "Driver": "overlayfs" if node.containerd_images else "overlay2",
        "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]]
        if node.containerd_images
        else [["Backing Filesystem", "xfs"], ["Supports d_type", "true"], ["userxattr", "false"]],
        "LoggingDriver": "json-file",
        "CgroupDriver": "cgroupfs",
        "SystemTime": nano(now),
        "KernelVersion": KERNEL,
        "OperatingSystem": "Ubuntu 20.04.6 LTS",
        "OSType": "linux",
        "Architecture": "x86_64",
        "NCPU": node.processors,
        "MemTotal": node.memory * 1024,
        "DockerRootDir": node.data_root,
        "HttpProxy": node.proxy,
        "HttpsProxy": node.proxy,
        "NoProxy": "",
        "RegistryConfig": {"Mirrors": [], "IndexConfigs": {"docker.io": {"Name": "docker.io", "Secure": True}}},
        "Name": node.name,
        "Labels": [],
        "ServerVersion": node.engine.version,
        "Swarm": _swarm_of(node, swarm),
        "LiveRestoreEnabled": False,
        "SecurityOptions": ["name=apparmor", "name=seccomp,profile=default"],
        "Warnings": None,
    }


def _status(node: Node) -> dict[str, Any]:
    if node.down:
        return {"State": "down", "Message": "heartbeat failure", "Addr": node.in_swarm_at}
    # As seen: a manager that lists itself may not know at which of its addresses others reach it.
    return {"State": "ready", "Addr": "0.0.0.0" if node.manages and node.number == 1 else node.in_swarm_at}  # noqa: S104


def swarm_node(node: Node, swarm: Swarm, started: datetime) -> dict[str, Any]:
    """A row of GET /nodes."""
    role = "manager" if node.manages else "worker"
    row: dict[str, Any] = {
        "ID": node.id,
        "Version": {"Index": 9 + node.number},
        "CreatedAt": nano(started),
        "UpdatedAt": nano(started),
        "Spec": {"Labels": dict(node.labels), "Role": role, "Availability": node.availability},
        "Description": {
            "Hostname": node.name,
            "Platform": {"Architecture": "x86_64", "OS": "linux"},
            "Resources": {"NanoCPUs": node.processors * 10**9, "MemoryBytes": node.memory * 1024},
            "Engine": {"EngineVersion": node.engine.version},
            "TLSInfo": {
                "TrustRoot": dated.trusted(swarm.older_ca, swarm.ca),
                "CertIssuerSubject": "",
                "CertIssuerPublicKey": "",
            },
        },
        "Status": _status(node),
    }
    if node.manages:
        leads = {"Leader": True} if swarm.leader == node.name else {}
        reachability = "reachable" if node.reachable else "unreachable"
        row["ManagerStatus"] = leads | {"Reachability": reachability, "Addr": f"{node.in_swarm_at}:2377"}
    return row


def _network(name: str, network_id: str, driver: str, scope: str, created: datetime) -> dict[str, Any]:
    return {
        "Name": name,
        "Id": network_id,
        "Created": nano(created),
        "Scope": scope,
        "Driver": driver,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": None, "Config": []},
        "Internal": False,
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": {},
        "Options": {},
        "Labels": {},
    }


def _has(node: Node, network: Network) -> bool:
    """Whether anything on it has an address there."""
    return any(each.runs and each.networks.get(network.name) for each in node.containers)


def knows(node: Node, network: Network) -> bool:
    """Swarm managers know every overlay network; a worker those that a container on it is attached to."""
    if not node.in_swarm or network.name in node.lost_networks:
        return False
    return node.manages or any(network.name in container.networks for container in node.containers)


def _overlay(node: Node, network: Network, swarm: Swarm, started: datetime, *, whole: bool) -> dict[str, Any]:
    scope = "swarm" if network.driver == "overlay" else "local"
    network_id = node.network_ids.get(network.name, network.id)
    row = _network(network.name, network_id, network.driver, scope, started - network.created)
    row["Attachable"] = network.attachable
    row["IPAM"]["Config"] = [{"Subnet": network.prefix, "Gateway": f"{network.subnet}.1"}]
    row["Options"] = {"com.docker.network.driver.overlay.vxlanid_list": "4097"}
    if network.encrypted:
        row["Options"]["encrypted"] = ""
    if whole:
        row["Containers"] = {
            container.id: {
                "Name": container.name,
                "EndpointID": endpoint_id(container, network.name),
                "IPv4Address": f"{address}/{network.length}",
                "IPv6Address": "",
            }
            for container in node.containers
            if container.runs and (address := container.networks.get(network.name))
        }
        if _has(node, network) and node in swarm.nodes:
            row["Containers"][f"lb-{network.name}"] = {
                "Name": f"{network.name}-endpoint",
                "EndpointID": hashlib.sha256(f"{node.id} {network.name}".encode()).hexdigest(),
                "IPv4Address": f"{swarm.balancer_address(network.name, node)}/{network.length}",
                "IPv6Address": "",
            }
        peers = [other for other in swarm.nodes if other.connected and _has(other, network)]
        row["Peers"] = [{"Name": other.id[:12], "IP": other.in_swarm_at} for other in peers]
    return row


def _local(node: Node, name: str, driver: str, started: datetime) -> dict[str, Any]:
    return _network(name, hashlib.sha256(f"{node.id}{name}".encode()).hexdigest(), driver, "local", started)


def networks(node: Node, swarm: Swarm, started: datetime, *, whole: bool = False) -> list[dict[str, Any]]:
    """GET /networks; `whole`: with the containers and peers that only an inspection tells."""
    local = [_local(node, name, driver, started) for name, driver in BUILT_IN.items()]
    for name, subnet in node.bridges.items():
        row = _local(node, name, "bridge", started)
        row["IPAM"]["Config"] = [{"Subnet": subnet}]
        local.append(row)
    known = [network for network in swarm.networks.values() if knows(node, network)]
    return local + [_overlay(node, network, swarm, started, whole=whole) for network in known]


def volume(node: Node, one: Volume, started: datetime) -> dict[str, Any]:
    return {
        "CreatedAt": nano(started - one.created),
        "Driver": one.driver,
        "Labels": one.labels or None,
        "Mountpoint": f"{node.data_root}/volumes/{one.name}/_data",
        "Name": one.name,
        "Options": one.options or None,
        "Scope": "local",
    }


def image(name: str, api: Api) -> dict[str, Any]:
    """A row of GET /images/json, and what little of an inspection anybody needs."""
    size = {"Size": 57_000_000} | ({} if api >= DNS_NAMES else {"VirtualSize": 57_000_000})
    return {
        "Id": image_id(name),
        "RepoTags": [] if "@" in name else [name],
        "RepoDigests": [name] if "@" in name else [],
        "Created": 1_620_000_000,
        "Labels": {},
        "Containers": -1,
    } | size
