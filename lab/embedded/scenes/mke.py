"""What MKE lists, asked with an administrator's client bundle."""

from lab.embedded.door import Door
from lab.embedded.expectations import Expectations
from lab.embedded.scenes.scene import Collection
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene


def _with_bundle(cluster: Cluster) -> None:
    """The nodes are still asked by ways of their own."""
    cluster.mke.has_bundle = True
    cluster.inventory["mke"] = {"url": f"https://localhost:{cluster.mke.port}", "bundle": "ucp-bundle/"}


def _not_listed(cluster: Cluster, expect: Expectations, *registries: str) -> None:
    _with_bundle(cluster)
    cluster.mke.registries = list(registries)
    expect.warn("MKE-2", expect.mke)
    expect.cause("mke-registries", "mke")


@scene("mke-lists-an-old-address", "MKE still lists the registry by the address that it had before it was moved.")
def mke_lists_an_old_address(cluster: Cluster, expect: Expectations) -> None:
    _not_listed(cluster, expect, "dtr-old.example.org:443")


@scene("mke-lists-no-registry", "MKE lists no registry at all.")
def mke_lists_no_registry(cluster: Cluster, expect: Expectations) -> None:
    _not_listed(cluster, expect)


def _and_another(cluster: Cluster) -> str:
    """Its address, beside that of users, which MKE writes in capitals."""
    _with_bundle(cluster)
    other = f"localhost:{cluster.mke.other_port}"
    cluster.mke.registries = [other, cluster.public_name.upper()]
    return other


@scene("mke-lists-two-registries", "MKE lists a second registry besides this one, whose name it writes in capitals.",
       sound=True)  # fmt: skip
def mke_lists_two_registries(cluster: Cluster, _expect: Expectations) -> None:
    _and_another(cluster)
    cluster.mke.other_door = Door.OPEN


@scene("mke-lists-a-registry-that-nodes-reach", "MKE lists a second registry that nodes reach, and this machine not.",
       sound=True)  # fmt: skip
def mke_lists_a_registry_that_nodes_reach(cluster: Cluster, _expect: Expectations) -> None:
    other = _and_another(cluster)
    for node in cluster.swarm.nodes[1:]:
        node.reaches.append(other)


@scene("mke-lists-a-registry-that-is-gone", "MKE lists a second registry, where nothing responds to anybody.")
def mke_lists_a_registry_that_is_gone(cluster: Cluster, expect: Expectations) -> None:
    _and_another(cluster)
    expect.warn("MKE-2", expect.mke)
    expect.cause("mke-silent-registry", "mke")


@scene("mke-lists-a-registry-out-of-reach", "MKE lists a second registry that this machine does not reach, and nobody "
       "may log in to the nodes.")  # fmt: skip
def mke_lists_a_registry_out_of_reach(cluster: Cluster, expect: Expectations) -> None:
    _and_another(cluster)
    for node in cluster.swarm.nodes:
        node.listed_ways = ("docker",)
    expect.unknown("MKE-2", expect.mke)
    expect.cause("not-seen", "mke")


@scene("mke-refuses-the-bundle", "MKE refuses the certificate of the client bundle: its registries are not seen.")
def mke_refuses_the_bundle(cluster: Cluster, expect: Expectations) -> None:
    _with_bundle(cluster)
    cluster.mke.takes_bundle = False
    expect.unknown("MKE-2", expect.mke)
    expect.cause("mke-bundle-refused", "mke")


@scene("mke-with-bundle-refuses", "Nothing listens at MKE's address, whose client bundle the inventory names.")
def mke_with_bundle_refuses(cluster: Cluster, expect: Expectations) -> None:
    _with_bundle(cluster)
    cluster.mke.door = Door.CLOSED
    expect.fail("MKE-1", expect.mke)
    expect.unknown("MKE-2", expect.mke)
    expect.cause("not-reachable-from-here", "mke")
