"""The tables: whether they take reads and writes, have all their copies, and exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reports.diagnosis.case import Case, fails, name_of, things_of
from reports.diagnosis.families.database import repeats_issues
from reports.diagnosis.finding import Family, Finding, Harm
from reports.diagnosis.follows import NO_JOBS
from reports.diagnosis.logged import OF_LOST_DATABASES
from reports.records import Result, VerdictWord

family = Family()

_WITHOUT_READS = {
    "dtr2": (Harm.SIGN_IN, Harm.PULL, Harm.PUSH),
    "jobrunner": (Harm.JOBS,),
    "notaryserver": (Harm.PULL_SIGNED, Harm.SIGN, Harm.AUDIT_LOG),
    "notarysigner": (Harm.SIGN,),
}
_WITHOUT_WRITES = {
    "dtr2": (Harm.PUSH, Harm.DELETE),
    "jobrunner": (Harm.JOBS,),
    "notaryserver": (Harm.SIGN,),
    "notarysigner": (Harm.SIGN,),
}

_ISSUES = ("status.table-availability", "rdb.table-availability")
_NO_READS = ("status.table-no-reads", "status.table-no-primary", "status.table-no-shard", "rdb.table-no-reads")


def _tables(own: Iterable[Result]) -> tuple[str, ...]:
    return things_of(own, "table")


def _harms_of_names(names: Iterable[str]) -> tuple[Harm, ...]:
    """Without these databases, or with tables of them missing."""
    return _harms([each if ":" in each else f"table:{each}" for each in names], _WITHOUT_READS)


def _harms(tables: Iterable[str], by_database: dict[str, tuple[Harm, ...]]) -> tuple[Harm, ...]:
    databases = {name_of(each).partition(".")[0] for each in tables}
    return tuple(sorted({harm for each in databases for harm in by_database.get(each, (Harm.NEXT_FAILURE,))}))


def _all_connected(case: Case) -> bool:
    """Whether every database server was seen connected to every other: then the tables wait for none of them."""
    links = case.of("STATUS-8")
    return bool(links) and all(each.verdict is VerdictWord.PASS for each in links)


_PER_TABLE = ("STATUS-11", "STATUS-12", "PRE-10")


def _of(case: Case, tables: tuple[str, ...], result: Result) -> bool:
    """Whether it is said of these tables again: by another condition, an issue, or a replica's own health."""
    if not fails(result):
        return False
    named = set(_tables([result]))
    if named:
        return named <= set(tables) and (result.condition in _PER_TABLE or result.reason in _ISSUES)
    if result.reason in _ISSUES:
        return True
    return repeats_issues(case, result)


def _without(case: Case, tables: tuple[str, ...], result: Result) -> bool:
    """Whether it follows where these tables cannot be read or written: without the table of the jobs none is run."""
    no_jobs = result.reason in NO_JOBS and any(name_of(each).startswith("jobrunner.") for each in tables)
    return no_jobs or _of(case, tables, result)


@family.cause(
    "tables-take-no-reads", "{things} {does} not take reads", logs=OF_LOST_DATABASES, remedy="table-not-ready", harms=()
)
def tables_take_no_reads(case: Case) -> Iterator[Finding]:
    """Tables take no reads, or have no primary, while the servers of a majority are connected.

    Needs: RethinkDB's own flags of the table (STATUS-11), or a shard without a primary (STATUS-12).
    Predicts: what else is said of these tables; where the jobs' own is one of them, that no job is run.
    Contradicted by: a majority that is lost, or servers that are apart.
    """
    if own := case.found(*_NO_READS):
        tables = _tables(own)
        harms = _harms(tables, _WITHOUT_READS)
        ladder = ("call-support",) if _all_connected(case) else None
        yield Finding(
            tables, tuple(own), predicts=lambda each: _without(case, tables, each), harms=harms, ladder=ladder
        )


@family.cause(
    "tables-take-no-writes",
    "{things} {does} not take writes",
    logs=OF_LOST_DATABASES,
    remedy="table-not-ready",
    harms=(),
)
def tables_take_no_writes(case: Case) -> Iterator[Finding]:
    """Tables take reads and no writes, while the servers of a majority are connected.

    Needs: RethinkDB's own flags of the table (STATUS-11; RDB-4 where the API hides them).
    Predicts: what else is said of these tables; where the jobs' own is one of them, that no job is run.
    Contradicted by: a majority that is lost, or servers that are apart.
    """
    if own := case.found("status.table-no-writes", "rdb.table-no-writes"):
        tables = _tables(own)
        harms = _harms(tables, _WITHOUT_WRITES)
        ladder = ("call-support",) if _all_connected(case) else None
        yield Finding(
            tables, tuple(own), predicts=lambda each: _without(case, tables, each), harms=harms, ladder=ladder
        )


@family.cause(
    "table-copies-missing", "{things} {has} too few copies", remedy="table-copies", harms=(Harm.NEXT_FAILURE,)
)
def table_copies_missing(case: Case) -> Iterator[Finding]:
    """Tables have no copy on a replica's database server, though their flags are green, as after a join that stopped.

    Needs: STATUS-12 finds no copy.
    Predicts: what else is said of these tables.
    Contradicted by: a join that runs.
    """
    if own := case.found("status.table-copy-missing"):
        tables = _tables(own)
        yield Finding(tables, tuple(own), predicts=lambda each: _of(case, tables, each))


