"""The guide's section "Get an authentication token": log-ins, tokens, and the clocks that they depend on."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from checks.condition import CRITICAL, WARNING, condition
from checks.rules.clocks import clock_of, clocks, from_median
from checks.verdict import Verdict, failed, not_applicable, passed, skipped, unknown
from fixtures.core.feed_subjects import Client, ClientReplica
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory, Replica
from fixtures.options import Options
from fixtures.probes.endpoints import Ping
from fixtures.probes.feeds.causes import INVALID
from fixtures.probes.feeds.records import instant
from fixtures.probes.refused_pulls import RefusedPulls
from fixtures.probes.tokens import AccountTokens, Login, MadeUpLogin

GUIDE = "Get an authentication token"
DOCUMENTED = "token, access_token (the same), expires_in, issued_at"
# notary-server lets so much pass between its clock and the token's (measured).
LEEWAY = timedelta(seconds=60)


@condition("TOKEN-0", severity=CRITICAL, documented=GUIDE, remedy="check-credentials", owns=True)
def test_account_can_log_in(login: Login) -> Verdict:
    """The account's one log-in works; where it is refused the account is not used again."""
    told = f"replica {login.replica} answered {login.message}"
    if login.status == 200:
        return passed(f"logged in at replica {login.replica}", seen=200, expected=200)
    if login.status == 402:
        return unknown(f"no licence, so that the token service tells nothing: {told}, see REG-1", seen=402)
    if login.status == 401:
        return failed(f"refused, and not tried again (or MKE is down, see MKE-1): {told}", seen=401, expected=200)
    if login.status == 429:
        return failed(f"too many failed log-ins; wait before the next run: {told}", seen=429, expected=200)
    return failed(told, seen=login.status, expected=200)


@condition("TOKEN-1", severity=CRITICAL, documented=GUIDE, remedy="token-service", owns=True)
def test_token_is_as_documented(client_replica: ClientReplica, account_tokens: AccountTokens) -> Sequence[Verdict]:
    """Each replica's token service gives an account a token of the documented structure for each of its scopes."""
    verdict = _structure(account_tokens)
    names = [
        f"{client_replica.client.subject}:{feed.subject}:{client_replica.replica}"
        for feed in client_replica.client.feeds
    ]
    return [Verdict(verdict.outcome, verdict.message, verdict.seen, verdict.expected, subject=name) for name in names]


def _structure(answer: AccountTokens) -> Verdict:
    if answer.status == 402:
        return unknown(f"no licence, so that no token is given: {answer.told}, see REG-1", seen=402)
    if answer.status in (401, 429):
        words = "too many log-ins; nothing more is asked" if answer.status == 429 else "a right password is refused"
        return failed(f"{words}: {answer.told}", seen=answer.status, expected=200)
    if answer.status != 200:
        return failed(f"it answered {answer.told}", seen=answer.status, expected=200)
    if answer.missing:
        return failed(f"missing in its answer: {', '.join(answer.missing)}", seen=answer.missing, expected=DOCUMENTED)
    if answer.unusable:
        return failed(answer.unusable, expected=DOCUMENTED)
    if not answer.same:
        return failed("token and access_token are not the same", expected=DOCUMENTED)
    life, issued = _seconds(answer.expires_in), _time(answer.issued_at)
    if life is None or life <= 0:
        return failed(f"expires_in is {answer.expires_in}", seen=answer.expires_in, expected="seconds: 300, or '300'")
    if issued is None:
        return failed(f"issued_at is {answer.issued_at}", seen=answer.issued_at, expected="a time of RFC 3339")
    expired = (answer.now - issued).total_seconds() - life
    if expired > LEEWAY.total_seconds():
        return failed(f"it had expired {expired:.0f} s before it came", seen=answer.issued_at, expected=DOCUMENTED)
    return passed(f"as documented, for {life} s", seen=life)


def _seconds(told: str) -> int | None:
    """`expires_in` in seconds, as an integer or as numeric text."""
    match = re.fullmatch(r'"?(-?[0-9]{1,9})"?', told)
    return int(match[1]) if match else None


def _time(told: str) -> datetime | None:
    try:
        return instant(json.loads(told))
    except ValueError:
        return None


@condition("TOKEN-2", severity=CRITICAL, documented=GUIDE, remedy="access-rules")
def test_token_grants_no_more_than_the_reader_may(reader: Client, refused_pulls: RefusedPulls) -> Verdict:
    """A token is given even for a repository that the reader cannot read, and it grants nothing."""
    if not reader.cannot_read:
        line = f"cannot_read: [namespace/name] to the reader {reader.subject.partition(':')[2]}"
        return skipped(f"the inventory names no repository that he cannot read: add {line}")
    names = ", ".join(reader.cannot_read)
    if refused_pulls.status != 200:
        return failed(f"no token is given for {names}: {refused_pulls.told}", seen=refused_pulls.status, expected=200)
    if refused_pulls.granted:
        granted = ", ".join(refused_pulls.granted)
        return failed(f"his token grants {granted}", seen=refused_pulls.granted, expected=[])
    opened = [pull for pull in refused_pulls.pulls if pull.status not in (401, 403)]
    if opened:
        message = f"the registry takes his token for {opened[0].repository}: it answered {opened[0].told}"
        return failed(message, seen=opened[0].status, expected=401)
    if any(pull.error == INVALID for pull in refused_pulls.pulls):
        raise Unavailable("the registry refuses his token as invalid, so that it does not tell of his rights")
    return passed(f"given for {names}, and it grants nothing", seen=[], expected=[])


@condition("TOKEN-3", severity=CRITICAL, documented=GUIDE, remedy="access-rules")
def test_wrong_password_is_refused(made_up_login: MadeUpLogin, options: Options) -> Verdict:
    """A wrong password is refused: tried once, with a made-up user."""
    if not options.negative_log_in:
        return skipped("--no-auth-negative was given: no wrong password is tried")
    if made_up_login.status is None:
        raise Unavailable(made_up_login.told)
    if made_up_login.status == 401:
        return passed("refused with 401", seen=401, expected=401)
    if made_up_login.status == 429 or made_up_login.status >= 500:
        raise Unavailable(f"replica {made_up_login.replica} answered {made_up_login.told}")
    message = f"replica {made_up_login.replica} answered a made-up user with a wrong password {made_up_login.status}"
    return failed(message, seen=made_up_login.status, expected=401)


@condition("TOKEN-4", severity=WARNING, documented="Beyond the guide: Date headers", remedy="set-the-clock")
def test_clock_of_replica_is_right(
    replica: Replica, ping: Ping, every_ping: PerSubject[Ping], inventory: Inventory
) -> Verdict:
    """The replica's clock is that of the others: tokens are refused when clocks are a minute apart."""
    limit = inventory.limits.clock_seconds.fail
    if len(inventory.replicas) == 1:
        return not_applicable("a single replica has no other clock to be compared with")
    own, everybody = clock_of(ping), clocks(every_ping)
    if own is None:
        raise Unavailable(f"replica {replica.id} sends no Date")
    if len(everybody) == 1:
        raise Unavailable("no other replica's clock could be seen")
    apart = round(from_median(own, everybody), 1)
    words = f"{abs(apart):g} s {'ahead of' if apart > 0 else 'behind'} the median of {len(everybody)} clocks"
    if abs(apart) > limit:
        return failed(words, seen=apart, expected=f"within {limit:g} s")
    return passed(words if apart else "as the others' clocks", seen=apart, expected=f"within {limit:g} s")
