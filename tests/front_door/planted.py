"""Unique secrets, planted wherever an inventory or a cluster can hold one, and the search for them in reports."""

from __future__ import annotations

import json
import re
import sys
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from lab.embedded import Embedded
from lab.embedded.reply import Reply, as_json
from lab.embedded.state import Account, Cluster
from tests.front_door.staging import inventory_with
from tests.suite import Outcome

ALPHANUMERIC = re.compile(r"[0-9a-f]{12}")


def _core() -> str:
    """Twelve hexadecimal digits: no form of escaping changes them, so that they show wherever their secret does."""
    return token_hex(6)


def awkward() -> str:
    """A password with all that escaping, quoting and regular expressions trip over."""
    return f"""{_core()} it's"a\\{_core()} <b>&amp;%41%0a {_core()}+/=;,`$(x)#[.*]{{}}é漢🔑{_core()}"""


def plain() -> str:
    """A secret that fits into a header."""
    return f"""{_core()} "x" {_core()}"""


@dataclass
class Planted:
    """The secrets of one cluster. Those of `log_ins` the suite is told by reference, the others it can only meet."""

    admin: str = field(default_factory=awkward)
    ci: str = field(default_factory=awkward)
    audit: str = field(default_factory=plain)
    late: str = field(default_factory=awkward)
    storage: str = field(default_factory=_core)
    initial: str = field(default_factory=_core)
    tokens: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {"FRONT_DOOR_ADMIN": self.admin, "FRONT_DOOR_CI": self.ci}

    @property
    def log_ins(self) -> dict[str, str]:
        return {"admin": self.admin, "ci": self.ci, "audit": self.audit, "late": self.late}

    @property
    def bearers(self) -> set[str]:
        """Whom the tokens were given to."""
        parts = [token.split(".")[1] for token in self.tokens]
        return {json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"] for part in parts}

    def put_into(self, cluster: Cluster) -> None:
        """Make them those of the cluster."""
        cluster.account("admin").password = self.admin
        cluster.account("ci").password = self.ci
        cluster.accounts += [Account("audit", token=self.audit), Account("late", password=self.late)]
        cluster.storage["s3"]["secretkey"] = self.storage
        for replica in cluster.replicas:
            replica.process["argv"] = ["/usr/bin/rethinkdb", "--initial-password", self.initial]

    def inventory(self, cluster: Embedded, **changes: Any) -> Path:
        """An inventory that refers to them in every way that needs no keyring."""
        for name in ("audit", "late"):
            (cluster.directory / f"secret-of-{name}").write_text(self.log_ins[name] + "\n", encoding="utf-8")
        printing = [sys.executable, "-c", "import os; print(os.environ['FRONT_DOOR_CI'])"]
        accounts = {
            "admin": {"username": "admin", "password": "env:FRONT_DOOR_ADMIN"},
            "readers": [
                {"username": "ci", "password": {"exec": printing}},
                {"username": "audit", "token": "file:secret-of-audit"},
                {"username": "late", "password": "file:secret-of-late"},
            ],
        }
        pull = [{"image": "library/alpine:3.20", "account": "ci"}]
        return inventory_with(cluster, accounts=accounts, pull=pull, **changes)

    def traces(self) -> Iterator[tuple[str, str]]:
        """Each name with a text that gives its secret away."""
        for name, secret in self.log_ins.items():
            yield from ((name, core) for core in ALPHANUMERIC.findall(secret))
            for text in (f"{name}:{secret}", secret):
                yield name, b64encode(text.encode()).decode().rstrip("=")
                yield name, urlsafe_b64encode(text.encode()).decode().rstrip("=")
        yield from (("storage", self.storage), ("initial password", self.initial))
        # Of a token the end of its signature; its first part is alike in all.
        yield from (("token", token[-40:]) for token in self.tokens)


def leaks(planted: Planted, outcome: Outcome) -> dict[str, str]:
    """Where a secret shows, in a report or on the terminal: the first place in each, with what stands around it."""
    files = [path for path in outcome.reports.rglob("*") if path.is_file()]
    texts = {path.name: path.read_text(encoding="utf-8", errors="replace") for path in files}
    assert {"report.html", "junit.xml", "results.jsonl", "facts.json"} <= set(texts), outcome.output
    texts["the terminal"] = outcome.output
    return {place: shown for place, text in texts.items() if (shown := leak(planted, text))}


def leak(planted: Planted, text: str) -> str | None:
    """The first place of a text that gives a secret away, and how many do."""
    found = [(at, name, trace) for name, trace in set(planted.traces()) if (at := text.find(trace)) >= 0]
    if not found:
        return None
    at, name, trace = min(found)
    return f"{len(found)} traces, first {name}: …{text[max(0, at - 60) : at + len(trace) + 20]}…"


def keeping_tokens(planted: Planted) -> Any:
    """The token service gives tokens as usual, and whom it refuses it quotes."""

    def fault(right: Reply) -> Reply:
        if right.status == 200:
            planted.tokens.append(json.loads(right.body)["token"])
            return right
        return as_json(401, {"code": "UNAUTHORIZED", "message": f"wrong password {planted.late} of late"})

    return fault


def echoing(planted: Planted, cluster: Cluster) -> None:
    """Every answer that something is told from gives a secret away, each in another form; `late` cannot log in."""
    one, two, three, four = cluster.replicas
    admin, ci, basic = planted.admin, planted.ci, b64encode(f"admin:{planted.admin}".encode()).decode()

    def edit(document: dict[str, Any]) -> None:
        issue = {"type": "log_in", "critical": True, "description": f"{ci} was refused", "info": {"db": admin}}
        document["rethink_system_tables"]["current_issues"].append(issue)

    def alerts(_right: Reply) -> Reply:
        told = f"admin:{admin} or Basic {basic} or {next(iter(planted.tokens), 'no token')}"
        return as_json(200, [{"id": "CREDENTIALS", "class": "warning", "message": told}])

    def replica_id(right: Reply) -> Reply:
        return Reply(200, right.body, right.content_type, (("X-Replica-ID", planted.audit),))

    cluster.account("late").password = awkward()
    cluster.edits.append(edit)
    cluster.faults |= {"/auth/token": keeping_tokens(planted), "/api/v0/meta/alerts": alerts}
    one.health = f"Failed to ask https://admin:{quote(admin, safe='')}@mke/: {escape(admin)}"
    two.ping_error = f'rethinkdb: wrong password "{admin}"'
    error = {"code": "DENIED", "message": f"the password {admin}", "detail": f"Authorization: Basic {basic}"}
    two.faults["/v2/"] = lambda _: as_json(500, {"errors": [error]})
    two.faults["/nginx_status"] = lambda _: Reply(200, f"no {admin}".encode(), "text/plain")
    challenge = f'Bearer realm="https://msr/?p={quote(admin)}"'
    api = ("Docker-Distribution-Api-Version", "registry/2.0")
    three.faults["/v2/"] = lambda _: Reply(401, b"", None, (api, ("WWW-Authenticate", challenge)))
    three.faults["/api/v0/meta/cluster_status"] = lambda _: as_json(503, {"errors": [error]})
    three.faults["/api/v0/admin/version"] = lambda _: as_json(200, {"version": f"2.10.4 {admin}"})
    four.tells_its_id = False
    four.faults["/_ping"] = replica_id
    cluster.balancer.answers = Reply(502, f"<html>{escape(ci)}</html>".encode(), "text/html")
