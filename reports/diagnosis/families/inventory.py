"""What the inventory says otherwise than it is, and what only this machine does not reach: nothing is to repair."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from reports.diagnosis.case import Case, fails, name_of, nodes_in, replicas_in, unknown
from reports.diagnosis.effects import unseen_at
from reports.diagnosis.families.database import links_of
from reports.diagnosis.families.majority import database_stopped
from reports.diagnosis.finding import Family, Finding
from reports.diagnosis.reach import only_from_here, reported_missing, reported_well, silent_replicas, web_ports
from reports.records import Result, VerdictWord

family = Family()

_CLOSED = ("refused", "no-connection", "no-route", "unresolved", "local-error", "no-proxy")
_PING_CLOSED = tuple(f"ping.{each}" for each in _CLOSED)
_NODE_CLOSED = ("node.no-connection", "node.no-route", "node.timeout", "node.unresolved")
_MKE_CLOSED = tuple(f"mke.{each}" for each in _CLOSED)
_DATABASE_CLOSED = tuple(f"rdb.{each}" for each in (*_CLOSED, "no-handshake", "timeout"))
# The address was found, and what leads to the port does not.
_PATH_SHUT = tuple(f"rdb.{each}" for each in ("refused", "no-connection", "no-route", "no-handshake", "timeout"))
# The public name is asked by users from elsewhere: only that this machine cannot look it up says nothing of them.
_NOT_LOOKED_UP = ("ping.unresolved", "ping.local-error", "ping.no-proxy")
_Follows = Callable[[Result], bool]


@family.cause(
    "addresses-swapped",
    "The inventory has the addresses of {things} the wrong way round",
    remedy="check-addresses",
    harms=(),
)
def addresses_swapped(case: Case) -> Iterator[Finding]:
    """Two replicas, or two databases, answer in each other's place.

    Needs: each of them is answered at the address of another of them.
    Predicts: all that is said of these addresses.
    Contradicted by: one that answers at its own address.
    """
    yield from _answers_elsewhere(case, mutual=True)


@family.cause(
    "wrong-address-in-inventory",
    "The inventory has a wrong address of {things}",
    remedy="check-addresses",
    harms=(),
)
def wrong_address(case: Case) -> Iterator[Finding]:
    """Another replica or database answers at an address of the inventory, or nothing does while the replica's nginx
    listens on another port.

    Needs: the other one names itself; or a node that listens on other HTTPS ports than the inventory says.
    Predicts: all that is said of this address.
    Contradicted by: others that miss the replica too.
    """
    yield from _answers_elsewhere(case, mutual=False)
    for ping in case.found(*_PING_CLOSED):
        place = case.header.replicas.get(ping.subject)
        if ping.condition != "PING-1" or place is None:
            continue
        ports = web_ports(case, ping.subject)
        if ports and place.port not in ports and only_from_here(case, ping.subject):
            listed = " or ".join(str(each) for each in ports)
            yield Finding(
                (f"replica:{ping.subject}",), (ping,), reported_well(case, ping.subject)[:12],
                predicts=_unasked(case, {ping.subject}),
                detail=f"the inventory says port {place.port}, and its nginx listens on port {listed}",
            )  # fmt: skip


def _answers_elsewhere(case: Case, *, mutual: bool) -> Iterator[Finding]:
    replicas = case.found("ident.another-replica")
    yield from _others_answer(case, "replica", replicas, {name_of(w) for r in replicas for w in r.witnesses}, mutual)
    databases = case.found("rdb.another-server") + case.found("rethinkdb.another-server", unknown=True)
    yield from _others_answer(case, "database", databases, {name_of(w) for r in databases for w in r.witnesses}, mutual)


def _others_answer(case: Case, kind: str, own: list[Result], there: Collection[str], mutual: bool) -> Iterator[Finding]:
    """Where others than those that are expected answer; these are there, where they say who they are."""
    at = {each.subject for each in own if each.subject in case.replicas}
    if not at or mutual is not (len(at) > 1 and set(there) <= at):
        return

    def follows(result: Result) -> bool:
        of_them = replicas_in(case, result)
        there = bool(at & set(result.subject.split(":"))) or (bool(of_them) and of_them <= at)
        return unknown(result) and there and not nodes_in(result)

    yield Finding(tuple(f"{kind}:{name}" for name in at), tuple(own), predicts=follows)


@family.cause("wrong-host-behind-ssh", "Another machine answers in place of {things}", remedy="other-engine", harms=())
def wrong_host(case: Case) -> Iterator[Finding]:
    """The way in to a node leads to another machine; nothing was started there.

    Needs: the engine names itself otherwise, or the managers do not list it under its identity.
    Predicts: all that was to be asked on that node.
    Contradicted by: nothing that a run sees.
    """
    own = case.found("node.other-engine", "node.other-machine", "node.unnamed", "node.not-listed")
    if own:
        nodes = {each.subject for each in own}
        unseen = unseen_at(case, nodes)
        twice = {"net.one-engine", "inventory.one-engine"}
        yield Finding(
            tuple(f"node:{name}" for name in nodes), tuple(own),
            predicts=lambda each: unseen(each)
            or (unknown(each) and bool(nodes & set(each.subject.split(":"))))
            or (each.reason in twice),
        )  # fmt: skip


@family.cause(
    "not-reachable-from-here",
    "This machine does not reach {things} at the address in the inventory",
    remedy="unreached-address",
    others=("port-path",),
    harms=(),
)
def not_reachable_from_here(case: Case) -> Iterator[Finding]:
    """Something is silent for this machine alone: others see it well, so that nothing of it is to be repaired.

    Needs: no connection from here; the balancer reaches the replica, or its health report is fresh, its database is
    connected and its nginx runs, or its name does not even resolve here; the others are connected to the database, or
    the only replica reads it; somebody logs in through MKE; the public name does not resolve here alone.
    Predicts: all that was to be asked there.
    Contradicted by: others that miss it too.
    """
    yield from _replicas(case)
    yield from _nodes(case)
    yield from _databases(case)
    mke, logged_in = case.found(*_MKE_CLOSED), case.of("TOKEN-0", word=VerdictWord.PASS)
    if mke and logged_in:
        yield Finding(("mke",), tuple(mke), tuple(logged_in), affects=frozenset({"mke"}))
    public, healthy = case.found(*_NOT_LOOKED_UP), case.of("PING-1", word=VerdictWord.PASS)
    public = [each for each in public if each.condition == "PING-2"]
    if public and healthy:
        yield Finding(("balancer",), tuple(public), tuple(healthy), affects=frozenset({"balancer"}))


def _replicas(case: Case) -> Iterator[Finding]:
    closed = {each.subject: each for each in case.found(*_PING_CLOSED) if each.condition == "PING-1"}
    silent = silent_replicas(case)
    names = [name for name in silent if name in closed and (only_from_here(case, name) or _no_name(case, closed[name]))]
    if names:
        well = tuple(each for name in names for each in reported_well(case, name))
        yield Finding(
            tuple(f"replica:{name}" for name in names), tuple(closed[name] for name in names), well[:12],
            predicts=_unasked(case, set(names)),
        )  # fmt: skip


def _no_name(case: Case, ping: Result) -> bool:
    """Whether this machine cannot even look up a replica's name, and nobody misses the replica."""
    return ping.reason in _NOT_LOOKED_UP and not reported_missing(case, ping.subject)


