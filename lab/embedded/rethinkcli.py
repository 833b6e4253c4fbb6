"""The documented rethinkcli, non-interactive: one expression of JavaScript in, JSON out."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lab.embedded.door import Door
from lab.embedded.recorded import rfc3339
from lab.embedded.reql.contents import Contents
from lab.embedded.reql.javascript import read
from lab.embedded.reql.server import Gone, asked, database_door
from lab.embedded.reql.terms import Failed
from lab.embedded.state import Cluster, Replica

USER = "admin"
"""It logs in with the certificate in /ca, as the administrator whose password is empty."""


def rethinkcli(
    cluster: Cluster, replica: Replica, expression: str, record: Callable[[Replica, str, Any], None] | None = None
) -> str:
    """What it prints; ValueError with what it says on standard error where it ends with 1."""
    term = read(expression)
    if replica.reql.rethinkcli_says:
        raise ValueError(replica.reql.rethinkcli_says)
    door = database_door(replica)
    if door is Door.SILENT:
        cluster.closing.wait()
    if door is not Door.OPEN:
        host = f"dtr-rethinkdb-{replica.id}.dtr-ol"
        raise ValueError(f"ReqlDriverError: Could not connect to {host}:28015.\nconnect ECONNREFUSED {host}:28015")
    if record:
        record(replica, USER, term)
    try:
        value = asked(cluster, replica, term, Contents(cluster, replica, USER))
    except Failed as error:
        raise ValueError(f"ReqlRuntimeError: {error}") from None
    except Gone:
        raise ValueError("ReqlDriverError: Connection is closed.") from None
    return json.dumps(_printed(value), indent=2) + "\n"


def replica_of(cluster: Cluster, environment: list[str]) -> Replica:
    """The replica that its environment names; ValueError where it names none."""
    named = dict(entry.split("=", 1) for entry in environment if "=" in entry)
    ids = {named.get("DTR_REPLICA_ID"), named.get("MSR_REPLICA_ID")} - {None}
    found = [replica for replica in cluster.replicas if replica.id in ids]
    if len(found) != 1:
        raise ValueError("getaddrinfo ENOTFOUND dtr-rethinkdb-.dtr-ol")
    return found[0]


def _printed(value: Any) -> Any:
    """Times are printed as JavaScript's Date is."""
    if isinstance(value, dict):
        if value.get("$reql_type$") == "TIME":
            return rfc3339(datetime.fromtimestamp(value["epoch_time"], UTC))
        return {key: _printed(item) for key, item in value.items()}
    return [_printed(item) for item in value] if isinstance(value, list) else value
