"""May MSR be upgraded? What an upgrade undoes, and what MKE has to allow."""

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import Mount
from lab.embedded.nodes.expected import no_probe
from lab.embedded.nodes.healthy import bare_node
from lab.embedded.product import VERSION
from lab.embedded.scenes.scene import Collection
from lab.embedded.scenes.sound_products import OF_2_9
from lab.embedded.scenes.upgrading import BLOCKS, TO_2_10, runs
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene


@scene(
    "upgrade-undoes-what-was-changed",
    "Containers of one replica were changed by hand, in seven ways.",
    options=("--before-upgrade=2.10.5",),
)
def upgrade_undoes_what_was_changed(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, VERSION)
    node, bad = cluster.node(cluster.bad), cluster.bad.id
    node.of(bad, "nginx").restart_policy = "no"
    node.of(bad, "api").environment.append("GODEBUG=x509sha1=1")
    node.of(bad, "jobrunner").labels["com.example.monitored"] = "yes"
    node.of(bad, "registry").mounts.append(Mount("/etc/pki/site", "/etc/ssl/site", read_only=True))
    node.of(bad, "notary-server").networks["bridge"] = "172.17.0.9"
    node.of(bad, "scanningstore").memory = 2 << 30
    garant = node.of(bad, "garant")
    garant.image = f"harbor.example.org/patched/{garant.image.rpartition('/')[2]}"
    changed = {
        "nginx": "restart-policy",
        "api": "environment",
        "jobrunner": "labels",
        "registry": "mounts",
        "notary-server": "networks",
        "scanningstore": "limits",
        "garant": "image",
    }
    for component, kind in sorted(changed.items()):
        expect.fail("PRE-11", f"{bad}:{component}:{kind}")
        expect.cause(BLOCKS, f"container:{component}-{bad}")


@scene(
    "upgrade-where-nothing-may-be-deployed",
    "MKE does not let administrators deploy, and one of the nodes is of Kubernetes alone.",
    options=TO_2_10,
)
def upgrade_where_nothing_may_be_deployed(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.mke.admins_deploy = False
    node = cluster.node(cluster.bad)
    node.labels = {"com.docker.ucp.orchestrator.kubernetes": "true"}
    expect.fail("PRE-7", "mke", node.name)
    expect.cause(BLOCKS, "mke")
    expect.cause(BLOCKS, f"node:{node.name}")


@scene("upgrade-onto-a-drained-node", "A node with a replica is drained.", options=TO_2_10)
def upgrade_onto_a_drained_node(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    node = cluster.node(cluster.bad)
    node.availability = "drain"
    expect.warn("NODE-1", node.name)
    expect.fail("NET-1", node.name)
    no_probe(cluster, expect, node)
    expect.fail("PRE-7", node.name)
    expect.cause("node-drained", f"node:{node.name}")


@scene("upgrade-without-mkes-bundle", "Nothing shows what MKE lets administrators do.", options=TO_2_10)
def upgrade_without_mkes_bundle(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.mke.has_bundle = False
    expect.unknown("PRE-7", "mke")
    expect.cause("not-seen", "inventory:mke.bundle")


@scene("upgrade-through-a-load-balancer", "The inventory has MKE at the address of a load balancer.", options=TO_2_10)
def upgrade_through_a_load_balancer(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.replicas[0].listed_address = ""
    expect.warn("PRE-8", "url")
    expect.cause(BLOCKS, "mke")


@scene(
    "upgrade-with-mke-on-a-dead-node", "MSR has MKE at the address of a manager that is down for good.", options=TO_2_10
)
def upgrade_with_mke_on_a_dead_node(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    gone = bare_node(4, "node-4")
    gone.listed = False
    gone.go_down()
    cluster.swarm.nodes.append(gone)
    cluster.mke.known_to_msr = gone.address
    expect.fail("PRE-8", "msr")
    expect.cause(BLOCKS, f"node:{gone.name}")


@scene("upgrade-with-two-addresses-of-mke", "MSR has MKE at another address than the inventory.", options=TO_2_10)
def upgrade_with_two_addresses_of_mke(cluster: Cluster, expect: Expectations) -> None:
    runs(cluster, OF_2_9)
    cluster.mke.known_to_msr = "ucp.example.org"
    expect.unknown("PRE-8", "msr")
    expect.cause("not-seen", "inventory:mke.url")