def _nodes(case: Case) -> Iterator[Finding]:
    """Nodes to which no way leads from here, while their replicas are seen well."""
    nodes = [
        each
        for each in case.found(*_NODE_CLOSED)
        if each.condition == "NODE-1" and any(reported_well(case, name) for name in case.replicas_on(each.subject))
    ]
    if nodes:
        names = [each.subject for each in nodes]
        seen = tuple(each for node in names for name in case.replicas_on(node) for each in reported_well(case, name))
        yield Finding(
            tuple(f"node:{name}" for name in names), tuple(nodes), seen[:12], predicts=unseen_at(case, names)
        )  # fmt: skip


def _unasked(case: Case, names: set[str]) -> _Follows:
    """What is UNKNOWN because these replicas cannot be asked; of the whole cluster where none of them can."""
    everybody = names >= set(case.replicas)

    def follows(result: Result) -> bool:
        of_them = replicas_in(case, result)
        here = (bool(of_them) and of_them <= names) or (not of_them and bool(names & set(result.subject.split(":"))))
        return unknown(result) and (here or (everybody and (result.reason or "").startswith(("http.", "token."))))

    return follows


def _databases(case: Case) -> Iterator[Finding]:
    """Database servers that this machine alone does not reach: all others that can tell are connected to them, or
    where there is no other, their own replica reads them.
    """
    own = [each for each in case.found(*_DATABASE_CLOSED) if each.condition == "RDB-1" and _connected(case, each)]
    if own:
        names = {each.subject for each in own}
        things = tuple(f"database:{name}" for name in names)
        well = tuple(link for name in names for link in links_of(case, name))
        unresolved = any(each.reason not in _PATH_SHUT for each in own)
        yield Finding(
            things, tuple(own), well[:12], affects=frozenset(things), remedy=None if unresolved else "port-path"
        )  # fmt: skip


def _connected(case: Case, result: Result) -> bool:
    links = [each for each in links_of(case, result.subject) if not unknown(each)]
    read = case.passes("PING-1", result.subject) and case.passes("STATUS-1", result.subject)
    well = not any(map(fails, links)) if links else len(case.replicas) == 1 and read
    return well and database_stopped(case, result.subject) is None and not _reported_ill(case, result)


def _reported_ill(case: Case, result: Result) -> bool:
    """Whether another server, or a replica, says something against this one."""
    told = case.of("STATUS-3", "RDB-1", "PING-1")
    return any(fails(each) and each is not result and set(result.about) & set(each.about) for each in told)
