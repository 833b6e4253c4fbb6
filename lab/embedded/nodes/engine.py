"""One node's Docker engine: which question gets which answer. What it changes is in `lifecycle`."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from lab.embedded.nodes import node_documents as told
from lab.embedded.nodes.clock import nano
from lab.embedded.nodes.container import Container
from lab.embedded.nodes.container_documents import Documents
from lab.embedded.nodes.generations import number
from lab.embedded.nodes.http import Answer, Question, date, frames, refused
from lab.embedded.nodes.lifecycle import Lifecycle
from lab.embedded.nodes.running import ERR, OUT, Frame
from lab.embedded.nodes.state import Node
from lab.embedded.nodes.swarm import Swarm

NOT_MANAGING = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)
NO_SWARM = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)

Route = Callable[["Engine", Question, str], Answer]


class Engine:
    """Answers for one node. `record` is told (node, question, status) of every request."""

    def __init__(
        self, node: Node, swarm: Swarm, started: datetime, lifecycle: Lifecycle,
        record: Callable[[str, Question, int], None],
    ) -> None:  # fmt: skip
        self._node = node
        self._swarm = swarm
        self._lifecycle = lifecycle
        self._record = record
        self._started = started + node.clock_ahead

    def headers(self) -> dict[str, str]:
        node = self._node
        return {
            "Api-Version": node.engine.api,
            "Docker-Experimental": "false",
            "Ostype": "linux",
            "Server": f"Docker/{node.engine.version} (linux)",
            "Date": date(node.clock_ahead.total_seconds()),
        }

    def answer(self, asked: Question) -> Answer:
        """The answer of this engine, 404 for what it does not know and 400 for a version that it does not speak."""
        version, path = versioned(asked.path)
        spoken = self._node.engine
        if version and number(version) > number(spoken.api):
            answer = refused(400, f"client version {version} is too new. Maximum supported API version is "
                                  f"{spoken.api}")  # fmt: skip
        elif version and number(version) < number(spoken.oldest):
            answer = refused(400, f"client version {version} is too old. Minimum supported API version is "
                                  f"{spoken.oldest}, please upgrade your client to a newer version")  # fmt: skip
        else:
            answer = self._routed(replace(asked, path=path, api=version or spoken.api))
        self._record(self._node.name, asked, 0 if answer.hung else answer.status)
        return answer

    def _routed(self, asked: Question) -> Answer:
        for method, pattern, topic, route in _ROUTES:
            found = re.fullmatch(pattern, asked.path)
            if found and asked.method in (method, "HEAD" if method == "GET" else method):
                if topic in self._node.hung or "everything" in self._node.hung:
                    return Answer(0, hung=True)
                subject = unquote(found.group(1)) if found.groups() else ""
                return replace(route(self, asked, subject), delay=self._node.waits.get(topic, 0.0))
        return refused(404, "page not found")

    def has(self, subject: str) -> bool:
        """A container with that id or name, or a program that was started in one."""
        return self._node.named(subject) is not None or self._lifecycle.has(subject)

    def _documents(self, asked: Question) -> Documents:
        now = datetime.now(UTC) + self._node.clock_ahead
        return Documents(self._node, self._swarm, self._started, now, number(asked.api))

    # -- what is read

    def _ping(self, _asked: Question, _: str) -> Answer:
        return Answer(200, raw=b"OK")

    def _version(self, _asked: Question, _: str) -> Answer:
        return Answer(200, told.version(self._node))

    def _info(self, asked: Question, _: str) -> Answer:
        now = datetime.now(UTC) + self._node.clock_ahead
        return Answer(200, told.info(self._node, self._swarm, now, number(asked.api)))

    def _containers(self, asked: Question, _: str) -> Answer:
        filters = _filters(asked)
        everything = asked.says("all") or "status" in filters
        rows = [
            self._documents(asked).listed(container)
            for container in reversed(self._node.containers)
            if (everything or container.state in ("running", "paused", "restarting")) and _fits(container, filters)
        ]
        limit = int(asked.query.get("limit", "-1"))
        return Answer(200, rows[:limit] if limit > 0 else rows)

    def _container(self, asked: Question, name: str) -> Answer:
        container = self._node.named(name)
        return Answer(200, self._documents(asked).inspected(container)) if container else _no_container(name)

    def _logs(self, asked: Question, name: str) -> Answer:
        container = self._node.named(name)
        if container is None:
            return _no_container(name)
        lines = [line for line in self._log(container) if line[0] >= _moment(asked.query.get("since"))]
        wanted = {kind for kind, key in ((OUT, "stdout"), (ERR, "stderr")) if asked.says(key)}
        pieces = [(moment, frame) for moment, frame in lines if frame[0] in wanted]
        tail = asked.query.get("tail", "all")
        pieces = pieces[max(0, len(pieces) - int(tail)) :] if tail.isdigit() else pieces
        if asked.says("timestamps"):
            pieces = [(at, (kind, f"{nano(at)} ".encode() + text)) for at, (kind, text) in pieces]
        body = [frame for _, frame in pieces]
        return Answer(200, raw=b"".join(text for _, text in body) if container.tty else frames(body))

    def _log(self, container: Container) -> Iterator[tuple[datetime, Frame]]:
        for line in container.log:
            kind = OUT if line.stream == "stdout" else ERR
            yield self._started - line.ago, (kind, f"{line.text}\n".encode())
        if container.running is not None:
            for frame in container.running.frames(0, 0):
                yield datetime.now(UTC), frame

    def _networks(self, asked: Question, _: str) -> Answer:
        names = _filters(asked).get("name")
        rows = told.networks(self._node, self._swarm, self._started)
        return Answer(200, [row for row in rows if not names or any(name in row["Name"] for name in names)])

    def _network(self, _asked: Question, name: str) -> Answer:
        for row in told.networks(self._node, self._swarm, self._started, whole=True):
            if name in (row["Name"], row["Id"]):
                return Answer(200, row)
        return refused(404, f"network {name} not found")

    def _volumes(self, _asked: Question, _: str) -> Answer:
        rows = [told.volume(self._node, volume, self._started) for volume in self._node.volumes.values()]
        return Answer(200, {"Volumes": rows, "Warnings": None})

    def _volume(self, _asked: Question, name: str) -> Answer:
        volume = self._node.volumes.get(name)
        return Answer(200, told.volume(self._node, volume, self._started)) if volume else refused(
            404, f"get {name}: no such volume"
        )  # fmt: skip

    def _images(self, asked: Question, _: str) -> Answer:
        return Answer(200, [told.image(name, number(asked.api)) for name in self._node.images])

    def _image(self, asked: Question, name: str) -> Answer:
        if name not in self._node.images:
            return refused(404, f"No such image: {name}")
        return Answer(200, told.image(name, number(asked.api)))

    def _nodes(self, _asked: Question, _: str) -> Answer:
        if not self._node.in_swarm:
            return refused(503, NO_SWARM)
        if not self._node.manages:
            return refused(503, NOT_MANAGING)
        if self._node.swarm_error:
            return refused(500, self._node.swarm_error)
        if self._node.clone:
            own = replace(self._node, id=self._node.clone)
            return Answer(200, [told.swarm_node(own, Swarm([own], leader=own.name), self._started)])
        return Answer(200, [told.swarm_node(node, self._swarm, self._started) for node in self._swarm.nodes])

    def _services(self, asked: Question, _: str) -> Answer:
        nodes = self._nodes(asked, "")
        return Answer(200, []) if nodes.status == 200 else nodes

    # -- what changes something

    def _changing(self, asked: Question, subject: str) -> Answer:
        return self._lifecycle.answer(asked, subject)


def versioned(path: str) -> tuple[str, str]:
    """The version of the API in front of a path, "" without one, and the path after it."""
    found = re.match(r"/v(\d+\.\d+)(?=/)", path)
    return (found.group(1), path[found.end() :]) if found else ("", path)


def _no_container(name: str) -> Answer:
    return refused(404, f"No such container: {name}")


def _filters(asked: Question) -> dict[str, list[str]]:
    """Both forms that clients send: lists, and the older maps of true."""
    filters: dict[str, Any] = json.loads(asked.query.get("filters") or "{}")
    return {key: list(values) for key, values in filters.items()}


def _fits(container: Container, filters: dict[str, list[str]]) -> bool:
    """As Docker: the values of one key are alternatives, labels excepted; names are regular expressions."""
    labels = [label.partition("=") for label in filters.get("label", ())]
    if not all(key in container.labels and (not sign or container.labels[key] == value) for key, sign, value in labels):
        return False
    tests: dict[str, Callable[[str], bool]] = {
        "name": lambda value: bool(re.search(value, container.name) or re.search(value, f"/{container.name}")),
        "id": container.id.startswith,
        "status": lambda value: container.state == value,
        "network": lambda value: value in container.networks,
        "volume": lambda value: any(value in (mount.source, mount.target) for mount in container.mounts),
        "health": lambda value: (container.health or "none") == value,
        "ancestor": lambda value: value in (container.image, container.image.rpartition(":")[0]),
    }
    return all(any(tests[key](value) for value in values) for key, values in filters.items() if key in tests)


def _moment(text: str | None) -> datetime:
    return datetime.fromtimestamp(float(text), UTC) if text else datetime.fromtimestamp(0, UTC)


_NAME = r"([^/]+)"
_ROUTES: tuple[tuple[str, str, str, Route], ...] = (
    ("GET", "/_ping", "ping", Engine._ping),
    ("GET", "/version", "version", Engine._version),
    ("GET", "/info", "info", Engine._info),
    ("GET", "/containers/json", "containers", Engine._containers),
    ("GET", f"/containers/{_NAME}/json", "inspect", Engine._container),
    ("GET", f"/containers/{_NAME}/logs", "logs", Engine._logs),
    ("GET", "/networks", "networks", Engine._networks),
    ("GET", f"/networks/{_NAME}", "networks", Engine._network),
    ("GET", "/volumes", "volumes", Engine._volumes),
    ("GET", f"/volumes/{_NAME}", "volumes", Engine._volume),
    ("GET", "/images/json", "images", Engine._images),
    ("GET", r"/images/(.+)/json", "images", Engine._image),
    ("GET", "/nodes", "nodes", Engine._nodes),
    ("GET", "/services", "nodes", Engine._services),
    ("GET", f"/exec/{_NAME}/json", "inspect", Engine._changing),
    ("POST", "/containers/create", "create", Engine._changing),
    ("POST", f"/containers/{_NAME}/start", "start", Engine._changing),
    ("POST", f"/containers/{_NAME}/exec", "exec", Engine._changing),
    ("POST", f"/exec/{_NAME}/start", "exec", Engine._changing),
    ("POST", f"/containers/{_NAME}/attach", "attach", Engine._changing),
    ("POST", f"/containers/{_NAME}/wait", "wait", Engine._changing),
    ("POST", f"/containers/{_NAME}/(?:stop|kill)", "stop", Engine._changing),
    ("DELETE", f"/containers/{_NAME}", "remove", Engine._changing),
)
