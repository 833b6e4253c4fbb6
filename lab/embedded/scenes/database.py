"""RethinkDB asked itself: what only its own door shows, and doors that are shut."""

import secrets
import ssl
import time
from typing import Any

from lab.embedded import faults
from lab.embedded.certificates import Certificate
from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.scenes.answers import STATUS
from lab.embedded.scenes.outages import one_database_killed_one_says_so
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene

Document = dict[str, Any]
Tables = dict[str, list[Any]]


def _all_databases(expect: Expectations) -> list[str]:
    """The database server of every replica, as a cause is about it."""
    return [f"database:{replica}" for replica in expect.everywhere]


@scene("rethinkdb-not-asked", "The inventory does not say how to ask RethinkDB.", sound=True)
def rethinkdb_not_asked(cluster: Cluster, _expect: Expectations) -> None:
    cluster.rethink.in_inventory = False


@scene("rethinkdb-through-rethinkcli", "RethinkDB is asked as the guide documents, from containers.", sound=True)
def rethinkdb_through_rethinkcli(cluster: Cluster, _expect: Expectations) -> None:
    cluster.rethink.via = "rethinkcli"


@scene("rethinkcli-image-missing", "One node does not hold the image of rethinkcli.", sound=True)
def rethinkcli_image_missing(cluster: Cluster, _expect: Expectations) -> None:
    cluster.rethink.via = "rethinkcli"
    node = cluster.node(cluster.bad)
    node.images = [image for image in node.images if "rethinkcli" not in image]


def _rethinkcli_says(said: str) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.rethink.via = "rethinkcli"
        cluster.bad.reql.rethinkcli_says = said.format(f"dtr-rethinkdb-{cluster.bad.id}.dtr-ol")
        expect.database_unseen(cluster.bad)
        expect.cause("rethinkcli-failed", f"database:{cluster.bad.id}")

    return play


scene("rethinkcli-resolves-no-name", "On one node Docker's DNS does not answer rethinkcli for the moment.")(
    _rethinkcli_says("ReqlDriverError: Could not connect to {0}:28015.\ngetaddrinfo EAI_AGAIN {0}:28015")
)
scene("rethinkcli-certificate-refused", "One database server does not accept the certificate of its volume any more.")(
    _rethinkcli_says(
        "ReqlDriverError: Could not connect to {0}:28015.\nError: write EPROTO 140:error:14094415:SSL routines:"
        "ssl3_read_bytes:sslv3 alert certificate expired:rec_layer_s3.c:1536:SSL alert number 45"
    )
)


@scene("one-database-killed-asked-by-rethinkcli", "One replica's database server was killed an hour ago.")
def one_database_killed_asked_by_rethinkcli(cluster: Cluster, expect: Expectations) -> None:
    cluster.rethink.via = "rethinkcli"
    one_database_killed_one_says_so(cluster, expect)


@scene("no-repositories-yet", "Nobody made a repository yet.", sound=True)
def no_repositories_yet(cluster: Cluster, _expect: Expectations) -> None:
    cluster.rethink.repositories.clear()


