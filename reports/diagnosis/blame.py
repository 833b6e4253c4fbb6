"""Which replicas a run's verdicts are about, and which of them are silent, unhealthy, or lost with the majority.

Pure: it reads nothing but the fields of results.jsonl.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.records import Header, Result, VerdictWord

# Asked at each replica without credentials: UNKNOWN there shows that a replica is silent, and not just unhealthy.
_ASKED_AT = frozenset({"NGINX-1", "REG-1", "IDENT-1", "PING-3"})
# They name replicas that only happened to respond.
_NO_EVIDENCE = frozenset({"PING-2", "TOKEN-0"})


def fails(result: Result) -> bool:
    """Whether it is a FAIL."""
    return result.verdict is VerdictWord.FAIL


def unknown(result: Result) -> bool:
    """Whether it could not be judged."""
    return result.verdict is VerdictWord.UNKNOWN


def blamed(header: Header, result: Result) -> frozenset[str]:
    """The replicas among the things that a verdict is about: themselves, their containers, databases or links."""
    names = [name for each in result.about for name in each.partition(":")[2].split(">")]
    return frozenset(replica for replica in header.replicas if any(_is_of(name, replica) for name in names))


def _is_of(name: str, replica: str) -> bool:
    """Whether it is the name of a replica, or of something of it, as of the container `registry-f2277ad178f7`."""
    return name == replica or name.endswith(f"-{replica}")


def _responded(result: Result) -> bool:
    """Whether an owner's failure came with an HTTP status: then something did respond."""
    seen = result.seen.get("status") if isinstance(result.seen, dict) else result.seen
    return isinstance(seen, int) and not isinstance(seen, bool)


def silent(results: Sequence[Result]) -> tuple[str, ...]:
    """The replicas that do not respond over HTTP at all."""
    down = {r.subject for r in results if r.condition == "PING-1" and fails(r) and not _responded(r)}
    asked = [r for r in results if r.condition in _ASKED_AT and r.subject in down]
    responded = {r.subject for r in asked if not unknown(r) and r.verdict is not VerdictWord.SKIPPED}
    return tuple(r.subject for r in results if r.condition == "PING-1" and r.subject in down - responded)


def unreached(header: Header, results: Sequence[Result], silent: Sequence[str]) -> tuple[str, ...]:
    """The silent ones that only this machine does not reach: nobody reports them, and users reach them, or their name
    does not resolve here.
    """
    public = [r.seen for r in results if r.condition == "PING-2" and r.verdict is VerdictWord.PASS]
    healthy = {name for seen in public if isinstance(seen, dict) for name in seen}
    unresolved = {r.subject for r in results if r.condition == "PING-1" and r.reason == "ping.unresolved"}
    others = [r for r in results if fails(r) and r.condition != "PING-1"]
    reported = frozenset().union(*(blamed(header, r) for r in others))
    return tuple(name for name in silent if name in (healthy | unresolved) - reported)


def cut_off(header: Header, results: Sequence[Result], silent: Sequence[str]) -> bool:
    """Whether nothing in the inventory responded: every owner failed without a response, nothing else was judged."""
    judged = [r for r in results if r.verdict in (VerdictWord.PASS, VerdictWord.WARN, VerdictWord.FAIL)]
    pinged = [r for r in results if r.condition == "PING-1"]
    no_response = all(r.condition in header.owners and fails(r) and not _responded(r) for r in judged)
    return bool(pinged) and len(silent) == len(pinged) and no_response


def unhealthy(header: Header, results: Sequence[Result], silent: Sequence[str]) -> tuple[str, ...]:
    """The replicas that respond, but are blamed by their own health check, or by two conditions and most of all."""
    evidence = [r for r in results if fails(r) and r.condition not in _NO_EVIDENCE]
    left = [r for r in evidence if not blamed(header, r) & set(silent)]
    own_report = _own_report(header, results)
    unhealthy: list[str] = []
    while True:
        counts = {name: len({r.condition for r in left if name in blamed(header, r)}) for name in header.replicas}
        most = max(counts.values(), default=0)
        top = [name for name in header.replicas if counts[name] == most]
        if len(top) > 1:
            # Two that blame each other may only have lost the link between them: their own health check decides.
            top = [name for name in top if name in own_report] if len(top) < len(header.replicas) else []
        if not top or most < 1 or (most < 2 and top[0] not in own_report):
            return tuple(unhealthy)
        unhealthy.append(top[0])
        left = [r for r in left if top[0] not in blamed(header, r)]


def _own_report(header: Header, results: Sequence[Result]) -> frozenset[str]:
    """The replicas that report themselves unhealthy, and not for what others lack."""
    pings = [r for r in results if r.condition == "PING-1" and fails(r)]
    return frozenset(r.subject for r in pings if r.subject in blamed(header, r))


def lost_with_majority(
    header: Header, results: Sequence[Result], silent: Sequence[str], unhealthy: Sequence[str]
) -> tuple[str, ...]:
    """The silent and the unhealthy, without those that still run and are unhealthy only for the lost majority."""
    enough = len(header.replicas) / 2 - len(silent)
    own_report = _own_report(header, results)
    return (*silent, *(name for before, name in enumerate(unhealthy) if before < enough or name in own_report))


def majority_lost(
    header: Header, results: Sequence[Result], down: Sequence[str], unreached: Sequence[str] = ()
) -> bool:
    """Whether half of the replicas or more are down, or all are unhealthy and none reports the cluster status.

    unreached: those that only this machine does not reach.

    Not where STATUS-14 holds, or RDB-1 at more than half of them: then the database has its majority, and the
    replicas are unhealthy for another reason.
    """
    sound = [r.condition for r in results if r.verdict is VerdictWord.PASS]
    if "STATUS-14" in sound or sound.count("RDB-1") * 2 > len(header.replicas):
        return False
    pings = [r for r in results if r.condition == "PING-1"]
    reported = any(r.condition == "STATUS-1" and r.verdict is VerdictWord.PASS for r in results)
    all_unhealthy = len(pings) == len(header.replicas) and all(map(fails, pings)) and not (reported or unreached)
    return len(header.replicas) > 1 and (len(down) * 2 >= len(header.replicas) or all_unhealthy)
