"""The guide's section "Get an authentication token": log-ins, tokens, and the clocks that they depend on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.clocks import clock_of, clocks, from_median
from checks.rules.wording import few
from checks.verdict import Verdict, failed, not_applicable, passed, skipped, unknown
from fixtures.access.http.licence import NO_LICENCE, no_token_without_licence
from fixtures.core.evidence import Because, thing
from fixtures.core.feed_subjects import Client, ClientReplica
from fixtures.core.reasons import REASONS
from fixtures.core.store import PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.probes.endpoints import Ping
from fixtures.probes.feeds.causes import INSUFFICIENT, INVALID
from fixtures.probes.feeds.records import instant
from fixtures.probes.refused_pulls import RefusedPulls
from fixtures.probes.tokens import AccountsTokens, AccountTokens, MadeUpLogin, TokenAnswer, logged_in

GUIDE = "Get an authentication token"
DOCUMENTED = "token, access_token (the same), expires_in, issued_at"
# notary-server lets so much pass between its clock and the token's (measured).
LEEWAY = timedelta(seconds=60)
UNLICENSED, TOO_MANY, OTHER_STATUS = (
    {code: REASONS[code]} for code in ("token.no-licence", "token.too-many-log-ins", "token.other-status")
)
SERVER_ERROR = REASONS["token.server-error"]


@condition(
    "TOKEN-0",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="check-credentials",
    owns=True,
    reasons={
        "token.credentials-refused": "the account's user name and password are refused (401)",
        **TOO_MANY,
        **UNLICENSED,
        "token.no-log-in": Reason("no token service logs in the account", remedy="token-service"),
        # Given by the judge alone: no token service responds.
        "token.server-error": Reason(SERVER_ERROR, remedy="token-service"),
    },
)
def test_account_can_log_in(account: Client, every_account_tokens: AccountsTokens) -> Verdict:
    """The account can log in; a refused account is not used again where it was refused."""
    mine = [fact for fact in every_account_tokens.values() if fact.account == account.subject]
    if not mine:
        raise _unanswered(account, every_account_tokens)
    accepted = next((fact for fact in mine if fact.useful), None)
    locked = next((fact for fact in mine if fact.locked), None)
    if accepted and not locked:
        return passed(f"the account logged in on replica {accepted.replica}", seen=200, expected=200)
    first = locked or next((fact for fact in mine if fact.refused), mine[0])
    answer = f"replica {first.replica} returns {first.answers[-1].detail}"
    witnesses = [thing("replica", first.replica)]
    if locked:
        message = f"too many failed log-ins, wait before the next run: {answer}"
        return failed("token.too-many-log-ins", message, seen=first.status, expected=200, witnesses=witnesses)
    if first.refused:
        message = f"the log-in is refused and not tried again (or MKE is down, see MKE-1): {answer}"
        reason = "token.credentials-refused"
        return failed(reason, message, seen=first.status, expected=200, witnesses=witnesses)
    if first.status == NO_LICENCE:
        return unknown(no_token_without_licence(first.replica), seen=NO_LICENCE)
    message = f"no token service logs in the account, see TOKEN-1: {answer}"
    about = [thing("token-service", fact.replica) for fact in mine]
    return failed("token.no-log-in", message, seen=first.status, expected="200, and a token", about=about)


def _unanswered(account: Client, every_account_tokens: AccountsTokens) -> Unavailable:
    """Why no token service answered the account: a silence of its own before that of a whole replica.

    That the account is barred comes last: what refused it is no replica of the inventory, else it would be told.
    """
    causes = [cause for key, cause in every_account_tokens.causes.items() if key.rpartition(":")[0] == account.subject]
    own = (cause for cause in causes if any(each.startswith("token-service:") for each in cause.about))
    barred = Because(account.subject, condition="TOKEN-0")
    others = (cause for cause in causes if cause.because != barred)
    return next(own, next(others, causes[0]))


def _scopes(_: Inventory, client_replica: ClientReplica) -> list[str]:
    subject, replica = client_replica.client.subject, client_replica.replica
    return [f"{subject}:{feed.subject}:{replica}" for feed in client_replica.client.feeds]


@condition(
    "TOKEN-1",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="token-service",
    owns=True,
    reasons={
        **UNLICENSED,
        "token.right-password-refused": "a password that was accepted in this run is refused (401)",
        "token.server-error": SERVER_ERROR,
        **OTHER_STATUS,
        "token.incomplete": "a documented field is missing in the response",
        "token.unusable": "the token cannot be sent",
        "token.two-tokens": "token and access_token differ",
        "token.bad-lifetime": "expires_in is not a number of seconds",
        "token.bad-time": "issued_at is not a time",
        "token.expired": "the token had expired before it was received",
    },
    subjects=_scopes,
)
def test_token_is_as_documented(
    client_replica: ClientReplica, account_tokens: AccountTokens, inventory: Inventory
) -> Sequence[Verdict]:
    """Each replica's token service issues the account a token with the documented fields for each of its scopes."""
    if account_tokens.refused:
        logged_in(account_tokens)
    verdicts = {feed: _structure(account_tokens, answer) for answer in account_tokens.answers for feed in answer.feeds}
    scopes = zip(client_replica.client.feeds, _scopes(inventory, client_replica), strict=True)
    return [replace(verdicts[feed.subject], subject=scope) for feed, scope in scopes if feed.subject in verdicts]


