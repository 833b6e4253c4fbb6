"""What the inventory says otherwise than it is, and accounts and ways in that it names: the cluster may be healthy."""

from __future__ import annotations

from collections.abc import Iterator

from reports.diagnosis.case import Case, fails, has_reason, name_of, replicas_in, things_of, type_of, unknown
from reports.diagnosis.effects import unseen_at
from reports.diagnosis.finding import Family, Finding
from reports.diagnosis.reach import reported_missing, reported_well, silent_replicas
from reports.records import Result, VerdictWord

family = Family()

_ADMIN_AREAS = frozenset({"STATUS", "ALERT", "JOB", "VERSION", "STORE", "FEED"})
_CLOSED = ("ping.refused", "ping.no-connection", "ping.no-route", "ping.unresolved", "ping.local-error")
_NODE_CLOSED = ("node.no-connection", "node.no-route", "node.timeout", "node.unresolved")
_DATABASE_CLOSED = ("rdb.refused", "rdb.no-handshake", "rdb.no-connection", "rdb.no-route", "rdb.timeout")
_MKE_CLOSED = ("mke.refused", "mke.no-connection", "mke.no-route", "mke.unresolved")


@family.cause(
    "addresses-swapped",
    "The inventory has the addresses of {things} the wrong way round",
    remedy="check-addresses",
    harms=(),
)
def addresses_swapped(case: Case) -> Iterator[Finding]:
    """Two replicas, or two databases, answer in each other's place.

    Needs: each of them is answered at the address of the other.
    Predicts: all that is said of these addresses.
    Contradicted by: one that answers at its own address.
    """
    yield from _answers_elsewhere(case, mutual=True)


@family.cause(
    "wrong-address-in-inventory",
    "The inventory's address of {things} is that of another",
    remedy="check-addresses",
    harms=(),
)
def wrong_address(case: Case) -> Iterator[Finding]:
    """Another replica, or another database, answers at an address of the inventory.

    Needs: it names itself (IDENT-1, RDB-1).
    Predicts: all that is said of this address.
    Contradicted by: nothing that a run sees.
    """
    yield from _answers_elsewhere(case, mutual=False)


def _answers_elsewhere(case: Case, *, mutual: bool) -> Iterator[Finding]:
    for reason, kind in (("ident.another-replica", "replica"), ("rdb.another-server", "database")):
        own = case.found(reason)
        at = {each.subject for each in own}
        there = {name_of(thing) for each in own for thing in each.witnesses}
        if own and mutual is (len(at) > 1 and there <= at):
            seen = {f"{kind}:{name}" for name in at}

            def follows(result: Result, at: set[str] = at, kind: str = kind) -> bool:
                of_them = replicas_in(case, result)
                whole = kind == "replica" and bool(of_them) and of_them <= at and result.area != "CTR"
                return (unknown(result) and bool(at & set(result.subject.split(":")))) or whole

            yield Finding(tuple(sorted(seen)), tuple(own), predicts=follows)


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
    harms=(),
)
def not_reachable_from_here(case: Case) -> Iterator[Finding]:
    """Something is silent for this machine alone: others see it well, so that nothing of it is to be repaired.

    Needs: no connection from here; the balancer reaches it, its health report is fresh, its database is connected or
    its containers run.
    Predicts: all that was to be asked there.
    Contradicted by: others that miss it too.
    """
    closed = {each.subject: each for each in case.found(*_CLOSED) if each.condition == "PING-1"}
    silent = set(silent_replicas(case))
    names = [
        name
        for name in case.replicas
        if name in closed and name in silent and reported_well(case, name) and not reported_missing(case, name)
    ]
    if names:
        at = set(names)
        well = [each for name in names for each in reported_well(case, name)]

        def follows(result: Result) -> bool:
            of_them = replicas_in(case, result)
            return unknown(result) and (
                (bool(of_them) and of_them <= at) or (not of_them and bool(at & set(result.subject.split(":"))))
            )

        yield Finding(
            tuple(f"replica:{name}" for name in names), tuple(closed[name] for name in names), tuple(well[:12]),
            predicts=follows,
        )  # fmt: skip
    nodes = [each for each in case.found(*_NODE_CLOSED) if each.condition == "NODE-1"]
    if nodes:
        unreached = {each.subject for each in nodes}
        seen = [each for node in unreached for name in case.replicas_on(node) for each in reported_well(case, name)]
        yield Finding(
            tuple(f"node:{name}" for name in unreached), tuple(nodes), tuple(seen[:12]),
            predicts=unseen_at(case, unreached),
        )  # fmt: skip
    databases = [
        each
        for each in case.found(*_DATABASE_CLOSED)
        if case.passing("STATUS-8", each.subject)
        and not case.fails("STATUS-8", each.subject)
        and not any(fails(down) for down in case.of("CTR-1") if down.subject == f"{each.subject}:rethinkdb")
    ]
    if databases:
        unreached = {each.subject for each in databases}
        seen = [each for name in unreached for each in case.passing("STATUS-8", name)]
        yield Finding(
            tuple(f"database:{name}" for name in unreached), tuple(databases), tuple(seen[:12]),
            predicts=lambda each: unknown(each) and each.area == "RDB" and each.subject in unreached,
        )  # fmt: skip
    mke = case.found(*_MKE_CLOSED)
    logged_in = case.of("TOKEN-0", word=VerdictWord.PASS)
    if mke and logged_in:
        yield Finding(("mke",), tuple(mke), tuple(logged_in))


