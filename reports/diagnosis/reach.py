"""Which replicas do not respond over HTTPS, and what speaks for or against that they are down."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from reports.diagnosis.case import Case, fails, replicas_in, unknown
from reports.records import Result, VerdictWord

# Asked at each replica without credentials: judged there, something did respond.
_NO_RESPONSE = 502
_HEALTH = ("PING-1", "PING-2", "PING-3", "STATUS-4")
_ASKED_AT = ("NGINX-1", "REG-1", "IDENT-1", "PING-3")


def responded(result: Result) -> bool:
    """Whether a failure came with an HTTP status: then something did respond."""
    seen = result.seen.get("status") if isinstance(result.seen, Mapping) else result.seen
    return isinstance(seen, int) and not isinstance(seen, bool)


def silent_replicas(case: Case) -> tuple[str, ...]:
    """The replicas that do not respond over HTTPS at all, in the inventory's order."""
    down = {each.subject for each in case.of("PING-1") if fails(each) and not responded(each)}
    judged = {
        each.subject for each in case.of(*_ASKED_AT) if not unknown(each) and each.verdict is not VerdictWord.SKIPPED
    }
    return tuple(name for name in case.replicas if name in down - judged)


def reported_well(case: Case, replica: str) -> tuple[Result, ...]:
    """What others, or other ways in, show of a replica that is well: the balancer reaches it, its health report is
    fresh, its database is connected and answers, its nginx runs.
    """
    others = case.passing("STATUS-5", replica) + case.passing("STATUS-8", replica) + case.passing("RDB-1", replica)
    return (*_through_balancer(case, replica), *_nginx_runs(case, replica), *others)


def only_from_here(case: Case, replica: str) -> bool:
    """Whether a replica that is silent from here is well for others: the balancer reaches it, or its report is fresh,
    its database is connected and its nginx is not seen down, and nobody misses it.

    A balancer that reaches every other one and leaves it out misses it too.
    """
    if _through_balancer(case, replica):
        return True
    fresh = case.passes("STATUS-5", replica) and bool(case.passing("STATUS-8", replica))
    return fresh and _may_serve(case, replica) and not _left_out(case, replica) and not reported_missing(case, replica)


def _through_balancer(case: Case, replica: str) -> list[Result]:
    return [each for each in case.of("PING-2") if isinstance(each.seen, Mapping) and replica in each.seen]


def _left_out(case: Case, replica: str) -> bool:
    """Whether the balancer reached every other replica and not this one."""
    reached = {name for each in case.of("PING-2") if isinstance(each.seen, Mapping) for name in each.seen}
    return bool(reached) and replica not in reached and reached >= set(case.replicas) - set(silent_replicas(case))


def _nginx_runs(case: Case, replica: str) -> list[Result]:
    return [each for each in case.passing("CTR-1", replica) if each.subject.endswith(":nginx")]


def _may_serve(case: Case, replica: str) -> bool:
    """Whether its nginx runs, or Docker was not asked."""
    return bool(_nginx_runs(case, replica)) or all(
        unknown(each) or each.verdict is VerdictWord.SKIPPED
        for each in case.of("CTR-1")
        if replica in each.subject.split(":")
    )


def reported_missing(case: Case, replica: str) -> tuple[Result, ...]:
    """What others, or other ways in, show of a replica that is down: its report is old, its nginx does not run, no
    database server is connected to its own.
    """
    links = [each for each in case.of("STATUS-8") if replica in each.subject.split(":") and not unknown(each)]
    told = [each for each in case.of("STATUS-5", "CTR-1") if fails(each) and _is_told_of(each, replica)]
    return (*told, *(links if links and all(map(fails, links)) else ()))


def _is_told_of(result: Result, replica: str) -> bool:
    parts = result.subject.split(":")
    return parts in ([replica], [replica, "nginx"])


def web_ports(case: Case, replica: str) -> tuple[int, ...]:
    """The ports of its node on which a replica's nginx serves HTTPS, where the node shows that it listens there."""
    found = case.verdict("NODE-5", case.node_of(replica) or "")
    https = found.seen.get("https") if found is not None and isinstance(found.seen, Mapping) else None
    ports = https.get(replica) if isinstance(https, Mapping) else None
    return tuple(each for each in ports if isinstance(each, int)) if isinstance(ports, Sequence) else ()


def blind_notary(case: Case, ping: Result) -> bool:
    """Whether a replica calls itself unhealthy, and of its parts its notary-server alone fails: it cannot read its
    database. `/_ping` asks it last, so that all before it are well.
    """
    if ping.reason != "ping.unhealthy" or not case.passes("STATUS-1", ping.subject):
        return False
    feeds = [r for r in case.of("FEED-1", word=VerdictWord.FAIL) if r.subject.rpartition(":")[2] == ping.subject]
    return any(each.reason == "feed.database-unreadable" for each in feeds)


def lost_by_nginx(case: Case, own: Collection[Result], containers: Collection[str]) -> bool:
    """Whether nginx got no response (502) from these containers, as `f2277ad178f7:registry`, and all of them run."""
    runs = all(case.passes(condition, each) for each in containers for condition in ("CTR-1", "CTR-2"))
    return runs and bool(containers) and all(each.seen == _NO_RESPONSE for each in own)


def well_otherwise(case: Case, replica: str) -> bool:
    """Whether a replica's health, as `/_ping` or its last report says it, is all that is wrong with it: its API reports
    the cluster, its database is connected to every other one, and nothing else about it fails or is not known.
    """
    links = [each for each in case.of("STATUS-8") if replica in each.subject.split(":")]
    connected = all(each.verdict is VerdictWord.PASS for each in links)
    rest = [each for each in case.against.get(replica, ()) if each.condition not in _HEALTH]
    return case.passes("STATUS-1", replica) and connected and not rest


def gone_without(case: Case, names: Collection[str]) -> Callable[[Result], bool]:
    """What follows where these replicas cannot be asked."""
    gone = set(names)
    everybody = gone >= set(case.replicas)

    def follows(result: Result) -> bool:
        at_fault = replicas_in(case, result)
        here = (bool(at_fault) and at_fault <= gone) or (not at_fault and bool(gone & set(result.subject.split(":"))))
        # Behind the balancer there is nobody left to answer.
        return (unknown(result) and here) or (everybody and result.condition == "PING-2")

    return follows
