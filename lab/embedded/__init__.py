"""A stand-in Mirantis Secure Registry cluster in plain Python: no root, no Docker, loopback only.

It is written from what the real product is known to answer, and imports nothing of the checks.

    with start("one-replica-gone", directory=Path("demo")) as cluster:
        ...  # look at cluster.inventory; cluster.expected says what must not pass
"""

from lab.embedded.cluster import Embedded, start
from lab.embedded.reply import Request
from lab.embedded.scenes import scenes
from lab.embedded.scenes.scene import Scene

__all__ = ["Embedded", "Request", "Scene", "scenes", "start"]
