"""Sound clusters of every line of the product, of every way to name its images, and of every generation of engines."""

from lab.embedded.expectations import Expectations
from lab.embedded.nodes.generations import GENERATIONS
from lab.embedded.product import VERSION
from lab.embedded.scenes.scene import Collection, Play
from lab.embedded.state import Cluster

collection = Collection()
scene = collection.scene

MIRROR = "harbor.corp:5000/mirantis_mirror/"
OF_2_9 = "2.9.29"


def _installed(version: str, mirror: str = "", by: tuple[str, ...] = ("tag",)) -> Play:
    def play(cluster: Cluster, _expect: Expectations) -> None:
        cluster.inventory["product"] = {"name": "MSR", "version": version}
        for replica in cluster.replicas:
            replica.version = version
        for node in cluster.swarm.nodes:
            node.images_from, node.images_by = mirror, by

    return play


scene("version-2.7", "An older line: 2.7.6, whose images are docker/dtr.", sound=True)(_installed("2.7.6"))
scene("version-2.8", "An older line: 2.8.2, whose images are mirantis/dtr.", sound=True)(_installed("2.8.2"))
scene("version-2.9", f"The line before: {OF_2_9}.", sound=True)(_installed(OF_2_9))
scene("version-2.10", "The first release of the line of today: 2.10.0.", sound=True)(_installed("2.10.0"))
scene("images-from-a-mirror", "Images come from a mirror with a port and an underscore in its name.", sound=True)(
    _installed(OF_2_9, MIRROR)
)
scene("images-by-digest", "Images of a mirror are named by their digest alone.", sound=True)(
    _installed(VERSION, MIRROR, ("digest",))
)
scene("images-by-tag-and-digest", "Images of a mirror are named by their tag and their digest.", sound=True)(
    _installed(VERSION, MIRROR, ("tag", "digest"))
)


def _on(generation: str) -> Play:
    """One is asked by its API, one by the newest API that its command line speaks, and one by both."""

    def play(cluster: Cluster, _expect: Expectations) -> None:
        for node in cluster.swarm.nodes:
            node.install(generation)
        first, second, *_ = cluster.swarm.nodes
        first.listed_ways, second.listed_ways = ("docker",), ("shell",)

    return play


# All that is read has one form in 25 and 26; 20.10 is the other scenes'.
for _name in ("25", "28", "29"):
    _engine = GENERATIONS[_name]
    scene(f"engine-{_name}", f"Docker {_engine.version}, API {_engine.oldest} to {_engine.api}.", sound=True)(
        _on(_name)
    )


@scene("engines-of-all-generations", "Each node has an engine of another generation.", sound=True, replicas=5)
def engines_of_all_generations(cluster: Cluster, _expect: Expectations) -> None:
    for node, generation in zip(cluster.swarm.nodes, GENERATIONS, strict=True):
        node.install(generation)