@family.cause(
    "table-backfilling", "{things} {is} waiting for a copy", remedy="table-catching-up", harms=(Harm.NEXT_FAILURE,)
)
def table_backfilling(case: Case) -> Iterator[Finding]:
    """Tables take reads and writes, and one of their copies is not ready yet.

    Needs: STATUS-11 finds the copy, and its server is connected.
    Predicts: what else is said of these tables.
    Contradicted by: a server that is lost.
    """
    if own := case.found("status.table-copy-not-ready"):
        tables = _tables(own)
        yield Finding(tables, tuple(own), predicts=lambda each: _of(case, tables, each))


@family.cause("table-unsettled", "{things} {is} not settled", remedy="table-config", harms=(Harm.NEXT_FAILURE,))
def table_unsettled(case: Case) -> Iterator[Finding]:
    """Every copy of the tables is ready, and RethinkDB does not report them as ready.

    Needs: STATUS-11 compares table_config and table_status.
    Predicts: what else is said of these tables.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.table-config-differs", "status.table-unsettled"):
        tables = _tables(own)
        yield Finding(tables, tuple(own), predicts=lambda each: _of(case, tables, each))


@family.cause(
    "database-missing",
    "A database of the registry does not exist",
    remedy="missing-database",
    harms=(Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.SIGN),
    ladder=("call-support",),
)
def database_missing(case: Case) -> Iterator[Finding]:
    """RethinkDB does not list a database that the registry needs.

    Needs: STATUS-10 or RDB-2 does not find it.
    Predicts: tables that are missing with it.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.database-missing", "rdb.database-missing"):
        gone = [name for each in own for name in _gone(each)]
        yield Finding(
            ("cluster",),
            tuple(own),
            predicts=lambda each: each.reason == "rdb.no-repositories",
            harms=_harms_of_names(gone) if gone else None,
        )


def _gone(result: Result) -> list[str]:
    """The databases that a verdict shows to be missing, or to have no tables; none where it does not say."""
    if result.reason == "status.database-missing":
        return [result.subject]
    if isinstance(result.seen, Mapping):
        return [name for name in _WITHOUT_READS if result.seen.get(name) == []]
    return []


@family.cause(
    "table-missing",
    "Tables of the registry do not exist ({things})",
    remedy="missing-database",
    harms=(Harm.PULL, Harm.PUSH, Harm.SIGN),
    ladder=("call-support",),
)
def table_missing(case: Case) -> Iterator[Finding]:
    """A database of the registry has no tables, or no table of repositories.

    Needs: RDB-2, RDB-3 or STATUS-11 finds none.
    Predicts: nothing else.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("rdb.no-repositories", "rdb.database-empty", "status.no-tables"):
        tables = _tables(own)
        gone = [*tables, *(name for each in own for name in _gone(each))]
        yield Finding(tables or ("cluster",), tuple(own), harms=_harms_of_names(gone) if gone else None)


@family.cause("table-fields", "The rows of {things} lack fields", remedy="repositories-table")
def table_fields(case: Case) -> Iterator[Finding]:
    """The rows of a table lack documented fields.

    Needs: RDB-3 warns.
    Predicts: nothing.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("rdb.fields-missing"):
        yield Finding(_tables(own), tuple(own))


@family.cause("outdated-index", "{things} {has} an outdated index", remedy="outdated-index")
def outdated_index(case: Case) -> Iterator[Finding]:
    """An older RethinkDB built an index: it works, and is to be rebuilt before an upgrade.

    Needs: RethinkDB's issue outdated_index.
    Predicts: `/_ping` that repeats it.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.outdated-index", "rdb.outdated-index"):
        yield Finding(_tables(own) or ("cluster",), tuple(own), predicts=lambda each: repeats_issues(case, each))


@family.cause("unknown-issue", "RethinkDB reports an issue of an unknown type: {things}", remedy="rethinkdb-issues")
def unknown_issue(case: Case) -> Iterator[Finding]:
    """RethinkDB reports an issue of a type that this release does not know.

    Needs: the issue.
    Predicts: `/_ping` that repeats it.
    Contradicted by: nothing that a run sees.
    """
    if own := case.found("status.unknown-issue", "rdb.unknown-issue"):
        things = things_of(own)
        yield Finding(things, tuple(own), predicts=lambda each: repeats_issues(case, each, things))


@family.cause(
    "issue-tables", "RethinkDB reports an issue of {things}", remedy="rethinkdb-issues", harms=(Harm.NEXT_FAILURE,)
)
def issue_tables(case: Case) -> Iterator[Finding]:
    """RethinkDB reports that tables lack copies, and nothing that was found explains it.

    Needs: RethinkDB's issue table_availability.
    Predicts: `/_ping` that repeats it, and an API that reported it at another moment.
    Contradicted by: any database that is lost: then that is the cause.
    """
    if own := case.found(*_ISSUES):
        things = things_of(own)
        yield Finding(
            things,
            tuple(own),
            predicts=lambda each: (
                each.reason in ("rdb.api-differs", "status.different-issues") or repeats_issues(case, each, things)
            ),
        )
