"""Which scenes are played by default: of each condition one that trips it, and a share of the sound ones.

Each rule of the diagnosis has cases of its own besides, which need no cluster.
"""

from __future__ import annotations

from functools import cache

from lab import embedded
from tests.long import share
from tests.scenes.pairs import effect_of


@cache
def played() -> frozenset[str]:
    """Their names."""
    sound = [name for name, scene in embedded.scenes().items() if scene.sound]
    return frozenset({"healthy", *share(sound, 6), *_first_of_each_condition()})


def _first_of_each_condition() -> set[str]:
    """For each condition the first scene in which it is a FAIL or a WARN."""
    first: dict[str, str] = {}
    for name in embedded.scenes():
        for (condition, _), verdict in effect_of(name).verdicts.items():
            if verdict != "UNKNOWN":
                first.setdefault(condition, name)
    return set(first.values())
