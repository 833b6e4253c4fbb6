"""Which scenes are played: all of them in the long form, else of each condition one, and a share of the sound ones.

Each rule of the diagnosis has cases of its own besides, which need no cluster.
"""

from __future__ import annotations

from lab import embedded
from tests.long import LONG, share
from tests.scenes.pairs import effect_of

_ALWAYS = ("healthy",)


def played() -> list[str]:
    """The names of the scenes, in the order in which they are written."""
    scenes = embedded.scenes()
    if LONG:
        return list(scenes)
    sound = [name for name, scene in scenes.items() if scene.sound]
    chosen = {*_ALWAYS, *share(sound, 4), *_first_of_each_condition()}
    return [name for name in scenes if name in chosen]


def _first_of_each_condition() -> set[str]:
    """For each condition, and for each verdict that it can have, the first scene that trips it."""
    first: dict[tuple[str, str], str] = {}
    for name in embedded.scenes():
        for (condition, _), verdict in effect_of(name).verdicts.items():
            first.setdefault((condition, verdict), name)
    return set(first.values())
