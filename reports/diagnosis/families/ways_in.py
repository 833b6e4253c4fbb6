"""Accounts, certificates and limits on the way in, as the inventory names them: the cluster may be healthy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from reports.diagnosis.case import Case, fails, has_reason, name_of, things_of, type_of, unknown
from reports.diagnosis.effects import unseen_at
from reports.diagnosis.families.changes import said_before_an_upgrade
from reports.diagnosis.finding import Family, Finding
from reports.records import Result, VerdictWord

family = Family()

_ADMIN_AREAS = frozenset({"STATUS", "ALERT", "JOB", "CRON", "SCAN", "VERSION", "STORE", "FEED"})
_DATABASE_ACCOUNT = ("account:rethinkdb",)
_WRAPPER = ("docker.wrapper-prints", "node.wrapper-prints")
_CLIENT = ("rethinkdb.client-wanted", "rethinkdb.client-refused", "rdb.client-wanted", "rdb.client-refused")


@family.cause("credentials-wrong", "The password or token of {things} is refused", remedy="check-credentials",
              others=("database-user",), harms=())  # fmt: skip
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
        things = things_of(refused, "account") or _DATABASE_ACCOUNT
        yield Finding(things, tuple(refused), predicts=_of_rethinkdb, remedy="database-user")


def _mke_refuses(case: Case) -> bool:
    down = any(fails(each) for each in case.of("MKE-1"))
    return down and not case.of("TOKEN-0", word=VerdictWord.PASS)


def _of_rethinkdb(result: Result) -> bool:
    return unknown(result) and result.area == "RDB"


def _needs_account(own: Sequence[Result]) -> Callable[[Result], bool]:
    accounts = {each.subject for each in own}

    def follows(result: Result) -> bool:
        if not unknown(result):
            return False
        of_admin = "admin" in accounts and (result.area in _ADMIN_AREAS or result.condition == "RDB-4")
        named = any(f"{result.subject}:".startswith(f"{account}:") for account in accounts)
        return result.condition == "TOKEN-3" or of_admin or named

    return follows


@family.cause("account-locked", "{things} {is} locked out after too many log-ins", remedy="account-locked", harms=())
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


def _way_in(
    name: str,
    title: str,
    meaning: str,
    *reasons: str,
    remedy: str,
    types: tuple[str, ...],
    unlike: tuple[Collection[str], str] = ((), ""),
) -> None:
    """A kind for which something is UNKNOWN, or NODE-1 fails: the account or the configuration is at fault.

    unlike: reasons with another remedy, where there are no others.
    """

    @family.cause(name, title, remedy=remedy, others=tuple(filter(None, unlike[1:])), harms=())
    def rule(case: Case) -> Iterator[Finding]:
        yield from _kept_out(case, reasons, types, unlike)

    listed = ", ".join(f"`{each}`" for each in reasons)
    rule.__doc__ = (
        f"{meaning}\n\nNeeds: a verdict for the reason {listed}.\nPredicts: what was to be asked by this way.\n"
        "Contradicted by: another way in that shows a fault.\n"
    )


def _kept_out(
    case: Case, reasons: tuple[str, ...], types: tuple[str, ...], unlike: tuple[Collection[str], str]
) -> Iterator[Finding]:
    """What could not be asked for these reasons, and was to be asked on a node that they name."""
    if own := case.left_for(*reasons):
        own.sort(key=unknown)
        things = things_of(own, *types) or things_of(own)
        nodes = {name_of(each) for each in things if type_of(each) == "node"}
        yield Finding(
            things, tuple(own), predicts=unseen_at(case, nodes), affects=frozenset(things),
            remedy=unlike[1] if all(each.reason in unlike[0] for each in own) else None,
        )  # fmt: skip


_way_in(
    "account-restricted", "The account on {things} is restricted",
    "The account of the inventory runs no commands, or something prints between.",
    "shell.not-run", "shell.no-answer", "node.not-run", "node.no-answer", *_WRAPPER,
    "docker.no-permission", "node.no-permission", "docker.sudo-refused", "node.sudo-refused",
    "docker.no-command", "node.no-command", remedy="account-restricted", types=("node",),
    unlike=(_WRAPPER, "wrapper-prints"),
)  # fmt: skip
_way_in(
    "session-limit", "sshd of {things} allows too few sessions, or no forwarding",
    "sshd's own limits keep this machine from asking.", "ssh.max-sessions", "node.max-sessions", "ssh.no-forwarding",
    "node.no-forwarding", "rethinkdb.no-forwarding", remedy="sshd-limits", types=("node",),
)  # fmt: skip


def _of_inventory(result: Result) -> bool:
    return any(type_of(thing) == "inventory" for thing in result.about)


@family.cause(
    "client-certificate", "{things} {does} not accept the client certificate of the inventory, or {has} none from it",
    remedy="database-access", harms=(),
)  # fmt: skip
def client_certificate(case: Case) -> Iterator[Finding]:
    """The database servers require a client certificate that the inventory does not name, or reject the one it names.

    Needs: a server that ends the handshake for that, or files of the inventory that cannot be used.
    Predicts: all that was to be asked of these servers.
    Contradicted by: rethinkcli, which brings the certificate of its volume: then that one is refused.
    """
    own = [
        *filter(_of_inventory, case.left_for(*_CLIENT)),
        *(each for each in case.left_for("inventory.client-certificate") if each.area == "RDB"),
    ]
    if own:
        servers = tuple(f"database:{name}" for name in case.replicas if any(name == each.subject for each in own))
        own += case.found("tls.client-expired")
        yield Finding(servers or things_of(own), tuple(own), affects=frozenset((*servers, *things_of(own))))


@family.cause(
    "client-certificate-expiring",
    "The client certificate for RethinkDB in the inventory expires soon, or has expired",
    remedy="database-access",
    harms=(),
)
def client_certificate_expiring(case: Case) -> Iterator[Finding]:
    """Once the inventory's client certificate has expired, database servers that require one refuse this machine.

    Needs: TLS-3 reads its file.
    Predicts: what `--before-upgrade` says of it.
    Contradicted by: servers that refuse it already: then that is the cause.
    """
    if own := case.found("tls.client-expiring", "tls.client-expired"):
        yield Finding(things_of(own), tuple(own), predicts=said_before_an_upgrade(own))


@family.cause(
    "database-rights", "RethinkDB's user of the inventory may not read the system's tables",
    remedy="database-rights", harms=(),
)  # fmt: skip
def database_rights(case: Case) -> Iterator[Finding]:
    """The user has no read permission on the database `rethinkdb`, or on the registry's own.

    Needs: a server that refuses a query for want of permission.
    Predicts: all other questions to RethinkDB that could not be judged.
    Contradicted by: nothing that a run sees.
    """
    reasons = ("rethinkdb.no-permission", "rdb.no-permission")
    if own := case.left_for(*reasons):
        yield Finding(
            things_of(own, "account") or _DATABASE_ACCOUNT, tuple(own),
            predicts=lambda each: _of_rethinkdb(each) and has_reason(each, ("rdb.no-row-read",)),
        )  # fmt: skip


@family.cause("rethinkcli-failed", "rethinkcli could not ask {things}", remedy="rethinkcli",
              others=("rethinkcli-name", "database-certificate"), harms=())  # fmt: skip
def rethinkcli_failed(case: Case) -> Iterator[Finding]:
    """The guide's own tool failed for a reason of its own: names for a moment, or the certificate of its volume.

    Needs: rethinkcli that ends with an error of its own, resolves no name, or whose certificate is refused.
    Predicts: all that was to be asked of this server.
    Contradicted by: other servers that miss this one: then the server is at fault.
    """
    reasons = ("container.rethinkcli-failed", "rethinkdb.unresolved", "rethinkdb.local-error", "rethinkdb.tls-alert")
    # What the inventory's own certificate is refused for was found before.
    own = [each for each in case.left_for(*reasons, *_CLIENT) if each.area == "RDB"]
    for remedy, alike in _by_remedy(own).items():
        things = things_of(alike, "database") or things_of(alike)
        yield Finding(things, tuple(alike), affects=frozenset(things), remedy=remedy)


def _by_remedy(own: Sequence[Result]) -> dict[str | None, list[Result]]:
    """These verdicts by what is to be done: a name that does not resolve is not a certificate that is refused."""
    found: dict[str | None, list[Result]] = {}
    for each in own:
        name = "rethinkcli-name" if each.reason == "rethinkdb.unresolved" else None
        refused = has_reason(each, (*_CLIENT, "rethinkdb.tls-alert"))
        found.setdefault("database-certificate" if refused else name, []).append(each)
    return found