@family.cause("credentials-wrong", "The password or token of {things} is refused", remedy="check-credentials", harms=())
def credentials_wrong(case: Case) -> Iterator[Finding]:
    """An account of the inventory is refused wherever it was tried.

    Needs: 401 from the token service, or RethinkDB that refuses the log-in.
    Predicts: all that needs this account.
    Contradicted by: a place that accepts it (then the other place is at fault); MKE that is down.
    """
    own = [each for each in case.found("token.credentials-refused") if each.condition == "TOKEN-0"]
    if own and not _mke_refuses(case):
        yield Finding(tuple(f"account:{each.subject}" for each in own), tuple(own), predicts=_needs_account(own))
    refused = case.found("rdb.login-refused") + case.found("rethinkdb.login-refused", unknown=True)
    if refused:
        yield Finding(("account:rethinkdb",), tuple(refused), predicts=_of_rethinkdb)


def _mke_refuses(case: Case) -> bool:
    down = any(fails(each) for each in case.of("MKE-1"))
    return down and not case.of("TOKEN-0", word=VerdictWord.PASS)


def _of_rethinkdb(result: Result) -> bool:
    return unknown(result) and result.area == "RDB"


def _needs_account(own: list[Result]):  # type: ignore[no-untyped-def]
    accounts = {each.subject for each in own}

    def follows(result: Result) -> bool:
        if not unknown(result):
            return False
        of_admin = "admin" in accounts and (result.area in _ADMIN_AREAS or result.condition == "RDB-4")
        named = any(f"{result.subject}:".startswith(f"{account}:") for account in accounts)
        return result.condition == "TOKEN-3" or of_admin or named

    return follows


@family.cause("account-locked", "{things} {is} locked out after too many log-ins", remedy="check-credentials", harms=())
def account_locked(case: Case) -> Iterator[Finding]:
    """An account, or this machine, is barred for a while after too many failed log-ins (429).

    Needs: 429 from the token service.
    Predicts: all that needs this account.
    Contradicted by: the account that logs in.
    """
    own = [each for each in case.found("token.too-many-log-ins", "feed.too-many-log-ins") if fails(each)]
    if own:
        own.sort(key=lambda each: each.condition != "TOKEN-0")
        yield Finding(
            things_of(own, "account") or things_of(own), tuple(own),
            predicts=_needs_account([each for each in own if each.condition == "TOKEN-0"]),
        )  # fmt: skip


def _way_in(name: str, title: str, meaning: str, *reasons: str, remedy: str, types: tuple[str, ...]) -> None:
    """A kind for which something is UNKNOWN, or NODE-1 fails: the account or the configuration is at fault."""

    @family.cause(name, title, remedy=remedy, harms=())
    def rule(case: Case) -> Iterator[Finding]:
        own = [each for each in case.left if has_reason(each, reasons)]
        if own:
            own.sort(key=unknown)
            things = things_of(own, *types) or things_of(own)
            nodes = {name_of(each) for each in things if type_of(each) == "node"}
            yield Finding(things, tuple(own), predicts=unseen_at(case, nodes), affects=frozenset(things))

    listed = ", ".join(f"`{each}`" for each in reasons)
    rule.__doc__ = (
        f"{meaning}\n\nNeeds: a verdict for the reason {listed}.\nPredicts: what was to be asked by this way.\n"
        "Contradicted by: another way in that shows a fault.\n"
    )


_way_in(
    "account-restricted", "The account on {things} is restricted",
    "The account of the inventory runs no commands, or something prints between.",
    "shell.not-run", "shell.no-answer", "node.not-run", "node.no-answer", "docker.wrapper-prints",
    "node.wrapper-prints", "docker.no-permission", "node.no-permission", "docker.sudo-refused", "node.sudo-refused",
    "docker.no-command", "node.no-command", remedy="account-restricted", types=("node",),
)  # fmt: skip
_way_in(
    "session-limit", "sshd of {things} allows too few sessions, or no forwarding",
    "sshd's own limits keep this machine from asking.", "ssh.max-sessions", "node.max-sessions", "ssh.no-forwarding",
    "node.no-forwarding", "rethinkdb.no-forwarding", remedy="account-restricted", types=("node",),
)  # fmt: skip
_way_in(
    "client-certificate", "RethinkDB does not accept the client certificate of the inventory, or lacks one",
    "The database servers require a client certificate that the inventory does not name, or reject the one it names.",
    "rethinkdb.client-wanted", "rethinkdb.client-refused", "rdb.client-wanted", "rdb.client-refused",
    "inventory.client-certificate", remedy="database-access", types=("database",),
)  # fmt: skip
_way_in(
    "database-rights", "RethinkDB's user of the inventory may not read the system's tables",
    "The user has no read permission on the database `rethinkdb`.", "rethinkdb.no-permission", "rdb.no-permission",
    remedy="database-access", types=("account",),
)  # fmt: skip
_way_in(
    "rethinkcli-failed", "rethinkcli could not ask {things}",
    "The guide's own tool failed for a reason of its own: names for a moment, or the certificate of the volume.",
    "container.rethinkcli-failed", "rethinkdb.unresolved", "rethinkdb.local-error", "rethinkdb.tls-alert",
    remedy="database-access", types=("database",),
)  # fmt: skip
