"""What an upgrade needs of MKE, through which it makes its containers. Asked by `--before-upgrade`."""

from __future__ import annotations

from collections.abc import Sequence

from checks.condition import CRITICAL, Reason, condition
from checks.rules.swarm import views_of_managers
from checks.verdict import Verdict, failed, passed, unknown, warned
from fixtures.core.evidence import Because, thing
from fixtures.core.question import BEFORE_UPGRADE
from fixtures.core.store import NotConfigured, PerSubject, Unavailable
from fixtures.core.subjects import CLUSTER
from fixtures.inventory import Inventory
from fixtures.inventory.addresses import host_of
from fixtures.probes.endpoints import MkePing
from fixtures.probes.mke_settings import MkeOfMsr, MkeScheduling
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmView

NOT_AVAILABLE = {"drain": "drained", "pause": "paused"}


def _not_named(what: str) -> Unavailable:
    message = f"{what}: add mke: {{url: …, bundle: …}}"
    return Unavailable(
        "pre.mke-not-named",
        message,
        about=[thing("inventory", "mke")],
        because=Because(CLUSTER, probe="mke_scheduling"),
    )


@condition(
    "PRE-7",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-scheduling",
    reasons={
        "pre.scheduling-off": "MKE does not let administrators deploy on managers and nodes with MSR",
        "pre.node-unavailable": Reason("a node with a replica is drained or paused", remedy="pre-node"),
        "pre.orchestrator": Reason("a node with a replica is one of Kubernetes alone", remedy="pre-node"),
        "pre.scheduling-unseen": "whether MKE lets administrators deploy was not seen",
        "pre.mke-not-named": "the inventory names no MKE",
        "pre.node-unlisted": Reason("no manager lists a node with a replica", remedy="pre-node"),
    },
    measured="reported",
    question=BEFORE_UPGRADE,
)
def test_mke_deploys_on_the_nodes(
    every_mke_scheduling: PerSubject[MkeScheduling],
    every_engine: PerSubject[EngineFacts],
    every_swarm_view: PerSubject[SwarmView],
    inventory: Inventory,
) -> list[Verdict]:
    """MKE lets administrators deploy on the nodes with replicas, which are available and of Swarm."""
    named = dict.fromkeys(replica.node for replica in inventory.replicas if replica.node)
    try:
        rows = {row.name: row for view in views_of_managers(every_engine, every_swarm_view) for row in view.nodes}
        nodes = [_node(name, _row(name, rows, inventory)) for name in named]
    except Unavailable as cause:
        nodes = [unknown(cause, subject=name) for name in named]
    return [_scheduling(every_mke_scheduling, inventory), *nodes]


def _scheduling(seen: PerSubject[MkeScheduling], inventory: Inventory) -> Verdict:
    if inventory.mke is None:
        return unknown(_not_named("whether MKE lets administrators deploy is not known"), subject="mke")
    name = inventory.mke.subject
    try:
        admins = seen[name].admins
    except NotConfigured as cause:
        about, because = [thing("inventory", "mke.bundle")], Because(name, probe="mke_scheduling")
        return unknown(Unavailable("pre.scheduling-unseen", str(cause), about=about, because=because), subject="mke")
    except Unavailable as cause:
        return unknown(cause, subject="mke")
    about = [thing("mke")]
    if admins is None:
        message = (
            "MKE's configuration does not say whether administrators may deploy: see its admin settings, Scheduler"
        )
        because = Because(name, probe="mke_scheduling")
        return unknown(Unavailable("pre.scheduling-unseen", message, about=about, because=because), subject="mke")
    if not admins:
        message = "MKE does not let administrators deploy on managers and nodes with MSR, as an upgrade does"
        return failed("pre.scheduling-off", message, seen=False, expected=True, subject="mke", about=about)
    message = "MKE lets administrators deploy on managers and nodes with MSR"
    return passed(message, seen=True, expected=True, subject="mke")


def _row(name: str, rows: dict[str, SwarmNode], inventory: Inventory) -> SwarmNode | None:
    return rows.get(inventory.node(name).reports) or rows.get(name)


def _node(name: str, row: SwarmNode | None) -> Verdict:
    about = [thing("node", name)]
    if row is None:
        message = f"no manager of the inventory lists {name}: add a manager under nodes:, with ssh: or docker:"
        because = Because(name, probe="swarm_view")
        return unknown(Unavailable("pre.node-unlisted", message, about=about, because=because), subject=name)
    if row.availability in NOT_AVAILABLE:
        message = f"{name} runs a replica and is {NOT_AVAILABLE[row.availability]}: an upgrade cannot deploy there"
        return failed(
            "pre.node-unavailable", message, seen=row.availability, expected="active", subject=name, about=about
        )
    if row.orchestrators == ["kubernetes"]:
        message = f"{name} runs a replica and is a node of Kubernetes alone: MSR is deployed on nodes of Swarm"
        return failed("pre.orchestrator", message, seen=row.orchestrators, expected="swarm", subject=name, about=about)
    of = " and ".join(row.orchestrators) or "no orchestrator labelled"
    return passed(f"{name} is {row.availability or 'listed'} ({of})", seen=row.availability, subject=name)


