"""Known errors in the logs of containers and of nodes that no other cause explains."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, things_of
from reports.diagnosis.finding import Family, Finding, Harm
from reports.records import Result

family = Family()

family.by_reason(
    "log-unread",
    "The log of {things} was not read",
    "The log of a container cannot be read, or grows faster than it is read back.",
    "log.not-read",
    "log.not-read-back",
    unknown=True,
    remedy="log-unread",
)

family.by_reason(
    "engine-log-unread",
    "The log of the Docker engine on {things} was not read",
    "The log of a node's engine cannot be read, or was not read back far enough.",
    "log.engine-not-read",
    "log.engine-not-read-back",
    unknown=True,
    remedy="log-engine-unread",
)

_OF_STORAGE = ("log.storage-stale", "log.storage-credentials", "log.storage-clock")
_OF_NODES = {
    f"log.{name}"
    for name in ("disk-errors", "engine-disk-full", "kernel-out-of-memory", "engine-out-of-memory", "nfs-silent",
                 "overlay-keys", "overlay-addresses", "overlay-overlap", "gossip-failed", "gossip-sync", "gossip-udp")
}  # fmt: skip
"""What a node logs of that one more failure makes an outage."""


@family.cause("logged-error", "{things} log{s} a known error", remedy="", harms=())
def logged_error(case: Case) -> Iterator[Finding]:
    """Logs hold lines that report a fault, and nothing else that was found explains them.

    Needs: LOG-1 or LOG-2 finds such lines.
    Predicts: nothing.
    Contradicted by: nothing; the fault may be over.
    """
    groups: dict[str | None, list[Result]] = {}
    for each in case.found("log."):
        groups.setdefault(each.remedy, []).append(each)
    for own in groups.values():
        of_storage = any(each.reason in _OF_STORAGE for each in own)
        threatens = any(each.reason in _OF_NODES for each in own)
        harms = (Harm.PULL, Harm.PUSH) if of_storage else (Harm.NEXT_FAILURE if threatens else Harm.UNNOTICED,)
        yield Finding(things_of(own), tuple(own), harms=harms)
