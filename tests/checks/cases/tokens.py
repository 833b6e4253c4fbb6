"""TOKEN-1 to TOKEN-4."""

from __future__ import annotations

from datetime import timedelta

from checks.verdict import Outcome
from fixtures.core.evidence import Because
from fixtures.core.store import NoResponse, Unavailable
from fixtures.inventory import Inventory
from fixtures.options import Options
from fixtures.probes.endpoints import Ping
from tests.checks.case import Cases, Facts, Inherited, Seen, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import NOW, THREE, A, B, C, ago, inventory, ping, ping_answer, reader
from tests.checks.trust_facts import READER, made_up, pulls, tokens

SILENT = NoResponse("http.timeout", "/auth/token at f2277ad178f7 (10.0.0.11:443): no complete answer within 10 s")

token_1 = Cases("TOKEN-1")
GLOBAL, ALPINE, LEDGER = (f"admin:{feed}:{A}" for feed in ("global", "library.alpine", "finance.ledger"))
SERVICE = (f"token-service:{A}",)


def given(seen: Seen) -> Facts:
    return {("account_tokens", f"admin:{A}"): seen}


def all_scopes(name: str, seen: Seen, outcome: Outcome, *words: str, **fields: object) -> None:
    kind = {Outcome.PASS: passes, Outcome.FAIL: fails, Outcome.UNKNOWN: unknown}[outcome]
    verdicts = (kind(scope, *words, about=SERVICE, **fields) for scope in (GLOBAL, ALPINE, LEDGER))
    token_1(name, given(seen), *verdicts, inventory=READER)


all_scopes("as documented", tokens(), Outcome.PASS, "for 300 s")
all_scopes("seconds as text", tokens(expires_in='"300"'), Outcome.PASS)
all_scopes("issued in another time zone", tokens(issued_at='"2026-11-23T19:30:00+05:30"'), Outcome.PASS)
all_scopes("expired within the leeway", tokens(issued=ago(seconds=355)), Outcome.PASS)
all_scopes(
    "without issued_at",
    tokens(missing=["issued_at"], issued_at="null"),
    Outcome.FAIL,
    "the response lacks",
    "issued_at",
    reason="token.incomplete",
)
all_scopes("two tokens", tokens(same=False), Outcome.FAIL, "token and access_token differ", reason="token.two-tokens")
for told in ("0", "-1", '"soon"', "null", "true", "1.5", "[300]"):
    faulty = tokens(expires_in=told)
    all_scopes(f"expires_in {told}", faulty, Outcome.FAIL, "expires_in", told, reason="token.bad-lifetime")
for told in ('"yesterday"', '"0001-01-01T00:00:00Z"', "1700000000", "null", '"2026-11-23T14:00:00"', '"2026-11-2'):
    faulty = tokens(issued_at=told)
    all_scopes(f"issued_at {told}", faulty, Outcome.FAIL, "issued_at", told, reason="token.bad-time")
all_scopes(
    "expired when it came",
    tokens(issued=ago(hours=1)),
    Outcome.FAIL,
    "had expired 3300 s before it was received",
    reason="token.expired",
    since=ago(minutes=55) + timedelta(microseconds=123456),
)
all_scopes(
    "no usable one",
    tokens(unusable="it gave a token of 1048576 characters"),
    Outcome.FAIL,
    "1048576",
    reason="token.unusable",
)
for status, reason, message in (
    (502, "token.server-error", "the token service returns 502 with an HTML page"),
    (404, "token.other-status", "the token service returns 404 with an HTML page"),
    (401, "token.right-password-refused", "a valid password is refused: 401 with an HTML page"),
):
    answer = tokens(status=status, detail=f"{status} with an HTML page")
    all_scopes(f"{status}", answer, Outcome.FAIL, reason=reason, message=message)