@condition(
    "PRE-8",
    severity=CRITICAL,
    documented="Beyond the guide: upgrades",
    remedy="pre-ucp-url",
    reasons={
        "pre.ucp-url-no-node": "MKE's address is not known as that of a node",
        "pre.ucp-host-down": "the MKE address that MSR has is that of a node that is down",
        "pre.ucp-host-unasked": "MSR has another MKE address than the inventory, and nobody asked it",
        "pre.ucp-host-unseen": "MSR does not say which MKE it uses",
        "pre.ucp-ca-unverified": "MKE's certificate was not verified",
        "pre.mke-not-named": "the inventory names no MKE",
        "pre.mke-silent": "MKE does not respond with 200",
    },
    measured="derived",
    question=BEFORE_UPGRADE,
)
def test_upgrade_reaches_mke(
    every_mke_ping: PerSubject[MkePing],
    every_mke_of_msr: PerSubject[MkeOfMsr],
    every_swarm_view: PerSubject[SwarmView],
    inventory: Inventory,
) -> list[Verdict]:
    """What `--ucp-url` and `--ucp-ca` are given is known: MKE responds at a node's address, with a known CA."""
    if inventory.mke is None:
        return [unknown(_not_named("which MKE --ucp-url has to name is not known"), subject="url")]
    rows = [row for view in every_swarm_view.values() for row in view.nodes]
    host = host_of(inventory.mke.url)
    return [
        *_url(host, inventory.mke.subject, every_mke_ping, _node_at(host, rows, inventory), rows, inventory),
        _of_msr(host, every_mke_of_msr, rows, inventory),
    ]


def _url(
    host: str,
    mke: str,
    pings: PerSubject[MkePing],
    node: str | None,
    rows: Sequence[SwarmNode],
    inventory: Inventory,
) -> list[Verdict]:
    """Of the URL, and of the CA with which it was asked."""
    try:
        ping = pings[mke]
        if ping.status != 200:
            because = Because(mke, condition="MKE-1")
            message = f"MKE's /_ping at {mke} returns {ping.detail}"
            raise Unavailable("pre.mke-silent", message, about=[thing("mke")], because=because)
    except Unavailable as cause:
        return [unknown(cause, subject="url"), unknown(cause, subject="ca")]
    if node:
        url = passed(f"MKE responds at {host}, which is {node}", seen=host, subject="url")
    else:
        manager = next((row.name for row in rows if row.manager and row.state == "ready"), "a manager")
        message = (
            f"{host} is not known as a node: an upgrade through a load balancer can break on a 504; "
            f"give --ucp-url the address of {manager}"
        )
        url = warned("pre.ucp-url-no-node", message, seen=host, subject="url", about=[thing("mke")])
    if inventory.tls.insecure:
        message = "MKE's certificate was not verified: remove tls: {insecure: true}, and add mke: {ca: […]}"
        about = [thing("inventory", "tls.insecure")]
        because = Because(mke, probe="mke_ping")
        return [url, unknown(Unavailable("pre.ucp-ca-unverified", message, about=about, because=because), subject="ca")]
    return [
        url,
        passed("MKE's certificate verifies with the CAs of the inventory: give these as --ucp-ca", subject="ca"),
    ]


def _of_msr(host: str, seen: PerSubject[MkeOfMsr], rows: Sequence[SwarmNode], inventory: Inventory) -> Verdict:
    """The address that MSR itself has of MKE."""
    try:
        told = seen[CLUSTER].host
    except Unavailable as cause:
        return unknown(cause, subject="msr")
    because = Because(CLUSTER, probe="mke_of_msr")
    if not told:
        message = "MSR does not say which MKE it uses: see ucpHost of /api/v0/meta/features"
        return unknown(
            Unavailable("pre.ucp-host-unseen", message, about=[thing("cluster")], because=because), subject="msr"
        )
    own = host_of(told if "://" in told else f"https://{told}")
    if own == host:
        return passed(f"MSR uses MKE at {told}, as the inventory", seen=told, expected=host, subject="msr")
    node = _node_at(own, rows, inventory)
    state = next((row.state for row in rows if node and row.name == node), "")
    if state == "down":
        message = f"MSR uses MKE at {told}, which is {node}, and that is down: log-ins and the upgrade need another one"
        about = [thing("node", node or own)]
        return failed("pre.ucp-host-down", message, seen=told, expected=host, subject="msr", about=about)
    if node:
        return passed(f"MSR uses MKE at {told}, which is {node}", seen=told, expected=host, subject="msr")
    message = f"MSR uses MKE at {told}, and the inventory {host}: ask again with mke: {{url: https://{told}}}"
    about = [thing("inventory", "mke.url")]
    return unknown(Unavailable("pre.ucp-host-unasked", message, about=about, because=because), subject="msr")


def _node_at(host: str, rows: Sequence[SwarmNode], inventory: Inventory) -> str | None:
    """The node that has this name or address, as the swarm lists it and the inventory reaches it; else None."""
    for row in rows:
        if host in (row.name, row.address):
            return row.name
    for node in inventory.nodes:
        if host in (node.name, node.reports, node.ssh.host if node.ssh else None):
            return node.name
    return next((each.node or each.id for each in inventory.replicas if each.address == host), None)
