"""REG, MKE, TLS and TOKEN: what stands before the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from fixtures.access.http.client import Untrusted
from fixtures.access.http.mke_bundle import ADD
from fixtures.core.evidence import Because
from fixtures.core.store import NoResponse, NotConfigured, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.mke_registries import MkeRegistries, OtherRegistryVisits, Visit
from tests.checks.case import Cases, Facts, Inherited, Seen, fails, passes, skipped, unknown, warns
from tests.checks.facts import NOW, THREE, USERS, A, B, C, certificate, front, inventory, mke, reader, times
from tests.checks.trust_facts import tokens

REFUSED = NoResponse("http.refused", "/v2/ at f2277ad178f7 (10.0.0.11:443): connection refused")

reg_1 = Cases("REG-1")


def challenge(text: str) -> Facts:
    return {("registry_front", A): front(challenge=text)}


REALM = f"https://{USERS}/auth/token"
reg_1("challenges", {("registry_front", A): front()}, passes(A, "401", seen=REALM))
reg_1("realm with a port", challenge(f'Bearer realm="https://{USERS}:443/auth/token"'), passes(A))
reg_1("realm after the service", challenge(f'Bearer service="{USERS}",realm="{REALM}"'), passes(A, seen=REALM))
reg_1(
    "no licence",
    {("registry_front", A): front(402)},
    fails(A, "no licence", seen=402, expected=401, reason="reg.no-licence", about=("cluster",)),
)
for status, reason in ((502, "reg.server-error"), (404, "reg.not-found"), (403, "reg.other-status")):
    told = f"{status} with an HTML page"
    reg_1(f"{status}", {("registry_front", A): front(status, told=told)}, fails(A, told, reason=reason))
reg_1(
    "open to anyone",
    {("registry_front", A): front(200, told="200 with {}")},
    fails(A, "200", expected=401, reason="reg.open"),
)
reg_1(
    "no registry",
    {("registry_front", A): front(api_version="")},
    fails(A, "no", seen="", expected="registry/2.0", reason="reg.not-a-registry"),
)
reg_1(
    "asks for a password",
    challenge(f'Basic realm="{REALM}"'),
    fails(A, "no Bearer challenge", seen=f'Basic realm="{REALM}"'),
)
reg_1("no challenge", challenge(""), fails(A, "no Bearer challenge", reason="reg.no-challenge"))
for realm, reason in (
    ("https://10.0.0.11/auth/token", "reg.realm-other-host"),
    ("http://msr.example.org/auth/token", "reg.realm-not-https"),
    ("", "reg.realm-unreadable"),
    ("https://[bad/", "reg.realm-unreadable"),
    ("//", "reg.realm-unreadable"),
    ("https://msr.example.org:4443/auth/token", "reg.realm-other-port"),
    ("https://msr.example.org:port/auth/token", "reg.realm-unreadable"),
):
    refusal = fails(A, "another address", seen=realm, reason=reason)
    reg_1(f"realm {realm!r}", challenge(f'Bearer realm="{realm}"'), refusal)
reg_1("silent", {("registry_front", A): REFUSED}, fails(A, "connection refused", reason="reg.refused"))

mke_1 = Cases("MKE-1")
WITH_MKE = inventory(mke={"url": "https://mke.example.org:8443"})
MKE = "mke.example.org:8443"
mke_1("answers", {("mke_ping", MKE): mke()}, passes(MKE, "200", seen=200, expected=200), inventory=WITH_MKE)
mke_1(
    "is ill",
    {("mke_ping", MKE): mke(500, "500 with an HTML page")},
    fails(
        MKE,
        "500 with an HTML page",
        "log-ins fail without MKE",
        seen=500,
        expected=200,
        reason="mke.unhealthy",
        about=("mke",),
    ),
    inventory=WITH_MKE,
)
mke_1(
    "is somebody else",
    {("mke_ping", MKE): mke(404, "404 with an HTML page")},
    fails(MKE, reason="mke.other-status"),
    inventory=WITH_MKE,
)
mke_1(
    "is silent",
    {("mke_ping", MKE): REFUSED},
    fails(MKE, "connection refused", reason="mke.refused", about=("mke",)),
    inventory=WITH_MKE,
)
mke_1(
    "is not trusted",
    {("mke_ping", MKE): Untrusted("http.untrusted", "mistrusted")},
    unknown(MKE, "mistrusted", reason="http.untrusted", about=("mke",)),
    inventory=WITH_MKE,
)
mke_1("is not in the inventory", {}, skipped("mke", "mke: {url:"))

mke_2 = Cases("MKE-2")
WITH_BUNDLE = inventory(mke={"url": "https://mke.example.org:8443", "bundle": "ucp-bundle"})


TOKYO = "msr-tokyo.example.org:4443"


def listed(*addresses: str, visits: Sequence[Visit] = (), left: Sequence[str] = ()) -> Facts:
    visited = OtherRegistryVisits(**times(), visits=list(visits), left=list(left))
    return {
        ("mke_registries", MKE): MkeRegistries(**times(), addresses=list(addresses)),
        ("other_registry_visits", MKE): visited,
    }


for address in (USERS, f"{USERS}:443", f"https://{USERS.upper()}/"):
    mke_2(
        f"lists {address}",
        listed(address),
        passes(MKE, f"MKE lists {USERS}", seen=[USERS], expected=USERS),
        inventory=WITH_BUNDLE,
    )
mke_2(
    "lists another one, too",
    listed(TOKYO, USERS, f"{USERS}:443", visits=[Visit(address=TOKYO)]),
    passes(MKE, f"MKE lists {USERS}, and further registries: {TOKYO}"),
    inventory=WITH_BUNDLE,
)
REFUSES = "connection refused"
mke_2(
    "lists one that a node alone reaches",
    listed(USERS, TOKYO, visits=[Visit(address=TOKYO, here=REFUSES, nodes={"node-1": "no route", "node-2": ""})]),
    passes(MKE, f"further registries: {TOKYO} (reachable: {TOKYO} from node-2 only)"),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists one where nothing responds",
    listed(USERS, TOKYO, visits=[Visit(address=TOKYO, here=REFUSES, nodes={"node-1": "no route"})]),
    warns(
        MKE,
        f"lists {TOKYO}, where nothing responds to this machine ({REFUSES}) or to node-1",
        seen=[TOKYO],
        reason="mke.registry-silent",
        about=("mke",),
    ),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists one that no node could ask",
    listed(USERS, TOKYO, visits=[Visit(address=TOKYO, here=REFUSES, not_asked={"node-1": "neither curl nor bash"})]),
    unknown(
        MKE,
        f"{TOKYO}, not reachable from this machine ({REFUSES}); node-1 could not ask (neither curl nor bash)",
        reason="mke.registry-not-reached",
        about=("mke",),
    ),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists one that only this machine asked",
    listed(USERS, TOKYO, visits=[Visit(address=TOKYO, here=REFUSES)]),
    unknown(MKE, "no node of the inventory has a shell", reason="mke.registry-not-reached"),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists more than are asked",
    listed(USERS, TOKYO, "a", visits=[Visit(address=TOKYO)], left=["a"]),
    unknown(MKE, "lists 3 addresses, and only the first few are asked: not a", reason="mke.too-many-registries"),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists one that was not asked",
    {**listed(USERS, TOKYO), ("other_registry_visits", MKE): Unavailable("run.no-time-left", "no time")},
    unknown(MKE, "no time", reason="run.no-time-left"),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists another port",
    listed(f"{USERS}:4443"),
    warns(
        MKE,
        f"does not list {USERS} among its registries: {USERS}:4443",
        seen=[f"{USERS}:4443"],
        expected=USERS,
        reason="mke.other-registry",
        about=("mke",),
    ),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists what is no address",
    listed("http://[bad", "a", "b", "c"),
    warns(MKE, "http://[bad, a, b and 1 more", reason="mke.other-registry"),
    inventory=WITH_BUNDLE,
)
mke_2(
    "lists none",
    listed(),
    warns(MKE, "MKE lists no registry", seen=[], expected=USERS, reason="mke.no-registry", about=("mke",)),
    inventory=WITH_BUNDLE,
)
mke_2(
    "refuses the bundle",
    {("mke_registries", MKE): Unavailable("http.forbidden", "answered 401", about=["mke"])},
    unknown(MKE, "answered 401", reason="http.forbidden", about=("mke",)),
    inventory=WITH_BUNDLE,
)
mke_2("without a bundle", {("mke_registries", MKE): NotConfigured(ADD)}, skipped(MKE, "bundle: "), inventory=WITH_MKE)
mke_2("is not in the inventory", {}, skipped("mke", "mke: {url:"))

tls_1 = Cases("TLS-1")
SHOWN = {"names": [USERS], "issuer": "CN=Example CA"}
tls_1("verifies", {("web_certificate", A): certificate()}, passes(A, f"valid for {USERS}", seen=SHOWN))
tls_1("verifies for users", {("web_certificate", USERS): certificate()}, passes(USERS))
tls_1(
    "does not verify",
    {("web_certificate", A): certificate(mistrust="unable to get local issuer certificate")},
    fails(
        A,
        "the certificate does not verify: unable to get local issuer",
        seen=SHOWN,
        expected=f"{USERS}, by a CA of the inventory",
        reason="tls.untrusted",
        about=(f"certificate:{A}",),
    ),
)
for mistrust, reason in (
    ("Hostname mismatch, certificate is not valid for 'msr.example.org'.", "tls.other-name"),
    ("IP address mismatch, certificate is not valid for '10.0.0.1'.", "tls.other-name"),
    ("certificate has expired (that of its CA, not its own)", "tls.ca-dates"),
    ("certificate is not yet valid (that of its CA, not its own)", "tls.ca-dates"),
    ("self-signed certificate", "tls.untrusted"),
):
    tls_1(mistrust, {("web_certificate", USERS): certificate(mistrust=mistrust)}, fails(USERS, mistrust, reason=reason))
tls_1(
    "insecure never passes",
    {("web_certificate", A): certificate(insecure=True)},
    warns(A, "`insecure`", expected=USERS, reason="tls.not-verified"),
)
tls_1("expired, and that is TLS-2's", {("web_certificate", A): certificate(timedelta(days=-1))}, passes(A))
tls_1("no TLS", {("web_certificate", A): REFUSED}, unknown(A, "connection refused"))

tls_2 = Cases("TLS-2")


def left(**span: float) -> Facts:
    return {("web_certificate", A): certificate(timedelta(**span))}


tls_2("for long", left(days=200), passes(A, "in 200 days, on 2027-06-11 14:00 UTC", expected="30 more days"))
tls_2("30 days", left(days=30), passes(A, "in 30 days"))
tls_2("a second less than 30 days", left(days=29, hours=23, minutes=59, seconds=59), warns(A, "in 29 days"))
tls_2("7 days", left(days=7), warns(A, "in 7 days", reason="tls.expiring", since=None))
tls_2("a second less than 7 days", left(days=7, seconds=-1), fails(A, "in 6 days", reason="tls.expiring"))
tls_2("tomorrow", left(hours=23), fails(A, "expires within a day, on 2026-11-24 13:00 UTC"))
tls_2("now", left(days=0), fails(A, "expired on 2026-11-23 14:00 UTC", expected="30 more days"))
tls_2(
    "expired",
    left(days=-3),
    fails(
        A,
        "expired on 2026-11-20 14:00 UTC; this machine's clock says 2026-11-23 14:00 UTC",
        reason="tls.expired",
        about=(f"certificate:{A}",),
        since=NOW - timedelta(days=3),
    ),
)
tls_2(
    "not valid yet",
    {("web_certificate", B): certificate(not_before=NOW + timedelta(hours=1))},
    fails(
        B,
        "not valid before 2026-11-23 15:00 UTC; this machine's clock says 2026-11-23 14:00 UTC",
        reason="tls.not-yet-valid",
        since=None,
    ),
)
tls_2("valid from now on", {("web_certificate", B): certificate(not_before=NOW)}, passes(B))


def limits(*days: float) -> Inventory:
    return inventory(limits={"certificate_days": list(days)})


tls_2("by the inventory's limit", left(days=59), warns(A, expected="60 more days"), inventory=limits(60, 50))
tls_2("by the inventory's second limit", left(days=49), fails(A), inventory=limits(60, 50))
tls_2("no TLS", {("web_certificate", A): REFUSED}, unknown(A, "connection refused"))

token_0 = Cases("TOKEN-0")


def answered(*seen: Seen, account: str = "admin") -> Facts:
    """What the token services of the replicas answer, in their order; the last answer is that of all others too."""
    every = [*seen, *[seen[-1]] * (len(THREE) - len(seen))]
    return {("account_tokens", f"{account}:{name}"): each for name, each in zip(THREE, every, strict=True)}


SILENT = NoResponse("http.timeout", "/auth/token at A: no complete answer", about=[f"token-service:{A}"])
NO_REPLICA = Inherited(NoResponse("http.refused", "connection refused", about=[f"replica:{A}"]))
SERVICES = tuple(f"token-service:{name}" for name in THREE)
token_0("logged in", answered(tokens()), passes("admin", f"logged in on replica {A}", seen=200, expected=200))
token_0(
    "a reader logs in",
    answered(tokens("reader:ci"), account="reader:ci"),
    passes("reader:ci"),
    inventory=inventory(accounts=reader()),
)
token_0(
    "one that logs it in will do",
    answered(SILENT, tokens(replica=B, status=401, detail="401 x"), tokens(replica=C)),
    passes("admin", f"logged in on replica {C}"),
)
token_0(
    "refused",
    answered(tokens(status=401, detail="401 x", accepted=False)),
    fails(
        "admin",
        "the log-in is refused and not tried again",
        "MKE-1",
        f"replica {A}",
        seen=401,
        expected=200,
        reason="token.credentials-refused",
        about=("account:admin",),
        witnesses=(f"replica:{A}",),
    ),
)
token_0(
    "locked out",
    answered(tokens(status=429, detail="429 x", accepted=False)),
    fails(
        "admin",
        "too many failed log-ins",
        seen=429,
        expected=200,
        reason="token.too-many-log-ins",
        about=("account:admin",),
        witnesses=(f"replica:{A}",),
    ),
)
token_0(
    "locked out of the token service alone",
    answered(tokens(status=429, detail="429 x")),
    fails("admin", "too many failed log-ins", reason="token.too-many-log-ins"),
)
token_0(
    "locked out by one token service after another one gave a token",
    answered(tokens(), tokens(replica=B, status=429, detail="429 x")),
    fails(
        "admin",
        "too many failed log-ins",
        f"replica {B} returns 429 x",
        seen=429,
        reason="token.too-many-log-ins",
        witnesses=(f"replica:{B}",),
    ),
)
token_0(
    "no licence",
    answered(tokens(status=402, detail="402 x", accepted=False)),
    unknown("admin", "see REG-1", seen=402, reason="token.no-licence", because=Because(A, condition="REG-1")),
)
for name, broken in (
    ("another answer", tokens(status=404, detail="404 with an HTML page")),
    ("a page for an answer", tokens(detail="200 with an HTML page", unusable="it gave no token")),
    ("a right password that all refuse", tokens(status=401, detail="401 with an HTML page")),
):
    token_0(
        name,
        answered(*(broken.model_copy(update={"replica": each}) for each in THREE)),
        fails(
            "admin",
            "no token service logs in the account, see TOKEN-1",
            "with an HTML page",
            reason="token.no-log-in",
            about=SERVICES,
        ),
    )
token_0(
    "broken",
    answered(NoResponse("token.server-error", "the token service answered 500")),
    fails("admin", "500", reason="token.server-error"),
)
token_0(
    "silent",
    answered(NO_REPLICA, SILENT),
    fails("admin", "no complete answer", reason="token.timeout", about=(f"token-service:{A}",)),
)
token_0("no replica to ask", answered(NO_REPLICA), unknown("admin", "connection refused", reason="http.refused"))
token_0(
    "refused by another replica that answers in place of one",
    answered(
        Unavailable("http.login-refused", "refused (401)", because=Because("admin", condition="TOKEN-0")),
        Unavailable("run.another-replica", "another replica answers", because=Because(B, condition="IDENT-1")),
    ),
    unknown("admin", "another replica answers", because=Because(B, condition="IDENT-1")),
)
token_0(
    "nobody to ask",
    answered(Unavailable("run.not-queried", "no replica answers")),
    unknown("admin", "no replica answers", reason="run.not-queried"),
)

CASES = [reg_1, mke_1, mke_2, tls_1, tls_2, token_0]
