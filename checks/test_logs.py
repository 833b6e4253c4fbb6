"""Known errors in the logs of MSR's containers. Beyond the guide: what the vendor's support searches them for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from checks.condition import WARNING, Reason, condition
from checks.rules.replica_containers import container_thing
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, not_applicable, passed, unknown
from fixtures.core.look_back import begin
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Replica
from fixtures.inventory.msr import container_name
from fixtures.options import Options
from fixtures.probes.containers import Containers, home_of
from fixtures.probes.logs.container_logs import ContainerLog, ContainerLogs, KnownLine
from fixtures.probes.logs.signatures import Signature, signatures

LOOK_BACK = timedelta(hours=1)
KNOWN: Mapping[str, Signature] = {each.id: each for each in signatures()}


@condition(
    "LOG-1",
    severity=WARNING,
    documented="Beyond the guide: logs of the containers",
    remedy="log-unread",
    reasons={
        **{each.reason: Reason(f"a container logs that {each.means}", each.remedy) for each in signatures()},
        "log.not-read": "the log of a container cannot be read",
        "log.not-read-back": "the log of a container was not read back far enough",
    },
    measured="reported",
)
def test_logs_hold_no_known_error(
    replica_with_docker: Replica,
    every_containers: PerSubject[Containers],
    every_container_logs: PerSubject[ContainerLogs],
    inventory: Inventory,
    options: Options,
) -> Sequence[Verdict]:
    """The logs of the replica's running containers hold no line that is known to report a fault."""
    home = home_of(replica_with_docker, every_containers)
    seen = every_container_logs[home]
    since = begin(options.since, LOOK_BACK, seen.now)
    own = [each for each in seen.logs if each.replica == replica_with_docker.id]
    if not own:
        return [not_applicable(f"no container of the replica runs on {home}, see CTR-1")]
    return [_judge(replica_with_docker, each, seen.since, since, inventory) for each in own]


def _judge(replica: Replica, log: ContainerLog, read_from: datetime, since: datetime, inventory: Inventory) -> Verdict:
    subject, about = f"{replica.id}:{log.component}", [container_thing(replica, log.component)]
    found = [each for each in log.known if each.signature in KNOWN and _matters(each, since, inventory)]
    if found:
        found.sort(key=lambda each: list(KNOWN).index(each.signature))
        message = f"{_told(found)} since {since:%Y-%m-%d %H:%M} UTC: {one_line(found[0].line)}"
        return failed(
            KNOWN[found[0].signature].reason,
            message,
            seen={f"{each.signature} {each.named_host}".rstrip(): each.count for each in found},
            expected={},
            subject=subject,
            about=about,
            since=min((each.first for each in found if each.first), default=None),
        )
    name = container_name(log.component, replica.id)
    if log.failure:
        return _unread("log.not-read", f"the log of {name} cannot be read: {one_line(log.failure)}", subject, replica)
    lines = f"no known error in {many(log.lines, 'line')}"
    if not (read_from if log.whole else log.oldest or since) <= since:
        message = f"{lines} of {name}, but the log from {since:%Y-%m-%d %H:%M} UTC on was not all read"
        return _unread("log.not-read-back", message, subject, replica)
    return passed(f"{lines} since {since:%Y-%m-%d %H:%M} UTC", seen={}, expected={}, subject=subject, about=about)


def _matters(line: KnownLine, since: datetime, inventory: Inventory) -> bool:
    host = line.named_host
    ignored = any(fnmatchcase(host, pattern.lower()) for pattern in inventory.logs.ignore_hosts)
    return not (host and ignored) and (line.last is None or line.last >= since)


def _told(found: Sequence[KnownLine]) -> str:
    """`no space left on a device (3 lines); a host name does not resolve (updates.example.org, 2 lines)`."""
    shown = [
        f"{KNOWN[each.signature].means} ({f'{each.named_host}, ' if each.named_host else ''}{many(each.count, 'line')})"
        for each in found[:3]
    ]
    more = len(found) - len(shown)
    return "; ".join(shown) + (f" and {more} more" if more else "")


def _unread(reason: str, message: str, subject: str, replica: Replica) -> Verdict:
    about = [container_thing(replica, subject.partition(":")[2])]
    return unknown(Unavailable(reason, message, about=about), subject=subject)
