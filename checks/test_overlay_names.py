"""The names by which the replicas find each other's databases on the overlay network."""

from checks.condition import CRITICAL, condition
from checks.rules.overlay_view import Networks, Pings
from checks.rules.wording import one_line
from checks.verdict import Verdict, failed, passed, unknown
from fixtures.core.evidence import Because, thing
from fixtures.core.overlay_subjects import NodeName
from fixtures.core.store import Unavailable
from fixtures.inventory.msr import container_name
from fixtures.probes.overlay.facts import Database
from fixtures.probes.overlay.name_output import Resolved


@condition(
    "NET-4",
    severity=CRITICAL,
    documented="Beyond the guide: names",
    remedy="overlay-names",
    reasons={
        "net.several-addresses": "the name of a database resolves to several addresses",
        "net.database-unresolved": "the name of a running database does not resolve",
        "net.stale-address": "the name of a database resolves to an address that its container does not have",
        "net.names-not-reported": "the probe container does not report what the names of databases resolve to",
        "net.one-address-reported": "the probe container can show only one address of a name",
    },
)
def test_database_has_one_address(
    node_name: NodeName, every_overlay_network: Networks, every_overlay_pings: Pings
) -> Verdict:
    """The name of a replica's database resolves to exactly one address per IP family, its own."""
    name = container_name("rethinkdb", node_name.replica)
    resolved = every_overlay_pings[node_name.node].names.get(node_name.replica)
    if resolved is None:
        raise Unavailable(
            "net.names-not-reported",
            f"the probe container on {node_name.node} does not report what {name} resolves to",
            about=[thing("node", node_name.node)],
            because=Because(node_name.node, probe="overlay_pings"),
        )
    if any(len(resolved.of_family(family)) > 1 for family in (4, 6)):
        message = f"{name} resolves to {len(resolved.addresses)} addresses: a stale record, or another container's"
        return failed("net.several-addresses", message, seen=resolved.addresses, expected="one address")
    database = _database(every_overlay_network, node_name)
    if not database.running:
        return _of_stopped(name, resolved)
    if not resolved.addresses:
        message = f"{name} does not resolve: {one_line(resolved.detail)}"
        return failed("net.database-unresolved", message, seen=[], expected=database.address or "one address")
    first = resolved.addresses[0]
    if database.address and database.address not in resolved.addresses:
        message = f"{name} resolves to {first}, and its container has {database.address}: a stale record"
        return failed(
            "net.stale-address", message, seen=resolved.addresses, expected=database.address, measured="derived"
        )
    if resolved.first_only:
        message = f"{name} resolves to {first}; the probe image cannot show whether there is a second address"
        cause = Unavailable("net.one-address-reported", message, because=Because(node_name.node, probe="overlay_pings"))
        return unknown(cause, seen=resolved.addresses, expected="one address")
    return passed(
        f"the name resolves to {', '.join(resolved.addresses)}", seen=resolved.addresses, expected="one address"
    )


def _database(networks: Networks, name: NodeName) -> Database:
    """Its container, on whichever node it is found; raises the cause where the one that should carry it is not seen.

    Nobody knows then whether no address, or the one that it has, is right.
    """
    found = next((view.databases[name.replica] for view in networks.values() if name.replica in view.databases), None)
    return found or networks[name.carrier].databases.get(name.replica, Database(running=False))


def _of_stopped(name: str, resolved: Resolved) -> Verdict:
    """A database that does not run (CTR-1) has no address."""
    if resolved.addresses:
        message = f"{name} resolves to {resolved.addresses[0]}, and the container does not run: a stale record"
        return failed(
            "net.stale-address",
            message,
            seen=resolved.addresses,
            expected="no address while it does not run",
            measured="derived",
        )
    return passed("the database does not run, see CTR-1, and its name has no address", seen=[])
