"""The registry's `/v2/` and MKE behind it: beyond the guide, since both fail users while `/_ping` is healthy."""

import re
from urllib.parse import urlsplit

from checks.condition import CRITICAL, WARNING, Reason, condition
from checks.rules.wording import few
from checks.verdict import Verdict, failed, passed
from fixtures.access.http.licence import NO_LICENCE
from fixtures.access.http.other_registries import as_listed
from fixtures.core.evidence import thing
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.inventory.addresses import named_port
from fixtures.probes.endpoints import MkePing, RegistryFront
from fixtures.probes.mke_registries import MkeRegistries, OtherRegistryVisits, Visit

API_VERSION = "registry/2.0"


@condition(
    "REG-1",
    severity=CRITICAL,
    documented="Beyond the guide: /v2/",
    remedy="registry-challenge",
    owns=True,
    reasons={
        "reg.no-licence": "MSR has no licence (402)",
        "reg.open": Reason("/v2/ is readable without a token", remedy="security-incident"),
        "reg.not-found": "/v2/ does not exist (404)",
        "reg.server-error": "/v2/ returns a server error",
        "reg.other-status": "/v2/ returns another status",
        "reg.not-a-registry": "/v2/ is not a registry: its Docker-Distribution-Api-Version differs",
        "reg.no-challenge": "/v2/ sends no Bearer challenge",
        "reg.realm-unreadable": "the challenge contains no address",
        "reg.realm-not-https": "the challenge sends clients to an address without TLS",
        "reg.realm-other-host": "the challenge sends clients to another host than the public one",
        "reg.realm-other-port": "the challenge sends clients to another port than the public one",
    },
)
def test_registry_challenges_clients(registry_front: RegistryFront, inventory: Inventory) -> Verdict:
    """`/v2/` refuses requests without a token, with a challenge that sends clients to the token service."""
    front = registry_front
    if front.status == NO_LICENCE:
        message = "the registry has no licence: docker push and pull are refused"
        return failed("reg.no-licence", message, seen=NO_LICENCE, expected=401, about=[thing("cluster")])
    if front.status != 401:
        return failed(_of_status(front.status), f"/v2/ returns {front.detail}", seen=front.status, expected=401)
    if front.api_version != API_VERSION:
        message = "/v2/ is not a registry: its Docker-Distribution-Api-Version differs"
        return failed("reg.not-a-registry", message, seen=front.api_version, expected=API_VERSION)
    realm = re.match(r'Bearer .*?realm="([^"]*)"', front.challenge)
    if realm is None:
        message = "/v2/ sends no Bearer challenge"
        return failed("reg.no-challenge", message, seen=front.challenge, expected='Bearer realm="https://…"')
    reason = _not_of_users(realm[1], inventory)
    if reason:
        message = "the challenge sends clients to another address than the public one"
        return failed(reason, message, seen=realm[1], expected=f"https on {inventory.address_of_users}")
    return passed("/v2/ returns 401 with a challenge", seen=realm[1])


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
        "mke.unhealthy": "MKE's /_ping returns a server error",
        "mke.other-status": "MKE's /_ping returns another status",
    },
)
def test_mke_answers_ping(mke_ping: MkePing) -> Verdict:
    """MKE responds to `/_ping`: without MKE nobody can log in, even while MSR's own `/_ping` is healthy."""
    if mke_ping.status == 200:
        return passed("MKE's /_ping returns 200", seen=200, expected=200)
    reason = "mke.unhealthy" if mke_ping.status >= 500 else "mke.other-status"
    message = f"MKE's /_ping returns {mke_ping.detail}: log-ins fail without MKE"
    return failed(reason, message, seen=mke_ping.status, expected=200)


@condition(
    "MKE-2",
    severity=WARNING,
    documented="Beyond the guide: MKE's list of registries",
    remedy="mke-registries",
    reasons={
        "mke.no-registry": "MKE lists no registry",
        "mke.other-registry": "MKE lists other registries only",
        "mke.registry-silent": Reason(
            "nothing responds at an address of MKE's list, neither to this machine nor to the nodes",
            remedy="mke-silent-registry",
        ),
        "mke.registry-not-reached": Reason(
            "an address of MKE's list is not reachable from here, and no node could ask", remedy="mke-silent-registry"
        ),
        "mke.too-many-registries": Reason(
            "MKE lists more addresses than are asked whether they respond", remedy="mke-silent-registry"
        ),
    },
    measured="reported",
)
def test_mke_lists_this_registry(
    mke_registries: MkeRegistries, every_other_registry_visits: PerSubject[OtherRegistryVisits], inventory: Inventory
) -> Verdict:
    """MKE's list of registries names the address of users, and something responds at every other address of it."""
    listed = [as_listed(address) for address in mke_registries.addresses]
    own = named_port(inventory.public_host, inventory.public_port)
    if not listed:
        return failed("mke.no-registry", f"MKE lists no registry, and so not {own}", seen=[], expected=own)
    if own not in listed:
        message = f"MKE does not list {own} among its registries: {few(listed)}"
        return failed("mke.other-registry", message, seen=listed, expected=own)
    others = [address for address in dict.fromkeys(listed) if address != own]
    if not others:
        return passed(f"MKE lists {own}", seen=listed, expected=own)
    visits = every_other_registry_visits[inventory.mke.subject if inventory.mke else ""]
    silent = [each for each in visits.visits if not each.responds]
    if gone := [each for each in silent if each.nodes]:
        names, first = few([each.address for each in gone]), gone[0]
        message = (
            f"MKE lists {names}, where nothing responds to this machine ({first.here}) or to {few(list(first.nodes))}"
        )
        return failed("mke.registry-silent", message, seen=[each.address for each in gone], expected="a response")
    if silent:
        names, first = few([each.address for each in silent]), silent[0]
        message = f"MKE lists {names}, not reachable from this machine ({first.here}); {_nobody_else(first)}"
        raise Unavailable("mke.registry-not-reached", message)
    if visits.left:
        message = f"MKE lists {len(listed)} addresses, and only the first few are asked: not {few(visits.left)}"
        raise Unavailable("mke.too-many-registries", message)
    through = [f"{each.address} from {_reached_by(each)} only" for each in visits.visits if each.here]
    seen_by = f" (reachable: {few(through)})" if through else ""
    return passed(f"MKE lists {own}, and further registries: {few(others)}{seen_by}", seen=listed, expected=own)


def _nobody_else(visit: Visit) -> str:
    """Why no node could say whether it is down."""
    if visit.not_asked:
        node, why = next(iter(visit.not_asked.items()))
        return f"{node} could not ask ({why}), so whether it is down is not known"
    return "no node of the inventory has a shell to ask from, so whether it is down is not known"


def _reached_by(visit: Visit) -> str:
    return next(node for node, why in visit.nodes.items() if not why)
