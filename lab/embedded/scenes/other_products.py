"""What is no MSR 2.x, though it has the same address."""

from typing import Any

from lab.embedded import expected_trust
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


def _off_the_nodes(cluster: Cluster) -> None:
    """It runs as services, so that the inventory has no way to nodes that carry replicas."""
    cluster.rethink.in_inventory = False
    for node in cluster.swarm.nodes:
        node.listed_ways = ()


@scene("msr-3", "The registry is MSR 3: its API reports 3.1.8, a database is called enzi, and there are no replicas.")
def msr_3(cluster: Cluster, expect: Expectations) -> None:
    _off_the_nodes(cluster)
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


@scene("msr-4", "The registry is MSR 4, which is Harbor: it knows none of MSR's paths but /v2/.")
def msr_4(cluster: Cluster, expect: Expectations) -> None:
    _off_the_nodes(cluster)
    cluster.is_harbor = True
    for condition in ("VERSION-1", "PING-1", "NGINX-1"):
        expect.fail(condition, *expect.everywhere)
    expect.fail("PING-2", expect.users)
    for condition in ("IDENT-1", "NGINX-2", "NGINX-3"):
        expect.unknown(condition, *expect.everywhere)
    expect.no_status(*cluster.replicas)
    expect.unknown("STATUS-2", "anonymous", "reader:ci")
    expect.nothing_told()
    expect.fail("TOKEN-0", *expected_trust.ACCOUNTS)
    expect.fail("TOKEN-1", *expected_trust.tokens_at(expect, expect.everywhere))
    expect.unknown("TOKEN-2", *expected_trust.refused_at(expect.everywhere))
    expect.unknown("TOKEN-3", "cluster")
    expected_trust.no_feed_at(expect, cluster.replicas)
    expected_trust.no_feed(expect)
    expect.unknown("FEED-8", *expected_trust.cells(expect, "reader:ci", "anonymous"))
    expect.skipped("RDB", "NODE", "CTR", "NET")
    expect.cause("another-product", *(f"replica:{each}" for each in expect.everywhere))
