"""What is no MSR 2.x, though it has the same address."""

from typing import Any

from lab.embedded.expectations import Expectations
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

OF_REPLICAS = ("STATUS-5", "STATUS-6", "STATUS-9", "STATUS-13", "STATUS-15")
OF_THE_CLUSTER = ("STATUS-10", "STATUS-11", "STATUS-12", "STATUS-14", "STATUS-16")

collection = Collection()
scene = collection.scene


def _no_replicas(document: dict[str, Any]) -> None:
    """As measured on MSR 3: the health of replicas is null."""
    document["replica_health"] = None


@scene("msr-3", "The registry is MSR 3: its API reports 3.1.8, a database is called enzi, and there are no replicas.")
def msr_3(cluster: Cluster, expect: Expectations) -> None:
    """It runs as services, so that the inventory has no way to nodes that carry replicas."""
    cluster.rethink.in_inventory = False
    for node in cluster.swarm.nodes:
        node.listed_ways = ()
    for replica in cluster.replicas:
        replica.version = "3.1.8"
    cluster.databases.append({"id": "9f0c6f5e-2d2b-4bd4-8e3c-3d0b8e0f6c11", "name": "enzi"})
    cluster.edits.append(_no_replicas)
    expect.fail("VERSION-1", *expect.everywhere)
    expect.no_status(*cluster.replicas)
    for condition in OF_REPLICAS:
        expect.unknown(condition, *expect.everywhere)
    expect.unknown("STATUS-8", *expect.pairs())
    for condition in OF_THE_CLUSTER:
        expect.unknown(condition, "cluster")
    expect.skipped("RDB", "NODE", "CTR", "NET")
    expect.cause("another-product", *(f"replica:{each}" for each in expect.everywhere))
