"""Random runs for the properties of the diagnosis: clusters of one to seven replicas on which anything may be wrong.

Whatever is wrong has a reason that its condition may give, and is about what it may be about.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from hypothesis import strategies as st

from fixtures.core.reasons import REASONS
from reports.diagnosis.targets import COMPONENTS
from reports.records import Because, Declared, Header, Result, Severity, VerdictWord
from tests.checks.case import CONDITIONS
from tests.reports.samples import header

# {a} and {b} are replicas, {m} and {n} their nodes; a subject with {b} is judged for each pair of them.
_SHAPES = """
PING-1    {a}                  replica:{a} | container:api-{a} | container:rethinkdb-{a} database:{a} | database:{b}
PING-2    msr.example.org      balancer | balancer replica:{a} | balancer database:{a}
PING-3    {a}                  replica:{a}
IDENT-1   {a}                  replica:{a}
NGINX-1   {a}                  replica:{a}
STATUS-1  {a}                  replica:{a}
STATUS-2  anonymous            account:anonymous | replica:{a}
STATUS-3  {a}                  replica:{a} | database:{b} | database:{a} | cluster
STATUS-4  {a}:{b}              replica:{a} | replica:{b}
STATUS-5  {a}                  replica:{a}
STATUS-6  {a}                  replica:{a} | database:{a} | replica:6c1f0e55b7a2
STATUS-7  {a}:{b}              link:{a}>{b}
STATUS-8  {a}:{b}              link:{a}>{b} | database:{a} | database:{b}
STATUS-9  {a}                  replica:{a} | database:{a}
STATUS-10 dtr2                 cluster
STATUS-11 dtr2.tags            table:dtr2.tags database:{a} | table:dtr2.tags database:{a} database:{b}
STATUS-11 jobrunner.jobs       table:jobrunner.jobs database:{a}
STATUS-12 dtr2.tags            table:dtr2.tags database:{a} | table:dtr2.tags
STATUS-12 jobrunner.jobs       table:jobrunner.jobs database:{a} | table:jobrunner.jobs
STATUS-13 {a}                  replica:{a}
STATUS-14 cluster              cluster
STATUS-15 {a}                  replica:{a} | database:{a}
STATUS-16 cluster              replica:6c1f0e55b7a2
ALERT-1   cluster              alert:NO_LICENSE
JOB-1     {a}                  replica:{a}
JOB-2     cluster              job:onlinegc
JOB-3     cluster              job:metadatastoremigration
JOB-4     cluster              cluster
CRON-1    onlinegc             job:onlinegc
SCAN-1    cluster              job:update_vuln_db
VERSION-1 {a}                  replica:{a}
STORE-1   cluster              replica:{a} replica:{b}
REG-1     {a}                  replica:{a} | cluster
TLS-1     {a}                  certificate:{a}
TLS-2     {a}                  certificate:{a}
MKE-1     mke.example.org      mke
TOKEN-0   admin                account:admin | token-service:{a}
TOKEN-1   admin:global:{a}     token-service:{a}
TOKEN-2   reader:ci:{a}        token-service:{a} | account:reader:ci
TOKEN-4   {a}                  replica:{a}
FEED-1    global:{a}           notary:{a} | replica:{a}
FEED-7    global               feed:global | notary:{a}
FEED-9    {a}:{b}              link:{a}>{b} | notary:{a} notary:{b}
CTR-1     {a}:{component}      container:{component}-{a}
CTR-2     {a}:{component}      container:{component}-{a}
CTR-3     {a}                  container:registry-{a} | replica:{a}
CTR-4     {a}:rethinkdb        container:rethinkdb-{a}
CTR-5     {a}                  volume:dtr-rethink-{a} | volume:dtr-registry-{a} | replica:{a}
CTR-6     {a}                  link:{a}>{b} | replica:{a}
CTR-7     {m}                  node:{m} | container:dtr-phase2
NODE-1    {m}                  node:{m}
NODE-2    {m}:_var_lib_docker  node:{m}
NODE-3    {m}                  node:{m}
NODE-4    {m}                  node:{m}
NODE-5    {m}                  node:{m}
NODE-6    cluster              node:{m} | swarm
NET-1     {m}                  node:{m} | network:dtr-ol
NET-2     {m}:{n}              link:{m}>{n} | node:{m} | network:dtr-ol | link:{n}>{m} link:{m}>{n}
NET-3     {m}:{n}              link:{m}>{n}
NET-4     {m}:{b}              node:{m} database:{b}
NET-5     {m}:{n}              link:{m}>{n}
NET-6     {m}:{b}              node:{m} container:{component}-{b} | link:{m}>{n} | node:{m} | network:dtr-ol
NET-7     dtr-ol:addresses     container:{component}-{a} | container:rethinkdb-{a} container:shop
NET-7     dtr-ol:subnet        network:dtr-ol
NET-7     dtr-ol:free          network:dtr-ol
NET-7     dtr-ol:nodes         node:{m}
RDB-1     {a}                  database:{a} | database:{b} | cluster | database:{a} container:rethinkdb-{a}
RDB-2     {a}                  database:{a}
RDB-3     cluster              table:dtr2.tags
RDB-4     {a}                  database:{a} | replica:{a}
"""
_REPORTED = ("STATUS", "JOB", "ALERT", "CRON", "SCAN")
# They are told of each issue of a server, in place of the server.
_OF_SERVERS = ("STATUS-3", "RDB-1")
_ISSUE = "table_availability"
_WAYS_IN = [name for name in REASONS if not name.startswith("run.")]


@dataclass(frozen=True)
class Place:
    """A condition at one subject, and what it may be about there."""

    condition: str
    subject: str
    about: tuple[tuple[str, ...], ...]

    def verdict(self, word: str = "PASS", about: tuple[str, ...] = (), reason: str | None = None) -> Result:
        """What is said there."""
        severity: Severity = "critical" if CONDITIONS[self.condition].severity == "critical" else "warning"
        how = "reported" if self.condition.startswith(_REPORTED) else "directly"
        measured = None if word == "UNKNOWN" else how
        made = Result("prod-eu", self.condition, self.subject, VerdictWord(word), severity, "x", reason, about)
        return replace(made, measured=measured)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Mix:
    """A header, and the results of the run."""

    header: Header
    results: tuple[Result, ...]


@cache
def places(replicas: int) -> tuple[Place, ...]:
    """All subjects of a cluster of so many replicas."""
    return tuple(dict.fromkeys(_places(header(replicas))))


def _places(of: Header) -> Iterator[Place]:
    nodes = {name: place.node for name, place in of.replicas.items()}
    pairs = list(itertools.combinations(nodes, 2)) or [(next(iter(nodes)), "")]
    for line in _SHAPES.strip().splitlines():
        condition, subject, about = line.split(None, 2)
        # The whole list of pairs where the subject is one; else each replica once, and another one beside it.
        whole = pairs if "{b}" in subject or "{n}" in subject else [_beside(each, list(nodes)) for each in nodes]
        for a, b in whole if "{" in subject else whole[:1]:
            if not b and ("{b}" in subject or "{n}" in subject):
                continue
            for component in COMPONENTS if "{component}" in subject else [""]:
                names = {"a": a, "b": b, "m": nodes[a], "n": nodes.get(b), "component": component}
                kept = [each for each in about.split(" | ") if b or not {"{b}", "{n}"} & set(_fields(each))]
                ways = tuple(tuple(each.format(**names).split()) for each in kept)
                yield Place(condition, subject.format(**names), ways or (("cluster",),))


def _beside(name: str, names: Sequence[str]) -> tuple[str, str]:
    return name, next((each for each in names if each != name), "")


def _fields(text: str) -> list[str]:
    return [f"{{{each.partition('}')[0]}}}" for each in text.split("{")[1:]]


@cache
def healthy(replicas: int) -> tuple[Result, ...]:
    """The run in which all is well."""
    seen: dict[str, object] = {
        "PING-2": dict.fromkeys(header(replicas).replicas, 2),
        "NODE-6": {"managers": replicas, "reachable": replicas, "quorum": replicas // 2 + 1},
        "CTR-7": [],
    }
    named = {*header(replicas).replicas, *header(replicas).nodes}
    return tuple(
        replace(
            each.verdict("PASS", each.about[0] if named & set(each.subject.split(":")) else ()),
            seen=seen.get(each.condition),
        )
        for each in places(replicas)
    )


@cache
def _reasons(condition: str) -> tuple[str, ...]:
    """Its own, and where it owns what it looks at, those of the ways in."""
    own, area = CONDITIONS[condition], condition.partition("-")[0].lower()
    ways = [f"{area}.{each.partition('.')[2]}" for each in _WAYS_IN] if own.owns else []
    return tuple(dict.fromkeys([*own.reasons, *ways]))


@st.composite
def _wrong(draw: st.DrawFn, found: Sequence[Place]) -> list[Result]:
    """One condition that fails at one subject or, for the same reason, at several."""
    place = draw(st.sampled_from(found))
    reason = draw(st.sampled_from(_reasons(place.condition)))
    word = draw(st.sampled_from(["FAIL", "FAIL", "WARN"]))
    alike = [each for each in found if each.condition == place.condition]
    chosen = draw(st.lists(st.sampled_from(alike), max_size=9, unique=True)) if draw(st.booleans()) else [place]
    return [replace(each.verdict(word, draw(st.sampled_from(each.about)), reason), seen=draw(_SEEN)) for each in chosen]


_SEEN = st.sampled_from([None, None, 502, {"status": 500}, {"critical": True}, {"critical": False}])


@st.composite
def _issues(draw: st.DrawFn, found: Sequence[Place]) -> list[Result]:
    """A server reports that tables miss another one, or itself."""
    place = draw(st.sampled_from([each for each in found if each.condition in _OF_SERVERS]))
    about = draw(st.sampled_from([each for each in place.about if each[0].startswith("database:")]))
    return [_issue(place, about, critical=draw(st.booleans()))]


def _issue(place: Place, about: tuple[str, ...], *, critical: bool) -> Result:
    reason = f"{place.condition.partition('-')[0].lower()}.table-availability"
    told = replace(place, subject=f"{place.subject}:{_ISSUE}").verdict("FAIL", about, reason)
    return replace(told, seen={"critical": critical})


@st.composite
def _unseen(draw: st.DrawFn, of: Header, found: Sequence[Place]) -> list[Result]:
    """What could not be judged at one replica or one node, all of it for one reason."""
    replica = draw(st.sampled_from(list(of.replicas)))
    node = of.replicas[replica].node or ""
    thing, probe, ways = draw(
        st.sampled_from(
            [
                (f"replica:{replica}", "ping", ("http.",)),
                (f"database:{replica}", "database_view", ("rethinkdb.",)),
                (f"node:{node}", "engine", ("docker.", "ssh.")),
                (f"node:{node}", "system", ("shell.", "ssh.")),
            ]
        )
    )
    areas = {
        "ping": ("PING-3", "IDENT", "NGINX", "STATUS", "JOB", "REG", "TOKEN", "VERSION"),
        "database_view": ("RDB",),
    }
    areas |= {"engine": ("CTR", "NET", "NODE-5"), "system": ("NODE-2", "NODE-3", "NODE-4", "LOG-2")}
    reason = draw(st.sampled_from([name for name in REASONS if name.startswith(ways)]))
    because = Because(thing.partition(":")[2], probe=probe)
    there = [e for e in found if e.condition.startswith(areas[probe]) and {replica, node} & set(e.subject.split(":"))]
    return [replace(each.verdict("UNKNOWN", (thing,), reason), because=because) for each in there]


def _gone(of: Header, found: Sequence[Place], lost: Sequence[str]) -> Iterator[Result]:
    """The nodes of these replicas do not respond, nor anything on them, and the others miss their databases."""
    nodes = {of.replicas[each].node or "" for each in lost}
    left = [each for each in of.replicas if each not in lost]
    away = tuple(f"database:{each}" for each in lost)
    majority = len(left) >= len(of.replicas) // 2 + 1
    for each in found:
        parts, first = set(each.subject.split(":")), each.about[0]
        there = parts & {*nodes, *lost}
        match each.condition:
            case "STATUS-11":
                reason = "status.table-copy-not-ready" if majority else "status.table-no-writes"
                yield each.verdict("FAIL", (first[0], *away), reason)
            case "RDB-1" | "STATUS-3" if not there:
                yield _issue(each, away, critical=not majority)
            case "NODE-1" | "PING-1" | "RDB-1" if there:
                yield each.verdict("FAIL", first, f"{each.condition.partition('-')[0].lower()}.no-connection")
            case "STATUS-5" if there:
                yield each.verdict("FAIL", first, "status.stale-health")
            case "STATUS-8" if there:
                yield each.verdict("FAIL", first, "status.servers-apart")
            case name if there and name.startswith(("CTR", "NET", "NODE")):
                because = Because(min(nodes & parts, default=min(nodes)), probe="engine")
                yield replace(
                    each.verdict("UNKNOWN", (f"node:{because.subject}",), "docker.no-connection"), because=because
                )
            case name if there and name != "STATUS-6":
                because = Because(min(there), "PING-1")
                yield replace(
                    each.verdict("UNKNOWN", (f"replica:{because.subject}",), "http.no-connection"), because=because
                )


@st.composite
def _hung(draw: st.DrawFn, of: Header, found: Sequence[Place]) -> list[Result]:
    """An engine that hangs, and is only asked for its containers."""
    replica = draw(st.sampled_from(list(of.replicas)))
    node = of.replicas[replica].node or ""
    there = [
        e for e in found if {replica, node} & set(e.subject.split(":")) and e.condition.startswith(("CTR", "NODE-1"))
    ]
    return [
        each.verdict("FAIL", each.about[0], "node.hangs")
        if each.condition == "NODE-1"
        else replace(each.verdict("UNKNOWN", (f"node:{node}",), "docker.hangs"), because=Because(node, probe="engine"))
        for each in there
    ]


@st.composite
def _stopped(draw: st.DrawFn, found: Sequence[Place]) -> list[Result]:
    """Containers that exited, hang or do not exist, and whose replica says so."""
    reason = draw(st.sampled_from(["ctr.exited", "ctr.missing", "ctr.paused", "ctr.unhealthy", "ctr.restarting"]))
    condition = "CTR-1" if reason in ("ctr.exited", "ctr.missing") else "CTR-2"
    alike = [each for each in found if each.condition == condition]
    chosen = draw(st.lists(st.sampled_from(alike), min_size=1, max_size=4, unique=True))
    return [each.verdict("FAIL", each.about[0], reason) for each in chosen]


@st.composite
def mixes(draw: st.DrawFn) -> Mix:
    """A run on which some things are wrong at once; some verdicts may be absent, some nodes declared lost."""
    replicas = draw(st.sampled_from([3, 1, 2, 4, 5, 7]))
    of, found = header(replicas), places(replicas)
    made = {(each.condition, each.subject): each for each in healthy(replicas)}
    gone = draw(st.just([]) | st.lists(st.sampled_from(list(of.replicas)), max_size=replicas, unique=True))
    made |= {(each.condition, each.subject): each for each in (_gone(of, found, gone) if gone else ())}
    kinds = st.one_of(_stopped(found), _wrong(found), _unseen(of, found), _issues(found), _hung(of, found))
    for _ in range(draw(st.sampled_from([1, 0, 2, 4] if gone else [1, 2, 4, 6]))):
        made |= {(each.condition, each.subject): each for each in draw(kinds)}
    for condition, subject in list(made):
        if subject.endswith(_ISSUE):
            made.pop((condition, subject.partition(":")[0]), None)
    for dropped in draw(st.lists(st.sampled_from(list(made)), max_size=2)):
        made.pop(dropped, None)
    nodes = [of.replicas[each].node or "" for each in gone]
    lost = draw(st.just(nodes) | st.lists(st.sampled_from(of.nodes), max_size=2, unique=True))
    stated = tuple(Declared("lost", node, "ops", "2026-11-23T02:50:00Z") for node in lost)
    return Mix(replace(of, declared=stated), tuple(made.values()))
