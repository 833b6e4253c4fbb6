"""The eight types of issues that RethinkDB knows, in the words of an operator of the registry.

They are the same from 2.3.0 to 2.4.4. One lost server gives an issue for each table: a verdict is about a type.
"""

from collections.abc import Mapping, Sequence

from checks.condition import Reason
from checks.rules.cluster_views import things
from checks.rules.wording import one_line
from checks.verdict import Verdict, failed, passed
from fixtures.core.evidence import Thing, thing
from fixtures.inventory.msr import replica_of_server
from fixtures.probes.cluster_status import Issue

MEANS = {
    "db_name_collision": "two databases have the same name and neither can be used, as after a split of the cluster",
    "log_write_error": "a database server cannot write its log: its disk is full or its volume is read-only",
    "memory_error": "a database server swaps: its node is short of memory, and the registry becomes slow",
    "non_transitive_error": "two database servers are not connected to each other, only to a third one",
    "outdated_index": "an older RethinkDB built an index: it works, and must be rebuilt before an upgrade",
    "server_name_collision": "two database servers have the same name and tables cannot be placed: one is left over",
    # Its own description says in plain words what still works, and which servers are not reachable.
    "table_availability": "",
    "table_name_collision": "two tables have the same name and neither can be used, as after a split of the cluster",
}
UNKNOWN_TYPE = "an issue of a type that this release does not know"
_REMEDIES = {
    "db_name_collision": "name-collision",
    "log_write_error": "database-log",
    "memory_error": "database-memory",
    "non_transitive_error": "database-links",
    "outdated_index": "outdated-index",
    "server_name_collision": "name-collision",
    "table_name_collision": "name-collision",
}
"""What to do about a type; about any other, what the condition says."""


def issue_reasons(area: str) -> dict[str, Reason]:
    """The reasons of a condition of that area that looks at issues: one for each type, and one for an unknown type."""
    known = {
        _code(area, kind): Reason(means or "tables lack copies or are not available", remedy=_REMEDIES.get(kind))
        for kind, means in MEANS.items()
    }
    return {**known, _code(area, ""): Reason(UNKNOWN_TYPE)}


def issues_by_type(
    area: str, witness: Thing, issues: Sequence[Issue], replica_by_name: Mapping[str, str]
) -> list[Verdict]:
    """A verdict for each type of issue that one server reports, or one that there is none.

    replica_by_name: of the servers that it lists.
    """
    if not issues:
        return [passed("no issues", seen=[], expected=[])]
    kinds = sorted({issue.type for issue in issues})
    return [
        _type(area, witness, kind, [issue for issue in issues if issue.type == kind], replica_by_name) for kind in kinds
    ]


def issue_keys(issues: Sequence[Issue]) -> list[str]:
    """What distinguishes issues whoever reports them: the type and the table."""
    return sorted(
        {f"{issue.type}:{table}" if table else issue.type for issue in issues for table in issue.tables or [""]}
    )


def _code(area: str, kind: str) -> str:
    return f"{area}.{kind.replace('_', '-') if kind in MEANS else 'unknown-issue'}"


def _type(area: str, witness: Thing, kind: str, issues: list[Issue], of: Mapping[str, str]) -> Verdict:
    """The same issue of many tables is one verdict that names the tables and the servers."""
    asked = witness.partition(":")[2]
    tables = sorted({table for issue in issues for table in issue.tables})
    servers = sorted({server for issue in issues for server in issue.servers})
    ids = sorted({each for issue in issues for each in issue.info.get("ids", [])})
    critical = any(issue.critical for issue in issues)
    first = next((issue for issue in issues if issue.critical == critical), issues[0])
    count = f"{len(tables)} tables: " if len(tables) > 1 else ""
    grave = "critical" if critical else "not critical"
    means = MEANS.get(kind, UNKNOWN_TYPE)
    # A server reports others; where it reports itself alone it is at fault, and nobody's witness.
    others = [each for each in servers if (of.get(each) or replica_of_server(each)) != asked]
    at_fault = things("database", others or servers, of)
    return failed(
        _code(area, kind),
        f"{count}{one_line(first.description) or kind} ({grave})" + (f": {means}" if means else ""),
        seen={"critical": critical, "tables": tables, "servers": servers} | ({"ids": ids} if ids else {}),
        expected=[],
        subject=f"{asked}:{kind}",
        about=at_fault or things("table", tables) or [thing("cluster")],
        witnesses=() if servers and not others else [witness],
        measured="reported",
    )
