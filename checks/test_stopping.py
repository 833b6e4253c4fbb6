"""Whether a node or a replica can be stopped now: what the others keep without it. Asked by `--ok-to-stop`."""

from __future__ import annotations

from checks.condition import CRITICAL, Reason, condition
from checks.rules.cluster_views import Views, quorum, things
from checks.rules.image_storage import shared_storage
from checks.rules.quorums import tables_without
from checks.rules.stopping import all_containers, lives_on, managers, mke_stores, nodes_named, storage_server
from checks.rules.wording import many, reported_by
from checks.verdict import Outcome, Verdict, failed, not_applicable, passed, skipped
from fixtures.core.evidence import thing
from fixtures.core.question import OK_TO_STOP
from fixtures.core.stop_subjects import Stopped
from fixtures.core.store import PerSubject, Unavailable
from fixtures.inventory import Inventory
from fixtures.probes.administration import Settings, Storage
from fixtures.probes.containers import Containers
from fixtures.probes.endpoints import Ping, PingAnswer
from fixtures.probes.nodes import EngineFacts, SwarmView
from fixtures.probes.replica_storage import ReplicaVolumes
from fixtures.probes.system import System

FEW = 3


def _no_replica(to_stop: Stopped) -> Verdict:
    return not_applicable(f"{to_stop.subject} carries no replica")


def _node_stays(to_stop: Stopped) -> Verdict:
    return not_applicable(f"only replica {to_stop.subject} stops, and its node stays up")


@condition(
    "STOP-1",
    severity=CRITICAL,
    documented="Beyond the guide: quorum",
    remedy="stop-table-majority",
    reasons={
        "stop.table-majority": "a table has no majority of ready copies without it",
        "stop.only-replica": Reason("it is the only replica", remedy="stop-only-replica"),
        "stop.no-tables": "cluster_status lists no table",
    },
    measured="reported",
    question=OK_TO_STOP,
)
def test_tables_keep_their_majority(to_stop: Stopped, every_cluster_status: Views, inventory: Inventory) -> Verdict:
    """Without it, every table keeps a majority of its voting copies ready."""
    if not to_stop.replicas:
        return _no_replica(to_stop)
    remaining = [each.id for each in inventory.replicas if each.id not in to_stop.replicas]
    if not remaining:
        return failed("stop.only-replica", f"{to_stop.subject} carries the only replica: nobody is served without it")
    tables = tables_without(every_cluster_status, to_stop.replicas)
    short = {each.table: each for each in tables if not each.enough}
    if short:
        first = next(iter(short.values()))
        named = ", ".join(list(short)[:FEW]) + (f" and {len(short) - FEW} more" if len(short) > FEW else "")
        return failed(
            "stop.table-majority",
            f"without {to_stop.subject}, {len(first.ready)} of {many(first.voting, 'voting copy', 'voting copies')}"
            f" of {named} stay ready, and {quorum(first.voting)} are needed {reported_by([first.seen_by])}",
            seen={name: list(each.ready) for name, each in short.items()},
            about=[*things("replica", to_stop.replicas), *(thing("table", name) for name in short)],
            witnesses=things("replica", {each.seen_by for each in short.values()}),
        )
    for replica in remaining:
        # Whoever stays must see it so, too: a view that is missing may be that of the other side of a partition.
        every_cluster_status[replica]
    least = min(tables, key=lambda each: len(each.ready) - quorum(each.voting))
    return passed(
        f"every table keeps its majority: at least {len(least.ready)} of {least.voting} voting copies stay ready",
        seen=len({each.table for each in tables}),
    )


@condition(
    "STOP-2",
    severity=CRITICAL,
    documented="Beyond the guide: quorum",
    remedy="stop-manager-quorum",
    reasons={
        "stop.manager-quorum": "the swarm has no majority of reachable managers without it",
        "stop.mke-quorum": "MKE's own stores have no majority without it",
        "stop.no-manager-seen": "no manager of the swarm lists its nodes",
        "stop.mke-unseen": "MKE's stores on other managers were not seen",
    },
    measured="reported",
    question=OK_TO_STOP,
)
def test_managers_keep_their_quorum(
    to_stop: Stopped,
    every_engine: PerSubject[EngineFacts],
    every_swarm_view: PerSubject[SwarmView],
    every_containers: PerSubject[Containers],
    inventory: Inventory,
) -> Verdict:
    """Without it, the swarm keeps a quorum of managers, and so do MKE's own stores on them."""
    if not to_stop.node:
        return _node_stays(to_stop)
    view, listed = managers(to_stop, every_engine, every_swarm_view, inventory)
    own = [row for row in listed if row.name in nodes_named(to_stop, inventory)]
    if not own:
        return passed(f"{to_stop.node} is no manager of the swarm (reported by {view.node})")
    left = [row for row in listed if row.reachability == "reachable" and row not in own]
    need, total = quorum(len(listed)), many(len(listed), "manager")
    seen = {"managers": len(listed), "reachable without it": len(left), "quorum": need}
    if len(left) < need:
        return failed(
            "stop.manager-quorum",
            f"without {to_stop.node}, {len(left)} of {total} stay reachable, and {need} are needed"
            f" (reported by {view.node})",
            seen=seen,
            about=[thing("node", to_stop.node), thing("swarm")],
            witnesses=[thing("node", view.node)],
        )
    message = f"{len(left)} of {total} stay reachable, and {need} are needed"
    without = mke_stores(to_stop, listed, every_containers, inventory)
    if without is None:
        return passed(f"{message}; no store of MKE runs on {to_stop.node}", seen=seen)
    for store, running in without.items():
        if len(running) < need:
            return failed(
                "stop.mke-quorum",
                f"without {to_stop.node}, {store} runs on {len(running)} of {total}, and {need} are needed",
                seen={store: running},
                about=[thing("node", to_stop.node), thing("mke")],
                measured="directly",
            )
    return passed(f"{message}; MKE's stores run there, too", seen=seen)


