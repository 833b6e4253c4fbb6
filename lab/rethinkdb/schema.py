"""What MSR keeps in RethinkDB: its databases and tables, a repository, and a user who only reads."""

from typing import Any

from rethinkdb import r

from lab.embedded.healthy import healthy_cluster

READER = "auditor"


def fill(connection: Any, password: str, copies: int) -> None:
    """Create all of it, with a copy of each table on every server."""
    cluster = healthy_cluster(3)
    r.db_drop("test").run(connection)
    for database in sorted(row["name"] for row in cluster.databases):
        r.db_create(database).run(connection)
    for table in cluster.tables:
        r.db(table.db).table_create(table.name, shards=1, replicas=copies).run(connection)
    for database in sorted(row["name"] for row in cluster.databases):
        r.db(database).wait(wait_for="all_replicas_ready", timeout=60).run(connection)
    r.db("dtr2").table("repositories").insert(cluster.rethink.repositories).run(connection)
    r.db("rethinkdb").table("users").insert({"id": READER, "password": password}).run(connection)
    # A global grant does not cover the system's own database.
    r.grant(READER, {"read": True, "write": False, "config": False}).run(connection)
    r.db("rethinkdb").grant(READER, {"read": True}).run(connection)
