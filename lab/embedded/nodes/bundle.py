"""MKE as a client bundle shows it: one engine of all nodes, where names of containers and volumes carry `<node>/`.

What is asked of one container goes on to the engine of its node; what is made is placed by a constraint.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lab.embedded.nodes.engine import Engine, versioned
from lab.embedded.nodes.http import Answer, Question, refused
from lab.embedded.nodes.state import Node
from lab.embedded.state import Cluster

CONSTRAINT = "constraint:node=="
REGISTRIES = "/api/ucp/config/dtr"
CONFIG = "/api/ucp/config-toml"


class Bundle:
    """Answers for all nodes of a swarm. `engines`: by the node's name."""

    def __init__(self, cluster: Cluster, engines: Mapping[str, Engine]) -> None:
        self._cluster = cluster
        self._swarm = cluster.swarm
        self._engines = engines

    def headers(self) -> dict[str, str]:
        return self._leading().headers() | {"Server": "ucp/3.4.8 (linux)"}

    def answer(self, asked: Question) -> Answer:
        """MKE's own health to anybody, all else to those with a certificate."""
        _, path = versioned(asked.path)
        if path == "/_ping":
            return self._healthy()
        if not asked.known or not self._cluster.mke.takes_bundle:
            return refused(401, "unauthorized")
        if path == REGISTRIES:
            return self._registries()
        if path == CONFIG:
            return self._config()
        if path == "/containers/json":
            return self._of_all(asked)
        if path == "/volumes":
            return self._volumes(asked)
        if path == "/containers/create":
            return self._created(asked)
        parts = path.strip("/").split("/")
        if parts[0] in ("containers", "exec") and len(parts) > 1:
            return self._of_one(asked, path, parts)
        return self._leading().answer(asked)

    def _healthy(self) -> Answer:
        status = self._cluster.mke.ping_status
        return Answer(status, raw=b"OK" if status == 200 else b"unhealthy manager\n")

    def _registries(self) -> Answer:
        """As Go writes it: null where there is none."""
        named = self._cluster.mke.registries
        addresses = [self._cluster.public_name] if named is None else named
        rows = [{"hostAddress": address, "serviceID": f"id-{address}", "caBundle": ""} for address in addresses]
        return Answer(200, {"registries": rows or None})

    def _config(self) -> Answer:
        """The parts of its configuration that it always exports; what others say of users may be secret."""
        lets = str(self._cluster.mke.admins_deploy).lower()
        lines = (
            "[auth]",
            '  default_new_user_role = "restrictedcontrol"',
            "[scheduling_configuration]",
            f"  enable_admin_ucp_scheduling = {lets}",
            '  default_node_orchestrator = "swarm"',
        )
        return Answer(200, raw="\n".join(lines).encode())

    def _leading(self) -> Engine:
        return self._engines[self._swarm.leader or self._swarm.nodes[0].name]

    def _live(self) -> list[Node]:
        return [node for node in self._swarm.nodes if not node.down]

    def _of_all(self, asked: Question) -> Answer:
        rows: list[dict[str, Any]] = []
        for node in self._live():
            listed = self._engines[node.name].answer(asked).value
            rows += [row | {"Names": [f"/{node.name}{name}" for name in row["Names"]]} for row in listed]
        return Answer(200, rows)

    def _volumes(self, asked: Question) -> Answer:
        rows: list[dict[str, Any]] = []
        for node in self._live():
            listed = self._engines[node.name].answer(asked).value["Volumes"]
            rows += [row | {"Name": f"{node.name}/{row['Name']}"} for row in listed]
        return Answer(200, {"Volumes": rows, "Warnings": None})

    def _created(self, asked: Question) -> Answer:
        environment = asked.body.get("Env") or []
        wanted = [entry.removeprefix(CONSTRAINT) for entry in environment if entry.startswith(CONSTRAINT)]
        node = wanted[0] if wanted else self._live()[0].name
        if node not in self._engines:
            return refused(500, f"Unable to find a node that satisfies the following conditions \n[node=={node}]")
        rest = [entry for entry in environment if not entry.startswith(CONSTRAINT)]
        return self._engines[node].answer(replace(asked, body=asked.body | {"Env": rest}))

    def _of_one(self, asked: Question, path: str, parts: list[str]) -> Answer:
        """By `<node>/<name>`, or by an id that one of the engines knows."""
        if parts[1] in self._engines and len(parts) > 2:
            node, name = parts[1], parts[2]
            told = self._engines[node].answer(replace(asked, path=path.replace(f"/{node}/{name}", f"/{name}", 1)))
            return self._named(node, told)
        for node, engine in self._engines.items():
            if engine.has(parts[1]):
                return self._named(node, engine.answer(asked))
        return refused(404, f"No such container: {parts[1]}")

    def _named(self, node: str, told: Answer) -> Answer:
        """An inspection tells the node, and its name in front of the container's."""
        if not isinstance(told.value, dict) or "Name" not in told.value or "State" not in told.value:
            return told
        address = self._swarm.node(node).address
        name = f"/{node}{told.value['Name']}"
        return replace(told, value=told.value | {"Name": name, "Node": {"Name": node, "IP": address}})