token_1(
    "without a licence the token service issues no token",
    given(tokens(status=402, detail="402")),
    *(
        unknown(
            scope,
            f"the token service of {A} issues no token without a licence (402), see REG-1",
            reason="token.no-licence",
            because=Because(A, condition="REG-1"),
        )
        for scope in (GLOBAL, ALPINE, LEDGER)
    ),
    inventory=READER,
)
all_scopes(
    "a page for an answer",
    tokens(
        detail="200 with an HTML page",
        missing=["token", "access_token", "expires_in", "issued_at"],
        unusable="it gave no token",
    ),
    Outcome.FAIL,
    reason="token.incomplete",
    message="the response lacks token, access_token, expires_in, issued_at: 200 with an HTML page",
)
token_1("silent", given(SILENT), fails(GLOBAL, "no complete answer", reason="token.timeout", about=SERVICE))
NOT_LOGGED_IN = Unavailable("http.login-refused", "see TOKEN-0", because=Because("admin", condition="TOKEN-0"))
token_1(
    "not logged in",
    given(Inherited(NOT_LOGGED_IN)),
    unknown(GLOBAL, "see TOKEN-0", reason="http.login-refused", because=NOT_LOGGED_IN.because),
)
REFUSED = NoResponse("http.refused", "refused")
token_1("a replica that is silent", given(Inherited(REFUSED)), unknown(GLOBAL, "refused", reason="http.refused"))
token_1(
    "a reader has his own scopes",
    {("account_tokens", f"reader:ci:{B}"): tokens("reader:ci")},
    *(passes(f"reader:ci:{feed}:{B}") for feed in ("global", "library.alpine", "finance.ledger")),
    inventory=READER,
)
token_1("no repository is named", given(tokens()), passes(GLOBAL))
token_1(
    "refused, and nobody accepted the password",
    given(tokens(status=401, detail="401 x", accepted=False)),
    unknown(GLOBAL, "the log-in of admin is refused (401), see TOKEN-0", because=NOT_LOGGED_IN.because),
)
token_1(
    "locked out, and the password was accepted before",
    given(tokens(status=429, detail="429 x")),
    unknown(GLOBAL, "the log-in of admin is refused (429), see TOKEN-0", reason="http.login-rate-limited"),
)
PARTS = [*tokens(feeds=["global"]).answers, *tokens(feeds=["library.alpine", "finance.ledger"], same=False).answers]
token_1(
    "of several requests each has its own answer",
    given(tokens().model_copy(update={"answers": PARTS})),
    passes(GLOBAL),
    fails(ALPINE, "differ", reason="token.two-tokens"),
    fails(LEDGER, "differ"),
    inventory=READER,
)

token_2 = Cases("TOKEN-2")
AT_A = f"reader:ci:{A}"


def pulled(seen: Seen) -> Facts:
    return {("refused_pulls", AT_A): seen}


def of_reader(name: str, seen: Seen, *expected: object, accounts: Inventory = READER) -> None:
    token_2(name, pulled(seen), *expected, inventory=accounts)  # type: ignore[arg-type]


of_reader("grants nothing", pulls((401, "insufficient_scope"), granted=[]), passes(AT_A, "grants nothing", seen=[]))
of_reader("an opaque token that opens nothing", pulls((401, "insufficient_scope")), passes(AT_A))
of_reader(
    "grants the right to pull",
    pulls((200, ""), granted=["repository:finance/ledger:pull"]),
    fails(
        AT_A,
        "grants repository:finance/ledger:pull",
        reason="token.grants-too-much",
        about=("account:reader:ci",),
    ),
)
of_reader(
    "an opaque token that opens it",
    pulls((200, "")),
    fails(AT_A, "the registry accepts the reader's token", seen=200, reason="token.opens-too-much"),
)
of_reader("opens it, though no such thing is there", pulls((404, "")), fails(AT_A, "404", seen=404))
of_reader(
    "grants the right to pull of very many",
    pulls((200, ""), granted=[f"repository:finance/ledger-{number}:pull" for number in range(150)]),
    fails(
        AT_A,
        message="the reader's token grants repository:finance/ledger-0:pull, repository:finance/ledger-1:pull,"
        " repository:finance/ledger-2:pull and 147 more",
    ),
)
of_reader(
    "refused as invalid",
    pulls((401, "invalid_token"), granted=[]),
    fails(AT_A, "as invalid", reason="token.invalid-at-registry", about=SERVICE, seen="invalid_token"),
)
of_reader(
    "is given none",
    pulls(status=403),
    fails(AT_A, "returns 403 as told and no token", seen=403, expected=200, reason="token.not-given"),
)
of_reader("not logged in", Inherited(NOT_LOGGED_IN), unknown(AT_A, "see TOKEN-0", reason="http.login-refused"))
of_reader(
    "can read everything that is named",
    pulls(granted=[]),
    skipped(AT_A, "add cannot_read: [namespace/name] to the reader ci"),
    accounts=inventory(accounts=reader(reads=["library/alpine"])),
)
token_2("no reader is named", {}, skipped("reader", "the inventory names no reader"))

token_3 = Cases("TOKEN-3")


def wrong(status: int | None, *, token: bool = False) -> Facts:
    return {("made_up_login", "cluster"): made_up(status, token=token)}