def _structure(tokens: AccountTokens, answer: TokenAnswer) -> Verdict:
    if answer.status == NO_LICENCE:
        return unknown(no_token_without_licence(tokens.replica), seen=NO_LICENCE)
    if answer.status != 200:
        reason, words = _refusal(answer.status)
        return failed(reason, f"{words} {answer.detail}", seen=answer.status, expected=200)
    if answer.missing:
        detail = f": {answer.detail}" if answer.detail else ""
        message = f"the response lacks {', '.join(answer.missing)}{detail}"
        return failed("token.incomplete", message, seen=answer.missing, expected=DOCUMENTED)
    if answer.unusable:
        return failed("token.unusable", answer.unusable, expected=DOCUMENTED)
    if not answer.same:
        return failed("token.two-tokens", "token and access_token differ", expected=DOCUMENTED)
    return _lifetime(answer)


def _refusal(status: int) -> tuple[str, str]:
    """The code of a status that is not 200, and the words before it."""
    if status == 401:
        return "token.right-password-refused", "a valid password is refused:"
    return "token.server-error" if status >= 500 else "token.other-status", "the token service returns"


def _lifetime(answer: TokenAnswer) -> Verdict:
    expires_in, issued_at = answer.expires_in, answer.issued_at
    life, issued = _seconds(expires_in), _time(issued_at)
    if life is None or life <= 0:
        return failed(
            "token.bad-lifetime", f"expires_in is {expires_in}", seen=expires_in, expected="seconds: 300, or '300'"
        )
    if issued is None:
        return failed("token.bad-time", f"issued_at is {issued_at}", seen=issued_at, expected="a time of RFC 3339")
    expired = (answer.at - issued).total_seconds() - life
    if expired > LEEWAY.total_seconds():
        message = f"the token had expired {expired:.0f} s before it was received"
        since = answer.at - timedelta(seconds=expired)
        return failed("token.expired", message, seen=issued_at, expected=DOCUMENTED, since=since)
    return passed(f"the token is as documented, valid for {life} s", seen=life)


def _seconds(text: str) -> int | None:
    """`expires_in` in seconds, as an integer or as numeric text."""
    match = re.fullmatch(r'"?(-?[0-9]{1,9})"?', text)
    return int(match[1]) if match else None


def _time(text: str) -> datetime | None:
    try:
        return instant(json.loads(text))
    except ValueError:
        return None


@condition(
    "TOKEN-2",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="access-rules",
    reasons={
        "token.not-given": "the token service issues no token for what the reader cannot read",
        "token.grants-too-much": "the token grants access to what the reader cannot read",
        "token.opens-too-much": "the registry accepts the token for what the reader cannot read",
        "token.invalid-at-registry": Reason("the registry refuses a fresh token as invalid", remedy="token-service"),
    },
)
def test_token_grants_no_more_than_the_reader_may(
    reader_replica: ClientReplica, refused_pulls: RefusedPulls
) -> Verdict:
    """The token service issues a token even for a repository that the reader cannot read, and it grants nothing."""
    reader, pulls = reader_replica.client, refused_pulls.pulls
    if not reader.cannot_read:
        line = f"cannot_read: [namespace/name] to the reader {reader.subject.partition(':')[2]}"
        return skipped(f"the inventory names no repository that the reader cannot read: add {line}")
    names, about = few(reader.cannot_read), [thing("account", reader.subject)]
    if refused_pulls.status != 200:
        message = f"the token service returns {refused_pulls.detail} and no token for {names}"
        return failed("token.not-given", message, seen=refused_pulls.status, expected=200)
    if refused_pulls.granted:
        message = f"the reader's token grants {few(refused_pulls.granted)}"
        return failed("token.grants-too-much", message, seen=refused_pulls.granted, expected=[], about=about)
    opened = [pull for pull in pulls if pull.status not in (401, 403)]
    if opened:
        message = f"the registry accepts the reader's token for {opened[0].repository}: it returns {opened[0].detail}"
        return failed("token.opens-too-much", message, seen=opened[0].status, expected=401, about=about)
    if any(pull.error == INVALID for pull in pulls):
        message = "the registry refuses a fresh token of its own replica as invalid (401, invalid_token)"
        return failed("token.invalid-at-registry", message, seen=INVALID, expected=INSUFFICIENT)
    return passed(f"the token for {names} grants nothing", seen=[], expected=[])