@scene("database-port-closed", "One database server cannot be asked from here; the registry is well.")
def database_port_closed(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.reql.door = Door.CLOSED
    expect.database_silent(cluster.bad)
    expect.cause("not-reachable-from-here", f"database:{cluster.bad.id}")


@scene("database-port-silent", "One database server accepts connections and never says a word; the registry is well.")
def database_port_silent(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.reql.door = Door.SILENT
    expect.database_silent(cluster.bad)
    expect.cause("not-reachable-from-here", f"database:{cluster.bad.id}")


@scene("database-hangs-up", "One database server ends the connection when it is asked for its issues.")
def database_hangs_up(cluster: Cluster, expect: Expectations) -> None:
    cluster.bad.reql.ends_at = "current_issues"
    expect.fail("RDB-1", cluster.bad.id)
    expect.unknown("RDB-4", cluster.bad.id)
    expect.cause("database-misbehaves", f"database:{cluster.bad.id}")


@scene("database-answers-nonsense", "One database server tells its tables in a form that nobody knows.")
def database_answers_nonsense(cluster: Cluster, expect: Expectations) -> None:
    def edit(tables: Tables) -> None:
        for row in tables["table_status"]:
            row["status"] = "ready"

    cluster.bad.reql.edits.append(edit)
    expect.unknown("RDB-4", cluster.bad.id)
    expect.cause("database-misbehaves", f"database:{cluster.bad.id}")


def _two_of_one_name(via: str) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.rethink.via = via
        cluster.pings_tell_issues = False
        rows = cluster.databases
        rows.append({"id": "0a5c0a52-9b5f-4c55-8d0c-4b5a7d3d7a10", "name": "dtr2"})
        ids = sorted(row["id"] for row in rows if row["name"] == "dtr2")
        issue = {
            "id": "1", "type": "db_name_collision", "critical": True,
            "description": "There are multiple databases named `dtr2`.", "info": {"name": "dtr2", "ids": ids},
        }  # fmt: skip

        def edit(document: Document) -> None:
            document["rethink_system_tables"]["current_issues"].append(issue)

        cluster.edits.append(edit)
        for condition in ("STATUS-3", "RDB-1"):
            expect.fail(condition, *(f"{asked}:db_name_collision" for asked in expect.everywhere))
        expect.unknown("RDB-2", *expect.everywhere)
        expect.unknown("RDB-3", "cluster")
        expect.unknown("RDB-4", *expect.everywhere)
        expect.cause("name-collision", "cluster", offers="call-support")

    return play


scene("two-databases-of-one-name", "Two databases are named dtr2: what names it fails, and the issues say why.")(
    _two_of_one_name("driver")
)
scene("two-databases-of-one-name-asked-by-rethinkcli", "Two databases are named dtr2, and rethinkcli asks.")(
    _two_of_one_name("rethinkcli")
)


@scene("database-password-rotated", "The password of RethinkDB's user was changed, the inventory's was not.")
def database_password_rotated(cluster: Cluster, expect: Expectations) -> None:
    cluster.rethink.listed = secrets.token_urlsafe(18)
    expect.database_unseen(*cluster.replicas)
    expect.cause("credentials-wrong", f"account:{cluster.rethink.user}")


@scene("database-user-lacks-the-grant", "RethinkDB's user may read all databases, but not that of the system.")
def database_user_lacks_the_grant(cluster: Cluster, expect: Expectations) -> None:
    """As measured: a global grant to read does not cover it."""
    cluster.rethink.reads_system = False
    expect.unknown("RDB-1", *expect.everywhere)
    expect.unknown("RDB-3", "cluster")
    expect.unknown("RDB-4", *expect.everywhere)
    expect.cause("database-rights", "account:rethinkdb")


@scene("database-wants-a-certificate", "The database servers ask for a client certificate; the inventory names none.")
def database_wants_a_certificate(cluster: Cluster, expect: Expectations) -> None:
    cluster.rethink.client = None
    expect.database_unseen(*cluster.replicas)
    expect.cause("client-certificate", *_all_databases(expect))


def _client(version: ssl.TLSVersion, client: Certificate | None) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.rethink.tls, cluster.rethink.client = version, client
        expect.database_unseen(*cluster.replicas)
        if client is Certificate.EXPIRED:
            expect.fail("TLS-3", "rethinkdb-client")
        expect.cause("client-certificate", *_all_databases(expect))

    return play


scene(
    "database-of-tls-1-2-wants-a-certificate",
    "TLS 1.2 only; the inventory names no client certificate.",
)(_client(ssl.TLSVersion.TLSv1_2, None))
scene("database-of-tls-1-3-wants-a-certificate", "TLS 1.3 only; the inventory names no client certificate.")(
    _client(ssl.TLSVersion.TLSv1_3, None)
)
scene("database-client-certificate-expired", "The client certificate for RethinkDB expired yesterday.")(
    _client(ssl.TLSVersion.TLSv1_2, Certificate.EXPIRED)
)


def _certificate(kind: Certificate) -> Play:
    def play(cluster: Cluster, expect: Expectations) -> None:
        cluster.bad.reql.certificate = kind
        expired = kind is Certificate.EXPIRED
        expect.database_unseen(cluster.bad, dated=not expired)
        if expired:
            expect.fail("TLS-3", cluster.bad.id)
        expect.cause("database-certificate", f"database:{cluster.bad.id}")

    return play


scene("database-certificate-expired", "One database server's certificate expired yesterday.")(
    _certificate(Certificate.EXPIRED)
)
scene("database-certificate-of-unknown-ca", "One database server's certificate is from a CA that nobody named.")(
    _certificate(Certificate.UNKNOWN_CA)
)


@scene("database-addresses-swapped", "The inventory has the addresses of two database servers the wrong way round.")
def database_addresses_swapped(cluster: Cluster, expect: Expectations) -> None:
    """Behind forwarded ports, which the names in certificates do not tell from each other."""
    one, other = cluster.replicas[-2:]
    one.reql.listed_port, other.reql.listed_port = other.reql.port, one.reql.port
    one.reql.listed_name, other.reql.listed_name = other.id, one.id
    expect.database_unseen(one, other)
    expect.cause("addresses-swapped", f"database:{one.id}", f"database:{other.id}")


@scene("issues-of-every-type", "Each database server reports a problem of every other type that RethinkDB knows.")
def issues_of_every_type(cluster: Cluster, expect: Expectations) -> None:
    cluster.pings_tell_issues = False
    one = cluster.bad.server
    ids = ["0a5c0a52-9b5f-4c55-8d0c-4b5a7d3d7a10", "f6ad5cf2-4b10-4c5e-8a7e-1de7b5f1f5a1"]
    infos: dict[str, tuple[bool, Document]] = {
        "log_write_error": (False, {"message": "Failed to write to log file", "servers": [one]}),
        "memory_error": (False, {"message": "Data was placed into swap memory in the past hour", "servers": [one]}),
        "outdated_index": (False, {"tables": [{"db": "dtr2", "table": "tags", "indexes": ["digest"]}]}),
        "server_name_collision": (True, {"name": one, "ids": ids}),
        "db_name_collision": (True, {"name": "dtr2", "ids": ids}),
        "table_name_collision": (True, {"name": "tags", "db": "dtr2", "ids": ids}),
    }

    def edit(document: Document) -> None:
        document["rethink_system_tables"]["current_issues"] += [
            {"id": kind, "type": kind, "critical": critical, "description": f"A {kind}.", "info": info}
            for kind, (critical, info) in infos.items()
        ]

    cluster.edits.append(edit)
    for kind in infos:
        expect.fail("STATUS-3", *(f"{asked}:{kind}" for asked in expect.everywhere))
        expect.fail("RDB-1", *(f"{asked}:{kind}" for asked in expect.everywhere))
    # What lies beneath comes first; then what has collided and cannot be used, since pushes may be lost.
    expect.cause("name-collision", "cluster", "table:dtr2.tags", offers="call-support")
    expect.cause("memory-pressure", f"database:{cluster.bad.id}")
    expect.cause("log-write-failed", f"database:{cluster.bad.id}")
    expect.cause("outdated-index", "table:dtr2.tags")


@scene("issues-for-a-moment", "While it elects a new primary, a database server reports a table for some seconds.")
def issues_for_a_moment(cluster: Cluster, expect: Expectations) -> None:
    """As measured: critical ones right after a change, of which nothing is left when it is asked again."""
    first_asked: list[float] = []

    def edit(tables: Tables) -> None:
        first_asked.append(time.monotonic())
        if first_asked[-1] - first_asked[0] < 2.5:
            description = "Table `dtr2.tags` is available for outdated reads, but not up-to-date reads or writes."
            info = {"db": "dtr2", "table": "tags"}
            row = {"id": "1", "type": "table_availability", "critical": True, "description": description, "info": info}
            tables["current_issues"].append(row)

    cluster.bad.reql.edits.append(edit)
    expect.warn("RDB-1", f"{cluster.bad.id}:table_availability")
    expect.warn("RDB-4", cluster.bad.id)
    expect.cause("issue-tables", "table:dtr2.tags")


@scene("database-without-tables", "The database of the notary signer is there, and has no table any more.")
def database_without_tables(cluster: Cluster, expect: Expectations) -> None:
    cluster.tables = [table for table in cluster.tables if table.db != "notarysigner"]
    expect.fail("RDB-2", *expect.everywhere)
    # Which tables there should be is not told any more.
    expect.cause("table-missing", "cluster", offers="call-support")


@scene("repositories-table-missing", "The table of repositories is gone.")
def repositories_table_missing(cluster: Cluster, expect: Expectations) -> None:
    cluster.tables = [table for table in cluster.tables if table.full_name != "dtr2.repositories"]
    expect.warn("RDB-3", "cluster")
    expect.cause("table-missing", "table:dtr2.repositories", offers="call-support")


@scene("repositories-lack-a-field", "The rows of the table of repositories lack a field that documented ones have.")
def repositories_lack_a_field(cluster: Cluster, expect: Expectations) -> None:
    for row in cluster.rethink.repositories:
        del row["namespaceAccountID"]
    expect.warn("RDB-3", "cluster")
    expect.cause("table-fields", "table:dtr2.repositories")


def _all_ready(document: Document) -> None:
    for row in document["rethink_system_tables"]["table_status"]:
        row["status"] = dict.fromkeys(row["status"], True)


@scene("api-tells-an-old-view", "A table takes no writes; every API goes on to tell the status from before that.")
def api_tells_an_old_view(cluster: Cluster, expect: Expectations) -> None:
    """All servers are there, so that RethinkDB reports no problem: only the rows of the table tell."""
    cluster.table("dtr2.tags").flags = {"all_replicas_ready": False, "ready_for_writes": False}
    cluster.faults[STATUS] = faults.edited(_all_ready)
    expect.fail("RDB-4", *expect.everywhere)
    expect.cause("tables-take-no-writes", "table:dtr2.tags", offers="call-support")


@scene("api-misses-a-server", "One replica's API does not know a database server that the database itself does.")
def api_misses_a_server(cluster: Cluster, expect: Expectations) -> None:
    gone, asked = cluster.replicas[-1], cluster.replicas[0]

    def edit(document: Document) -> None:
        tables = document["rethink_system_tables"]
        tables["server_status"] = [row for row in tables["server_status"] if row["name"] != gone.server]

    asked.faults[STATUS] = faults.edited(edit)
    expect.fail("RDB-4", asked.id)
    expect.fail("STATUS-8", f"{asked.id}:{gone.id}")
    expect.warn("STATUS-14", "cluster")
    expect.cause("views-differ", f"replica:{asked.id}")
