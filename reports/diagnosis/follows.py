"""What follows from a container or a database that is lost: which other verdicts it explains, and no more."""

from __future__ import annotations

from collections.abc import Callable, Collection

from reports.diagnosis.case import Case, is_of_replica, name_of, type_of, unknown, wrong
from reports.diagnosis.finding import Harm
from reports.diagnosis.reach import responded
from reports.records import Result, VerdictWord

Predicate = Callable[[Result], bool]

DATABASE = "rethinkdb"
# These keep their data in the database: without it they are not healthy, or restart.
_NEED_DATABASE = ("api", "garant", "jobrunner", "notary-server", "notary-signer", "registry")
# What each container does for its replica: the conditions that judge it.
_JUDGED_BY = {
    "api": (
        "STATUS-1",
        "STATUS-3",
        "STATUS-4",
        "STATUS-5",
        "STATUS-7",
        "RDB-4",
        "ALERT-1",
        "JOB-2",
        "JOB-3",
        "JOB-4",
        "CRON-1",
        "SCAN-1",
    ),
    "garant": ("TOKEN-0", "TOKEN-1", "TOKEN-2", "TOKEN-3", "TOKEN-4"),
    "jobrunner": ("JOB-1", "STATUS-5"),
    "notary-server": ("FEED-1", "FEED-3", "FEED-7", "FEED-8", "FEED-9"),
    "registry": ("REG-1", "TOKEN-2"),
}
NO_JOBS = ("job.queue-stands", "cron.overdue")
"""What is found where no job is run."""
HARMS = {
    "api": (Harm.WEB,),
    "garant": (Harm.SIGN_IN, Harm.PULL, Harm.PUSH),
    "jobrunner": (Harm.JOBS,),
    "nginx": (Harm.SIGN_IN, Harm.PULL, Harm.PUSH),
    "notary-server": (Harm.PULL_SIGNED, Harm.SIGN, Harm.AUDIT_LOG),
    "notary-signer": (Harm.SIGN,),
    "registry": (Harm.PULL, Harm.PUSH),
    "rethinkdb": (Harm.NEXT_FAILURE,),
    "scanningstore": (Harm.JOBS,),
}
_SAYS_DATABASE = ("ping.database-issues", "ping.other-database", "ping.server-error", "ping.timeout", "ping.unhealthy")


def component_of(thing: str) -> str:
    """`notary-server` of `container:notary-server-f2277ad178f7`."""
    return name_of(thing).rpartition("-")[0]


def replica_of(thing: str) -> str:
    """`f2277ad178f7` of `container:notary-server-f2277ad178f7`."""
    return name_of(thing).rpartition("-")[2]


def needs_database(thing: str) -> bool:
    """Whether it is a container that cannot do without its replica's database."""
    return component_of(thing) in _NEED_DATABASE


def harms_of(containers: Collection[str]) -> tuple[Harm, ...]:
    """What cannot be done without these containers, the gravest first."""
    return tuple(sorted({harm for each in containers for harm in HARMS.get(component_of(each), (Harm.UNNOTICED,))}))


def nobody_works(case: Case) -> bool:
    """Whether no job worker is known to run: the others take the jobs of one that is dead."""
    return not case.of("JOB-1", word=VerdictWord.PASS)


def without_containers(case: Case, containers: Collection[str]) -> Predicate:
    """What is wrong because these containers do not work: `/_ping` that names one, and what they do for a replica."""
    each_of = [_without(case, component_of(each), replica_of(each)) for each in containers]
    own = frozenset(containers)

    def follows(result: Result) -> bool:
        if result.reason == "net.container-silent":
            return own.issuperset(result.about)
        return any(of_one(result) for of_one in each_of)

    return follows


