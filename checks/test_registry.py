"""The registry's front door and MKE behind it: beyond the guide, since both fail users while `/_ping` is green."""

import re
from urllib.parse import urlsplit

from checks.condition import CRITICAL, condition
from checks.verdict import Verdict, failed, passed
from fixtures.inventory import Inventory
from fixtures.probes.endpoints import MkePing, RegistryFront

API_VERSION = "registry/2.0"


@condition("REG-1", severity=CRITICAL, documented="Beyond the guide: /v2/", remedy="registry-challenge", owns=True)
def test_registry_challenges_clients(registry_front: RegistryFront, inventory: Inventory) -> Verdict:
    """`/v2/` without a token is refused with a challenge that sends users to the token service."""
    front = registry_front
    if front.status == 402:
        return failed("no licence: docker push and pull are refused", seen=402, expected=401)
    if front.status != 401:
        return failed(f"/v2/ answered {front.told}", seen=front.status, expected=401)
    if front.api_version != API_VERSION:
        message = "/v2/ is not a registry: its Docker-Distribution-Api-Version is another"
        return failed(message, seen=front.api_version, expected=API_VERSION)
    realm = re.match(r'Bearer .*?realm="([^"]*)"', front.challenge)
    if realm is None:
        return failed("/v2/ sends no Bearer challenge", seen=front.challenge, expected='Bearer realm="https://…"')
    if not _is_of_users(realm[1], inventory):
        message = "the challenge sends users to another address than the one they use"
        return failed(message, seen=realm[1], expected=f"https on {inventory.address_of_users}")
    return passed("401 with a challenge", seen=realm[1])


def _is_of_users(realm: str, inventory: Inventory) -> bool:
    try:
        address = urlsplit(realm)
        port = address.port
    except ValueError:
        return False
    users = (inventory.public_host, inventory.public_port)
    return address.scheme == "https" and (address.hostname, port or 443) == users


@condition(
    "MKE-1", severity=CRITICAL, documented="Beyond the guide: log-in is delegated to MKE", remedy="mke-down", owns=True
)
def test_mke_answers_ping(mke_ping: MkePing) -> Verdict:
    """MKE answers: without it nobody can log in, although MSR's `/_ping` is green."""
    if mke_ping.status == 200:
        return passed("it answered 200", seen=200, expected=200)
    return failed(f"its /_ping answered {mke_ping.told}: log-ins fail without it", seen=mke_ping.status, expected=200)
