"""TOKEN-1 to TOKEN-4."""

from __future__ import annotations

from datetime import timedelta

from checks.verdict import Outcome
from fixtures.core.store import NoResponse, Unavailable
from fixtures.inventory import Inventory
from fixtures.options import Options
from fixtures.probes.endpoints import Ping
from tests.checks.case import Cases, Facts, Inherited, Seen, fails, not_applicable, passes, skipped, unknown, warns
from tests.checks.facts import NOW, THREE, A, B, C, ago, inventory, ping, ping_answer, reader
from tests.checks.trust_facts import READER, made_up, pulls, tokens

SILENT = NoResponse("/auth/token at f2277ad178f7 (10.0.0.11:443): no complete answer within 10 s")

token_1 = Cases("TOKEN-1")
GLOBAL, ALPINE, LEDGER = (f"admin:{feed}:{A}" for feed in ("global", "library.alpine", "finance.ledger"))


def given(seen: Seen) -> Facts:
    return {("account_tokens", f"admin:{A}"): seen}


def all_scopes(name: str, seen: Seen, said: Outcome, *words: str, inventory: Inventory = READER) -> None:
    kind = {Outcome.PASS: passes, Outcome.FAIL: fails, Outcome.UNKNOWN: unknown}[said]
    token_1(name, given(seen), *(kind(scope, *words) for scope in (GLOBAL, ALPINE, LEDGER)), inventory=inventory)


all_scopes("as documented", tokens(), Outcome.PASS, "for 300 s")
all_scopes("seconds as text", tokens(expires_in='"300"'), Outcome.PASS)
all_scopes("issued in another time zone", tokens(issued_at='"2026-11-23T19:30:00+05:30"'), Outcome.PASS)
all_scopes("expired within the leeway", tokens(issued=ago(seconds=355)), Outcome.PASS)
all_scopes("without issued_at", tokens(missing=["issued_at"], issued_at="null"), Outcome.FAIL, "missing", "issued_at")
all_scopes("two tokens", tokens(same=False), Outcome.FAIL, "not the same")
for told in ("0", "-1", '"soon"', "null", "true", "1.5", "[300]"):
    all_scopes(f"expires_in {told}", tokens(expires_in=told), Outcome.FAIL, "expires_in", told)
for told in ('"yesterday"', "1700000000", "null", '"2026-11-23T14:00:00"', '"2026-11-2'):
    all_scopes(f"issued_at {told}", tokens(issued_at=told), Outcome.FAIL, "issued_at", told)
all_scopes("expired when it came", tokens(issued=ago(hours=1)), Outcome.FAIL, "had expired 3300 s before it came")
all_scopes("no usable one", tokens(unusable="it gave a token of 1048576 characters"), Outcome.FAIL, "1048576")
all_scopes("502", tokens(status=502, told="502 with an HTML page"), Outcome.FAIL, "502 with an HTML page")
all_scopes("401", tokens(status=401, told="401"), Outcome.FAIL, "right password is refused")
all_scopes("429", tokens(status=429, told="429"), Outcome.FAIL, "too many log-ins", "nothing more is asked")
all_scopes("no licence", tokens(status=402, told="402"), Outcome.UNKNOWN, "no licence", "REG-1")
token_1("silent", given(SILENT), fails(f"admin:{A}", "no complete answer"))
token_1("not logged in", given(Inherited(Unavailable("see TOKEN-0"))), unknown(f"admin:{A}", "see TOKEN-0"))
token_1("a replica that is silent", given(Inherited(NoResponse("refused"))), unknown(f"admin:{A}", "refused"))
token_1(
    "a reader has his own scopes",
    {("account_tokens", f"reader:ci:{B}"): tokens("reader:ci")},
    *(passes(f"reader:ci:{feed}:{B}") for feed in ("global", "library.alpine", "finance.ledger")),
    inventory=READER,
)
token_1("no repository is named", given(tokens()), passes(GLOBAL))

token_2 = Cases("TOKEN-2")


def pulled(seen: Seen) -> Facts:
    return {("refused_pulls", "reader:ci"): seen}


