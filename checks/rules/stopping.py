"""What a stop of a node takes with it, as far as engines, managers and the inventory show."""

from __future__ import annotations

from collections.abc import Sequence

from fixtures.core.evidence import thing
from fixtures.core.stop_subjects import Stopped
from fixtures.core.store import NotConfigured, PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.inventory.addresses import host_of
from fixtures.probes.administration import Settings
from fixtures.probes.containers import MKE_STORES, Containers
from fixtures.probes.nodes import EngineFacts, SwarmNode, SwarmView
from fixtures.probes.replica_storage import ReplicaVolumes


def nodes_named(to_stop: Stopped, inventory: Inventory) -> set[str]:
    """How engines and managers may call the node that stops."""
    return {to_stop.node, inventory.node(to_stop.node).reports}


def managers(
    to_stop: Stopped,
    engines: PerSubject[EngineFacts],
    views: PerSubject[SwarmView],
    inventory: Inventory,
) -> tuple[SwarmView, Sequence[SwarmNode]]:
    """The swarm's managers, and which of them lists them so: the one with the fewest reachable, so none is missed.

    Raises why no manager lists them, or why nobody lists the node itself.
    """
    lists = [view for view in views.values() if view.nodes]
    if not lists:
        causes = [*views.causes.values(), *engines.causes.values()]
        if causes:
            raise causes[0]
        errors = [view.error for view in views.values() if view.error]
        if not views:
            raise NotConfigured("the inventory names no node whose engine can be asked: add docker: or ssh: to nodes:")
        raise Unavailable(
            "stop.no-manager-seen",
            f"no manager lists the nodes of the swarm: {errors[0]}"
            if errors
            else "no manager of the swarm is among the nodes that were asked: add one under nodes:",
            about=[thing("swarm")],
        )
    view = min(lists, key=lambda each: sum(row.reachability == "reachable" for row in each.nodes))
    if not any(row.name in nodes_named(to_stop, inventory) for row in view.nodes):
        raise Unavailable(
            "stop.no-manager-seen",
            f"manager {view.node} lists no node {to_stop.node}: see its name under nodes: in the inventory",
            about=[thing("inventory", f"nodes.{to_stop.node}")],
        )
    return view, [row for row in view.nodes if row.manager]


def mke_stores(
    to_stop: Stopped, listed: Sequence[SwarmNode], containers: PerSubject[Containers], inventory: Inventory
) -> dict[str, list[str]] | None:
    """By store of MKE the other managers on which it runs; None where none of them is on the node that stops."""
    own = containers[to_stop.node].mke
    if own is None:
        raise Unavailable("run.not-queried", f"{to_stop.node}: nobody looked for MKE's stores")
    if not own:
        return None
    by_name = {name: node.name for node in inventory.nodes for name in (node.name, node.reports)}
    running: dict[str, list[str]] = {store: [] for store in MKE_STORES if store in own}
    for row in listed:
        node = by_name.get(row.name)
        if node == to_stop.node:
            continue
        if node is None or (node not in containers and node not in containers.causes):
            raise Unavailable(
                "stop.mke-unseen",
                f"MKE's stores on manager {row.name} were not seen: add it under nodes: with ssh: or docker:",
                about=[thing("inventory", "nodes")],
            )
        if node in containers.causes and row.reachability != "reachable":
            continue
        for store, names in running.items():
            if (containers[node].mke or {}).get(store) == "running":
                names.append(node)
    return running


def all_containers(to_stop: Stopped, containers: PerSubject[Containers], inventory: Inventory) -> list[Containers]:
    """The containers of every node on which something may be under way that concerns what stops.

    Raises why one of them was not seen: a join that nobody sees is not known not to run.
    """
    if not inventory.nodes:
        raise NotConfigured("containers are not seen: add the nodes under nodes:, with ssh: or docker:")
    wanted = [node.name for node in inventory.nodes] if to_stop.replicas else [to_stop.node]
    for name in wanted:
        if name not in containers and name not in containers.causes:
            raise NotConfigured(f"the containers of {name} are not seen: add ssh: or docker: to {name} under nodes:")
    return [containers[name] for name in wanted]


def storage_server(
    to_stop: Stopped, settings: Settings, volumes: PerSubject[ReplicaVolumes], inventory: Inventory
) -> str:
    """The share that images are on, where the node that stops serves it; else ""."""
    if not to_stop.node:
        return ""
    shares = [f"{settings.nfs_host}:{settings.nfs_path}"] if settings.nfs_host else []
    shares += [each.device for seen in volumes.values() for each in seen.volumes.values() if each and each.kind]
    own = _addresses(to_stop, inventory)
    return next((share for share in shares if share.partition(":")[0] in own), "")


def lives_on(to_stop: Stopped, inventory: Inventory) -> list[str]:
    """Whose address is that of the node, where that is no single replica's own."""
    own = _addresses(to_stop, inventory)
    named = {"users": inventory.public_host} | ({"MKE": host_of(inventory.mke.url)} if inventory.mke else {})
    return [f"{who} ({host})" for who, host in named.items() if host in own]


def _addresses(to_stop: Stopped, inventory: Inventory) -> set[str]:
    node = inventory.node(to_stop.node)
    hosts = {replica.address for replica in inventory.replicas if replica.id in to_stop.replicas}
    return {node.name, node.reports, *hosts, *([node.ssh.host] if node.ssh else [])}
