"""The registry's front door and MKE behind it: beyond the guide, since both fail users while `/_ping` is green."""

import re
from urllib.parse import urlsplit

from checks.condition import CRITICAL, condition
from checks.verdict import Verdict, failed, passed
from fixtures.inventory import Inventory
from fixtures.probes.endpoints import MkePing, RegistryFront

API_VERSION = "registry/2.0"


@condition(
    "REG-1",
    severity=CRITICAL,
    documented="Beyond the guide: /v2/",
    remedy="registry-challenge",
    owns=True,
    reasons={
        "reg.no-licence": "MSR has no licence (402)",
        "reg.open": "/v2/ answers without a token",
        "reg.not-found": "there is no /v2/ (404)",
        "reg.server-error": "/v2/ answers with a server error",
        "reg.other-status": "/v2/ answers with another status",
        "reg.not-a-registry": "/v2/ is no registry: its Docker-Distribution-Api-Version is another",
        "reg.no-challenge": "the refusal has no Bearer challenge",
        "reg.realm-unreadable": "the challenge names no address",
        "reg.realm-not-https": "the challenge sends users to an address without TLS",
        "reg.realm-other-host": "the challenge sends users to another host than the one they use",
        "reg.realm-other-port": "the challenge sends users to another port than the one they use",
    },
)
def test_registry_challenges_clients(registry_front: RegistryFront, inventory: Inventory) -> Verdict:
    """`/v2/` without a token is refused with a challenge that sends users to the token service."""
    front = registry_front
    if front.status == 402:
        return failed("reg.no-licence", "no licence: docker push and pull are refused", seen=402, expected=401)
    if front.status != 401:
        return failed(_of_status(front.status), f"/v2/ answered {front.told}", seen=front.status, expected=401)
    if front.api_version != API_VERSION:
        message = "/v2/ is not a registry: its Docker-Distribution-Api-Version is another"
        return failed("reg.not-a-registry", message, seen=front.api_version, expected=API_VERSION)
    realm = re.match(r'Bearer .*?realm="([^"]*)"', front.challenge)
    if realm is None:
        message = "/v2/ sends no Bearer challenge"
        return failed("reg.no-challenge", message, seen=front.challenge, expected='Bearer realm="https://…"')
    reason = _not_of_users(realm[1], inventory)
    if reason:
        message = "the challenge sends users to another address than the one they use"
        return failed(reason, message, seen=realm[1], expected=f"https on {inventory.address_of_users}")
    return passed("401 with a challenge", seen=realm[1])


def _of_status(status: int) -> str:
    if status >= 500:
        return "reg.server-error"
    return {200: "reg.open", 404: "reg.not-found"}.get(status, "reg.other-status")


def _not_of_users(realm: str, inventory: Inventory) -> str | None:
    """Why a realm is not at the address of users; None where it is."""
    try:
        address = urlsplit(realm)
        port = address.port
    except ValueError:
        return "reg.realm-unreadable"
    if not address.hostname:
        return "reg.realm-unreadable"
    if address.scheme != "https":
        return "reg.realm-not-https"
    if address.hostname != inventory.public_host:
        return "reg.realm-other-host"
    return None if (port or 443) == inventory.public_port else "reg.realm-other-port"


@condition(
    "MKE-1",
    severity=CRITICAL,
    documented="Beyond the guide: log-in is delegated to MKE",
    remedy="mke-down",
    owns=True,
    reasons={
        "mke.unhealthy": "MKE's /_ping answers with a server error",
        "mke.other-status": "MKE's /_ping answers with another status",
    },
)
def test_mke_answers_ping(mke_ping: MkePing) -> Verdict:
    """MKE answers: without it nobody can log in, although MSR's `/_ping` is green."""
    if mke_ping.status == 200:
        return passed("it answered 200", seen=200, expected=200)
    reason = "mke.unhealthy" if mke_ping.status >= 500 else "mke.other-status"
    message = f"its /_ping answered {mke_ping.told}: log-ins fail without it"
    return failed(reason, message, seen=mke_ping.status, expected=200)