def of_reader(name: str, seen: Seen, *said: object, accounts: Inventory = READER) -> None:
    token_2(name, pulled(seen), *said, inventory=accounts)  # type: ignore[arg-type]


of_reader(
    "grants nothing", pulls((401, "insufficient_scope"), granted=[]), passes("reader:ci", "grants nothing", seen=[])
)
of_reader("an opaque token that opens nothing", pulls((401, "insufficient_scope")), passes("reader:ci"))
of_reader(
    "grants the right to pull",
    pulls((200, ""), granted=["repository:finance/ledger:pull"]),
    fails("reader:ci", "grants repository:finance/ledger:pull"),
)
of_reader(
    "an opaque token that opens it", pulls((200, "")), fails("reader:ci", "the registry takes his token", seen=200)
)
of_reader("opens it, though no such thing is there", pulls((404, "")), fails("reader:ci", "404", seen=404))
of_reader("refused as invalid", pulls((401, "invalid_token"), granted=[]), unknown("reader:ci", "as invalid"))
of_reader("is given none", pulls(status=403), fails("reader:ci", "no token is given", seen=403, expected=200))
of_reader("not logged in", Inherited(Unavailable("see TOKEN-0")), unknown("reader:ci", "see TOKEN-0"))
of_reader(
    "can read everything that is named",
    pulls(granted=[]),
    skipped("reader:ci", "add cannot_read: [namespace/name] to the reader ci"),
    accounts=inventory(accounts=reader(reads=["library/alpine"])),
)
token_2("no reader is named", {}, skipped("reader", "the inventory names no reader"))

token_3 = Cases("TOKEN-3")


def wrong(status: int | None) -> Facts:
    return {("made_up_login", "cluster"): made_up(status)}


token_3("refused", wrong(401), passes("cluster", seen=401, expected=401))
token_3("accepted", wrong(200), fails("cluster", "made-up user with a wrong password 200", seen=200, expected=401))
token_3("refused in another way", wrong(403), fails("cluster", "403", seen=403))
token_3("locked out", wrong(429), unknown("cluster", "429 as told"))
token_3("broken", wrong(500), unknown("cluster", "500 as told"))
token_3("left out", wrong(None), skipped("cluster", "--no-auth-negative"), options=Options(negative_log_in=False))
token_3("no answer", wrong(None), unknown("cluster", "None as told"))
token_3(
    "no right one was accepted", {("made_up_login", "cluster"): Unavailable("no right password")}, unknown("cluster")
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


token_4("as the others", apart(0, 0, 0), passes(A, "as the others' clocks", seen=0.0, expected="within 30 s"))
token_4("half a second", apart(0, 0, 0.5), passes(C, seen=0.0))
token_4("20 s", apart(0, 0, 20), passes(C, "19.5 s ahead of the median of 3 clocks", seen=19.5))
token_4("30 s", apart(0, 0, 30), passes(C, seen=29.5))
token_4("90 s ahead", apart(0, 0, 90), warns(C, "89.5 s ahead of", seen=89.5))
token_4("90 s behind", apart(0, 0, -90), warns(C, "89.5 s behind", seen=-89.5))
token_4("the others of one that is ahead", apart(0, 0, 90), passes(A))
token_4("within the measuring error of a slow answer", apart(0, 0, 31, round_trip=8), passes(C, seen=26.5))
token_4("by the inventory's limit", apart(0, 0, 20), warns(C), inventory=inventory(limits={"clock_seconds": [1, 10]}))
token_4("alone", {("ping", A): ping()}, not_applicable(A, "a single replica"), inventory=inventory(1))
token_4("silent", {("ping", A): NoResponse("refused")}, unknown(A, "refused"))
token_4(
    "no other answers",
    {("ping", A): ahead(0, A), ("ping", B): NoResponse("refused"), ("ping", C): NoResponse("refused")},
    unknown(A, "no other replica's clock"),
)
token_4("no Date", {("ping", A): ping(ping_answer().model_copy(update={"server_date": None}))}, unknown(A, "no Date"))

CASES = [token_1, token_2, token_3, token_4]