@condition(
    "TOKEN-3",
    severity=CRITICAL,
    documented=GUIDE,
    remedy="access-rules",
    reasons={
        "token.wrong-password-accepted": Reason(
            "a made-up user with a wrong password gets a token", remedy="security-incident"
        ),
        **OTHER_STATUS,
        "token.unanswered": "the token service does not respond to the made-up user",
        "token.server-error": SERVER_ERROR,
        **TOO_MANY,
    },
)
def test_wrong_password_is_refused(made_up_login: MadeUpLogin, options: Options) -> Verdict:
    """The token service refuses a wrong password (tried once, with a made-up user)."""
    if not options.negative_log_in:
        return skipped("--no-auth-negative is set: no wrong password is tried")
    about = [thing("token-service", made_up_login.replica)]
    if made_up_login.status is None:
        because = Because(CLUSTER, probe="made_up_login")
        raise Unavailable("token.unanswered", made_up_login.detail, about=about, because=because)
    if made_up_login.status == 401:
        return passed("the log-in is refused with 401", seen=401, expected=401, about=about)
    if made_up_login.status == 429 or made_up_login.status >= 500:
        reason = "token.too-many-log-ins" if made_up_login.status == 429 else "token.server-error"
        raise Unavailable(reason, f"replica {made_up_login.replica} returns {made_up_login.detail}", about=about)
    if made_up_login.status == 200 and not made_up_login.token:
        message = f"replica {made_up_login.replica} returns {made_up_login.detail} to a made-up user, and no token"
        raise Unavailable("token.none-given", message, about=about)
    message = f"replica {made_up_login.replica} returns {made_up_login.status} to a made-up user with a wrong password"
    reason = "token.wrong-password-accepted" if made_up_login.token else "token.other-status"
    return failed(reason, message, seen=made_up_login.status, expected=401, about=about)


@condition(
    "TOKEN-4",
    severity=WARNING,
    documented="Beyond the guide: Date headers",
    remedy="set-the-clock",
    measured="derived",
    reasons={
        "token.clock-apart": "the replica's clock differs from the others by more than the limit",
        "token.no-date": "the replica sends no Date header",
        "token.no-other-clock": "no other replica's clock is known",
    },
)
def test_clock_of_replica_is_right(
    replica: Replica, ping: Ping, every_ping: PerSubject[Ping], inventory: Inventory
) -> Verdict:
    """The replica's clock agrees with the others: tokens are refused when clocks differ by a minute."""
    limit = inventory.limits.clock_seconds.fail
    if len(inventory.replicas) == 1:
        return not_applicable("a single replica has no other clock to compare with")
    own, everybody = clock_of(ping), clocks(every_ping)
    if own is None:
        raise Unavailable("token.no-date", f"replica {replica.id} sends no Date header")
    if len(everybody) == 1:
        others = [each.id for each in inventory.replicas if each.id != replica.id]
        because = next((cause.because for cause in every_ping.causes.values()), None)
        raise Unavailable(
            "token.no-other-clock",
            "no other replica's clock is known",
            about=[thing("replica", each) for each in others],
            because=because or Because(others[0], probe="ping"),
        )
    apart = round(from_median(own, everybody), 1)
    way = "ahead of" if apart > 0 else "behind"
    message = f"the clock is {abs(apart):g} s {way} the median of {len(everybody)} clocks (limit {limit:g} s)"
    if abs(apart) > limit:
        return failed("token.clock-apart", message, seen=apart, expected=f"within {limit:g} s")
    return passed(
        message if apart else "the clock agrees with the other clocks", seen=apart, expected=f"within {limit:g} s"
    )
