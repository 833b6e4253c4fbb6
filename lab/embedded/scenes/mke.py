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


@scene("mke-lists-two-registries", "MKE lists a second registry besides this one, whose name it writes in capitals.",
       sound=True)  # fmt: skip
def mke_lists_two_registries(cluster: Cluster, _expect: Expectations) -> None:
    _with_bundle(cluster)
    cluster.mke.registries = ["msr-tokyo.example.org:443", cluster.public_name.upper()]


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
