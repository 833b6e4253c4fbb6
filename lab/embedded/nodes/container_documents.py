"""Containers as the Engine API shows them: in the list, and inspected. Forms of moby 20.10, and of newer APIs."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from lab.embedded.nodes.clock import NEVER, nano, roughly
from lab.embedded.nodes.container import Container, Mount
from lab.embedded.nodes.generations import DNS_NAMES, FEW_SETTINGS, MANIFESTS, Api
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import Swarm


def image_id(image: str) -> str:
    return f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def endpoint_id(container: Container, network: str) -> str:
    return hashlib.sha256(f"{container.id} {network}".encode()).hexdigest()


def status(container: Container, age: timedelta) -> str:
    """The words of `docker ps`; `age`: since it was started or ended."""
    ago = roughly(age)
    match container.state:
        case "running":
            return f"Up {ago}" + (f" ({container.health})" if container.health else "")
        case "paused":
            return f"Up {ago} (Paused)"
        case "restarting":
            return f"Restarting ({container.exit_code}) {ago} ago"
        case "exited":
            return f"Exited ({container.exit_code}) {ago} ago"
        case other:
            return other.capitalize()


class Documents:
    """Containers of one node. `started`: when the cluster started, by this node's clock; ages count from there.

    api: the version of it that was asked by, which decides on the form.
    """

    def __init__(self, node: Node, swarm: Swarm, started: datetime, now: datetime, api: Api) -> None:
        self._node = node
        self._swarm = swarm
        self._started = started
        self._now = now
        self._api = api

    def _at(self, ago: timedelta | None) -> str:
        return NEVER if ago is None else nano(self._started - ago)

    def _age(self, ago: timedelta | None) -> timedelta:
        return self._now - self._started + (ago or timedelta())

    def _networks(self, container: Container) -> dict[str, Any]:
        endpoints = {name: self._endpoint(container, name, address) for name, address in container.networks.items()}
        if self._api >= DNS_NAMES:
            for endpoint in endpoints.values():
                endpoint |= {"IPAMConfig": None, "DNSNames": [container.name, container.id[:12]]}
        return endpoints

    def _endpoint(self, container: Container, name: str, address: str) -> dict[str, Any]:
        network = self._swarm.networks.get(name)
        last = address.rpartition(".")[2] if address else ""
        return {
            "IPAMConfig": {},
            "Links": None,
            "Aliases": None,
            "NetworkID": self._node.network_ids.get(name) or (network.id if network else name),
            "EndpointID": endpoint_id(container, name) if address else "",
            "Gateway": "",
            "IPAddress": address,
            "IPPrefixLen": 24 if address else 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "MacAddress": f"02:42:0a:01:00:{int(last):02x}" if last else "",
            "DriverOpts": None,
        }

    def _mount(self, mount: Mount) -> dict[str, Any]:
        common = {"Destination": mount.target, "RW": not mount.read_only, "Propagation": ""}
        if mount.source.startswith("/"):
            return {"Type": "bind", "Source": mount.source, "Mode": ""} | common
        volume = self._node.volumes.get(mount.source)
        path = f"{self._node.data_root}/volumes/{mount.source}/_data"
        driver = volume.driver if volume else "local"
        return {"Type": "volume", "Name": mount.source, "Source": path, "Driver": driver, "Mode": "z"} | common

    def listed(self, container: Container) -> dict[str, Any]:
        """A row of GET /containers/json."""
        since = container.finished if container.state in ("exited", "restarting") else container.started
        program = " ".join([*container.entrypoint, *container.command])
        return {
            "Id": container.id,
            "Names": [f"/{container.name}"],
            "Image": container.image,
            "ImageID": image_id(container.image),
            "Command": program,
            "Created": int((self._started - container.created).timestamp()),
            "Ports": [
                {"IP": "0.0.0.0", "PrivatePort": inner, "PublicPort": outer, "Type": "tcp"}  # noqa: S104 -- as told
                for inner, outer in container.ports.items()
                if container.runs
            ],
            "Labels": container.labels,
            "State": container.state,
            "Status": status(container, self._age(since)),
            "HostConfig": {"NetworkMode": next(iter(container.networks), "default")},
            "NetworkSettings": {"Networks": self._networks(container)},
            "Mounts": [self._mount(mount) for mount in container.mounts],
        } | ({"Health": self._short_health(container)} if self._api >= FEW_SETTINGS else {})

    @staticmethod
    def _short_health(container: Container) -> dict[str, Any]:
        failing = 3 if container.health == "unhealthy" else 0
        return {"Status": container.health or "none", "FailingStreak": failing}

    def _state(self, container: Container) -> dict[str, Any]:
        health: dict[str, Any] = {
            "Status": container.health,
            "FailingStreak": 3 if container.health == "unhealthy" else 0,
            "Log": [],
        }
        return {
            "Status": container.state,
            "Running": container.state in ("running", "paused", "restarting"),
            "Paused": container.state == "paused",
            "Restarting": container.state == "restarting",
            "OOMKilled": container.oom_killed,
            "Dead": container.state == "dead",
            "Pid": container.pid,
            "ExitCode": container.exit_code,
            "Error": container.error,
            "StartedAt": self._at(container.started),
            "FinishedAt": self._at(container.finished),
        } | ({"Health": health} if container.health else {})

    def _host_config(self, container: Container) -> dict[str, Any]:
        bound = {f"{inner}/tcp": [{"HostIp": "", "HostPort": str(outer)}] for inner, outer in container.ports.items()}
        return {
            "Binds": [
                f"{mount.source}:{mount.target}" + (":ro" if mount.read_only else "") for mount in container.mounts
            ],
            "NetworkMode": next(iter(container.networks), "default"),
            "PortBindings": bound,
            "RestartPolicy": {"Name": container.restart_policy, "MaximumRetryCount": 0},
            "AutoRemove": container.auto_remove,
            "Memory": container.memory,
            "NanoCpus": container.nano_cpus,
            "LogConfig": {"Type": "json-file", "Config": {}},
        }

    def inspected(self, container: Container) -> dict[str, Any]:
        """GET /containers/{id}/json."""
        program = [*container.entrypoint, *container.command]
        return {
            "Id": container.id,
            "Created": self._at(container.created),
            "Path": program[0] if program else "",
            "Args": program[1:],
            "State": self._state(container),
            "Image": image_id(container.image),
            "Name": f"/{container.name}",
            "RestartCount": container.restarts,
            "Driver": self._driver,
            "Platform": "linux",
            "HostConfig": self._host_config(container),
            "Mounts": [self._mount(mount) for mount in container.mounts],
            "Config": {
                "Hostname": container.id[:12],
                "User": "",
                "AttachStdin": container.open_stdin,
                "AttachStdout": True,
                "AttachStderr": True,
                "Tty": container.tty,
                "OpenStdin": container.open_stdin,
                "StdinOnce": container.open_stdin,
                "Env": container.environment,
                "Cmd": container.command,
                "Image": container.image,
                "Volumes": None,
                "WorkingDir": "/",
                "Entrypoint": container.entrypoint or None,
                "Labels": container.labels,
            },
            "NetworkSettings": self._network_settings(container),
        } | self._layers(container)

    @property
    def _driver(self) -> str:
        return "overlayfs" if self._node.containerd_images else "overlay2"

    def _layers(self, container: Container) -> dict[str, Any]:
        """Where the container's files are: GraphDriver, and in its place Storage where containerd keeps them."""
        if not self._node.containerd_images:
            data = {"MergedDir": f"{self._node.data_root}/overlay2/{container.id}/merged"}
            return {"GraphDriver": {"Name": self._driver, "Data": data}}
        manifest = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": image_id(container.image)}
        newer = {"ImageManifestDescriptor": manifest | {"size": 1_200}} if self._api >= MANIFESTS else {}
        if self._api >= FEW_SETTINGS:
            return newer | {"Storage": {"RootFS": {"Snapshot": {"Name": self._driver}}}}
        return newer | {"GraphDriver": {"Name": self._driver, "Data": None}}

    def _network_settings(self, container: Container) -> dict[str, Any]:
        """Until API 1.52 with what was the default bridge's: empty on any other network."""
        own = {
            "SandboxID": "",
            "SandboxKey": "",
            "Ports": self._ports(container),
            "Networks": self._networks(container),
        }
        if self._api >= FEW_SETTINGS:
            return own
        return own | {
            "Bridge": "",
            "HairpinMode": False,
            "LinkLocalIPv6Address": "",
            "LinkLocalIPv6PrefixLen": 0,
            "SecondaryIPAddresses": None,
            "SecondaryIPv6Addresses": None,
            "EndpointID": "",
            "Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "IPAddress": "",
            "IPPrefixLen": 0,
            "IPv6Gateway": "",
            "MacAddress": "",
        }

    @staticmethod
    def _ports(container: Container) -> dict[str, Any]:
        if not container.runs:
            return {}
        host = "0.0.0.0"  # noqa: S104 -- told, not listened on
        return {f"{inner}/tcp": [{"HostIp": host, "HostPort": str(outer)}] for inner, outer in container.ports.items()}
