"""Known errors in the logs of containers and of engines. Beyond the guide: what the vendor's support looks for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from checks.condition import WARNING, Reason, condition
from checks.rules.replica_containers import container_thing
from checks.rules.wording import many, one_line
from checks.verdict import Verdict, failed, not_applicable, passed, unknown
from fixtures.core.evidence import Thing, thing
from fixtures.core.look_back import begin
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Node, Replica
from fixtures.inventory.msr import container_name
from fixtures.options import Options
from fixtures.probes.containers import Containers, home_of
from fixtures.probes.logs.container_logs import ContainerLog, ContainerLogs, KnownLine
from fixtures.probes.logs.engine_log import EngineLog
from fixtures.probes.logs.signatures import Signature, engine_signatures, signatures

LOOK_BACK = timedelta(hours=1)
KNOWN: Mapping[str, Signature] = {each.id: each for each in (*signatures(), *engine_signatures())}


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
    if found := _that_matter(log.known, since, inventory):
        return _failed(found, since, subject=subject, about=about)
    name = container_name(log.component, replica.id)
    if log.failure:
        return _unread("log.not-read", f"the log of {name} cannot be read: {one_line(log.failure)}", subject, replica)
    lines = f"no known error in {many(log.lines, 'line')}"
    if not (read_from if log.whole else log.oldest or since) <= since:
        message = f"{lines} of {name}, but the log from {since:%Y-%m-%d %H:%M} UTC on was not all read"
        return _unread("log.not-read-back", message, subject, replica)
    return passed(f"{lines} since {since:%Y-%m-%d %H:%M} UTC", seen={}, expected={}, subject=subject, about=about)


@condition(
    "LOG-2",
    severity=WARNING,
    documented="Beyond the guide: logs of the nodes",
    remedy="log-engine-unread",
    reasons={
        **{each.reason: Reason(f"a node logs that {each.means}", each.remedy) for each in engine_signatures()},
        "log.engine-not-read": "the log of a node's engine cannot be read",
        "log.engine-not-read-back": "the log of a node's engine was not read back far enough",
    },
    measured="reported",
)
def test_engine_logs_no_known_error(
    shell_node: Node, engine_log: EngineLog, inventory: Inventory, options: Options
) -> Verdict:
    """The node's engine and kernel logged no line that is known to report a fault of the node or of the network."""
    since, name = begin(options.since, LOOK_BACK, engine_log.now), shell_node.name
    if found := _that_matter(engine_log.known, since, inventory):
        return _failed(found, since, about=[thing("node", name)])
    about, of = [thing("node", name)], f"{engine_log.source} of {name}"
    if engine_log.failure:
        message = f"{of} cannot be read: {one_line(engine_log.failure)}"
        raise Unavailable("log.engine-not-read", message, about=about)
    lines = f"no known error in {many(engine_log.lines, 'line')}"
    if not (engine_log.since if engine_log.whole else engine_log.oldest or engine_log.now) <= since:
        message = f"{lines} of {of}, which were not all read from {since:%Y-%m-%d %H:%M} UTC on"
        raise Unavailable("log.engine-not-read-back", message, about=about)
    return passed(f"{lines} of {of} since {since:%Y-%m-%d %H:%M} UTC", seen={}, expected={})


def _that_matter(known: Sequence[KnownLine], since: datetime, inventory: Inventory) -> list[KnownLine]:
    """The gravest first."""
    found = [each for each in known if each.signature in KNOWN and _matters(each, since, inventory)]
    return sorted(found, key=lambda each: list(KNOWN).index(each.signature))


def _failed(
    found: Sequence[KnownLine], since: datetime, *, about: Sequence[Thing], subject: str | None = None
) -> Verdict:
    return failed(
        KNOWN[found[0].signature].reason,
        f"{_told(found)} since {since:%Y-%m-%d %H:%M} UTC: {one_line(found[0].line)}",
        seen={f"{each.signature} {each.named_host}".rstrip(): each.count for each in found},
        expected={},
        subject=subject,
        about=about,
        since=min((each.first for each in found if each.first), default=None),
    )


def _matters(line: KnownLine, since: datetime, inventory: Inventory) -> bool:
    host = line.named_host
    ignored = any(fnmatchcase(host, pattern.lower()) for pattern in inventory.logs.ignore_hosts)
    enough = line.count >= KNOWN[line.signature].at_least
    return enough and not (host and ignored) and (line.last is None or line.last >= since)


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