@condition(
    "STOP-3",
    severity=CRITICAL,
    documented="Beyond the guide: the load balancer",
    remedy="stop-balancer",
    reasons={
        "stop.no-other-replica": "no other replica is healthy",
        "stop.no-balancer": "the address of users is that of the replica itself",
        "stop.pool-unseen": "no connection through the load balancer reached another replica",
    },
    question=OK_TO_STOP,
)
def test_balancer_has_another_member(
    to_stop: Stopped,
    every_ping: PerSubject[Ping],
    every_users_ping: PerSubject[PingAnswer],
    inventory: Inventory,
) -> Verdict:
    """Without it, the load balancer has another healthy replica to send users to."""
    if not to_stop.replicas:
        return _no_replica(to_stop)
    others = [each.id for each in inventory.replicas if each.id not in to_stop.replicas]
    stopping = [each for each in inventory.replicas if each.id in to_stop.replicas]
    good = [name for name in others if (ping := every_ping.seen(name)) and ping.useful]
    if not good:
        for name in others:
            every_ping[name]
        message = f"no other replica than {', '.join(to_stop.replicas)} is healthy"
        return failed("stop.no-other-replica", message, seen=good, about=things("replica", others or to_stop.replicas))
    if any((each.address, each.port) == (inventory.public_host, inventory.public_port) for each in stopping):
        message = f"users reach {to_stop.subject} itself at {inventory.address_of_users}: no load balancer is between"
        return failed("stop.no-balancer", message, about=[thing("balancer")])
    if not every_users_ping:
        raise next(iter(every_users_ping.causes.values()))
    reached = {each.replica_id for each in every_users_ping.values() if each.good and each.replica_id in good}
    if reached:
        names = ", ".join(sorted(filter(None, reached)))
        message = f"the load balancer reaches {names} besides; take {to_stop.subject} out of its pool first"
        return passed(message, seen=sorted(filter(None, reached)))
    raise Unavailable(
        "stop.pool-unseen",
        f"none of {many(len(every_users_ping), 'connection')} through {inventory.address_of_users} is known to have"
        f" reached another replica: take {to_stop.subject} out of the pool of the load balancer, and ask again",
        about=[thing("balancer")],
    )


@condition(
    "STOP-5",
    severity=CRITICAL,
    documented="Beyond the guide: shared storage",
    remedy="stop-images",
    reasons={
        "stop.images-on-own-disk": "images are on the replicas' own disks",
        "stop.images-elsewhere": "replicas store images on different shared storage",
        "stop.serves-images": "the node serves the share that images are on",
    },
    measured="derived",
    question=OK_TO_STOP,
)
def test_images_stay_reachable(
    to_stop: Stopped,
    settings: Settings,
    storage: Storage,
    every_containers: PerSubject[Containers],
    every_replica_volumes: PerSubject[ReplicaVolumes],
    every_system: PerSubject[System],
    inventory: Inventory,
) -> Verdict:
    """Without it, the others still reach all images."""
    served = storage_server(to_stop, settings, every_replica_volumes, inventory)
    if served:
        message = f"{to_stop.node} serves the share {served}, on which images are stored"
        return failed("stop.serves-images", message, seen=served, about=[thing("node", to_stop.node)])
    if not to_stop.replicas:
        return _no_replica(to_stop)
    shared = shared_storage(settings, storage, every_containers, every_replica_volumes, every_system, inventory)
    match shared.outcome:
        case Outcome.PASS:
            return passed(shared.message, seen=shared.seen)
        case Outcome.SKIPPED:
            return skipped(shared.message)
        case Outcome.NOT_APPLICABLE:
            return not_applicable("it is the only replica, see STOP-1")
    reasons = {"store.own-disk": "stop.images-on-own-disk", "store.different-storage": "stop.images-elsewhere"}
    return failed(reasons[shared.reason or ""], shared.message, seen=shared.seen, about=shared.about)


@condition(
    "STOP-7",
    severity=CRITICAL,
    documented="Beyond the guide: what else runs there",
    remedy="stop-what-else",
    reasons={"stop.serves-others": "the node has an address that others depend on"},
    question=OK_TO_STOP,
)
def test_what_else_runs_there(
    to_stop: Stopped, every_containers: PerSubject[Containers], inventory: Inventory
) -> Verdict:
    """What else stops with the node is named: the address of users or of MKE, and containers that are not MSR's."""
    if not to_stop.node:
        return _node_stays(to_stop)
    here = next(iter(all_containers(Stopped(to_stop.subject, to_stop.node, ()), every_containers, inventory)))
    number = many(here.others, "container", "containers") if here.others else "no container"
    others = f"{number} of other products"
    served = lives_on(to_stop, inventory)
    if served:
        message = f"{to_stop.node} has the address of {' and '.join(served)}; {others} stop with it"
        return failed("stop.serves-others", message, seen=served, about=[thing("node", to_stop.node)])
    return passed(f"{others} stop with it", seen=here.others)