token_3("refused", wrong(401), passes("cluster", seen=401, expected=401))
token_3(
    "accepted",
    wrong(200, token=True),
    fails(
        "cluster",
        "returns 200 to a made-up user with a wrong password",
        seen=200,
        expected=401,
        reason="token.wrong-password-accepted",
        about=SERVICE,
    ),
)
token_3(
    "a page is no token",
    wrong(200),
    unknown("cluster", "200 as told to a made-up user, and no token", reason="token.none-given", about=SERVICE),
)
token_3("refused in another way", wrong(403), fails("cluster", "403", seen=403, reason="token.other-status"))
token_3("locked out", wrong(429), unknown("cluster", "429 as told", reason="token.too-many-log-ins", about=SERVICE))
token_3("broken", wrong(500), unknown("cluster", "500 as told", reason="token.server-error", about=SERVICE))
token_3("left out", wrong(None), skipped("cluster", "--no-auth-negative"), options=Options(negative_log_in=False))
token_3(
    "no answer",
    wrong(None),
    unknown(
        "cluster",
        "None as told",
        reason="token.unanswered",
        about=SERVICE,
        because=Because("cluster", probe="made_up_login"),
    ),
)
token_3(
    "no right one was accepted",
    {("made_up_login", "cluster"): Unavailable("http.login-refused", "no right password")},
    unknown("cluster", reason="http.login-refused"),
)

token_4 = Cases("TOKEN-4")


def ahead(seconds: float, replica: str, round_trip: float = 0.0) -> Ping:
    """A replica whose clock is so far ahead; its Date has whole seconds."""
    half = timedelta(seconds=round_trip / 2)
    answer = ping_answer(replica_id=replica).model_copy(
        update={
            "asked_at": NOW - half,
            "answered_at": NOW + half,
            "server_date": (NOW + timedelta(seconds=seconds)).replace(microsecond=0),
        }
    )
    return ping(answer, replica=replica)


def apart(first: float, second: float, third: float, round_trip: float = 0.0) -> Facts:
    return {
        ("ping", replica): ahead(seconds, replica, round_trip)
        for replica, seconds in zip(THREE, (first, second, third), strict=True)
    }


token_4(
    "as the others",
    apart(0, 0, 0),
    passes(A, "the clock agrees with the other clocks", seen=0.0, expected="within 30 s"),
)
token_4("half a second", apart(0, 0, 0.5), passes(C, seen=0.0))
token_4("20 s", apart(0, 0, 20), passes(C, "19.5 s ahead of the median of 3 clocks", seen=19.5))
token_4("30 s", apart(0, 0, 30), passes(C, seen=29.5))
token_4(
    "90 s ahead",
    apart(0, 0, 90),
    warns(
        C,
        "89.5 s ahead of",
        seen=89.5,
        reason="token.clock-apart",
        about=(f"replica:{C}",),
        measured="derived",
    ),
)
token_4("90 s behind", apart(0, 0, -90), warns(C, "89.5 s behind", seen=-89.5))
token_4("the others of one that is ahead", apart(0, 0, 90), passes(A))
token_4("within the measuring error of a slow answer", apart(0, 0, 31, round_trip=8), passes(C, seen=26.5))
token_4("by the inventory's limit", apart(0, 0, 20), warns(C), inventory=inventory(limits={"clock_seconds": [1, 10]}))
token_4("alone", {("ping", A): ping()}, not_applicable(A, "a single replica"), inventory=inventory(1))
token_4("silent", {("ping", A): REFUSED}, unknown(A, "refused", reason="http.refused"))
SILENT_PING = NoResponse("http.refused", "refused", because=Because(B, probe="ping"))
token_4(
    "no other answers",
    {("ping", A): ahead(0, A), ("ping", B): SILENT_PING, ("ping", C): REFUSED},
    unknown(A, "no other replica's clock", reason="token.no-other-clock", because=Because(B, probe="ping")),
)


def no_date(replica: str) -> Ping:
    return ping(ping_answer(replica_id=replica).model_copy(update={"server_date": None}), replica=replica)


token_4(
    "no other has a Date",
    {("ping", A): ahead(0, A), ("ping", B): no_date(B), ("ping", C): no_date(C)},
    unknown(A, reason="token.no-other-clock", because=Because(B, probe="ping")),
)
token_4("no Date", {("ping", A): no_date(A)}, unknown(A, "no Date", reason="token.no-date"))

CASES = [token_1, token_2, token_3, token_4]
