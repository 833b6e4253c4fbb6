"""What a scene is, and how one is added: a function that breaks the cluster and says what that must trip."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lab.embedded.expectations import Expectations
from lab.embedded.state import Cluster

Play = Callable[[Cluster, Expectations], None]


@dataclass(frozen=True)
class Scene:
    """title: one sentence, what an operator meets. options: pytest options that its run needs.

    sound: nothing may be tripped. replicas: how many it has unless told otherwise.
    token: the administrator's account in the inventory is an access token. address: where the replicas listen.
    """

    name: str
    title: str
    options: tuple[str, ...] = ()
    sound: bool = False
    replicas: int = 3
    token: bool = False
    address: str = "127.0.0.1"
    play: Play = field(default=lambda _cluster, _expect: None, repr=False, compare=False)


class Collection:
    """The scenes of one module, in the order in which they are written."""

    def __init__(self) -> None:
        self.scenes: list[Scene] = []

    def scene(
        self, name: str, title: str, *, options: tuple[str, ...] = (), sound: bool = False, replicas: int = 3,
        token: bool = False, address: str = "127.0.0.1",
    ) -> Callable[[Play], Play]:  # fmt: skip
        """Add the decorated function as a scene."""

        def add(play: Play) -> Play:
            self.scenes.append(Scene(name, title, options, sound, replicas, token, address, play))
            return play

        return add
