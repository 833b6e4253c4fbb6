"""May MSR be upgraded? What an upgrade undoes, and what MKE has to allow."""

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.container import Mount
from lab.embedded.product import VERSION
from lab.embedded.scenes.scene import Collection
from lab.embedded.scenes.upgrading import BLOCKS, runs
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