def _without(case: Case, component: str, replica: str) -> Predicate:
    if component == DATABASE:
        return without_databases(case, (replica,))
    container, conditions = f"container:{component}-{replica}", _JUDGED_BY.get(component, ())
    ping = case.verdict("PING-1", replica)
    says = ping is not None and wrong(ping)
    # A port that does not speak TLS is configured so, whatever runs behind it.
    plain = ping is not None and ping.reason == "ping.not-tls"
    silent = component == "nginx" and ping is not None and says and not responded(ping) and not plain
    named = ping is not None and says and (container in ping.about or silent)

    def follows(result: Result) -> bool:
        if result.reason in NO_JOBS:
            return component == "jobrunner" and nobody_works(case)
        things = [thing for thing in result.about if thing != "balancer"]
        if not things or not all(is_of_replica(thing, replica) for thing in things):
            return False
        if result.condition in ("PING-1", "PING-2"):
            return named and (container in things or f"replica:{replica}" in things)
        if named and (result.condition == "STATUS-4" or _unasked(result)):
            return True
        if result.condition == "VERSION-1":
            return component == "api" and unknown(result)
        return result.condition in conditions and not _is_own(result)

    return follows


def _unasked(result: Result) -> bool:
    """Whether it was not seen as `/_ping` had not responded, or as no connection for HTTPS was had."""
    because = result.because
    return unknown(result) and because is not None and because.probe in ("ping", "web_certificate")


def _is_own(result: Result) -> bool:
    return any(type_of(thing) in ("container", "volume", "node") for thing in result.about)


def without_databases(case: Case, lost: Collection[str]) -> Predicate:
    """What is wrong because the databases of these replicas are lost, and a majority is left."""
    own = frozenset(f"database:{each}" for each in lost) | frozenset(f"container:{DATABASE}-{each}" for each in lost)
    replicas = frozenset(f"replica:{each}" for each in lost)

    def of_lost(result: Result) -> bool:
        things = [thing for thing in result.about if thing != "balancer"]
        return bool(things) and all(any(is_of_replica(thing, each) for each in lost) for thing in things)

    def ping(result: Result) -> bool:
        things = set(result.about) - {"balancer"}
        return bool(things) and (things <= own or (things <= own | replicas and result.reason in _SAYS_DATABASE))

    def repeats(replica: str) -> bool:
        said = case.verdict("PING-1", replica)
        return said is not None and wrong(said) and ping(said)

    def at_itself(result: Result) -> bool:
        match result.condition:
            case "STATUS-1":
                return result.reason == "status.error-status"
            case "FEED-1":
                return result.reason == "feed.database-unreadable"
            case "JOB-1" | "STATUS-4" | "STATUS-5":
                return True
            case "CTR-2" if result.reason in ("ctr.restarting", "ctr.unhealthy"):
                return all(component_of(each) == DATABASE or needs_database(each) for each in result.about)
            case "STATUS-3" | "STATUS-7" | "RDB-4":
                return unknown(result)
        return False

    def follows(result: Result) -> bool:
        if result.condition in ("PING-1", "PING-2"):
            return ping(result)
        if result.condition == "STATUS-14":
            return result.reason in ("status.tolerates-too-few", "status.majority-lost")
        if result.condition == "STATUS-8" or result.reason in ("status.different-issues", "status.different-health"):
            return any(each in result.subject.split(":") for each in lost)
        if result.reason in ("status.table-availability", "rdb.table-availability"):
            return bool(result.about) and set(result.about) <= own
        if result.condition == "STATUS-11":
            away = {each for each in result.about if type_of(each) == "database"}
            return result.reason == "status.table-copy-not-ready" and bool(away) and away <= own
        if result.condition == "NET-4":
            return result.reason == "net.database-unresolved" and bool(own & set(result.about))
        if result.condition == "STATUS-4" and wrong(result):
            return all(replica in lost or repeats(replica) for replica in map(name_of, result.about))
        if result.condition == "RDB-1" and result.subject in lost:
            return True
        if unknown(result) and result.about and set(result.about) <= own:
            return True
        if not of_lost(result):
            return False
        return at_itself(result) or (_unasked(result) and all(map(repeats, lost)))

    return follows
