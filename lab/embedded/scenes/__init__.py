"""Every scene, by name.

A scene is a function in the module of its area: it breaks the healthy cluster that it is given, and says what that
must trip, reasoned from the conditions and not from what the checks say. `state` tells what can be broken, `faults`
what can become of an answer, `expectations` what trips together.
"""

from lab.embedded.scenes import (
    access,
    addresses,
    answers,
    changes,
    cluster_status,
    containers,
    database,
    endpoints,
    feeds,
    incidents,
    inner_certificates,
    jobs,
    logs,
    mke,
    nodes,
    other_products,
    outages,
    overlay,
    pulls,
    replicas,
    shares,
    sound,
    sound_nodes,
    sound_products,
    stopping,
    stored_blobs,
    swarm,
    tokens,
    upgrading,
    upgrading_by_hand,
)
from lab.embedded.scenes.scene import Scene

_MODULES = (
    sound,
    sound_nodes,
    sound_products,
    outages,
    replicas,
    endpoints,
    answers,
    cluster_status,
    jobs,
    access,
    mke,
    tokens,
    pulls,
    stored_blobs,
    shares,
    feeds,
    containers,
    changes,
    logs,
    nodes,
    swarm,
    overlay,
    addresses,
    database,
    inner_certificates,
    incidents,
    other_products,
    stopping,
    upgrading,
    upgrading_by_hand,
)


def scenes() -> dict[str, Scene]:
    """All scenes by name, `healthy` first."""
    return {scene.name: scene for module in _MODULES for scene in module.collection.scenes}
