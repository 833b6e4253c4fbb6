"""The cluster of database servers: who is connected to whom, who belongs to it, whose reports differ."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from reports.diagnosis.case import Case, fails, name_of, things_of, wrong
from reports.diagnosis.families.database import links_of, missed, repeats_issues
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result, VerdictWord

family = Family()


def _sides(case: Case) -> list[set[str]]:
    """The replicas in groups whose members report the same, the largest first."""
    sides = [{each} for each in case.replicas]
    for each in case.of("STATUS-7", word=VerdictWord.PASS):
        together = [side for side in sides if side & set(each.subject.split(":"))]
        sides = [side for side in sides if side not in together] + [set().union(*together)]
    return sorted((side for side in sides if side), key=len, reverse=True)


@family.cause(
    "split-view",
    "The cluster has split, and each side knows only itself: {things}",
    remedy="split-view",
    harms=(Harm.LOSE_PUSHES, Harm.PULL, Harm.PUSH),
    ladder=("call-support",),
)
def split_view(case: Case) -> Iterator[Finding]:
    """Two sides of the cluster each know only themselves, and may both take pushes.

    Needs: replicas that list different replicas, and do not know each other.
    Predicts: missing links and copies between the sides, and what one side does not say of the other.
    Contradicted by: a view that has all replicas.
    """
    own = case.found("status.different-replicas")
    if not own or not case.found("status.replica-missing"):
        return
    larger, *smaller = _sides(case)
    alone = set().union(*smaller) if smaller and len(larger) > len(smaller[0]) else set()
    things = tuple(f"replica:{each}" for each in alone) or ("cluster",)

    def follows(each: Result) -> bool:
        if each.condition in ("STATUS-7", "STATUS-8"):
            return wrong(each)
        return each.reason in (
            "status.replica-missing",
            "status.table-copy-missing",
            "status.tolerates-too-few",
            "status.majority-lost",
            "status.health-not-reported",
        )

    yield Finding(things, tuple(own), predicts=follows)


@family.cause(
    "views-differ",
    "The API of {things} reports another state of the cluster than the others",
    remedy="stale-api",
    harms=(Harm.WEB,),
)
def views_differ(case: Case) -> Iterator[Finding]:
    """The API of a replica reports another state than its own database, or than the other replicas.

    Needs: RDB-4 or STATUS-7 fails.
    Predicts: servers that this API alone does not list.
    Contradicted by: links that are down, or a split, which make views differ.
    """
    for own in (
        [each for each in case.found("rdb.api-differs") if each.verdict is VerdictWord.FAIL],
        [] if any(wrong(each) for each in case.of("STATUS-8")) else case.found(*_differing(case)),
    ):
        own = [each for each in own if each in case.left]
        if own:
            ends = [set(name_of(thing).split(">")) for each in own for thing in each.about]
            # Whoever is in every pair that differs.
            wrongs = (ends and set.intersection(*ends)) or set().union(*ends)
            things = tuple(f"replica:{each}" for each in wrongs)
            yield Finding(things, tuple(own), predicts=partial(_only_they_say, case, things))


def _differing(case: Case) -> tuple[str, ...]:
    """How two views differ; an issue of tables that only some of them have yet is told as that issue."""
    seen_by_some = case.found("status.table-availability", "rdb.table-availability")
    views = ("status.different-replicas", "status.different-health")
    return views if seen_by_some else (*views, "status.different-issues")


def _only_they_say(case: Case, things: tuple[str, ...], result: Result) -> bool:
    def alone(each: Result) -> bool:
        return each.reason == "status.server-missing" and set(each.witnesses) <= set(things)

    if result.reason == "status.tolerates-too-few":
        return all(alone(each) for each in case.of("STATUS-8") if wrong(each))
    return alone(result)


@family.cause(
    "server-row-missing",
    "{things} {is} not listed in server_status though it works",
    remedy="database-links",
    harms=(Harm.NEXT_FAILURE,),
    ladder=("save-first", "restart-replica"),
)
def server_row_missing(case: Case) -> Iterator[Finding]:
    """A database server works, and RethinkDB's server_status has no row of it.

    Needs: no view lists it, and it is neither named by an issue nor without an answer.
    Predicts: its links, which cannot be seen.
    Contradicted by: issues that name it: then it is lost.
    """
    rowless = {name_of(thing) for each in case.found("status.no-server-row", unknown=True) for thing in each.about}
    gone = [each for each in case.replicas if each in rowless and missed(case, each)]
    if gone:
        own = [r for each in gone for r in links_of(case, each) if wrong(r)]
        databases = tuple(f"database:{each}" for each in gone)
        yield Finding(
            databases,
            tuple(own),
            predicts=lambda each: each.reason == "status.tolerates-too-few",
            affects=frozenset(databases),
        )


@family.cause(
    "servers-apart",
    "Two database servers are not connected to each other: {things}",
    remedy="database-links",
    harms=(Harm.NEXT_FAILURE,),
)
def servers_apart(case: Case) -> Iterator[Finding]:
    """Two database servers do not reach each other, and both reach others, or nothing says why.

    Needs: STATUS-8 fails for the pair, or RethinkDB's issue non_transitive_error.
    Predicts: what only the two report: tables, issues and views.
    Contradicted by: a server that is down.
    """
    own = case.found("status.servers-apart", "status.server-missing")
    issues = case.found("status.non-transitive-error", "rdb.non-transitive-error")
    if not own and not issues:
        return
    databases = case.in_order(things_of(own or issues, "database"))
    pair = (f"link:{'>'.join(map(name_of, databases))}",) if len(databases) == 2 else databases
    links = things_of(own, "link") or pair
    ends = {end for thing in links for end in name_of(thing).split(">")}

    def follows(each: Result) -> bool:
        seen_there = bool(each.witnesses) and {name_of(thing) for thing in each.witnesses} <= ends
        if each.condition in ("STATUS-11", "STATUS-12"):
            return seen_there
        if each.reason in ("status.table-availability", "rdb.table-availability"):
            return seen_there and fails(each)
        if each.reason in ("status.different-issues", "status.different-health"):
            return bool(ends & set(each.subject.split(":")))
        if each.reason == "feed.database-unreadable":
            return {name_of(thing) for thing in each.about} <= ends
        return each in issues or each.reason in ("status.tolerates-too-few", "status.majority-lost")

    harms = (Harm.SIGN_IN, Harm.PULL, Harm.PUSH, Harm.NEXT_FAILURE)
    reads = any(each.reason == "status.table-no-reads" for each in case.left)
    yield Finding(links, tuple(own or issues), predicts=follows, harms=harms if reads else None)


@family.cause(
    "ghost-replica",
    "The cluster counts {things}, which the inventory does not have",
    remedy="ghost-replica",
    harms=(Harm.NEXT_FAILURE,),
)
def ghost_replica(case: Case) -> Iterator[Finding]:
    """The configuration lists a replica that is in no inventory.

    Needs: STATUS-6 finds it.
    Predicts: its database server, which is as unknown.
    Contradicted by: a new replica that the inventory misses.
    """
    if own := case.found("status.ghost-replica"):
        yield _ghosts(own, things_of(own, "replica"))


@family.cause(
    "ghost-server",
    "{things} {is} of no replica",
    remedy="ghost-replica",
    harms=(Harm.NEXT_FAILURE,),
)
def ghost_server(case: Case) -> Iterator[Finding]:
    """A database server is connected, or is named by the tables, that belongs to no replica of the inventory.

    Needs: STATUS-6 finds it.
    Predicts: nothing.
    Contradicted by: a server that was renamed.
    """
    if own := case.found("status.ghost-server"):
        yield _ghosts(own, things_of(own, "database"))


def _ghosts(own: list[Result], things: tuple[str, ...]) -> Finding:
    names = {name_of(thing) for thing in things}

    def follows(each: Result) -> bool:
        return each.condition != "STATUS-16" and bool(each.about) and {name_of(thing) for thing in each.about} <= names

    return Finding(things, tuple(own), predicts=follows)


@family.cause(
    "name-collision",
    "RethinkDB reports a name that is used twice ({things})",
    remedy="name-collision",
    harms=(Harm.LOSE_PUSHES, Harm.NEXT_FAILURE),
    ladder=("call-support",),
)
def name_collision(case: Case) -> Iterator[Finding]:
    """Two servers, databases or tables have one name, as after a split.

    Needs: RethinkDB's issues of name collisions.
    Predicts: questions that fail, and `/_ping` that repeats the issue.
    Contradicted by: nothing that a run sees.
    """
    kinds = ("db-name-collision", "table-name-collision", "server-name-collision")
    if own := case.found(*(f"{area}.{kind}" for area in ("status", "rdb") for kind in kinds)):
        yield Finding(
            things_of(own),
            tuple(own),
            predicts=lambda each: (
                each.reason in ("rethinkdb.query-failed", "rdb.query-failed") or repeats_issues(case, each)
            ),
        )
