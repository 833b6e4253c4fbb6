"""What a run tried of what users do, at which replicas, and what came of it: a challenge of `/v2/`, a token, and the
pull of those images that the inventory names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from reports.diagnosis.case import Case, wrong
from reports.diagnosis.finding import Harm
from reports.plain import many
from reports.records import Result, VerdictWord

JUDGED = (VerdictWord.PASS, VerdictWord.WARN, VerdictWord.FAIL)
TRIED_BY: Mapping[Harm, frozenset[str]] = {
    Harm.SIGN_IN: frozenset({"TOKEN-0", "TOKEN-1"}),
    Harm.PULL: frozenset({"REG-2"}),
    Harm.V2: frozenset({"REG-1", "TOKEN-2"}),
    Harm.DROPPED: frozenset({"NGINX-2"}),
    Harm.REACH: frozenset({"PING-1", "PING-2"}),
    Harm.CUT_OFF: frozenset({"PING-2"}),
    Harm.UNHEALTHY_REPLICA: frozenset({"PING-2"}),
    Harm.PULL_SIGNED: frozenset({"FEED-7"}),
    Harm.EXPOSED: frozenset({"TOKEN-2", "TOKEN-3", "STATUS-2", "STATUS-9", "FEED-8", "REG-1"}),
    Harm.JOBS: frozenset({"JOB-1", "JOB-4"}),
    Harm.SOME_JOBS: frozenset({"JOB-2", "JOB-3", "CRON-1", "SCAN-1"}),
    Harm.WEB: frozenset({"PING-1", "PING-2", "STATUS-1", "TLS-1", "TLS-2"}),
    Harm.AUDIT_LOG: frozenset(f"FEED-{number}" for number in range(1, 10)),
    Harm.TRUST_LOG: frozenset(f"FEED-{number}" for number in range(1, 10)),
    Harm.EXPIRY: frozenset({"TLS-2"}),
    Harm.OTHER_NODES: frozenset({"NET-2", "NET-3", "NET-5"}),
    Harm.NEXT_FAILURE: frozenset({"STATUS-14", "STATUS-8", "NODE-6", "STATUS-12"}),
}
"""What shows it by trying it; what has no entry is never tried."""
SHOWN_BY: Mapping[str, Harm] = {
    "TOKEN-1": Harm.SIGN_IN,
    "REG-1": Harm.V2,
    "REG-2": Harm.PULL,
    "STATUS-1": Harm.WEB,
    "FEED-1": Harm.AUDIT_LOG,
}
"""What fails where a condition fails at a replica."""
# All of these passed at a replica: it works there, unless another one that uses it fails.
_PROVEN_BY: Mapping[Harm, tuple[str, ...]] = {
    Harm.SIGN_IN: ("TOKEN-1",),
    Harm.START_WORKLOADS: ("REG-1", "TOKEN-1"),
    Harm.PULL: ("REG-1", "TOKEN-1"),
    Harm.WEB: ("STATUS-1",),
    Harm.PULL_SIGNED: ("FEED-1", "FEED-9"),
    Harm.AUDIT_LOG: ("FEED-1",),
}


def works(case: Case, harm: Harm, replica: str, apart_from: Collection[Result] = ()) -> bool:
    """Whether what would be lost was tried at this replica, and passed each time; `apart_from` does not count."""
    if harm is Harm.PULL_SIGNED and any(wrong(each) for each in case.of("FEED-7")):
        return False
    if harm in (Harm.PULL, Harm.START_WORKLOADS) and (case.fails("TOKEN-2", replica) or _no_pull(case, replica)):
        return False
    conditions = _PROVEN_BY.get(harm, ())
    return bool(conditions) and all(_passed(case, each, replica, apart_from) for each in conditions)


def _no_pull(case: Case, replica: str) -> bool:
    """Whether a pull failed for which the replica is at fault, and not the image or the account."""
    return any(f"replica:{replica}" in each.about for each in case.fails("REG-2", replica))


def _passed(case: Case, condition: str, replica: str, apart_from: Collection[Result]) -> bool:
    there = [each for each in case.of(condition) if replica in each.subject.split(":")]
    known = [each for each in there if each.verdict is not VerdictWord.SKIPPED]
    left = [each for each in known if all(each is not other for other in apart_from)]
    return bool(left) and all(each.verdict is VerdictWord.PASS for each in left)


def all_works(case: Case, apart_from: Collection[Result] = ()) -> bool:
    """Whether log-ins and `/v2/` work at every replica, and the load balancer, where there is one, lets users in."""
    balanced = [each for each in case.of("PING-2") if each.verdict is not VerdictWord.SKIPPED]
    return bool(case.replicas) and all(
        works(case, harm, replica, apart_from) for replica in case.replicas for harm in (Harm.SIGN_IN, Harm.PULL)
    ) and all(each.verdict is VerdictWord.PASS for each in balanced)  # fmt: skip


def tested(case: Case) -> str:
    """What this run tried of what users do."""
    accounts = len(case.of("TOKEN-0", word=VerdictWord.PASS))
    replicas = len(case.of("REG-1", word=VerdictWord.PASS))
    feeds = len({each.subject.partition(":")[0] for each in case.of("FEED-1", word=VerdictWord.PASS)})
    images = _pulled(case)
    parts = [
        f"the log-in of {many(accounts, 'account')}" if accounts else "",
        f"/v2/ of {many(replicas, 'replica')}" if replicas else "",
        f"the pull of {many(images, 'image')}" if images else "",
        "the load balancer" if case.of("PING-2", word=VerdictWord.PASS) else "",
        many(feeds, "audit log") if feeds else "",
    ]
    return f"tested: {', '.join(filter(None, parts)) or 'nothing that users do'}"


def tried_text(case: Case) -> str:
    """What this run tried, and what no run ever tries: for a cluster on which nothing is wrong."""
    pull = "" if _pulled(case) else "pull was not tried; "
    return f"{tested(case)}; {pull}push, delete and sign are never tried"


def _pulled(case: Case) -> int:
    """How many images were pulled from some replica."""
    return len({each.subject.rpartition(":")[0] for each in case.of("REG-2", word=VerdictWord.PASS)})
